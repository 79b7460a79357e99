//! What nodes on one PostgreSQL leave to each other: quotes of a balance, the first run of a
//! schedule, the time of day.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use engine::settlement::{settle, settle_by_hand};
use engine::{
    Awaiting, Currency, Instant, Money, OccurrenceStatus, Outcome, PaymentId, PaymentRequest, Plan,
    Term, TransferId, Verdict,
};
use gateway::bank::Bank;
use gateway::{Character, Gateway, Inquiry, Lookup, Permit, Quote};
use jiff::civil::date;
use runner::{Counts, Handle, Lane, MachineTime, Setup, SharedTime, WallTime};
use store::conformance::world::{
    ACCOUNT, LANE, PAID, account, charges, daily, new_schedule, transfers,
};
use store::postgres::{LeaseClock, PostgresStore};
use store::{AuditEntry, BankStore, Claim, ClockMode, ClockState, Deed, PageQuery, Peers, Store};

use crate::world::{CLOCK, at};

const NOON: &str = "2026-01-05T12:00:00Z";
/// Longer than any machine stalls: what is held here is held until it is released.
const LEASE: Duration = Duration::from_hours(1);
/// Something is claimed in a database.
const CLAIMED: &str = "EXISTS (SELECT FROM claimed)";
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

/// Knows of nothing, pays everything, and counts how often it was asked to pay and to quote.
#[derive(Default)]
struct Counting {
    quoted: AtomicU32,
    asked: AtomicU32,
}

