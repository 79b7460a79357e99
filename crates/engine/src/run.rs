//! Runs: what stands in the queue, and what is asked of a gateway.

use std::sync::Arc;

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};

use crate::cadence::Cadence;
use crate::identity::{
    AccountId, CardId, CustomerId, InstallationId, LaneId, RecipientId, ScheduleId,
};
use crate::instruction::{Instruction, Remitted, TransferAmount};
use crate::money::{Currency, Money, Percentage};
use crate::policy::Policies;
use crate::time::{Instant, Slot};

/// The standing part of a schedule: everything that any of its runs needs.
/// It is copied from queue row to queue row, so that a run touches no other row.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Plan {
    /// Which slots its rule gives.
    pub cadence: Cadence,
    /// Slots of the rule that go their own way, because their owner edited them or
    /// called them off; ascending. The cadence passes them by.
    pub except: Box<[Slot]>,
    /// How it behaves.
    pub policies: Policies,
    /// What each run pays.
    pub instruction: Instruction,
}

impl Plan {
    /// A plan whose rule nobody has made an exception to.
    #[must_use]
    pub fn new(cadence: impl Into<Cadence>, policies: Policies, instruction: Instruction) -> Plan {
        Plan { cadence: cadence.into(), except: Box::default(), policies, instruction }
    }

    /// The instant at which a slot comes that its owner has not moved: the hour of its date,
    /// or of the business day in its place, or its own moment, in the plan's zone. `None` past the last instant there is.
    #[must_use]
    pub fn due(&self, slot: Slot) -> Option<Instant> {
        let timing = &self.policies.timing;
        match &self.cadence {
            Cadence::Dates(_) => timing.due(slot.date()),
            Cadence::Times(_) | Cadence::Nothing => timing.zone.instant_of(slot.moment()),
        }
    }

    /// Whether a slot of the rule goes its own way.
    #[must_use]
    pub fn is_excepted(&self, slot: Slot) -> bool {
        self.except.binary_search(&slot).is_ok()
    }

    /// The cadence's first slot.
    #[must_use]
    pub fn first(&self) -> Option<Slot> {
        self.not_excepted(self.cadence.first(), |slot| self.cadence.after(slot))
    }

    /// The cadence's first slot after this one.
    #[must_use]
    pub fn after(&self, slot: Slot) -> Option<Slot> {
        self.not_excepted(self.cadence.after(slot), |slot| self.cadence.after(slot))
    }

    /// The cadence's slots that stand at a civil moment or earlier, newest first.
    pub fn back_from(&self, moment: DateTime) -> impl Iterator<Item = Slot> + '_ {
        let newest = self.cadence.on_or_before(moment);
        std::iter::successors(newest, |slot| self.cadence.before(*slot))
            .filter(|slot| !self.is_excepted(*slot))
    }

    /// How many of the cadence's slots after this one are due by an instant.
    #[must_use]
    pub fn count_due(&self, after: Slot, by: Instant) -> u64 {
        let Some(from) = after.moment().checked_add(SignedDuration::from_secs(1)).ok() else {
            return 0;
        };
        let now = self.policies.timing.zone.moment_at(by);
        let is_due = |slot: Slot| self.due(slot).is_some_and(|due| due <= by);
        let all = self.cadence.count_between(from, now);
        let newest = self.cadence.on_or_before(now);
        let newest_first = std::iter::successors(newest, |slot| self.cadence.before(*slot));
        // The hour of the newest may not have come, and those before it may have moved.
        let not_yet = newest_first.take_while(|slot| *slot > after && !is_due(*slot)).count();
        let not_yet = u64::try_from(not_yet).unwrap_or(u64::MAX);
        let excepted = self.except.iter().filter(|slot| **slot > after && is_due(**slot)).count();
        all.saturating_sub(not_yet).saturating_sub(u64::try_from(excepted).unwrap_or(u64::MAX))
    }

    fn not_excepted(
        &self,
        mut slot: Option<Slot>,
        next: impl Fn(Slot) -> Option<Slot>,
    ) -> Option<Slot> {
        while let Some(excepted) = slot.filter(|slot| self.is_excepted(*slot)) {
            slot = next(excepted);
        }
        slot
    }
}

/// Which attempt at a slot: 0 is the first, 1 the first retry.
pub type Attempt = u8;

/// Where a run stands in the queue: in due order, and unique.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RunKey {
    /// Which clock and gateway.
    pub lane: LaneId,
    /// When.
    pub due: Instant,
    /// Whose.
    pub schedule: ScheduleId,
    /// Which obligation.
    pub slot: Slot,
}

