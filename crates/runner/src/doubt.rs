//! What the original of a copy may have done that the copy does not know of.
//!
//! Data that were restored, or that nobody worked for a while, may be a copy whose original
//! went on. What it may have sent is looked up before it is first sent from here.

use engine::{Attempt, Decline, DeclineKind, Instant, Outcome, PaymentId, Role, Run};
use gateway::{Inquiry, Lookup};
use store::Pulse;

use crate::Lane;

/// What is said of an attempt that left no payment, where a later one was made.
const TRIED_AGAIN: &str = "declined; a later attempt was made";

impl Lane {
    /// Whether a run may have been sent by the original of a copy that this is.
    pub(crate) fn is_doubtful(run: &Run, pulse: Pulse) -> bool {
        pulse.doubtful_through.is_some_and(|through| run.key.due <= through)
            || may_have_gone_on(run, pulse)
    }

    /// What the gateway knows of each run, and of what it has accepted of it. One that it
    /// does not know may have been declined without a trace, and the slot paid by a later
    /// attempt of an original's: where there is one, this one was declined.
    pub(crate) async fn look_up(
        &self,
        asked: &[(&Run, Option<PaymentId>)],
        pulse: Pulse,
    ) -> Vec<Lookup> {
        let inquiries = asked.iter().map(|(run, accepted)| self.inquiry(run, *accepted)).collect();
        let mut lookups = self.gateway.look_up(inquiries).await;
        for ((run, _), lookup) in asked.iter().zip(&mut lookups) {
            if *lookup == Lookup::Absent && may_have_gone_on(run, pulse) {
                *lookup = self.look_up_later_attempts(run).await;
            }
        }
        lookups
    }

    async fn look_up_later_attempts(&self, run: &Run) -> Lookup {
        let last = run.plan.policies.retry.retries_max;
        let inquiries: Vec<Inquiry> = (run.attempt..last)
            .filter_map(|attempt| attempt.checked_add(1))
            .map(|attempt: Attempt| self.inquiry(&Run { attempt, ..run.clone() }, None))
            .collect();
        for some in inquiries.chunks(self.batch_len_max()) {
            for lookup in self.gateway.look_up(some.to_vec()).await {
                match lookup {
                    Lookup::Absent => {}
                    Lookup::Found(_) => return Lookup::Found(declined_before(run)),
                    Lookup::Unreachable => return Lookup::Unreachable,
                }
            }
        }
        Lookup::Absent
    }
}

/// Whether the original of restored data may have made any attempt at a run's slot. A copy
/// makes its retries days after it has found that the attempt before was declined, whenever
/// its original made them: so what counts is when their slot came. One that stands by itself
/// may have been moved here from any other time.
pub(crate) fn may_have_gone_on(run: &Run, pulse: Pulse) -> bool {
    pulse.restored_through.is_some_and(|through| match run.role {
        _ if run.key.due <= through => true,
        _ if run.attempt == 0 => false,
        Role::Cadence { .. } => run.plan.due(run.key.slot).is_none_or(|due| due <= through),
        Role::Detached { .. } => true,
    })
}

/// Since when the key of a run may have been used; `None` where nobody knows. An original
/// makes its retries when it will, but none before its slot comes.
pub(crate) fn key_used_since(run: &Run, pulse: Pulse) -> Option<Instant> {
    if !may_have_gone_on(run, pulse) {
        return Some(run.key.due);
    }
    match run.role {
        Role::Cadence { .. } => run.plan.due(run.key.slot).map(|due| due.min(run.key.due)),
        Role::Detached { .. } => None,
    }
}

/// A decline after which the slot is tried again, as it was.
fn declined_before(run: &Run) -> Outcome {
    let is_retried = run.plan.policies.retry.retried.includes(DeclineKind::Payer);
    let kind = if is_retried { DeclineKind::Payer } else { DeclineKind::BalanceShort };
    Outcome::Declined(Decline { payment: None, kind, message: Some(TRIED_AGAIN.into()) })
}

#[cfg(test)]
mod tests {
    use engine::RunKey;

    use super::*;
    use crate::in_flight::tests::run;

    fn at(text: &str) -> Instant {
        Instant::from_timestamp(text.parse().unwrap()).unwrap()
    }

    fn run_due(due: &str, role: Role, attempt: Attempt) -> Run {
        let run = run(1);
        Run { key: RunKey { due: at(due), ..run.key }, role, attempt, ..run }
    }

    #[test]
    fn the_key_of_a_retry_may_have_been_used_by_an_original_since_its_slot_came() {
        let by_rule = Role::Cadence { recorded: 1, through: run(1).key.slot };
        let retry = run_due("2026-02-03T00:00:00Z", by_rule, 1);
        let restored =
            |through: Option<&str>| Pulse { restored_through: through.map(at), ..Pulse::default() };
        let used_since = |run: &Run, through| key_used_since(run, restored(through));

        assert_eq!(used_since(&retry, None), Some(at("2026-02-03T00:00:00Z")));
        let before_its_slot = Some("2026-01-30T00:00:00Z");
        assert_eq!(used_since(&retry, before_its_slot), Some(at("2026-02-03T00:00:00Z")));
        let after_its_slot = Some("2026-02-02T00:00:00Z");
        assert_eq!(used_since(&retry, after_its_slot), Some(at("2026-01-31T00:00:00Z")));

        let by_itself = run_due("2026-02-03T00:00:00Z", Role::Detached { last: false }, 1);
        assert_eq!(used_since(&by_itself, None), Some(at("2026-02-03T00:00:00Z")));
        assert_eq!(used_since(&by_itself, after_its_slot), None);
    }
}
