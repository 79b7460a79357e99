//! Data that go from one database to another, whole or an account of them: what was there is
//! there, what ran goes on, and nothing runs in both.

use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::Poll;

use bank::{EntryKind, JournalEntry, LedgerRole, Leg};
use engine::edit::{Edit, Turn, edit};
use engine::settlement::settle;
use engine::{
    Account, AccountId, Amendment, ChargeId, ClockId, Currency, Decline, DeclineKind,
    IdempotencyKey, LaneId, Mode, Outcome, PaymentId, Schedule, Slot,
};
use jiff::civil::date;
use store::conformance::world::{
    ACCOUNT, LANE, PAID, UNKNOWN, World, account, at, charges_on, new_schedule,
};
use store::history::MovableQuery;
use store::postgres::PostgresStore;
use store::relocation::{Lost, Moved, Place, Step, What, relocate};
use store::sqlite::SqliteStore;
use store::webhook::{Chain, Endpoint, EndpointId, Form, NewDelivery, SigningKey};
use store::{
    AccountCensus, Agenda, AuditEntry, BankStore, Beat, Changes, Claim, ClockMode, ClockState,
    Credential, CredentialKind, Deed, EditWritten, Event, ForeignName, Grant, GrantKind, Key,
    KeyOrigin, NameStore, NewSchedule, PageQuery, Posting, Record, RecordKey, RecordKind,
    RecordQuery, RecordWrite, RequestKey, RequestState, Resumption, Settled, Store, StoreError,
    StoredResponse, WebhookStore,
};

const NEW_YEAR: &str = "2026-01-01T02:00:00Z";
const EPIPHANY: &str = "2026-01-06T02:00:00Z";
/// When data are moved, by the wall clock.
const MOVED: &str = "2026-01-06T03:00:00Z";
/// An account with a lane of its own.
const SHOP: AccountId = AccountId(2);
const SHOP_LANE: LaneId = LaneId(2);

fn shop() -> Account {
    let attributes = [("name".to_owned(), "shop".into())].into_iter().collect();
    Account { lane: SHOP_LANE, mode: Mode::Live, attributes, ..account() }
}

fn credential(account: AccountId, byte: u8) -> Credential {
    Credential {
        sha256: [byte; 32],
        account,
        kind: CredentialKind::Secret,
        expires_at: None,
        domains: vec!["example.com".into()],
    }
}

fn entry(account: AccountId, deed: Deed) -> AuditEntry {
    AuditEntry {
        account,
        at: at(NEW_YEAR),
        actor: "test".into(),
        deed,
        subject: "subject".into(),
        reason: "because".into(),
    }
}

fn request(key: &str) -> RequestKey {
    RequestKey { account: ACCOUNT, key: key.into() }
}

async fn edited(world: &World, schedule: &Schedule, wish: Edit) {
    let asked: Vec<Slot> = wish.amendments.iter().map(|amendment| amendment.slot).collect();
    let now = at(NEW_YEAR);
    let standing = world.store.standing(schedule.id, asked, now).await.unwrap().unwrap();
    let edited = edit(&standing, wish, now).unwrap();
    let written = world.store.edit_schedule(edited, None).await.unwrap();
    assert_eq!(written, EditWritten::Written);
}

/// An account of which something is in every table, and another that has its own lane. The
/// attempt of the 6th of January is in flight.
async fn fill(path: &Path) {
    let store = SqliteStore::open(path).unwrap();
    store.create_account(account(), vec![credential(ACCOUNT, 1)]).await.unwrap();
    store.create_account(shop(), vec![credential(SHOP, 2)]).await.unwrap();
    let world = World::around(store.clone()).await.restarted().await;
    with_keys(&store).await;
    with_an_endpoint(&store).await;
    with_schedules(&world).await;
    deliver(&store).await;
    with_books(&store).await;
    with_requests(&store, &world).await;
    let wall_now = at(EPIPHANY);
    for lane in [LANE, SHOP_LANE] {
        let silence_max = std::time::Duration::from_mins(5);
        store.beat(Beat { lane, wall_now, now: wall_now, silence_max }).await.unwrap();
    }
    let standing = ClockState { mode: ClockMode::Standing(at(EPIPHANY)), target: None };
    store.set_clock(ClockId(LANE.0), standing).await.unwrap();
    let in_flight = world.claim_one(EPIPHANY).await;
    assert_eq!(in_flight.key.slot.date(), date(2026, 1, 6));
    store.stop().await;
    drop((store, world));
    with_history(path);
}

/// What is said once an occurrence of before the 1st of January was moved into a file.
fn with_history(path: &Path) {
    let through = Slot::of(date(2025, 12, 1).at(0, 0, 0, 0)).stored();
    write(
        path,
        &format!(
            "INSERT INTO history_file VALUES (1, 'history-1f2e3d4c-000001.jsonl',
                 x'{}', 1, {through}, {through}, 0, 2);
             INSERT INTO moved VALUES (1, 1, 0, 0, {through})",
            "0a".repeat(32)
        ),
    );
}

/// Writes into a file that nobody has open.
fn write(path: &Path, sql: &str) {
    let connection = rusqlite::Connection::open(path).unwrap();
    connection.execute_batch(sql).unwrap();
    connection.close().unwrap();
}

