//! A runner over a store in memory and the built-in bank, with a gateway in between
//! that can be told to fail.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bank::card::Address;
use bank::{BankAccount, RecipientKind};
use engine::creation::{Creation, create};
use engine::{
    Account, AccountId, Attributes, ClockId, Currency, CustomerId, Instant, Instruction, LaneId,
    Mode, Money, Outcome, PaymentRequest, Percentage, Plan, Policies, RecipientId, RetryPolicy,
    Schedule, Timing, TransferAmount, Zone,
};
use gateway::bank::{
    Bank, CardDetails, Context, CustomerChange, NewCustomer, NewTransfer, RecipientChange,
};
use gateway::{Character, Gateway, Inquiry, Lookup, Permit, Quote};
use jiff::civil::{Date, Time};
use recurrence::{Recurrence, Rule};
use runner::{CLOCK_MAX, ClockError, Counts, Handle, Setup, WallTime};
use store::sqlite::SqliteStore;
use store::{BankStore, ClockMode, ClockState, NewSchedule, PageQuery, Store};
use tokio::sync::Semaphore;

const LANE: LaneId = LaneId(1);
const CLOCK: ClockId = ClockId(1);
const START: &str = "2026-01-01T00:00:00Z";
const OPENING: i64 = 1_000_000;
const CALLS_MAX: usize = 1_000_000;

fn at(text: &str) -> Instant {
    Instant::from_timestamp(text.parse().unwrap()).unwrap()
}

/// Wall time that stands still.
struct Still(Instant);

impl WallTime for Still {
    fn now(&self) -> Instant {
        self.0
    }

    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }
}

/// The bank, behind a line that can be cut.
struct Line {
    bank: Arc<Bank>,
    batch_max: u32,
    /// So many more calls get no answer, and reach nobody.
    lost: AtomicU32,
    paid: AtomicU64,
    /// How many calls may still go through.
    gate: Semaphore,
    /// One permit for each call that has come as far as the gate.
    begun: Semaphore,
}

#[async_trait]
impl Gateway for Line {
    async fn pay(&self, requests: Vec<PaymentRequest>, permit: Permit) -> Vec<Outcome> {
        self.begun.add_permits(1);
        self.gate.acquire().await.unwrap().forget();
        let lose = |left: u32| left.checked_sub(1);
        if self.lost.fetch_update(Ordering::SeqCst, Ordering::SeqCst, lose).is_ok() {
            return vec![Outcome::Unknown; requests.len()];
        }
        self.paid.fetch_add(u64::try_from(requests.len()).unwrap(), Ordering::SeqCst);
        self.bank.pay(requests, permit).await
    }

    async fn look_up(&self, inquiries: Vec<Inquiry>) -> Vec<Lookup> {
        self.bank.look_up(inquiries).await
    }

    async fn quote(&self, quotes: Vec<Quote>) -> Vec<Result<Money, Outcome>> {
        self.bank.quote(quotes).await
    }

    fn character(&self) -> Character {
        Character { batch_max: self.batch_max, ..self.bank.character() }
    }
}

struct World {
    store: Arc<SqliteStore>,
    bank: Arc<Bank>,
    line: Arc<Line>,
    account: Account,
    customer: CustomerId,
    recipient: RecipientId,
}

impl World {
    async fn new(batch_max: u32, clock: ClockState) -> World {
        let store = SqliteStore::in_memory().unwrap();
        let bank = Arc::new(Bank::new(store.clone() as Arc<dyn BankStore>));
        store.set_clock(CLOCK, clock).await.unwrap();
        let account = Account {
            id: AccountId(0),
            lane: LANE,
            mode: Mode::Test,
            country: "TH".to_owned(),
            currency: Currency::THB,
            zone: Zone::named("Asia/Bangkok").unwrap(),
            three_d_secure: false,
            created_at: at(START),
            attributes: Attributes::new(),
        };
        let account = store.create_account(account, Vec::new()).await.unwrap();
        let context = Context { account: &account, now: at(START), key: None };
        bank.open_balance(context, OPENING).await.unwrap();
        let customer = customer(&bank, context).await;
        let recipient = recipient(&bank, context).await;
        let line = Arc::new(Line {
            bank: bank.clone(),
            batch_max,
            lost: AtomicU32::new(0),
            paid: AtomicU64::new(0),
            gate: Semaphore::new(CALLS_MAX),
            begun: Semaphore::new(0),
        });
        World { store, bank, line, account, customer, recipient }
    }

    async fn standing() -> World {
        World::new(100, standing(None)).await
    }

    async fn start(&self) -> Arc<Handle> {
        Handle::start(Setup {
            store: self.store.clone(),
            bank: self.bank.clone(),
            gateway: self.line.clone(),
            lane: LANE,
            clock: CLOCK,
            wall: Arc::new(Still(at(START))),
        })
        .await
        .unwrap()
    }

