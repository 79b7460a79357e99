//! Admission: whether a run that comes late is still to be made.
//!
//! Where a server was down, slots come to it that were due long ago. Their schedule's
//! policy says which of them still run; past a greatest lateness none runs before a
//! person has looked at it. None is ever dropped in silence: what does not run is
//! recorded as skipped, or waits.

use crate::policy::{CatchUp, Missed};
use crate::run::{Role, Run};
use crate::time::Instant;

/// How late a run must be for its slot to have been missed. What comes sooner was only
/// slow, and runs whatever policy says of missed slots.
pub const MISSED_AFTER_SECONDS: i64 = 3_600;

/// Why a run is not made though it is due.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lateness {
    /// Its slot was missed, and by its schedule's policy no longer runs.
    Missed,
    /// It is later than its schedule's policy allows without a person having seen it.
    TooLate,
}

/// Whether a run is still to be made at `now`.
pub fn admit(run: &Run, now: Instant) -> Result<(), Lateness> {
    let late_seconds = now.seconds().saturating_sub(run.key.due.seconds());
    if late_seconds <= MISSED_AFTER_SECONDS {
        return Ok(());
    }
    let CatchUp { missed, lateness_max_seconds } = run.plan.policies.catch_up;
    let no_longer_runs = match missed {
        Missed::All => false,
        Missed::Latest => is_followed(run, now),
        Missed::Skip => true,
    };
    if no_longer_runs {
        Err(Lateness::Missed)
    } else if late_seconds > i64::from(lateness_max_seconds) {
        Err(Lateness::TooLate)
    } else {
        Ok(())
    }
}

/// Whether a later slot of the same cadence is due as well.
fn is_followed(run: &Run, now: Instant) -> bool {
    let Role::Cadence { through, .. } = run.role else { return false };
    let next = run.plan.after(through).and_then(|slot| run.plan.due(slot));
    next.is_some_and(|due| due <= now)
}

#[cfg(test)]
mod tests;
