//! Four `kalends serve` on one PostgreSQL, in front of one upstream: whichever of them die or
//! stand still, whatever their clocks say, and though the database's primary dies, what is due
//! at one instant is paid and recorded once.
//!
//! `KALENDS_NODES_SLOTS` makes it longer; `scripts/nodes-campaign` sets it, and is what runs the
//! test of the primary's death.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use cluster::patroni::{Pace, Pair, Victim};
use engine::creation::{Creation, create};
use engine::{
    Account, CardId, CatchUp, Currency, CustomerId, Instant, Instruction, LaneId, Money,
    Occurrence, OccurrenceStatus, Plan, Policies, RetryPolicy, Schedule, ScheduleId, Timing, Zone,
};
use futures::StreamExt as _;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use recurrence::{Recurrence, Rule};
use serde_json::{Value, json};
use store::postgres::{PostgresStore, Settings};
use store::{
    ForeignName, NameStore as _, NewSchedule, PageQuery, RecordKey, RecordKind, Store as _,
};
use tempfile::TempDir;

use crate::campaign::{Chance, length, wanted_length};
use crate::sandbox_process::{PUBLIC_KEY, SECRET_KEY, SandboxProcess};
use crate::shim::Shim;

const NODES: usize = 4;
/// Slots that are due at once in one test run; `KALENDS_NODES_SLOTS` asks for more.
const SLOTS: u32 = 240;
/// Schedules that are planted by one commit.
const PLANTED_AT_ONCE: u32 = 2_000;
/// How often something dies in the middle of a campaign.
const DEATHS: u32 = 4;
/// For how long a node stands still: longer than a claim holds.
const STANDSTILL: Duration = Duration::from_secs(130);
/// How often it is looked how far they have come.
const POLL: Duration = Duration::from_millis(200);
/// How long nothing is paid before a person looks.
const QUIET: Duration = Duration::from_secs(3);
/// How long nothing may be paid: what a dead node has claimed is out for two minutes.
const STANDSTILL_MAX: Duration = Duration::from_mins(5);
/// From so many slots on it is looked at how evenly they are shared.
const SHARED_FROM: u32 = 5_000;
/// How far a node's share may be from even, in hundredths of it.
const UNEVEN_MAX: u64 = 20;
const HOUR: i64 = 3_600;

/// A database, and who stands behind it.
enum Database {
    One(String),
    Pair(Box<Pair>),
}

impl Database {
    async fn one() -> Database {
        Database::One(cluster::database().await)
    }

    fn settings(&self) -> Settings {
        match self {
            Database::One(name) => cluster::settings(name),
            Database::Pair(pair) => pair.settings("kalends"),
        }
    }
}

/// A node: its process, what stands before its clock, and the term of its start.
struct Node {
    process: SandboxProcess,
    term: i64,
}

/// Four nodes, their database, and the account that they pay from.
struct World {
    folder: TempDir,
    upstream: SandboxProcess,
    database: Database,
    store: Arc<PostgresStore>,
    nodes: Vec<Option<Node>>,
    shims: Vec<Option<Shim>>,
    slots: u32,
    schedules: Vec<Schedule>,
    lane: LaneId,
}

impl World {
    /// Plants what is due at one instant, and starts the nodes before that. Their clocks
    /// differ from the database's by so many seconds.
    async fn open(database: Database, slots: u32, clocks: [i64; NODES]) -> World {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("upstream.db");
        let upstream = SandboxProcess::start(&data, &[], &folder.path().join("upstream.log"));
        let settings = database.settings();
        configure(folder.path(), &upstream.url, &settings);
        let shims = clocks.map(|off| (off != 0).then(|| shim(folder.path(), off)));
        let store = PostgresStore::open(&settings).await.unwrap();
        let mut world = World {
            folder,
            upstream,
            database,
            store,
            nodes: (0..NODES).map(|_| None).collect(),
            shims: shims.into(),
            slots,
            schedules: Vec::new(),
            lane: LaneId(0),
        };
        // The first start makes the account.
        world.start(0).await;
        world.kill(0);
        world.plant().await;
        for number in 0..NODES {
            world.start(number).await;
        }
        world
    }

    async fn start(&mut self, number: usize) {
        let (folder, shim) = (self.folder.path(), self.shims[number].as_ref());
        let (configuration, log) = (file(folder, "kalends.toml"), file(folder, "nodes.log"));
        let process = SandboxProcess::serve_behind(&configuration, &log, shim);
        self.nodes[number] = Some(Node { process, term: self.last_term().await });
    }

    /// The term of whoever started last.
    async fn last_term(&self) -> i64 {
        match &self.database {
            Database::One(name) => {
                let term = cluster::administer(name, "SELECT term FROM identity").await;
                term.unwrap().parse().unwrap()
            }
            Database::Pair(_) => 0,
        }
    }

