//! Captured answers, and the things they show, for tests.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bank::{
    BankAccount, Behaviour, Brand, Card, Charge, ChargeFailure, ChargeStatus, Customer, EntryKind,
    Fees, JournalEntry, LedgerAccount, LedgerRole, Leg, Recipient, RecipientKind, RecordKind,
    Refund, Token, Transfer, card::Address,
};
use engine::{
    Account, AccountId, CardId, ChargeId, Currency, CustomerId, IdempotencyKey, InstallationId,
    Instant, LaneId, Mode, Money, PaymentId, RecipientId, TransferId, Zone,
};
use serde_json::{Map, Value};
use store::{
    Agenda, BankStore, Changes, CommitError, Page, PageQuery, Record, RecordKey, RecordQuery,
};

use super::ids::{Code, Ids};
use super::params;
use super::time::Times;
use super::version::Version;
use super::view::View;
use super::{charges, transfers};

const ACCOUNT: AccountId = AccountId(1);

/// What a captured file says.
pub(crate) fn file(path: &str) -> Value {
    let path = format!("{}/tests/fixtures/omise/{path}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A body that omise-php recorded.
pub(crate) fn php(path: &str) -> Value {
    file(&format!("2019-05-29/php/{path}"))
}

/// The body of an exchange that omise-elixir recorded.
pub(crate) fn elixir(path: &str) -> Value {
    let exchange = file(&format!("2017-11-02/elixir/{path}"));
    serde_json::from_str(exchange[0]["response"]["body"].as_str().unwrap()).unwrap()
}

/// A place where captured ids are the names of things, as a seed file's would be.
#[derive(Default)]
pub(crate) struct Names(Mutex<Vec<(RecordKind, String)>>);

impl Names {
    /// The key of what has this id from now on.
    pub(crate) fn key(&self, kind: RecordKind, id: &Value) -> i64 {
        let name = (kind, id.as_str().unwrap_or_else(|| panic!("{id} is no id")).to_owned());
        let mut names = self.0.lock().unwrap();
        let place = names.iter().position(|known| *known == name).unwrap_or_else(|| {
            names.push(name);
            names.len() - 1
        });
        -1 - i64::try_from(place).unwrap()
    }

    fn key_or_none(&self, kind: RecordKind, id: &Value) -> Option<i64> {
        (!id.is_null()).then(|| self.key(kind, id))
    }
}

/// A version's way of showing things at a moment.
pub(crate) fn view(version: Version, names: &Arc<Names>, now: &Value) -> View {
    let code = Code { installation: InstallationId(1), mode: Mode::Test };
    let names: Arc<dyn BankStore> = names.clone();
    let ids = Ids::over(code, ACCOUNT, names);
    View { version, mode: Mode::Test, now: instant(now), times: Times::Utc, ids }
}

/// A Thai account.
pub(crate) fn account(created_at: &Value) -> Account {
    Account {
        id: ACCOUNT,
        lane: LaneId(1),
        mode: Mode::Test,
        country: "TH".to_owned(),
        currency: Currency::THB,
        zone: Zone::named("Asia/Bangkok").unwrap(),
        three_d_secure: false,
        created_at: instant(created_at),
        attributes: Map::new(),
    }
}

fn either<'a>(shown: &'a Value, new: &str, old: &str) -> &'a Value {
    shown.get(new).unwrap_or(&shown[old])
}

fn instant(shown: &Value) -> Instant {
    params::instant(shown.as_str().unwrap_or_else(|| panic!("{shown} is no instant"))).unwrap()
}

fn instant_or_none(shown: &Value) -> Option<Instant> {
    shown.as_str().map(|_| instant(shown))
}

fn created(shown: &Value) -> Instant {
    instant(either(shown, "created_at", "created"))
}

fn text(shown: &Value) -> Option<String> {
    shown.as_str().map(str::to_owned)
}

fn filled(shown: &Value) -> Option<String> {
    text(shown).filter(|text| !text.is_empty())
}

fn object(shown: &Value) -> Map<String, Value> {
    shown.as_object().cloned().unwrap_or_default()
}

fn money(shown: &Value) -> Money {
    let currency = Currency::parse(shown["currency"].as_str().unwrap()).unwrap();
    Money::new(shown["amount"].as_i64().unwrap(), currency)
}

