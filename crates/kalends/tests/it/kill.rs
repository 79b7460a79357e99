//! A sandbox that is killed at any moment of an advance pays each slot once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use bank::{Charge, ChargeStatus, RecordKind, Transfer};
use engine::{Instant, Occurrence, OccurrenceStatus, PaymentId, Schedule, Slot, Status};
use serde::de::DeserializeOwned;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use store::sqlite::SqliteStore;
use store::{BankStore as _, PageQuery, RecordQuery, ScheduleQuery, Store as _};

use crate::sandbox_process::{SECRET_KEY, SandboxProcess};

/// Kills in one test run; `KALENDS_KILLS` asks for more.
const KILLS: u32 = 100;
const START: &str = "2026-01-01T00:00:00Z";
/// Each advance goes so many days; the next one begins where it ended.
const DAYS_PER_ADVANCE: i64 = 120;

const SEED: &str = r#"
[[account]]
balance = 100000000

[[account.customer]]
id = "cust_test_pays"
[[account.customer.card]]
id = "card_test_pays"
number = "4242424242424242"
name = "Pays"
expiration_month = 12
expiration_year = 2099

[[account.customer]]
id = "cust_test_fails"
[[account.customer.card]]
id = "card_test_fails"
number = "4111111111140011"
name = "Fails"
expiration_month = 12
expiration_year = 2099

[[account.recipient]]
id = "recp_test_landlord"
name = "Landlord"
bank_account = { brand = "scb", number = "1234567890", name = "LANDLORD" }

[[account.recipient]]
id = "recp_test_stranger"
name = "Stranger"
bank_account = { brand = "scb", number = "1234567891", name = "STRANGER" }
verified = false
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_sandbox_killed_at_any_moment_pays_each_slot_once() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("kalends.db");
    let log = folder.path().join("log");
    let seed = folder.path().join("seed.toml");
    std::fs::write(&seed, SEED).unwrap();

    let arguments = ["--clock", START, "--seed", seed.to_str().unwrap()];
    let sandbox = SandboxProcess::start(&data, &arguments, &log);
    create_schedules(&sandbox).await;
    sandbox.kill();

    let mut moments = Moments::new();
    for _ in 0..kills() {
        let sandbox = SandboxProcess::start(&data, &[], &log);
        let (now, advancing) = sandbox.clock().await;
        if !advancing {
            sandbox.begin_advance(&later(&now));
        }
        tokio::time::sleep(moments.next()).await;
        sandbox.kill();
    }

    let sandbox = SandboxProcess::start(&data, &[], &log);
    let position = loop {
        match sandbox.clock().await {
            (now, false) => break now,
            (_, true) => tokio::task::yield_now().await,
        }
    };
    sandbox.kill();
    println!("seed {}, {} kills, the clock reached {position}", moments.seed, kills());
    Books::read(&data).await.check(instant(&position));
}

async fn create_schedules(sandbox: &SandboxProcess) {
    let daily = json!({ "every": 1, "period": "day" });
    let weekly =
        json!({ "every": 1, "period": "week", "on": { "weekdays": ["monday", "friday"] } });
    let monthly = json!({ "every": 1, "period": "month", "on": { "days_of_month": [1, 15, 31] } });
    let pays = json!({ "charge": { "customer": "cust_test_pays", "amount": 100_000 } });
    let fails = json!({ "charge": { "customer": "cust_test_fails", "amount": 100_000 } });
    let fixed = json!({ "transfer": { "recipient": "recp_test_landlord", "amount": 100_000_000 } });
    let share =
        json!({ "transfer": { "recipient": "recp_test_landlord", "percentage_of_balance": 12.5 } });
    let refused = json!({ "transfer": { "recipient": "recp_test_stranger", "amount": 10_000 } });
    let plans = [
        (20, &daily, &pays),
        (5, &weekly, &pays),
        (5, &monthly, &pays),
        (2, &daily, &fails),
        (2, &monthly, &fails),
        (2, &monthly, &fixed),
        (2, &weekly, &share),
        (1, &daily, &share),
        (1, &daily, &refused),
    ];
    for (count, rule, instruction) in plans {
        for _ in 0..count {
            let mut body = json!({ "start_date": "2026-01-02", "end_date": "2100-01-01" });
            let fields = body.as_object_mut().unwrap();
            fields.extend(rule.as_object().unwrap().clone());
            fields.extend(instruction.as_object().unwrap().clone());
            sandbox.post("/schedules", &body).await;
        }
    }
}

