//! What nodes on one PostgreSQL leave to each other: quotes of a balance, the first run of a
//! schedule, the time of day.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use engine::settlement::settle;
use engine::{
    Currency, Instant, Money, OccurrenceStatus, Outcome, PaymentId, PaymentRequest, Plan, Term,
    TransferId,
};
use gateway::bank::Bank;
use gateway::{Character, Gateway, Inquiry, Lookup, Permit, Quote};
use jiff::civil::date;
use runner::{Counts, Handle, Lane, MachineTime, Setup, SharedTime, WallTime};
use store::conformance::world::{
    ACCOUNT, LANE, PAID, account, charges, daily, new_schedule, transfers,
};
use store::postgres::{LeaseClock, PostgresStore};
use store::{BankStore, Claim, ClockMode, ClockState, PageQuery, Peers, Store};

use crate::world::{CLOCK, at};

const NOON: &str = "2026-01-05T12:00:00Z";
const LEASE: Duration = Duration::from_mins(2);
/// How often a database is asked something, where another node has time to do wrong.
const QUESTIONS: u32 = 20;

/// Wall time that stands still.
struct Noon;

impl WallTime for Noon {
    fn now(&self) -> Instant {
        at(NOON)
    }

    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }
}

/// Pays everything, and counts what it was asked to quote.
#[derive(Default)]
struct Counting {
    quoted: AtomicU32,
}

#[async_trait]
impl Gateway for Counting {
    async fn pay(&self, requests: Vec<PaymentRequest>, _permit: Permit) -> Vec<Outcome> {
        let paid = Outcome::Succeeded(PaymentId::Transfer(TransferId(1)));
        requests.iter().map(|_| paid.clone()).collect()
    }

    async fn look_up(&self, inquiries: Vec<Inquiry>) -> Vec<Lookup> {
        inquiries.iter().map(|_| Lookup::Absent).collect()
    }

    async fn quote(&self, quotes: Vec<Quote>) -> Vec<Result<Money, Outcome>> {
        self.quoted.fetch_add(1, Ordering::Relaxed);
        quotes.iter().map(|_| Ok(Money::new(5_000, Currency::THB))).collect()
    }

    fn character(&self) -> Character {
        Character {
            batch_max: 100,
            key_window: None,
            absence_conclusive_after: None,
            timeout: Duration::from_secs(10),
        }
    }
}

/// Two stores of one database, in which there is an account.
async fn two() -> (Arc<PostgresStore>, Arc<PostgresStore>) {
    let database = cluster::database().await;
    let settings = store::postgres::Settings {
        lease_clock: LeaseClock::Database,
        ..cluster::settings(&database)
    };
    let one = PostgresStore::open(&settings).await.unwrap();
    let other = PostgresStore::open(&settings).await.unwrap();
    one.create_account(account(), Vec::new()).await.unwrap();
    (one, other)
}

fn lane(store: &Arc<PostgresStore>, gateway: &Arc<Counting>, term: Term) -> Lane {
    let clock = ClockState { mode: ClockMode::Wall, target: None };
    Lane::new(store.clone(), gateway.clone(), Arc::new(Noon), LANE, term, clock)
}

async fn start(store: &Arc<PostgresStore>, gateway: Arc<Counting>) -> Arc<Handle> {
    let setup = Setup {
        store: store.clone(),
        gateway,
        bank: Arc::new(Bank::new(Arc::clone(store) as Arc<dyn BankStore>)),
        lane: LANE,
        clock: CLOCK,
        wall: Arc::new(Noon),
    };
    Handle::start(setup).await.unwrap()
}

async fn plant(store: &PostgresStore, plan: Plan) -> engine::Schedule {
    let id = store.allocate_schedules(1).await.unwrap();
    let new = new_schedule(id, ACCOUNT, LANE, plan, at("2026-01-01T00:00:00Z"));
    store.create_schedules(vec![new]).await.unwrap().remove(0)
}

async fn statuses(store: &PostgresStore, schedule: &engine::Schedule) -> Vec<OccurrenceStatus> {
    let page = store.occurrences(schedule, at(NOON), PageQuery::first(9)).await.unwrap();
    page.entries.iter().map(|it| it.status).collect()
}

