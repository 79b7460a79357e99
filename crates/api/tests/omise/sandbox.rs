//! A server of one account, and a client of it.

use std::sync::Arc;

use api::App;
use axum::Router;
use axum::body::Body;
use bank::{BankAccount, RecipientKind};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use engine::{Account, AccountId, ClockId, Currency, Instant, LaneId, Mode, Zone};
use gateway::Gateway;
use gateway::bank::{Bank, Context, RecipientChange};
use http::Request;
use http_body_util::BodyExt as _;
use runner::delivery::{Post, Reach, Settings};
use runner::{Handle, MachineTime, Setup};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use store::{ClockMode, ClockState, Credential, CredentialKind, Data};
use tower::ServiceExt as _;

use crate::described::{Exchange, assert_described};
use crate::kept;

/// When it is.
pub(crate) const NOW: &str = "2025-03-20T09:00:00Z";
/// What the account has at first.
pub(crate) const OPENING: i64 = 1_000_000;

const SECRET_KEY: &str = "skey_test_sandbox";
const PUBLIC_KEY: &str = "pkey_test_sandbox";
const CLOCK: ClockId = ClockId(1);
const LANE: LaneId = LaneId(1);

/// A server of one Thai account with a verified default recipient.
pub(crate) struct Sandbox {
    router: Router,
    pub(crate) runner: Arc<Handle>,
    store: Arc<dyn Data>,
    post: Arc<Post>,
}

/// How a sandbox is opened.
pub(crate) struct Opening<'a> {
    /// When.
    pub(crate) now: &'a str,
    /// With what in the bank.
    pub(crate) balance: i64,
    /// Whose it is; the default recipient's name and address too.
    pub(crate) email: &'a str,
    /// What pays, in place of the bank.
    pub(crate) gateway: Option<Arc<dyn Gateway>>,
    /// Since when its lane is held.
    pub(crate) held_since: Option<&'a str>,
}

impl Default for Opening<'_> {
    fn default() -> Self {
        Opening {
            now: NOW,
            balance: OPENING,
            email: "sandbox@example.com",
            gateway: None,
            held_since: None,
        }
    }
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answered {
    /// HTTP status.
    pub(crate) status: u16,
    /// In which version.
    pub(crate) version: Option<String>,
    /// The body.
    pub(crate) body: Value,
    /// The body as it was sent.
    pub(crate) text: String,
    /// The headers.
    pub(crate) headers: http::HeaderMap,
}

/// How a request is made.
pub(crate) struct Asking<'a> {
    sandbox: &'a Sandbox,
    key: &'a str,
    headers: Vec<(&'a str, &'a str)>,
}

impl Sandbox {
    /// Opens one.
    pub(crate) async fn open() -> Sandbox {
        Sandbox::open_with(|_| ()).await
    }

    /// Opens one whose account differs.
    pub(crate) async fn open_with(change: impl FnOnce(&mut Account)) -> Sandbox {
        Sandbox::open_as(Opening::default(), change).await
    }

    /// Opens one at another time.
    pub(crate) async fn open_at(now: &str) -> Sandbox {
        Sandbox::open_as(Opening { now, ..Opening::default() }, |_| ()).await
    }

    /// Opens one in every respect as wished.
    pub(crate) async fn open_as(
        opening: Opening<'_>,
        change: impl FnOnce(&mut Account),
    ) -> Sandbox {
        Sandbox::open_over(kept::open().await, opening, change).await
    }

    /// Opens one over new data.
    pub(crate) async fn open_over(
        store: Arc<dyn Data>,
        opening: Opening<'_>,
        change: impl FnOnce(&mut Account),
    ) -> Sandbox {
        let bank = Arc::new(Bank::new(store.clone()));
        let now: Instant = instant(opening.now);
        let state = ClockState { mode: ClockMode::Standing(now), target: None };
        store.set_clock(CLOCK, state).await.unwrap();
        let mut account = account(now, opening.email);
        change(&mut account);
        let account = store.create_account(account, credentials()).await.unwrap();
        furnish(&bank, &account, &opening, now).await;
        if let Some(since) = opening.held_since {
            store.hold_lane(LANE, instant(since)).await.unwrap();
        }
        Sandbox::start_over(store, bank, opening.gateway).await
    }

    /// Another node that serves the same data.
    pub(crate) async fn beside(store: Arc<dyn Data>) -> Sandbox {
        let bank = Arc::new(Bank::new(store.clone()));
        Sandbox::start_over(store, bank, None).await
    }

    async fn start_over(
        store: Arc<dyn Data>,
        bank: Arc<Bank>,
        gateway: Option<Arc<dyn Gateway>>,
    ) -> Sandbox {
        let setup = Setup {
            store: store.clone(),
            gateway: gateway.unwrap_or_else(|| Arc::clone(&bank) as Arc<dyn Gateway>),
            bank,
            lane: LANE,
            clock: CLOCK,
            wall: Arc::new(MachineTime::new()),
        };
        let runner = Handle::start(setup).await.unwrap();
        let settings = Settings::with_reach(Reach::Anywhere);
        let wall = Arc::new(MachineTime::new());
        let app = App::new(Arc::clone(&runner)).webhooks_of(store.clone(), wall, settings);
        let (app, setup) = app.unwrap();
        let post = Post::new(setup).unwrap();
        Sandbox { router: api::router(app), runner, store, post }
    }

