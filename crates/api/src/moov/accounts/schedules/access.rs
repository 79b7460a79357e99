//! Who may see a schedule, and who may change it.

use engine::{PartyId, Schedule, ScheduleId};

use super::kept::Kept;
use crate::moov::context::Context;
use crate::moov::refusal::Refusal;

/// A schedule as the account of the path may see it: its owner, its partner, and whom
/// its transfers come from and go to. To all others it is not there.
pub(super) async fn seen(
    context: &Context,
    party: PartyId,
    id: &str,
) -> Result<(Schedule, Kept), Refusal> {
    let id: ScheduleId = context.ids().find(id).ok_or_else(Refusal::not_found)?;
    let schedule = context.store().schedule(id).await?;
    let schedule = schedule
        .filter(|it| it.account == context.account.id && it.parties.contains(&party.0))
        .ok_or_else(Refusal::not_found)?;
    let kept = Kept::of(&schedule).ok_or_else(Refusal::not_found)?;
    Ok((schedule, kept))
}

/// The same, for its owner alone: whoever else sees it may not change it.
pub(super) async fn owned(
    context: &Context,
    party: PartyId,
    id: &str,
) -> Result<(Schedule, Kept), Refusal> {
    let (schedule, kept) = seen(context, party, id).await?;
    if kept.owner == party { Ok((schedule, kept)) } else { Err(Refusal::forbidden()) }
}
