//! A store in memory or on disk, a bank with one paying customer, and a loop.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bank::card::Address;
use engine::creation::{Creation, create};
use engine::{
    Account, AccountId, CatchUp, ClockId, Currency, CustomerId, Instant, Instruction, LaneId, Mode,
    Money, Plan, Policies, RetryPolicy, Timing, Zone,
};
use gateway::Gateway;
use gateway::bank::{Bank, CardDetails, Context, NewCustomer};
use jiff::civil::{Time, date};
use recurrence::{Recurrence, Rule};
use runner::{Handle, Setup, WallTime};
use store::sqlite::SqliteStore;
use store::{BankStore, ClockMode, ClockState, NewSchedule, Store};

pub(crate) const LANE: LaneId = LaneId(1);
pub(crate) const CLOCK: ClockId = ClockId(1);

/// Wall time that stands still: no test waits for it.
struct Noon;

impl WallTime for Noon {
    fn now(&self) -> Instant {
        at("2026-06-15T12:00:00Z")
    }

    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }
}

pub(crate) fn at(text: &str) -> Instant {
    Instant::from_timestamp(text.parse().unwrap()).unwrap()
}

pub(crate) struct World {
    pub(crate) store: Arc<SqliteStore>,
    pub(crate) runner: Arc<Handle>,
    pub(crate) account: Account,
    pub(crate) customer: CustomerId,
}

impl World {
    /// A clock that stands at the beginning of 2026.
    pub(crate) async fn standing() -> World {
        World::over(SqliteStore::in_memory().unwrap(), Some("2026-01-01T00:00:00Z")).await
    }

    /// A clock that follows the wall's.
    pub(crate) async fn on_wall_time() -> World {
        World::over(SqliteStore::in_memory().unwrap(), None).await
    }

    pub(crate) async fn on_disk(path: &Path) -> World {
        World::over(SqliteStore::open(path).unwrap(), Some("2026-01-01T00:00:00Z")).await
    }

    async fn over(store: Arc<SqliteStore>, position: Option<&str>) -> World {
        if let Some(position) = position {
            let state = ClockState { mode: ClockMode::Standing(at(position)), target: None };
            store.set_clock(CLOCK, state).await.unwrap();
        }
        let account = store.create_account(account(), Vec::new()).await.unwrap();
        let runner = start(&store).await;
        let customer = paying_customer(runner.bank(), &account).await;
        World { store, runner, account, customer }
    }

    /// Charges the customer daily from the 1st to the 10th of January 2026.
    pub(crate) async fn ten_daily_charges(&self) -> engine::Schedule {
        self.ten_daily_charges_caught_up(CatchUp::ALL).await
    }

    /// The same, with a policy of its own for what is missed.
    pub(crate) async fn ten_daily_charges_caught_up(&self, catch_up: CatchUp) -> engine::Schedule {
        let id = self.store.allocate_schedules(1).await.unwrap();
        let plan = Plan {
            cadence: Recurrence::new(Rule::days(1).unwrap(), date(2026, 1, 1), date(2026, 1, 10))
                .unwrap()
                .into(),
            except: Box::default(),
            policies: Policies {
                timing: Timing::new(self.account.zone.clone(), Time::constant(8, 30, 0, 0)),
                retry: RetryPolicy::TWO_DAYS_THEN_SUSPEND,
                run_at_start: true,
                catch_up,
            },
            instruction: Instruction::Charge {
                customer: self.customer,
                card: None,
                money: Money::new(10_000, Currency::THB),
                description: None,
            },
        };
        let creation = Creation::of(id, self.account.id, LANE, plan);
        let created = create(creation, self.runner.now()).unwrap();
        self.runner.create_schedule(NewSchedule { created, request: None }).await.unwrap()
    }

    pub(crate) async fn stop(&self) {
        self.runner.stop().await;
        self.store.stop().await;
    }
}

/// A loop over what is stored, as a start of the server makes it.
pub(crate) async fn start(store: &Arc<SqliteStore>) -> Arc<Handle> {
    let bank = Arc::new(Bank::new(Arc::clone(store) as Arc<dyn BankStore>));
    start_paying_by(bank.clone(), bank, store).await
}

/// The same, with another gateway than the bank itself.
pub(crate) async fn start_paying_by(
    gateway: Arc<dyn Gateway>,
    bank: Arc<Bank>,
    store: &Arc<SqliteStore>,
) -> Arc<Handle> {
    let setup = Setup {
        store: Arc::clone(store) as Arc<dyn Store>,
        gateway,
        bank,
        lane: LANE,
        clock: CLOCK,
        wall: Arc::new(Noon),
    };
    Handle::start(setup).await.unwrap()
}

fn account() -> Account {
    Account {
        id: AccountId(0),
        lane: LANE,
        mode: Mode::Test,
        country: "TH".to_owned(),
        currency: Currency::THB,
        zone: Zone::named("Asia/Bangkok").unwrap(),
        three_d_secure: false,
        created_at: at("2026-01-01T00:00:00Z"),
        attributes: serde_json::Map::new(),
    }
}

async fn paying_customer(bank: &Bank, account: &Account) -> CustomerId {
    let context = Context { account, now: at("2026-01-01T00:00:00Z"), key: None };
    let card = CardDetails {
        number: "4242424242424242".to_owned(),
        name: "Somchai Prasert".to_owned(),
        expiration_month: 12,
        expiration_year: 2040,
        security_code: Some("123".to_owned()),
        address: Address::default(),
        given_id: None,
    };
    let (token, _) = bank.create_token(context, card).await.unwrap();
    let new = NewCustomer { token: Some(token.key), ..NewCustomer::default() };
    bank.create_customer(context, new).await.unwrap().id
}
