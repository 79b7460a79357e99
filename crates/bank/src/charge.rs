//! Charges: money taken from cards.

use engine::{AccountId, CardId, ChargeId, CustomerId, Instant, Money, ScheduleId};
use serde::{Deserialize, Serialize};

use crate::country::{Limits, charge_limits};
use crate::entity::{BankEvent, Metadata, RecordKind};
use crate::ledger::{EntryKind, Heading, JournalEntry, LedgerRole, Movement};
use crate::step::Step;

/// A charge.
///
/// What is the same for most charges is left out of the stored form.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Charge {
    /// Its key.
    pub id: ChargeId,
    /// Whose.
    pub account: AccountId,
    /// When it was made.
    pub created_at: Instant,
    /// Counts its changes.
    #[serde(default, skip_serializing_if = "is_default")]
    pub version: u32,
    /// How much was authorised.
    pub money: Money,
    /// How much was captured, once it is.
    #[serde(default, skip_serializing_if = "is_default")]
    pub captured: Option<i64>,
    /// Who paid.
    #[serde(default, skip_serializing_if = "is_default")]
    pub customer: Option<CustomerId>,
    /// With which card; `None` only where there was no card to charge.
    #[serde(default, skip_serializing_if = "is_default")]
    pub card: Option<CardId>,
    /// For which schedule.
    #[serde(default, skip_serializing_if = "is_default")]
    pub schedule: Option<ScheduleId>,
    /// What the payer is told.
    #[serde(default, skip_serializing_if = "is_default")]
    pub description: Option<Box<str>>,
    /// The account's own data.
    #[serde(default, skip_serializing_if = "Metadata::is_empty")]
    pub metadata: Metadata,
    /// Where it stands.
    pub status: ChargeStatus,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "is_default")]
    pub failure: Option<ChargeFailure>,
    /// What it cost.
    pub fees: Fees,
    /// Whether it is captured as soon as it is authorised.
    pub capture: bool,
    /// The journal entry of its capture.
    #[serde(default, skip_serializing_if = "is_default")]
    pub journal_entry: Option<i64>,
    /// How much went back.
    #[serde(default, skip_serializing_if = "is_default")]
    pub refunded: i64,
    /// When it was authorised.
    #[serde(default, skip_serializing_if = "is_default")]
    pub authorized_at: Option<Instant>,
    /// When it was paid.
    #[serde(default, skip_serializing_if = "is_default")]
    pub paid_at: Option<Instant>,
    /// When the authorisation lapses.
    #[serde(default, skip_serializing_if = "is_default")]
    pub expires_at: Option<Instant>,
    /// When it lapsed.
    #[serde(default, skip_serializing_if = "is_default")]
    pub expired_at: Option<Instant>,
    /// When it was reversed.
    #[serde(default, skip_serializing_if = "is_default")]
    pub reversed_at: Option<Instant>,
    /// What only a wire format cares about (return address, IP).
    #[serde(default, skip_serializing_if = "Metadata::is_empty")]
    pub attributes: Metadata,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Where a charge stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum ChargeStatus {
    /// Authorised and not captured, or waiting for the payer.
    Pending,
    /// Paid.
    Successful,
    /// Refused.
    Failed,
    /// Not captured in time.
    Expired,
    /// Released without capture.
    Reversed,
}

/// Why a charge failed. The wire code and wording belong to the dialects.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum ChargeFailure {
    /// No funds, or past the limit.
    InsufficientFund,
    /// Reported stolen or lost.
    StolenOrLostCard,
    /// The network could not process it.
    FailedProcessing,
    /// The issuer said no.
    PaymentRejected,
    /// Looked like fraud.
    FailedFraudCheck,
    /// No such account.
    InvalidAccountNumber,
    /// Wrong security code.
    InvalidSecurityCode,
    /// Past its expiry date.
    ExpiredCard,
    /// The holder could not be confirmed (3-D Secure).
    AuthenticationFailed,
    /// The customer, or the card, is gone.
    NoCard,
    /// The payer called it off.
    PaymentCancelled,
}

impl ChargeFailure {
    /// What it is, for whoever has no wording of their own.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            ChargeFailure::InsufficientFund => "insufficient funds",
            ChargeFailure::StolenOrLostCard => "reported lost or stolen",
            ChargeFailure::FailedProcessing => "the network could not process it",
            ChargeFailure::PaymentRejected => "the issuer said no",
            ChargeFailure::FailedFraudCheck => "suspected fraud",
            ChargeFailure::InvalidAccountNumber => "no such card",
            ChargeFailure::InvalidSecurityCode => "wrong security code",
            ChargeFailure::ExpiredCard => "the card has expired",
            ChargeFailure::AuthenticationFailed => "the holder could not be confirmed",
            ChargeFailure::NoCard => "the card was disabled",
            ChargeFailure::PaymentCancelled => "the holder called it off",
        }
    }
}

