//! A sandbox in memory that takes bytes as requests.

use std::sync::Arc;

use api::App;
use api::moov::PLATFORM_PARTY;
use axum::Router;
use axum::body::Body;
use bank::{BankAccount, PartyKind, RecipientKind};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use engine::{Account, AccountId, ClockId, Currency, Instant, LaneId, Mode, Zone};
use gateway::Gateway;
use gateway::bank::{Bank, Context, NewParty, NewWallet, RecipientChange};
use http::{Method, Request, Uri};
use http_body_util::BodyExt as _;
use runner::delivery::{Reach, Settings};
use runner::{Handle, MachineTime, Setup};
use serde_json::Map;
use sha2::{Digest as _, Sha256};
use store::sqlite::SqliteStore;
use store::{BankStore, ClockMode, ClockState, Credential, CredentialKind, Store, WebhookStore};
use tokio::runtime::Runtime;
use tower::ServiceExt as _;

const CLOCK: ClockId = ClockId(1);
const LANE: LaneId = LaneId(1);
/// 2026-01-01.
const NOW_SECONDS: i64 = 1_767_225_600;
const SECRET_KEY: &str = "skey_test_sandbox:";
const PUBLIC_KEY: &str = "pkey_test_sandbox:";
const PAIR: &str = "public:secret";
const PLATFORM: &str = "5352b013-ae58-4a63-8a3f-97f316a917cf";

/// A sandbox of an Omise account and a Moov platform.
pub struct World {
    runtime: Runtime,
    router: Router,
    runner: Arc<Handle>,
}

impl World {
    /// Opens one, with nothing in it but whose it is.
    pub fn open() -> World {
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let (router, runner) = runtime.block_on(open());
        World { runtime, router, runner }
    }

    /// Asks: a byte that says with which key, a line with method and path, lines with
    /// headers, an empty line, and the body.
    pub fn ask(&self, bytes: &[u8]) {
        let Some(request) = read(bytes) else { return };
        let asked = format!("{} {}", request.method(), request.uri());
        self.runtime.block_on(async {
            let answered = self.router.clone().oneshot(request).await.expect("it is infallible");
            let status = answered.status();
            let body = answered.into_body().collect().await.expect("it is in memory").to_bytes();
            assert!(!status.is_server_error(), "{asked}: {status}: {body:?}");
        });
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.runtime.block_on(async {
            self.runner.stop().await;
            self.runner.store().stop().await;
        });
    }
}

fn read(bytes: &[u8]) -> Option<Request<Body>> {
    let (key, rest) = bytes.split_first()?;
    let mut lines = rest.splitn(2, |byte| *byte == b'\n');
    let (method, path) = {
        let line = std::str::from_utf8(lines.next()?).ok()?;
        line.split_once(' ')?
    };
    let uri: Uri = path.parse().ok()?;
    // A clock that leaps over centuries takes its time, rightly.
    if uri.path().starts_with("/kalends/v1/clock") {
        return None;
    }
    let mut request =
        Request::builder().method(Method::from_bytes(method.as_bytes()).ok()?).uri(uri);
    let keys = match key {
        b'0' => Some(SECRET_KEY),
        b'1' => Some(PUBLIC_KEY),
        b'2' => Some(PAIR),
        _ => None,
    };
    if let Some(keys) = keys {
        let basic = format!("Basic {}", BASE64_STANDARD.encode(keys));
        request = request.header("authorization", basic);
    }
    let mut rest = lines.next().unwrap_or_default();
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        let (line, after) = rest.split_at(end);
        rest = &after[1..];
        if line.is_empty() {
            break;
        }
        let colon = line.iter().position(|byte| *byte == b':')?;
        let (name, value) = line.split_at(colon);
        request = request.header(name, &value[1..]);
    }
    request.body(Body::from(rest.to_vec())).ok()
}

async fn open() -> (Router, Arc<Handle>) {
    let store = SqliteStore::in_memory().expect("memory");
    let bank = Arc::new(Bank::new(Arc::clone(&store) as Arc<dyn BankStore>));
    let now = Instant::from_nanoseconds(NOW_SECONDS * 1_000_000_000);
    let state = ClockState { mode: ClockMode::Standing(now), target: None };
    store.set_clock(CLOCK, state).await.expect("memory");
    let keys = vec![
        credential(SECRET_KEY.trim_end_matches(':'), CredentialKind::Secret),
        credential(PUBLIC_KEY.trim_end_matches(':'), CredentialKind::Public),
    ];
    let merchant = store.create_account(account(now, "TH", Currency::THB), keys).await;
    let merchant = merchant.expect("memory");
    let context = Context { account: &merchant, now, key: None };
    bank.open_balance(context, 1_000_000).await.expect("memory");
    let recipient = RecipientChange {
        name: Some("Somchai".to_owned()),
        email: Some(Some("somchai@example.com".to_owned())),
        kind: Some(RecipientKind::Individual),
        bank_account: Some(BankAccount {
            bank_code: "test".to_owned(),
            number: "123456789".to_owned(),
            name: "SOMCHAI PRASERT".to_owned(),
            kind: None,
            branch_code: None,
            created_at: now,
        }),
        default: Some(true),
        ..RecipientChange::default()
    };
    bank.create_recipient(context, recipient).await.expect("memory");
    platform(&store, &bank, now).await;
    let setup = Setup {
        store: Arc::clone(&store) as Arc<dyn Store>,
        gateway: Arc::clone(&bank) as Arc<dyn Gateway>,
        bank,
        lane: LANE,
        clock: CLOCK,
        wall: Arc::new(MachineTime::new()),
    };
    let runner = Handle::start(setup).await.expect("memory");
    let webhooks = Arc::clone(&store) as Arc<dyn WebhookStore>;
    let settings = Settings::with_reach(Reach::Public);
    let wall = Arc::new(MachineTime::new());
    // Nobody delivers: letters would leave the machine.
    let (app, _) =
        App::new(Arc::clone(&runner)).webhooks_of(webhooks, wall, settings).expect("set up");
    (api::router(app), runner)
}

async fn platform(store: &Arc<SqliteStore>, bank: &Bank, now: Instant) {
    let keys = vec![credential(PAIR, CredentialKind::Secret)];
    let account = account(now, "US", Currency::USD);
    let mut account = store.create_account(account, keys).await.expect("memory");
    let party = NewParty {
        kind: PartyKind::Business,
        display_name: "Platform".to_owned(),
        email: None,
        foreign_id: None,
        capabilities: ["transfers", "send-funds", "collect-funds", "wallet"].map(Box::from).into(),
        attributes: Map::new(),
        // So that what the fuzzer is given to begin with can name it.
        given_id: Some(PLATFORM.into()),
        wallet: Some(NewWallet::in_currency(Currency::USD)),
    };
    let context = Context { account: &account, now, key: None };
    let party = bank.create_party(context, party).await.expect("memory");
    account.attributes.insert(PLATFORM_PARTY.to_owned(), party.id.0.into());
    store.update_account(account).await.expect("memory");
}

fn account(now: Instant, country: &str, currency: Currency) -> Account {
    Account {
        id: AccountId(0),
        lane: LANE,
        mode: Mode::Test,
        country: country.to_owned(),
        currency,
        zone: Zone::utc(),
        three_d_secure: false,
        created_at: now,
        attributes: Map::new(),
    }
}

fn credential(keys: &str, kind: CredentialKind) -> Credential {
    let sha256 = Sha256::digest(keys.as_bytes()).into();
    Credential { sha256, account: AccountId(0), kind, domains: Vec::new(), expires_at: None }
}
