//! Transfers: money paid out to recipients.

use engine::{AccountId, Instant, Money, RecipientId, ScheduleId, TransferId, Zone};
use jiff::civil::Time;
use serde::{Deserialize, Serialize};

use crate::charge::Fees;
use crate::country::{Limits, transfer_terms};
use crate::entity::{BankEvent, Metadata, RecordKind};
use crate::ledger::{EntryKind, Heading, LedgerRole, Movement};
use crate::recipient::{BankAccount, Recipient};
use crate::step::Step;

/// A payment out. Its money is held from the moment it is made.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Transfer {
    /// Its key.
    pub id: TransferId,
    /// Whose.
    pub account: AccountId,
    /// When it was made.
    pub created_at: Instant,
    /// Counts its changes.
    pub version: u32,
    /// How much leaves the account, fee included.
    pub money: Money,
    /// What it costs.
    pub fees: Fees,
    /// To whom.
    pub recipient: RecipientId,
    /// Where it goes, as it was when the transfer was made.
    pub bank_account: BankAccount,
    /// For which schedule.
    pub schedule: Option<ScheduleId>,
    /// Whether it fails at once instead of waiting when it cannot be sent.
    pub fail_fast: bool,
    /// When it left.
    pub sent_at: Option<Instant>,
    /// When it arrived.
    pub paid_at: Option<Instant>,
    /// Why it failed.
    pub failure: Option<TransferFailure>,
    /// Its journal entries, in order.
    pub journal_entries: Vec<i64>,
    /// The account's own data.
    pub metadata: Metadata,
    /// Whether it was called off before it left.
    pub deleted: bool,
}

/// Why a transfer failed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum TransferFailure {
    /// The balance is too small.
    InsufficientBalance,
    /// The recipient cannot be paid.
    InvalidRecipient,
    /// The bank sent it back.
    Failed,
}

/// When transfers leave: on the day after they are made, at this time, universal.
pub const SENT_AT: Time = Time::constant(8, 4, 0, 0);
/// How long after it left a transfer arrives.
pub const ARRIVAL_SECONDS: i64 = 2;

/// The next time at which transfers leave: on the day after `at`.
#[must_use]
pub fn next_sending(at: Instant) -> Instant {
    let utc = Zone::utc();
    let tomorrow = utc.date_at(at).tomorrow().ok();
    tomorrow.and_then(|date| utc.instant(date, SENT_AT)).unwrap_or(Instant::MAX)
}

/// A transfer to be made.
#[derive(Clone, PartialEq, Debug)]
pub struct Asked {
    /// Its key.
    pub id: TransferId,
    /// Whose.
    pub account: AccountId,
    /// Now.
    pub at: Instant,
    /// How much leaves the account, fee included.
    pub money: Money,
    /// For which schedule.
    pub schedule: Option<ScheduleId>,
    /// Whether it fails at once when it cannot be sent.
    pub fail_fast: bool,
    /// The account's own data.
    pub metadata: Metadata,
}

/// Makes a transfer: its money is held under the journal entry `entry_key`, and it
/// leaves the day after. One that must not wait, to a recipient who cannot be
/// paid, fails at once and holds nothing.
#[must_use]
pub fn make(asked: Asked, recipient: &Recipient, entry_key: i64) -> Step<Transfer> {
    let mut transfer = Transfer {
        id: asked.id,
        account: asked.account,
        created_at: asked.at,
        version: 0,
        money: asked.money,
        fees: transfer_terms(asked.money.currency).fees,
        recipient: recipient.id,
        bank_account: recipient.bank_account.clone(),
        schedule: asked.schedule,
        fail_fast: asked.fail_fast,
        sent_at: None,
        paid_at: None,
        failure: None,
        journal_entries: Vec::new(),
        metadata: asked.metadata,
        deleted: false,
    };
    if asked.fail_fast && !recipient.is_payable() {
        transfer.failure = Some(TransferFailure::InvalidRecipient);
        return Step::told(transfer, [BankEvent::TransferCreated, BankEvent::TransferFailed]);
    }
    transfer.journal_entries.push(entry_key);
    let entry = transfer.heading(EntryKind::TransferHeld, asked.at, entry_key).entry(&[Movement {
        from: LedgerRole::Available,
        to: LedgerRole::Held,
        amount: asked.money.amount_minor,
    }]);
    Step {
        entry: Some(entry),
        wake_at: Some(next_sending(asked.at)),
        ..Step::told(transfer, [BankEvent::TransferCreated])
    }
}

