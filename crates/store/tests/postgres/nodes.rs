//! Several nodes on one database: whatever they do at once, and whichever of them die.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bank::{EntryKind, JournalEntry, LedgerAccount, LedgerRole, Leg};
use engine::settlement::settle;
use engine::{
    ChargeId, Currency, IdempotencyKey, InstallationId, Instant, PaymentId, Run, RunKey, Schedule,
    ScheduleId, Slot, Term,
};
use jiff::civil::date;
use store::conformance::world::{ACCOUNT, LANE, PAID, account, at, charges, daily, new_schedule};
use store::postgres::{LeaseClock, PostgresStore, Settings};
use store::webhook::{Chain, Endpoint, EndpointId, Form, NewDelivery, SigningKey};
use store::{
    ACCOUNT_NAME, AuditEntry, BankStore, Changes, Claim, CommitError, Deed, PageQuery, Posting,
    Record, RecordKey, RecordKind, RecordWrite, RequestKey, RequestState, Settled, Store,
    StoredResponse, WebhookStore,
};

pub(crate) const MADE: &str = "2025-12-01T00:00:00Z";
const DAYS: usize = 12;

/// A node: a store of its own, with connections of its own, and its term.
pub(crate) struct Node {
    pub(crate) store: Arc<PostgresStore>,
    term: Term,
}

impl Node {
    pub(crate) async fn start(settings: &Settings) -> Node {
        let store = PostgresStore::open(settings).await.unwrap();
        let term = store.begin_term().await.unwrap();
        Node { store, term }
    }

    fn wish(&self, limit: u32, wall_now: Instant, lease_seconds: i64) -> Claim {
        Claim {
            lane: LANE,
            now: at("2026-02-01T00:00:00Z"),
            limit,
            term: self.term,
            lease_until: wall_now.plus_seconds(lease_seconds),
            wall_now,
        }
    }

    async fn settle_all(&self, runs: &[Run]) -> Vec<Settled> {
        let settlements = runs.iter().map(|run| settle(run, PAID, run.key.due)).collect();
        self.store.settle(self.term, settlements).await.unwrap()
    }
}

/// Schedules of a slot on each of the first days of 2026.
pub(crate) async fn schedules(store: &PostgresStore, count: u32) -> Vec<Schedule> {
    let first = store.allocate_schedules(count).await.unwrap();
    let plan = charges(daily(), date(2026, 1, 1), date(2026, 1, i8::try_from(DAYS).unwrap()));
    let new = (0..i64::from(count))
        .map(|number| {
            let id = ScheduleId(first.0 + number);
            new_schedule(id, ACCOUNT, LANE, plan.clone(), at(MADE))
        })
        .collect();
    store.create_schedules(new).await.unwrap()
}

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % sides
    }
}

/// What nodes have in common beside the database: a wall clock that goes on with every
/// look at it, and a note of what was settled.
struct Shared {
    seconds: AtomicI64,
    written: Mutex<BTreeMap<(RunKey, u8), u32>>,
    wanted: usize,
}

impl Shared {
    fn now(&self) -> Instant {
        at("2026-02-01T00:00:00Z").plus_seconds(self.seconds.fetch_add(1, Ordering::Relaxed))
    }

    fn is_done(&self) -> bool {
        self.written.lock().unwrap().len() == self.wanted
    }

    fn note(&self, runs: &[Run], settled: &[Settled]) {
        let mut written = self.written.lock().unwrap();
        for (run, settled) in runs.iter().zip(settled) {
            if settled.is_written() {
                *written.entry((run.key, run.attempt)).or_default() += 1;
            }
        }
    }
}

