//! The breaker of a lane: a gateway that fails stops its lane, it does not fail payments.
//!
//! It looks at outcomes only. A wrong key, a connection that is refused, silence and «come
//! back later» say nothing of any payment, so nothing more is claimed for a while; then one
//! run is tried, and with its answer the lane goes on.

use std::time::Duration;

use engine::{NotSent, Outcome};

/// Batches without any answer, one after the other, before the lane stops.
const SILENT_BATCHES_MAX: u32 = 3;
/// The first pause after those; each further one is twice as long.
const PAUSE_MIN: Duration = Duration::from_secs(1);
/// The longest pause.
const PAUSE_MAX: Duration = Duration::from_mins(5);
/// The pause after the gateway refused the key: somebody has to put that right.
const UNAUTHORISED_PAUSE: Duration = Duration::from_mins(1);

/// Why a lane has stopped.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Trouble {
    /// The gateway refuses the key.
    Unauthorised,
    /// It asked to be left alone for a while.
    Throttled,
    /// It cannot be reached, or does not answer.
    Silent,
}

/// How much may be claimed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Allowance {
    /// As much as the gateway takes at once.
    All,
    /// One run, to see whether the gateway answers again. Whoever gets this must say when
    /// the trial is over ([`Breaker::end_trial`]), whatever came of it.
    Trial,
    /// Nothing.
    Nothing,
}

/// A lane's breaker. Times are of the clock that only goes forward.
#[derive(Debug, Default)]
pub(crate) struct Breaker {
    silent_batches: u32,
    stopped: Option<Stop>,
    is_trying: bool,
}

#[derive(Clone, Copy, Debug)]
struct Stop {
    trouble: Trouble,
    until: Duration,
}

impl Breaker {
    /// What may be claimed now.
    pub(crate) fn allowance(&mut self, now: Duration) -> Allowance {
        match self.stopped {
            None => Allowance::All,
            Some(stop) if now < stop.until || self.is_trying => Allowance::Nothing,
            Some(_) => {
                self.is_trying = true;
                Allowance::Trial
            }
        }
    }

    /// Why the lane has stopped, and until when at least; `None` while it goes.
    pub(crate) fn stopped(&self) -> Option<(Trouble, Duration)> {
        self.stopped.map(|stop| (stop.trouble, stop.until))
    }

    /// Another trial may be made: what was claimed for this one has been dealt with, though
    /// perhaps without asking the gateway anything.
    pub(crate) const fn end_trial(&mut self) {
        self.is_trying = false;
    }

    /// Takes note of what a batch came to.
    pub(crate) fn note<'a>(
        &mut self,
        outcomes: impl IntoIterator<Item = &'a Outcome>,
        now: Duration,
    ) {
        let seen = Seen::of(outcomes);
        if let Some(trouble) = seen.refused {
            let pause = match (trouble, seen.retry_after) {
                (Trouble::Unauthorised, _) => UNAUTHORISED_PAUSE,
                (_, Some(asked)) => asked.clamp(PAUSE_MIN, PAUSE_MAX),
                (_, None) => {
                    self.silent_batches = self.silent_batches.max(SILENT_BATCHES_MAX - 1) + 1;
                    self.pause()
                }
            };
            self.stop(trouble, now + pause);
        } else if seen.answered {
            if self.stopped.is_some() {
                tracing::info!("the gateway answers again and its lane goes on");
            }
            *self = Breaker::default();
        } else if seen.silent {
            self.silent_batches = self.silent_batches.saturating_add(1);
            if self.silent_batches >= SILENT_BATCHES_MAX {
                self.stop(Trouble::Silent, now + self.pause());
            }
        }
    }

    fn stop(&mut self, trouble: Trouble, until: Duration) {
        tracing::warn!(?trouble, "the gateway gives no answers and its lane has stopped");
        self.stopped = Some(Stop { trouble, until });
    }

    fn pause(&self) -> Duration {
        let doublings = self.silent_batches.saturating_sub(SILENT_BATCHES_MAX).min(16);
        PAUSE_MIN.saturating_mul(1 << doublings).min(PAUSE_MAX)
    }
}

/// What a batch's outcomes say of the gateway.
#[derive(Default)]
struct Seen {
    answered: bool,
    silent: bool,
    refused: Option<Trouble>,
    retry_after: Option<Duration>,
}

