//! Amendments: what an owner did to one slot.

use serde::{Deserialize, Serialize};

use crate::identity::ScheduleId;
use crate::instruction::Instruction;
use crate::time::{Instant, Slot};

/// What an owner did to one slot of a schedule: moved it, changed what it pays, called
/// it off, or added it. The slot keeps its name whatever is done to it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Amendment {
    /// Whose.
    pub schedule: ScheduleId,
    /// Which obligation.
    pub slot: Slot,
    /// When it runs; `None` at its own time.
    pub run_at: Option<Instant>,
    /// What it pays; `None` what its schedule pays.
    pub instruction: Option<Instruction>,
    /// Since when it is called off.
    pub canceled_at: Option<Instant>,
}

impl Amendment {
    /// Nothing done yet.
    #[must_use]
    pub const fn none(schedule: ScheduleId, slot: Slot) -> Amendment {
        Amendment { schedule, slot, run_at: None, instruction: None, canceled_at: None }
    }

    /// Whether it leaves a slot of the rule as the rule has it.
    #[must_use]
    pub const fn is_void(&self) -> bool {
        self.slot.is_of_rule()
            && self.run_at.is_none()
            && self.instruction.is_none()
            && self.canceled_at.is_none()
    }
}
