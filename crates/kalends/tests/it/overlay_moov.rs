//! `kalends serve` in front of a sandbox that plays Moov.

use std::path::PathBuf;

use http::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::sandbox_process::{PAIR, SandboxProcess};

const START: &str = "2026-01-05T00:00:00Z";
const PLATFORM: &str = "5352b013-ae58-4a63-8a3f-97f316a917cf";
const PLATFORM_WALLET: &str = "041fdc88-c93d-4cb4-80aa-b2dde9a4fe2e";
const MERCHANT: &str = "ebbf46c6-122a-4367-bc45-7dd555e1d3b9";
const MERCHANT_WALLET: &str = "67ebda6c-de48-474c-b49d-2cd3aa7d3f92";
const SEED: &str = r#"
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

/// Who asks.
#[derive(Clone, Debug)]
enum Shown {
    Nothing,
    Pair(&'static str, &'static str),
    Token(String),
}

const OWN: Shown = Shown::Pair(PAIR.0, PAIR.1);

/// A platform, and a server in front of it, by clocks that are moved together.
struct World {
    folder: TempDir,
    upstream: SandboxProcess,
    server: SandboxProcess,
}

impl World {
    async fn open(more: &str) -> World {
        let folder = tempfile::tempdir().unwrap();
        let (data, log) = (file(&folder, "upstream.db"), file(&folder, "upstream.log"));
        std::fs::write(file(&folder, "seed.toml"), SEED).unwrap();
        let seed = file(&folder, "seed.toml");
        let arguments = ["--clock", START, "--seed", seed.to_str().unwrap()];
        let upstream = SandboxProcess::start(&data, &arguments, &log);
        std::fs::write(file(&folder, "key"), format!("{}\n", PAIR.1)).unwrap();
        let configuration = format!(
            "listen = \"127.0.0.1:0\"\ndata = \"{data}\"\n\n[[accounts]]\nname = \"platform\"\n\
             mode = \"test\"\n\n[accounts.moov]\nurl = {url:?}\npublic_key = {public:?}\n\
             secret_key_file = \"{key}\"\nper_second = 500\n{more}\n",
            data = file(&folder, "kalends.db").display(),
            key = file(&folder, "key").display(),
            public = PAIR.0,
            url = upstream.url,
        );
        std::fs::write(file(&folder, "kalends.toml"), configuration).unwrap();
        let server = SandboxProcess::serve(&file(&folder, "kalends.toml"), &file(&folder, "log"));
        let clock = json!({ "now": START });
        let path = "/kalends/v1/clock";
        assert_eq!(ask(&server, Method::PUT, path, &OWN, Some(&clock)).await.0, 200);
        World { folder, upstream, server }
    }

    async fn asked(&self, method: Method, path: &str, shown: &Shown, body: &Value) -> (u16, Value) {
        ask(&self.server, method, path, shown, Some(body)).await
    }

    async fn got(&self, path: &str) -> Value {
        let (status, answer) = ask(&self.server, Method::GET, path, &OWN, None).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    /// The upstream first: whoever pays is never behind whoever asks.
    async fn advance(&self, to: &str) {
        for server in [&self.upstream, &self.server] {
            let path = "/kalends/v1/clock/advance";
            let (status, answer) =
                ask(server, Method::POST, path, &OWN, Some(&json!({ "to": to }))).await;
            assert_eq!(status, 200, "{answer}");
        }
    }

    /// A token of the platform's, asked for through the server.
    async fn token(&self, scope: &str) -> Shown {
        let asked = json!({
            "grant_type": "client_credentials", "client_id": PAIR.0, "client_secret": PAIR.1,
            "scope": scope, "client_type": "service",
        });
        let path = "/oauth2/token";
        let (status, answer) = self.asked(Method::POST, path, &Shown::Nothing, &asked).await;
        assert_eq!(status, 200, "{answer}");
        Shown::Token(answer["access_token"].as_str().unwrap().to_owned())
    }

    fn restart(self) -> World {
        let World { folder, upstream, server } = self;
        server.kill();
        let server = SandboxProcess::serve(&file(&folder, "kalends.toml"), &file(&folder, "log"));
        World { folder, upstream, server }
    }
}

async fn ask(
    server: &SandboxProcess,
    method: Method,
    path: &str,
    shown: &Shown,
    body: Option<&Value>,
) -> (u16, Value) {
    let request = server.client().request(method, format!("{}{path}", server.url));
    let request = match shown {
        Shown::Nothing => request,
        Shown::Pair(public, secret) => request.basic_auth(public, Some(secret)),
        Shown::Token(token) => request.bearer_auth(token),
    };
    let request = match body {
        Some(body) => request.json(body),
        None => request,
    };
    let answered = request.send().await.unwrap();
    let status = answered.status().as_u16();
    (status, answered.json().await.unwrap_or_default())
}

fn file(folder: &TempDir, name: &str) -> PathBuf {
    folder.path().join(name)
}

/// Dues that the merchant pays the platform each week.
fn weekly(partner: &str) -> Value {
    json!({
        "description": "Membership",
        "recur": {
            "recurrenceRule": "FREQ=WEEKLY;COUNT=3",
            "start": "2026-01-06T09:00:00Z",
            "runTransfer": {
                "amount": { "currency": "USD", "value": 1_204 },
                "source": { "paymentMethodID": MERCHANT_WALLET },
                "destination": { "paymentMethodID": PLATFORM_WALLET },
                "partnerAccountID": partner,
                "description": "Dues",
            },
        },
    })
}

fn texts<'a>(list: &'a Value, field: &str) -> Vec<&'a str> {
    list.as_array().unwrap().iter().map(|it| it[field].as_str().unwrap()).collect()
}