async fn with_keys(store: &SqliteStore) {
    let key = Key {
        credential: Credential {
            expires_at: Some(at("2027-01-01T00:00:00Z")),
            ..credential(ACCOUNT, 3)
        },
        name: "till".into(),
        ending: "abcd".into(),
        origin: KeyOrigin::Made,
        created_at: at(NEW_YEAR),
    };
    store.put_keys(vec![key], Some(entry(ACCOUNT, Deed::MadeKey))).await.unwrap();
    let grant = Grant {
        sha256: [4; 32],
        kind: GrantKind::Access,
        credential: [1; 32],
        family: [5; 32],
        scopes: "/ping".into(),
        bound: true,
        expires_at: at("2027-01-01T00:00:00Z"),
    };
    assert!(store.add_grants(None, vec![grant], at(NEW_YEAR)).await.unwrap());
    let name = |account, text: &str| ForeignName {
        account,
        kind: RecordKind::Customer,
        text: text.into(),
    };
    store.intern(vec![name(ACCOUNT, "cust_1"), name(SHOP, "cust_2")]).await.unwrap();
}

async fn with_an_endpoint(store: &SqliteStore) {
    for (id, account) in [(7, ACCOUNT), (8, SHOP)] {
        let endpoint = Endpoint {
            id: EndpointId(id),
            account,
            version: 0,
            url: "https://example.com/".into(),
            form: Form("plain".into()),
            filter: Some(vec!["schedule.create".into()]),
            hears_occurrences: true,
            description: "all".into(),
            disabled: None,
            secrets: vec![SigningKey { bytes: vec![1, 2], until: None }],
            created_at: at(NEW_YEAR),
            updated_at: at(NEW_YEAR),
            delivered_at: None,
        };
        assert!(
            store.create_endpoint(endpoint, entry(account, Deed::EndpointCreated)).await.unwrap()
        );
    }
}

/// A charge that was made, one that was refused and is to be tried again, one of which nothing
/// is known, one that is paused, one that was moved, one that will be in flight; and the shop's.
async fn with_schedules(world: &World) {
    let charge = |id| PaymentId::Charge(ChargeId(id));
    let refused = Decline {
        payment: Some(charge(2)),
        kind: DeclineKind::Payer,
        message: Some("ไม่พอ".into()),
    };
    for (day, outcome) in [
        (1, PAID),
        (2, Outcome::Declined(refused)),
        (3, UNKNOWN),
        (4, Outcome::Accepted(charge(3))),
    ] {
        world.schedule(charges_on(day)).await;
        let now = format!("2026-01-0{day}T02:00:00Z");
        let runs = world.claim(&now).await;
        let run = runs.iter().find(|run| run.attempt == 0).unwrap();
        for other in runs.iter().filter(|it| it.key != run.key) {
            let later = settle(other, UNKNOWN, at(&now));
            assert_eq!(world.write(later).await, Settled::Written);
        }
        assert_eq!(world.settle(run, outcome, &now).await, Settled::Written);
    }
    let paused = world.schedule(charges_on(20)).await;
    let pause = Edit { turn: Some(Turn::Pause { reason: "a holiday".into() }), ..Edit::default() };
    edited(world, &paused, pause).await;
    let amended = world.schedule(charges_on(21)).await;
    let slot = Slot::of(date(2026, 1, 21).at(0, 0, 0, 0));
    let moved =
        Amendment { run_at: Some(at("2026-01-22T12:00:00Z")), ..Amendment::none(amended.id, slot) };
    edited(world, &amended, Edit { amendments: vec![moved], ..Edit::default() }).await;
    let id = world.store.allocate_schedules(1).await.unwrap();
    let NewSchedule { created, .. } =
        new_schedule(id, SHOP, SHOP_LANE, charges_on(7), at("2025-12-01T00:00:00Z"));
    let with_key =
        NewSchedule { created, request: Some(RequestKey { account: SHOP, key: "once".into() }) };
    world.store.create_schedules(vec![with_key]).await.unwrap();
    world.schedule(charges_on(6)).await;
}

/// Queues what the endpoints have not seen.
async fn deliver(store: &SqliteStore) {
    for id in [EndpointId(7), EndpointId(8)] {
        let unseen = store.unseen(id, 3).await.unwrap().unwrap();
        let chain = |event: &Event| Chain::Schedule(engine::ScheduleId(event.body.subject));
        let new = unseen.events.iter().map(|it| NewDelivery { event: it.id, chain: chain(it) });
        store.enqueue(id, unseen.mark, new.collect(), at(NEW_YEAR)).await.unwrap();
    }
}

fn record(account: AccountId, kind: RecordKind, key: i64, hidden: bool) -> RecordWrite {
    RecordWrite {
        record: Record {
            key: RecordKey { kind, key },
            account,
            parent: (kind == RecordKind::Card).then_some(-1),
            created_at: at(NEW_YEAR),
            version: 0,
            hidden,
            body: format!("{kind:?} {key}").into_bytes(),
        },
        name: (key < 0).then(|| format!("name{key}").into()),
    }
}

