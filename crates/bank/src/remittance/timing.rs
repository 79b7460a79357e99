//! How long money takes on each rail.
//!
//! The times are those that Moov documents: a transfer between wallets is there at
//! once, an ACH transfer of test mode takes about an hour and not over a weekend, and
//! what cards paid is credited by one in the afternoon of the next banking day, in New
//! York. Banking days are those of the Federal Reserve, whose rails these are.

use std::sync::LazyLock;

use engine::{Instant, Zone};
use jiff::civil::{Date, Time, Weekday};
use recurrence::NamedCalendar;

use super::side::State;
use crate::payment_method::Rail;

/// How long it takes until an order to a bank has left, and again until it has cleared.
const HALF_SECONDS: i64 = 30 * 60;
/// The same on the rail that is faster.
const HALF_SECONDS_SAME_DAY: i64 = 15 * 60;

/// When the networks have settled yesterday's purchases, in New York.
const SETTLED_AT: Time = Time::constant(6, 0, 0, 0);
/// When wallets are credited with them, on banking days.
const CREDITED_AT: Time = Time::constant(13, 0, 0, 0);

/// The banks' own zone.
static NEW_YORK: LazyLock<Zone> =
    LazyLock::new(|| Zone::named("America/New_York").unwrap_or_else(|_| Zone::utc()));

/// What a rail does next by itself, and when, once it was in `state` since `at`.
#[must_use]
pub(super) fn next(rail: Rail, state: State, at: Instant) -> Option<(Instant, State)> {
    use State::{Completed, Confirmed, Initiated, Originated, Settled};
    match (rail, state) {
        (Rail::Wallet | Rail::PullFromCard | Rail::PushToCard | Rail::InstantCredit, Initiated) => {
            Some((at, Completed))
        }
        (Rail::CardPayment, Initiated) => Some((at, Confirmed)),
        (Rail::CardPayment, Confirmed) => Some((next_settlement(at), Settled)),
        (Rail::CardPayment, Settled) => Some((next_crediting(at), Completed)),
        (rail, Initiated) if is_ach(rail) => Some((half_later(rail, at), Originated)),
        (rail, Originated) if is_ach(rail) => Some((half_later(rail, at), Completed)),
        _ => None,
    }
}

/// When what a rail completed at an instant comes back, if it does.
#[must_use]
pub(super) fn late_return(rail: Rail, completed_at: Instant) -> Instant {
    half_later(rail, completed_at)
}

const fn is_ach(rail: Rail) -> bool {
    matches!(
        rail,
        Rail::AchDebitFund
            | Rail::AchDebitCollect
            | Rail::AchCreditStandard
            | Rail::AchCreditSameDay
    )
}

fn half_later(rail: Rail, at: Instant) -> Instant {
    let seconds = match rail {
        Rail::AchCreditSameDay => HALF_SECONDS_SAME_DAY,
        _ => HALF_SECONDS,
    };
    on_a_banking_day(at.plus_seconds(seconds))
}

/// The same moment, or the midnight in which the next banking day begins.
fn on_a_banking_day(at: Instant) -> Instant {
    let date = NEW_YORK.date_at(at);
    let banking_day = banking_day(date);
    if banking_day == date {
        return at;
    }
    NEW_YORK.instant(banking_day, Time::midnight()).unwrap_or(Instant::MAX)
}

/// When purchases of an instant are settled: on the next morning.
fn next_settlement(at: Instant) -> Instant {
    let tomorrow = NEW_YORK.date_at(at).tomorrow().ok();
    tomorrow.and_then(|date| NEW_YORK.instant(date, SETTLED_AT)).unwrap_or(Instant::MAX)
}

/// When wallets are credited with what was settled at an instant.
fn next_crediting(at: Instant) -> Instant {
    let date = banking_day(NEW_YORK.date_at(at));
    NEW_YORK.instant(date, CREDITED_AT).unwrap_or(Instant::MAX)
}

/// The date, or the first banking day after it.
fn banking_day(date: Date) -> Date {
    let mut day = date;
    while !is_banking_day(day) {
        match day.tomorrow() {
            Ok(tomorrow) => day = tomorrow,
            Err(_) => return day,
        }
    }
    day
}

