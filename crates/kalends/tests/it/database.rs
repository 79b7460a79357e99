//! `kalends serve` on PostgreSQL: nodes that share a database, and one that is away.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use cluster::pooler::Pooler;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::sandbox_process::{PUBLIC_KEY, SECRET_KEY, SandboxProcess};

const START: &str = "2026-01-31T00:00:00Z";

/// An upstream, and nodes in front of it over one database.
struct World {
    folder: TempDir,
    database: String,
    /// How nodes reach it, password included.
    url: String,
    upstream: SandboxProcess,
}

impl World {
    async fn open() -> World {
        let database = cluster::empty_database().await;
        World::over(cluster::url_with_password(&database), database)
    }

    async fn behind(pooler: &Pooler) -> World {
        let database = cluster::empty_database().await;
        World::over(pooler.url_with_password(&database), database)
    }

    fn over(url: String, database: String) -> World {
        let folder = tempfile::tempdir().unwrap();
        let (data, log) = (folder.path().join("upstream.db"), folder.path().join("upstream.log"));
        let upstream = SandboxProcess::start(&data, &["--clock", START], &log);
        std::fs::write(folder.path().join("key"), SECRET_KEY).unwrap();
        World { folder, database, url, upstream }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes the configuration of a node; where its files are.
    fn configure(&self, name: &str) -> (PathBuf, PathBuf) {
        let (before, after) = self.url.split_once('@').unwrap();
        let (user, password) = before.rsplit_once(':').unwrap();
        std::fs::write(self.path("password"), password).unwrap();
        let mut text = format!(
            "listen = \"127.0.0.1:0\"\n[store]\nurl = \"{user}@{after}\"\n\
             password_file = \"{password}\"\nconnect_timeout_seconds = 1\n",
            password = self.path("password").display(),
        );
        write!(
            text,
            "[[accounts]]\nname = \"shop\"\nmode = \"test\"\n[accounts.omise]\nurl = {url:?}\n\
             vault_url = {url:?}\nsecret_key_file = \"{key}\"\npublic_key = {PUBLIC_KEY:?}\n\
             allow_card_numbers = true\n",
            url = self.upstream.url,
            key = self.path("key").display(),
        )
        .unwrap();
        let file = self.path(&format!("{name}.toml"));
        std::fs::write(&file, text).unwrap();
        (file, self.path(&format!("{name}.log")))
    }

    fn node(&self, name: &str) -> SandboxProcess {
        let (file, log) = self.configure(name);
        SandboxProcess::serve(&file, &log)
    }

    /// Whether anybody may connect to the database; those who are, are not any more.
    async fn let_in(&self, lets: bool) {
        let database = &self.database;
        let may = format!("ALTER DATABASE {database} WITH ALLOW_CONNECTIONS {lets}");
        cluster::administer("postgres", &may).await;
        if !lets {
            let end = format!(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'"
            );
            cluster::administer("postgres", &end).await;
        }
    }
}

async fn daily(node: &SandboxProcess) -> String {
    let card = json!({ "card": {
        "name": "Somchai Prasert", "number": "4242424242424242",
        "expiration_month": 12, "expiration_year": 2040, "security_code": "123",
    }});
    let token = node.post("/tokens", &card).await;
    let customer = node.post("/customers", &json!({ "card": token["id"] })).await;
    let body = json!({
        "every": 1, "period": "day", "start_date": "2026-02-01", "end_date": "2026-02-05",
        "charge": { "customer": customer["id"], "amount": 100_000 },
    });
    node.post("/schedules", &body).await["id"].as_str().unwrap().to_owned()
}

async fn paid(node: &SandboxProcess, schedule: &str) -> Vec<Value> {
    let shown = node.get(&format!("/schedules/{schedule}/occurrences?limit=100")).await;
    shown["data"].as_array().unwrap().iter().map(|it| it["status"].clone()).collect()
}

async fn readiness(node: &SandboxProcess) -> u16 {
    let asked = node.client().get(format!("{}/readyz", node.url)).send().await;
    asked.unwrap().status().as_u16()
}

/// Resolves once a node is as ready as this.
async fn becomes(node: &SandboxProcess, status: u16) {
    for _ in 0..600 {
        if readiness(node).await == status {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("/readyz did not come to say {status}");
}

async fn advance(world: &World, node: &SandboxProcess, to: &str) {
    world.upstream.advance(to).await;
    node.advance(to).await;
}

/// Nodes lose their database and find it again: they are not ready meanwhile, and nothing of
/// what they had been told to pay is lost or paid twice.
async fn are_without_a_database_for_a_while(world: &World, nodes: [&SandboxProcess; 2]) {
    let [first, second] = nodes;
    first.put_clock(START).await;
    let schedule = daily(first).await;
    advance(world, second, "2026-02-02T12:00:00Z").await;
    assert_eq!(paid(first, &schedule).await, ["successful"; 2]);

    world.let_in(false).await;
    for node in nodes {
        becomes(node, 503).await;
        let asked = node.client().get(format!("{}/schedules", node.url));
        let asked = asked.basic_auth(SECRET_KEY, Some("")).send().await.unwrap();
        assert_eq!(asked.status().as_u16(), 500);
    }
    world.let_in(true).await;
    becomes(first, 200).await;
    becomes(second, 200).await;
    advance(world, first, "2026-02-06T12:00:00Z").await;
    assert_eq!(paid(second, &schedule).await, ["successful"; 5]);
    let charges = world.upstream.get("/charges?limit=100").await;
    assert_eq!(charges["total"], 5);
}

#[tokio::test]
async fn a_database_that_is_away_makes_nodes_not_ready_and_loses_nothing() {
    let world = World::open().await;
    let (first, second) = (world.node("first"), world.node("second"));
    are_without_a_database_for_a_while(&world, [&first, &second]).await;
}

#[tokio::test]
async fn a_pooler_of_sessions_may_stand_between_nodes_and_their_database() {
    // Sixteen connections of each node, and one of whoever would move the data.
    let pooler = Pooler::start(33);
    let world = World::behind(&pooler).await;
    let (first, second) = (world.node("first"), world.node("second"));
    are_without_a_database_for_a_while(&world, [&first, &second]).await;

    let migrate = Command::new(env!("CARGO_BIN_EXE_kalends"))
        .args(["migrate", "--from", &world.url, "--to"])
        .arg(world.path("moved.db"))
        .output()
        .unwrap();
    let told = String::from_utf8(migrate.stderr).unwrap();
    assert!(told.contains("the database is in use"), "{told}");
}

#[tokio::test]
async fn a_password_that_is_wrong_ends_the_server_at_once_and_is_not_told() {
    let world = World::open().await;
    let (file, output) = world.configure("node");
    std::fs::write(world.path("password"), "guessed").unwrap();
    let ended = SandboxProcess::try_serve(&file, &output, None).map(|_| ()).unwrap_err();
    assert!(!ended.success());
    let told = std::fs::read_to_string(&output).unwrap();
    assert!(told.contains("cannot open the database of store.url"), "{told}");
    assert!(told.contains("password authentication failed"), "{told}");
    assert!(!told.contains("guessed"), "{told}");
}