async fn with_books(store: &SqliteStore) {
    use RecordKind as K;
    let posting = |account, key, kind| Posting {
        entry: JournalEntry {
            key,
            account,
            at: at(NEW_YEAR),
            kind,
            origin: (K::Charge, 1),
            currency: Currency::THB,
            legs: vec![
                Leg { role: LedgerRole::Payers, amount: -500 },
                Leg { role: LedgerRole::Available, amount: 500 },
            ],
        },
        floor: None,
    };
    let key = IdempotencyKey::of(
        store.installation(),
        engine::ScheduleId(1),
        Slot::of(date(2026, 1, 1).at(0, 0, 0, 0)),
        0,
    );
    let own = Changes {
        payment: Some((key, PaymentId::Charge(ChargeId(1)))),
        records: vec![
            record(ACCOUNT, K::Customer, -1, false),
            record(ACCOUNT, K::Customer, -2, false),
            record(ACCOUNT, K::Card, 5, false),
            record(ACCOUNT, K::Charge, 1, false),
            record(ACCOUNT, K::Charge, 4, false),
            record(ACCOUNT, K::Charge, 2, true),
        ],
        postings: vec![
            posting(ACCOUNT, 1, EntryKind::ChargeCaptured),
            posting(ACCOUNT, 3, EntryKind::TransferHeld),
        ],
        agenda_added: vec![Agenda {
            at: at("2026-02-01T00:00:00Z"),
            record: RecordKey { kind: K::Charge, key: 1 },
        }],
        ..Changes::default()
    };
    let theirs = Changes {
        records: vec![record(SHOP, K::Charge, 3, false)],
        postings: vec![posting(SHOP, 2, EntryKind::ChargeCaptured)],
        ..Changes::default()
    };
    let later =
        Changes { records: vec![record(ACCOUNT, K::Charge, 5, false)], ..Changes::default() };
    for changes in [own, theirs, later] {
        store.commit(vec![changes]).await.unwrap().remove(0).unwrap();
    }
    // More than is read at once.
    let many = (100..2_400).map(|key| record(ACCOUNT, K::Token, key, key % 2 == 0)).collect();
    let many = Changes { records: many, ..Changes::default() };
    store.commit(vec![many]).await.unwrap().remove(0).unwrap();
}

async fn with_requests(store: &SqliteStore, world: &World) {
    for key in ["answered", "running"] {
        let state =
            store.begin_request(world.term, request(key), [9; 32], at(EPIPHANY)).await.unwrap();
        assert_eq!(state, RequestState::Started);
    }
    let response =
        StoredResponse { status: 200, body: b"{}".to_vec(), version: "2019-05-29".into() };
    store.finish_request(world.term, request("answered"), response).await.unwrap();
}

/// Everything that a file holds, table by table, but what only says how it is kept.
fn dump(path: &Path) -> Vec<String> {
    const KEPT: [&str; 6] = ["counter", "span", "lane", "relocation", "key_floor", "migration"];
    const COLUMNS_KEPT: [(&str, &str); 4] = [
        ("request", "id"),
        ("webhook_endpoint", "sequence"),
        ("queue", "lease_until"),
        ("", "listed"),
    ];
    let connection = rusqlite::Connection::open(path).unwrap();
    let mut tables = connection
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
        .unwrap();
    let tables: Vec<String> =
        tables.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let mut dumped = Vec::new();
    for table in tables.iter().filter(|table| !KEPT.contains(&table.as_str())) {
        let mut select = connection.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let columns: Vec<String> = select.column_names().map(str::to_owned).collect();
        let mut rows: Vec<String> = select
            .query_map([], |row| {
                let told = columns.iter().enumerate().filter_map(|(index, column)| {
                    let is_kept = |(of, kept): &(&str, &str)| {
                        (of.is_empty() || *of == table.as_str()) && *kept == column.as_str()
                    };
                    let value: rusqlite::types::Value = row.get(index).unwrap();
                    (!COLUMNS_KEPT.iter().any(is_kept)).then(|| format!("{column}={value:?}"))
                });
                Ok(told.collect::<Vec<_>>().join(" "))
            })
            .unwrap()
            .map(Result::unwrap)
            .collect();
        rows.sort();
        dumped.extend(rows.into_iter().map(|row| format!("{table}: {row}")));
    }
    dumped
}

/// The lists of the bank's records, as they are shown.
async fn lists<S: BankStore + ?Sized>(store: &S) -> Vec<(RecordKind, AccountId, Vec<i64>, u64)> {
    use RecordKind as K;
    let mut lists = Vec::new();
    for kind in [K::Customer, K::Card, K::Charge, K::Token] {
        for account in [ACCOUNT, SHOP] {
            let page = PageQuery::first(3_000);
            let query = RecordQuery { kind, account, parent: None, page };
            let page = store.list(query).await.unwrap();
            let keys = page.entries.iter().map(|record| record.key.key).collect();
            lists.push((kind, account, keys, page.total));
        }
    }
    lists
}

async fn to_database() -> (String, Place) {
    let database = cluster::database().await;
    let place = Place::Database(Box::new(cluster::settings(&database)));
    (database, place)
}

async fn migrate(from: &Place, to: &Place, what: &What) -> store::Result<Moved> {
    relocate(from, to, what, Lost::Refuse, at(MOVED), &mut |_| {}).await
}

async fn whole(from: &Place, to: &Place) -> store::Result<Moved> {
    migrate(from, to, &What::Everything).await
}

fn the_shop() -> What {
    What::Account { name: "shop".to_owned(), mode: Mode::Live }
}

async fn refused(from: &Place, to: &Place, what: &What) -> String {
    match migrate(from, to, what).await {
        Err(StoreError::NotMoved { message }) => message,
        other => panic!("{other:?}"),
    }
}

fn place(path: &Path) -> Place {
    Place::File(path.to_owned())
}

struct Folder {
    folder: tempfile::TempDir,
}

impl Folder {
    fn new() -> Folder {
        Folder { folder: tempfile::tempdir().unwrap() }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join(name)
    }
}

