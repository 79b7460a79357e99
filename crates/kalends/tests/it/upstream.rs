//! Kalends in front of Kalends: schedules that are paid through the public API of a sandbox,
//! over a way on which answers are lost.

use std::convert::Infallible;
use std::num::NonZeroU32;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{Request, Response, header};
use engine::creation::{Creation, create};
use engine::{
    Account, AccountId, CardId, ClockId, Currency, CustomerId, Instant, Instruction, LaneId, Mode,
    Money, Occurrence, OccurrenceStatus, PartyId, PaymentMethodId, Plan, Policies, Remitted,
    RetryPolicy, Schedule, Timing, Zone,
};
use gateway::Gateway;
use gateway::bank::Bank;
use gateway::moov::{MoovGateway, MoovPlatform, Showing};
use gateway::omise::{OmiseAccount, OmiseGateway};
use gateway::upstream::{Limits, Names, Secret, Url};
use hyper_util::rt::TokioIo;
use jiff::civil::{Time, date};
use recurrence::{Recurrence, Rule};
use runner::{Handle, MachineTime, Setup};
use serde_json::{Value, json};
use store::sqlite::SqliteStore;
use store::{
    BankStore, ClockMode, ClockState, ForeignName, NameStore, NewSchedule, PageQuery, RecordKey,
    RecordKind, Store,
};

use crate::sandbox_process::{PAIR, SECRET_KEY, SandboxProcess};

const LANE: LaneId = LaneId(1);
const CLOCK: ClockId = ClockId(1);
const START: &str = "2026-01-01T00:00:00Z";
/// The upstream's clock stands past everything that is due here.
const UPSTREAM_NOW: &str = "2026-06-01T00:00:00Z";
const DAYS: i8 = 12;

const LIMITS: Limits = Limits {
    concurrency: NonZeroU32::new(4).unwrap(),
    per_second: None,
    timeout: Duration::from_secs(4),
};

/// What becomes of a request for money on its way.
#[derive(Clone, Copy, Debug)]
enum Fault {
    /// It arrives, and so does its answer.
    None,
    /// It never arrives, and nobody says so.
    Lost,
    /// It arrives, and the connection breaks before the answer.
    AnswerLost,
    /// It arrives, and its answer comes too late.
    AnswerLate,
    /// It arrives, and somebody between answers for it.
    BadGateway,
    /// It arrives, and its answer cannot be read.
    Garbage,
    /// It is sent away.
    Throttled,
}

/// A way to an upstream on which requests for money meet these faults, in turn.
async fn way(upstream: &str, faults: &'static [Fault]) -> Url {
    let upstream = upstream.to_owned();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let turn = Arc::new(AtomicUsize::new(0));
    tokio::spawn(async move {
        let client = reqwest::Client::new();
        loop {
            let (connection, _) = listener.accept().await.unwrap();
            let (client, upstream, turn) = (client.clone(), upstream.clone(), Arc::clone(&turn));
            let service = hyper::service::service_fn(move |request: Request<_>| {
                let fault = match request.method().as_str() {
                    "POST" => faults[turn.fetch_add(1, Ordering::Relaxed) % faults.len()],
                    _ => Fault::None,
                };
                pass(client.clone(), upstream.clone(), request.map(Body::new), fault)
            });
            let io = TokioIo::new(connection);
            tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(io, service));
        }
    });
    url
}

async fn pass(
    client: reqwest::Client,
    upstream: String,
    request: Request<Body>,
    fault: Fault,
) -> Result<Response<Body>, std::io::Error> {
    let broken = || Err(std::io::Error::other("the connection breaks"));
    let answer = |status: u16, body: &'static str| {
        Ok(Response::builder().status(status).body(Body::from(body)).unwrap())
    };
    match fault {
        Fault::Lost => return broken(),
        Fault::Throttled => return answer(429, ""),
        _ => {}
    }
    let answered = forward(&client, &upstream, request).await.unwrap();
    match fault {
        Fault::AnswerLost => broken(),
        Fault::BadGateway => answer(502, "<html>"),
        Fault::Garbage => answer(200, "{\"object\":"),
        Fault::AnswerLate => std::future::pending().await,
        Fault::None | Fault::Lost | Fault::Throttled => Ok(answered),
    }
}

async fn forward(
    client: &reqwest::Client,
    upstream: &str,
    request: Request<Body>,
) -> Result<Response<Body>, Infallible> {
    let (mut head, body) = request.into_parts();
    head.headers.remove(header::HOST);
    let body = to_bytes(body, 1 << 20).await.unwrap();
    let url = format!("{upstream}{}", head.uri);
    let asked = client.request(head.method, url).headers(head.headers).body(body);
    let answered = asked.send().await.unwrap();
    let status = answered.status();
    let body = answered.bytes().await.unwrap();
    Ok(Response::builder().status(status).body(Body::from(body)).unwrap())
}

/// A runner whose lane pays through a gateway.
struct World {
    store: Arc<SqliteStore>,
    runner: Arc<Handle>,
    account: Account,
}

