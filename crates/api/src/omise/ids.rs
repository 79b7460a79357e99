//! Public ids: a prefix, `_test` in test mode, and 19 base-36 characters made
//! of an integer key.
//!
//! The characters are `base + key` followed by check characters. The base is
//! drawn from the installation and the kind, so that ids look nothing like
//! counters and still sort by creation; the check is drawn from installation,
//! kind and key, so that a wrong id is known to be wrong without a look-up.
//!
//! Records that a seed file named have keys below zero, and their name is their id.

use std::sync::Arc;

use bank::RecordKind;
use engine::settlement::AwaitingKey;
use engine::{
    Account, AccountId, InstallationId, Mode, PaymentId, RemittanceId, ScheduleId, Slot, TransferId,
};
use sha2::{Digest, Sha256};
use store::BankStore;

use crate::App;
use crate::foreign::ForeignNames;

/// What an id is of.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Kind {
    /// The account, as 2019-05-29 calls it.
    Account,
    /// The account as 2017-11-02 calls it, and its team as 2019-05-29 does.
    Team,
    /// A card.
    Card,
    /// A charge.
    Charge,
    /// A customer.
    Customer,
    /// An event.
    Event,
    /// An occurrence.
    Occurrence,
    /// A recipient.
    Recipient,
    /// A refund.
    Refund,
    /// A schedule.
    Schedule,
    /// What a schedule charges; its key is the schedule's.
    ScheduledCharge,
    /// What a schedule transfers; its key is the schedule's.
    ScheduledTransfer,
    /// A token.
    Token,
    /// A movement of an account's balance: a journal entry.
    Transaction,
    /// A transfer.
    Transfer,
    /// A bulk upload.
    BatchRecurring,
}

impl Kind {
    /// What its ids begin with.
    #[must_use]
    pub const fn prefix(self) -> &'static str {
        match self {
            Kind::Account => "account",
            Kind::Team => "acct",
            Kind::Card => "card",
            Kind::Charge => "chrg",
            Kind::Customer => "cust",
            Kind::Event => "evnt",
            Kind::Occurrence => "occu",
            Kind::Recipient => "recp",
            Kind::Refund => "rfnd",
            Kind::Schedule => "schd",
            Kind::ScheduledCharge => "rchg",
            Kind::ScheduledTransfer => "rtrf",
            Kind::Token => "tokn",
            Kind::Transaction => "trxn",
            Kind::Transfer => "trsf",
            Kind::BatchRecurring => "recurr",
        }
    }

    /// The word for it in `… was not found`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Kind::Account | Kind::Team => "account",
            Kind::Card => "card",
            Kind::Charge => "charge",
            Kind::Customer => "customer",
            Kind::Event => "event",
            Kind::Occurrence => "occurrence",
            Kind::Recipient => "recipient",
            Kind::Refund => "refund",
            Kind::Schedule => "schedule",
            Kind::ScheduledCharge => "scheduled_charge",
            Kind::ScheduledTransfer => "scheduled_transfer",
            Kind::Token => "token",
            Kind::Transaction => "transaction",
            Kind::Transfer => "transfer",
            Kind::BatchRecurring => "batch_recurring",
        }
    }

    /// What ids of a record of the bank's are of.
    #[must_use]
    pub const fn of_record(record: RecordKind) -> Kind {
        match record {
            RecordKind::Token => Kind::Token,
            RecordKind::Customer => Kind::Customer,
            RecordKind::Card => Kind::Card,
            RecordKind::Recipient => Kind::Recipient,
            RecordKind::Charge => Kind::Charge,
            RecordKind::Refund => Kind::Refund,
            // A remittance and what follows are not of this dialect: nothing here leads to one.
            RecordKind::Transfer | RecordKind::Remittance => Kind::Transfer,
            RecordKind::JournalEntry => Kind::Transaction,
            RecordKind::Party
            | RecordKind::LinkedAccount
            | RecordKind::Wallet
            | RecordKind::PaymentMethod
            | RecordKind::Image
            | RecordKind::Product => Kind::Account,
        }
    }

    /// The bank's word for it, where it is the bank's.
    #[must_use]
    pub const fn record(self) -> Option<RecordKind> {
        match self {
            Kind::Card => Some(RecordKind::Card),
            Kind::Charge => Some(RecordKind::Charge),
            Kind::Customer => Some(RecordKind::Customer),
            Kind::Recipient => Some(RecordKind::Recipient),
            Kind::Refund => Some(RecordKind::Refund),
            Kind::Token => Some(RecordKind::Token),
            Kind::Transaction => Some(RecordKind::JournalEntry),
            Kind::Transfer => Some(RecordKind::Transfer),
            _ => None,
        }
    }
}