#[tokio::test]
async fn all_data_go_to_postgresql_and_come_back_as_they_were() {
    let folder = Folder::new();
    let (source, back) = (folder.file("source.db"), folder.file("back.db"));
    fill(&source).await;
    let before = dump(&source);
    assert!(before.len() > 2_300 && before.iter().any(|row| row.starts_with("amendment")));
    let shown = lists(&*SqliteStore::open(&source).unwrap()).await;
    let (database, target) = to_database().await;

    let mut steps = Vec::new();
    let mut tell = |step| steps.push(step);
    let from = place(&source);
    let moved = relocate(&from, &target, &What::Everything, Lost::Refuse, at(MOVED), &mut tell)
        .await
        .unwrap();
    assert!(!moved.already);
    let rows: u64 = moved.tables.iter().map(|(_, rows)| rows).sum();
    // The installation's own row, and that of the deliveries' numbers, are of no table.
    assert_eq!(rows, before.len() as u64 - 2, "{:?}", moved.tables);
    assert!(matches!(steps[0], Step::Copied { table: "account", rows: 2, of } if of == rows));
    assert_eq!(steps[steps.len() - 3..], [Step::Examining, Step::Left, Step::Arrived]);

    let settings = cluster::settings(&database);
    let there = PostgresStore::open(&settings).await.unwrap();
    assert_eq!(lists(&*there).await, shown);
    there.stop().await;
    let census = store::postgres::census(&settings).await.unwrap();
    let went_to = Some(settings.place().unwrap());
    let of_source: Vec<_> =
        census.iter().map(|it| AccountCensus { went_to: went_to.clone(), ..it.clone() }).collect();
    assert_eq!(store::sqlite::census(&source).unwrap(), of_source);

    assert_eq!(whole(&target, &place(&back)).await.unwrap().tables, moved.tables);
    let mut came_back = dump(&back);
    assert_eq!(lists(&*SqliteStore::open(&back).unwrap()).await, shown);
    // The source was marked, and is otherwise as it was.
    assert_eq!(dump(&source), before);
    came_back.retain(|row| !before.contains(row));
    assert_eq!(came_back, [""; 0]);
    assert_eq!(dump(&back).len(), before.len());
}

#[tokio::test]
async fn schedules_go_on_where_they_stood_and_what_was_in_flight_is_looked_up() {
    let folder = Folder::new();
    let source = folder.file("source.db");
    fill(&source).await;
    let next_due = store::sqlite::census(&source).unwrap()[0].next_due;
    let (database, target) = to_database().await;
    let moved = whole(&place(&source), &target).await.unwrap();
    assert_eq!(moved.next_due[0], (LANE, next_due));

    let store = PostgresStore::open(&cluster::settings(&database)).await.unwrap();
    let world = World::around(store.clone()).await;
    assert_eq!(world.term.number(), 3, "after both terms of the source");
    assert_eq!(world.claim(EPIPHANY).await, [], "what is in flight is claimed by nobody");
    let recovered = world.recover(EPIPHANY).await;
    let [run] = &recovered[..] else { panic!("{recovered:?}") };
    assert_eq!((run.key.slot.date(), run.attempt), (date(2026, 1, 6), 0));
    assert_eq!(world.recover(EPIPHANY).await, [], "it is handed over once");
    let paid = Outcome::Succeeded(PaymentId::Charge(ChargeId(77)));
    assert_eq!(world.settle(run, paid, EPIPHANY).await, Settled::Written);

    // A request that was being answered is answered anew, one that was is as it was.
    let again = async |key: &str| {
        store.begin_request(world.term, request(key), [9; 32], at(EPIPHANY)).await.unwrap()
    };
    assert_eq!(again("running").await, RequestState::Started);
    assert!(matches!(again("answered").await, RequestState::Answered(_)));
    // What is made now has numbers of its own.
    let schedule = world.schedule_made(charges_on(25), MOVED).await;
    assert_eq!(store.schedule(schedule.id).await.unwrap().unwrap().id, schedule.id);
    assert!(store.allocate(RecordKind::Token, 1).unwrap() > 2_399);
    // The new one, the amended slot and the next month all go on.
    let due: Vec<_> = world.claim("2026-02-07T00:00:00Z").await;
    assert_eq!(due.len(), 7, "{due:#?}");
    assert_eq!(store.audit().await.unwrap(), [""; 0]);
    assert!(store.examine().await.unwrap().iter().all(|check| check.findings.is_empty()));
}

#[tokio::test]
async fn what_was_moved_runs_no_more_where_it_was() {
    let folder = Folder::new();
    let (source, other) = (folder.file("source.db"), folder.file("other.db"));
    fill(&source).await;
    let (database, target) = to_database().await;
    whole(&place(&source), &target).await.unwrap();
    let there = cluster::settings(&database).place().unwrap();
    let gone = format!("the data went to {there}, and nothing of it runs here any more");
    let error = SqliteStore::open(&source).unwrap_err();
    assert!(matches!(&error, StoreError::Elsewhere { message } if *message == gone), "{error}");
    assert_eq!(refused(&place(&source), &place(&other), &What::Everything).await, gone);
    let again = whole(&place(&source), &target).await.unwrap();
    assert!(again.already && again.tables.is_empty());

    // And so from a database to a file.
    whole(&target, &place(&other)).await.unwrap();
    let error = PostgresStore::open(&cluster::settings(&database)).await.unwrap_err();
    let gone =
        format!("the data went to {}, and nothing of it runs here any more", other.display());
    assert!(matches!(&error, StoreError::Elsewhere { message } if *message == gone), "{error}");
    // Neither goes on to where there are data already.
    let has_data =
        format!("{there} has data already, and all data go only to where there are none");
    let third = folder.file("third.db");
    fill(&third).await;
    let said = refused(&place(&third), &target, &What::Everything).await;
    assert!(said == has_data || said.contains("went to"), "{said}");
    let said = refused(&place(&third), &place(&other), &What::Everything).await;
    assert!(said.ends_with("all data go only to where there are none"), "{said}");
    assert!(SqliteStore::open(&third).is_ok());
}

