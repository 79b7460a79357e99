//! `kalends serve` in front of a sandbox that plays Omise.

use std::path::PathBuf;

use http::StatusCode;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::sandbox_process::{PUBLIC_KEY, SECRET_KEY, SandboxProcess};

const START: &str = "2026-01-31T00:00:00Z";

/// An upstream, and a server in front of it, by clocks that are moved together.
pub(crate) struct World {
    folder: TempDir,
    upstream: SandboxProcess,
    pub(crate) server: SandboxProcess,
}

impl World {
    pub(crate) async fn open(more: &str) -> World {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("upstream.log");
        let data = folder.path().join("upstream.db");
        let upstream = SandboxProcess::start(&data, &["--clock", START], &log);
        std::fs::write(folder.path().join("key"), format!("{SECRET_KEY}\n")).unwrap();
        let configuration = format!(
            "listen = \"127.0.0.1:0\"\ndata = \"{data}\"\n\n[[accounts]]\nname = \"shop\"\n\
             mode = \"test\"\n\n[accounts.omise]\nurl = {url:?}\nvault_url = {url:?}\n\
             secret_key_file = \"{key}\"\npublic_key = {PUBLIC_KEY:?}\n{more}\n",
            data = folder.path().join("kalends.db").display(),
            key = folder.path().join("key").display(),
            url = upstream.url,
        );
        std::fs::write(folder.path().join("kalends.toml"), configuration).unwrap();
        let server = SandboxProcess::serve(&file(&folder, "kalends.toml"), &file(&folder, "log"));
        let world = World { folder, upstream, server };
        world.server.put_clock(START).await;
        world
    }

    /// The upstream first: whoever pays is never behind whoever asks.
    pub(crate) async fn advance(&self, to: &str) {
        self.upstream.advance(to).await;
        self.server.advance(to).await;
    }

    /// A customer with a card, made through the server.
    pub(crate) async fn customer(&self) -> Value {
        let token = self
            .server
            .post(
                "/tokens",
                &json!({ "card": {
                    "name": "Somchai Prasert", "number": "4242424242424242",
                    "expiration_month": 12, "expiration_year": 2040, "security_code": "123",
                }}),
            )
            .await;
        self.server.post("/customers", &json!({ "card": token["id"] })).await
    }

    fn restart(self) -> World {
        let World { folder, upstream, server } = self;
        server.kill();
        let server = SandboxProcess::serve(&file(&folder, "kalends.toml"), &file(&folder, "log"));
        World { folder, upstream, server }
    }
}

fn file(folder: &TempDir, name: &str) -> PathBuf {
    folder.path().join(name)
}

pub(crate) fn monthly(customer: &Value) -> Value {
    json!({
        "every": 1, "period": "month", "on": { "days_of_month": [31] },
        "end_date": "2026-12-31",
        "charge": { "customer": customer["id"], "amount": 19_900, "description": "Membership" },
    })
}

