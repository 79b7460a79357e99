//! How soon after its time a single payment is settled, by a node that has nothing else to do.

use std::sync::Arc;
use std::time::Duration;

use engine::creation::{Creation, create};
use engine::{
    AccountId, CardId, ClockId, Currency, CustomerId, Instant, Instruction, LaneId, Money, Plan,
    Policies, RetryPolicy, ScheduleId, Timing, Zone,
};
use gateway::bank::Bank;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use recurrence::{Recurrence, Rule};
use runner::{Handle, MachineTime, Setup, WallTime};
use store::postgres::PostgresStore;
use store::{ClockMode, ClockState, NewSchedule, Store};

use super::instant_gateway::InstantGateway;

/// How often it is looked at whether a payment is settled. The look asks nobody.
const POLL: Duration = Duration::from_micros(100);
/// How long is waited for one.
const PATIENCE: Duration = Duration::from_secs(10);

/// Payments that are due one by one, a second or more apart.
pub(crate) async fn measure(store: &Arc<PostgresStore>, count: u32) -> anyhow::Result<()> {
    let clock = ClockState { mode: ClockMode::Wall, target: None };
    store.set_clock(ClockId(1), clock).await?;
    let wall = Arc::new(MachineTime::new());
    let setup = Setup {
        store: store.clone(),
        bank: Arc::new(Bank::new(store.clone())),
        gateway: Arc::new(InstantGateway::new(1)),
        lane: LaneId(1),
        clock: ClockId(1),
        wall: wall.clone(),
    };
    let runner = Handle::start(setup).await?;
    let mut latencies = Vec::new();
    for number in 0..count {
        let ScheduleId(id) = store.allocate_schedules(1).await?;
        let due = Timestamp::from_nanosecond(i128::from(wall.now().nanoseconds()))?;
        // A whole second, and never the one that is about to begin.
        let due = Timestamp::from_second(due.as_second() + 2)?;
        let creation = Creation::of(ScheduleId(id), AccountId(1), LaneId(1), plan(due)?);
        let new = NewSchedule { created: create(creation, wall.now())?, request: None };
        runner.create_schedule(new).await?;
        let due = Instant::from_timestamp(due).unwrap_or(Instant::MAX);
        let (settled_by, clock) = (Arc::clone(&runner), wall.clone());
        let waited = tokio::task::spawn_blocking(move || {
            let begun = clock.elapsed();
            while settled_by.totals().successful <= u64::from(number) {
                if clock.elapsed().saturating_sub(begun) > PATIENCE {
                    return None;
                }
                std::thread::sleep(POLL);
            }
            Some(clock.now().nanoseconds() - due.nanoseconds())
        });
        let waited = waited.await?.ok_or_else(|| anyhow::anyhow!("a payment was not settled"))?;
        latencies.push(u64::try_from(waited)?);
    }
    runner.stop().await;
    report(latencies);
    Ok(())
}

fn report(mut latencies: Vec<u64>) {
    latencies.sort_unstable();
    let at = |hundredths: usize| {
        let place = (latencies.len() * hundredths / 100).min(latencies.len().saturating_sub(1));
        latencies.get(place).copied().map_or(Duration::ZERO, Duration::from_nanos)
    };
    println!(
        "{:<44} {:>10} median {:.1?}, p99 {:.1?}, max {:.1?}",
        "single payments, from due to settled",
        latencies.len(),
        at(50),
        at(99),
        at(100)
    );
}

fn plan(due: Timestamp) -> anyhow::Result<Plan> {
    let due = due.to_zoned(TimeZone::UTC).datetime();
    let cadence = Recurrence::new(Rule::days(1)?, due.date(), due.date())?;
    Ok(Plan {
        cadence: cadence.into(),
        except: Box::default(),
        policies: Policies {
            timing: Timing::new(Zone::named("UTC")?, due.time()),
            retry: RetryPolicy::TWO_DAYS_THEN_SUSPEND,
            run_at_start: false,
            catch_up: engine::CatchUp::ALL,
        },
        instruction: Instruction::Charge {
            customer: CustomerId(1),
            card: Some(CardId(1)),
            money: Money::new(100_000, Currency::THB),
            description: None,
        },
    })
}