/// The card that a capture shows.
pub(crate) fn card(names: &Names, shown: &Value) -> Card {
    let location = shown["location"].as_str().and_then(|location| location.split('/').nth(2));
    let customer = |id: &str| CustomerId(names.key(RecordKind::Customer, &id.into()));
    Card {
        id: CardId(names.key(RecordKind::Card, &shown["id"])),
        account: ACCOUNT,
        customer: location.map(customer),
        link: None,
        created_at: created(shown),
        version: 0,
        brand: match shown["brand"].as_str().unwrap() {
            "Visa" => Brand::Visa,
            "MasterCard" => Brand::Mastercard,
            "UnionPay" => Brand::UnionPay,
            other => panic!("{other}"),
        },
        first_digits: "424242".to_owned(),
        last_digits: text(&shown["last_digits"]).unwrap(),
        fingerprint: text(&shown["fingerprint"]).unwrap(),
        name: text(&shown["name"]).unwrap(),
        expiration_month: shown["expiration_month"].as_u64().unwrap().try_into().unwrap(),
        expiration_year: shown["expiration_year"].as_u64().unwrap().try_into().unwrap(),
        security_code_check: shown["security_code_check"].as_bool().unwrap(),
        address: Address {
            city: text(&shown["city"]),
            postal_code: text(&shown["postal_code"]),
            country: filled(&shown["country"]).filter(|country| country != "us"),
            ..Address::default()
        },
        behaviour: Behaviour::Succeeds,
        deleted: shown["deleted"].as_bool().unwrap_or(false),
    }
}

/// The token that a capture shows.
pub(crate) fn token(names: &Names, shown: &Value, card: CardId) -> Token {
    Token {
        key: names.key(RecordKind::Token, &shown["id"]),
        account: ACCOUNT,
        created_at: created(shown),
        version: 0,
        card,
        used: shown["used"].as_bool().unwrap(),
    }
}

/// The customer that a capture shows, and its cards.
pub(crate) fn customer(names: &Names, shown: &Value) -> (Customer, Page<Card>) {
    let customer = Customer {
        id: CustomerId(names.key(RecordKind::Customer, &shown["id"])),
        account: ACCOUNT,
        created_at: created(shown),
        version: 0,
        default_card: names.key_or_none(RecordKind::Card, &shown["default_card"]).map(CardId),
        email: text(&shown["email"]),
        description: text(&shown["description"]),
        metadata: object(&shown["metadata"]),
        deleted: shown["deleted"].as_bool().unwrap_or(false),
    };
    (customer, page(&shown["cards"], |shown| card(names, shown)))
}

/// What a captured list shows.
pub(crate) fn page<T>(shown: &Value, entry: impl Fn(&Value) -> T) -> Page<T> {
    Page {
        entries: shown["data"].as_array().unwrap().iter().map(entry).collect(),
        total: shown["total"].as_u64().unwrap(),
    }
}

/// The refund that a capture shows.
pub(crate) fn refund(names: &Names, shown: &Value) -> Refund {
    Refund {
        key: names.key(RecordKind::Refund, &shown["id"]),
        account: ACCOUNT,
        created_at: created(shown),
        version: 0,
        charge: ChargeId(names.key(RecordKind::Charge, &shown["charge"])),
        money: money(shown),
        voided: shown["voided"].as_bool().unwrap(),
        journal_entry: names.key(RecordKind::JournalEntry, &shown["transaction"]),
        metadata: object(&shown["metadata"]),
        requested_under: None,
    }
}

/// The charge that a capture shows, and what it is shown with.
pub(crate) fn charge(names: &Names, shown: &Value) -> (Charge, charges::render::Parts) {
    let charge = Charge {
        id: ChargeId(names.key(RecordKind::Charge, &shown["id"])),
        account: ACCOUNT,
        created_at: created(shown),
        version: 0,
        money: money(shown),
        captured: shown["captured_amount"].as_i64(),
        customer: names.key_or_none(RecordKind::Customer, &shown["customer"]).map(CustomerId),
        card: shown["card"].get("id").map(|id| CardId(names.key(RecordKind::Card, id))),
        schedule: None,
        description: text(&shown["description"]).map(Into::into),
        metadata: object(&shown["metadata"]),
        status: charge_status(&shown["status"]),
        failure: match shown["failure_code"].as_str() {
            None => None,
            Some("insufficient_fund") => Some(ChargeFailure::InsufficientFund),
            Some("failed_fraud_check") => Some(ChargeFailure::FailedFraudCheck),
            Some(other) => panic!("{other}"),
        },
        fees: Fees {
            fee: shown["fee"].as_i64().unwrap_or(0),
            tax: shown["fee_vat"].as_i64().unwrap_or(0),
        },
        capture: shown["capture"].as_bool().unwrap(),
        journal_entry: names.key_or_none(RecordKind::JournalEntry, &shown["transaction"]),
        refunded: either(shown, "refunded_amount", "refunded").as_i64().unwrap(),
        authorized_at: match shown.get("authorized_at") {
            Some(at) => instant_or_none(at),
            None => shown["authorized"].as_bool().unwrap().then(|| created(shown)),
        },
        paid_at: instant_or_none(&shown["paid_at"]),
        expires_at: instant_or_none(&shown["expires_at"]),
        expired_at: shown["expired"]
            .as_bool()
            .and_then(|is| is.then(|| instant(&shown["expired_at"]))),
        reversed_at: instant_or_none(&shown["reversed_at"]),
        attributes: ["ip", "return_uri", "authorization_type"]
            .into_iter()
            .filter_map(|name| Some((name.to_owned(), shown.get(name)?.clone())))
            .collect(),
    };
    let parts = charges::render::Parts {
        card: (!shown["card"].is_null()).then(|| card(names, &shown["card"])),
        refunds: page(&shown["refunds"], |shown| refund(names, shown)),
        customer: shown["customer"].clone(),
        schedule: Value::Null,
        transaction: shown["transaction"].clone(),
    };
    (charge, parts)
}

