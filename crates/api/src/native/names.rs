//! Public ids of what any dialect may have made.

use engine::{Account, InstructionKind, Run, ScheduleId};

use crate::App;
use crate::{moov, omise};

/// The id under which a run's schedule is known in the dialect that makes such schedules.
pub(super) fn schedule_id(app: &App, account: &Account, run: &Run) -> String {
    id_of(app, account, run.key.schedule, run.plan.instruction.kind())
}

/// The id under which a schedule is known in the dialect that makes schedules of its kind.
pub(super) fn id_of(
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
