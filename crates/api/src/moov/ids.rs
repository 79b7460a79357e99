//! Public ids: UUIDs made of integer keys.
//!
//! Of a UUID's 128 bits, six say its version (8, "custom") and variant. Of the other 122
//! the first 59 are check bits, drawn from installation, kind and key, and the last 63
//! are the key, hidden behind bits drawn from the checks. So an id looks like any
//! other UUID, a reference is rendered without reading what it refers to, and a wrong
//! id is known to be wrong without a look-up.
//!
//! Records that a seed file named have keys below zero, and their name is their id.
//!
//! An occurrence's id is hashed from its schedule and slot, so that it exists before the
//! occurrence does; it is found by making the ids of that schedule's slots.

use std::collections::HashMap;
use std::sync::Arc;

use bank::RecordKind;
use engine::{
    Account, AccountId, CardId, InstallationId, LinkedAccountId, PartyId, PaymentMethodId,
    RemittanceId, ScheduleId, Slot, WalletId,
};
use sha2::{Digest, Sha256};
use store::BankStore;
use uuid::Uuid;

use crate::App;
use crate::foreign::ForeignNames;

/// What an id is of.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Kind {
    /// An account: a party.
    Account,
    /// A linked bank account.
    BankAccount,
    /// The calling off of a transfer.
    Cancellation,
    /// A linked card.
    Card,
    /// A delivery of a webhook.
    Delivery,
    /// An event.
    Event,
    /// An image.
    Image,
    /// A way to pay or be paid.
    PaymentMethod,
    /// A product.
    Product,
    /// A refund of a transfer.
    Refund,
    /// A schedule.
    Schedule,
    /// A transfer: a remittance.
    Transfer,
    /// A wallet.
    Wallet,
    /// A movement of a wallet's balance.
    WalletTransaction,
}

impl Kind {
    /// What keeps its ids apart from those of other kinds.
    const fn word(self) -> &'static str {
        match self {
            Kind::Account => "account",
            Kind::BankAccount => "bank-account",
            Kind::Cancellation => "cancellation",
            Kind::Card => "card",
            Kind::Delivery => "delivery",
            Kind::Event => "event",
            Kind::Image => "image",
            Kind::PaymentMethod => "payment-method",
            Kind::Product => "product",
            Kind::Refund => "refund",
            Kind::Schedule => "schedule",
            Kind::Transfer => "transfer",
            Kind::Wallet => "wallet",
            Kind::WalletTransaction => "wallet-transaction",
        }
    }

    /// The bank's word for it, where a seed file can name it.
    const fn record(self) -> Option<RecordKind> {
        match self {
            Kind::Account => Some(RecordKind::Party),
            Kind::BankAccount => Some(RecordKind::LinkedAccount),
            Kind::Card => Some(RecordKind::Card),
            Kind::Image => Some(RecordKind::Image),
            Kind::PaymentMethod => Some(RecordKind::PaymentMethod),
            Kind::Product => Some(RecordKind::Product),
            Kind::Transfer => Some(RecordKind::Remittance),
            Kind::Wallet => Some(RecordKind::Wallet),
            Kind::Cancellation
            | Kind::Delivery
            | Kind::Event
            | Kind::Refund
            | Kind::Schedule
            | Kind::WalletTransaction => None,
        }
    }
}

/// An integer key that has a public id.
pub trait Identified: Copy {
    /// What it is the key of.
    const KIND: Kind;
    /// The integer.
    fn key(self) -> i64;
    /// The reverse of [`Identified::key`].
    fn from_key(key: i64) -> Self;
}

macro_rules! identified {
    ($($id:ident is $kind:ident;)*) => {$(
        impl Identified for $id {
            const KIND: Kind = Kind::$kind;
            fn key(self) -> i64 {
                self.0
            }
            fn from_key(key: i64) -> $id {
                $id(key)
            }
        }
    )*};
}

identified! {
    CardId is Card;
    LinkedAccountId is BankAccount;
    PartyId is Account;
    PaymentMethodId is PaymentMethod;
    RemittanceId is Transfer;
    ScheduleId is Schedule;
    WalletId is Wallet;
}

/// Public ids of one tenant's things.
#[derive(Clone)]
pub struct Ids {
    code: Code,
    account: AccountId,
    names: Arc<dyn BankStore>,
    foreign: ForeignNames,
    /// The keys of an upstream's ids, where they are read.
    read: Arc<HashMap<(RecordKind, String), i64>>,
}

impl Ids {
    /// Those of a tenant.
    #[must_use]
    pub fn of(app: &App, account: &Account) -> Ids {
        Ids::over(app.store().installation(), account.id, Arc::clone(app.bank().store()))
    }

