//! Public ids of what any dialect may have made.

use engine::{Account, InstructionKind, Run};

use crate::App;
use crate::{moov, omise};

/// The id under which a run's schedule is known in the dialect that makes such schedules.
pub(super) fn schedule_id(app: &App, account: &Account, run: &Run) -> String {
    let schedule = run.key.schedule;
    match run.plan.instruction.kind() {
        InstructionKind::Charge | InstructionKind::Transfer => {
            omise::Ids::of(app, account).render(omise::Kind::Schedule, schedule.0)
        }
        InstructionKind::Remittance => moov::Ids::of(app, account).id(schedule),
    }
}
