//! A database with many customers and many pending schedules.

use std::path::Path;
use std::sync::Arc;

use bank::card::Address;
use bank::{Behaviour, Brand, Card, Customer, Entity, RecordKind};
use engine::creation::{Creation, create};
use engine::{
    Account, AccountId, CardId, ClockId, Currency, CustomerId, Instant, Instruction, LaneId, Mode,
    Money, Plan, Policies, RetryPolicy, ScheduleId, Timing, Zone,
};
use gateway::Gateway;
use gateway::bank::Bank;
use jiff::civil::{Time, date};
use recurrence::{DaysOfMonth, Recurrence, Rule};
use runner::{Handle, MachineTime, Setup};
use store::sqlite::SqliteStore;
use store::{
    BankStore, Changes, ClockMode, ClockState, NewSchedule, Record, RecordKey, RecordWrite, Store,
};

use crate::stopwatch::Stopwatch;

/// Rows written in one commit while the world is built.
const BATCH: u32 = 10_000;
/// Schedules fall on the 1st to the 28th, so that every month has them all.
const DAYS: u32 = 28;

/// A database with many customers and many pending schedules, and a runner on it.
pub(crate) struct World {
    pub(crate) store: Arc<SqliteStore>,
    pub(crate) runner: Arc<Handle>,
    pub(crate) schedules: u32,
}

impl World {
    pub(crate) async fn build(
        folder: &Path,
        schedules: u32,
        customers: u32,
    ) -> anyhow::Result<World> {
        let stopwatch = Stopwatch::start();
        let store = SqliteStore::open(&folder.join("executions.db"))?;
        let now = instant("2026-01-01T00:00:00Z")?;
        let standing = ClockState { mode: ClockMode::Standing(now), target: None };
        store.set_clock(ClockId(1), standing).await?;
        let account = store.create_account(account(now)?, Vec::new()).await?;
        let first_customer = add_customers(&store, account.id, customers, now).await?;
        stopwatch.report("customers with a card, stored", u64::from(customers));
        let stopwatch = Stopwatch::start();
        add_schedules(&store, &account, schedules, first_customer, customers, now).await?;
        stopwatch.report("schedules, stored", u64::from(schedules));

        let bank = Arc::new(Bank::new(store.clone() as Arc<dyn BankStore>));
        let gateway: Arc<dyn Gateway> = bank.clone();
        let wall = Arc::new(MachineTime::new());
        let setup =
            Setup { store: store.clone(), bank, gateway, lane: LaneId(1), clock: ClockId(1), wall };
        let runner = Handle::start(setup).await?;
        Ok(World { store, runner, schedules })
    }

    pub(crate) async fn close(self) {
        self.runner.stop().await;
        self.store.stop().await;
    }
}

pub(crate) fn instant(text: &str) -> anyhow::Result<Instant> {
    Instant::from_timestamp(text.parse()?).ok_or_else(|| anyhow::anyhow!("{text} is out of range"))
}

fn account(now: Instant) -> anyhow::Result<Account> {
    Ok(Account {
        id: AccountId(0),
        lane: LaneId(1),
        mode: Mode::Test,
        country: "TH".to_owned(),
        currency: Currency::THB,
        zone: Zone::named("Asia/Bangkok")?,
        three_d_secure: false,
        created_at: now,
        attributes: serde_json::Map::new(),
    })
}

async fn add_customers(
    store: &SqliteStore,
    account: AccountId,
    count: u32,
    now: Instant,
) -> anyhow::Result<i64> {
    let first_customer = store.allocate(RecordKind::Customer, count)?;
    let first_card = store.allocate(RecordKind::Card, count)?;
    for start in (0..count).step_by(BATCH as usize) {
        let mut changes = Changes::default();
        for index in start..count.min(start + BATCH) {
            let customer = customer(
                account,
                first_customer + i64::from(index),
                first_card + i64::from(index),
                now,
            );
            let card = card(account, &customer, now);
            changes.records.push(write(&card)?);
            changes.records.push(write(&customer)?);
        }
        for result in store.commit(vec![changes]).await? {
            result.map_err(|error| anyhow::anyhow!("{error:?}"))?;
        }
    }
    Ok(first_customer)
}

fn customer(account: AccountId, key: i64, card: i64, now: Instant) -> Customer {
    Customer {
        id: CustomerId(key),
        account,
        created_at: now,
        version: 0,
        default_card: Some(CardId(card)),
        email: Some(format!("customer-{key}@example.com")),
        description: None,
        metadata: serde_json::Map::new(),
        deleted: false,
    }
}

fn card(account: AccountId, customer: &Customer, now: Instant) -> Card {
    Card {
        id: customer.default_card.unwrap_or(CardId(0)),
        account,
        customer: Some(customer.id),
        link: None,
        created_at: now,
        version: 0,
        brand: Brand::Visa,
        first_digits: "424242".to_owned(),
        last_digits: "4242".to_owned(),
        fingerprint: "6Dg5ncsSseId+2Pkar1y8MNjk+1MPEYQaBAWxr64McE=".to_owned(),
        name: "Somchai Prasert".to_owned(),
        expiration_month: 12,
        expiration_year: 2040,
        security_code_check: true,
        address: Address::default(),
        behaviour: Behaviour::Succeeds,
        deleted: false,
    }
}

fn write<E: Entity>(entity: &E) -> anyhow::Result<RecordWrite> {
    let record = Record {
        key: RecordKey { kind: E::KIND, key: entity.key() },
        account: entity.account(),
        parent: entity.parent(),
        created_at: entity.created_at(),
        version: entity.version(),
        hidden: entity.hidden(),
        body: serde_json::to_vec(entity)?,
    };
    Ok(RecordWrite { record, name: None })
}

async fn add_schedules(
    store: &SqliteStore,
    account: &Account,
    count: u32,
    first_customer: i64,
    customers: u32,
    now: Instant,
) -> anyhow::Result<()> {
    let ScheduleId(first) = store.allocate_schedules(count).await?;
    for start in (0..count).step_by(BATCH as usize) {
        let new = (start..count.min(start + BATCH))
            .map(|index| {
                let id = ScheduleId(first + i64::from(index));
                // Neighbours by key fall on different days and charge distant customers,
                // as they would if they had been made one by one by different people.
                let scattered = u64::from(index).wrapping_mul(2_654_435_761) % u64::from(customers);
                let customer = CustomerId(first_customer + i64::try_from(scattered)?);
                let day = u8::try_from(index % DAYS + 1)?;
                let creation =
                    Creation::of(id, account.id, account.lane, plan(account, customer, day)?);
                Ok(NewSchedule { created: create(creation, now)?, request: None })
            })
            .collect::<anyhow::Result<Vec<_>>>()?;
        store.create_schedules(new).await?;
    }
    Ok(())
}

fn plan(account: &Account, customer: CustomerId, day: u8) -> anyhow::Result<Plan> {
    let rule = Rule::months_on_days(1, DaysOfMonth::new(&[day])?)?;
    Ok(Plan {
        cadence: Recurrence::new(rule, date(2026, 1, 2), date(2036, 1, 1))?.into(),
        except: Box::default(),
        policies: Policies {
            timing: Timing::new(account.zone.clone(), Time::constant(8, 30, 0, 0)),
            retry: RetryPolicy::TWO_DAYS_THEN_SUSPEND,
            run_at_start: true,
            catch_up: engine::CatchUp::ALL,
        },
        instruction: Instruction::Charge {
            customer,
            card: None,
            money: Money::new(19_900, Currency::THB),
            description: Some("Membership fee".into()),
        },
    })
}