/// Moves, and is killed after so many steps; `None` where it was.
async fn until(steps: usize, from: &Place, to: &Place) -> Option<store::Result<Moved>> {
    let made = AtomicUsize::new(0);
    let mut tell = |_| {
        made.fetch_add(1, Ordering::Relaxed);
    };
    let mut moving =
        pin!(relocate(from, to, &What::Everything, Lost::Refuse, at(MOVED), &mut tell));
    std::future::poll_fn(|context| {
        if made.load(Ordering::Relaxed) >= steps {
            return Poll::Ready(None);
        }
        moving.as_mut().poll(context).map(Some)
    })
    .await
}

#[tokio::test]
async fn a_move_that_is_killed_at_any_step_leaves_a_source_that_runs_or_is_done_again() {
    let folder = Folder::new();
    let source = folder.file("source.db");
    fill(&source).await;
    let before = dump(&source);
    let (database, target) = to_database().await;
    let settings = cluster::settings(&database);
    let mut all_steps = 0;
    let copy = folder.file("copy.db");
    std::fs::copy(&source, &copy).unwrap();
    let (_, elsewhere) = to_database().await;
    relocate(&place(&copy), &elsewhere, &What::Everything, Lost::Refuse, at(MOVED), &mut |_| {
        all_steps += 1;
    })
    .await
    .unwrap();

    let left = all_steps - 1;
    let killed_at = (1..left).step_by(5).chain([left - 1, left, all_steps]);
    for steps in killed_at {
        assert!(until(steps, &place(&source), &target).await.is_none(), "{steps}");
        let opened = PostgresStore::open(&settings).await;
        if steps < left {
            let error = opened.unwrap_err().to_string();
            assert!(error.contains("was not finished") || error.contains("being moved"), "{error}");
            assert_eq!(dump(&source), before, "{steps}");
            assert!(SqliteStore::open(&source).is_ok(), "{steps}");
        } else {
            let error = SqliteStore::open(&source).unwrap_err().to_string();
            assert!(error.contains("repeat that kalends migrate"), "{error}");
            // It does not go anywhere else.
            let other = folder.file("other.db");
            let said = refused(&place(&source), &place(&other), &What::Everything).await;
            assert!(said.contains("repeat that kalends migrate"), "{said}");
            if let Ok(opened) = opened {
                assert_eq!(steps, all_steps);
                opened.stop().await;
            }
        }
    }
    let moved = until(usize::MAX, &place(&source), &target).await.unwrap();
    assert!(moved.unwrap().already);
    let store = PostgresStore::open(&settings).await.unwrap();
    assert!(store.examine().await.unwrap().iter().all(|check| check.findings.is_empty()));
}

/// Moves, and is killed once a step is made.
async fn killed_after(last: Step, from: &Place, to: &Place, what: &What) {
    let made = AtomicBool::new(false);
    let mut tell = |step| made.store(step == last, Ordering::Relaxed);
    let mut moving = pin!(relocate(from, to, what, Lost::Refuse, at(MOVED), &mut tell));
    std::future::poll_fn(|context| {
        if made.load(Ordering::Relaxed) {
            return Poll::Ready(());
        }
        let ended = moving.as_mut().poll(context);
        assert!(ended.is_pending(), "{ended:?}");
        Poll::Pending
    })
    .await;
}

#[tokio::test]
async fn what_has_left_is_not_copied_again_to_where_there_is_no_sign_of_it() {
    let folder = Folder::new();
    let (source, target) = (folder.file("source.db"), folder.file("target.db"));
    fill(&source).await;
    let (from, to) = (place(&source), place(&target));
    killed_after(Step::Arrived, &from, &to, &What::Everything).await;
    // The copy is whole, and is carried elsewhere, where it runs.
    let carried = folder.file("carried.db");
    std::fs::rename(&target, &carried).unwrap();
    assert!(SqliteStore::open(&carried).is_ok());
    let said = refused(&from, &to, &What::Everything).await;
    assert!(said.contains("there is no sign of that here"), "{said}");
    let said = refused(&from, &to, &What::Everything).await;
    assert!(said.contains("say so with --target-is-lost"), "{said}");
    // Whoever knows that it is lost says so.
    std::fs::remove_file(&carried).unwrap();
    let lost = Lost::CopyAnew;
    let elsewhere = place(&folder.file("elsewhere.db"));
    let moved = relocate(&from, &elsewhere, &What::Everything, lost, at(MOVED), &mut |_| {}).await;
    assert!(!moved.unwrap().already);
    assert!(SqliteStore::open(&folder.file("elsewhere.db")).is_ok());
    assert!(SqliteStore::open(&source).is_err());
}

