//! Rails: what money moves on, and how long it takes.
//!
//! The times are those that Moov documents: a transfer between wallets is there at
//! once, an ACH transfer of test mode takes about an hour and not over a weekend, and
//! what cards paid is credited by one in the afternoon of the next banking day, in New
//! York.

use std::sync::LazyLock;

use engine::{Instant, WalletId, Zone};
use jiff::civil::{Date, Time, Weekday};
use serde::{Deserialize, Serialize};

use super::side::State;

/// What money moves on, at one side of a remittance.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Rail {
    /// Within the bank, at once.
    Wallet(WalletId),
    /// A purchase: authorised at once, settled the next morning, credited at noon.
    CardPayment,
    /// A card that is debited or credited at once.
    CardDirect,
    /// Money drawn from a bank account.
    AchDebit(Benefit),
    /// Money sent to a bank account.
    AchCredit(Speed),
    /// Money sent to a bank account, there at once.
    Instant,
}

/// Whom a debit serves, and so who answers for it when it comes back.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Benefit {
    /// Whoever is debited: a wallet is funded, a payout paid for.
    Payer,
    /// Whoever gets the money: a bill is collected.
    Payee,
}

/// How fast a bank account is credited.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Speed {
    /// In about an hour.
    Standard,
    /// In half of that.
    SameDay,
}

impl Speed {
    /// How long it takes until the order has left, and again until it has cleared.
    const fn half_seconds(self) -> i64 {
        match self {
            Speed::Standard => 30 * 60,
            Speed::SameDay => 15 * 60,
        }
    }
}

/// When the networks have settled yesterday's purchases, in New York.
const SETTLED_AT: Time = Time::constant(6, 0, 0, 0);
/// When wallets are credited with them, on banking days.
const CREDITED_AT: Time = Time::constant(13, 0, 0, 0);

/// The banks' own zone.
static NEW_YORK: LazyLock<Zone> =
    LazyLock::new(|| Zone::named("America/New_York").unwrap_or_else(|_| Zone::utc()));

impl Rail {
    /// What it does next by itself, and when, once it was in `state` since `at`.
    #[must_use]
    pub(super) fn next(self, state: State, at: Instant) -> Option<(Instant, State)> {
        use State::{Completed, Confirmed, Initiated, Originated, Settled};
        match (self, state) {
            (Rail::Wallet(_) | Rail::CardDirect | Rail::Instant, Initiated) => {
                Some((at, Completed))
            }
            (Rail::CardPayment, Initiated) => Some((at, Confirmed)),
            (Rail::CardPayment, Confirmed) => Some((next_settlement(at), Settled)),
            (Rail::CardPayment, Settled) => Some((next_crediting(at), Completed)),
            (Rail::AchDebit(_) | Rail::AchCredit(_), Initiated) => {
                Some((self.half_later(at), Originated))
            }
            (Rail::AchDebit(_) | Rail::AchCredit(_), Originated) => {
                Some((self.half_later(at), Completed))
            }
            _ => None,
        }
    }

    /// When what was completed at an instant comes back, if it does.
    #[must_use]
    pub(super) fn late_return(self, completed_at: Instant) -> Instant {
        self.half_later(completed_at)
    }

    fn half_later(self, at: Instant) -> Instant {
        let speed = match self {
            Rail::AchCredit(speed) => speed,
            _ => Speed::Standard,
        };
        not_on_a_weekend(at.plus_seconds(speed.half_seconds()))
    }
}

/// The same moment, or the Monday that follows a weekend.
fn not_on_a_weekend(at: Instant) -> Instant {
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

/// The date, or the Monday after it.
fn banking_day(date: Date) -> Date {
    let mut day = date;
    while matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
        match day.tomorrow() {
            Ok(tomorrow) => day = tomorrow,
            Err(_) => return day,
        }
    }
    day
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
        while let Some((then, next)) = rail.next(state, now) {
            (state, now) = (next, then);
            steps.push((state, now.to_string()));
        }
        steps
    }

    #[test]
    fn a_wallet_and_what_is_instant_are_done_at_once() {
        for rail in [Rail::Wallet(WalletId(1)), Rail::CardDirect, Rail::Instant] {
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
        assert_eq!(steps(Rail::AchDebit(Benefit::Payee), "2026-01-15T15:00:00Z"), expected);
        let same_day = steps(Rail::AchCredit(Speed::SameDay), "2026-01-15T15:00:00Z");
        assert_eq!(same_day.last().unwrap().1, "2026-01-15T15:30:00Z");
    }

    #[test]
    fn a_bank_account_waits_over_the_weekend_until_midnight_in_new_york() {
        let steps = |from| steps(Rail::AchCredit(Speed::Standard), from);
        // A Saturday in winter: midnight in New York is five o'clock.
        assert_eq!(steps("2026-01-17T12:00:00Z")[0].1, "2026-01-19T05:00:00Z");
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
        assert_eq!(steps("2026-01-16T15:00:00Z")[2].1, "2026-01-19T18:00:00Z");
    }

    #[test]
    fn nothing_happens_after_the_end_of_time() {
        let last = Instant::MAX;
        assert_eq!(not_on_a_weekend(last), not_on_a_weekend(last));
        assert!(next_settlement(last) >= next_settlement(Instant::EPOCH));
    }
}