/// What can be done with a transfer after it was made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Command {
    /// It leaves.
    Send,
    /// It arrives.
    Pay,
    /// It is called off before it has left; its money comes back.
    CallOff,
    /// It cannot leave; its money comes back.
    Fail(TransferFailure),
    /// Another amount is to leave.
    Resize {
        /// How much, fee included.
        amount_minor: i64,
    },
}

/// Why a command does not fit a transfer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TransferRefusal {
    /// Its state does not allow it.
    #[error("the transfer cannot be changed so in its state")]
    State,
    /// Less or more would leave than may.
    #[error("{amount_minor} lies outside {} to {}", limits.least, limits.greatest)]
    Amount {
        /// What was asked.
        amount_minor: i64,
        /// What would be right.
        limits: Limits,
    },
}

/// Where a transfer stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TransferState {
    /// Its money is held.
    Held,
    /// It has left.
    Sent,
    /// It has arrived.
    Paid,
    /// It failed.
    Failed,
    /// It was called off.
    CalledOff,
}

/// What the time that has come means for a transfer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Due {
    /// Something is to be done with it.
    Act(Command),
    /// It still waits, and is looked at again then.
    Wait(Instant),
    /// It has come to its end.
    Over,
}

impl Transfer {
    /// Where it stands.
    #[must_use]
    pub const fn state(&self) -> TransferState {
        if self.deleted {
            TransferState::CalledOff
        } else if self.failure.is_some() {
            TransferState::Failed
        } else if self.paid_at.is_some() {
            TransferState::Paid
        } else if self.sent_at.is_some() {
            TransferState::Sent
        } else {
            TransferState::Held
        }
    }

    /// What is to be done with it now that its time has come. It waits for a
    /// recipient that is not verified yet, not for one that is gone.
    #[must_use]
    pub fn due(&self, recipient: Option<&Recipient>, at: Instant) -> Due {
        match self.state() {
            TransferState::Sent => Due::Act(Command::Pay),
            TransferState::Held => match recipient {
                Some(recipient) if recipient.is_payable() => Due::Act(Command::Send),
                Some(recipient) if !recipient.deleted && !self.fail_fast => {
                    Due::Wait(next_sending(at))
                }
                _ => Due::Act(Command::Fail(TransferFailure::InvalidRecipient)),
            },
            TransferState::Paid | TransferState::Failed | TransferState::CalledOff => Due::Over,
        }
    }