    /// Delivers what webhook endpoints are to be told now.
    pub(crate) async fn deliver(&self) {
        for id in self.store.endpoint_ids().await.unwrap() {
            while self.post.round(id).await.unwrap().is_some_and(|round| round.is_to_go_on()) {}
        }
    }

    /// What the wall clock says.
    pub(crate) fn wall_now(&self) -> Instant {
        self.runner.wall_now()
    }

    /// Resolves when what was left behind has been recovered.
    pub(crate) async fn begun(&self) {
        while !self.runner.is_ready().await {
            tokio::task::yield_now().await;
        }
    }

    /// Advances the clock.
    pub(crate) async fn advance(&self, to: &str) {
        self.runner.advance_clock(instant(to)).await.unwrap();
    }

    /// With the secret key, in the account's own version.
    pub(crate) fn ask(&self) -> Asking<'_> {
        Asking { sandbox: self, key: SECRET_KEY, headers: Vec::new() }
    }

    /// With the public key.
    pub(crate) fn ask_with<'a>(&'a self, key: &'a str) -> Asking<'a> {
        Asking { key, ..self.ask() }
    }

    /// Begins a request with the public key.
    pub(crate) fn ask_publicly(&self) -> Asking<'_> {
        Asking { key: PUBLIC_KEY, ..self.ask() }
    }

    /// In the version of 2017.
    pub(crate) fn ask_2017(&self) -> Asking<'_> {
        self.ask().header("Omise-Version", "2017-11-02")
    }

    /// What is at a path.
    pub(crate) async fn get(&self, path: &str) -> Value {
        self.ask().get(path).await.ok()
    }

    /// What a POST makes.
    pub(crate) async fn post(&self, path: &str, body: Value) -> Value {
        self.ask().post(path, body).await.ok()
    }

    /// What a PATCH changes.
    pub(crate) async fn patch(&self, path: &str, body: Value) -> Value {
        self.ask().send("PATCH", path, Some(body)).await.ok()
    }

    /// What a DELETE leaves.
    pub(crate) async fn delete(&self, path: &str) -> Value {
        self.ask().send("DELETE", path, None).await.ok()
    }

    /// The id of a fresh token for a card.
    pub(crate) async fn token(&self, number: &str) -> String {
        let card = json!({
            "name": "Zin Kyaw Kyaw", "number": number, "security_code": "123",
            "expiration_month": 11, "expiration_year": 2027,
            "city": "Bangkok", "postal_code": "10320",
        });
        id(&self.ask_publicly().post("/tokens", json!({"card": card})).await.ok())
    }

    /// The id of a fresh customer who has a card.
    pub(crate) async fn customer(&self) -> String {
        let card = self.token("4242424242424242").await;
        id(&self.post("/customers", json!({"email": "zin@example.com", "card": card})).await)
    }
}

impl<'a> Asking<'a> {
    /// With a header.
    pub(crate) fn header(mut self, name: &'a str, value: &'a str) -> Asking<'a> {
        self.headers.push((name, value));
        self
    }

    /// Asks for what is at a path.
    pub(crate) async fn get(self, path: &str) -> Answered {
        self.send("GET", path, None).await
    }

    /// Sends a POST.
    pub(crate) async fn post(self, path: &str, body: Value) -> Answered {
        self.send("POST", path, Some(body)).await
    }

    /// Sends a POST with a form.
    pub(crate) async fn post_form(self, path: &str, form: &str) -> Answered {
        let form = Some(("application/x-www-form-urlencoded", form.to_owned()));
        self.exchange("POST", path, form).await
    }

    /// Sends any request.
    pub(crate) async fn send(self, method: &str, path: &str, body: Option<Value>) -> Answered {
        let body = body.map(|body| ("application/json", body.to_string()));
        self.exchange(method, path, body).await
    }

    async fn exchange(self, method: &str, path: &str, body: Option<(&str, String)>) -> Answered {
        let basic = format!("Basic {}", STANDARD.encode(format!("{}:", self.key)));
        let mut request =
            Request::builder().method(method).uri(path).header("Authorization", basic);
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        let request = match body {
            Some((kind, body)) => request.header("Content-Type", kind).body(Body::from(body)),
            None => request.body(Body::empty()),
        };
        self.sandbox.answer(request.unwrap()).await
    }

    /// Sends a body as it stands, in an encoding.
    pub(crate) async fn send_as(
        mut self,
        method: &str,
        path: &str,
        content_type: &str,
        body: impl Into<Body>,
    ) -> Answered {
        let basic = format!("Basic {}", STANDARD.encode(format!("{}:", self.key)));
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("Authorization", basic)
            .header("Content-Type", content_type);
        for (name, value) in self.headers.drain(..) {
            request = request.header(name, value);
        }
        self.sandbox.answer(request.body(body.into()).unwrap()).await
    }
}