    fn kill(&mut self, number: usize) -> i64 {
        let Node { process, term } = self.nodes[number].take().expect("it lives");
        process.kill();
        term
    }

    /// Lets the two minutes pass for which claims of a dead node hold.
    async fn let_lease_pass(&self, term: i64) {
        let Database::One(name) = &self.database else { return };
        let pass = format!("UPDATE claimed SET lease_until = 0 WHERE term = {term}");
        cluster::administer(name, &pass).await;
    }

    /// Schedules of one slot each, all of them at one instant that is to come.
    async fn plant(&mut self) {
        let account = self.store.accounts().await.unwrap().remove(0);
        self.lane = account.lane;
        let (customer, card) = self.customer(&account).await;
        let now = self.store.peers().unwrap().now().await.unwrap();
        let seconds = 15 + i64::from(self.slots / 500);
        let due =
            Timestamp::from_nanosecond(now.nanoseconds().into()).unwrap().as_second() + seconds;
        let plan = plan(customer, card, Timestamp::from_second(due).unwrap());
        let mut left = self.slots;
        while left > 0 {
            let count = left.min(PLANTED_AT_ONCE);
            let first = self.store.allocate_schedules(count).await.unwrap();
            let new = (first.0..first.0 + i64::from(count))
                .map(|id| {
                    let id = ScheduleId(id);
                    let creation = Creation::of(id, account.id, account.lane, plan.clone());
                    NewSchedule { created: create(creation, now).unwrap(), request: None }
                })
                .collect();
            self.schedules.extend(self.store.create_schedules(new).await.unwrap());
            left -= count;
        }
    }

    /// A customer of the upstream's, with a card.
    async fn customer(&self, account: &Account) -> (CustomerId, CardId) {
        let card = json!({ "name": "Somchai Prasert", "number": "4242424242424242",
                           "expiration_month": 12, "expiration_year": 2099 });
        let token = self.upstream.post("/tokens", &json!({ "card": card })).await;
        let customer = self.upstream.post("/customers", &json!({ "card": token["id"] })).await;
        let name = |kind, text: &Value| ForeignName {
            account: account.id,
            kind,
            text: text.as_str().unwrap().into(),
        };
        let names = vec![
            name(RecordKind::Customer, &customer["id"]),
            name(RecordKind::Card, &customer["cards"]["data"][0]["id"]),
        ];
        let keys = self.store.intern(names).await.unwrap();
        (CustomerId(keys[0]), CardId(keys[1]))
    }

    /// How many charges the upstream has made.
    async fn paid(&self) -> u32 {
        let total = self.upstream.get("/charges?limit=1").await["total"].as_u64().unwrap();
        u32::try_from(total).unwrap()
    }

    /// Waits until the upstream has made so many charges.
    async fn await_paid(&self, count: u32) {
        self.work_until(async |paid| paid >= count).await;
    }

    /// Waits until all is paid and recorded, and nothing waits.
    async fn finish(&self) {
        self.work_until(async |paid| {
            let queued = self.store.queue_depth(self.lane).await;
            let waiting = self.store.awaiting(self.lane, None, 1).await;
            let nothing_waits = waiting.is_ok_and(|waiting| waiting.is_empty());
            paid == self.slots && nothing_waits && queued.is_ok_and(|queued| queued == 0)
        })
        .await;
    }

    /// Lets the nodes work. Where they come no further, a person has what waits asked for: of
    /// a payment that a dead node had claimed nobody knows whether it was sent, and Omise
    /// promises nothing of a key that is used twice.
    async fn work_until(&self, is_done: impl AsyncFn(u32) -> bool) {
        let mut last = self.paid().await;
        let mut quiet = Duration::ZERO;
        while !is_done(last).await {
            tokio::time::sleep(POLL).await;
            let paid = self.paid().await;
            quiet = if paid == last { quiet + POLL } else { Duration::ZERO };
            assert!(
                quiet < STANDSTILL_MAX,
                "{paid} of {} are paid, and no more: {}",
                self.slots,
                self.left().await
            );
            last = paid;
            if quiet > QUIET {
                self.ask_for_what_waits().await;
            }
        }
    }