    /// The transfer after a command.
    pub fn apply(
        &self,
        command: Command,
        at: Instant,
        entry_key: i64,
    ) -> Result<Step<Transfer>, TransferRefusal> {
        use LedgerRole::{Available, Fees as Earned, Held, Payees, Tax};
        let right_state = match command {
            Command::Pay => TransferState::Sent,
            Command::Send | Command::CallOff | Command::Fail(_) | Command::Resize { .. } => {
                TransferState::Held
            }
        };
        if self.state() != right_state {
            return Err(TransferRefusal::State);
        }
        let mut next = self.clone();
        next.version = self.version.saturating_add(1);
        let whole = self.money.amount_minor;
        let movement = |from, to, amount| Movement { from, to, amount };
        let (kind, movements, event) = match command {
            Command::Send => {
                next.sent_at = Some(at);
                let movements = vec![
                    movement(Held, Payees, whole.saturating_sub(self.fees.total())),
                    movement(Held, Earned, self.fees.fee),
                    movement(Held, Tax, self.fees.tax),
                ];
                (EntryKind::TransferSent, movements, BankEvent::TransferSent)
            }
            Command::Pay => {
                next.paid_at = Some(at);
                return Ok(Step::told(next, [BankEvent::TransferPaid]));
            }
            Command::CallOff => {
                next.deleted = true;
                let movements = vec![movement(Held, Available, whole)];
                (EntryKind::TransferReturned, movements, BankEvent::TransferDestroyed)
            }
            Command::Fail(failure) => {
                next.failure = Some(failure);
                let movements = vec![movement(Held, Available, whole)];
                (EntryKind::TransferReturned, movements, BankEvent::TransferFailed)
            }
            Command::Resize { amount_minor } => {
                let limits = transfer_terms(self.money.currency).limits;
                if !limits.allow(amount_minor) {
                    return Err(TransferRefusal::Amount { amount_minor, limits });
                }
                next.money.amount_minor = amount_minor;
                if amount_minor == whole {
                    return Ok(Step::told(next, [BankEvent::TransferUpdated]));
                }
                // Only one of the two is above nothing; the other moves nothing.
                let movements = vec![
                    movement(Available, Held, amount_minor.saturating_sub(whole)),
                    movement(Held, Available, whole.saturating_sub(amount_minor)),
                ];
                let kind = if amount_minor > whole {
                    EntryKind::TransferHeld
                } else {
                    EntryKind::TransferReturned
                };
                (kind, movements, BankEvent::TransferUpdated)
            }
        };
        next.journal_entries.push(entry_key);
        let entry = self.heading(kind, at, entry_key).entry(&movements);
        Ok(Step { entry: Some(entry), ..Step::told(next, [event]) })
    }

