//! What the integers and blobs in the columns mean.

use bank::{BankEvent, EntryKind, LedgerRole, RecordKind};
use engine::{
    BusinessDays, Chapter, ChargeId, Currency, InstructionKind, Link, Mode, OccurrenceStatus,
    PaymentId, Plan, RemittanceId, Role, Schedule, ScheduleEvent, ScheduleId, Slot, Status, Term,
    TransferId, Wait, WalletId,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::EventKind;
use crate::audit::Deed;
use crate::fault::{Fault, Outcome};
use crate::grant::GrantKind;
use crate::history::FileState;
use crate::key::KeyOrigin;
use crate::scope::Scopes;
use crate::store::CredentialKind;
use crate::webhook::{Chain, Why};

/// Two directions of one table: what a value is stored as, and the reverse.
macro_rules! stored_as {
    ($type:ty, $what:literal, { $($value:pat => $number:literal, $back:expr;)* }) => {
        impl Stored for $type {
            fn number(self) -> i64 {
                match self { $($value => $number,)* }
            }
            fn from_number(number: i64) -> Outcome<Self> {
                match number {
                    $($number => Ok($back),)*
                    other => Err(Fault::corrupt($what, format!("{other} stands for nothing"))),
                }
            }
        }
    };
}

/// Something that is stored as a small integer.
pub(crate) trait Stored: Sized {
    /// The integer.
    fn number(self) -> i64;
    /// What it stands for.
    fn from_number(number: i64) -> Outcome<Self>;
}

stored_as!(Mode, "mode", {
    Mode::Test => 0, Mode::Test;
    Mode::Live => 1, Mode::Live;
});

/// What stands for a restricted credential, below the bits of its scopes.
const RESTRICTED: i64 = 2;
/// How many bits the kind of a credential has before those of its scopes.
const SCOPES_FROM_BIT: u32 = 8;

impl Stored for CredentialKind {
    fn number(self) -> i64 {
        match self {
            CredentialKind::Secret => 0,
            CredentialKind::Public => 1,
            CredentialKind::Restricted(scopes) => {
                i64::from(scopes.stored()) << SCOPES_FROM_BIT | RESTRICTED
            }
        }
    }

    fn from_number(number: i64) -> Outcome<Self> {
        let restricted = || {
            let is_restricted = number & ((1 << SCOPES_FROM_BIT) - 1) == RESTRICTED;
            let scopes = u16::try_from(number >> SCOPES_FROM_BIT).ok().filter(|_| is_restricted)?;
            Scopes::from_stored(scopes).map(CredentialKind::Restricted)
        };
        match number {
            0 => Ok(CredentialKind::Secret),
            1 => Ok(CredentialKind::Public),
            other => restricted().ok_or_else(|| {
                Fault::corrupt("credential kind", format!("{other} stands for nothing"))
            }),
        }
    }
}

stored_as!(GrantKind, "kind of grant", {
    GrantKind::Access => 0, GrantKind::Access;
    GrantKind::Refresh => 1, GrantKind::Refresh;
});

stored_as!(InstructionKind, "instruction kind", {
    InstructionKind::Charge => 0, InstructionKind::Charge;
    InstructionKind::Transfer => 1, InstructionKind::Transfer;
    InstructionKind::Remittance => 2, InstructionKind::Remittance;
});

stored_as!(Status, "schedule status", {
    Status::Running => 0, Status::Running;
    Status::Expiring => 1, Status::Expiring;
    Status::Expired => 2, Status::Expired;
    Status::Deleted => 3, Status::Deleted;
    Status::Suspended => 4, Status::Suspended;
});

stored_as!(OccurrenceStatus, "occurrence status", {
    OccurrenceStatus::Successful => 0, OccurrenceStatus::Successful;
    OccurrenceStatus::Failed => 1, OccurrenceStatus::Failed;
    OccurrenceStatus::Skipped => 2, OccurrenceStatus::Skipped;
    OccurrenceStatus::Canceled => 3, OccurrenceStatus::Canceled;
});

stored_as!(FileState, "state of a history file", {
    FileState::Written => 0, FileState::Written;
    FileState::Named => 1, FileState::Named;
    FileState::Moved => 2, FileState::Moved;
});

stored_as!(RecordKind, "record kind", {
    RecordKind::Token => 0, RecordKind::Token;
    RecordKind::Customer => 1, RecordKind::Customer;
    RecordKind::Card => 2, RecordKind::Card;
    RecordKind::Recipient => 3, RecordKind::Recipient;
    RecordKind::Charge => 4, RecordKind::Charge;
    RecordKind::Refund => 5, RecordKind::Refund;
    RecordKind::Transfer => 6, RecordKind::Transfer;
    RecordKind::JournalEntry => 7, RecordKind::JournalEntry;
    RecordKind::Party => 8, RecordKind::Party;
    RecordKind::LinkedAccount => 9, RecordKind::LinkedAccount;
    RecordKind::Wallet => 10, RecordKind::Wallet;
    RecordKind::PaymentMethod => 11, RecordKind::PaymentMethod;
    RecordKind::Remittance => 12, RecordKind::Remittance;
    RecordKind::Image => 13, RecordKind::Image;
    RecordKind::Product => 14, RecordKind::Product;
});

stored_as!(EntryKind, "journal entry kind", {
    EntryKind::ChargeCaptured => 0, EntryKind::ChargeCaptured;
    EntryKind::RefundCreated => 1, EntryKind::RefundCreated;
    EntryKind::TransferHeld => 2, EntryKind::TransferHeld;
    EntryKind::TransferSent => 3, EntryKind::TransferSent;
    EntryKind::TransferReturned => 4, EntryKind::TransferReturned;
    EntryKind::Opening => 5, EntryKind::Opening;
    EntryKind::RemittanceTaken => 6, EntryKind::RemittanceTaken;
    EntryKind::RemittanceCompleted => 7, EntryKind::RemittanceCompleted;
    EntryKind::RemittanceReturned => 8, EntryKind::RemittanceReturned;
    EntryKind::RemittanceRefunded => 9, EntryKind::RemittanceRefunded;
});

stored_as!(EventKind, "event kind", {
    EventKind::Schedule(ScheduleEvent::Created) => 0, EventKind::Schedule(ScheduleEvent::Created);
    EventKind::Schedule(ScheduleEvent::Deleted) => 1, EventKind::Schedule(ScheduleEvent::Deleted);
    EventKind::Schedule(ScheduleEvent::Expiring) => 2, EventKind::Schedule(ScheduleEvent::Expiring);
    EventKind::Schedule(ScheduleEvent::Expired) => 3, EventKind::Schedule(ScheduleEvent::Expired);
    EventKind::Schedule(ScheduleEvent::Suspended) => 4, EventKind::Schedule(ScheduleEvent::Suspended);
    EventKind::Occurrence(OccurrenceStatus::Successful) => 10, EventKind::Occurrence(OccurrenceStatus::Successful);
    EventKind::Occurrence(OccurrenceStatus::Failed) => 11, EventKind::Occurrence(OccurrenceStatus::Failed);
    EventKind::Occurrence(OccurrenceStatus::Skipped) => 12, EventKind::Occurrence(OccurrenceStatus::Skipped);
    EventKind::Occurrence(OccurrenceStatus::Canceled) => 13, EventKind::Occurrence(OccurrenceStatus::Canceled);
    EventKind::EndpointDisabled => 20, EventKind::EndpointDisabled;
    EventKind::Bank(BankEvent::ChargeCreated) => 100, EventKind::Bank(BankEvent::ChargeCreated);
    EventKind::Bank(BankEvent::ChargeCompleted) => 101, EventKind::Bank(BankEvent::ChargeCompleted);
    EventKind::Bank(BankEvent::ChargeCaptured) => 102, EventKind::Bank(BankEvent::ChargeCaptured);
    EventKind::Bank(BankEvent::ChargeUpdated) => 103, EventKind::Bank(BankEvent::ChargeUpdated);
    EventKind::Bank(BankEvent::ChargeReversed) => 104, EventKind::Bank(BankEvent::ChargeReversed);
    EventKind::Bank(BankEvent::ChargeExpired) => 105, EventKind::Bank(BankEvent::ChargeExpired);
    EventKind::Bank(BankEvent::RefundCreated) => 110, EventKind::Bank(BankEvent::RefundCreated);
    EventKind::Bank(BankEvent::TransferCreated) => 120, EventKind::Bank(BankEvent::TransferCreated);
    EventKind::Bank(BankEvent::TransferSent) => 121, EventKind::Bank(BankEvent::TransferSent);
    EventKind::Bank(BankEvent::TransferPaid) => 122, EventKind::Bank(BankEvent::TransferPaid);
    EventKind::Bank(BankEvent::TransferFailed) => 123, EventKind::Bank(BankEvent::TransferFailed);
    EventKind::Bank(BankEvent::TransferUpdated) => 124, EventKind::Bank(BankEvent::TransferUpdated);
    EventKind::Bank(BankEvent::TransferDestroyed) => 125, EventKind::Bank(BankEvent::TransferDestroyed);
    EventKind::Bank(BankEvent::CustomerCreated) => 130, EventKind::Bank(BankEvent::CustomerCreated);
    EventKind::Bank(BankEvent::CustomerUpdated) => 131, EventKind::Bank(BankEvent::CustomerUpdated);
    EventKind::Bank(BankEvent::CustomerCardAdded) => 132, EventKind::Bank(BankEvent::CustomerCardAdded);
    EventKind::Bank(BankEvent::CustomerDestroyed) => 133, EventKind::Bank(BankEvent::CustomerDestroyed);
    EventKind::Bank(BankEvent::CardUpdated) => 140, EventKind::Bank(BankEvent::CardUpdated);
    EventKind::Bank(BankEvent::CardDestroyed) => 141, EventKind::Bank(BankEvent::CardDestroyed);
    EventKind::Bank(BankEvent::RecipientCreated) => 150, EventKind::Bank(BankEvent::RecipientCreated);
    EventKind::Bank(BankEvent::RecipientUpdated) => 151, EventKind::Bank(BankEvent::RecipientUpdated);
    EventKind::Bank(BankEvent::RecipientDestroyed) => 152, EventKind::Bank(BankEvent::RecipientDestroyed);
    EventKind::Bank(BankEvent::RecipientVerified) => 153, EventKind::Bank(BankEvent::RecipientVerified);
    EventKind::Bank(BankEvent::RecipientActivated) => 154, EventKind::Bank(BankEvent::RecipientActivated);
    EventKind::Bank(BankEvent::RecipientDeactivated) => 155, EventKind::Bank(BankEvent::RecipientDeactivated);
    EventKind::Bank(BankEvent::RemittanceCreated) => 160, EventKind::Bank(BankEvent::RemittanceCreated);
    EventKind::Bank(BankEvent::RemittanceUpdated) => 161, EventKind::Bank(BankEvent::RemittanceUpdated);
});

stored_as!(Deed, "deed", {
    Deed::SaidPaid => 0, Deed::SaidPaid;
    Deed::SaidNotPaid => 1, Deed::SaidNotPaid;
    Deed::Asked => 2, Deed::Asked;
    Deed::Resumed => 3, Deed::Resumed;
    Deed::MadeKey => 4, Deed::MadeKey;
    Deed::RolledKey => 5, Deed::RolledKey;
    Deed::RevokedKey => 6, Deed::RevokedKey;
    Deed::EndpointCreated => 7, Deed::EndpointCreated;
    Deed::EndpointChanged => 8, Deed::EndpointChanged;
    Deed::SecretRolled => 9, Deed::SecretRolled;
    Deed::EndpointDeleted => 10, Deed::EndpointDeleted;
    Deed::Redelivered => 11, Deed::Redelivered;
    Deed::PausedSchedule => 12, Deed::PausedSchedule;
    Deed::ResumedSchedule => 13, Deed::ResumedSchedule;
    Deed::UnsuspendedSchedule => 14, Deed::UnsuspendedSchedule;
    Deed::ChangedPolicies => 15, Deed::ChangedPolicies;
});

stored_as!(KeyOrigin, "key's origin", {
    KeyOrigin::Made => 0, KeyOrigin::Made;
    KeyOrigin::Configured => 1, KeyOrigin::Configured;
});

stored_as!(Why, "reason of an endpoint", {
    Why::Asked => 0, Why::Asked;
    Why::Gone => 1, Why::Gone;
    Why::Failing => 2, Why::Failing;
});

/// A part of the books as its kind and, for a wallet, whose key; 0 for the others.
pub(crate) const fn place_columns(role: LedgerRole) -> (i64, i64) {
    match role {
        LedgerRole::Available => (0, 0),
        LedgerRole::Held => (1, 0),
        LedgerRole::Payers => (2, 0),
        LedgerRole::Payees => (3, 0),
        LedgerRole::Fees => (4, 0),
        LedgerRole::Tax => (5, 0),
        LedgerRole::Wallet(WalletId(key)) => (6, key),
        LedgerRole::Clearing => (7, 0),
        LedgerRole::CardsDebited => (8, 0),
        LedgerRole::CardsCredited => (9, 0),
        LedgerRole::BanksDebited => (10, 0),
        LedgerRole::BanksCredited => (11, 0),
        LedgerRole::Uncovered => (12, 0),
    }
}

/// The reverse of [`place_columns`].
pub(crate) fn place(kind: i64, key: i64) -> Outcome<LedgerRole> {
    Ok(match kind {
        0 => LedgerRole::Available,
        1 => LedgerRole::Held,
        2 => LedgerRole::Payers,
        3 => LedgerRole::Payees,
        4 => LedgerRole::Fees,
        5 => LedgerRole::Tax,
        6 => LedgerRole::Wallet(WalletId(key)),
        7 => LedgerRole::Clearing,
        8 => LedgerRole::CardsDebited,
        9 => LedgerRole::CardsCredited,
        10 => LedgerRole::BanksDebited,
        11 => LedgerRole::BanksCredited,
        12 => LedgerRole::Uncovered,
        other => return Err(Fault::corrupt("ledger role", format!("{other} stands for nothing"))),
    })
}

/// A payment as kind and key.
pub(crate) const fn payment_columns(payment: PaymentId) -> (i64, i64) {
    match payment {
        PaymentId::Charge(id) => (0, id.0),
        PaymentId::Transfer(id) => (1, id.0),
        PaymentId::Remittance(id) => (2, id.0),
    }
}

/// The reverse of [`payment_columns`].
pub(crate) fn payment(kind: i64, key: i64) -> Outcome<PaymentId> {
    match kind {
        0 => Ok(PaymentId::Charge(ChargeId(key))),
        1 => Ok(PaymentId::Transfer(TransferId(key))),
        2 => Ok(PaymentId::Remittance(RemittanceId(key))),
        other => Err(Fault::corrupt("payment kind", format!("{other} stands for nothing"))),
    }
}

/// What an attempt waits for, as what is held of it and the payment that was accepted.
pub(crate) const fn wait_columns(wait: Wait) -> (i64, Option<(i64, i64)>) {
    match wait {
        Wait::Accepted(payment) => (0, Some(payment_columns(payment))),
        Wait::Unknown => (0, None),
        Wait::Late => (1, None),
    }
}

/// The reverse of [`wait_columns`].
pub(crate) fn wait(held: i64, accepted: Option<PaymentId>) -> Outcome<Wait> {
    match (held, accepted) {
        (0, Some(payment)) => Ok(Wait::Accepted(payment)),
        (0, None) => Ok(Wait::Unknown),
        (1, None) => Ok(Wait::Late),
        (other, _) => Err(Fault::corrupt("wait", format!("{other} stands for nothing"))),
    }
}

/// Chains of records have the numbers of their kinds, after the others'.
const CHAIN_OF_RECORDS: i64 = 2;

/// A chain as its kind and key.
pub(crate) fn chain_columns(chain: Chain) -> (i64, i64) {
    match chain {
        Chain::Free => (0, 0),
        Chain::Schedule(ScheduleId(key)) => (1, key),
        Chain::Record(kind, key) => (CHAIN_OF_RECORDS + kind.number(), key),
    }
}

/// The reverse of [`chain_columns`].
pub(crate) fn chain(kind: i64, key: i64) -> Outcome<Chain> {
    Ok(match kind {
        0 => Chain::Free,
        1 => Chain::Schedule(ScheduleId(key)),
        kind => Chain::Record(RecordKind::from_number(kind - CHAIN_OF_RECORDS)?, key),
    })
}

/// The term of this number.
pub(crate) fn term(number: i64) -> Outcome<Term> {
    Term::new(number).ok_or_else(|| Fault::corrupt("term", format!("{number} is below one")))
}

/// A role as its kind, `recorded` and `through`.
pub(crate) const fn role_columns(role: Role) -> (i64, u32, i64) {
    match role {
        Role::Cadence { recorded, through } => (0, recorded, through.stored()),
        Role::Detached { last: false } => (1, 0, 0),
        Role::Detached { last: true } => (2, 0, 0),
    }
}

/// The reverse of [`role_columns`].
pub(crate) fn role(kind: i64, recorded: u32, through: i64) -> Outcome<Role> {
    match kind {
        0 => Ok(Role::Cadence { recorded, through: Slot::from_stored(through) }),
        1 => Ok(Role::Detached { last: false }),
        2 => Ok(Role::Detached { last: true }),
        other => Err(Fault::corrupt("role", format!("{other} stands for nothing"))),
    }
}

/// The three nullable columns of a link.
pub(crate) type LinkColumns = (Option<i64>, Option<i64>, Option<u8>);

/// A link as its three columns.
pub(crate) fn link_columns(link: Option<Link>) -> LinkColumns {
    (
        link.map(|link| link.due.nanoseconds()),
        link.map(|link| link.slot.stored()),
        link.map(|link| link.attempt),
    )
}

/// A currency from its code.
pub(crate) fn currency(code: &str) -> Outcome<Currency> {
    Currency::parse(code)
        .ok_or_else(|| Fault::corrupt("currency", format!("{code:?} is not three letters")))
}

/// The version of compact blobs, their first byte.
const COMPACT_VERSION: u8 = 2;

/// The version of a plan's blob that ends with its business days. One without any is written
/// as it was before there were any, and read by whoever read it then.
const WITH_BUSINESS_DAYS: u8 = 3;

/// A value as a compact blob.
pub(crate) fn compact<T: Serialize>(what: &'static str, value: &T) -> Outcome<Vec<u8>> {
    compact_as(COMPACT_VERSION, what, value)
}

fn compact_as<T: Serialize>(version: u8, what: &'static str, value: &T) -> Outcome<Vec<u8>> {
    let mut bytes = Vec::with_capacity(96);
    bytes.push(version);
    postcard::to_extend(value, bytes)
        .map_err(|error| Fault::Refused(format!("a {what} cannot be stored: {error}")))
}

/// The reverse of [`compact`].
pub(crate) fn from_compact<T: DeserializeOwned>(what: &'static str, bytes: &[u8]) -> Outcome<T> {
    match bytes.split_first() {
        Some((&COMPACT_VERSION, body)) => {
            postcard::from_bytes(body).map_err(|error| Fault::corrupt(what, error))
        }
        Some((version, _)) => {
            Err(Fault::corrupt(what, format!("it is in version {version} of its form")))
        }
        None => Err(Fault::corrupt(what, "it is empty")),
    }
}

/// A plan as a compact blob.
pub(crate) fn plan_blob(plan: &Plan) -> Outcome<Vec<u8>> {
    match &plan.policies.timing.business_days {
        None => compact("plan", plan),
        Some(business_days) => compact_as(WITH_BUSINESS_DAYS, "plan", &(plan, business_days)),
    }
}

/// The reverse of [`plan_blob`].
pub(crate) fn plan(bytes: &[u8]) -> Outcome<Plan> {
    let Some((&WITH_BUSINESS_DAYS, body)) = bytes.split_first() else {
        return from_compact("plan", bytes);
    };
    let read: Result<(Plan, BusinessDays), _> = postcard::from_bytes(body);
    let (mut plan, business_days) = read.map_err(|error| Fault::corrupt("plan", error))?;
    plan.policies.timing.business_days = Some(business_days);
    Ok(plan)
}

/// What a schedule's row keeps beside its plan, as one blob.
#[derive(Serialize, Deserialize)]
pub(crate) struct Life {
    pub(crate) former: Vec<Chapter>,
    pub(crate) parties: Vec<i64>,
    pub(crate) recorded_before: u32,
}

/// A schedule's life as a compact blob.
pub(crate) fn life(schedule: &Schedule) -> Outcome<Vec<u8>> {
    let Schedule { former, parties, recorded_before, .. } = schedule;
    let life = Life {
        former: former.clone(),
        parties: parties.clone(),
        recorded_before: *recorded_before,
    };
    compact("schedule's life", &life)
}

/// JSON in a text column.
pub(crate) fn json<T: Serialize>(what: &'static str, value: &T) -> Outcome<String> {
    serde_json::to_string(value)
        .map_err(|error| Fault::Refused(format!("{what} cannot be stored: {error}")))
}

/// The reverse of [`json`].
pub(crate) fn from_json<T: DeserializeOwned>(what: &'static str, text: &str) -> Outcome<T> {
    serde_json::from_str(text).map_err(|error| Fault::corrupt(what, error))
}
