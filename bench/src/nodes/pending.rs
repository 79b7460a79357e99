//! Many schedules that have a future.

use engine::creation::{Creation, create};
use engine::{
    AccountId, CardId, Currency, CustomerId, Instant, Instruction, LaneId, Money, Plan, Policies,
    RetryPolicy, ScheduleId, Timing, Zone,
};
use jiff::civil::{Time, date};
use recurrence::{DaysOfMonth, Recurrence, Rule};
use store::postgres::PostgresStore;
use store::{NewSchedule, Store as _};

use crate::stopwatch::Stopwatch;
use crate::world::instant;

/// The year in which everything falls due, by a clock that stands there.
const YEAR: i16 = 2031;
/// Schedules that are made through the store; the database multiplies them.
const MADE: u32 = 1_000;
/// How often they are multiplied by one statement.
const TIMES_AT_ONCE: u32 = 100;

/// How many schedules there are, and on how many days of each month they are due.
#[derive(Clone, Copy)]
pub(crate) struct Pending {
    pub(crate) schedules: u32,
    pub(crate) days: u32,
}

impl Pending {
    /// Makes them: a few as a server does, the others as their copies.
    pub(crate) async fn plant(self, url: &str, store: &PostgresStore) -> anyhow::Result<()> {
        let stopwatch = Stopwatch::start();
        let made = self.schedules.min(MADE / self.days * self.days);
        let first = store.allocate_schedules(self.schedules).await?;
        let new = (0..made)
            .map(|number| {
                let id = ScheduleId(first.0 + i64::from(number));
                let day = u8::try_from(number % self.days + 1)?;
                let creation = Creation::of(id, AccountId(1), LaneId(1), plan(day)?);
                Ok(NewSchedule { created: create(creation, Instant::EPOCH)?, request: None })
            })
            .collect::<anyhow::Result<Vec<_>>>()?;
        store.create_schedules(new).await?;
        multiply(url, i64::from(made), i64::from(self.schedules)).await?;
        stopwatch.report("schedules, pending", u64::from(self.schedules));
        Ok(())
    }

    /// An hour at which all of one part is due, and nothing of the next.
    pub(crate) fn hour(self, part: u32) -> anyhow::Result<Instant> {
        let (month, day) = (part / self.days, part % self.days + 1);
        let (year, month) = (i64::from(YEAR) + i64::from(month / 12), month % 12 + 1);
        instant(&format!("{year}-{month:02}-{day:02}T12:00:00Z"))
    }
}

/// Copies of what was made, under keys of their own.
async fn multiply(url: &str, made: i64, wanted: i64) -> anyhow::Result<()> {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await?;
    let connection = tokio::spawn(connection);
    let times = (wanted - made) / made;
    for from in (1..=times).step_by(usize::try_from(TIMES_AT_ONCE)?) {
        let through = times.min(from + i64::from(TIMES_AT_ONCE) - 1);
        client
            .batch_execute(&format!(
                "WITH template AS MATERIALIZED (
                     SELECT * FROM schedule ORDER BY id LIMIT {made}
                 )
                 INSERT INTO schedule (id, account, lane, kind, status, created_at, updated_at,
                     version, first_due, first_slot, first_attempt, since, recorded_detached,
                     attributes, plan, life)
                 SELECT id + {made} * time, account, lane, kind, status, created_at, updated_at,
                     version, first_due, first_slot, first_attempt, since, recorded_detached,
                     attributes, plan, life
                 FROM generate_series({from}, {through}) AS time, template;
                 WITH template AS MATERIALIZED (
                     SELECT * FROM queue WHERE schedule IN (
                         SELECT id FROM schedule ORDER BY id LIMIT {made})
                 )
                 INSERT INTO queue (lane, due, schedule, slot, account, queued_at, through,
                     recorded, role, attempt, plan)
                 SELECT lane, due, schedule + {made} * time, slot, account, queued_at, through,
                     recorded, role, attempt, plan
                 FROM template, generate_series({from}, {through}) AS time
                 ORDER BY 1, 2, 3;
                 UPDATE counter SET value = value + {made} * ({through} - {from} + 1)
                 WHERE list IN (65, 66, 80)"
            ))
            .await?;
    }
    // What a database that has run for a while has behind it.
    client.batch_execute("VACUUM (ANALYZE)").await?;
    client.batch_execute("CHECKPOINT").await?;
    drop(client);
    connection.await??;
    Ok(())
}

fn plan(day: u8) -> anyhow::Result<Plan> {
    let rule = Rule::months_on_days(1, DaysOfMonth::new(&[day])?)?;
    Ok(Plan {
        cadence: Recurrence::new(rule, date(YEAR, 1, 1), date(YEAR + 10, 1, 1))?.into(),
        except: Box::default(),
        policies: Policies {
            timing: Timing::new(Zone::named("Asia/Bangkok")?, Time::constant(8, 30, 0, 0)),
            retry: RetryPolicy::TWO_DAYS_THEN_SUSPEND,
            run_at_start: false,
            catch_up: engine::CatchUp::ALL,
        },
        instruction: Instruction::Charge {
            customer: CustomerId(1),
            card: Some(CardId(1)),
            money: Money::new(100_000, Currency::THB),
            description: Some("Membership fee".into()),
        },
    })
}