/// Random moments, from a seed that is printed.
struct Moments {
    seed: u64,
    state: u64,
}

impl Moments {
    fn new() -> Moments {
        let seed = u64::from(std::process::id()).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        Moments { seed, state: seed | 1 }
    }

    /// Up to 120 ms, short ones more often than long ones.
    fn next(&mut self) -> Duration {
        // xorshift64: enough to spread moments.
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        let (first, second) = (self.state % 120, (self.state >> 32) % 120);
        Duration::from_micros(first.min(second) * 1_000 + self.state % 1_000)
    }
}

#[expect(clippy::disallowed_methods, reason = "a longer campaign is asked for by environment")]
fn kills() -> u32 {
    std::env::var("KALENDS_KILLS")
        .map_or(KILLS, |kills| kills.parse().expect("KALENDS_KILLS is a number"))
}

fn instant(text: &str) -> Instant {
    Instant::from_timestamp(text.parse().unwrap()).unwrap()
}

fn later(now: &str) -> String {
    instant(now).plus_seconds(DAYS_PER_ADVANCE * 86_400).to_string()
}

/// Everything that was written.
struct Books {
    schedules: Vec<Schedule>,
    occurrences: Vec<Vec<Occurrence>>,
    charges: BTreeMap<i64, Charge>,
    transfers: BTreeMap<i64, Transfer>,
    faults: Vec<String>,
}

impl Books {
    async fn read(data: &Path) -> Books {
        let store = SqliteStore::open(data).unwrap();
        let sha256 = Sha256::digest(SECRET_KEY.as_bytes()).into();
        let account = store.credential(sha256).await.unwrap().unwrap().account;
        let query = ScheduleQuery {
            account,
            kind: None,
            party: None,
            status: None,
            page: PageQuery::first(100),
        };
        let schedules = store.schedules(query).await.unwrap().entries;
        let mut occurrences = Vec::new();
        for schedule in &schedules {
            occurrences.push(all_occurrences(&store, schedule).await);
        }
        let charges = records::<Charge>(&store, account, RecordKind::Charge).await;
        let transfers = records::<Transfer>(&store, account, RecordKind::Transfer).await;
        let faults = store.audit().await.unwrap();
        store.stop().await;
        Books {
            schedules,
            occurrences,
            charges: charges.into_iter().map(|charge| (charge.id.0, charge)).collect(),
            transfers: transfers.into_iter().map(|transfer| (transfer.id.0, transfer)).collect(),
            faults,
        }
    }

    fn check(&self, position: Instant) {
        assert_eq!(self.faults, [""; 0], "the books do not balance");
        let mut paid = BTreeSet::new();
        for (schedule, occurrences) in self.schedules.iter().zip(&self.occurrences) {
            check_slots(schedule, occurrences, position);
            for occurrence in occurrences {
                self.check_payment(schedule, occurrence, &mut paid);
            }
        }
        let charged = paid.iter().filter(|(kind, _)| *kind == "charge").count();
        let transferred = paid.len() - charged;
        assert_eq!(charged, self.charges.len(), "every charge belongs to one occurrence");
        assert_eq!(transferred, self.transfers.len(), "every transfer belongs to one occurrence");
        assert!(charged > 0 && transferred > 0, "the advance went nowhere");
        println!("{charged} charges and {transferred} transfers, each of one occurrence");
    }