/// Public ids of one account's things.
#[derive(Clone)]
pub struct Ids {
    code: Code,
    account: AccountId,
    names: Arc<dyn BankStore>,
    foreign: ForeignNames,
}

impl Ids {
    /// Those of an account.
    #[must_use]
    pub fn of(app: &App, account: &Account) -> Ids {
        let code = Code { installation: app.store().installation(), mode: account.mode };
        Ids::over(code, account.id, Arc::clone(app.bank().store()))
    }

    /// Those that `code` makes of keys and `names` knows by name.
    #[must_use]
    pub fn over(code: Code, account: AccountId, names: Arc<dyn BankStore>) -> Ids {
        Ids { code, account, names, foreign: ForeignNames::default() }
    }

    /// The same, which know these of an upstream's things too.
    #[must_use]
    pub fn knowing(self, foreign: ForeignNames) -> Ids {
        Ids { foreign, ..self }
    }

    /// The id of what has this key.
    #[must_use]
    pub fn render(&self, kind: Kind, key: i64) -> String {
        let named = || {
            let record = kind.record()?;
            let foreign = self.foreign.get(record, key).map(str::to_owned);
            foreign.or_else(|| self.names.name_of(record, key).map(String::from))
        };
        if key < 0
            && let Some(name) = named()
        {
            return name;
        }
        self.code.render(kind, key)
    }

    /// The key of what has this id; `None` where no such id was ever given out.
    #[must_use]
    pub fn parse(&self, kind: Kind, id: &str) -> Option<i64> {
        let named = || self.names.named(self.account, kind.record()?, id);
        self.code.parse(kind, id).or_else(named)
    }

    /// The id of an occurrence.
    #[must_use]
    pub fn render_occurrence(&self, key: AwaitingKey) -> String {
        self.code.render_occurrence(key)
    }

    /// What an occurrence id names; `None` where no such id was ever given out.
    #[must_use]
    pub fn parse_occurrence(&self, id: &str) -> Option<AwaitingKey> {
        self.code.parse_occurrence(id)
    }

    /// The id of a payment.
    #[must_use]
    pub fn render_payment(&self, payment: PaymentId) -> String {
        match payment {
            PaymentId::Charge(id) => self.render(Kind::Charge, id.0),
            PaymentId::Transfer(TransferId(key)) | PaymentId::Remittance(RemittanceId(key)) => {
                self.render(Kind::Transfer, key)
            }
        }
    }
}

/// How keys are made into characters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Code {
    /// Ids of one installation mean nothing to another.
    pub installation: InstallationId,
    /// Test or live.
    pub mode: Mode,
}

/// Characters after the prefix.
const LENGTH: usize = 19;
/// Of these, the last six are check characters…
const CHECKS: u128 = 36_u128.pow(6);
/// …so that 13 hold the base and the key, which they can: 36¹³ > 2 × 2⁶³.
const KEY_DIGITS: u32 = 13;

/// An occurrence's id has less room for checks: its key is a date (18 bits), a
/// schedule (44 bits) and an attempt (8 bits), which with the base take 14
/// characters, and leave five.
const OCCURRENCE_CHECKS: u128 = 36_u128.pow(5);
const OCCURRENCE_DIGITS: u32 = 14;
const DATE_BITS: u32 = 18;
const SCHEDULE_BITS: u32 = 44;
const ATTEMPT_BITS: u32 = 8;
/// Days before 1970 of the first day that an occurrence can have: 1678-01-01.
const FIRST_DAY: i64 = -106_650;

impl Code {
    /// The id of a key that is not below zero. One below zero has a name; where
    /// it has lost it, its id here is one that is never found.
    #[must_use]
    pub fn render(self, kind: Kind, key: i64) -> String {
        let number = u128::from(key.cast_unsigned() & i64::MAX.cast_unsigned());
        let checks = self.checks(kind, &key.to_be_bytes()) % CHECKS;
        self.write(kind, (self.base(kind, KEY_DIGITS, 63) + number) * CHECKS + checks)
    }

