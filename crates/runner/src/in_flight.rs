//! Which runs this node has in its hands.
//!
//! A term tells one start of one node from another, not two claims of the same start. A
//! batch that is held up past its lease can lose a run to another node, which gives it
//! back; claimed once more by this one, it would be in two batches at once, and each could
//! write under the term of both. So whatever is still in a batch here is left alone.

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use engine::{Run, RunKey};

/// The runs that are in a batch.
#[derive(Debug, Default)]
pub(crate) struct InFlight {
    keys: Mutex<BTreeSet<RunKey>>,
}

impl InFlight {
    /// Takes those of `runs` that are in no batch yet, for as long as what is returned
    /// lives. The others keep their claim until its lease runs out.
    pub(crate) fn take(&self, runs: Vec<Run>) -> (Vec<Run>, Taken<'_>) {
        let mut keys = self.keys();
        let taken: Vec<Run> = runs.into_iter().filter(|run| keys.insert(run.key)).collect();
        drop(keys);
        let kept = taken.iter().map(|run| run.key).collect();
        (taken, Taken { of: self, keys: kept })
    }

    fn keys(&self) -> MutexGuard<'_, BTreeSet<RunKey>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs of one batch, until it is done with or dropped.
pub(crate) struct Taken<'a> {
    of: &'a InFlight,
    keys: Vec<RunKey>,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        let mut keys = self.of.keys();
        for key in &self.keys {
            keys.remove(key);
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::Arc;

    use engine::{
        AccountId, Cadence, CatchUp, Currency, CustomerId, Instant, Instruction, LaneId, Money,
        Plan, Policies, RetryPolicy, Role, ScheduleId, Slot, Timing, Zone,
    };
    use jiff::civil::{Time, date};

    use super::*;

    /// A run of a slot at midnight on 31 January 2026, by itself.
    pub(crate) fn run(schedule: i64) -> Run {
        let policies = Policies {
            timing: Timing::new(Zone::utc(), Time::midnight()),
            retry: RetryPolicy::NEVER,
            catch_up: CatchUp::ALL,
            run_at_start: false,
        };
        let instruction = Instruction::Charge {
            customer: CustomerId(1),
            card: None,
            money: Money::new(1, Currency::THB),
            description: None,
        };
        Run {
            key: RunKey {
                lane: LaneId(1),
                due: Instant::EPOCH,
                schedule: ScheduleId(schedule),
                slot: Slot::of_date(date(2026, 1, 31)),
            },
            account: AccountId(1),
            attempt: 0,
            queued_at: Instant::EPOCH,
            role: Role::Detached { last: false },
            plan: Arc::new(Plan::new(Cadence::Nothing, policies, instruction)),
            quoted: None,
        }
    }

    #[test]
    fn a_run_is_in_one_batch_at_a_time() {
        let in_flight = InFlight::default();
        let (first, taken) = in_flight.take(vec![run(1), run(2)]);
        assert_eq!(first, [run(1), run(2)]);
        let (second, _also_taken) = in_flight.take(vec![run(2), run(3)]);
        assert_eq!(second, [run(3)]);
        drop(taken);
        assert_eq!(in_flight.take(vec![run(2), run(3)]).0, [run(2)]);
    }
}