/// Of years whose holidays are not known yet, weekends alone are kept.
fn is_banking_day(date: Date) -> bool {
    let is_weekday = || !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
    let calendar = NamedCalendar::FederalReserve.calendar();
    calendar.is_business_day(date).unwrap_or_else(|_| is_weekday())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        Instant::from_timestamp(text.parse().unwrap()).unwrap()
    }

    fn steps(rail: Rail, from: &str) -> Vec<(State, String)> {
        let (mut state, mut now) = (State::Initiated, at(from));
        let mut steps = Vec::new();
        while let Some((then, then_state)) = next(rail, state, now) {
            (state, now) = (then_state, then);
            steps.push((state, now.to_string()));
        }
        steps
    }

    #[test]
    fn a_wallet_and_what_is_instant_are_done_at_once() {
        for rail in [Rail::Wallet, Rail::PullFromCard, Rail::PushToCard, Rail::InstantCredit] {
            let now = "2026-01-31T10:00:00Z";
            assert_eq!(steps(rail, now), [(State::Completed, now.to_owned())]);
        }
    }

    #[test]
    fn a_bank_account_takes_an_hour_on_weekdays() {
        let expected = [
            (State::Originated, "2026-01-15T15:30:00Z".to_owned()),
            (State::Completed, "2026-01-15T16:00:00Z".to_owned()),
        ];
        assert_eq!(steps(Rail::AchDebitCollect, "2026-01-15T15:00:00Z"), expected);
        let same_day = steps(Rail::AchCreditSameDay, "2026-01-15T15:00:00Z");
        assert_eq!(same_day.last().unwrap().1, "2026-01-15T15:30:00Z");
    }

    #[test]
    fn a_bank_account_waits_over_the_weekend_until_midnight_in_new_york() {
        let steps = |from| steps(Rail::AchCreditStandard, from);
        // A Saturday in winter: midnight in New York is five o'clock.
        assert_eq!(steps("2026-01-10T12:00:00Z")[0].1, "2026-01-12T05:00:00Z");
        // Late on a Friday evening there, in summer: it leaves, and clears on Monday.
        let late = steps("2026-07-18T03:15:00Z");
        assert_eq!(late[0].1, "2026-07-18T03:45:00Z");
        assert_eq!(late[1].1, "2026-07-20T04:00:00Z");
    }

    #[test]
    fn a_purchase_is_confirmed_at_once_and_credited_on_the_next_banking_day() {
        let steps = |from| steps(Rail::CardPayment, from);
        let expected = [
            (State::Confirmed, "2026-01-15T15:00:00Z".to_owned()),
            (State::Settled, "2026-01-16T11:00:00Z".to_owned()),
            (State::Completed, "2026-01-16T18:00:00Z".to_owned()),
        ];
        assert_eq!(steps("2026-01-15T15:00:00Z"), expected);
        // On a Friday: settled on Saturday, credited on Monday.
        assert_eq!(steps("2026-01-09T15:00:00Z")[2].1, "2026-01-12T18:00:00Z");
    }

    #[test]
    fn a_bank_holiday_is_waited_out_like_a_weekend() {
        // The third Monday of January is a holiday of the Federal Reserve.
        let card = steps(Rail::CardPayment, "2026-01-16T15:00:00Z");
        assert_eq!(card[2].1, "2026-01-20T18:00:00Z");
        let debit = steps(Rail::AchDebitCollect, "2026-01-17T12:00:00Z");
        assert_eq!(debit[0].1, "2026-01-20T05:00:00Z");
        // So is Christmas, in the middle of a week.
        let credit = steps(Rail::AchCreditStandard, "2025-12-25T15:00:00Z");
        assert_eq!(credit[0].1, "2025-12-26T05:00:00Z");
    }

    #[test]
    fn of_years_whose_holidays_are_not_known_weekends_alone_are_kept() {
        // Christmas of 2040 is a Tuesday; the Saturday before it is one all the same.
        let credit = steps(Rail::AchCreditStandard, "2040-12-25T15:00:00Z");
        assert_eq!(credit[0].1, "2040-12-25T15:30:00Z");
        let weekend = steps(Rail::AchCreditStandard, "2040-12-22T15:00:00Z");
        assert_eq!(weekend[0].1, "2040-12-24T05:00:00Z");
    }

    #[test]
    fn nothing_happens_after_the_end_of_time() {
        let last = Instant::MAX;
        assert_eq!(on_a_banking_day(last), on_a_banking_day(last));
        assert!(next_settlement(last) >= next_settlement(Instant::EPOCH));
    }
}