    /// The key of an id that [`Code::render`] made.
    #[must_use]
    pub fn parse(self, kind: Kind, id: &str) -> Option<i64> {
        let value = self.read(kind, id)?;
        let number = (value / CHECKS).checked_sub(self.base(kind, KEY_DIGITS, 63))?;
        let key = i64::try_from(number).ok()?;
        (self.checks(kind, &key.to_be_bytes()) % CHECKS == value % CHECKS).then_some(key)
    }

    /// The id of an occurrence. One of a schedule past 2⁴⁴, or of a slot that is no
    /// date, gets an id that is never found.
    #[must_use]
    pub fn render_occurrence(self, key: AwaitingKey) -> String {
        let day = key.slot.days().wrapping_sub(FIRST_DAY);
        let low_bits = |value: i64, bits: u32| u128::from(value.cast_unsigned()) & mask(bits);
        let number = low_bits(day, DATE_BITS) << (SCHEDULE_BITS + ATTEMPT_BITS)
            | low_bits(key.schedule.0, SCHEDULE_BITS) << ATTEMPT_BITS
            | u128::from(key.attempt);
        let base = self.base(Kind::Occurrence, OCCURRENCE_DIGITS, OCCURRENCE_BITS);
        let checks = self.occurrence_checks(key);
        self.write(Kind::Occurrence, (base + number) * OCCURRENCE_CHECKS + checks)
    }

    /// What an id that [`Code::render_occurrence`] made names.
    #[must_use]
    pub fn parse_occurrence(self, id: &str) -> Option<AwaitingKey> {
        let value = self.read(Kind::Occurrence, id)?;
        let base = self.base(Kind::Occurrence, OCCURRENCE_DIGITS, OCCURRENCE_BITS);
        let number = (value / OCCURRENCE_CHECKS).checked_sub(base)?;
        let day = i64::try_from(number >> (SCHEDULE_BITS + ATTEMPT_BITS)).ok()?;
        let schedule = i64::try_from((number >> ATTEMPT_BITS) & mask(SCHEDULE_BITS)).ok()?;
        let key = AwaitingKey {
            schedule: ScheduleId(schedule),
            slot: Slot::of_days(day.checked_add(FIRST_DAY)?),
            attempt: u8::try_from(number & mask(ATTEMPT_BITS)).ok()?,
        };
        (self.occurrence_checks(key) == value % OCCURRENCE_CHECKS).then_some(key)
    }

    fn write(self, kind: Kind, mut value: u128) -> String {
        let mut characters = [b'0'; LENGTH];
        for place in characters.iter_mut().rev() {
            let digit = u32::try_from(value % 36).unwrap_or(0); // below 36, so it always fits
            *place = char::from_digit(digit, 36).map_or(b'0', |character| character as u8);
            value /= 36;
        }
        format!("{}{}", self.beginning(kind), String::from_utf8_lossy(&characters))
    }

    fn read(self, kind: Kind, id: &str) -> Option<u128> {
        let characters = id.strip_prefix(self.beginning(kind).as_str())?;
        let plain = |byte: u8| byte.is_ascii_digit() || byte.is_ascii_lowercase();
        (characters.len() == LENGTH && characters.bytes().all(plain))
            .then(|| u128::from_str_radix(characters, 36).ok())
            .flatten()
    }

    fn beginning(self, kind: Kind) -> String {
        let mode = if self.mode == Mode::Test { "_test" } else { "" };
        format!("{}{mode}_", kind.prefix())
    }

    /// Where the ids of a kind begin: somewhere in `digits` base-36 digits that
    /// leaves room for keys of `bits`, and shows no leading zeros.
    fn base(self, kind: Kind, digits: u32, bits: u32) -> u128 {
        let least = 36_u128.pow(digits - 1);
        let room = 36_u128.pow(digits) - least - (1 << bits);
        least + self.hash(&[b"base", kind.prefix().as_bytes()]) % room
    }

    fn checks(self, kind: Kind, key: &[u8]) -> u128 {
        self.hash(&[b"check", kind.prefix().as_bytes(), key])
    }

    fn occurrence_checks(self, key: AwaitingKey) -> u128 {
        let mut bytes = [0; 17];
        let parts = key
            .schedule
            .0
            .to_be_bytes()
            .into_iter()
            .chain(key.slot.stored().to_be_bytes())
            .chain([key.attempt]);
        for (place, byte) in bytes.iter_mut().zip(parts) {
            *place = byte;
        }
        self.checks(Kind::Occurrence, &bytes) % OCCURRENCE_CHECKS
    }