    /// What is not recorded as paid, and what waits for a person, where they come no further.
    async fn left(&self) -> String {
        let queued = self.store.queue_depth(self.lane).await;
        let waiting = self.store.awaiting(self.lane, None, 100).await;
        let process = &self.nodes.iter().flatten().next().expect("one lives").process;
        let unknowns = process.get("/kalends/v1/unknowns").await;
        let mut left = format!("queued {queued:?}, waiting {waiting:?}, unknowns {unknowns:#}");
        for schedule in &self.schedules {
            let page = PageQuery::first(PageQuery::LIMIT_MAX);
            let recorded = self.store.occurrences(schedule, Instant::MAX, page).await.unwrap();
            let is_paid = |it: &Occurrence| it.status == OccurrenceStatus::Successful;
            if !recorded.entries.iter().any(is_paid) {
                let _ = write!(left, "\n{}: {:?}", schedule.id.0, recorded.entries);
            }
        }
        left
    }

    async fn ask_for_what_waits(&self) {
        let Some(Node { process, .. }) = self.nodes.iter().flatten().next() else { return };
        let unknowns = process.get("/kalends/v1/unknowns").await;
        for unknown in unknowns["unknowns"].as_array().into_iter().flatten() {
            let path = format!("/kalends/v1/unknowns/{}/settle", unknown["id"].as_str().unwrap());
            let said = json!({ "verdict": "ask", "reason": "the upstream does not know it" });
            // One that was found meanwhile waits no more.
            let _ = process.try_post(&path, &said).await;
        }
    }

    /// How many a node has recorded since it was started.
    async fn share(&self, number: usize) -> u64 {
        let process = &self.nodes[number].as_ref().expect("it lives").process;
        let url = format!("{}/metrics", process.url);
        let told = process.client().get(url).send().await.unwrap().text().await.unwrap();
        let paid = told.lines().find_map(|line| {
            line.strip_prefix("kalends_occurrences_total{outcome=\"successful\"} ")
        });
        paid.unwrap().parse().unwrap()
    }

    /// What each of these has recorded. Where there is enough to share, no share is far from
    /// even.
    async fn even_shares(&self, numbers: impl IntoIterator<Item = usize>) -> Vec<u64> {
        let mut shares = Vec::new();
        for number in numbers {
            shares.push(self.share(number).await);
        }
        let even = shares.iter().sum::<u64>() / u64::try_from(shares.len()).unwrap().max(1);
        let bound = even * UNEVEN_MAX / 100;
        if self.slots >= SHARED_FROM {
            assert!(shares.iter().all(|share| share.abs_diff(even) <= bound), "{shares:?}");
        }
        shares
    }

    /// Each slot was paid once and recorded once, as what it was paid by; and the books are
    /// sound.
    async fn check(&self) {
        let slots = usize::try_from(self.slots).unwrap();
        let mut charges = BTreeSet::new();
        let mut paid = BTreeSet::new();
        for offset in (0..self.slots).step_by(100) {
            let page = self.upstream.get(&format!("/charges?limit=100&offset={offset}")).await;
            for charge in page["data"].as_array().unwrap() {
                assert_eq!(charge["status"], "successful", "{charge:#}");
                let (of, text) =
                    (&charge["metadata"], |it: &Value| it.as_str().unwrap().to_owned());
                let slot = (text(&of["kalends_schedule"]), text(&of["kalends_slot"]));
                assert!(paid.insert(slot), "paid twice: {charge:#}");
                charges.insert(text(&charge["id"]));
            }
        }
        assert_eq!((paid.len(), charges.len(), self.paid().await), (slots, slots, self.slots));
        let recorded: Vec<Vec<Occurrence>> = futures::stream::iter(&self.schedules)
            .map(|schedule| async move {
                let page = PageQuery::first(PageQuery::LIMIT_MAX);
                self.store.occurrences(schedule, Instant::MAX, page).await.unwrap().entries
            })
            .buffer_unordered(8)
            .collect()
            .await;
        let mut results = Vec::new();
        for occurrences in recorded {
            let [occurrence] = &occurrences[..] else { panic!("not once: {occurrences:?}") };
            let told = (occurrence.status, occurrence.attempt);
            assert_eq!(told, (OccurrenceStatus::Successful, 0), "{occurrence:?}");
            results.push(RecordKey::from(occurrence.result.unwrap()));
        }
        let mut names = BTreeSet::new();
        for some in results.chunks(1_000) {
            let some = self.store.names(some.to_vec()).await.unwrap();
            names.extend(some.into_iter().map(|name| String::from(name.unwrap())));
        }
        assert_eq!(names, charges);
        assert_eq!(store::BankStore::audit(&*self.store).await.unwrap(), [""; 0]);
    }
}

