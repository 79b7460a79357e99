//! Public ids of what any dialect may have made.

use engine::{Account, InstructionKind, Run, ScheduleId};
use store::webhook::EndpointId;

use crate::App;
use crate::{moov, omise};

/// The id under which a run's schedule is known in the dialect that makes such schedules.
pub(super) fn schedule_id(app: &App, account: &Account, run: &Run) -> String {
    id_of_schedule(app, account, run.key.schedule, run.plan.instruction.kind())
}

/// The id under which a schedule that pays by this kind is known in the dialect that makes
/// such schedules.
pub(super) fn id_of_schedule(
    app: &App,
    account: &Account,
    schedule: ScheduleId,
    kind: InstructionKind,
) -> String {
    match kind {
        InstructionKind::Charge | InstructionKind::Transfer => {
            omise::Ids::of(app, account).render(omise::Kind::Schedule, schedule.0)
        }
        InstructionKind::Remittance => moov::Ids::of(app, account).id(schedule),
    }
}

/// The name of a webhook endpoint.
pub(super) fn id_of_endpoint(id: EndpointId) -> String {
    format!("whe_{:016x}", id.0)
}

/// The reverse of [`id_of_endpoint`].
pub(super) fn endpoint_id(id: &str) -> Option<EndpointId> {
    let digits = id.strip_prefix("whe_").filter(|digits| digits.len() == 16)?;
    i64::from_str_radix(digits, 16).ok().map(EndpointId)
}
