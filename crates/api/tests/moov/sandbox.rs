//! A server of one platform, and a client of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use api::moov::{Ids, PLATFORM_PARTY, Version};
use api::{App, RateLimits};
use axum::Router;
use axum::body::Body;
use bank::PartyKind;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use engine::{Account, AccountId, ClockId, Currency, Instant, LaneId, Mode, PartyId, Zone};
use gateway::Gateway;
use gateway::bank::{Bank, Context, NewParty, NewWallet};
use http::{HeaderMap, Request};
use http_body_util::BodyExt as _;
use runner::delivery::{Post, Reach, Settings};
use runner::{Handle, Setup, WallTime};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use store::{ClockMode, ClockState, Credential, CredentialKind, Data};
use tower::ServiceExt as _;

use crate::described::{Exchange, assert_described};
use crate::kept;

/// When it is.
pub(crate) const NOW: &str = "2026-01-05T15:00:00Z";

/// The platform's pair of keys.
pub(crate) const PAIR: &str = "sandbox-public:sandbox-secret";
const CLOCK: ClockId = ClockId(1);
const LANE: LaneId = LaneId(1);

/// A server of one platform in the United States.
pub(crate) struct Sandbox {
    router: Router,
    /// The running loop: its store, bank and clock.
    pub(crate) runner: Arc<Handle>,
    /// The platform's tenant.
    pub(crate) account: Account,
    /// The id of the platform's own account.
    pub(crate) platform: String,
    wall: Arc<StandingWall>,
    store: Arc<dyn Data>,
    post: Arc<Post>,
}

/// A wall clock that a test moves, by which tokens expire.
struct StandingWall(AtomicI64);

impl WallTime for StandingWall {
    fn now(&self) -> Instant {
        Instant::from_nanoseconds(self.0.load(Ordering::Relaxed))
    }

    fn elapsed(&self) -> Duration {
        Duration::from_nanos(self.0.load(Ordering::Relaxed).cast_unsigned())
    }
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answered {
    /// HTTP status.
    pub(crate) status: u16,
    /// The body as it was sent.
    pub(crate) text: String,
    /// The headers.
    pub(crate) headers: HeaderMap,
}

/// How a request is made.
#[must_use]
pub(crate) struct Asking<'a> {
    sandbox: &'a Sandbox,
    authorization: Option<String>,
    headers: Vec<(&'a str, &'a str)>,
}

impl Sandbox {
    /// Opens one.
    pub(crate) async fn open() -> Sandbox {
        Sandbox::open_at(NOW).await
    }

    /// Opens one at another time.
    pub(crate) async fn open_at(now: &str) -> Sandbox {
        let store = kept::open().await;
        let bank = Arc::new(Bank::new(store.clone()));
        let now = instant(now);
        let state = ClockState { mode: ClockMode::Standing(now), target: None };
        store.set_clock(CLOCK, state).await.unwrap();
        let mut account = store.create_account(platform(now), vec![pair(PAIR)]).await.unwrap();
        let party = furnish(&bank, &account, now).await;
        account.attributes.insert(PLATFORM_PARTY.to_owned(), party.0.into());
        store.update_account(account.clone()).await.unwrap();
        let wall = Arc::new(StandingWall(AtomicI64::new(now.nanoseconds())));
        let setup = Setup {
            store: store.clone(),
            gateway: Arc::clone(&bank) as Arc<dyn Gateway>,
            bank,
            lane: LANE,
            clock: CLOCK,
            wall: Arc::clone(&wall) as Arc<dyn WallTime>,
        };
        let runner = Handle::start(setup).await.unwrap();
        let settings = Settings::with_reach(Reach::Anywhere);
        let app = App::new(Arc::clone(&runner));
        let app = app.webhooks_of(store.clone(), Arc::clone(&wall) as Arc<dyn WallTime>, settings);
        let (app, setup) = app.unwrap();
        let post = Post::new(setup).unwrap();
        let platform = Ids::of(&app, &account).id(party);
        Sandbox { router: api::router(app), runner, account, platform, wall, store, post }
    }

    /// Delivers what webhook endpoints are to be told now.
    pub(crate) async fn deliver(&self) {
        for id in self.store.endpoint_ids().await.unwrap() {
            while self.post.round(id).await.unwrap().is_some_and(|round| round.is_to_go_on()) {}
        }
    }