/// Lets as much time pass as some questions to the database take.
async fn ask_a_while(peers: &dyn Peers) {
    for _ in 0..QUESTIONS {
        peers.now().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_quotes_a_balance_once_no_other_has_quotes_open() {
    let (one, other) = two().await;
    let day = date(2026, 1, 5);
    let schedule = plant(&one, transfers(daily(), day, day)).await;
    let (quoting, term) = (one.begin_term().await.unwrap(), other.begin_term().await.unwrap());
    let peers = one.peers().unwrap();
    assert!(peers.hold_quotes(LANE, quoting, LEASE).await.unwrap());
    let gateway = Arc::new(Counting::default());
    let waiting = lane(&other, &gateway, term);
    let run = tokio::spawn(async move { waiting.run_due().await.unwrap() });
    while peers.in_flight(LANE).await.unwrap() == 0 {}
    ask_a_while(peers).await;
    assert_eq!(gateway.quoted.load(Ordering::Relaxed), 0);
    peers.release_quotes(LANE, quoting).await.unwrap();
    assert_eq!(run.await.unwrap(), Counts { successful: 1, ..Counts::default() });
    assert_eq!(gateway.quoted.load(Ordering::Relaxed), 1);
    assert_eq!(statuses(&one, &schedule).await, [OccurrenceStatus::Successful]);
    // It holds them no longer than it needs.
    assert!(peers.hold_quotes(LANE, quoting, LEASE).await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_stops_while_another_quotes_gives_back_what_it_claimed() {
    let (one, other) = two().await;
    let day = date(2026, 1, 5);
    let schedule = plant(&one, transfers(daily(), day, day)).await;
    let quoting = one.begin_term().await.unwrap();
    let peers = one.peers().unwrap();
    assert!(peers.hold_quotes(LANE, quoting, LEASE).await.unwrap());
    let gateway = Arc::new(Counting::default());
    let runner = start(&other, gateway.clone()).await;
    while peers.in_flight(LANE).await.unwrap() == 0 {}
    runner.stop().await;
    assert_eq!(gateway.quoted.load(Ordering::Relaxed), 0);
    assert_eq!(peers.in_flight(LANE).await.unwrap(), 0);
    assert_eq!(statuses(&one, &schedule).await, []);
    // What is given back rests for some seconds.
    let claimed = claim(&one, quoting, at("2026-01-05T12:01:00Z")).await;
    assert_eq!(claimed.iter().map(|run| run.attempt).collect::<Vec<_>>(), [0]);
}

async fn claim(store: &PostgresStore, term: Term, now: Instant) -> Vec<engine::Run> {
    let lease_until = now.plus_seconds(120);
    let claim = Claim { lane: LANE, now, limit: 10, term, lease_until, wall_now: now };
    store.claim(claim).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_creation_answers_with_the_first_run_that_another_node_made() {
    let (one, other) = two().await;
    // Its own runner runs nothing: another node is faster.
    let term = other.begin_term().await.unwrap();
    one.hold_lane(LANE, at(NOON)).await.unwrap();
    let runner = start(&one, Arc::default()).await;
    let elsewhere = tokio::spawn({
        let store = Arc::clone(&other);
        async move {
            loop {
                if let Some(run) = claim(&store, term, at(NOON)).await.first() {
                    let settled = vec![settle(run, PAID, at(NOON))];
                    return store.settle(term, settled).await.unwrap();
                }
            }
        }
    });
    let id = one.allocate_schedules(1).await.unwrap();
    let mut plan = charges(daily(), date(2026, 1, 5), date(2026, 1, 5));
    plan.policies.run_at_start = true;
    let new = new_schedule(id, ACCOUNT, LANE, plan, at(NOON));
    let time = MachineTime::new();
    let schedule = runner.create_schedule(new).await.unwrap();
    assert!(time.elapsed() < runner::FIRST_RUN_WAIT);
    assert_eq!(elsewhere.await.unwrap().len(), 1);
    assert_eq!(schedule.status, engine::Status::Expired);
    assert_eq!(statuses(&other, &schedule).await, [OccurrenceStatus::Successful]);
    runner.stop().await;
}

#[tokio::test]
async fn nodes_go_by_the_time_of_day_that_the_database_says() {
    let (one, other) = two().await;
    let peers = other.peers().unwrap();
    let before = peers.now().await.unwrap();
    let time = SharedTime::start(one.clone()).await.unwrap().unwrap();
    let said = time.now();
    let after = peers.now().await.unwrap();
    // To within what it took to ask.
    let asked_for = after.nanoseconds() - before.nanoseconds();
    let off = said.nanoseconds() - before.nanoseconds();
    assert!((0..=2 * asked_for).contains(&off), "{before}, {said}, {after}");
    assert!(time.now() >= said);
}