fn charge_status(shown: &Value) -> ChargeStatus {
    match shown.as_str().unwrap() {
        "pending" => ChargeStatus::Pending,
        "successful" => ChargeStatus::Successful,
        "failed" => ChargeStatus::Failed,
        "expired" => ChargeStatus::Expired,
        "reversed" => ChargeStatus::Reversed,
        other => panic!("{other}"),
    }
}

fn bank_account(shown: &Value) -> BankAccount {
    BankAccount {
        bank_code: text(either(shown, "bank_code", "brand")).unwrap(),
        number: text(either(shown, "account_number", "last_digits")).unwrap(),
        name: text(&shown["name"]).unwrap(),
        kind: text(&shown["type"]),
        branch_code: text(&shown["branch_code"]),
        created_at: created(shown),
    }
}

/// The recipient that a capture shows.
pub(crate) fn recipient(names: &Names, shown: &Value) -> Recipient {
    let since = |flag: &str, at: &str| match shown.get(at) {
        Some(at) => instant_or_none(at),
        None => shown[flag].as_bool().unwrap().then(|| created(shown)),
    };
    Recipient {
        id: RecipientId(names.key(RecordKind::Recipient, &shown["id"])),
        account: ACCOUNT,
        created_at: created(shown),
        version: 0,
        name: text(&shown["name"]).unwrap(),
        email: text(&shown["email"]),
        description: text(&shown["description"]),
        kind: match shown["type"].as_str().unwrap() {
            "individual" => RecipientKind::Individual,
            "corporation" => RecipientKind::Corporation,
            other => panic!("{other}"),
        },
        tax_id: text(&shown["tax_id"]),
        bank_account: bank_account(&shown["bank_account"]),
        default: shown["default"].as_bool().unwrap_or(false),
        verified_at: since("verified", "verified_at"),
        activated_at: since("active", "activated_at"),
        failure: None,
        metadata: object(&shown["metadata"]),
        deleted: shown["deleted"].as_bool().unwrap_or(false),
    }
}

/// A payable recipient with the id that a capture shows.
fn payee(names: &Names, shown: &Value) -> Recipient {
    Recipient {
        id: RecipientId(names.key(RecordKind::Recipient, &shown["recipient"])),
        account: ACCOUNT,
        created_at: created(shown),
        version: 0,
        name: "DEFAULT BANK ACCOUNT".to_owned(),
        email: None,
        description: None,
        kind: RecipientKind::Individual,
        tax_id: None,
        bank_account: bank_account(&shown["bank_account"]),
        default: true,
        verified_at: Some(created(shown)),
        activated_at: Some(created(shown)),
        failure: None,
        metadata: Map::new(),
        deleted: false,
    }
}