fn configure(folder: &Path, upstream: &str, settings: &Settings) {
    std::fs::write(folder.join("key"), format!("{SECRET_KEY}\n")).unwrap();
    std::fs::write(folder.join("password"), settings.password.as_deref().unwrap()).unwrap();
    let configuration = format!(
        "listen = \"127.0.0.1:0\"\n\n[store]\nurl = {database:?}\npassword_file = \"{password}\"\n\n\
         [[accounts]]\nname = \"shop\"\nmode = \"test\"\n\n[accounts.omise]\nurl = {upstream:?}\n\
         vault_url = {upstream:?}\nsecret_key_file = \"{key}\"\npublic_key = {PUBLIC_KEY:?}\n",
        database = settings.url,
        password = file(folder, "password").display(),
        key = file(folder, "key").display(),
    );
    std::fs::write(file(folder, "kalends.toml"), configuration).unwrap();
}

fn shim(folder: &Path, off_seconds: i64) -> Shim {
    let own = folder.join(format!("clock{off_seconds}"));
    std::fs::create_dir_all(&own).unwrap();
    let shim = Shim::new(&own);
    shim.shift_time_of_day(off_seconds);
    shim
}

fn file(folder: &Path, name: &str) -> PathBuf {
    folder.join(name)
}

fn plan(customer: CustomerId, card: CardId, due: Timestamp) -> Plan {
    let due = due.to_zoned(TimeZone::UTC).datetime();
    let once = Recurrence::new(Rule::days(1).unwrap(), due.date(), due.date()).unwrap();
    let policies = Policies {
        timing: Timing::new(Zone::utc(), due.time()),
        retry: RetryPolicy::NEVER,
        run_at_start: false,
        catch_up: CatchUp::ALL,
    };
    let charge = Instruction::Charge {
        customer,
        card: Some(card),
        money: Money::new(10_000, Currency::THB),
        description: Some("Membership".into()),
    };
    Plan::new(once, policies, charge)
}

#[tokio::test(flavor = "multi_thread")]
async fn four_nodes_share_what_is_due_and_pay_each_slot_once() {
    let slots = length("KALENDS_NODES_SLOTS", SLOTS);
    let world = World::open(Database::one().await, slots, [0; NODES]).await;
    world.finish().await;
    let shares = world.even_shares(0..NODES).await;
    println!("{slots} slots, by node: {shares:?}");
    assert_eq!(shares.iter().sum::<u64>(), u64::from(slots));
    world.check().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn four_nodes_pay_each_slot_once_whichever_are_killed_and_whatever_their_clocks_say() {
    let slots = length("KALENDS_NODES_SLOTS", SLOTS);
    let is_long = wanted_length("KALENDS_NODES_SLOTS").is_some();
    let mut chance = Chance::new();
    println!("seed {}", chance.seed);
    let clocks = [0, HOUR, -HOUR, 0];
    let mut world = World::open(Database::one().await, slots, clocks).await;
    // Of the four one with a clock that is right and one with a clock that is not live through.
    let (mut lost, living) = (Vec::new(), [2, 3]);
    for death in 1..=DEATHS {
        world.await_paid(slots * death / (DEATHS + 2)).await;
        let number = usize::try_from(chance.below(2)).unwrap();
        tokio::time::sleep(chance.moment()).await;
        if is_long && death.is_multiple_of(2) {
            let process = &world.nodes[number].as_ref().expect("it lives").process;
            process.signal("STOP");
            tokio::time::sleep(STANDSTILL).await;
            process.signal("CONT");
            continue;
        }
        lost.push(world.share(number).await);
        let term = world.kill(number);
        if !is_long {
            world.let_lease_pass(term).await;
        }
        world.start(number).await;
    }
    world.finish().await;
    let shares = world.even_shares(living).await;
    println!(
        "{slots} slots, {DEATHS} deaths and standstills; by node that lived through: {shares:?}, \
         of those that died, until then: {lost:?}"
    );
    world.check().await;
}

/// What is in flight while the primary dies is out for two minutes: the nodes that have claimed
/// it live on, so that their claims cannot be made to pass.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes; scripts/nodes-campaign runs it"]
async fn four_nodes_pay_each_slot_once_though_the_primary_dies() {
    let slots = length("KALENDS_NODES_SLOTS", SLOTS);
    let pair = Pair::start(Pace { fsync: true, ..Pace::SHORT }).await;
    pair.administer("CREATE DATABASE kalends").await;
    let database = Database::Pair(Box::new(pair));
    let mut world = World::open(database, slots, [0; NODES]).await;
    for death in 1..=2 {
        world.await_paid(slots * death / 4).await;
        let Database::Pair(pair) = &mut world.database else { unreachable!("it is a pair") };
        let primary = pair.await_standby().await;
        pair.kill(primary, Victim::Machine);
        pair.await_promotion(1 - primary).await;
        pair.revive(primary);
        pair.await_standby().await;
    }
    world.finish().await;
    let shares = world.even_shares(0..NODES).await;
    println!("{slots} slots, two primaries, by node: {shares:?}");
    world.check().await;
}
