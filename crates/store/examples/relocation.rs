//! Measures how long it takes to move data from a file to PostgreSQL and back.
//!
//! ```text
//! cargo run --release -p store --example relocation -- \
//!     postgres://user:password@host/database [schedules] [months]
//! ```
//!
//! The database must be empty. Each schedule has been charged once a month, for so many months,
//! and each charge has its record, its journal entry and its payment key.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant as Stopwatch;

use bank::{EntryKind, JournalEntry, LedgerRole, Leg};
use engine::creation::{Creation, create};
use engine::{
    Account, AccountId, ChargeId, Currency, CustomerId, IdempotencyKey, Instant, Instruction,
    LaneId, Mode, Money, Outcome, PaymentId, Plan, Policies, RetryPolicy, Run, ScheduleId, Term,
    Timing, Zone,
};
use jiff::civil::{Time, date};
use recurrence::{DaysOfMonth, Recurrence, Rule};
use store::postgres::Settings;
use store::relocation::{Lost, Place, Step, What, relocate};
use store::sqlite::SqliteStore;
use store::{
    BankStore, Changes, Claim, NewSchedule, Posting, Record, RecordKey, RecordKind, RecordWrite,
    Store,
};

const LANE: LaneId = LaneId(1);
const BATCH: u32 = 2_000;

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next().ok_or("the first argument is the database's URL")?;
    let mut number =
        |default| arguments.next().and_then(|text| text.parse().ok()).unwrap_or(default);
    let (schedules, months) = (number(100_000), number(3));
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(measure(&url, schedules, months))
}

async fn measure(url: &str, schedules: u32, months: u32) -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let (file, back) = (folder.path().join("kalends.db"), folder.path().join("back.db"));
    let begun = now();
    fill(&file, schedules, months).await?;
    println!(
        "{schedules} schedules with {months} months made in {:.1} s, {} MB",
        begun.elapsed().as_secs_f64(),
        std::fs::metadata(&file)?.len() / 1_000_000
    );
    let database = Place::Database(Box::new(Settings::new(url)));
    let places = [Place::File(file), database, Place::File(back)];
    for pair in places.windows(2) {
        if let [from, to] = pair {
            time(from, to).await?;
        }
    }
    Ok(())
}

async fn time(from: &Place, to: &Place) -> Result<(), Failure> {
    let begun = now();
    let mut at = [0.0; 3]; // once copied, compared, examined
    let mut tell = |step| {
        let passed = begun.elapsed().as_secs_f64();
        match step {
            Step::Copied { .. } => at[0] = passed,
            Step::Compared { .. } => at[1] = passed,
            Step::Left => at[2] = passed,
            Step::Examining | Step::Arrived => {}
        }
    };
    let moved = relocate(from, to, &What::Everything, Lost::Refuse, midday(12), &mut tell).await?;
    let seconds = begun.elapsed().as_secs_f64();
    let rows: u64 = moved.tables.iter().map(|(_, rows)| rows).sum();
    println!("{from} to {to}: {rows} rows in {seconds:.1} s");
    println!(
        "  copied after {:.1} s, compared after {:.1} s, examined after {:.1} s",
        at[0], at[1], at[2]
    );
    Ok(())
}

async fn fill(file: &Path, schedules: u32, months: u32) -> Result<(), Failure> {
    let store = SqliteStore::open(file)?;
    store.create_account(account(), Vec::new()).await?;
    let mut made = 0;
    while made < schedules {
        let count = BATCH.min(schedules - made);
        let first = store.allocate_schedules(count).await?;
        let mut new = Vec::new();
        for number in 0..count {
            let id = ScheduleId(first.0 + i64::from(number));
            let creation = Creation::of(id, AccountId(1), LANE, plan(id)?);
            new.push(NewSchedule { created: create(creation, Instant::EPOCH)?, request: None });
        }
        store.create_schedules(new).await?;
        made += count;
    }
    let term = store.begin_term().await?;
    for month in 1..=months {
        while run(&store, term, midday(month)).await? {}
    }
    store.stop().await;
    Ok(())
}

