//! A hostile client, with all that it can do at once: payments are made on time, whoever is
//! honest is answered, and nothing fails.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use engine::Instant;
use jiff::Timestamp;
use runner::{MachineTime, WallTime as _};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;

use crate::sandbox_process::{PAIR, POLL, SECRET_KEY, SandboxProcess, eventually};

const PARTNER: &str = "5352b013-ae58-4a63-8a3f-97f316a917cf";
const MERCHANT: &str = "ebbf46c6-122a-4367-bc45-7dd555e1d3b9";
const PARTNER_WALLET: &str = "041fdc88-c93d-4cb4-80aa-b2dde9a4fe2e";
const MERCHANT_WALLET: &str = "67ebda6c-de48-474c-b49d-2cd3aa7d3f92";
const SEED: &str = r#"
[moov]
id = "5352b013-ae58-4a63-8a3f-97f316a917cf"
wallet = { payment_method = "041fdc88-c93d-4cb4-80aa-b2dde9a4fe2e", balance = 100000 }

[[moov.account]]
id = "ebbf46c6-122a-4367-bc45-7dd555e1d3b9"
name = "Merchant"
wallet = { payment_method = "67ebda6c-de48-474c-b49d-2cd3aa7d3f92", balance = 0 }
"#;

/// Connections of the attack, from so many addresses.
const CONNECTIONS: u64 = 10_000;
const CONNECTIONS_FROM: u8 = 3;
/// Files that the attack needs, and what else is open.
const OPEN_FILES: u64 = 11_000;
/// Seconds for the attack to begin in, and seconds in each of which a payment is due.
const BEGINNING_SECONDS: i64 = 8;
const PAYMENTS: u8 = 15;
/// How late a payment may be.
const LATE_MAX: Duration = Duration::from_secs(1);
/// How long whoever is honest may wait for an answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// What the process may hold in memory at most.
const MEMORY_MAX_KIB: u64 = 512 * 1_024;

/// What came of the attack.
#[derive(Default)]
struct Tally {
    connected: AtomicU64,
    refused: AtomicU64,
    failures: AtomicU64,
}

impl Tally {
    /// The head of an answer: a hostile client is refused, and nothing fails because of it.
    fn note(&self, status: u16) {
        let count = if status >= 500 { &self.failures } else { &self.refused };
        count.fetch_add(1, Ordering::Relaxed);
    }
}

#[derive(Clone)]
struct Attack {
    target: SocketAddr,
    tally: Arc<Tally>,
}

