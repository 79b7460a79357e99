//! `GET /accounts/{accountID}/schedules`.

use std::collections::HashMap;

use engine::{InstructionKind, PartyId};
use serde_json::Value;
use store::ScheduleQuery;

use super::kept::Kept;
use super::render;
use super::view::View;
use crate::moov::{Answer, Context, Refusal, Reply, Request};

/// Schedules on a page where nothing else is asked.
const COUNT_DEFAULT: u32 = 20;
/// Schedules on a page, at most.
const COUNT_MAX: u32 = 200;

/// Schedules that the account owns, runs, pays or is paid by, newest first, canceled
/// ones too.
pub(super) async fn list(context: Context, request: Request, party: PartyId) -> Answer {
    let page = request.query().page(COUNT_DEFAULT, COUNT_MAX)?;
    let hydrate = request.query().one_of("hydrate", &[("accounts", ())])?.is_some();
    let query = ScheduleQuery {
        account: context.account.id,
        kind: Some(InstructionKind::Remittance),
        party: Some(party.0),
        status: None,
        page,
    };
    let found = context.store().schedules(query).await?.entries.into_iter();
    let ours = found.filter_map(|schedule| Some((Kept::of(&schedule)?, schedule)));
    let ours = ours.map(|(kept, schedule)| (schedule, kept)).collect();
    let views = View::load_all(&context, ours).await?;
    let mut shown = render::schedules(&context, &views).await?;
    if hydrate {
        let parties = accounts(&context, &views).await?;
        for (shown, view) in shown.iter_mut().zip(&views) {
            render::add_accounts(&context, shown, view, &parties);
        }
    }
    Ok(Reply::json(Value::Array(shown)))
}

/// Everybody whose schedules they are.
async fn accounts(
    context: &Context,
    views: &[View],
) -> Result<HashMap<PartyId, bank::Party>, Refusal> {
    let between = views.iter().map(|view| view.kept.between);
    let mut ids: Vec<PartyId> =
        between.flat_map(|it| [it.source, it.destination, it.partner]).collect();
    ids.sort_unstable();
    ids.dedup();
    let found = context.bank().parties_by_id(context.account.id, ids).await?;
    Ok(found.into_iter().flatten().map(|party| (party.id, party)).collect())
}
