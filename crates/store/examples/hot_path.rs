//! Measures what one durable execution costs on SQLite: claim, the bank's commit,
//! settlement, with many schedules pending.
//!
//! ```text
//! cargo run --release -p store --example hot_path -- [schedules] [due] [batch] [accounts] [folder]
//! ```
//!
//! First batch after batch, each step timed by itself; then three batches in flight
//! at once, as the runner has them.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant as Stopwatch};

use bank::{
    BankEvent, Charge, ChargeStatus, EntryKind, Fees, JournalEntry, LedgerRole, Leg, Metadata,
};
use engine::creation::{Creation, create};
use engine::{
    AccountId, CardId, ChargeId, Currency, CustomerId, InstallationId, Instant, Instruction,
    LaneId, Money, Outcome, PaymentId, Plan, Policies, RetryPolicy, Run, ScheduleId, Term, Timing,
    Zone,
};
use jiff::civil::{Time, date};
use recurrence::{DaysOfMonth, Recurrence, Rule};
use store::sqlite::SqliteStore;
use store::{
    BankStore, Changes, Claim, EventKind, NewEvent, NewSchedule, Posting, Record, RecordKey,
    RecordKind, RecordWrite, Store,
};

const LANE: LaneId = LaneId(1);

struct Setting {
    schedules: u32,
    due: u32,
    batch: u32,
    accounts: u32,
    folder: Option<PathBuf>,
}

impl Setting {
    fn read() -> Setting {
        let mut arguments = std::env::args().skip(1);
        let mut number =
            |default| arguments.next().and_then(|text| text.parse().ok()).unwrap_or(default);
        Setting {
            schedules: number(1_000_000),
            due: number(200_000),
            batch: number(4_096),
            accounts: number(1),
            folder: arguments.next().map(PathBuf::from),
        }
    }

    fn account(&self, number: u32) -> AccountId {
        AccountId(i64::from(number % self.accounts) + 1)
    }
}

fn main() -> Result<(), Failure> {
    let setting = Setting::read();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build()?;
    runtime.block_on(measure(setting))
}

async fn measure(setting: Setting) -> Result<(), Failure> {
    let folder = match &setting.folder {
        Some(folder) => tempfile::tempdir_in(folder)?,
        None => tempfile::tempdir()?,
    };
    let path = folder.path().join("kalends.db");
    let store = SqliteStore::open(&path)?;
    let started = now();
    fill(&store, &setting).await?;
    println!(
        "{} schedules made in {:.1} s, {} MB",
        setting.schedules,
        started.elapsed().as_secs_f64(),
        std::fs::metadata(&path)?.len() / 1_000_000
    );
    let term = store.begin_term().await?;
    let bench = Arc::new(Bench { store, term, batch: setting.batch, half: midday() });
    bench.step_by_step(setting.due / 2).await?;
    bench.in_flight(3).await?;
    println!("peak memory {} MB, database {} MB", peak_memory_megabytes(), {
        std::fs::metadata(&path)?.len() / 1_000_000
    });
    let findings = bench.store.audit().await?;
    println!(
        "audit: {}",
        if findings.is_empty() { "agrees".to_owned() } else { findings.join("; ") }
    );
    Ok(())
}

/// The given number due on the first day, the others spread over the month after.
async fn fill(store: &SqliteStore, setting: &Setting) -> Result<(), Failure> {
    let mut made = 0;
    while made < setting.schedules {
        let count = 5_000.min(setting.schedules - made);
        let first = store.allocate_schedules(count).await?;
        let mut new = Vec::new();
        for number in made..made + count {
            let later = number >= setting.due;
            let day = if later { 2 + number % 27 } else { 1 };
            let creation = Creation::of(
                ScheduleId(first.0 + i64::from(number - made)),
                setting.account(number),
                LANE,
                plan(u8::try_from(day)?, number)?,
            );
            let created = create(creation, Instant::EPOCH)?;
            new.push(NewSchedule { created, request: None });
        }
        store.create_schedules(new).await?;
        made += count;
    }
    Ok(())
}