impl Attack {
    async fn connect(&self, from: Ipv4Addr) -> std::io::Result<TcpStream> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(SocketAddr::from((from, 0)))?;
        let stream = socket.connect(self.target).await?;
        self.tally.connected.fetch_add(1, Ordering::Relaxed);
        Ok(stream)
    }

    /// Notes the status that comes, if one does.
    async fn read_status(&self, stream: &mut TcpStream) {
        let mut head = [0; 12];
        if stream.read_exact(&mut head).await.is_ok()
            && let Some(status) =
                std::str::from_utf8(&head[9..]).ok().and_then(|it| it.parse().ok())
        {
            self.tally.note(status);
        }
    }

    /// A head that never ends.
    async fn half_a_head(self, from: Ipv4Addr) {
        let Ok(mut stream) = self.connect(from).await else { return };
        let _ = stream.write_all(b"POST /schedules HTTP/1.1\r\nhost: kalends\r\nx-slow: ").await;
        // Until the server ends it.
        self.read_status(&mut stream).await;
    }

    /// A body that comes a byte at a time.
    async fn slow_body(self, from: Ipv4Addr) {
        let Ok(mut stream) = self.connect(from).await else { return };
        let head = format!(
            "POST /schedules HTTP/1.1\r\nhost: kalends\r\nauthorization: Basic {}\r\n\
             content-type: application/json\r\ncontent-length: 100000\r\n\r\n",
            basic(SECRET_KEY)
        );
        let _ = stream.write_all(head.as_bytes()).await;
        while stream.write_all(b" ").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }

    /// Bodies that are larger than any may be, one after another.
    async fn huge_bodies(self, from: Ipv4Addr) {
        let chunk = vec![b' '; 64 * 1_024];
        let head = format!(
            "POST /customers HTTP/1.1\r\nhost: kalends\r\nauthorization: Basic {}\r\n\
             content-type: application/json\r\ncontent-length: 10000000000\r\n\r\n",
            basic(SECRET_KEY)
        );
        loop {
            let Ok(mut stream) = self.connect(from).await else { continue };
            let _ = stream.write_all(head.as_bytes()).await;
            let mut sent = 0;
            while sent < 64 * 1_024 * 1_024 && stream.write_all(&chunk).await.is_ok() {
                sent += chunk.len();
            }
            assert!(sent < 64 * 1_024 * 1_024, "a body of {sent} bytes was taken");
            self.read_status(&mut stream).await;
        }
    }

    /// What is no request, and what is one that says nothing.
    async fn malformed(self, from: Ipv4Addr, key: &'static str) {
        let deep_json = "[".repeat(200_000);
        let deep_form = format!("a{}=1", "[b]".repeat(60));
        let long_form = "a[]=1&".repeat(50_000);
        let request = |content_type: &str, body: &[u8]| {
            let mut bytes = format!(
                "POST /schedules HTTP/1.1\r\nhost: kalends\r\nauthorization: Basic {}\r\n\
                 content-type: {content_type}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                basic(key),
                body.len()
            )
            .into_bytes();
            bytes.extend_from_slice(body);
            bytes
        };
        let form = "application/x-www-form-urlencoded";
        let requests = [
            request("application/json", deep_json.as_bytes()),
            request("application/json", b"{\"every\": \"\xff\xfe\"}"),
            request(form, deep_form.as_bytes()),
            request(form, long_form.as_bytes()),
            request(form, b"charge[customer]=\xc3\x28&%ff=%00"),
            request("multipart/form-data; boundary=x", b"--x\r\n\xff\r\n\r\n--x--"),
            b"GET /schedules/\xff\xfe HTTP/1.1\r\nhost: kalends\r\n\r\n".to_vec(),
            b"GET /schedules HTTP/1.1\r\nhost: kalends\r\nomise-version: \xff\r\n\r\n".to_vec(),
            b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".repeat(10),
            format!("GET /{} HTTP/1.1\r\n\r\n", "a/".repeat(60_000)).into_bytes(),
        ];
        loop {
            for request in &requests {
                let Ok(mut stream) = self.connect(from).await else { continue };
                // The answer may come before all is written.
                let _ = stream.write_all(request).await;
                let _ = stream.shutdown().await;
                self.read_status(&mut stream).await;
            }
        }
    }

    /// Keys that open nothing, as fast as they are refused.
    async fn wrong_keys(self, from: Ipv4Addr) {
        let client = reqwest::Client::builder().local_address(Some(from.into())).build().unwrap();
        for guess in 0_u64.. {
            let asked = client.get(format!("http://{}/schedules", self.target));
            let asked = asked.basic_auth(format!("skey_test_{guess:020}"), Some(""));
            if let Ok(answered) = asked.send().await {
                self.tally.note(answered.status().as_u16());
            }
        }
    }

    /// Many requests, and no answer read.
    async fn unread(self, from: Ipv4Addr) {
        let request = format!(
            "GET /capability HTTP/1.1\r\nhost: kalends\r\nauthorization: Basic {}\r\n\r\n",
            basic(SECRET_KEY)
        );
        let Ok(mut stream) = self.connect(from).await else { return };
        while stream.write_all(request.as_bytes()).await.is_ok() {}
    }

    /// All of it, until the set is dropped.
    async fn begin(&self) -> JoinSet<()> {
        let mut attackers = JoinSet::new();
        let address = |kind: u8, which: u8| Ipv4Addr::new(127, 0, kind, which);
        for kind in 0..4 {
            attackers.spawn(self.clone().huge_bodies(address(3, kind + 1)));
            attackers.spawn(self.clone().malformed(address(4, kind + 1), SECRET_KEY));
            attackers.spawn(self.clone().malformed(address(4, kind + 1), "skey_test_none"));
            attackers.spawn(self.clone().wrong_keys(address(5, kind + 1)));
            attackers.spawn(self.clone().unread(address(6, kind + 1)));
        }
        for _ in 0..200 {
            attackers.spawn(self.clone().slow_body(address(2, 1)));
        }
        for (which, from) in (0..CONNECTIONS).zip((1..=CONNECTIONS_FROM).cycle()) {
            attackers.spawn(self.clone().half_a_head(address(1, from)));
            if which % 100 == 0 {
                // More than are taken at once would wait for the kernel to try again.
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
        attackers
    }
}

fn basic(key: &str) -> String {
    use base64::Engine as _;
    base64::prelude::BASE64_STANDARD.encode(format!("{key}:"))
}

fn allow_open_files() {
    let limit = getrlimit(Resource::Nofile);
    let enough = |limit: Option<u64>| limit.is_none_or(|limit| limit >= OPEN_FILES);
    let maximum = if enough(limit.maximum) { limit.maximum } else { Some(OPEN_FILES) };
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum })
        .expect("this test opens ten thousand connections, and needs as many files");
}