/// What a charge cost, in the charge's currency.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Fees {
    /// The fee, minor units.
    pub fee: i64,
    /// Value-added tax on it, minor units.
    pub tax: i64,
}

impl Fees {
    /// What a charge of so much costs: 3.65 %, and 7 % tax on that, each rounded
    /// half up.
    #[must_use]
    pub fn of_charge(amount_minor: i64) -> Fees {
        const FEE_TEN_THOUSANDTHS: i128 = 365;
        const TAX_HUNDREDTHS: i128 = 7;
        let fee = rounded_share(amount_minor, FEE_TEN_THOUSANDTHS, 10_000);
        Fees { fee, tax: rounded_share(fee, TAX_HUNDREDTHS, 100) }
    }

    /// Fee and tax.
    #[must_use]
    pub const fn total(self) -> i64 {
        self.fee.saturating_add(self.tax)
    }
}

/// `share / whole` of an amount, rounded half up; nothing of what is not positive.
fn rounded_share(amount_minor: i64, share: i128, whole: i128) -> i64 {
    let rounded = (i128::from(amount_minor.max(0)) * share + whole / 2) / whole;
    i64::try_from(rounded).unwrap_or(i64::MAX) // a share is at most the amount, so it always fits
}

/// How long an authorisation stands.
pub const AUTHORISATION_SECONDS: i64 = 7 * 24 * 60 * 60;

/// A charge to be made.
#[derive(Clone, PartialEq, Debug)]
pub struct Asked {
    /// Its key.
    pub id: ChargeId,
    /// Whose.
    pub account: AccountId,
    /// Now.
    pub at: Instant,
    /// How much.
    pub money: Money,
    /// Who pays.
    pub customer: Option<CustomerId>,
    /// With which card.
    pub card: Option<CardId>,
    /// For which schedule.
    pub schedule: Option<ScheduleId>,
    /// What the payer is told.
    pub description: Option<Box<str>>,
    /// The account's own data.
    pub metadata: Metadata,
    /// What only a wire format cares about.
    pub attributes: Metadata,
    /// At once, or only authorised.
    pub capture: bool,
    /// When an authorisation lapses; seven days from now if not given.
    pub expires_at: Option<Instant>,
}

/// Makes a charge: paid, authorised or refused, as its card's `verdict` has it.
/// `entry_key` is the key of the journal entry, if there is one.
#[must_use]
pub fn make(asked: Asked, verdict: Result<(), ChargeFailure>, entry_key: i64) -> Step<Charge> {
    let authorised = verdict.is_ok();
    let waits = authorised && !asked.capture;
    let lapses = asked.expires_at.unwrap_or(asked.at.plus_seconds(AUTHORISATION_SECONDS));
    let charge = Charge {
        id: asked.id,
        account: asked.account,
        created_at: asked.at,
        version: 0,
        money: asked.money,
        captured: None,
        customer: asked.customer,
        card: asked.card,
        schedule: asked.schedule,
        description: asked.description,
        metadata: asked.metadata,
        status: if authorised { ChargeStatus::Pending } else { ChargeStatus::Failed },
        failure: verdict.err(),
        fees: Fees::of_charge(asked.money.amount_minor),
        capture: asked.capture,
        journal_entry: None,
        refunded: 0,
        authorized_at: authorised.then_some(asked.at),
        paid_at: None,
        expires_at: waits.then_some(lapses),
        expired_at: None,
        reversed_at: None,
        attributes: asked.attributes,
    };
    if authorised && asked.capture {
        let amount = charge.money.amount_minor;
        let (paid, entry) = charge.paid(amount, asked.at, entry_key);
        return Step { entry: Some(entry), ..Step::told(paid, [BankEvent::ChargeCreated]) };
    }
    let wake_at = charge.expires_at;
    Step { wake_at, ..Step::told(charge, [BankEvent::ChargeCreated]) }
}

/// What can be done with a charge after it was made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Command {
    /// Takes the authorised money, or part of it; the rest is released.
    Capture {
        /// How much; `None` is all.
        amount_minor: Option<i64>,
    },
    /// Releases the authorised money.
    Reverse,
    /// Lets the authorisation lapse.
    Expire,
    /// The payer pays.
    MarkPaid,
    /// The payer does not.
    MarkFailed(ChargeFailure),
}