    const fn heading(&self, kind: EntryKind, at: Instant, key: i64) -> Heading {
        Heading {
            key,
            account: self.account,
            at,
            kind,
            origin: (RecordKind::Transfer, self.id.0),
            currency: self.money.currency,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::ledger::JournalEntry;
    use crate::recipient::tests::{payable, unverified};
    use engine::Currency;

    pub(crate) fn asked(amount_minor: i64, fail_fast: bool) -> Asked {
        Asked {
            id: TransferId(8),
            account: AccountId(1),
            at: at("2017-10-02T15:06:00Z"),
            money: Money::new(amount_minor, Currency::THB),
            schedule: None,
            fail_fast,
            metadata: Metadata::new(),
        }
    }

    fn at(text: &str) -> Instant {
        Instant::from_timestamp(text.parse().unwrap()).unwrap()
    }

    fn moved(entry: &JournalEntry) -> [i64; 5] {
        use LedgerRole::{Available, Fees, Held, Payees, Tax};
        assert!(entry.balances());
        [Available, Held, Payees, Fees, Tax].map(|role| entry.net(role))
    }

    #[test]
    fn a_transfer_is_held_when_made_sent_the_next_morning_and_paid_seconds_later() {
        let made = make(asked(100_000, false), &payable(), 1);
        let morning = at("2017-10-03T08:04:00Z");
        assert_eq!(made.wake_at, Some(morning));
        assert_eq!(moved(&made.entry.unwrap()), [-100_000, 100_000, 0, 0, 0]);

        assert_eq!(made.record.due(Some(&payable()), morning), Due::Act(Command::Send));
        let sent = made.record.apply(Command::Send, morning, 2).unwrap();
        assert_eq!(moved(&sent.entry.unwrap()), [0, -100_000, 97_000, 2_804, 196]);
        assert_eq!(sent.record.journal_entries, [1, 2]);

        let arrival = morning.plus_seconds(ARRIVAL_SECONDS);
        assert_eq!(sent.record.due(Some(&payable()), arrival), Due::Act(Command::Pay));
        let paid = sent.record.apply(Command::Pay, arrival, 3).unwrap();
        assert_eq!((paid.record.state(), paid.entry), (TransferState::Paid, None));
        assert_eq!(paid.record.due(Some(&payable()), arrival), Due::Over);
    }

    #[test]
    fn a_transfer_waits_for_a_recipient_who_is_not_verified_and_asks_again_daily() {
        let made = make(asked(100_000, false), &unverified(), 1);
        let morning = at("2017-10-03T08:04:00Z");
        let tomorrow = at("2017-10-04T08:04:00Z");
        assert_eq!(made.record.due(Some(&unverified()), morning), Due::Wait(tomorrow));
    }

    #[test]
    fn a_transfer_does_not_wait_for_a_recipient_who_is_gone() {
        let made = make(asked(100_000, false), &unverified(), 1);
        let gone = Recipient { deleted: true, ..payable() };
        let fail = Command::Fail(TransferFailure::InvalidRecipient);
        assert_eq!(made.record.due(Some(&gone), Instant::EPOCH), Due::Act(fail));
        let failed = made.record.apply(fail, Instant::EPOCH, 2).unwrap();
        assert_eq!(moved(&failed.entry.unwrap()), [100_000, -100_000, 0, 0, 0]);
    }

    #[test]
    fn a_transfer_that_must_not_wait_fails_at_once_and_holds_nothing() {
        let made = make(asked(100_000, true), &unverified(), 1);
        assert_eq!(made.record.failure, Some(TransferFailure::InvalidRecipient));
        assert_eq!((made.entry, made.wake_at), (None, None));
        assert_eq!(made.events, [BankEvent::TransferCreated, BankEvent::TransferFailed]);
    }

    #[test]
    fn a_transfer_called_off_gives_its_money_back_once() {
        let made = make(asked(100_000, false), &payable(), 1).record;
        let off = made.apply(Command::CallOff, Instant::EPOCH, 2).unwrap();
        assert_eq!(moved(&off.entry.unwrap()), [100_000, -100_000, 0, 0, 0]);
        assert_eq!(
            off.record.apply(Command::CallOff, Instant::EPOCH, 3),
            Err(TransferRefusal::State)
        );
    }

    #[test]
    fn another_amount_moves_only_the_difference() {
        let made = make(asked(100_000, false), &payable(), 1).record;
        let more = made.apply(Command::Resize { amount_minor: 120_000 }, Instant::EPOCH, 2);
        assert_eq!(moved(&more.unwrap().entry.unwrap()), [-20_000, 20_000, 0, 0, 0]);
        let less = made.apply(Command::Resize { amount_minor: 5_000 }, Instant::EPOCH, 2);
        assert_eq!(moved(&less.unwrap().entry.unwrap()), [95_000, -95_000, 0, 0, 0]);
        let same = made.apply(Command::Resize { amount_minor: 100_000 }, Instant::EPOCH, 2);
        assert_eq!(same.unwrap().entry, None);
        let limits = transfer_terms(Currency::THB).limits;
        assert_eq!(
            made.apply(Command::Resize { amount_minor: 2_999 }, Instant::EPOCH, 2),
            Err(TransferRefusal::Amount { amount_minor: 2_999, limits })
        );
    }

    #[test]
    fn what_has_left_can_only_arrive() {
        let made = make(asked(100_000, false), &payable(), 1).record;
        assert_eq!(made.apply(Command::Pay, Instant::EPOCH, 2), Err(TransferRefusal::State));
        let sent = made.apply(Command::Send, Instant::EPOCH, 2).unwrap().record;
        for command in [
            Command::Send,
            Command::CallOff,
            Command::Fail(TransferFailure::Failed),
            Command::Resize { amount_minor: 5_000 },
        ] {
            assert_eq!(sent.apply(command, Instant::EPOCH, 3), Err(TransferRefusal::State));
        }
    }
}
