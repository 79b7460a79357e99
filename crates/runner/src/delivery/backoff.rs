//! When what was not taken is tried again.

use std::time::Duration;

use engine::Instant;
use gateway::courier::RetryAfter;
use store::webhook::{Delivery, DeliveryId};

/// The longest that an endpoint can ask to be left alone: a day.
const RETRY_AFTER_MAX: Duration = Duration::from_hours(24);
/// How far the wait is moved, in thousandths of itself at most, so that what failed together
/// is not tried together.
const JITTER_PER_MILLE: u64 = 100;

/// When the next attempt after one that failed at `now` is; `None` after the last.
pub(super) fn next_attempt(
    retries: &[Duration],
    delivery: &Delivery,
    now: Instant,
    retry_after: Option<RetryAfter>,
) -> Option<Instant> {
    let index = usize::try_from(delivery.attempts).ok()?;
    let wait = moved(*retries.get(index)?, delivery.id, delivery.attempts);
    let asked = retry_after.map_or(now, |it| rest_until(now, it));
    Some(later(now, wait).max(asked))
}

/// Until when an endpoint wants to be left alone.
pub(super) fn rest_until(now: Instant, retry_after: RetryAfter) -> Instant {
    let asked = match retry_after {
        RetryAfter::Seconds(seconds) => later(now, Duration::from_secs(seconds.into())),
        RetryAfter::At(instant) => instant,
    };
    asked.min(later(now, RETRY_AFTER_MAX)).max(now)
}

/// A time after another.
pub(super) fn later(now: Instant, wait: Duration) -> Instant {
    let nanoseconds = i64::try_from(wait.as_nanos()).unwrap_or(i64::MAX);
    Instant::from_nanoseconds(now.nanoseconds().saturating_add(nanoseconds))
}

/// The wait, moved by as much as delivery and attempt say: the same for the same, and
/// different for others.
fn moved(wait: Duration, id: DeliveryId, attempt: u32) -> Duration {
    let mixed = (id.0.cast_unsigned() ^ (u64::from(attempt) << 48))
        .wrapping_add(0x9e37_79b9_7f4a_7c15)
        .wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let thousandths = 1_000 - JITTER_PER_MILLE + (mixed >> 32) % (2 * JITTER_PER_MILLE + 1);
    let milliseconds = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
    Duration::from_millis(milliseconds.saturating_mul(thousandths) / 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::ScheduleId;
    use store::EventId;
    use store::webhook::{Chain, DeliveryState, EndpointId};

    const NOON: Instant = Instant::from_nanoseconds(1_781_524_800_000_000_000);

    fn delivery(id: i64, attempts: u32) -> Delivery {
        Delivery {
            id: DeliveryId(id),
            endpoint: EndpointId(1),
            event: EventId(1),
            chain: Chain::Schedule(ScheduleId(1)),
            created_at: NOON,
            state: DeliveryState::Pending(Some(NOON)),
            attempts,
            latest: None,
        }
    }

    fn seconds(later: Instant) -> i64 {
        (later.nanoseconds() - NOON.nanoseconds()) / 1_000_000_000
    }

    #[test]
    fn waits_grow_over_days_and_come_to_an_end() {
        let retries = super::super::Settings::with_reach(super::super::Reach::Public).retries;
        let total: Duration = retries.iter().sum();
        assert_eq!(total.as_secs(), 5 + 35 * 60 + 75 * 3_600);
        for (attempt, wait) in (0..).zip(&retries) {
            let next = next_attempt(&retries, &delivery(1, attempt), NOON, None).unwrap();
            let wait = i64::try_from(wait.as_secs()).unwrap();
            assert!((wait * 9 / 10..=wait * 11 / 10).contains(&seconds(next)), "{attempt}");
        }
        assert_eq!(next_attempt(&retries, &delivery(1, 9), NOON, None), None);
    }

    #[test]
    fn what_failed_together_is_not_tried_together() {
        let hour = [Duration::from_hours(1)];
        let mut next: Vec<_> =
            (1..=50).map(|id| next_attempt(&hour, &delivery(id, 0), NOON, None)).collect();
        next.sort_unstable();
        next.dedup();
        assert!(next.len() > 25, "{}", next.len());
    }

    #[test]
    fn an_endpoint_may_ask_for_more_time_and_not_for_less_nor_for_ever() {
        let minute = [Duration::from_mins(1)];
        let next =
            |after| seconds(next_attempt(&minute, &delivery(1, 0), NOON, Some(after)).unwrap());
        assert_eq!(next(RetryAfter::Seconds(600)), 600);
        assert!(next(RetryAfter::Seconds(1)) >= 54);
        assert!(next(RetryAfter::At(Instant::EPOCH)) >= 54);
        assert_eq!(next(RetryAfter::Seconds(u32::MAX)), 86_400);
    }
}