impl World {
    async fn open(gateway: impl FnOnce(Names) -> Arc<dyn Gateway>) -> World {
        let store = SqliteStore::in_memory().unwrap();
        let state = ClockState { mode: ClockMode::Standing(at(START)), target: None };
        store.set_clock(CLOCK, state).await.unwrap();
        let account = store.create_account(account(), Vec::new()).await.unwrap();
        let names = Names::new(Arc::clone(&store) as Arc<dyn NameStore>);
        let setup = Setup {
            store: Arc::clone(&store) as Arc<dyn Store>,
            bank: Arc::new(Bank::new(Arc::clone(&store) as Arc<dyn BankStore>)),
            gateway: gateway(names),
            lane: LANE,
            clock: CLOCK,
            wall: Arc::new(MachineTime::new()),
        };
        World { runner: Handle::start(setup).await.unwrap(), store, account }
    }

    async fn key(&self, kind: RecordKind, text: &Value) -> i64 {
        let text = text.as_str().unwrap().into();
        let name = ForeignName { account: self.account.id, kind, text };
        self.store.intern(vec![name]).await.unwrap()[0]
    }

    /// Pays daily, from the second of January on.
    async fn daily(&self, instruction: Instruction) -> Schedule {
        let id = self.store.allocate_schedules(1).await.unwrap();
        let timing = Timing::new(Zone::utc(), Time::constant(8, 30, 0, 0));
        let retry = RetryPolicy::NEVER;
        let days =
            Recurrence::new(Rule::days(1).unwrap(), date(2026, 1, 2), date(2026, 1, 1 + DAYS));
        let policies =
            Policies { timing, retry, run_at_start: false, catch_up: engine::CatchUp::ALL };
        let plan = Plan::new(days.unwrap(), policies, instruction);
        let created = create(Creation::of(id, self.account.id, LANE, plan), at(START)).unwrap();
        self.runner.create_schedule(NewSchedule { created, request: None }).await.unwrap()
    }

    /// Lets days go by until nothing is left to find out, or so many times.
    async fn live(&self, times: i64) {
        for day in 0..times {
            self.runner
                .advance_clock(at("2026-02-01T00:00:00Z").plus_seconds(day * 86_400))
                .await
                .unwrap();
            if self.store.awaiting(LANE, None, 1).await.unwrap().is_empty() {
                return;
            }
        }
    }

    async fn occurrences(&self, schedule: &Schedule) -> Vec<Occurrence> {
        let page = PageQuery::first(PageQuery::LIMIT_MAX);
        self.store.occurrences(schedule, Instant::MAX, page).await.unwrap().entries
    }

    /// What the upstream calls the payments that were recorded.
    async fn results(&self, occurrences: &[Occurrence]) -> Vec<String> {
        let results = occurrences.iter().filter_map(|it| it.result).map(RecordKey::from);
        let names = self.store.names(results.collect()).await.unwrap();
        let mut names: Vec<String> = names.into_iter().flatten().map(String::from).collect();
        names.sort_unstable();
        names
    }
}

fn at(text: &str) -> Instant {
    Instant::from_timestamp(text.parse().unwrap()).unwrap()
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
        created_at: at(START),
        attributes: serde_json::Map::new(),
    }
}

/// The values of a field, in order.
fn sorted(entries: &Value, field: &str) -> Vec<String> {
    let entries = entries.as_array().unwrap().iter();
    let mut values: Vec<String> =
        entries.map(|entry| entry[field].as_str().unwrap().to_owned()).collect();
    values.sort_unstable();
    values
}

fn sandbox(folder: &Path, more: &[&str]) -> SandboxProcess {
    let arguments = [&["--clock", UPSTREAM_NOW], more].concat();
    SandboxProcess::start(&folder.join("kalends.db"), &arguments, &folder.join("log"))
}

/// A schedule that charges a customer of an Omise account's.
async fn charges(upstream: &SandboxProcess, faults: &'static [Fault]) -> (World, Schedule) {
    let url = way(&upstream.url, faults).await;
    let account = OmiseAccount { url, secret_key: Secret::new(SECRET_KEY), limits: LIMITS };
    let world = World::open(|names| Arc::new(OmiseGateway::new(account, names).unwrap())).await;
    let card = json!({ "name": "Somchai Prasert", "number": "4242424242424242",
                       "expiration_month": 12, "expiration_year": 2040 });
    let token = upstream.post("/tokens", &json!({ "card": card })).await;
    let customer = upstream.post("/customers", &json!({ "card": token["id"] })).await;
    let card = &customer["cards"]["data"][0]["id"];
    let schedule = world
        .daily(Instruction::Charge {
            customer: CustomerId(world.key(RecordKind::Customer, &customer["id"]).await),
            card: Some(CardId(world.key(RecordKind::Card, card).await)),
            money: Money::new(10_000, Currency::THB),
            description: Some("Membership".into()),
        })
        .await;
    (world, schedule)
}

