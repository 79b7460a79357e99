//! Policies: where two dialects behave differently, the difference is a value here.

use jiff::civil::{Date, Time, Weekday};
use serde::{Deserialize, Serialize};

use crate::outcome::DeclineKind;
use crate::time::Zone;

/// How a schedule behaves beyond what it pays and when.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Policies {
    /// Whose civil days its slots are, and at which hour they run.
    pub timing: Timing,
    /// What follows a declined attempt.
    pub retry: RetryPolicy,
    /// Whether a slot on the day of creation runs at once instead of at its hour, and one
    /// of the very second of creation at all.
    pub run_at_start: bool,
}

/// Whose civil days a schedule's slots are, and at which hour they run.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Timing {
    /// The zone.
    pub zone: Zone,
    /// The hour there.
    pub hour: Time,
}

/// What follows a declined attempt.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RetryPolicy {
    /// Retries of one slot after its first attempt, at most.
    pub retries_max: u8,
    /// When a retry runs.
    pub spacing: RetrySpacing,
    /// Which declines are retried at all.
    pub retried: Retried,
    /// What becomes of the schedule when no retry is left.
    pub exhausted: Exhausted,
}

/// When a retry runs, counted from the day of the attempt that was declined.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum RetrySpacing {
    /// The following day.
    NextDay,
    /// The following day that is not a Saturday or Sunday.
    NextBusinessDay,
}

impl RetrySpacing {
    /// The day of the retry; `None` past the end of the calendar.
    #[must_use]
    pub fn after(self, declined_on: Date) -> Option<Date> {
        let mut day = declined_on.tomorrow().ok()?;
        if self == RetrySpacing::NextBusinessDay {
            while matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
                day = day.tomorrow().ok()?;
            }
        }
        Some(day)
    }
}

/// Which declines are retried.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Retried {
    /// Every one.
    Every,
    /// Only where the balance was short.
    WhileBalanceIsShort,
}

impl Retried {
    /// Whether a decline of this kind may be tried again.
    #[must_use]
    pub fn includes(self, kind: DeclineKind) -> bool {
        self == Retried::Every || kind == DeclineKind::BalanceShort
    }
}

/// What becomes of a schedule when a slot has failed for good.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Exhausted {
    /// It stops until a person looks at it.
    SuspendSchedule,
    /// It goes on with the next slot.
    GoOn,
}

impl RetryPolicy {
    /// Up to two retries on the following days; the third failure in a row
    /// suspends the schedule (Omise's charges).
    pub const TWO_DAYS_THEN_SUSPEND: RetryPolicy = RetryPolicy {
        retries_max: 2,
        spacing: RetrySpacing::NextDay,
        retried: Retried::Every,
        exhausted: Exhausted::SuspendSchedule,
    };

    /// While the balance is short, each following business day, at most 30 of
    /// them; any other decline fails the slot alone (Omise's transfers).
    pub const BUSINESS_DAYS_WHILE_SHORT: RetryPolicy = RetryPolicy {
        retries_max: 30,
        spacing: RetrySpacing::NextBusinessDay,
        retried: Retried::WhileBalanceIsShort,
        exhausted: Exhausted::GoOn,
    };

    /// None at all.
    pub const NEVER: RetryPolicy = RetryPolicy {
        retries_max: 0,
        spacing: RetrySpacing::NextDay,
        retried: Retried::Every,
        exhausted: Exhausted::GoOn,
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_business_day_after_a_friday_is_monday() {
        assert_eq!(RetrySpacing::NextBusinessDay.after(date(2026, 1, 30)), Some(date(2026, 2, 2)));
        assert_eq!(RetrySpacing::NextDay.after(date(2026, 1, 30)), Some(date(2026, 1, 31)));
    }
}