    /// The same, where nobody may ask more than this.
    pub(crate) fn limited(self, limits: RateLimits) -> Sandbox {
        let app = App::new(Arc::clone(&self.runner)).with_rate_limits(limits);
        Sandbox { router: api::router(app), ..self }
    }

    /// Advances the clock.
    pub(crate) async fn advance(&self, to: &str) {
        self.runner.advance_clock(instant(to)).await.unwrap();
    }

    /// Gives an account's wallet its first money.
    pub(crate) async fn fill_wallet(&self, account: &str, amount_minor: i64) {
        let app = App::new(Arc::clone(&self.runner));
        let party: PartyId = Ids::of(&app, &self.account).find(account).unwrap();
        let context = Context { account: &self.account, now: self.runner.now(), key: None };
        let bank = self.runner.bank();
        let wallet = bank.wallets(self.account.id, party).await.unwrap().remove(0);
        bank.open_wallet_balance(context, &wallet, amount_minor).await.unwrap();
    }

    /// Moves the wall clock, and nothing else.
    pub(crate) fn wait_seconds(&self, seconds: i64) {
        self.wall.0.fetch_add(seconds * 1_000_000_000, Ordering::Relaxed);
    }

    /// Gives the platform another pair of keys, bound to domains.
    pub(crate) async fn add_pair(&self, keys: &str, domains: &[&str]) {
        let domains = domains.iter().copied().map(Box::from).collect();
        let credential = Credential { account: self.account.id, domains, ..pair(keys) };
        self.runner.store().put_credentials(vec![credential]).await.unwrap();
    }

    /// With the platform's pair of keys.
    pub(crate) fn ask(&self) -> Asking<'_> {
        self.ask_as(PAIR)
    }

    /// With another pair of keys.
    pub(crate) fn ask_as(&self, pair: &str) -> Asking<'_> {
        let basic = format!("Basic {}", STANDARD.encode(pair));
        Asking { sandbox: self, authorization: Some(basic), headers: Vec::new() }
    }

    /// With an access token.
    pub(crate) fn ask_bearing(&self, token: &str) -> Asking<'_> {
        let bearer = format!("Bearer {token}");
        Asking { sandbox: self, authorization: Some(bearer), headers: Vec::new() }
    }

    /// With neither.
    pub(crate) fn ask_anonymously(&self) -> Asking<'_> {
        Asking { sandbox: self, authorization: None, headers: Vec::new() }
    }

    /// What is at a path.
    pub(crate) async fn get(&self, path: &str) -> Value {
        self.ask().get(path).await.ok()
    }

    /// What a POST makes.
    pub(crate) async fn post(&self, path: &str, body: Value) -> Value {
        self.ask().post(path, body).await.ok()
    }

    /// What a PUT leaves.
    pub(crate) async fn put(&self, path: &str, body: Value) -> Value {
        self.ask().send("PUT", path, Some(body)).await.ok()
    }

    /// What a PATCH changes.
    pub(crate) async fn patch(&self, path: &str, body: Value) -> Value {
        self.ask().send("PATCH", path, Some(body)).await.ok()
    }

    /// A DELETE that is done.
    pub(crate) async fn delete(&self, path: &str) {
        self.ask().send("DELETE", path, None).await.is_bare(204);
    }

    /// What anybody is shown at a path that is no JSON: status, media type and bytes.
    pub(crate) async fn fetch(&self, path: &str) -> (u16, String, Vec<u8>) {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let media_type = response.headers()["content-type"].to_str().unwrap().to_owned();
        let status = response.status().as_u16();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        (status, media_type, bytes.to_vec())
    }

    /// Answers a request. Whatever it is, it has a name.
    pub(crate) async fn answer(&self, request: Request<Body>) -> Answered {
        let asked = format!("{} {}", request.method(), request.uri());
        let (method, path) = (request.method().to_string(), request.uri().path().to_owned());
        let document = document_of(&request);
        let response = self.router.clone().oneshot(request).await.unwrap();
        let headers = response.headers().clone();
        let name = headers["x-request-id"].to_str().unwrap();
        assert!(uuid::Uuid::try_parse(name).is_ok(), "{asked}: {name}");
        let status = response.status().as_u16();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        assert_described(&Exchange {
            document: &document,
            method: &method,
            path: &path,
            status,
            content_type: headers.get("content-type").map(|it| it.to_str().unwrap()),
            body: &text,
        });
        Answered { status, text, headers }
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

    /// Sends any request.
    pub(crate) async fn send(self, method: &str, path: &str, body: Option<Value>) -> Answered {
        match body {
            Some(body) => self.send_as(method, path, "application/json", body.to_string()).await,
            None => self.exchange(method, path, None).await,
        }
    }

    /// Sends a body as it stands, in an encoding.
    pub(crate) async fn send_as(
        self,
        method: &str,
        path: &str,
        content_type: &str,
        body: impl Into<Body>,
    ) -> Answered {
        self.exchange(method, path, Some((content_type, body.into()))).await
    }

    async fn exchange(self, method: &str, path: &str, body: Option<(&str, Body)>) -> Answered {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(authorization) = self.authorization {
            request = request.header("Authorization", authorization);
        }
        for (name, value) in self.headers {
            request = request.header(name, value);
        }
        let request = match body {
            Some((kind, body)) => request.header("Content-Type", kind).body(body),
            None => request.body(Body::empty()),
        };
        self.sandbox.answer(request.unwrap()).await
    }
}