    fn context(&self) -> Context<'_> {
        Context { account: &self.account, now: at(START), key: None }
    }

    fn charges(&self, rule: Rule, start: Date, end: Date) -> Plan {
        Plan {
            cadence: Recurrence::new(rule, start, end).unwrap().into(),
            except: Box::default(),
            policies: Policies {
                timing: Timing::new(self.account.zone.clone(), Time::constant(8, 30, 0, 0)),
                retry: RetryPolicy::TWO_DAYS_THEN_SUSPEND,
                run_at_start: true,
                catch_up: engine::CatchUp::ALL,
            },
            instruction: Instruction::Charge {
                customer: self.customer,
                card: None,
                money: Money::new(10_000, Currency::THB),
                description: None,
            },
        }
    }

    fn halves(&self) -> Plan {
        let day = Date::constant(2026, 1, 5);
        let share = Percentage::parse("50").unwrap();
        Plan {
            instruction: Instruction::Transfer {
                recipient: self.recipient,
                amount: TransferAmount::Share { share, currency: Currency::THB },
            },
            ..self.charges(Rule::days(1).unwrap(), day, day)
        }
    }

    async fn schedule(&self, plan: Plan) -> Schedule {
        let id = self.store.allocate_schedules(1).await.unwrap();
        let creation = Creation::of(id, self.account.id, LANE, plan);
        let created = create(creation, at(START)).unwrap();
        let new = NewSchedule { created, request: None };
        self.store.create_schedules(vec![new]).await.unwrap().remove(0)
    }

    /// `slot attempt status, when` of each occurrence.
    async fn recorded(&self, schedule: &Schedule, now: &str) -> Vec<String> {
        let stored = self.store.schedule(schedule.id).await.unwrap().unwrap();
        let page = self.store.occurrences(&stored, at(now), PageQuery::first(100)).await.unwrap();
        let told = page.entries.iter().map(|it| {
            format!("{} {} {:?}, {}", it.slot.date(), it.attempt, it.status, it.processed_at)
        });
        told.collect()
    }
}

const fn standing(target: Option<Instant>) -> ClockState {
    // 2026-01-01T00:00:00Z
    let mode = ClockMode::Standing(Instant::from_nanoseconds(1_767_225_600_000_000_000));
    ClockState { mode, target }
}

async fn customer(bank: &Bank, context: Context<'_>) -> CustomerId {
    let card = CardDetails {
        number: "4242424242424242".into(),
        name: "Somchai Prasert".into(),
        expiration_month: 12,
        expiration_year: 2100,
        security_code: Some("123".into()),
        address: Address::default(),
        given_id: None,
    };
    let (token, _) = bank.create_token(context, card).await.unwrap();
    let id = bank.create_customer(context, NewCustomer::default()).await.unwrap().id;
    let change = CustomerChange { token: Some(token.key), ..CustomerChange::default() };
    bank.update_customer(context, id, change).await.unwrap();
    id
}

async fn recipient(bank: &Bank, context: Context<'_>) -> RecipientId {
    let new = RecipientChange {
        name: Some("Somying Jaidee".into()),
        kind: Some(RecipientKind::Individual),
        bank_account: Some(BankAccount {
            bank_code: "scb".into(),
            number: "1234567890".into(),
            name: "Somying Jaidee".into(),
            kind: None,
            branch_code: None,
            created_at: at(START),
        }),
        ..RecipientChange::default()
    };
    let id = bank.create_recipient(context, new).await.unwrap().id;
    bank.verify_recipient(context, id).await.unwrap();
    id
}

fn daily() -> Rule {
    Rule::days(1).unwrap()
}

#[tokio::test]
async fn a_payment_that_reached_nobody_is_asked_for_again_and_recorded() {
    let world = World::standing().await;
    let (first, last) = (Date::constant(2026, 1, 2), Date::constant(2026, 1, 4));
    let schedule = world.schedule(world.charges(daily(), first, last)).await;
    world.line.lost.store(1, Ordering::SeqCst);
    let handle = world.start().await;
    handle.advance_clock(at("2026-01-05T00:00:00Z")).await.unwrap();
    assert_eq!(
        world.recorded(&schedule, "2026-01-05T00:00:00Z").await,
        [
            "2026-01-02 0 Successful, 2026-01-03T01:30:00Z",
            "2026-01-03 0 Successful, 2026-01-03T01:30:00Z",
            "2026-01-04 0 Successful, 2026-01-04T01:30:00Z",
        ]
    );
    assert_eq!(world.line.paid.load(Ordering::SeqCst), 3);
    handle.stop().await;
}

#[tokio::test]
async fn a_balance_is_quoted_again_only_after_the_payment_before_was_settled() {
    // One run is a batch, and several batches are in flight at once.
    let world = World::new(1, standing(None)).await;
    for _ in 0..3 {
        world.schedule(world.halves()).await;
    }
    let handle = world.start().await;
    handle.advance_clock(at("2026-01-05T02:00:00Z")).await.unwrap();
    let transfers =
        world.bank.transfers(world.account.id, PageQuery::first(10)).await.unwrap().entries;
    let amounts: Vec<i64> = transfers.iter().map(|it| it.money.amount_minor).collect();
    assert_eq!(amounts, [OPENING / 2, OPENING / 4, OPENING / 8]);
    handle.stop().await;
}