    /// Those of a tenant of an installation, which `names` knows by name.
    #[must_use]
    pub fn over(
        installation: InstallationId,
        account: AccountId,
        names: Arc<dyn BankStore>,
    ) -> Ids {
        let (foreign, read) = (ForeignNames::default(), Arc::default());
        Ids { code: Code(installation), account, names, foreign, read }
    }

    /// The same, which know these of an upstream's things too.
    #[must_use]
    pub fn knowing(self, foreign: ForeignNames) -> Ids {
        Ids { foreign, ..self }
    }

    /// The same, which read these ids of an upstream's too.
    #[must_use]
    pub(crate) fn reading(self, read: HashMap<(RecordKind, String), i64>) -> Ids {
        Ids { read: Arc::new(read), ..self }
    }

    /// The id of what this is the key of.
    #[must_use]
    pub fn id<T: Identified>(&self, of: T) -> String {
        self.render(T::KIND, of.key())
    }

    /// What has this id; `None` where no such id was ever given out. Whether it is the
    /// caller's, and still there, is for whoever reads it to find out.
    #[must_use]
    pub fn find<T: Identified>(&self, id: &str) -> Option<T> {
        self.parse(T::KIND, id).map(T::from_key)
    }

    /// The id of what has this key, for kinds whose keys have no type of their own.
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

    /// The reverse of [`Ids::render`].
    #[must_use]
    pub fn parse(&self, kind: Kind, id: &str) -> Option<i64> {
        let id = canonical(id)?;
        let named = || self.names.named(self.account, kind.record()?, &id);
        let foreign = || self.read.get(&(kind.record()?, id.clone())).copied();
        self.code.parse(kind, &id).or_else(named).or_else(foreign)
    }

    /// The id of an occurrence: of what a schedule has in a slot.
    #[must_use]
    pub fn occurrence(&self, schedule: ScheduleId, slot: Slot) -> String {
        self.code.occurrence(schedule, slot)
    }
}

/// The key of an id, whosever it is; `None` where no such id was ever given out, and for
/// what a seed named.
#[must_use]
pub(super) fn key(app: &App, kind: Kind, id: &str) -> Option<i64> {
    Code(app.store().installation()).parse(kind, id)
}

/// An id as it is written: a UUID with its hyphens, in lower case. `None` where the
/// text is none.
#[must_use]
pub fn canonical(id: &str) -> Option<String> {
    let hyphenated = id.len() == uuid::fmt::Hyphenated::LENGTH;
    let uuid = hyphenated.then(|| Uuid::try_parse(id).ok()).flatten()?;
    Some(uuid.hyphenated().to_string())
}

/// How keys are made into ids. Those of one installation mean nothing to another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Code(InstallationId);

/// Bits of a key that is not below zero.
const KEY_BITS: u32 = 63;
/// What a UUID leaves to whoever makes it.
const FREE_BITS: u32 = 122;
const CHECK_BITS: u32 = FREE_BITS - KEY_BITS;

impl Code {
    /// The id of a key that is not below zero. One below zero has a name; where it has
    /// lost it, its id here is one that is never found.
    fn render(self, kind: Kind, key: i64) -> String {
        let number = u128::from(key.cast_unsigned()) & mask(KEY_BITS);
        let checks = self.checks(kind, key);
        uuid(checks << KEY_BITS | (number ^ self.veil(kind, checks)))
    }

    /// The key of an id that [`Code::render`] made.
    fn parse(self, kind: Kind, id: &str) -> Option<i64> {
        let bits = free_bits(Uuid::try_parse(id).ok()?)?;
        let checks = bits >> KEY_BITS;
        let key = i64::try_from(bits & mask(KEY_BITS) ^ self.veil(kind, checks)).ok()?;
        (self.checks(kind, key) == checks).then_some(key)
    }

    fn occurrence(self, schedule: ScheduleId, slot: Slot) -> String {
        let (schedule, slot) = (schedule.0.to_be_bytes(), slot.stored().to_be_bytes());
        uuid(self.hash(&[b"occurrence", &schedule, &slot]) & mask(FREE_BITS))
    }

    fn checks(self, kind: Kind, key: i64) -> u128 {
        self.hash(&[b"check", kind.word().as_bytes(), &key.to_be_bytes()]) & mask(CHECK_BITS)
    }

    fn veil(self, kind: Kind, checks: u128) -> u128 {
        self.hash(&[b"veil", kind.word().as_bytes(), &checks.to_be_bytes()]) & mask(KEY_BITS)
    }

    fn hash(self, parts: &[&[u8]]) -> u128 {
        let mut hash = Sha256::new();
        hash.update(self.0.0.to_be_bytes());
        for part in parts {
            hash.update(part);
            hash.update([0]);
        }
        hash.finalize().iter().take(16).fold(0, |sum, byte| (sum << 8) | u128::from(*byte))
    }
}