/// Why a command does not fit a charge.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ChargeRefusal {
    /// Its state does not allow it.
    #[error("the charge cannot be changed so in its state")]
    State,
    /// More than was authorised, or nothing, would be captured.
    #[error("{amount_minor} lies outside {} to {}", limits.least, limits.greatest)]
    Amount {
        /// What was asked.
        amount_minor: i64,
        /// What would be right.
        limits: Limits,
    },
}

impl Charge {
    /// The charge after a command. Only a pending one can still change its state.
    pub fn apply(
        &self,
        command: Command,
        at: Instant,
        entry_key: i64,
    ) -> Result<Step<Charge>, ChargeRefusal> {
        if self.status != ChargeStatus::Pending {
            return Err(ChargeRefusal::State);
        }
        let lapsed = self.expires_at.is_some_and(|expires_at| expires_at <= at);
        if lapsed && command != Command::Expire {
            return Err(ChargeRefusal::State);
        }
        let whole = self.money.amount_minor;
        let (mut next, entry) = match command {
            Command::Capture { amount_minor } => {
                let amount_minor = amount_minor.unwrap_or(whole);
                let limits = Limits { least: 1, greatest: whole };
                if !limits.allow(amount_minor) {
                    return Err(ChargeRefusal::Amount { amount_minor, limits });
                }
                let (paid, entry) = self.clone().paid(amount_minor, at, entry_key);
                (paid, Some(entry))
            }
            Command::MarkPaid => {
                let (paid, entry) = self.clone().paid(whole, at, entry_key);
                (paid, Some(entry))
            }
            Command::Reverse => (
                Charge { status: ChargeStatus::Reversed, reversed_at: Some(at), ..self.clone() },
                None,
            ),
            Command::Expire => (
                Charge { status: ChargeStatus::Expired, expired_at: Some(at), ..self.clone() },
                None,
            ),
            Command::MarkFailed(failure) => (
                Charge { status: ChargeStatus::Failed, failure: Some(failure), ..self.clone() },
                None,
            ),
        };
        next.version = self.version.saturating_add(1);
        let event = match command {
            Command::Capture { .. } => BankEvent::ChargeCaptured,
            Command::Reverse => BankEvent::ChargeReversed,
            Command::Expire => BankEvent::ChargeExpired,
            Command::MarkPaid | Command::MarkFailed(_) => BankEvent::ChargeCompleted,
        };
        Ok(Step { entry, wake_off: self.expires_at, ..Step::told(next, [event]) })
    }

    /// How much of it can still be refunded.
    #[must_use]
    pub fn refundable(&self) -> i64 {
        match (self.status, self.captured) {
            (ChargeStatus::Successful, Some(captured)) => captured.saturating_sub(self.refunded),
            _ => 0,
        }
    }

    fn paid(self, amount_minor: i64, at: Instant, entry_key: i64) -> (Charge, JournalEntry) {
        use LedgerRole::{Available, Fees as Earned, Payers, Tax};
        let fees = Fees::of_charge(amount_minor);
        let movement = |to, amount| Movement { from: Payers, to, amount };
        let heading = Heading {
            key: entry_key,
            account: self.account,
            at,
            kind: EntryKind::ChargeCaptured,
            origin: (RecordKind::Charge, self.id.0),
            currency: self.money.currency,
        };
        let entry = heading.entry(&[
            movement(Available, amount_minor.saturating_sub(fees.total())),
            movement(Earned, fees.fee),
            movement(Tax, fees.tax),
        ]);
        let charge = Charge {
            status: ChargeStatus::Successful,
            captured: Some(amount_minor),
            fees,
            journal_entry: Some(entry_key),
            paid_at: Some(at),
            ..self
        };
        (charge, entry)
    }
}