/// Works until everything is settled. Every so often it dies with what it has claimed, and
/// starts anew; or it stalls, and settles only after its lease has passed.
async fn work(settings: Settings, shared: Arc<Shared>, seed: u64) {
    let mut dice = Dice(seed);
    let mut node = Node::start(&settings).await;
    let mut stalled: Vec<Run> = Vec::new();
    while !shared.is_done() {
        let now = shared.now();
        let limit = u32::try_from(1 + dice.roll(9)).unwrap();
        let runs = if dice.roll(3) == 0 {
            node.store.recover(node.wish(limit, now, 20)).await.unwrap()
        } else {
            node.store.claim(node.wish(limit, now, 20)).await.unwrap()
        };
        match dice.roll(12) {
            0 => {
                node = Node::start(&settings).await;
                stalled.clear();
            }
            1 => stalled.extend(runs),
            _ => {
                let settled = node.settle_all(&runs).await;
                shared.note(&runs, &settled);
            }
        }
        if dice.roll(8) == 0 && !stalled.is_empty() {
            let settled = node.settle_all(&stalled).await;
            shared.note(&stalled, &settled);
            stalled.clear();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_slot_is_settled_once_whichever_nodes_die() {
    let settings = cluster::settings(&cluster::database().await);
    let node = Node::start(&settings).await;
    let schedules = schedules(&node.store, 30).await;
    let shared = Arc::new(Shared {
        seconds: AtomicI64::new(0),
        written: Mutex::default(),
        wanted: schedules.len() * DAYS,
    });
    let nodes: Vec<_> = (1..=4)
        .map(|seed: u32| {
            tokio::spawn(work(settings.clone(), shared.clone(), 0x9e37_79b9_7f4a_7c15 >> seed))
        })
        .collect();
    for node in nodes {
        node.await.unwrap();
    }
    assert!(shared.written.lock().unwrap().values().all(|times| *times == 1));
    let now = at("2026-02-01T00:00:00Z");
    for schedule in &schedules {
        let stored = node.store.schedule(schedule.id).await.unwrap().unwrap();
        let page = node.store.occurrences(&stored, now, PageQuery::first(100)).await.unwrap();
        let slots: Vec<(Slot, u8)> = page.entries.iter().map(|it| (it.slot, it.attempt)).collect();
        let expected: Vec<(Slot, u8)> = stored.plan.cadence.iter().map(|slot| (slot, 0)).collect();
        assert_eq!(slots, expected);
    }
    assert_eq!(node.store.queue_depth(LANE).await.unwrap(), 0);
    assert_eq!(BankStore::audit(&*node.store).await.unwrap(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_schedule_that_is_deleted_while_others_settle_it_leaves_nothing_behind() {
    let settings = cluster::settings(&cluster::database().await);
    let node = Node::start(&settings).await;
    let schedules = schedules(&node.store, 24).await;
    let deleting = async {
        let other = Node::start(&settings).await;
        for schedule in &schedules {
            other.store.delete_schedule(schedule.id, at("2026-02-01T00:00:00Z")).await.unwrap();
        }
    };
    let working = |limit: u32| {
        let settings = settings.clone();
        async move {
            let node = Node::start(&settings).await;
            let mut idle = 0;
            while idle < 3 {
                let runs = node.store.claim(node.wish(limit, at(MADE), 60)).await.unwrap();
                idle = if runs.is_empty() { idle + 1 } else { 0 };
                assert!(node.settle_all(&runs).await.iter().all(|it| it.is_written()));
            }
        }
    };
    futures::join!(deleting, working(3), working(5));
    // What was still claimed when the others saw nothing more.
    working(100).await;
    assert_eq!(node.store.queue_depth(LANE).await.unwrap(), 0);
    let now = at("2026-02-01T00:00:00Z");
    for schedule in &schedules {
        let standing = node.store.standing(schedule.id, vec![], now).await.unwrap().unwrap();
        assert_eq!((standing.cadence, standing.others), (None, vec![]));
    }
    assert_eq!(BankStore::audit(&*node.store).await.unwrap(), [""; 0]);
}

#[tokio::test]
async fn a_lease_is_judged_by_the_databases_clock_where_that_is_asked_for() {
    let settings = cluster::settings(&cluster::database().await);
    let settings = Settings { lease_clock: LeaseClock::Database, ..settings };
    let (late, early) = (Node::start(&settings).await, Node::start(&settings).await);
    schedules(&late.store, 2).await;
    let (past, future) = (at("2001-01-01T00:00:00Z"), at("2099-01-01T00:00:00Z"));
    let long = late.store.claim(late.wish(1, past, 3_600)).await.unwrap();
    let short = late.store.claim(late.wish(1, future, 0)).await.unwrap();
    assert_eq!((long.len(), short.len()), (1, 1));
    assert_eq!(early.store.recover(early.wish(9, future, 3_600)).await.unwrap(), short);
    assert_eq!(late.settle_all(&short).await, [Settled::Stale]);
    assert_eq!(early.settle_all(&short).await, [Settled::Written]);
    assert_eq!(late.settle_all(&long).await, [Settled::Written]);
}

#[tokio::test]
async fn a_statement_that_waits_for_too_long_is_ended_by_the_database() {
    let database = cluster::database().await;
    let statement_timeout = Duration::from_secs(1);
    let settings = Settings { statement_timeout, ..cluster::settings(&database) };
    let node = Node::start(&settings).await;
    let waited = cluster::while_locked(&database, "account", node.store.accounts()).await;
    let told = waited.unwrap_err().to_string();
    assert!(told.contains("canceling statement due to statement timeout"), "{told}");
    assert_eq!(node.store.accounts().await.unwrap(), []);
}

#[tokio::test]
async fn a_node_whose_connections_are_cut_goes_on() {
    let database = cluster::database().await;
    let node = Node::start(&cluster::settings(&database)).await;
    let cut = format!(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'"
    );
    for _ in 0..3 {
        schedules(&node.store, 1).await;
        cluster::administer("postgres", &cut).await;
    }
    assert_eq!(node.store.queue_depth(LANE).await.unwrap(), 3);
}

#[tokio::test]
async fn what_one_node_queues_behind_anothers_head_is_claimed() {
    let settings = cluster::settings(&cluster::database().await);
    let (one, other) = (Node::start(&settings).await, Node::start(&settings).await);
    schedules(&one.store, 3).await;
    let claimed = one.store.claim(one.wish(2, at(MADE), 60)).await.unwrap();
    assert_eq!(claimed.len(), 2);
    // The other node gives a run back that lies before all that is left.
    let recovered = other.store.recover(other.wish(9, at("2027-01-01T00:00:00Z"), 60)).await;
    assert_eq!(recovered.unwrap(), claimed);
    let released: Vec<_> = claimed
        .iter()
        .map(|run| {
            let kept_back = engine::Outcome::NotSent(engine::NotSent::KeptBack);
            settle(run, kept_back, run.key.due)
        })
        .collect();
    other.store.settle(other.term, released).await.unwrap();
    let left: BTreeSet<RunKey> = one
        .store
        .claim(one.wish(9, at(MADE), 60))
        .await
        .unwrap()
        .into_iter()
        .map(|run| run.key)
        .collect();
    assert_eq!(left.len(), 3);
}

fn posting(key: i64, amount: i64, floor: Option<LedgerAccount>) -> Changes {
    let entry = JournalEntry {
        key,
        account: ACCOUNT,
        at: at(MADE),
        kind: EntryKind::ChargeCaptured,
        origin: (RecordKind::Charge, key),
        currency: Currency::THB,
        legs: vec![
            Leg { role: LedgerRole::Payers, amount: -amount },
            Leg { role: LedgerRole::Available, amount },
        ],
    };
    Changes { postings: vec![Posting { entry, floor }], ..Changes::default() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_never_spend_the_same_balance_twice() {
    let settings = cluster::settings(&cluster::database().await);
    let floor =
        LedgerAccount { account: ACCOUNT, role: LedgerRole::Available, currency: Currency::THB };
    let first = Node::start(&settings).await;
    let key = || first.store.allocate(RecordKind::JournalEntry, 1).unwrap();
    assert_eq!(first.store.commit(vec![posting(key(), 1_000, None)]).await.unwrap(), [Ok(())]);
    let spenders = (0..4).map(|_| {
        let settings = settings.clone();
        tokio::spawn(async move {
            let node = Node::start(&settings).await;
            let mut spent = 0;
            for _ in 0..6 {
                let key = node.store.allocate(RecordKind::JournalEntry, 1).unwrap();
                let changes = vec![posting(key, -100, Some(floor))];
                match node.store.commit(changes).await.unwrap().remove(0) {
                    Ok(()) => spent += 1,
                    Err(error) => assert_eq!(error, CommitError::Short(floor)),
                }
            }
            spent
        })
    });
    let mut spent = 0;
    for spender in spenders.collect::<Vec<_>>() {
        spent += spender.await.unwrap();
    }
    assert_eq!(spent, 10);
    assert_eq!(first.store.balances(vec![floor]).await.unwrap(), [0]);
    assert_eq!(BankStore::audit(&*first.store).await.unwrap(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_that_pay_under_one_key_pay_once() {
    let settings = cluster::settings(&cluster::database().await);
    let payers = (0..4_i64).map(|number| {
        let settings = settings.clone();
        tokio::spawn(async move {
            let node = Node::start(&settings).await;
            let mut answers = Vec::new();
            for round in 0..10_u8 {
                let key = node.store.allocate(RecordKind::JournalEntry, 1).unwrap();
                let payment = PaymentId::Charge(ChargeId(number * 100 + i64::from(round)));
                let idempotency = IdempotencyKey::of(
                    InstallationId(7),
                    ScheduleId(1),
                    Slot::from_stored(0),
                    round,
                );
                let changes =
                    Changes { payment: Some((idempotency, payment)), ..posting(key, 1, None) };
                let answer = node.store.commit(vec![changes]).await.unwrap().remove(0);
                answers.push((payment, answer));
            }
            answers
        })
    });
    let mut by_round: Vec<Vec<_>> = vec![Vec::new(); 10];
    for payer in payers.collect::<Vec<_>>() {
        for (round, answer) in payer.await.unwrap().into_iter().enumerate() {
            by_round[round].push(answer);
        }
    }
    for answers in by_round {
        let paid: Vec<PaymentId> = answers
            .iter()
            .filter(|(_, answer)| answer.is_ok())
            .map(|(payment, _)| *payment)
            .collect();
        assert_eq!(paid.len(), 1, "{answers:?}");
        let told = Err(CommitError::AlreadyPaid(paid[0]));
        assert!(answers.iter().all(|(_, it)| *it == Ok(()) || *it == told), "{answers:?}");
    }
    let node = Node::start(&settings).await;
    assert_eq!(BankStore::audit(&*node.store).await.unwrap(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_reaches_several_nodes_makes_one_schedule() {
    let settings = cluster::settings(&cluster::database().await);
    let makers = (0..4).map(|_| {
        let settings = settings.clone();
        tokio::spawn(async move {
            let node = Node::start(&settings).await;
            let id = node.store.allocate_schedules(1).await.unwrap();
            let plan = charges(daily(), date(2026, 1, 1), date(2026, 1, 9));
            let mut new = new_schedule(id, ACCOUNT, LANE, plan, at(MADE));
            new.request = Some(RequestKey { account: ACCOUNT, key: "order-1".into() });
            node.store.create_schedules(vec![new]).await.unwrap().remove(0).id
        })
    });
    let mut made = BTreeSet::new();
    for maker in makers.collect::<Vec<_>>() {
        made.insert(maker.await.unwrap());
    }
    assert_eq!(made.len(), 1);
    let node = Node::start(&settings).await;
    assert_eq!(node.store.queue_depth(LANE).await.unwrap(), 1);
}

fn order() -> RequestKey {
    RequestKey { account: ACCOUNT, key: "order-1".into() }
}

impl Node {
    async fn begin(&self, at: Instant) -> RequestState {
        self.store.begin_request(self.term, order(), [7; 32], at).await.unwrap()
    }

    async fn finish(&self, status: u16) {
        let response = StoredResponse { status, body: b"{}".to_vec(), version: "1".into() };
        self.store.finish_request(self.term, order(), response).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_nodes_with_one_request_key_one_runs_and_the_others_are_told_so() {
    let settings = cluster::settings(&cluster::database().await);
    let settings = Settings { lease_clock: LeaseClock::Database, ..settings };
    let (one, other) = (Node::start(&settings).await, Node::start(&settings).await);
    let told = futures::join!(one.begin(at(MADE)), other.begin(at(MADE)));
    let (runs, waits) = match told {
        (RequestState::Started, RequestState::Running) => (&one, &other),
        (RequestState::Running, RequestState::Started) => (&other, &one),
        told => panic!("{told:?}"),
    };
    assert_eq!(waits.begin(at("2099-01-01T00:00:00Z")).await, RequestState::Running);
    let later = Node::start(&settings).await;
    assert_eq!(later.begin(at(MADE)).await, RequestState::Running);
    runs.finish(200).await;
    for node in [&one, &other, &later] {
        let RequestState::Answered(answer) = node.begin(at(MADE)).await else { panic!() };
        assert_eq!(answer.status, 200);
    }
}

#[tokio::test]
async fn a_node_that_died_leaves_its_request_key_after_the_lease() {
    let database = cluster::database().await;
    let settings = cluster::settings(&database);
    let settings = Settings { lease_clock: LeaseClock::Database, ..settings };
    let (dead, other) = (Node::start(&settings).await, Node::start(&settings).await);
    assert_eq!(dead.begin(at(MADE)).await, RequestState::Started);
    assert_eq!(other.begin(at(MADE)).await, RequestState::Running);
    let pass = "UPDATE request SET held_until = held_until - 119 * 1000000000::bigint";
    cluster::administer(&database, pass).await;
    assert_eq!(other.begin(at(MADE)).await, RequestState::Running);
    let pass = "UPDATE request SET held_until = held_until - 1000000000";
    cluster::administer(&database, pass).await;
    assert_eq!(other.begin(at(MADE)).await, RequestState::Started);
    // It was not dead after all.
    dead.finish(500).await;
    assert_eq!(dead.begin(at(MADE)).await, RequestState::Running);
    other.finish(200).await;
    let RequestState::Answered(answer) = dead.begin(at(MADE)).await else { panic!() };
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn a_key_that_an_older_node_took_is_held_from_when_that_took_it() {
    let database = cluster::database().await;
    let node = Node::start(&cluster::settings(&database)).await;
    node.begin(at(MADE)).await;
    cluster::administer(&database, "UPDATE request SET held_until = NULL").await;
    assert_eq!(node.begin(at(MADE).plus_seconds(119)).await, RequestState::Running);
    assert_eq!(node.begin(at(MADE).plus_seconds(120)).await, RequestState::Started);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_node_named_is_known_to_the_next_request_on_another() {
    let settings = cluster::settings(&cluster::database().await);
    let (one, other) = (Node::start(&settings).await, Node::start(&settings).await);
    let (kind, name) = (RecordKind::Customer, "cust_test_1");
    for store in [&one.store, &other.store] {
        assert_eq!(store.named(ACCOUNT, kind, name), None);
    }
    let key = one.store.allocate_named(kind).unwrap();
    let record = Record {
        key: RecordKey { kind, key },
        account: ACCOUNT,
        parent: None,
        created_at: at(MADE),
        version: 0,
        hidden: false,
        body: vec![1],
    };
    let write = RecordWrite { record, name: Some(name.into()) };
    let changes = Changes { records: vec![write], ..Changes::default() };
    assert_eq!(one.store.commit(vec![changes]).await.unwrap(), [Ok(())]);
    // Whoever serves a request looks up whose it is.
    assert_eq!(other.store.account(ACCOUNT).await.unwrap(), None);
    assert_eq!(other.store.named(ACCOUNT, kind, name), Some(key));
    assert_eq!(other.store.name_of(kind, key).as_deref(), Some(name));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_that_ensure_an_account_at_once_make_it_once() {
    let settings = cluster::settings(&cluster::database().await);
    let named = |name: &str| {
        let mut new = account();
        new.attributes.insert(ACCOUNT_NAME.to_owned(), name.into());
        new
    };
    let nodes = futures::future::join_all((0..8).map(|_| Node::start(&settings))).await;
    let makers = nodes.iter().zip(0..).map(|(node, number)| {
        let (shared, own) = (named("shop"), named(&format!("shop {number}")));
        async move {
            let shared = node.store.ensure_account(shared).await.unwrap();
            (shared, node.store.ensure_account(own).await.unwrap())
        }
    });
    let made = futures::future::join_all(makers).await;
    let (shop, _) = &made[0];
    assert!(made.iter().all(|(shared, _)| shared == shop), "{made:?}");
    let all = nodes[0].store.accounts().await.unwrap();
    assert_eq!(all.len(), 9);
    let lanes: BTreeSet<i64> = all.iter().map(|account| account.lane.0).collect();
    assert_eq!(lanes, (1..=9).collect());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endpoint_misses_nothing_that_any_node_writes() {
    const EACH: usize = 25;
    let settings = cluster::settings(&cluster::database().await);
    let node = Node::start(&settings).await;
    node.store.create_account(account(), vec![]).await.unwrap();
    let id = EndpointId(7);
    node.store.create_endpoint(endpoint(id), entry()).await.unwrap();
    let writers: Vec<_> = (0..3)
        .map(|_| {
            let settings = settings.clone();
            tokio::spawn(async move {
                let node = Node::start(&settings).await;
                for _ in 0..EACH {
                    schedules(&node.store, 1).await;
                }
            })
        })
        .collect();
    let mut seen = BTreeSet::new();
    while seen.len() < 3 * EACH {
        let unseen = node.store.unseen(id, 10).await.unwrap().unwrap();
        if unseen.events.is_empty() && writers.iter().all(tokio::task::JoinHandle::is_finished) {
            let rest = node.store.unseen(id, 10).await.unwrap().unwrap();
            assert!(!rest.events.is_empty(), "only {} were seen", seen.len());
        }
        seen.extend(unseen.events.iter().map(|event| event.id));
        let new = unseen
            .events
            .iter()
            .map(|event| NewDelivery { event: event.id, chain: Chain::Free })
            .collect();
        node.store.enqueue(id, unseen.mark, new, at(MADE)).await.unwrap();
    }
    for writer in writers {
        writer.await.unwrap();
    }
    let due = node.store.due(id, at(MADE), 1_000).await.unwrap();
    assert_eq!(due.deliveries.len(), 3 * EACH);
}

#[tokio::test]
async fn news_come_from_other_nodes_too() {
    let settings = cluster::settings(&cluster::database().await);
    let (one, other) = (Node::start(&settings).await, Node::start(&settings).await);
    one.store.create_account(account(), vec![]).await.unwrap();
    one.store.create_endpoint(endpoint(EndpointId(7)), entry()).await.unwrap();
    assert_eq!(other.store.news().await, [ACCOUNT].into());
    schedules(&one.store, 1).await;
    assert_eq!(other.store.news().await, [ACCOUNT].into());
}

pub(crate) fn endpoint(id: EndpointId) -> Endpoint {
    Endpoint {
        id,
        account: ACCOUNT,
        version: 0,
        url: "https://example.com/hook".into(),
        form: Form("plain".into()),
        filter: None,
        hears_occurrences: false,
        description: "ledger".into(),
        disabled: None,
        secrets: vec![SigningKey { bytes: vec![1], until: None }],
        created_at: at(MADE),
        updated_at: at(MADE),
        delivered_at: None,
    }
}

pub(crate) fn entry() -> AuditEntry {
    AuditEntry {
        account: ACCOUNT,
        at: at(MADE),
        actor: "key 00".into(),
        deed: Deed::EndpointCreated,
        subject: "whe_7".into(),
        reason: "".into(),
    }
}