#[tokio::test]
async fn a_clock_that_is_set_too_far_goes_on_following_the_world() {
    let wall = ClockState { mode: ClockMode::Wall, target: None };
    let world = World::new(100, wall).await;
    let end = Date::constant(2125, 1, 1);
    let schedules = (0..300).map(|_| world.charges(daily(), Date::constant(2026, 1, 2), end));
    for plan in schedules {
        world.schedule(plan).await;
    }
    let handle = world.start().await;
    let error = handle.set_clock(at("2126-01-01T00:00:00Z")).await.unwrap_err();
    assert!(matches!(error, ClockError::TooMuch { .. }), "{error}");
    assert_eq!(handle.clock().mode, ClockMode::Wall);
    assert_eq!(world.store.clock(CLOCK).await.unwrap(), wall);
    handle.stop().await;
}

#[tokio::test]
async fn a_clock_that_is_set_forward_lets_the_bank_do_what_is_due_by_then() {
    let world = World::standing().await;
    let new = NewTransfer {
        amount_minor: Some(100_000),
        recipient: Some(world.recipient),
        fail_fast: false,
        metadata: Attributes::new(),
    };
    let transfer = world.bank.create_transfer(world.context(), new).await.unwrap();
    let handle = world.start().await;
    let advanced = handle.set_clock(at("2026-01-03T00:00:00Z")).await.unwrap();
    assert_eq!(advanced.bank_actions, 2);
    let transfer = world.bank.transfer(world.account.id, transfer.id).await.unwrap();
    assert_eq!(transfer.sent_at, Some(at("2026-01-02T08:04:00Z")));
    assert_eq!(transfer.paid_at, Some(at("2026-01-02T08:04:02Z")));
    handle.stop().await;
}

#[tokio::test]
async fn no_clock_goes_past_the_last_instant_after_which_something_can_follow() {
    let world = World::standing().await;
    let handle = world.start().await;
    for to in [CLOCK_MAX.plus_seconds(1), Instant::MAX] {
        let error = handle.advance_clock(to).await.unwrap_err();
        assert!(matches!(error, ClockError::TooLate { .. }), "{error}");
    }
    handle.advance_clock(CLOCK_MAX).await.unwrap();
    assert_eq!(handle.now(), CLOCK_MAX);
    handle.stop().await;
}

#[tokio::test]
async fn an_advance_that_was_interrupted_goes_on_however_much_was_made_since() {
    let target = at("2126-01-01T00:00:00Z");
    let world = World::new(100, standing(Some(target))).await;
    // More slots than one advance may be asked for.
    for _ in 0..300 {
        let (first, last) = (Date::constant(2026, 1, 2), Date::constant(2125, 12, 31));
        world.schedule(world.charges(daily(), first, last)).await;
    }
    let slots = world.store.count_slots(LANE, target, u64::MAX).await.unwrap();
    assert!(slots > runner::SLOTS_PER_ADVANCE_MAX);
    world.line.gate.forget_permits(CALLS_MAX);
    let handle = world.start().await;
    world.line.begun.acquire().await.unwrap().forget();
    assert_eq!(handle.clock().target, Some(target));
    tokio::join!(handle.stop(), async { world.line.gate.add_permits(CALLS_MAX) });
    // It is kept for the next start.
    assert_eq!(world.store.clock(CLOCK).await.unwrap().target, Some(target));
}

/// Each of them is a batch of its own.
async fn twenty_charges_before_a_closed_gate() -> World {
    let world = World::new(1, standing(None)).await;
    for _ in 0..20 {
        let day = Date::constant(2026, 1, 1);
        world.schedule(world.charges(daily(), day, day)).await;
    }
    world.line.gate.forget_permits(CALLS_MAX);
    world
}

#[tokio::test]
async fn what_was_recorded_is_counted_while_more_is_due() {
    let world = twenty_charges_before_a_closed_gate().await;
    let handle = world.start().await;
    // As many as are in flight at once; the next is claimed when one of them has settled.
    world.line.begun.acquire_many(3).await.unwrap().forget();
    assert_eq!(handle.totals(), Counts::default());
    world.line.gate.add_permits(1);
    world.line.begun.acquire().await.unwrap().forget();
    assert_eq!(handle.totals(), Counts { successful: 1, ..Counts::default() });
    tokio::join!(handle.stop(), async { world.line.gate.add_permits(CALLS_MAX) });
    let paid = world.line.paid.load(Ordering::SeqCst);
    assert_eq!(handle.totals(), Counts { successful: paid, ..Counts::default() });
}

#[tokio::test]
async fn a_runner_that_stops_finishes_what_is_in_flight_and_claims_no_more() {
    let world = twenty_charges_before_a_closed_gate().await;
    let handle = world.start().await;
    world.line.begun.acquire().await.unwrap().forget();
    tokio::join!(handle.stop(), async { world.line.gate.add_permits(CALLS_MAX) });
    let paid = world.line.paid.load(Ordering::SeqCst);
    assert!((1..=3).contains(&paid), "{paid}");
    assert_eq!(world.store.queue_depth(LANE).await.unwrap(), 20 - paid);
}