#[async_trait]
impl Gateway for Counting {
    async fn pay(&self, requests: Vec<PaymentRequest>, _permit: Permit) -> Vec<Outcome> {
        self.asked.fetch_add(1, Ordering::Relaxed);
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
    two_of(&cluster::database().await).await
}

async fn two_of(database: &str) -> (Arc<PostgresStore>, Arc<PostgresStore>) {
    let settings = store::postgres::Settings {
        lease_clock: LeaseClock::Database,
        ..cluster::settings(database)
    };
    let one = PostgresStore::open(&settings).await.unwrap();
    let other = PostgresStore::open(&settings).await.unwrap();
    one.create_account(account(), Vec::new()).await.unwrap();
    (one, other)
}

fn lane<G: Gateway>(store: &Arc<PostgresStore>, gateway: &Arc<G>, term: Term) -> Lane {
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
    let database = cluster::database().await;
    let (one, other) = two_of(&database).await;
    let day = date(2026, 1, 5);
    let schedule = plant(&one, transfers(daily(), day, day)).await;
    let (quoting, term) = (one.begin_term().await.unwrap(), other.begin_term().await.unwrap());
    let peers = one.peers().unwrap();
    assert!(peers.hold_quotes(LANE, quoting, LEASE).await.unwrap());
    let gateway = Arc::new(Counting::default());
    let waiting = lane(&other, &gateway, term);
    let mut run = tokio::spawn(async move { waiting.run_due().await.unwrap() });
    tokio::select! {
        () = cluster::until(&database, CLAIMED) => {}
        ran = &mut run => panic!("it did not wait for the other's quotes: {ran:?}"),
    }
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
    let database = cluster::database().await;
    let (one, other) = two_of(&database).await;
    let day = date(2026, 1, 5);
    let schedule = plant(&one, transfers(daily(), day, day)).await;
    let quoting = one.begin_term().await.unwrap();
    let peers = one.peers().unwrap();
    assert!(peers.hold_quotes(LANE, quoting, LEASE).await.unwrap());
    let gateway = Arc::new(Counting::default());
    let runner = start(&other, gateway.clone()).await;
    cluster::until(&database, CLAIMED).await;
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

/// A charge of which nobody knows what came of it.
async fn unknown(store: &PostgresStore, term: Term) -> (engine::Schedule, Awaiting) {
    let day = date(2026, 1, 5);
    let schedule = plant(store, charges(daily(), day, day)).await;
    let run = claim(store, term, at(NOON)).await.remove(0);
    store.settle(term, vec![settle(&run, Outcome::Unknown, at(NOON))]).await.unwrap();
    (schedule, store.awaiting(LANE, None, 10).await.unwrap().remove(0))
}

fn entry() -> AuditEntry {
    AuditEntry {
        account: ACCOUNT,
        at: at(NOON),
        actor: "a person".into(),
        deed: Deed::SaidNotPaid,
        subject: "".into(),
        reason: "the bank says so".into(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_is_asked_for_by_one_node_at_a_time() {
    let (one, other) = two().await;
    let (holder, term) = (one.begin_term().await.unwrap(), other.begin_term().await.unwrap());
    let (schedule, _) = unknown(&one, holder).await;
    let peers = one.peers().unwrap();
    assert!(peers.hold_awaiting(LANE, holder, LEASE).await.unwrap());
    let gateway = Arc::new(Counting::default());
    let lane = lane(&other, &gateway, term);
    assert_eq!(lane.resolve_awaiting().await.unwrap(), Counts::default());
    assert_eq!(gateway.asked.load(Ordering::Relaxed), 0);
    peers.release_awaiting(LANE, holder).await.unwrap();
    let paid = Counts { successful: 1, ..Counts::default() };
    assert_eq!(lane.resolve_awaiting().await.unwrap(), paid);
    assert_eq!(gateway.asked.load(Ordering::Relaxed), 1);
    assert_eq!(statuses(&one, &schedule).await, [OccurrenceStatus::Successful]);
    // It holds it no longer than it needs.
    assert!(peers.hold_awaiting(LANE, holder, LEASE).await.unwrap());
}

/// While it is asked whether it knows of a payment, a person at another node decides that it
/// was not made.
struct Decided {
    store: Arc<PostgresStore>,
    counting: Counting,
}

#[async_trait]
impl Gateway for Decided {
    async fn pay(&self, requests: Vec<PaymentRequest>, permit: Permit) -> Vec<Outcome> {
        self.counting.pay(requests, permit).await
    }

    async fn look_up(&self, inquiries: Vec<Inquiry>) -> Vec<Lookup> {
        let waiting = self.store.awaiting(LANE, None, 10).await.unwrap().remove(0);
        let settlement = settle_by_hand(&waiting, &Verdict::NotPaid, "as the bank says", at(NOON));
        let written = self.store.settle_by_hand(settlement, entry()).await.unwrap();
        assert!(written.is_written());
        self.counting.look_up(inquiries).await
    }

    async fn quote(&self, quotes: Vec<Quote>) -> Vec<Result<Money, Outcome>> {
        self.counting.quote(quotes).await
    }

    fn character(&self) -> Character {
        self.counting.character()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_person_decides_at_another_node_meanwhile_is_not_asked_for() {
    let (one, other) = two().await;
    let (first, term) = (one.begin_term().await.unwrap(), other.begin_term().await.unwrap());
    let (schedule, _) = unknown(&one, first).await;
    let gateway = Arc::new(Decided { store: one.clone(), counting: Counting::default() });
    let counts = lane(&other, &gateway, term).resolve_awaiting().await.unwrap();
    assert_eq!(counts, Counts::default());
    assert_eq!(gateway.counting.asked.load(Ordering::Relaxed), 0);
    assert_eq!(statuses(&one, &schedule).await, [OccurrenceStatus::Failed]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_decides_once_no_other_node_asks_for_what_waits() {
    let (one, other) = two().await;
    let asking = one.begin_term().await.unwrap();
    let (schedule, waiting) = unknown(&one, asking).await;
    // Its own runner asks for nothing.
    one.hold_lane(LANE, at(NOON)).await.unwrap();
    let peers = one.peers().unwrap();
    assert!(peers.hold_awaiting(LANE, asking, LEASE).await.unwrap());
    let gateway = Arc::new(Counting::default());
    let runner = start(&other, gateway.clone()).await;
    let decides = tokio::spawn({
        let runner = runner.clone();
        async move { runner.decide(waiting.key(), Verdict::NotPaid, entry()).await }
    });
    ask_a_while(peers).await;
    assert!(!decides.is_finished());
    assert_eq!(statuses(&one, &schedule).await, []);
    peers.release_awaiting(LANE, asking).await.unwrap();
    assert_eq!(decides.await.unwrap().unwrap(), runner::Decided::AsSaid);
    assert_eq!(statuses(&one, &schedule).await, [OccurrenceStatus::Failed]);
    assert_eq!(gateway.asked.load(Ordering::Relaxed), 0);
    runner.stop().await;
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
