//! Schedules, slots, occurrences, policies and outcomes, as pure transitions:
//! (state, event, now) → (state, effects).
//!
//! Nothing here does I/O, reads a clock, draws a random number, or knows a wire
//! format. A caller hands in what is and what happened; it gets back what must
//! now be written, and writes it in one commit.
//!
//! - [`schedule`] is a standing instruction and its states; [`creation`] makes one.
//! - [`cadence`] is which slots its rule gives; [`amendment`] is what its owner did to
//!   one of them, and [`edit`] how a schedule changes.
//! - [`run`] is one queued attempt at one slot, and the request frozen from it.
//! - [`admission`] is whether a run that comes late is still to be made.
//! - [`outcome`] is what a gateway did; [`settlement`] turns a run and its outcome
//!   into an [`occurrence`] and all that follows.
//! - [`policy`] holds, as values, everything in which dialects differ.

pub mod account;
pub mod admission;
pub mod amendment;
pub mod business_days;
pub mod cadence;
pub mod creation;
pub mod edit;
pub mod identity;
pub mod instruction;
pub mod money;
pub mod occurrence;
pub mod outcome;
pub mod policy;
pub mod run;
pub mod schedule;
pub mod settlement;
pub mod time;

pub use account::{Account, Attributes, Mode};
pub use admission::{Lateness, admit};
pub use amendment::Amendment;
pub use business_days::BusinessDays;
pub use cadence::Cadence;
pub use identity::{
    AccountId, CardId, ChargeId, ClockId, CustomerId, InstallationId, LaneId, LinkedAccountId,
    PartyId, PaymentMethodId, RecipientId, RemittanceId, ScheduleId, Term, TransferId, WalletId,
};
pub use instruction::{Instruction, InstructionKind, Remitted, TransferAmount};
pub use money::{Currency, Money, Percentage};
pub use occurrence::{Occurrence, OccurrenceStatus};
pub use outcome::{Decline, DeclineKind, NotSent, Outcome, PaymentId};
pub use policy::{
    CatchUp, DayCount, Exhausted, Ladder, LadderError, Missed, Policies, Retried, RetryPolicy,
    RetrySpacing, Timing,
};
pub use run::{Attempt, IdempotencyKey, PaymentBody, PaymentRequest, Plan, Role, Run, RunKey};
pub use schedule::{
    Chapter, Link, Next, Pause, PausedRun, Position, Schedule, ScheduleEvent, Status,
};
pub use settlement::{Awaiting, Settlement, Verdict, Wait};
pub use time::{Instant, Slot, UnknownZone, Zone};
