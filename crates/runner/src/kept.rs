//! Runs that a lane keeps: claimed, perhaps sent, and nobody could be asked about them.
//!
//! They are neither given back nor settled. As long as their claim holds, the lane that made
//! it looks them up again; after that whoever recovers them does.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use engine::{Run, RunKey};

use crate::Lane;
use crate::execution::Batch;

/// Runs, and when they were claimed, by time that only goes forward.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    runs: Mutex<BTreeMap<RunKey, (Run, Duration)>>,
}

impl Kept {
    fn runs(&self) -> MutexGuard<'_, BTreeMap<RunKey, (Run, Duration)>> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn put(&self, runs: impl IntoIterator<Item = Run>, claimed: Duration) {
        self.runs().extend(runs.into_iter().map(|run| (run.key, (run, claimed))));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.runs().is_empty()
    }

    /// Takes them out, those that were claimed together in batches of at most `batch_max`;
    /// those whose claim is over are gone.
    pub(crate) fn take(&self, elapsed: Duration, batch_max: usize) -> Vec<Batch> {
        let mut by_claim: BTreeMap<Duration, Vec<Run>> = BTreeMap::new();
        for (run, claimed) in std::mem::take(&mut *self.runs()).into_values() {
            if elapsed.saturating_sub(claimed) < Lane::LEASE {
                by_claim.entry(claimed).or_default().push(run);
            }
        }
        let mut batches = Vec::new();
        for (claimed, runs) in by_claim {
            let batch = |runs: &[Run]| Batch { runs: runs.to_vec(), claimed };
            batches.extend(runs.chunks(batch_max).map(batch));
        }
        batches
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::in_flight::tests::run;

    #[test]
    fn what_was_claimed_together_is_looked_up_together_as_long_as_the_claim_holds() {
        let kept = Kept::default();
        let seconds = Duration::from_secs;
        kept.put([run(1), run(2), run(3)], seconds(10));
        kept.put([run(4)], seconds(60));
        kept.put([run(3)], seconds(70));
        let taken = kept.take(seconds(129), 1);
        let taken: Vec<_> = taken.iter().map(|batch| (&batch.runs[..], batch.claimed)).collect();
        let expected = [
            (&[run(1)][..], seconds(10)),
            (&[run(2)], seconds(10)),
            (&[run(4)], seconds(60)),
            (&[run(3)], seconds(70)),
        ];
        assert_eq!(taken, expected);
        assert!(kept.is_empty());

        kept.put([run(1)], seconds(10));
        assert!(!kept.is_empty());
        assert!(kept.take(seconds(130), 1).is_empty(), "its claim is over");
    }
}