#[tokio::test(flavor = "multi_thread")]
async fn charges_at_omise_whose_answers_are_lost_are_found_and_made_once() {
    const FAULTS: &[Fault] = &[
        Fault::None,
        Fault::AnswerLost,
        Fault::BadGateway,
        Fault::Garbage,
        Fault::Throttled,
        Fault::AnswerLate,
    ];
    let folder = tempfile::tempdir().unwrap();
    let upstream = sandbox(folder.path(), &[]);
    let (world, schedule) = charges(&upstream, FAULTS).await;
    world.live(20).await;

    let occurrences = world.occurrences(&schedule).await;
    assert_eq!(occurrences.len(), usize::try_from(DAYS).unwrap());
    assert!(occurrences.iter().all(|it| it.status == OccurrenceStatus::Successful));
    let charges = upstream.get("/charges?limit=100").await;
    assert_eq!(world.results(&occurrences).await, sorted(&charges["data"], "id"));
    let metadata = &charges["data"][0]["metadata"];
    assert_eq!(metadata["kalends_attempt"], "0");
    assert_eq!(charges["data"][0]["description"], "Membership");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_charge_at_omise_that_cannot_be_found_is_not_asked_for_again() {
    const FAULTS: &[Fault] = &[Fault::None, Fault::Lost, Fault::None, Fault::None];
    let folder = tempfile::tempdir().unwrap();
    let upstream = sandbox(folder.path(), &[]);
    let (world, schedule) = charges(&upstream, FAULTS).await;
    world.live(3).await;

    let (lost, made) = (usize::try_from(DAYS).unwrap() / 4, usize::try_from(DAYS).unwrap() / 4 * 3);
    let occurrences = world.occurrences(&schedule).await;
    assert_eq!(occurrences.len(), made);
    let charges = upstream.get("/charges?limit=100").await;
    assert_eq!(world.results(&occurrences).await, sorted(&charges["data"], "id"));
    let awaiting = world.store.awaiting(LANE, None, 100).await.unwrap();
    assert_eq!(awaiting.len(), lost, "they wait for a person");
}

const MOOV_SEED: &str = r#"
[moov]
id = "5352b013-ae58-4a63-8a3f-97f316a917cf"

[moov.wallet]
payment_method = "041fdc88-c93d-4cb4-80aa-b2dde9a4fe2e"
balance = 100000

[[moov.account]]
id = "ebbf46c6-122a-4367-bc45-7dd555e1d3b9"
name = "Lincoln National Corporation"
wallet = { payment_method = "67ebda6c-de48-474c-b49d-2cd3aa7d3f92", balance = 500000 }
"#;
const PARTNER: &str = "5352b013-ae58-4a63-8a3f-97f316a917cf";

#[tokio::test(flavor = "multi_thread")]
async fn transfers_at_moov_that_are_lost_either_way_are_made_once() {
    const FAULTS: &[Fault] = &[
        Fault::Lost,
        Fault::AnswerLost,
        Fault::None,
        Fault::Garbage,
        Fault::Throttled,
        Fault::AnswerLate,
        Fault::BadGateway,
    ];
    let folder = tempfile::tempdir().unwrap();
    let seed = folder.path().join("seed.toml");
    std::fs::write(&seed, MOOV_SEED).unwrap();
    let upstream = sandbox(folder.path(), &["--seed", seed.to_str().unwrap()]);
    let platform = MoovPlatform {
        url: way(&upstream.url, FAULTS).await,
        public_key: PAIR.0.into(),
        secret_key: Secret::new(PAIR.1),
        origin: None,
        showing: Showing::Pair,
        limits: LIMITS,
    };
    let world = World::open(|names| Arc::new(MoovGateway::new(platform, names).unwrap())).await;
    let method =
        async |id: &str| PaymentMethodId(world.key(RecordKind::PaymentMethod, &json!(id)).await);
    let schedule = world
        .daily(Instruction::Remittance(Remitted {
            partner: PartyId(world.key(RecordKind::Party, &json!(PARTNER)).await),
            source: method("67ebda6c-de48-474c-b49d-2cd3aa7d3f92").await,
            destination: method("041fdc88-c93d-4cb4-80aa-b2dde9a4fe2e").await,
            money: Money::new(1_000, Currency::USD),
            particulars: r#"{"description":"Dues"}"#.into(),
        }))
        .await;
    world.live(20).await;

    let occurrences = world.occurrences(&schedule).await;
    assert_eq!(occurrences.len(), usize::try_from(DAYS).unwrap());
    assert!(occurrences.iter().all(|it| it.status == OccurrenceStatus::Successful));
    let asked = upstream
        .client()
        .get(format!("{}/accounts/{PARTNER}/transfers", upstream.url))
        .basic_auth(PAIR.0, Some(PAIR.1));
    let transfers: Value = asked.send().await.unwrap().json().await.unwrap();
    assert_eq!(world.results(&occurrences).await, sorted(&transfers, "transferID"));
    assert_eq!(transfers[0]["description"], "Dues");
}