impl Sandbox {
    /// The status and text of an answer that is not JSON.
    pub(crate) async fn text(&self, request: Request<Body>) -> (u16, String) {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(bytes.to_vec()).unwrap())
    }

    /// Answers a request.
    pub(crate) async fn answer(&self, request: Request<Body>) -> Answered {
        let asked = format!("{} {}", request.method(), request.uri());
        let (method, path) = (request.method().to_string(), request.uri().path().to_owned());
        let response = self.router.clone().oneshot(request).await.unwrap();
        let headers = response.headers().clone();
        let version = response.headers().get("Omise-Version");
        let version = version.map(|version| version.to_str().unwrap().to_owned());
        let status = response.status().as_u16();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        // Refusals are alike in every version, and do not say in which they are.
        let own = version.as_deref().unwrap_or("2019-05-29");
        let own = (!path.starts_with("/kalends/")).then(|| format!("omise-{own}.json"));
        assert_described(&Exchange {
            document: own.as_deref().unwrap_or("kalends-v1.json"),
            method: &method,
            path: &path,
            status,
            content_type: headers.get("Content-Type").map(|it| it.to_str().unwrap()),
            body: &text,
        });
        let body = serde_json::from_str(&text)
            .unwrap_or_else(|error| panic!("{asked}: {error}: {text:?}"));
        Answered { status, version, body, text, headers }
    }
}

impl Answered {
    /// The body of a 200.
    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.body);
        self.body
    }

    /// The status, code and message of a refusal.
    #[track_caller]
    pub(crate) fn refused(&self) -> (u16, String, String) {
        assert_ne!(self.status, 200, "{}", self.body);
        let text = |name: &str| self.body[name].as_str().unwrap().to_owned();
        assert_eq!(text("object"), "error");
        (self.status, text("code"), text("message"))
    }

    /// Asserts a refusal.
    #[track_caller]
    pub(crate) fn is_refused(&self, status: u16, code: &str, message: &str) {
        assert_eq!(self.refused(), (status, code.to_owned(), message.to_owned()));
    }
}

/// The id of an object.
pub(crate) fn id(object: &Value) -> String {
    object["id"].as_str().unwrap_or_else(|| panic!("{object} has no id")).to_owned()
}

/// An object with some of its fields alone.
pub(crate) fn only(object: &Value, fields: &[&str]) -> Value {
    let known = |field: &&str| ((*field).to_owned(), object[*field].clone());
    Value::Object(fields.iter().map(known).collect())
}

/// The keys of an object, in order.
pub(crate) fn keys(object: &Value) -> Vec<&str> {
    object.as_object().unwrap().keys().map(String::as_str).collect()
}

/// What a captured file says.
pub(crate) fn captured(path: &str) -> Value {
    let path = format!("{}/tests/fixtures/omise/{path}", env!("CARGO_MANIFEST_DIR"));
    let file: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    match file.get(0) {
        Some(exchange) => {
            serde_json::from_str(exchange["response"]["body"].as_str().unwrap()).unwrap()
        }
        None => file,
    }
}

fn instant(text: &str) -> Instant {
    Instant::from_timestamp(text.parse().unwrap()).unwrap()
}

fn account(now: Instant, email: &str) -> Account {
    Account {
        id: AccountId(0),
        lane: LANE,
        mode: Mode::Test,
        country: "TH".to_owned(),
        currency: Currency::THB,
        zone: Zone::named("Asia/Bangkok").unwrap(),
        three_d_secure: false,
        created_at: now,
        attributes: Map::from_iter([("email".to_owned(), json!(email))]),
    }
}

fn credentials() -> Vec<Credential> {
    let opens = |key: &str, kind| Credential {
        sha256: Sha256::digest(key).into(),
        account: AccountId(0),
        kind,
        domains: Vec::new(),
        expires_at: None,
    };
    vec![opens(SECRET_KEY, CredentialKind::Secret), opens(PUBLIC_KEY, CredentialKind::Public)]
}

async fn furnish(bank: &Bank, account: &Account, opening: &Opening<'_>, now: Instant) {
    let context = Context { account, now, key: None };
    let recipient = RecipientChange {
        name: Some(opening.email.to_owned()),
        email: Some(Some(opening.email.to_owned())),
        kind: Some(RecipientKind::Individual),
        description: Some(Some("Default recipient".to_owned())),
        bank_account: Some(BankAccount {
            bank_code: "test".to_owned(),
            number: "123456789".to_owned(),
            name: "DEFAULT BANK ACCOUNT".to_owned(),
            kind: None,
            branch_code: None,
            created_at: now,
        }),
        default: Some(true),
        ..RecipientChange::default()
    };
    let recipient = bank.create_recipient(context, recipient).await.unwrap();
    bank.verify_recipient(context, recipient.id).await.unwrap();
    if opening.balance > 0 {
        bank.open_balance(context, opening.balance).await.unwrap();
    }
}