/// One queued attempt at one slot.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Run {
    /// Its place in the queue.
    pub key: RunKey,
    /// Who owns the schedule.
    pub account: AccountId,
    /// Which attempt.
    pub attempt: Attempt,
    /// When it was queued: when the one before it was processed, or the schedule created.
    pub queued_at: Instant,
    /// Whether the schedule's next slot follows from this run.
    pub role: Role,
    /// What the schedule is.
    pub plan: Arc<Plan>,
    /// The share of a balance that was quoted and frozen, where the instruction asks for one.
    pub quoted: Option<Money>,
}

/// Whether the schedule's next slot follows from a run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Role {
    /// The one run of a schedule that carries it on: settling it queues the next.
    Cadence {
        /// Occurrences recorded so far by the schedule's cadence.
        recorded: u32,
        /// The last slot that is run, being run, or skipped. A later one has not been touched.
        through: Slot,
    },
    /// A run whose schedule went on without it, while its outcome was unknown.
    Detached {
        /// Nothing follows it: when it is recorded the schedule is over.
        last: bool,
    },
}

impl Role {
    /// Whether it carries its schedule on.
    #[must_use]
    pub const fn is_cadence(self) -> bool {
        matches!(self, Role::Cadence { .. })
    }
}

impl Run {
    /// The day this attempt is a retry on; `None` for a first attempt.
    #[must_use]
    pub fn retry_on(&self) -> Option<Date> {
        (self.attempt > 0).then(|| self.plan.policies.timing.zone.date_at(self.key.due))
    }

    /// The share of a balance that must be quoted before this run can be sent, and
    /// the currency of that balance.
    #[must_use]
    pub fn quote_wanted(&self) -> Option<(Percentage, Currency)> {
        match &self.plan.instruction {
            Instruction::Transfer { amount: TransferAmount::Share { share, currency }, .. }
                if self.quoted.is_none() =>
            {
                Some((*share, *currency))
            }
            _ => None,
        }
    }

    /// The frozen request, under its derived key. `None` while a quote is wanted.
    #[must_use]
    pub fn request(&self, installation: InstallationId, at: Instant) -> Option<PaymentRequest> {
        self.quote_wanted().is_none().then(|| self.as_looked_up(installation, at))
    }

    fn idempotency_key(&self, installation: InstallationId) -> IdempotencyKey {
        IdempotencyKey::of(installation, self.key.schedule, self.key.slot, self.attempt)
    }

    fn body(&self, quoted: Option<Money>) -> PaymentBody {
        match &self.plan.instruction {
            Instruction::Charge { customer, card, money, description } => PaymentBody::Charge {
                customer: *customer,
                card: *card,
                money: *money,
                description: description.clone(),
            },
            Instruction::Transfer { recipient, amount } => PaymentBody::Transfer {
                recipient: *recipient,
                money: match amount {
                    TransferAmount::Fixed(money) => *money,
                    TransferAmount::Share { currency, .. } => {
                        quoted.unwrap_or(Money::new(0, *currency))
                    }
                },
            },
            Instruction::Remittance(remitted) => PaymentBody::Remittance(remitted.clone()),
        }
    }
}

impl Run {
    /// The request as a gateway is asked what became of it. Where no amount was quoted it
    /// is 0: a payment is looked up by its key, and a copy of the data may not know what
    /// its original was quoted.
    #[must_use]
    pub fn as_looked_up(&self, installation: InstallationId, at: Instant) -> PaymentRequest {
        let unquoted = self.quote_wanted().map(|(_, currency)| Money::new(0, currency));
        PaymentRequest {
            key: self.idempotency_key(installation),
            account: self.account,
            schedule: self.key.schedule,
            slot: self.key.slot,
            attempt: self.attempt,
            body: self.body(self.quoted.or(unquoted)),
            at,
        }
    }
}

/// The name under which a gateway is asked for a payment. Derived from the
/// installation, schedule, slot and attempt, never drawn, so that whoever asks
/// again (a restart, a clone, a restored backup) asks for the same payment.
///
/// Its text sorts by slot first, so that keys of what is due together lie together.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IdempotencyKey(Box<str>);

impl IdempotencyKey {
    /// The key of one attempt at one slot.
    #[must_use]
    pub fn of(
        installation: InstallationId,
        schedule: ScheduleId,
        slot: Slot,
        attempt: Attempt,
    ) -> IdempotencyKey {
        // Flipping the sign bit makes slots before 1970 sort first in hexadecimal too.
        let slot = slot.stored().cast_unsigned() ^ (1 << 63);
        let [_, installation] = hexadecimal(installation.0.into());
        let digits = [attempt / 100, attempt / 10 % 10, attempt % 10].map(|digit| b'0' + digit);
        // Not by the formatter, as one is derived for everything that is sent or looked up.
        let key = [
            b"kalends-",
            hexadecimal(slot).as_flattened(),
            b"-",
            &installation,
            b"-",
            without_zeros(hexadecimal(schedule.0.cast_unsigned()).as_flattened()),
            b"-",
            without_zeros(&digits),
        ]
        .concat();
        // Letters, digits and dashes: text in any case, and nothing is lost.
        let text = String::from_utf8(key)
            .unwrap_or_else(|other| String::from_utf8_lossy(other.as_bytes()).into_owned());
        IdempotencyKey(text.into())
    }