const fn mask(bits: u32) -> u128 {
    (1 << bits) - 1
}

/// Where the version stands, and the variant, counted from the last bit.
const VERSION_AT: u32 = 76;
const VARIANT_AT: u32 = 62;
/// Version 8, and the variant of RFC 9562.
const MARKS: u128 = 0b1000 << VERSION_AT | 0b10 << VARIANT_AT;
const MARK_BITS: u128 = 0b1111 << VERSION_AT | 0b11 << VARIANT_AT;

/// A version-8 UUID of 122 bits: 48, the version, 12, the variant, 62.
fn uuid(bits: u128) -> String {
    let first = bits >> 74 << 80;
    let middle = (bits >> 62 & mask(12)) << 64;
    let last = bits & mask(62);
    Uuid::from_u128(first | middle | last | MARKS).hyphenated().to_string()
}

/// The reverse of [`uuid`].
fn free_bits(uuid: Uuid) -> Option<u128> {
    let bits = uuid.as_u128();
    let marked = bits & MARK_BITS == MARKS;
    marked.then_some(bits >> 80 << 74 | (bits >> 64 & mask(12)) << 62 | bits & mask(62))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CODE: Code = Code(InstallationId(7));

    #[test]
    fn an_id_is_a_uuid_and_looks_nothing_like_a_counter() {
        let (one, two) = (CODE.render(Kind::Schedule, 1), CODE.render(Kind::Schedule, 2));
        for id in [&one, &two] {
            let uuid = Uuid::try_parse(id).unwrap();
            assert_eq!(uuid.get_version_num(), 8);
            assert_eq!(uuid.get_variant(), uuid::Variant::RFC4122);
            assert_eq!(&canonical(id).unwrap(), id);
        }
        let alike = one.chars().zip(two.chars()).filter(|(one, two)| one == two).count();
        assert!(alike < 18, "{one} {two}");
    }

    #[test]
    fn an_id_means_nothing_as_another_kind_or_elsewhere() {
        let id = CODE.render(Kind::Card, 42);
        assert_eq!(CODE.parse(Kind::Card, &id), Some(42));
        assert_eq!(CODE.parse(Kind::Wallet, &id), None);
        assert_eq!(Code(InstallationId(8)).parse(Kind::Card, &id), None);
        let random = "c520f1b9-0ba7-42f5-b977-248cdbe41c69";
        assert_eq!(CODE.parse(Kind::Card, random), None);
    }

    #[test]
    fn an_id_is_read_in_capitals_too_and_in_no_other_form() {
        let id = "5352b013-ae58-4a63-8a3f-97f316a917cf";
        assert_eq!(canonical(&id.to_uppercase()).as_deref(), Some(id));
        for wrong in [
            "",
            "latest",
            "5352b013ae584a638a3f97f316a917cf",
            "{5352b013-ae58-4a63-8a3f-97f316a917cf}",
            "urn:uuid:5352b013-ae58-4a63-8a3f-97f316a917cf",
            "5352b013-ae58-4a63-8a3f-97f316a917cg",
            "5352b013-ae58-4a63-8a3f-97f316a917c٣",
        ] {
            assert_eq!(canonical(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_occurrence_has_an_id_for_each_schedule_and_slot() {
        let id =
            |schedule, seconds| CODE.occurrence(ScheduleId(schedule), Slot::from_stored(seconds));
        assert_eq!(id(1, 0), id(1, 0));
        assert_ne!(id(1, 0), id(1, 1));
        assert_ne!(id(1, 0), id(2, 0));
        assert_eq!(CODE.parse(Kind::Schedule, &id(1, 0)), None);
    }

    proptest! {
        #[test]
        fn an_id_reads_as_the_key_it_was_made_of(key in 0..=i64::MAX) {
            prop_assert_eq!(CODE.parse(Kind::Card, &CODE.render(Kind::Card, key)), Some(key));
        }

        #[test]
        fn an_id_with_one_character_wrong_is_none(key in 0..=i64::MAX, at in 0_usize..36, with in "[0-9a-f]") {
            let id = CODE.render(Kind::Transfer, key);
            let mut wrong = id.clone();
            wrong.replace_range(at..=at, &with);
            prop_assume!(wrong != id);
            prop_assert_eq!(CODE.parse(Kind::Transfer, &wrong), None);
        }

        #[test]
        fn the_122_bits_of_a_uuid_come_back(bits in 0..=mask(FREE_BITS)) {
            prop_assert_eq!(free_bits(Uuid::try_parse(&uuid(bits)).unwrap()), Some(bits));
        }
    }
}