fn schedules(account: &str) -> String {
    format!("/accounts/{account}/schedules")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_is_kept_here_and_transfers_at_the_platform_behind() {
    for authentication in ["pair", "token"] {
        let world = World::open(&format!("authentication = {authentication:?}")).await;
        let asked = weekly(PLATFORM);
        let (status, schedule) =
            world.asked(Method::POST, &schedules(PLATFORM), &OWN, &asked).await;
        assert_eq!(status, 200, "{schedule}");
        assert_eq!(schedule["recur"]["runTransfer"], asked["recur"]["runTransfer"]);
        assert_eq!(
            [&schedule["sourceAccountID"], &schedule["destinationAccountID"]],
            [MERCHANT, PLATFORM]
        );
        let world = world.restart();
        world.advance("2026-02-01T00:00:00Z").await;

        let id = schedule["scheduleID"].as_str().unwrap();
        let after = world.got(&format!("{}/{id}", schedules(PLATFORM))).await;
        let occurrences = &after["occurrences"];
        assert_eq!(texts(occurrences, "status"), ["completed"; 3]);
        assert_eq!(
            texts(occurrences, "runOn"),
            ["2026-01-06T09:00:00Z", "2026-01-13T09:00:00Z", "2026-01-20T09:00:00Z"]
        );
        // The upstream has exactly these, and does not know the schedule; here they name it.
        let list = format!("/accounts/{PLATFORM}/transfers");
        let (_, theirs) = ask(&world.upstream, Method::GET, &list, &OWN, None).await;
        let ours = world.got(&list).await;
        let mut ran = texts(occurrences, "ranTransferID");
        ran.reverse();
        assert_eq!(texts(&theirs, "transferID"), ran);
        let mut expected = theirs.clone();
        let runs = occurrences.as_array().unwrap().iter().rev();
        for (transfer, occurrence) in expected.as_array_mut().unwrap().iter_mut().zip(runs) {
            assert_eq!(transfer["scheduleID"], Value::Null);
            transfer["scheduleID"] = json!(id);
            transfer["occurrenceID"] = occurrence["occurrenceID"].clone();
        }
        assert_eq!(ours, expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_about_schedules_is_answered_as_the_platform_behind_answers_it() {
    let world = World::open("").await;
    let wallets = format!("/accounts/{MERCHANT}/wallets");
    for path in ["/ping", "/accounts?count=1", &wallets, "/accounts/none/cards", "/nothing"] {
        for shown in [OWN, Shown::Nothing, Shown::Pair(PAIR.0, "wrong")] {
            let ours = ask(&world.server, Method::GET, path, &shown, None).await;
            let theirs = ask(&world.upstream, Method::GET, path, &shown, None).await;
            assert_eq!(ours, theirs, "{path} {shown:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_moovs_opens_schedules_as_far_as_it_opens_transfers() {
    let world = World::open("").await;
    let (path, asked) = (schedules(PLATFORM), weekly(PLATFORM));
    let scope = |account, reach| format!("/accounts/{account}/transfers.{reach}");
    let looking = world.token(&scope(PLATFORM, "read")).await;
    let changing = world.token(&scope(PLATFORM, "write")).await;
    let of_another = world.token(&scope(MERCHANT, "write")).await;
    let stranger = Shown::Token("stranger".into());
    let made =
        async |path: &str, shown: &Shown| world.asked(Method::POST, path, shown, &asked).await;
    assert_eq!(made(&path, &looking).await.0, 403);
    assert_eq!(made(&path, &of_another).await.0, 403);
    assert_eq!(made(&path, &stranger).await.0, 401);
    assert_eq!(made(&path, &Shown::Nothing).await.0, 401);
    // Transfers are run on the partner: whoever may not run any there makes none, and is not
    // told how it is paid.
    let refused = "runTransfer.partnerAccountID names no account; \
                   runTransfer.destination.paymentMethodID names no payment method";
    assert_eq!(made(&schedules(MERCHANT), &of_another).await, (422, json!({ "recur": refused })));
    assert_eq!(world.got(&path).await, json!([]));
    let (status, schedule) = made(&path, &changing).await;
    assert_eq!(status, 200, "{schedule}");
    let seen = async |shown: &Shown| ask(&world.server, Method::GET, &path, shown, None).await;
    assert_eq!(seen(&looking).await, (200, json!([schedule])));
    assert_eq!(seen(&changing).await.0, 403);
    assert_eq!(seen(&stranger).await.0, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_names_only_what_the_platform_behind_knows() {
    const NOBODY: &str = "11111111-2222-4333-8444-555555555555";
    let world = World::open("").await;
    let refused = async |pointer: &str, value: &str| {
        let mut asked = weekly(PLATFORM);
        *asked.pointer_mut(&format!("/recur/runTransfer{pointer}")).unwrap() = json!(value);
        let (status, answer) = world.asked(Method::POST, &schedules(PLATFORM), &OWN, &asked).await;
        (status, answer["recur"].as_str().unwrap_or_default().to_owned())
    };
    let told = |text: &str| (422, format!("runTransfer.{text}"));
    assert_eq!(
        refused("/source/paymentMethodID", NOBODY).await,
        told("source.paymentMethodID names no payment method")
    );
    assert_eq!(
        refused("/destination/paymentMethodID", "../accounts").await,
        told("destination.paymentMethodID names no payment method")
    );
    assert_eq!(
        refused("/partnerAccountID", NOBODY).await,
        told("partnerAccountID names no account")
    );
    let path = schedules(NOBODY);
    assert_eq!(ask(&world.server, Method::GET, &path, &OWN, None).await.0, 404);
    assert_eq!(world.got(&schedules(PLATFORM)).await, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_platform_behind_nothing_is_made_and_nothing_is_guessed() {
    let world = World::open("").await;
    assert_eq!(world.got(&schedules(PLATFORM)).await, json!([]));
    let World { upstream, server, folder: _folder } = world;
    upstream.kill();
    let asked = weekly(PLATFORM);
    let path = schedules(PLATFORM);
    let (status, answer) = ask(&server, Method::POST, &path, &OWN, Some(&asked)).await;
    assert_eq!(status, 502, "{answer}");
    // What is kept here is shown all the same.
    assert_eq!(ask(&server, Method::GET, &path, &OWN, None).await, (200, json!([])));
    let (status, answer) = ask(&server, Method::GET, "/accounts", &OWN, None).await;
    assert_eq!(status, StatusCode::BAD_GATEWAY.as_u16());
    assert!(answer["error"].as_str().unwrap().starts_with("Moov could not be reached"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_made_here_opens_schedules_of_the_platform_and_is_shown_to_nobody_else() {
    let world = World::open("").await;
    let name = json!({ "name": "Nightly job" });
    let (_, made) = world.asked(Method::POST, "/kalends/v1/keys", &OWN, &name).await;
    let key = made["key"].as_str().unwrap();
    let status = async |path: &str| {
        let request = world.server.client().get(format!("{}{path}", world.server.url));
        request.basic_auth(key, Some("")).send().await.unwrap().status().as_u16()
    };
    assert_eq!(status(&schedules(PLATFORM)).await, 200);
    assert_eq!(status("/accounts").await, 403);
}