    /// The key of a payment that a client asked for itself, under a key of its own.
    #[must_use]
    pub fn of_request(account: AccountId, key: &str) -> IdempotencyKey {
        IdempotencyKey(format!("request-{account}-{key}").into())
    }

    /// The text sent to the gateway.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// In lower case: the upper and the lower half, each with all its digits at once.
fn hexadecimal(number: u64) -> [[u8; 8]; 2] {
    const ONES: u64 = 0x0101_0101_0101_0101;
    [number >> 32, number & 0xffff_ffff].map(|half| {
        // Each half byte in a byte of its own.
        let mut digits = half;
        digits = (digits | digits << 16) & 0x0000_ffff_0000_ffff;
        digits = (digits | digits << 8) & 0x00ff_00ff_00ff_00ff;
        digits = (digits | digits << 4) & 0x0f0f_0f0f_0f0f_0f0f;
        // 10 and above overflow into the upper half of their byte once 6 is added.
        let letters = (digits + 6 * ONES) >> 4 & ONES;
        let to_letters = u64::from(b'a' - 10 - b'0');
        (digits + u64::from(b'0') * ONES + letters * to_letters).to_be_bytes()
    })
}

/// Without those at the front, but for the last digit.
fn without_zeros(digits: &[u8]) -> &[u8] {
    match digits {
        [b'0', rest @ ..] if !rest.is_empty() => without_zeros(rest),
        _ => digits,
    }
}

/// What a gateway is asked: frozen when the intent is committed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PaymentRequest {
    /// The payment's identity.
    pub key: IdempotencyKey,
    /// On whose account.
    pub account: AccountId,
    /// For which schedule.
    pub schedule: ScheduleId,
    /// For which of its obligations.
    pub slot: Slot,
    /// Which attempt at it.
    pub attempt: Attempt,
    /// What.
    pub body: PaymentBody,
    /// The lane's now.
    pub at: Instant,
}

/// The money part of a request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PaymentBody {
    /// Take money from a card.
    Charge {
        /// Who pays.
        customer: CustomerId,
        /// With which card; `None` is the default one.
        card: Option<CardId>,
        /// How much.
        money: Money,
        /// What the payer is told.
        description: Option<Box<str>>,
    },
    /// Pay a recipient.
    Transfer {
        /// Who is paid.
        recipient: RecipientId,
        /// How much.
        money: Money,
    },
    /// Move money from one payment method to another.
    Remittance(Remitted),
}

impl PaymentBody {
    /// How much moves.
    #[must_use]
    pub const fn money(&self) -> Money {
        match self {
            PaymentBody::Charge { money, .. } | PaymentBody::Transfer { money, .. } => *money,
            PaymentBody::Remittance(remitted) => remitted.money,
        }
    }

    /// The same, to be changed.
    pub const fn money_mut(&mut self) -> &mut Money {
        match self {
            PaymentBody::Charge { money, .. } | PaymentBody::Transfer { money, .. } => money,
            PaymentBody::Remittance(remitted) => &mut remitted.money,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_key_is_written_in_full_whatever_it_names() {
        let key = |installation, schedule, slot, attempt| {
            let (installation, schedule) = (InstallationId(installation), ScheduleId(schedule));
            IdempotencyKey::of(installation, schedule, Slot::from_stored(slot), attempt)
        };
        for (installation, schedule, slot, attempt) in [
            (0, 0, 0, 0),
            (1, 16, -1, 9),
            (u32::MAX, i64::MAX, i64::MAX, 255),
            (9, -1, i64::MIN, 10),
        ] {
            let slot_bits = i64::cast_unsigned(slot) ^ (1 << 63);
            assert_eq!(
                key(installation, schedule, slot, attempt).as_str(),
                format!("kalends-{slot_bits:016x}-{installation:08x}-{schedule:x}-{attempt}")
            );
        }
    }

    #[test]
    fn a_key_is_the_same_for_whoever_derives_it_and_sorts_by_slot() {
        let key = |slot, attempt| {
            IdempotencyKey::of(InstallationId(7), ScheduleId(255), Slot::of_date(slot), attempt)
        };
        assert_eq!(key(date(2026, 1, 31), 1).as_str(), "kalends-80000d2fa8c00000-00000007-ff-1",);
        assert!(key(date(1969, 12, 31), 2) < key(date(2026, 1, 1), 0));
        assert!(key(date(2026, 1, 1), 2) < key(date(2026, 1, 2), 0));
    }
}