fn start(folder: &Path) -> SandboxProcess {
    let seed = folder.join("seed.toml");
    std::fs::write(&seed, SEED).unwrap();
    let more = ["--seed", seed.to_str().unwrap()];
    SandboxProcess::start(&folder.join("kalends.db"), &more, &folder.join("log"))
}

/// A payment in every second of some, from now on.
async fn schedule(sandbox: &SandboxProcess) -> String {
    let first = MachineTime::new().now().nanoseconds() / 1_000_000_000 + BEGINNING_SECONDS;
    let method = |id: &str| json!({ "paymentMethodID": id });
    let occurrences: Vec<Value> = (0..PAYMENTS)
        .map(|second| {
            json!({
                "runOn": Timestamp::from_second(first + i64::from(second)).unwrap().to_string(),
                "runTransfer": {
                    "amount": { "value": 100, "currency": "USD" },
                    "partnerAccountID": PARTNER,
                    "source": method(PARTNER_WALLET),
                    "destination": method(MERCHANT_WALLET),
                    "description": "on time",
                },
            })
        })
        .collect();
    let asked = sandbox.client().post(format!("{}/accounts/{PARTNER}/schedules", sandbox.url));
    let body = json!({
        "destinationAccountID": MERCHANT, "partnerAccountID": PARTNER,
        "sourceAccountID": PARTNER, "occurrences": occurrences,
    });
    let made = asked.basic_auth(PAIR.0, Some(PAIR.1)).json(&body).send().await.unwrap();
    let made: Value = made.json().await.unwrap();
    made["scheduleID"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned()
}

/// What an honest client is answered.
async fn look(sandbox: &SandboxProcess, schedule: &str) -> reqwest::Result<Value> {
    let url = format!("{}/accounts/{PARTNER}/schedules/{schedule}", sandbox.url);
    let asked = sandbox.client().get(url).basic_auth(PAIR.0, Some(PAIR.1)).timeout(PATIENCE);
    asked.send().await?.error_for_status()?.json().await
}

fn instant(value: &Value) -> Instant {
    Instant::from_timestamp(value.as_str().unwrap().parse().unwrap()).unwrap()
}

/// How late each payment was, as far as they are made.
fn latenesses(schedule: &Value) -> Vec<Duration> {
    let made = schedule["occurrences"].as_array().unwrap().iter();
    made.filter(|it| it["status"] == "completed")
        .map(|it| {
            let late = instant(&it["ranOn"]).nanoseconds() - instant(&it["runOn"]).nanoseconds();
            Duration::from_nanos(u64::try_from(late).expect("nothing is paid too early"))
        })
        .collect()
}

/// The most that the process has held in memory.
fn memory_kib(sandbox: &SandboxProcess) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", sandbox.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_client_neither_ends_the_server_nor_delays_a_payment_by_a_second() {
    allow_open_files();
    let folder = tempfile::tempdir().unwrap();
    let mut sandbox = start(folder.path());
    let target = sandbox.url.strip_prefix("http://").unwrap().parse().unwrap();
    let id = schedule(&sandbox).await;
    let attack = Attack { target, tally: Arc::default() };
    let attackers = attack.begin().await;
    let begun = look(&sandbox, &id).await.unwrap();
    assert!(
        latenesses(&begun).is_empty(),
        "the attack is under way before the first payment is due"
    );

    let late = eventually("all is paid", async || {
        // An honest client is answered meanwhile, each time.
        let late = latenesses(&look(&sandbox, &id).await.unwrap());
        (late.len() == usize::from(PAYMENTS)).then_some(late)
    })
    .await;
    drop(attackers);

    let latest = late.iter().max().unwrap();
    let tally = &attack.tally;
    let count = |count: &AtomicU64| count.load(Ordering::Relaxed);
    println!(
        "{} connections, {} requests refused, {} KiB of memory, the latest payment {latest:?} late",
        count(&tally.connected),
        count(&tally.refused),
        memory_kib(&sandbox),
    );
    assert!(*latest <= LATE_MAX, "{late:?}");
    assert_eq!(count(&tally.failures), 0, "nothing fails because of a client");
    assert!(count(&tally.connected) >= CONNECTIONS);
    assert!(memory_kib(&sandbox) <= MEMORY_MAX_KIB);
    assert!(sandbox.has_ended().is_none());
    tokio::time::sleep(POLL).await;
    assert!(sandbox.is_ready().await);
}
