//! Policies: where two dialects behave differently, the difference is a value here.

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime, Time, Weekday};
use serde::{Deserialize, Serialize};

use crate::business_days::{BusinessDays, lag_days};
use crate::outcome::DeclineKind;
use crate::run::Attempt;
use crate::time::{Instant, Zone};

/// How a schedule behaves beyond what it pays and when.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Policies {
    /// Whose civil days its slots are, and at which hour they run.
    pub timing: Timing,
    /// What follows a declined attempt.
    pub retry: RetryPolicy,
    /// What becomes of slots that were missed.
    pub catch_up: CatchUp,
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
    /// Which days are none on which its dates run; none where every day is one. Stores keep
    /// it beside the plan: plans that were stored before there was any have no place for it.
    #[serde(skip)]
    pub business_days: Option<BusinessDays>,
}

impl Timing {
    /// At an hour of every day.
    #[must_use]
    pub const fn new(zone: Zone, hour: Time) -> Timing {
        Timing { zone, hour, business_days: None }
    }

    /// When what is of a date runs; `None` past the last instant there is.
    #[must_use]
    pub fn due(&self, date: Date) -> Option<Instant> {
        let day = match &self.business_days {
            None => date,
            Some(business_days) => business_days.on_or_after(date),
        };
        self.zone.instant(day, self.hour)
    }

    /// The moment before which no date lies whose run is still to come at an instant.
    pub(crate) fn nearest_to_come(&self, now: Instant) -> DateTime {
        let near = self.zone.moment_at(now);
        let lag = SignedDuration::from_hours(24 * lag_days(self.business_days.as_ref()));
        near.checked_sub(lag).unwrap_or(near)
    }
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
    /// Each after a wait of its own.
    Ladder(Ladder),
}

impl RetrySpacing {
    /// The day on which an attempt is made again that was declined on this one; `None`
    /// past the end of the calendar.
    #[must_use]
    pub fn after(self, declined_on: Date, attempt: Attempt) -> Option<Date> {
        match self {
            RetrySpacing::NextDay => DayCount::Days.after(declined_on, 1),
            RetrySpacing::NextBusinessDay => DayCount::BusinessDays.after(declined_on, 1),
            RetrySpacing::Ladder(ladder) => {
                let wait = ladder.waits.get(usize::from(attempt)).copied().filter(|it| *it > 0)?;
                ladder.counted_in.after(declined_on, wait)
            }
        }
    }
}

/// Retries of one slot by a ladder, at most, and within how many days: what the card
/// schemes allow before they fine the merchant. Visa's limit is the tightest: 15 in 30 days.
pub const LADDER_RETRIES_MAX: usize = 15;
/// See [`LADDER_RETRIES_MAX`].
pub const LADDER_DAYS_MAX: u32 = 30;

/// How long each retry of a slot waits for the attempt before it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Ladder {
    counted_in: DayCount,
    /// By attempt; 0 where there is none.
    waits: [u8; LADDER_RETRIES_MAX],
}

/// Which days a wait counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum DayCount {
    /// All of them.
    Days,
    /// Those that are not a Saturday or Sunday.
    BusinessDays,
}

impl DayCount {
    fn after(self, day: Date, count: u8) -> Option<Date> {
        let mut day = day;
        for _ in 0..count {
            day = day.tomorrow().ok()?;
            while self == DayCount::BusinessDays
                && matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
            {
                day = day.tomorrow().ok()?;
            }
        }
        Some(day)
    }

    /// The calendar days that so many of these can take, at most.
    const fn span(self, count: u32) -> u32 {
        match self {
            DayCount::Days => count,
            // Two more for each weekend on the way, of which five days have at most one.
            DayCount::BusinessDays => count + 2 * count.div_ceil(5),
        }
    }
}

/// Why waits make no ladder.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum LadderError {
    /// There are too many.
    #[error("{count} retries are more than {LADDER_RETRIES_MAX}, which is what card schemes allow")]
    TooMany {
        /// How many.
        count: usize,
    },
    /// One of them is no wait.
    #[error("retry {number} waits for 0 days; the least is 1")]
    NoWait {
        /// Which, from 1.
        number: usize,
    },
    /// Together they are too long.
    #[error(
        "the retries reach up to {days} days after the first attempt; card schemes allow {LADDER_DAYS_MAX}"
    )]
    TooLong {
        /// How many days they can take.
        days: u32,
    },
}

/// What becomes of slots that were missed: that were due while nobody was there to run them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CatchUp {
    /// Which of them still run.
    pub missed: Missed,
    /// How late a slot may still run without a person having seen it.
    pub lateness_max_seconds: u32,
}

impl CatchUp {
    /// All of them, oldest first, where they are no more than three days late.
    pub const ALL: CatchUp = CatchUp { missed: Missed::All, lateness_max_seconds: 3 * 86_400 };
}

/// Which missed slots still run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Missed {
    /// All, oldest first.
    All,
    /// The latest; the others are skipped.
    Latest,
    /// None; all are skipped.
    Skip,
}

/// Which declines are retried.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Retried {
    /// Every one.
    Every,
    /// Those that asking again may change: not a card that is stolen, an account that is
    /// closed, a payee who cannot be paid.
    WhereItMayHelp,
    /// Only where the balance was short.
    WhileBalanceIsShort,
}