#[tokio::test]
async fn a_target_that_another_move_has_begun_with_is_left_to_it() {
    let folder = Folder::new();
    let (one, other) = (folder.file("one.db"), folder.file("other.db"));
    fill(&one).await;
    fill(&other).await;
    let target = place(&folder.file("target.db"));
    killed_after(Step::Examining, &place(&one), &target, &What::Everything).await;
    let said = refused(&place(&other), &target, &What::Everything).await;
    let told = format!("moving data here from {} was not finished", one.display());
    assert!(said.starts_with(&told), "{said}");
    assert!(!whole(&place(&one), &target).await.unwrap().already);
}

#[tokio::test]
async fn an_account_that_went_away_stays_away_when_all_others_follow() {
    let folder = Folder::new();
    let (source, shops) = (folder.file("source.db"), folder.file("shop.db"));
    fill(&source).await;
    let (database, target) = to_database().await;
    killed_after(Step::Left, &place(&source), &place(&shops), &the_shop()).await;
    let said = refused(&place(&source), &target, &What::Everything).await;
    let told = format!("moving account shop to {} was not finished", shops.display());
    assert!(said.starts_with(&told), "{said}");
    migrate(&place(&source), &place(&shops), &the_shop()).await.unwrap();
    whole(&place(&source), &target).await.unwrap();

    let there = PostgresStore::open(&cluster::settings(&database)).await.unwrap();
    assert_eq!(there.pulse(SHOP_LANE).await.unwrap().held_since, Some(at(MOVED)));
    assert_eq!(there.pulse(LANE).await.unwrap().held_since, None);
    assert_eq!(there.credential([2; 32]).await.unwrap(), None);
    assert!(there.credential([1; 32]).await.unwrap().is_some());
    there.stop().await;
    drop(there);
    let census = store::postgres::census(&cluster::settings(&database)).await.unwrap();
    let went_to: Vec<_> = census.into_iter().map(|it| it.went_to).collect();
    assert_eq!(went_to, [None, Some(shops.display().to_string())]);

    // It comes back to where the others are by now.
    migrate(&place(&shops), &target, &the_shop()).await.unwrap();
    let there = PostgresStore::open(&cluster::settings(&database)).await.unwrap();
    assert_eq!(there.pulse(SHOP_LANE).await.unwrap().held_since, None);
    assert!(there.credential([2; 32]).await.unwrap().is_some());
}

#[tokio::test]
async fn an_unfinished_move_is_not_repeated_over_an_account_that_has_gone_on() {
    let folder = Folder::new();
    let (source, next) = (folder.file("source.db"), folder.file("next.db"));
    fill(&source).await;
    let (_, target) = to_database().await;
    killed_after(Step::Arrived, &place(&source), &target, &the_shop()).await;
    migrate(&target, &place(&next), &the_shop()).await.unwrap();
    let said = refused(&place(&source), &target, &the_shop()).await;
    let told = format!("went to {}, and nothing of it runs here any more", next.display());
    assert!(said.ends_with(&told), "{said}");
    let next = SqliteStore::open(&next).unwrap();
    assert_eq!(next.pulse(SHOP_LANE).await.unwrap().held_since, None);
}

#[tokio::test]
async fn a_node_claims_nothing_of_an_account_that_left_behind_its_back() {
    let database = cluster::database().await;
    let world = World::around(PostgresStore::open(&cluster::settings(&database)).await.unwrap());
    let world = world.await;
    world.store.create_account(account(), Vec::new()).await.unwrap();
    world.schedule(charges_on(1)).await;
    world.schedule(charges_on(1)).await;
    let now = "2026-02-01T02:00:00Z";
    let one = world.store.claim(world.wish(now, 1)).await.unwrap();
    assert_eq!(one.len(), 1);
    let leave =
        "INSERT INTO relocation (account, number, state, place, at) VALUES (1, 1, 2, '', 0)";
    cluster::administer(&database, leave).await;
    assert_eq!(world.claim(now).await, []);
    assert_eq!(world.recover("2026-02-01T03:00:00Z").await, []);
    cluster::administer(&database, "DELETE FROM relocation").await;
    assert_eq!(world.claim(now).await.len(), 1);
    assert_eq!(world.recover("2026-02-01T03:00:00Z").await.len(), 2);
}

#[tokio::test]
async fn data_that_somebody_works_on_are_not_moved() {
    let folder = Folder::new();
    let (source, back) = (folder.file("source.db"), folder.file("back.db"));
    fill(&source).await;
    let (database, target) = to_database().await;
    let settings = cluster::settings(&database);
    let open = SqliteStore::open(&source).unwrap();
    let said = refused(&place(&source), &target, &What::Everything).await;
    assert!(said.contains("in use by another process"), "{said}");
    open.stop().await;
    drop(open);
    let node = PostgresStore::open(&settings).await.unwrap();
    let said = refused(&place(&source), &target, &What::Everything).await;
    assert!(said.contains("the database is in use"), "{said}");
    node.stop().await;
    whole(&place(&source), &target).await.unwrap();

    let node = PostgresStore::open(&settings).await.unwrap();
    let said = refused(&target, &place(&back), &What::Everything).await;
    assert!(said.contains("the database is in use"), "{said}");
    // It went without giving back what it had claimed.
    let term = node.begin_term().await.unwrap();
    let far = at("2100-01-01T00:00:00Z");
    let wish = Claim {
        lane: LANE,
        now: at("2026-02-07T00:00:00Z"),
        limit: 1,
        term,
        lease_until: far,
        wall_now: at(MOVED),
    };
    assert_eq!(node.claim(wish).await.unwrap().len(), 1);
    node.stop().await;
    let said = refused(&target, &place(&back), &What::Everything).await;
    assert_eq!(
        said,
        "1 runs are claimed until 2100-01-01T00:00:00Z by a node that may still be working on \
         them; stop every node, and try again after that"
    );
    let nowhere = folder.file("nowhere.db");
    let said = refused(&place(&nowhere), &place(&back), &What::Everything).await;
    assert_eq!(said, format!("there are no data at {}", nowhere.display()));
    let empty = cluster::empty_database().await;
    let empty = Place::Database(Box::new(cluster::settings(&empty)));
    let said = refused(&empty, &place(&back), &What::Everything).await;
    assert!(said.starts_with("there are no data at postgres://127.0.0.1:"), "{said}");
}