    fn hash(self, parts: &[&[u8]]) -> u128 {
        let mut hash = Sha256::new();
        hash.update(self.installation.0.to_be_bytes());
        for part in parts {
            hash.update(part);
            hash.update([0]);
        }
        hash.finalize().iter().take(16).fold(0, |sum, byte| (sum << 8) | u128::from(*byte))
    }
}

const OCCURRENCE_BITS: u32 = DATE_BITS + SCHEDULE_BITS + ATTEMPT_BITS;

const fn mask(bits: u32) -> u128 {
    (1 << bits) - 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    const CODE: Code = Code { installation: InstallationId(7), mode: Mode::Test };

    fn occurrence(schedule: i64, days: i64, attempt: u8) -> AwaitingKey {
        AwaitingKey {
            schedule: ScheduleId(schedule),
            slot: Slot::of_days(FIRST_DAY + days),
            attempt,
        }
    }

    fn flipped(id: &str, place: usize, with: char) -> String {
        id.chars().enumerate().map(|(at, kept)| if at == place { with } else { kept }).collect()
    }

    #[test]
    fn an_id_looks_like_omises_and_not_like_a_counter() {
        let id = CODE.render(Kind::Schedule, 1);
        let characters = id.strip_prefix("schd_test_").unwrap();
        assert_eq!(characters.len(), 19);
        assert_ne!(&characters[..1], "0");
        let live = Code { mode: Mode::Live, ..CODE };
        assert!(live.render(Kind::Schedule, 1).starts_with("schd_"));
        assert!(!live.render(Kind::Schedule, 1).starts_with("schd_test"));
    }

    #[test]
    fn an_id_means_nothing_as_another_kind_or_elsewhere() {
        let id = CODE.render(Kind::Charge, 42);
        assert_eq!(CODE.parse(Kind::Transfer, &id), None);
        assert_eq!(CODE.parse(Kind::Transfer, &id.replace("chrg", "trsf")), None);
        let elsewhere = Code { installation: InstallationId(8), ..CODE };
        assert_eq!(elsewhere.parse(Kind::Charge, &id), None);
        assert_eq!(CODE.parse(Kind::Charge, &id.to_uppercase()), None);
    }

    #[test]
    fn the_first_and_the_last_day_of_all_have_ids() {
        for day in [date(1678, 1, 1), date(2262, 4, 11)] {
            let key = AwaitingKey { schedule: ScheduleId(1), slot: Slot::of_date(day), attempt: 2 };
            assert_eq!(CODE.parse_occurrence(&CODE.render_occurrence(key)), Some(key));
        }
    }

    #[test]
    fn an_occurrence_past_what_an_id_can_hold_is_never_another_one() {
        let key = occurrence(1 << 50, 100, 0);
        assert_eq!(CODE.parse_occurrence(&CODE.render_occurrence(key)), None);
    }

    proptest! {
        #[test]
        fn an_id_reads_as_the_key_it_was_made_of(key in 0..=i64::MAX) {
            prop_assert_eq!(CODE.parse(Kind::Card, &CODE.render(Kind::Card, key)), Some(key));
        }

        #[test]
        fn ids_sort_as_their_keys_do(one in 0..=i64::MAX, other in 0..=i64::MAX) {
            let render = |key| CODE.render(Kind::Event, key);
            prop_assert_eq!(render(one).cmp(&render(other)), one.cmp(&other));
        }

        #[test]
        fn an_occurrence_id_reads_as_what_it_was_made_of(
            schedule in 0_i64..1 << 44, days in 0_i64..213_500, attempt: u8,
        ) {
            let key = occurrence(schedule, days, attempt);
            prop_assert_eq!(CODE.parse_occurrence(&CODE.render_occurrence(key)), Some(key));
        }

        #[test]
        fn an_id_with_one_character_changed_is_no_id(
            key in 0..=i64::MAX, place in 10_usize..29, with in "[0-9a-z]",
        ) {
            let id = CODE.render(Kind::Charge, key);
            let with = with.chars().next().unwrap_or('0');
            prop_assume!(id.chars().nth(place) != Some(with));
            prop_assert_eq!(CODE.parse(Kind::Charge, &flipped(&id, place, with)), None);
        }

        #[test]
        fn no_text_is_too_strange_to_be_refused(text in ".*") {
            let _ = CODE.parse(Kind::Charge, &text);
            let _ = CODE.parse_occurrence(&format!("occu_test_{text}"));
        }
    }
}