impl Retried {
    /// Whether a decline of this kind may be tried again.
    #[must_use]
    pub fn includes(self, kind: DeclineKind) -> bool {
        match self {
            Retried::Every => true,
            Retried::WhereItMayHelp => {
                matches!(kind, DeclineKind::Payer | DeclineKind::BalanceShort)
            }
            Retried::WhileBalanceIsShort => kind == DeclineKind::BalanceShort,
        }
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

    /// Retries that wait for so many days each, one after the other.
    ///
    /// ```
    /// use engine::{DayCount, Exhausted, LadderError, Retried, RetryPolicy};
    ///
    /// let dunning = RetryPolicy::ladder(
    ///     &[1, 3, 5, 7],
    ///     DayCount::Days,
    ///     Retried::WhereItMayHelp,
    ///     Exhausted::SuspendSchedule,
    /// )?;
    /// assert_eq!(dunning.retries_max, 4);
    ///
    /// let too_long = RetryPolicy::ladder(&[20, 20], DayCount::Days, Retried::Every, Exhausted::GoOn);
    /// assert_eq!(too_long, Err(LadderError::TooLong { days: 40 }));
    /// # Ok::<(), LadderError>(())
    /// ```
    pub fn ladder(
        waits: &[u8],
        counted_in: DayCount,
        retried: Retried,
        exhausted: Exhausted,
    ) -> Result<RetryPolicy, LadderError> {
        let too_many = LadderError::TooMany { count: waits.len() };
        let retries_max = u8::try_from(waits.len()).map_err(|_| too_many)?;
        let mut kept = [0; LADDER_RETRIES_MAX];
        kept.get_mut(..waits.len()).ok_or(too_many)?.copy_from_slice(waits);
        if let Some(before) = waits.iter().position(|wait| *wait == 0) {
            return Err(LadderError::NoWait { number: before + 1 });
        }
        let days = counted_in.span(waits.iter().copied().map(u32::from).sum());
        if days > LADDER_DAYS_MAX {
            return Err(LadderError::TooLong { days });
        }
        let spacing = RetrySpacing::Ladder(Ladder { counted_in, waits: kept });
        Ok(RetryPolicy { retries_max, spacing, retried, exhausted })
    }

    /// The waits of a ladder, in its days, and which days they count; `None` where each
    /// retry waits for the next day.
    #[must_use]
    pub fn waits(&self) -> Option<(&[u8], DayCount)> {
        let RetrySpacing::Ladder(ladder) = &self.spacing else { return None };
        let waits = ladder.waits.get(..usize::from(self.retries_max)).unwrap_or(&ladder.waits);
        Some((waits, ladder.counted_in))
    }

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
        let friday = date(2026, 1, 30);
        assert_eq!(RetrySpacing::NextBusinessDay.after(friday, 0), Some(date(2026, 2, 2)));
        assert_eq!(RetrySpacing::NextDay.after(friday, 0), Some(date(2026, 1, 31)));
    }

    fn ladder(waits: &[u8], counted_in: DayCount) -> Result<RetryPolicy, LadderError> {
        RetryPolicy::ladder(waits, counted_in, Retried::Every, Exhausted::GoOn)
    }

    #[test]
    fn each_rung_of_a_ladder_waits_for_its_own_days() {
        let friday = date(2026, 1, 30);
        let retries = |counted_in| {
            let spacing = ladder(&[1, 3, 5], counted_in).unwrap().spacing;
            (0..4).map(|attempt| spacing.after(friday, attempt)).collect::<Vec<_>>()
        };
        assert_eq!(
            retries(DayCount::Days),
            [Some(date(2026, 1, 31)), Some(date(2026, 2, 2)), Some(date(2026, 2, 4)), None]
        );
        assert_eq!(
            retries(DayCount::BusinessDays),
            [Some(date(2026, 2, 2)), Some(date(2026, 2, 4)), Some(date(2026, 2, 6)), None]
        );
    }

    #[test]
    fn a_ladder_stays_within_what_card_schemes_allow() {
        assert!(ladder(&[2; 15], DayCount::Days).is_ok());
        assert_eq!(ladder(&[1; 16], DayCount::Days), Err(LadderError::TooMany { count: 16 }));
        assert_eq!(ladder(&[1; 300], DayCount::Days), Err(LadderError::TooMany { count: 300 }));
        assert_eq!(ladder(&[3, 0], DayCount::Days), Err(LadderError::NoWait { number: 2 }));
        assert_eq!(ladder(&[30, 1], DayCount::Days), Err(LadderError::TooLong { days: 31 }));
        assert!(ladder(&[20], DayCount::BusinessDays).is_ok());
        assert_eq!(ladder(&[21], DayCount::BusinessDays), Err(LadderError::TooLong { days: 31 }));
    }

    #[test]
    fn what_asking_again_cannot_change_is_not_retried_where_policy_says_so() {
        use DeclineKind::{BalanceShort, Payee, Payer, PayerForGood};
        let retried = |retried: Retried| {
            [Payer, PayerForGood, BalanceShort, Payee].map(|kind| retried.includes(kind))
        };
        assert_eq!(retried(Retried::Every), [true, true, true, true]);
        assert_eq!(retried(Retried::WhereItMayHelp), [true, false, true, false]);
        assert_eq!(retried(Retried::WhileBalanceIsShort), [false, false, true, false]);
    }
}