#[tokio::test]
async fn an_account_goes_with_all_that_is_its_own_and_comes_back() {
    let folder = Folder::new();
    let source = folder.file("source.db");
    fill(&source).await;
    let before = dump(&source);
    let (database, target) = to_database().await;
    let settings = cluster::settings(&database);
    let moved = migrate(&place(&source), &target, &the_shop()).await.unwrap();
    assert_eq!(moved.next_due, [(SHOP_LANE, Some(at("2026-01-07T01:30:00Z")))]);
    assert_eq!(
        moved.tables,
        [
            ("account", 1),
            ("credential", 1),
            ("pulse", 1),
            ("schedule", 1),
            ("schedule_party", 1),
            ("queue", 1),
            ("event", 1),
            ("audit", 1),
            ("foreign_name", 1),
            ("webhook_endpoint", 1),
            ("webhook_delivery", 1),
            ("bank_charge", 1),
            ("bank_journal", 1),
            ("bank_balance", 2),
        ]
    );

    // Where it was it is not to be had any more; the others go on.
    let here = SqliteStore::open(&source).unwrap();
    let there = settings.place().unwrap();
    let gone = format!("account 2 went to {there}, and nothing of it runs here any more");
    assert_eq!(here.pulse(SHOP_LANE).await.unwrap().held_since, Some(at(MOVED)));
    assert_eq!(here.pulse(LANE).await.unwrap().held_since, None);
    assert_eq!(here.credential([2; 32]).await.unwrap(), None);
    assert!(here.credential([1; 32]).await.unwrap().is_some());
    assert_eq!(here.endpoint_ids().await.unwrap(), [EndpointId(7)]);
    let error = here.put_credentials(vec![credential(SHOP, 2)]).await.unwrap_err();
    assert_eq!(error.to_string(), gone);
    let resumption = Resumption { lane: SHOP_LANE, now: at(MOVED), entries: Vec::new() };
    assert_eq!(here.resume_lane(resumption).await.unwrap_err().to_string(), gone);
    let world = World::around(here.clone()).await;
    let next_here = world.schedule_made(charges_on(8), MOVED).await;
    assert_eq!(next_here.id.0, 9);
    here.stop().await;
    drop((here, world));

    // Where it is it runs, and calls what it makes otherwise.
    let there = PostgresStore::open(&settings).await.unwrap();
    assert_eq!(there.accounts().await.unwrap(), [Account { id: SHOP, ..shop() }]);
    assert!(there.credential([2; 32]).await.unwrap().is_some());
    let term = there.begin_term().await.unwrap();
    let wish = Claim {
        lane: SHOP_LANE,
        now: at("2026-01-07T02:00:00Z"),
        limit: 10,
        term,
        lease_until: at("2026-01-07T02:02:00Z"),
        wall_now: at("2026-01-07T02:00:00Z"),
    };
    let run = there.claim(wish).await.unwrap().remove(0);
    let paid = Outcome::Succeeded(PaymentId::Charge(ChargeId(50)));
    let settled = settle(&run, paid, at("2026-01-07T02:00:00Z"));
    assert_eq!(there.settle(term, vec![settled]).await.unwrap(), [Settled::Written]);
    let first = there.allocate_schedules(1).await.unwrap();
    assert!(first.0 > 1 << 24 && first.0 < 1 << 44, "{first}");
    let new = new_schedule(first, SHOP, SHOP_LANE, charges_on(9), at(MOVED));
    there.create_schedules(vec![new]).await.unwrap();
    there.stop().await;
    drop(there);

    // It comes back beside what went on meanwhile.
    migrate(&target, &place(&source), &the_shop()).await.unwrap();
    let here = SqliteStore::open(&source).unwrap();
    assert_eq!(here.pulse(SHOP_LANE).await.unwrap().held_since, None);
    assert!(here.credential([2; 32]).await.unwrap().is_some());
    assert!(here.schedule(first).await.unwrap().is_some());
    let next = here.allocate_schedules(1).await.unwrap();
    assert!(next.0 != first.0 + 1 && next.0 > 1 << 24, "{next}");
    here.stop().await;
    drop(here);
    assert_eq!(store::sqlite::census(&source).unwrap().len(), 2);
    let after = dump(&source);
    let lost: Vec<_> = before.iter().filter(|row| !after.contains(row)).collect();
    // What the shop's run and both accounts' later doings have changed, and nothing else.
    let changed = ["identity", "queue", "sqlite_sequence", "schedule:"];
    assert!(lost.iter().all(|row| changed.iter().any(|it| row.starts_with(it))), "{lost:#?}");
    let checks = store::sqlite::examine(&source).unwrap();
    assert!(checks.iter().all(|check| check.findings.is_empty()), "{checks:#?}");
}