impl Seen {
    fn of<'a>(outcomes: impl IntoIterator<Item = &'a Outcome>) -> Seen {
        let mut seen = Seen::default();
        for outcome in outcomes {
            match outcome {
                Outcome::Succeeded(_) | Outcome::Declined(_) | Outcome::Accepted(_) => {
                    seen.answered = true;
                }
                Outcome::Unknown | Outcome::NotSent(NotSent::Unreachable) => seen.silent = true,
                Outcome::NotSent(NotSent::Unauthorised) => {
                    seen.refused = Some(Trouble::Unauthorised);
                }
                Outcome::NotSent(NotSent::Throttled { retry_after_seconds }) => {
                    seen.refused = seen.refused.or(Some(Trouble::Throttled));
                    let asked = retry_after_seconds.map(|it| Duration::from_secs(it.into()));
                    seen.retry_after = seen.retry_after.max(asked);
                }
                // Its own sender kept it back: that says nothing of the gateway.
                Outcome::NotSent(NotSent::KeptBack) => {}
            }
        }
        seen
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::{ChargeId, PaymentId};

    const PAID: Outcome = Outcome::Succeeded(PaymentId::Charge(ChargeId(1)));
    const UNREACHABLE: Outcome = Outcome::NotSent(NotSent::Unreachable);
    const UNAUTHORISED: Outcome = Outcome::NotSent(NotSent::Unauthorised);

    fn throttled(retry_after_seconds: Option<u32>) -> Outcome {
        Outcome::NotSent(NotSent::Throttled { retry_after_seconds })
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_refused_key_stops_the_lane_at_once_and_one_run_tries_it_each_minute() {
        let mut breaker = Breaker::default();
        breaker.note([&PAID, &UNAUTHORISED], seconds(0));
        assert_eq!(breaker.stopped(), Some((Trouble::Unauthorised, seconds(60))));
        assert_eq!(breaker.allowance(seconds(59)), Allowance::Nothing);
        assert_eq!(breaker.allowance(seconds(60)), Allowance::Trial);
        assert_eq!(breaker.allowance(seconds(60)), Allowance::Nothing);
        breaker.note([&UNAUTHORISED], seconds(61));
        breaker.end_trial();
        assert_eq!(breaker.allowance(seconds(120)), Allowance::Nothing);
        assert_eq!(breaker.allowance(seconds(121)), Allowance::Trial);
        breaker.note([&PAID], seconds(122));
        assert_eq!(breaker.allowance(seconds(122)), Allowance::All);
    }

    #[test]
    fn silence_stops_the_lane_after_three_batches_and_for_longer_each_time() {
        for silence in [UNREACHABLE, Outcome::Unknown] {
            let mut breaker = Breaker::default();
            breaker.note([&silence], seconds(0));
            breaker.note([&silence], seconds(0));
            assert_eq!(breaker.allowance(seconds(0)), Allowance::All);
            let pauses: Vec<Duration> = (0..11)
                .map(|_| {
                    breaker.note([&silence], seconds(0));
                    breaker.stopped().unwrap().1
                })
                .collect();
            let expected = [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300].map(seconds);
            assert_eq!(pauses, expected);
        }
    }

    #[test]
    fn one_answer_among_silence_says_that_the_gateway_is_there() {
        let mut breaker = Breaker::default();
        for _ in 0..10 {
            breaker.note([&Outcome::Unknown, &PAID, &UNREACHABLE], seconds(0));
        }
        assert_eq!(breaker.allowance(seconds(0)), Allowance::All);
    }

    #[test]
    fn a_gateway_is_left_alone_for_as_long_as_it_asks() {
        let mut breaker = Breaker::default();
        breaker.note([&PAID, &throttled(Some(40)), &throttled(None)], seconds(100));
        assert_eq!(breaker.stopped(), Some((Trouble::Throttled, seconds(140))));
        breaker.note([&throttled(Some(86_400))], seconds(140));
        assert_eq!(breaker.stopped(), Some((Trouble::Throttled, seconds(440))));
        breaker.note([&PAID], seconds(440));
        breaker.note([&throttled(None)], seconds(500));
        assert_eq!(breaker.stopped(), Some((Trouble::Throttled, seconds(501))));
        breaker.note([&throttled(None)], seconds(501));
        assert_eq!(breaker.stopped(), Some((Trouble::Throttled, seconds(503))));
    }

    #[test]
    fn a_trial_that_asked_the_gateway_nothing_is_made_again() {
        let mut breaker = Breaker::default();
        breaker.note([&UNAUTHORISED], seconds(0));
        assert_eq!(breaker.allowance(seconds(60)), Allowance::Trial);
        breaker.end_trial();
        assert_eq!(breaker.allowance(seconds(60)), Allowance::Trial);
    }

    #[test]
    fn what_was_kept_back_here_says_nothing_of_the_gateway() {
        let mut breaker = Breaker::default();
        for _ in 0..10 {
            breaker.note([&Outcome::NotSent(NotSent::KeptBack)], seconds(0));
        }
        assert_eq!(breaker.allowance(seconds(0)), Allowance::All);
    }
}