/// Whether a charge of so much may be made.
#[must_use]
pub fn amount_allowed(money: Money) -> bool {
    charge_limits(money.currency).allow(money.amount_minor)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use engine::Currency;

    pub(crate) fn asked(amount_minor: i64, capture: bool) -> Asked {
        Asked {
            id: ChargeId(7),
            account: AccountId(1),
            at: Instant::EPOCH,
            money: Money::new(amount_minor, Currency::THB),
            customer: Some(CustomerId(3)),
            card: Some(CardId(4)),
            schedule: None,
            description: None,
            metadata: Metadata::new(),
            attributes: Metadata::new(),
            capture,
            expires_at: None,
        }
    }

    fn authorised(amount_minor: i64) -> Charge {
        make(asked(amount_minor, false), Ok(()), 0).record
    }

    const LATER: Instant = Instant::EPOCH.plus_seconds(60);

    #[test]
    fn fees_round_as_captured() {
        let split = |amount: i64| {
            let fees = Fees::of_charge(amount);
            (fees.fee, fees.tax, amount - fees.total())
        };
        assert_eq!(split(100_000), (3_650, 256, 96_094));
        assert_eq!(split(50_000), (1_825, 128, 48_047));
        assert_eq!(split(12_345), (451, 32, 11_862));
        assert_eq!(split(31_000).2, 29_789);
        assert_eq!(split(19_900).2, 19_123);
        assert_eq!(split(200_000).2, 192_189);
        assert_eq!(split(0), (0, 0, 0));
    }

    #[test]
    fn a_charge_captured_at_once_is_paid_and_says_so_once() {
        let step = make(asked(100_000, true), Ok(()), 9);
        let entry = step.entry.unwrap();
        assert_eq!(step.record.status, ChargeStatus::Successful);
        assert_eq!(step.record.captured, Some(100_000));
        assert_eq!(step.record.journal_entry, Some(9));
        assert_eq!(step.events, [BankEvent::ChargeCreated]);
        assert_eq!(entry.net(LedgerRole::Available), 96_094);
        assert_eq!(entry.net(LedgerRole::Payers), -100_000);
        assert!(entry.balances());
    }

    #[test]
    fn a_refused_charge_moves_nothing() {
        let step = make(asked(100_000, true), Err(ChargeFailure::InsufficientFund), 9);
        assert_eq!(step.record.status, ChargeStatus::Failed);
        assert_eq!(step.record.failure, Some(ChargeFailure::InsufficientFund));
        assert_eq!((step.entry, step.record.authorized_at), (None, None));
    }

    #[test]
    fn an_authorisation_lapses_after_seven_days() {
        let step = make(asked(100_000, false), Ok(()), 9);
        let week = Instant::EPOCH.plus_seconds(7 * 86_400);
        assert_eq!(step.record.status, ChargeStatus::Pending);
        assert_eq!((step.record.expires_at, step.wake_at), (Some(week), Some(week)));
        assert_eq!(step.entry, None);
        let late = step.record.apply(Command::Capture { amount_minor: None }, week, 9);
        assert_eq!(late, Err(ChargeRefusal::State));
        let expired = step.record.apply(Command::Expire, week, 9).unwrap();
        assert_eq!(expired.record.status, ChargeStatus::Expired);
        assert_eq!(expired.record.expired_at, Some(week));
        assert_eq!(expired.events, [BankEvent::ChargeExpired]);
    }

    #[test]
    fn a_partial_capture_costs_what_was_captured() {
        let charge = authorised(100_000);
        let step = charge.apply(Command::Capture { amount_minor: Some(50_000) }, LATER, 9).unwrap();
        assert_eq!(step.record.captured, Some(50_000));
        assert_eq!(step.record.money.amount_minor, 100_000);
        assert_eq!(step.record.fees, Fees { fee: 1_825, tax: 128 });
        assert_eq!(step.entry.unwrap().net(LedgerRole::Available), 48_047);
        assert_eq!(step.wake_off, charge.expires_at);
        assert_eq!(step.events, [BankEvent::ChargeCaptured]);
    }

    #[test]
    fn nothing_and_more_than_all_cannot_be_captured() {
        for amount_minor in [0, -1, 100_001] {
            assert_eq!(
                authorised(100_000).apply(
                    Command::Capture { amount_minor: Some(amount_minor) },
                    LATER,
                    9
                ),
                Err(ChargeRefusal::Amount {
                    amount_minor,
                    limits: Limits { least: 1, greatest: 100_000 }
                })
            );
        }
    }

    #[test]
    fn every_command_ends_a_pending_charge_and_none_touches_one_that_has_ended() {
        let commands = [
            Command::Capture { amount_minor: None },
            Command::Reverse,
            Command::Expire,
            Command::MarkPaid,
            Command::MarkFailed(ChargeFailure::PaymentRejected),
        ];
        for first in commands {
            let ended = authorised(100_000).apply(first, LATER, 9).unwrap().record;
            assert_ne!(ended.status, ChargeStatus::Pending, "{first:?}");
            assert_eq!(ended.version, 1);
            for second in commands {
                assert_eq!(ended.apply(second, LATER, 10), Err(ChargeRefusal::State));
            }
        }
    }

    #[test]
    fn a_charge_reads_as_it_was_written() {
        let charge = make(asked(100_000, true), Ok(()), 9).record;
        let text = serde_json::to_string(&charge).unwrap();
        assert_eq!(serde_json::from_str::<Charge>(&text).unwrap(), charge);
    }
}
