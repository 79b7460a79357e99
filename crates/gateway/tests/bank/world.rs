//! A bank with one account, and the few things that tests keep asking of it.

use std::sync::Arc;

use async_trait::async_trait;
use bank::card::Address;
use bank::{BankAccount, BankEvent, Charge, Customer, JournalEntry, LedgerAccount, Recipient};
use bank::{RecipientKind, RecordKind, Transfer};
use engine::{
    Account, AccountId, Currency, IdempotencyKey, Instant, LaneId, Mode, Money, Outcome, PaymentId,
    PaymentRequest, Zone,
};
use gateway::bank::{
    Balance, Bank, CardDetails, Context, NewCharge, NewCustomer, NewTransfer, Payer,
    RecipientChange,
};
use gateway::{Gateway as _, Inquiry, Lookup, Permit};
use store::model::ModelBankStore;
use store::{
    Agenda, BankStore, Changes, CommitError, EventKind, Page, PageQuery, Record, RecordKey,
    RecordQuery,
};

pub(crate) const GOOD: &str = "4242424242424242";
pub(crate) const NO_FUNDS: &str = "4111111111140011";
/// A card that is reported stolen.
pub(crate) const STOLEN: &str = "4111111111130012";

pub(crate) struct World {
    pub(crate) bank: Bank,
    pub(crate) books: Arc<ModelBankStore>,
    pub(crate) account: Account,
    pub(crate) now: Instant,
}

pub(crate) fn at(text: &str) -> Instant {
    Instant::from_timestamp(text.parse().unwrap()).unwrap()
}

pub(crate) fn key(text: &str) -> IdempotencyKey {
    IdempotencyKey::of_request(AccountId(1), text)
}

pub(crate) fn baht(amount_minor: i64) -> Money {
    Money::new(amount_minor, Currency::THB)
}

pub(crate) fn everything() -> PageQuery {
    PageQuery::first(100)
}

pub(crate) fn card(number: &str) -> CardDetails {
    CardDetails {
        number: number.into(),
        name: "Somchai Prasert".into(),
        expiration_month: 12,
        expiration_year: 2030,
        security_code: Some("123".into()),
        address: Address::default(),
        given_id: None,
    }
}

pub(crate) fn recipient() -> RecipientChange {
    RecipientChange {
        name: Some("Somying Jaidee".into()),
        kind: Some(RecipientKind::Individual),
        bank_account: Some(BankAccount {
            bank_code: "scb".into(),
            number: "1234567890".into(),
            name: "Somying Jaidee".into(),
            kind: None,
            branch_code: None,
            created_at: at("2026-01-01T00:00:00Z"),
        }),
        ..RecipientChange::default()
    }
}

pub(crate) fn charge_of(payer: Payer, amount_minor: i64) -> NewCharge {
    NewCharge {
        money: baht(amount_minor),
        payer,
        capture: true,
        description: None,
        metadata: bank::Metadata::new(),
        attributes: bank::Metadata::new(),
        expires_at: None,
    }
}

pub(crate) fn transfer_of(recipient: &Recipient, amount_minor: i64) -> NewTransfer {
    NewTransfer {
        amount_minor: Some(amount_minor),
        recipient: Some(recipient.id),
        fail_fast: false,
        metadata: bank::Metadata::new(),
    }
}

impl World {
    /// Asks for payments, as a lane does whose claim holds.
    pub(crate) async fn pay(&self, requests: Vec<PaymentRequest>) -> Vec<Outcome> {
        self.bank.pay(requests, Permit::unlimited()).await
    }

    /// Asks what became of payments.
    pub(crate) async fn look_up(&self, requests: Vec<PaymentRequest>) -> Vec<Lookup> {
        let inquiries = requests
            .into_iter()
            .map(|request| Inquiry { due: request.at, request, accepted: None })
            .collect();
        self.bank.look_up(inquiries).await
    }

    pub(crate) fn new() -> World {
        let books = Arc::new(ModelBankStore::new());
        World::over(Arc::clone(&books) as Arc<dyn BankStore>, books)
    }

    /// A bank whose every reading lets others go first, so that two decisions
    /// made at once are both made from the same state.
    pub(crate) fn hesitant() -> World {
        let books = Arc::new(ModelBankStore::new());
        World::over(Arc::new(Hesitant(Arc::clone(&books))), books)
    }

    pub(crate) fn over(store: Arc<dyn BankStore>, books: Arc<ModelBankStore>) -> World {
        let now = at("2026-01-15T10:00:00Z");
        let account = Account {
            id: AccountId(1),
            lane: LaneId(1),
            mode: Mode::Test,
            country: "TH".into(),
            currency: Currency::THB,
            zone: Zone::named("Asia/Bangkok").unwrap(),
            three_d_secure: false,
            created_at: now,
            attributes: engine::Attributes::new(),
        };
        World { bank: Bank::new(store), books, account, now }
    }