fn plan(day: u8, number: u32) -> Result<Plan, Failure> {
    let rule = Rule::months_on_days(1, DaysOfMonth::new(&[day])?)?;
    let minute = if day == 1 { 30 } else { i8::try_from(number % 60)? };
    Ok(Plan {
        cadence: Recurrence::new(rule, date(2026, 1, 1), date(2030, 1, 1))?.into(),
        except: Box::default(),
        policies: Policies {
            timing: Timing::new(
                Zone::named("Asia/Bangkok")?,
                Time::constant(8, 0, 0, 0).with().minute(minute).build()?,
            ),
            retry: RetryPolicy::TWO_DAYS_THEN_SUSPEND,
            run_at_start: false,
            catch_up: engine::CatchUp::ALL,
        },
        instruction: Instruction::Charge {
            customer: CustomerId(i64::from(number) + 1),
            card: Some(CardId(i64::from(number) + 1)),
            money: Money::new(100_000, Currency::THB),
            description: Some("Membership fee".into()),
        },
    })
}

fn midday() -> Instant {
    // 12:00 in Bangkok on 2026-01-01.
    Instant::from_nanoseconds(1_767_243_600_000_000_000)
}

struct Bench {
    store: Arc<SqliteStore>,
    term: Term,
    batch: u32,
    half: Instant,
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

impl Bench {
    async fn claim(&self) -> Result<Vec<Run>, Failure> {
        let claim = Claim {
            lane: LANE,
            now: self.half,
            limit: self.batch,
            term: self.term,
            lease_until: Instant::MAX,
            wall_now: self.half,
        };
        Ok(self.store.claim(claim).await?)
    }

    async fn commit(&self, changes: Vec<Changes>) -> Result<(), Failure> {
        for result in self.store.commit(changes).await? {
            result.map_err(|error| format!("{error:?}"))?;
        }
        Ok(())
    }

    async fn settle(&self, runs: &[Run], first_charge: i64) -> Result<(), Failure> {
        let settlements = runs
            .iter()
            .zip(first_charge..)
            .map(|(run, key)| {
                let outcome = Outcome::Succeeded(PaymentId::Charge(ChargeId(key)));
                engine::settlement::settle(run, outcome, self.half)
            })
            .collect();
        let settled = self.store.settle(self.term, settlements).await?;
        if settled.iter().all(|settled| settled.is_written()) {
            Ok(())
        } else {
            Err("a settlement was stale".into())
        }
    }

    fn decide(&self, runs: &[Run]) -> Result<(i64, Vec<Changes>), Failure> {
        let count = u32::try_from(runs.len())?;
        let charges = self.store.allocate(RecordKind::Charge, count)?;
        let entries = self.store.allocate(RecordKind::JournalEntry, count)?;
        let changes = runs
            .iter()
            .zip(charges..)
            .zip(entries..)
            .map(|((run, charge), entry)| {
                decide(run, charge, entry, self.store.installation(), self.half)
            })
            .collect::<Result<_, _>>()?;
        Ok((charges, changes))
    }

    async fn step_by_step(&self, executions: u32) -> Result<(), Failure> {
        let before = processor_time();
        let mut steps = [Duration::ZERO; 4];
        let mut done = 0;
        while done < executions {
            let mut mark = now();
            let mut lap = |step: &mut Duration| {
                *step += mark.elapsed();
                mark = now();
            };
            let runs = self.claim().await?;
            if runs.is_empty() {
                break;
            }
            let [claim, decide, commit, settle] = &mut steps;
            lap(claim);
            let (first, changes) = self.decide(&runs)?;
            lap(decide);
            self.commit(changes).await?;
            lap(commit);
            self.settle(&runs, first).await?;
            lap(settle);
            done += u32::try_from(runs.len())?;
        }
        println!("step by step, {done} executions in batches of {}:", self.batch);
        for (name, step) in ["claim", "decide", "commit", "settle"].iter().zip(steps) {
            println!("  {name:7} {:6.2} µs each", step.as_secs_f64() * 1e6 / f64::from(done));
        }
        print_processor_time("step by step", done, before);
        let total: Duration = steps.iter().sum();
        println!("  {:.0} a second", f64::from(done) / total.as_secs_f64());
        Ok(())
    }

