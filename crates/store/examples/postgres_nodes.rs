//! Measures what several nodes settle in a second on one PostgreSQL: claim and settlement,
//! with many schedules pending.
//!
//! ```text
//! cargo run --release -p store --example postgres_nodes -- \
//!     postgres://user:password@host/database [schedules] [due] [batch] [nodes] [at once]
//! ```
//!
//! The database must be empty. Each node has a store of its own, and works on as many
//! batches at once as the last argument says.

use std::sync::Arc;
use std::time::Instant as Stopwatch;

use engine::creation::{Creation, create};
use engine::{
    AccountId, CardId, ChargeId, Currency, CustomerId, Instant, Instruction, LaneId, Money,
    Outcome, PaymentId, Plan, Policies, RetryPolicy, ScheduleId, Term, Timing, Zone,
};
use jiff::civil::{Time, date};
use recurrence::{DaysOfMonth, Recurrence, Rule};
use store::postgres::{PostgresStore, Settings};
use store::{BankStore, Claim, NewSchedule, Store};

const LANE: LaneId = LaneId(1);

type Failure = Box<dyn std::error::Error + Send + Sync>;

struct Setting {
    url: String,
    schedules: u32,
    due: u32,
    batch: u32,
    nodes: u32,
    at_once: u32,
}

impl Setting {
    fn read() -> Result<Setting, Failure> {
        let mut arguments = std::env::args().skip(1);
        let url = arguments.next().ok_or("the first argument is the database's URL")?;
        let mut number =
            |default| arguments.next().and_then(|text| text.parse().ok()).unwrap_or(default);
        Ok(Setting {
            url,
            schedules: number(10_000),
            due: number(10_000),
            batch: number(1_000),
            nodes: number(1),
            at_once: number(2),
        })
    }
}

fn main() -> Result<(), Failure> {
    let setting = Setting::read()?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(measure(setting))
}

async fn measure(setting: Setting) -> Result<(), Failure> {
    let settings = Settings::new(&setting.url);
    let store = PostgresStore::open(&settings).await?;
    let begun = now();
    fill(&store, &setting).await?;
    println!("{} schedules made in {:.1} s", setting.schedules, begun.elapsed().as_secs_f64());
    let mut nodes = Vec::new();
    for _ in 0..setting.nodes {
        let store = PostgresStore::open(&settings).await?;
        let term = store.begin_term().await?;
        nodes.push((store, term));
    }
    let begun = now();
    let workers: Vec<_> = nodes
        .iter()
        .flat_map(|node| (0..setting.at_once).map(move |_| node))
        .map(|(store, term)| tokio::spawn(work(store.clone(), *term, setting.batch)))
        .collect();
    let mut done = Work::default();
    for worker in workers {
        let part = worker.await??;
        done.runs += part.runs;
        done.batches += part.batches;
        done.claiming += part.claiming;
        done.settling += part.settling;
    }
    let seconds = begun.elapsed().as_secs_f64();
    println!(
        "{} nodes, {} batches of {} at once each: {} executions, {:.0} a second",
        setting.nodes,
        setting.at_once,
        setting.batch,
        done.runs,
        f64::from(done.runs) / seconds
    );
    let each = |seconds: f64| seconds * 1e3 / f64::from(done.batches.max(1));
    println!("  a claim {:.1} ms, a settlement {:.1} ms", each(done.claiming), each(done.settling));
    let findings = store.audit().await?;
    println!("audit: {}", if findings.is_empty() { "agrees" } else { "does not agree" });
    Ok(())
}

/// The given number due on the first day, the others spread over the month after.
async fn fill(store: &PostgresStore, setting: &Setting) -> Result<(), Failure> {
    let mut made = 0;
    while made < setting.schedules {
        let count = 5_000.min(setting.schedules - made);
        let first = store.allocate_schedules(count).await?;
        let mut new = Vec::new();
        for number in made..made + count {
            let day = if number < setting.due { 1 } else { 2 + number % 27 };
            let creation = Creation::of(
                ScheduleId(first.0 + i64::from(number - made)),
                AccountId(1),
                LANE,
                plan(u8::try_from(day)?, number)?,
            );
            new.push(NewSchedule { created: create(creation, Instant::EPOCH)?, request: None });
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

/// 12:00 in Bangkok on 2026-01-01.
fn midday() -> Instant {
    Instant::from_nanoseconds(1_767_243_600_000_000_000)
}

#[derive(Default)]
struct Work {
    runs: u32,
    batches: u32,
    claiming: f64,
    settling: f64,
}

async fn work(store: Arc<PostgresStore>, term: Term, batch: u32) -> Result<Work, Failure> {
    let mut work = Work::default();
    loop {
        let begun = now();
        let claim = Claim {
            lane: LANE,
            now: midday(),
            limit: batch,
            term,
            lease_until: midday().plus_seconds(600),
            wall_now: midday(),
        };
        let runs = store.claim(claim).await?;
        if runs.is_empty() {
            return Ok(work);
        }
        work.claiming += begun.elapsed().as_secs_f64();
        work.batches += 1;
        work.runs += u32::try_from(runs.len())?;
        let begun = now();
        let settlements = runs
            .iter()
            .map(|run| {
                let outcome = Outcome::Succeeded(PaymentId::Charge(ChargeId(run.key.schedule.0)));
                engine::settlement::settle(run, outcome, midday())
            })
            .collect();
        let settled = store.settle(term, settlements).await?;
        if !settled.iter().all(|settled| settled.is_written()) {
            return Err("a settlement was stale".into());
        }
        work.settling += begun.elapsed().as_secs_f64();
    }
}

/// A benchmark measures time; nothing that it measures reads any.
#[expect(clippy::disallowed_methods)]
fn now() -> Stopwatch {
    Stopwatch::now()
}