    pub(crate) fn context(&self) -> Context<'_> {
        Context { account: &self.account, now: self.now, key: None }
    }

    pub(crate) fn under<'a>(&'a self, key: &'a IdempotencyKey) -> Context<'a> {
        Context { key: Some(key), ..self.context() }
    }

    pub(crate) async fn token(&self, number: &str) -> i64 {
        self.bank.create_token(self.context(), card(number)).await.unwrap().0.key
    }

    pub(crate) async fn customer(&self, number: &str) -> Customer {
        let token = Some(self.token(number).await);
        let new = NewCustomer { token, ..NewCustomer::default() };
        self.bank.create_customer(self.context(), new).await.unwrap()
    }

    pub(crate) async fn charge(&self, amount_minor: i64) -> Charge {
        let token = self.token(GOOD).await;
        let new = charge_of(Payer::Token(token), amount_minor);
        self.bank.create_charge(self.context(), new).await.unwrap()
    }

    pub(crate) async fn authorised(&self, amount_minor: i64) -> Charge {
        let payer = Payer::Token(self.token(GOOD).await);
        let new = NewCharge { capture: false, ..charge_of(payer, amount_minor) };
        self.bank.create_charge(self.context(), new).await.unwrap()
    }

    pub(crate) async fn unverified(&self) -> Recipient {
        self.bank.create_recipient(self.context(), recipient()).await.unwrap()
    }

    pub(crate) async fn payable(&self) -> Recipient {
        let id = self.unverified().await.id;
        self.bank.verify_recipient(self.context(), id).await.unwrap()
    }

    pub(crate) async fn has(&self, amount_minor: i64) {
        self.bank.open_balance(self.context(), amount_minor).await.unwrap();
    }

    pub(crate) async fn transfer(&self, to: &Recipient, amount_minor: i64) -> Transfer {
        let new = transfer_of(to, amount_minor);
        self.bank.create_transfer(self.context(), new).await.unwrap()
    }

    pub(crate) async fn balance(&self) -> Balance {
        self.bank.balance(&self.account).await.unwrap()
    }

    /// What the account was told, in order.
    pub(crate) fn told(&self) -> Vec<BankEvent> {
        let bank_event = |event: store::NewEvent| match event.kind {
            EventKind::Bank(event) => event,
            event => panic!("the bank told of {event:?}"),
        };
        self.books.events().into_iter().map(bank_event).collect()
    }

    pub(crate) async fn audit(&self) {
        assert_eq!(self.books.audit().await.unwrap(), Vec::<String>::new());
    }
}

pub(crate) fn balance(available: i64, held: i64) -> Balance {
    Balance { total: available + held, available, held }
}

/// Books that are read slowly.
struct Hesitant(Arc<ModelBankStore>);

#[async_trait]
impl BankStore for Hesitant {
    fn allocate(&self, kind: RecordKind, count: u32) -> store::Result<i64> {
        self.0.allocate(kind, count)
    }
    fn allocate_named(&self, kind: RecordKind) -> store::Result<i64> {
        self.0.allocate_named(kind)
    }
    async fn records(&self, keys: Vec<RecordKey>) -> store::Result<Vec<Option<Record>>> {
        let read = self.0.records(keys).await;
        tokio::task::yield_now().await;
        read
    }
    async fn list(&self, query: RecordQuery) -> store::Result<Page<Record>> {
        let read = self.0.list(query).await;
        tokio::task::yield_now().await;
        read
    }
    fn named(&self, account: AccountId, kind: RecordKind, name: &str) -> Option<i64> {
        self.0.named(account, kind, name)
    }
    fn name_of(&self, kind: RecordKind, key: i64) -> Option<Box<str>> {
        self.0.name_of(kind, key)
    }
    async fn journal(&self, keys: Vec<i64>) -> store::Result<Vec<Option<JournalEntry>>> {
        self.0.journal(keys).await
    }
    async fn journal_page(
        &self,
        account: AccountId,
        page: PageQuery,
    ) -> store::Result<Page<JournalEntry>> {
        self.0.journal_page(account, page).await
    }
    async fn balances(&self, accounts: Vec<LedgerAccount>) -> store::Result<Vec<i64>> {
        self.0.balances(accounts).await
    }
    async fn payments(&self, keys: Vec<IdempotencyKey>) -> store::Result<Vec<Option<PaymentId>>> {
        let read = self.0.payments(keys).await;
        tokio::task::yield_now().await;
        read
    }
    async fn agenda(&self, now: Instant, limit: u32) -> store::Result<Vec<Agenda>> {
        let read = self.0.agenda(now, limit).await;
        tokio::task::yield_now().await;
        read
    }
    async fn next_agenda(&self) -> store::Result<Option<Instant>> {
        self.0.next_agenda().await
    }
    async fn commit(
        &self,
        changes: Vec<Changes>,
    ) -> store::Result<Vec<std::result::Result<(), CommitError>>> {
        self.0.commit(changes).await
    }
    async fn audit(&self) -> store::Result<Vec<String>> {
        self.0.audit().await
    }
}