/// The transfer that a capture shows, and what it is shown with.
pub(crate) fn transfer(names: &Names, shown: &Value) -> (Transfer, transfers::render::Parts) {
    let payee = payee(names, shown);
    let tax = shown["fee_vat"].as_i64().unwrap_or(196);
    let fee_in_all = shown["total_fee"].as_i64().or(shown["fee"].as_i64()).unwrap();
    let transfer = Transfer {
        id: TransferId(names.key(RecordKind::Transfer, &shown["id"])),
        account: ACCOUNT,
        created_at: created(shown),
        version: 0,
        money: money(shown),
        fees: Fees { fee: fee_in_all - tax, tax },
        recipient: payee.id,
        bank_account: bank_account(&shown["bank_account"]),
        schedule: None,
        fail_fast: shown["fail_fast"].as_bool().unwrap(),
        sent_at: instant_or_none(&shown["sent_at"]),
        paid_at: instant_or_none(&shown["paid_at"]),
        failure: None,
        journal_entries: Vec::new(),
        metadata: object(&shown["metadata"]),
        deleted: shown["deleted"].as_bool().unwrap_or(false),
    };
    let held = entry(
        names.key(RecordKind::JournalEntry, &"trxn_test_held".into()),
        (RecordKind::Transfer, transfer.id.0),
        (EntryKind::TransferHeld, transfer.money.currency),
        transfer.created_at,
        [
            (LedgerRole::Available, -transfer.money.amount_minor),
            (LedgerRole::Held, transfer.money.amount_minor),
        ],
    );
    let sent = shown["transaction"].as_str().map(|id| {
        entry(
            names.key(RecordKind::JournalEntry, &id.into()),
            (RecordKind::Transfer, transfer.id.0),
            (EntryKind::TransferSent, transfer.money.currency),
            transfer.sent_at.unwrap(),
            [
                (LedgerRole::Held, -transfer.money.amount_minor),
                (LedgerRole::Payees, transfer.money.amount_minor),
            ],
        )
    });
    let listed = shown["transactions"].as_array().into_iter().flatten();
    let entries = std::iter::once(held)
        .chain(sent)
        .chain(listed.map(|shown| transaction(names, shown)))
        .collect();
    let parts = transfers::render::Parts {
        payee: Some(payee),
        recipient: shown["recipient"].clone(),
        schedule: Value::Null,
        entries,
    };
    (transfer, parts)
}

/// The journal entry that a captured transaction shows.
pub(crate) fn transaction(names: &Names, shown: &Value) -> JournalEntry {
    let origin = either(shown, "origin", "source");
    let (of, kind, sign) = match origin.as_str().unwrap().get(..4) {
        Some("chrg") => (RecordKind::Charge, EntryKind::ChargeCaptured, 1),
        Some("trsf") => (RecordKind::Transfer, EntryKind::TransferSent, -1),
        _ => panic!("{origin}"),
    };
    let net = sign * shown["amount"].as_i64().unwrap();
    entry(
        names.key(RecordKind::JournalEntry, &shown["id"]),
        (of, names.key(of, origin)),
        (kind, money(shown).currency),
        created(shown),
        [(LedgerRole::Available, net), (LedgerRole::Payers, -net)],
    )
}

fn entry(
    key: i64,
    origin: (RecordKind, i64),
    (kind, currency): (EntryKind, Currency),
    at: Instant,
    legs: [(LedgerRole, i64); 2],
) -> JournalEntry {
    let legs = legs.map(|(role, amount)| Leg { role, amount }).to_vec();
    JournalEntry { key, account: ACCOUNT, at, kind, origin, currency, legs }
}

#[async_trait]
impl BankStore for Names {
    fn allocate(&self, _: RecordKind, _: u32) -> store::Result<i64> {
        unimplemented!()
    }
    fn allocate_named(&self, _: RecordKind) -> store::Result<i64> {
        unimplemented!()
    }
    async fn records(&self, _: Vec<RecordKey>) -> store::Result<Vec<Option<Record>>> {
        unimplemented!()
    }
    async fn list(&self, _: RecordQuery) -> store::Result<Page<Record>> {
        unimplemented!()
    }
    fn named(&self, _: AccountId, kind: RecordKind, name: &str) -> Option<i64> {
        let names = self.0.lock().unwrap();
        let place = names.iter().position(|known| (known.0, known.1.as_str()) == (kind, name))?;
        Some(-1 - i64::try_from(place).unwrap())
    }
    fn name_of(&self, kind: RecordKind, key: i64) -> Option<Box<str>> {
        let names = self.0.lock().unwrap();
        let (named, name) = names.get(usize::try_from(-1 - key).ok()?)?;
        (*named == kind).then(|| name.as_str().into())
    }
    async fn journal(&self, _: Vec<i64>) -> store::Result<Vec<Option<JournalEntry>>> {
        unimplemented!()
    }
    async fn journal_page(&self, _: AccountId, _: PageQuery) -> store::Result<Page<JournalEntry>> {
        unimplemented!()
    }
    async fn balances(&self, _: Vec<LedgerAccount>) -> store::Result<Vec<i64>> {
        unimplemented!()
    }
    async fn payments(&self, _: Vec<IdempotencyKey>) -> store::Result<Vec<Option<PaymentId>>> {
        unimplemented!()
    }
    async fn agenda(&self, _: Instant, _: u32) -> store::Result<Vec<Agenda>> {
        unimplemented!()
    }
    async fn next_agenda(&self) -> store::Result<Option<Instant>> {
        unimplemented!()
    }
    async fn commit(&self, _: Vec<Changes>) -> store::Result<Vec<Result<(), CommitError>>> {
        unimplemented!()
    }
    async fn audit(&self) -> store::Result<Vec<String>> {
        unimplemented!()
    }
}