    fn check_payment(
        &self,
        schedule: &Schedule,
        occurrence: &Occurrence,
        paid: &mut BTreeSet<(&'static str, i64)>,
    ) {
        let successful = occurrence.status == OccurrenceStatus::Successful;
        match occurrence.result {
            Some(PaymentId::Charge(id)) => {
                let charge = &self.charges[&id.0];
                assert_eq!(charge.schedule, Some(schedule.id));
                assert_eq!(charge.status == ChargeStatus::Successful, successful, "{occurrence:?}");
                assert!(
                    paid.insert(("charge", id.0)),
                    "one charge for two occurrences: {occurrence:?}"
                );
            }
            Some(PaymentId::Transfer(id)) => {
                assert_eq!(self.transfers[&id.0].schedule, Some(schedule.id));
                assert!(successful, "{occurrence:?}");
                assert!(
                    paid.insert(("transfer", id.0)),
                    "one transfer for two occurrences: {occurrence:?}"
                );
            }
            Some(PaymentId::Remittance(_)) => unreachable!("nothing here makes a remittance"),
            None => assert!(!successful, "{occurrence:?}"),
        }
    }
}

/// Each slot that was reached is recorded, attempt by attempt, and ends once.
fn check_slots(schedule: &Schedule, occurrences: &[Occurrence], position: Instant) {
    let mut slots: BTreeMap<Slot, Vec<&Occurrence>> = BTreeMap::new();
    for occurrence in occurrences {
        slots.entry(occurrence.slot).or_default().push(occurrence);
    }
    let last = schedule.ended_at.map_or(position, |ended_at| ended_at);
    let reached: Vec<Slot> = schedule
        .plan
        .cadence
        .iter()
        .take_while(|slot| schedule.plan.due(*slot).unwrap() <= last)
        .collect();
    let recorded: Vec<Slot> = slots.keys().copied().collect();
    if schedule.status == Status::Suspended {
        assert!(!recorded.is_empty());
    }
    let missing: Vec<_> = reached.iter().filter(|slot| !slots.contains_key(slot)).collect();
    // Slots that a pending retry stands before are recorded when it has run.
    let open = slots.iter().next_back().filter(|(_, attempts)| is_open(schedule, attempts));
    assert!(
        missing.iter().all(|slot| open.is_some_and(|(open, _)| *slot > open)),
        "{:?}: never recorded: {missing:?}",
        schedule.id
    );
    for (slot, attempts) in &slots {
        let numbers: Vec<_> = attempts.iter().map(|occurrence| occurrence.attempt).collect();
        let expected: Vec<_> = (0..=u8::try_from(attempts.len() - 1).unwrap()).collect();
        assert_eq!(numbers, expected, "{:?} {slot:?}", schedule.id);
        let (_, before) = attempts.split_last().unwrap();
        assert!(
            before.iter().all(|occurrence| occurrence.status == OccurrenceStatus::Failed),
            "{:?} {slot:?}: attempted again after it had ended: {attempts:?}",
            schedule.id
        );
    }
}

fn is_open(schedule: &Schedule, attempts: &[&Occurrence]) -> bool {
    let retries_max = usize::from(schedule.plan.policies.retry.retries_max);
    attempts.last().is_some_and(|last| last.status == OccurrenceStatus::Failed)
        && attempts.len() <= retries_max
}

async fn all_occurrences(store: &SqliteStore, schedule: &Schedule) -> Vec<Occurrence> {
    let mut all = Vec::new();
    loop {
        let offset = u32::try_from(all.len()).unwrap();
        let page = PageQuery { offset, ..PageQuery::first(PageQuery::LIMIT_MAX) };
        let entries = store.occurrences(schedule, Instant::MAX, page).await.unwrap().entries;
        if entries.is_empty() {
            return all;
        }
        all.extend(entries);
    }
}

async fn records<T: DeserializeOwned>(
    store: &SqliteStore,
    account: engine::AccountId,
    kind: RecordKind,
) -> Vec<T> {
    let mut all = Vec::new();
    loop {
        let offset = u32::try_from(all.len()).unwrap();
        let page = PageQuery { offset, ..PageQuery::first(PageQuery::LIMIT_MAX) };
        let entries =
            store.list(RecordQuery { kind, account, parent: None, page }).await.unwrap().entries;
        if entries.is_empty() {
            return all;
        }
        all.extend(entries.iter().map(|record| serde_json::from_slice::<T>(&record.body).unwrap()));
    }
}