fn data(list: &Value) -> &[Value] {
    list["data"].as_array().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_is_kept_here_and_charges_the_account_behind() {
    let world = World::open("allow_card_numbers = true").await;
    let customer = world.customer().await;
    let schedule = world.server.post("/schedules", &monthly(&customer)).await;
    assert_eq!(schedule["charge"]["customer"], customer["id"]);
    assert_eq!(schedule["occurrences"]["total"], 1, "it starts today, and today is the 31st");
    let world = world.restart();
    world.advance("2026-04-01T00:00:00Z").await;

    let id = schedule["id"].as_str().unwrap();
    let occurrences = world.server.get(&format!("/schedules/{id}/occurrences")).await;
    let days: Vec<_> = data(&occurrences).iter().map(|it| &it["scheduled_on"]).collect();
    assert_eq!(days, ["2026-01-31", "2026-02-28", "2026-03-31"]);
    // The upstream has exactly these, and does not know the schedule; here they name it.
    let theirs = world.upstream.get("/charges?order=chronological").await;
    let ours = world.server.get("/charges?order=chronological").await;
    let results: Vec<_> = data(&occurrences).iter().map(|it| &it["result"]).collect();
    assert_eq!(data(&theirs).iter().map(|it| &it["id"]).collect::<Vec<_>>(), results);
    for (their, our) in data(&theirs).iter().zip(data(&ours)) {
        assert_eq!((&their["schedule"], &our["schedule"]), (&Value::Null, &json!(id)));
        let mut expected = their.clone();
        expected["schedule"] = json!(id);
        assert_eq!(*our, expected);
    }
    let of_customer = format!("/customers/{}/schedules", customer["id"].as_str().unwrap());
    let listed = world.server.get(&of_customer).await;
    assert_eq!(data(&listed).iter().map(|it| &it["id"]).collect::<Vec<_>>(), [id]);
    let found = world.server.get("/search?scope=charge_schedule").await;
    assert_eq!(found["total"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_about_schedules_is_answered_as_the_account_behind_answers_it() {
    let world = World::open("allow_card_numbers = true").await;
    world.customer().await;
    for path in
        ["/account", "/customers", "/customers/cust_none", "/events", "/balance?x=%20", "/nothing"]
    {
        let ask = async |server: &SandboxProcess, key: &str| {
            let request = server.client().get(format!("{}{path}", server.url));
            let request = request.basic_auth(key, Some("")).header("omise-version", "2017-11-02");
            let answered = request.send().await.unwrap();
            let mut headers = answered.headers().clone();
            // Every answer has its own.
            headers.remove("x-request-id");
            headers.remove("date");
            for of_this_server in ["ratelimit", "ratelimit-policy"] {
                headers.remove(of_this_server);
            }
            (answered.status(), headers, answered.text().await.unwrap())
        };
        for key in [SECRET_KEY, "skey_test_of_somebody_else"] {
            let (ours, theirs) = (ask(&world.server, key).await, ask(&world.upstream, key).await);
            assert_eq!(ours, theirs, "{path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_of_events_is_of_the_account_behind_and_of_schedules_kept_here() {
    let world = World::open("allow_card_numbers = true").await;
    let customer = world.customer().await;
    for day in [28, 31] {
        let mut asked = monthly(&customer);
        asked["on"]["days_of_month"] = json!([day]);
        let schedule = world.server.post("/schedules", &asked).await;
        world.advance(&format!("2026-0{}-15T00:00:00Z", if day == 28 { 3 } else { 5 })).await;
        let path = format!("/schedules/{}", schedule["id"].as_str().unwrap());
        let request = world.server.client().delete(format!("{}{path}", world.server.url));
        request.basic_auth(SECRET_KEY, Some("")).send().await.unwrap();
    }
    let theirs = world.upstream.get("/events?limit=100").await;
    let whole = world.server.get("/events?limit=100").await;
    let is_ours = |it: &&Value| it["key"].as_str().unwrap().starts_with("schedule.");
    let (ours, passed): (Vec<_>, Vec<_>) = data(&whole).iter().partition(is_ours);
    let keys: Vec<_> = ours.iter().map(|it| it["key"].as_str().unwrap()).collect();
    assert_eq!(
        keys,
        ["schedule.create", "schedule.destroy", "schedule.create", "schedule.destroy"]
    );
    let ids = |events: &[&Value]| events.iter().map(|it| it["id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids(&passed), ids(&data(&theirs).iter().collect::<Vec<_>>()));
    assert_eq!(whole["total"], json!(data(&theirs).len() + 4));
    assert!(data(&whole).is_sorted_by_key(|it| it["created_at"].as_str().unwrap().to_owned()));

    for order in ["chronological", "reverse_chronological"] {
        let mut expected = data(&whole).to_vec();
        if order == "reverse_chronological" {
            expected.reverse();
        }
        for limit in [1, 3, 100] {
            let mut read = Vec::new();
            for offset in (0..=expected.len()).step_by(limit) {
                let query = format!("/events?order={order}&limit={limit}&offset={offset}");
                let page = world.server.get(&query).await;
                assert_eq!(
                    [&page["total"], &page["limit"], &page["offset"]],
                    [&whole["total"], &json!(limit), &json!(offset)]
                );
                read.extend(data(&page).to_vec());
            }
            assert_eq!(read, expected, "{order} {limit}");
        }
    }
    let between = "/events?from=2026-03-15T00:00:00Z&to=2026-03-15T00:00:00Z&limit=100";
    let page = world.server.get(between).await;
    let within = data(&whole).iter().filter(|it| it["created_at"] == "2026-03-15T00:00:00Z");
    assert_eq!(data(&page).iter().collect::<Vec<_>>(), within.collect::<Vec<_>>());
    // Whom nothing opens here, Omise answers alone.
    let request = world.server.client().get(format!("{}/events", world.server.url));
    let answered = request.basic_auth("skey_test_of_somebody_else", Some("")).send().await;
    assert_eq!(answered.unwrap().status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_names_only_whom_the_account_behind_knows() {
    let world = World::open("allow_card_numbers = true").await;
    let (one, other) = (world.customer().await, world.customer().await);
    let refused = async |change: Value| {
        let mut asked = monthly(&one);
        for (name, value) in change.as_object().unwrap() {
            asked["charge"][name] = value.clone();
        }
        let (status, answer) = world.server.try_post("/schedules", &asked).await.unwrap();
        (status.as_u16(), answer["message"].clone())
    };
    let card = other["default_card"].as_str().unwrap();
    assert_eq!(
        refused(json!({ "customer": "cust_test_none" })).await,
        (404, json!("customer cust_test_none was not found"))
    );
    assert_eq!(
        refused(json!({ "customer": "../account" })).await,
        (404, json!("customer ../account was not found"))
    );
    assert_eq!(
        refused(json!({ "card": card })).await,
        (404, json!(format!("card {card} was not found")))
    );
    let schedules = world.server.get("/schedules").await;
    assert_eq!(schedules["total"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn card_numbers_are_not_passed_on_unless_that_was_allowed() {
    let world = World::open("").await;
    let card = json!({ "card": { "number": "4242424242424242" } });
    let (status, answer) = world.server.try_post("/tokens", &card).await.unwrap();
    assert_eq!((status.as_u16(), &answer["code"]), (403, &json!("card_numbers_refused")));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_account_behind_nothing_is_made_and_nothing_is_guessed() {
    let world = World::open("allow_card_numbers = true").await;
    let customer = world.customer().await;
    let World { upstream, server, folder: _folder } = world;
    upstream.kill();
    let (status, answer) = server.try_post("/schedules", &monthly(&customer)).await.unwrap();
    assert_eq!((status.as_u16(), &answer["code"]), (502, &json!("upstream_unreachable")));
    assert_eq!(server.get("/schedules").await["total"], 0);
    let answer = server.get("/customers").await;
    assert_eq!(answer["code"], "upstream_unreachable");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_made_here_opens_schedules_and_is_shown_to_nobody_else() {
    let world = World::open("").await;
    let made = world.server.post("/kalends/v1/keys", &json!({ "name": "Nightly job" })).await;
    let key = made["key"].as_str().unwrap();
    let ask = async |path: &str| {
        let request = world.server.client().get(format!("{}{path}", world.server.url));
        let answered = request.basic_auth(key, Some("")).send().await.unwrap();
        let status = answered.status().as_u16();
        (status, answered.json::<Value>().await.unwrap()["code"].clone())
    };
    assert_eq!(ask("/schedules").await, (200, Value::Null));
    assert_eq!(ask("/charges").await, (403, json!("key_made_here")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_the_configuration_no_longer_names_opens_nothing() {
    let world = World::open("").await;
    let schedules = async |server: &SandboxProcess, key: &str| {
        let request = server.client().get(format!("{}/schedules", server.url));
        request.basic_auth(key, Some("")).send().await.unwrap().status().as_u16()
    };
    assert_eq!(schedules(&world.server, SECRET_KEY).await, 200);
    std::fs::write(file(&world.folder, "key"), "skey_test_after_it").unwrap();
    let world = world.restart();
    assert_eq!(schedules(&world.server, SECRET_KEY).await, 401);
    assert_eq!(schedules(&world.server, "skey_test_after_it").await, 200);
}

#[test]
fn a_key_of_the_other_mode_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let check = |mode: &str, key: &str| {
        let configuration = format!(
            "[[accounts]]\nname = \"shop\"\nmode = \"{mode}\"\n\n[accounts.omise]\n\
             secret_key_file = \"{}\"\n",
            file(&folder, "key").display()
        );
        std::fs::write(file(&folder, "key"), key).unwrap();
        std::fs::write(file(&folder, "kalends.toml"), configuration).unwrap();
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_kalends"));
        command.args(["config", "check", "--config"]).arg(file(&folder, "kalends.toml"));
        command.output().unwrap().status.success()
    };
    assert!(check("test", "skey_test_1") && check("live", "skey_1"));
    assert!(!check("live", "skey_test_1") && !check("test", "skey_1"));
}