impl Answered {
    /// The body of a 200.
    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text);
        self.body()
    }

    /// The body, which is JSON.
    #[track_caller]
    pub(crate) fn body(&self) -> Value {
        assert_eq!(self.headers["content-type"], "application/json");
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {:?}", self.text))
    }

    /// Asserts a status without a body.
    #[track_caller]
    pub(crate) fn is_bare(&self, status: u16) {
        assert_eq!((self.status, self.text.as_str()), (status, ""));
        assert_eq!(self.headers.get("content-type"), None);
    }

    /// Asserts a status and its body.
    #[track_caller]
    pub(crate) fn is(&self, status: u16, body: &Value) {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(&self.body(), body);
    }
}

/// An object with some of its fields alone.
pub(crate) fn only(object: &Value, fields: &[&str]) -> Value {
    let known = |field: &&str| ((*field).to_owned(), object[*field].clone());
    Value::Object(fields.iter().map(known).collect())
}

/// A field that is text: an id.
#[track_caller]
pub(crate) fn text(object: &Value, field: &str) -> String {
    object[field].as_str().unwrap_or_else(|| panic!("{object} has no {field}")).to_owned()
}

pub(crate) fn instant(text: &str) -> Instant {
    Instant::from_timestamp(text.parse().unwrap()).unwrap()
}

/// The name of the document that describes what a request asks for.
fn document_of(request: &Request<Body>) -> String {
    if request.uri().path().starts_with("/kalends/") {
        return "kalends-v1.json".to_owned();
    }
    let asked = request.headers().get("X-Moov-Version").and_then(|it| it.to_str().ok());
    let version = asked.map_or(Some(Version::DEFAULT), Version::resolve);
    // What asks for no version at all is refused in the same way in all of them.
    api::moov::openapi::name(version.unwrap_or(Version::DEFAULT))
}

fn platform(now: Instant) -> Account {
    Account {
        id: AccountId(0),
        lane: LANE,
        mode: Mode::Test,
        country: "US".to_owned(),
        currency: Currency::parse("USD").unwrap(),
        zone: Zone::utc(),
        three_d_secure: false,
        created_at: now,
        attributes: Map::new(),
    }
}

/// The platform's own party, with a wallet.
async fn furnish(bank: &Bank, account: &Account, now: Instant) -> PartyId {
    let party = NewParty {
        kind: PartyKind::Business,
        display_name: "Sandbox platform".to_owned(),
        email: None,
        foreign_id: None,
        capabilities: ["transfers", "send-funds", "collect-funds", "wallet"].map(Box::from).into(),
        attributes: Map::new(),
        given_id: None,
        wallet: Some(NewWallet::in_currency(account.currency)),
    };
    bank.create_party(Context { account, now, key: None }, party).await.unwrap().id
}

fn pair(pair: &str) -> Credential {
    Credential {
        sha256: Sha256::digest(pair).into(),
        account: AccountId(0),
        kind: CredentialKind::Secret,
        domains: Vec::new(),
        expires_at: None,
    }
}