/// Charges what is due; whether anything was.
async fn run(store: &Arc<SqliteStore>, term: Term, now: Instant) -> Result<bool, Failure> {
    let lease_until = now.plus_seconds(600);
    let claim = Claim { lane: LANE, now, limit: BATCH, term, lease_until, wall_now: now };
    let runs = store.claim(claim).await?;
    let first = store.allocate(RecordKind::Charge, u32::try_from(runs.len())?)?;
    let charges: Vec<i64> = (first..).take(runs.len()).collect();
    let changes = runs.iter().zip(&charges).map(|(run, key)| charge(store, run, *key, now));
    for written in store.commit(changes.collect()).await? {
        written.map_err(|error| format!("{error:?}"))?;
    }
    let settlements = runs.iter().zip(&charges).map(|(run, key)| {
        let outcome = Outcome::Succeeded(PaymentId::Charge(ChargeId(*key)));
        engine::settlement::settle(run, outcome, now)
    });
    store.settle(term, settlements.collect()).await?;
    Ok(!runs.is_empty())
}

fn charge(store: &SqliteStore, run: &Run, key: i64, at: Instant) -> Changes {
    let record = Record {
        key: RecordKey { kind: RecordKind::Charge, key },
        account: run.account,
        parent: None,
        created_at: at,
        version: 0,
        hidden: false,
        body: vec![7; 200],
    };
    let entry = JournalEntry {
        key,
        account: run.account,
        at,
        kind: EntryKind::ChargeCaptured,
        origin: (RecordKind::Charge, key),
        currency: Currency::THB,
        legs: vec![
            Leg { role: LedgerRole::Payers, amount: -100_000 },
            Leg { role: LedgerRole::Available, amount: 100_000 },
        ],
    };
    let payment =
        IdempotencyKey::of(store.installation(), run.key.schedule, run.key.slot, run.attempt);
    Changes {
        payment: Some((payment, PaymentId::Charge(ChargeId(key)))),
        records: vec![RecordWrite { record, name: None }],
        postings: vec![Posting { entry, floor: None }],
        ..Changes::default()
    }
}

fn account() -> Account {
    Account {
        id: AccountId(0),
        lane: LANE,
        mode: Mode::Test,
        country: "TH".to_owned(),
        currency: Currency::THB,
        zone: Zone::utc(),
        three_d_secure: false,
        created_at: Instant::EPOCH,
        attributes: serde_json::Map::new(),
    }
}

fn plan(id: ScheduleId) -> Result<Plan, Failure> {
    let day = u8::try_from(id.0 % 28)? + 1;
    let rule = Rule::months_on_days(1, DaysOfMonth::new(&[day])?)?;
    Ok(Plan {
        cadence: Recurrence::new(rule, date(2026, 1, 1), date(2030, 1, 1))?.into(),
        except: Box::default(),
        policies: Policies {
            timing: Timing::new(Zone::named("Asia/Bangkok")?, Time::constant(8, 0, 0, 0)),
            retry: RetryPolicy::TWO_DAYS_THEN_SUSPEND,
            run_at_start: false,
            catch_up: engine::CatchUp::ALL,
        },
        instruction: Instruction::Charge {
            customer: CustomerId(id.0),
            card: None,
            money: Money::new(100_000, Currency::THB),
            description: Some("Membership fee".into()),
        },
    })
}

/// Late on the 30th day after a month of 2026 began, or so.
fn midday(month: u32) -> Instant {
    Instant::from_nanoseconds(1_767_243_600_000_000_000)
        .plus_seconds(i64::from(month) * 30 * 86_400)
}

/// A benchmark measures time; nothing that it measures reads any.
#[expect(clippy::disallowed_methods)]
fn now() -> Stopwatch {
    Stopwatch::now()
}