#[tokio::test]
async fn an_account_goes_only_to_where_it_has_room() {
    let folder = Folder::new();
    let (source, stranger) = (folder.file("source.db"), folder.file("stranger.db"));
    fill(&source).await;
    fill(&stranger).await;
    let what = |name: &str| What::Account { name: name.to_owned(), mode: Mode::Test };
    let said = refused(&place(&source), &place(&stranger), &the_shop()).await;
    assert!(said.contains("has data of another installation"), "{said}");
    let said = refused(&place(&source), &place(&stranger), &what("shop")).await;
    assert_eq!(said, "there is no account shop of that mode; there are 1 (test), shop (live)");

    // A copy of the source has the account itself.
    let twin = folder.file("twin.db");
    std::fs::copy(&source, &twin).unwrap();
    let said = refused(&place(&source), &place(&twin), &the_shop()).await;
    assert_eq!(said, format!("lane 2 of account shop is account shop's in {}", twin.display()));
    // And where that was deleted by hand, it has other things that are called the same.
    write(
        &twin,
        "PRAGMA foreign_keys = false; DELETE FROM account WHERE id = 2;
         DELETE FROM pulse WHERE lane = 2",
    );
    let said = refused(&place(&source), &place(&twin), &the_shop()).await;
    assert_eq!(
        said,
        format!("credential with a sha256 of account shop is taken in {}", twin.display())
    );
    assert!(SqliteStore::open(&source).is_ok() && SqliteStore::open(&twin).is_ok());

    let store = SqliteStore::open(&source).unwrap();
    let beside = Account { attributes: serde_json::Map::default(), ..shop() };
    store.create_account(beside, Vec::new()).await.unwrap();
    store.stop().await;
    drop(store);
    let said = refused(&place(&source), &place(&twin), &the_shop()).await;
    assert!(said.contains("shares lane 2 and its clock with account 3"), "{said}");
}

#[tokio::test]
async fn an_account_of_which_history_is_in_files_goes_with_all_others_or_not_at_all() {
    let folder = Folder::new();
    let source = folder.file("source.db");
    fill(&source).await;
    let (database, target) = to_database().await;
    let first = What::Account { name: "1".to_owned(), mode: Mode::Test };
    let said = refused(&place(&source), &target, &first).await;
    assert_eq!(
        said,
        "occurrences of 1 schedules of account 1 were moved into files of history, which are of \
         all accounts and known to these data alone; all data can be moved, or accounts of which \
         nothing is in such files"
    );
    // Nor does one while what will be in a file is not settled.
    write(&source, "UPDATE history_file SET state = 1");
    let said = refused(&place(&source), &target, &the_shop()).await;
    assert_eq!(
        said,
        "moving history into history-1f2e3d4c-000001.jsonl was not finished; run kalends history \
         move again, with the folder of that file, and then this"
    );
    // Nothing of that has touched the target, and all data take the files' names along.
    let files = SqliteStore::open(&source).unwrap().history_files().await.unwrap();
    whole(&place(&source), &target).await.unwrap();
    let there = PostgresStore::open(&cluster::settings(&database)).await.unwrap();
    assert_eq!(there.history_files().await.unwrap(), files);
    let moved = there.moved(vec![engine::ScheduleId(1), engine::ScheduleId(2)]).await.unwrap();
    assert_eq!(
        moved.iter().map(|it| it.map(|it| it.occurrences)).collect::<Vec<_>>(),
        [Some(1), None]
    );
}

/// How many occurrences may be moved into files.
async fn movable<S: Store + ?Sized>(store: &S) -> usize {
    let before = Slot::of_date(date(2027, 1, 1));
    let query = MovableQuery { before, after: None, limit: 1_000 };
    store.movable(query).await.unwrap().leaving.len()
}

#[tokio::test]
async fn history_of_an_account_that_went_elsewhere_does_not_leave_the_data() {
    let went = "INSERT INTO relocation VALUES (1, 7, 3, 'elsewhere', 0)";
    let run_twice = async |store: std::sync::Arc<dyn Store>| {
        let world = World::around(store).await;
        world.schedule(charges_on(1)).await;
        world.run(PAID, NEW_YEAR).await;
        world.run(PAID, "2026-02-01T02:00:00Z").await;
    };
    let folder = Folder::new();
    let file = folder.file("data.db");
    let store = SqliteStore::open(&file).unwrap();
    store.create_account(account(), Vec::new()).await.unwrap();
    run_twice(store.clone()).await;
    assert_eq!(movable(&*store).await, 1);
    store.stop().await;
    drop(store);
    write(&file, went);
    assert_eq!(movable(&*SqliteStore::open(&file).unwrap()).await, 0);

    let database = cluster::database().await;
    let store = PostgresStore::open(&cluster::settings(&database)).await.unwrap();
    store.create_account(account(), Vec::new()).await.unwrap();
    run_twice(store.clone()).await;
    assert_eq!(movable(&*store).await, 1);
    cluster::administer(&database, went).await;
    assert_eq!(movable(&*store).await, 0);
}

#[tokio::test]
async fn what_is_not_sound_is_not_moved() {
    let folder = Folder::new();
    let source = folder.file("source.db");
    fill(&source).await;
    write(&source, "UPDATE bank_balance SET amount = amount + 1");
    let (_, target) = to_database().await;
    let said = refused(&place(&source), &target, &What::Everything).await;
    assert!(said.starts_with("the copy is not sound, so nothing was moved"), "{said}");
    assert!(said.contains("the built-in bank's books add up: account 1 has"), "{said}");
    assert!(SqliteStore::open(&source).is_ok());
}