    async fn in_flight(self: &Arc<Self>, batches: usize) -> Result<(), Failure> {
        let before = processor_time();
        let started = now();
        let workers: Vec<_> = (0..batches)
            .map(|_| {
                let bench = self.clone();
                tokio::spawn(async move {
                    let mut done = 0_u32;
                    loop {
                        let runs = bench.claim().await?;
                        if runs.is_empty() {
                            return Ok::<u32, Failure>(done);
                        }
                        let (first, changes) = bench.decide(&runs)?;
                        bench.commit(changes).await?;
                        bench.settle(&runs, first).await?;
                        done += u32::try_from(runs.len())?;
                    }
                })
            })
            .collect();
        let mut done = 0;
        for worker in workers {
            done += worker.await??;
        }
        let elapsed = started.elapsed().as_secs_f64();
        print_processor_time("in flight", done, before);
        println!(
            "{batches} batches in flight, {done} executions: {:.0} a second",
            f64::from(done) / elapsed
        );
        Ok(())
    }
}

fn decide(
    run: &Run,
    charge: i64,
    entry: i64,
    installation: InstallationId,
    at: Instant,
) -> Result<Changes, Failure> {
    let request = run.request(installation, at).ok_or("a quote is wanted")?;
    let Instruction::Charge { customer, card, money, description } = &run.plan.instruction else {
        return Err("only charges are measured".into());
    };
    let record = Charge {
        id: ChargeId(charge),
        account: run.account,
        created_at: at,
        version: 0,
        money: *money,
        captured: Some(money.amount_minor),
        customer: Some(*customer),
        card: *card,
        schedule: Some(run.key.schedule),
        description: description.clone(),
        metadata: Metadata::default(),
        status: ChargeStatus::Successful,
        failure: None,
        fees: Fees { fee: 3_650, tax: 256 },
        capture: true,
        journal_entry: Some(entry),
        refunded: 0,
        authorized_at: Some(at),
        paid_at: Some(at),
        expires_at: None,
        expired_at: None,
        reversed_at: None,
        attributes: Metadata::default(),
    };
    let key = RecordKey { kind: RecordKind::Charge, key: charge };
    Ok(Changes {
        payment: Some((request.key, PaymentId::Charge(ChargeId(charge)))),
        records: vec![RecordWrite {
            record: Record {
                key,
                account: run.account,
                parent: Some(customer.0),
                created_at: at,
                version: 0,
                hidden: false,
                body: serde_json::to_vec(&record)?,
            },
            name: None,
        }],
        postings: vec![Posting {
            entry: JournalEntry {
                key: entry,
                account: run.account,
                at,
                kind: EntryKind::ChargeCaptured,
                origin: (RecordKind::Charge, charge),
                currency: money.currency,
                legs: vec![
                    Leg { role: LedgerRole::Payers, amount: -100_000 },
                    Leg { role: LedgerRole::Available, amount: 96_094 },
                    Leg { role: LedgerRole::Fees, amount: 3_650 },
                    Leg { role: LedgerRole::Tax, amount: 256 },
                ],
            },
            floor: None,
        }],
        agenda_added: Vec::new(),
        agenda_done: Vec::new(),
        events: vec![NewEvent {
            account: run.account,
            at,
            kind: EventKind::Bank(BankEvent::ChargeCreated),
            subject: charge,
            snapshot: None,
        }],
    })
}

/// A benchmark measures time; nothing that it measures reads any.
#[expect(clippy::disallowed_methods)]
fn now() -> Stopwatch {
    Stopwatch::now()
}

fn peak_memory_megabytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|rest| rest.trim().split(' ').next()?.parse::<u64>().ok())
        .map_or(0, |kibibytes| kibibytes / 1_000)
}

/// Nanoseconds on a processor so far, of the writing thread and of all.
///
/// Other programs on the machine slow the clock on the wall, and this much less.
fn processor_time() -> (u64, u64) {
    let mut times = (0, 0);
    for task in std::fs::read_dir("/proc/self/task").into_iter().flatten().flatten() {
        let read = |name| std::fs::read_to_string(task.path().join(name)).unwrap_or_default();
        let own = read("schedstat").split(' ').next().and_then(|text| text.parse().ok());
        let own: u64 = own.unwrap_or(0);
        times.1 += own;
        if read("comm").trim() == "store-writer" {
            times.0 = own;
        }
    }
    times
}

fn print_processor_time(what: &str, done: u32, before: (u64, u64)) {
    let after = processor_time();
    let each = |after: u64, before: u64| {
        Duration::from_nanos(after - before).as_secs_f64() * 1e6 / f64::from(done)
    };
    println!(
        "  {what}: processor time {:.2} µs each on the writing thread, {:.2} µs on all",
        each(after.0, before.0),
        each(after.1, before.1)
    );
}
