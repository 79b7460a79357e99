//! Schedules created over HTTP, on the real binary.

use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use anyhow::Context as _;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::stopwatch::Stopwatch;

const KEY: &str = "skey_test_sandbox";
/// Clients that send at once, each over a connection it keeps.
const CLIENTS: u32 = 64;

/// Clients create monthly schedules as fast as they are answered.
pub(crate) async fn measure(binary: &Path, folder: &Path, requests: u32) -> anyhow::Result<()> {
    let (mut server, url) = start(binary, folder).await?;
    let measured = create(&url, requests).await;
    server.kill().await?;
    measured
}

async fn start(binary: &Path, folder: &Path) -> anyhow::Result<(Child, String)> {
    let mut server = Command::new(binary)
        .args(["sandbox", "--listen", "127.0.0.1:0", "--clock", "2026-01-01T00:00:00Z", "--data"])
        .arg(folder.join("creations.db"))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| {
            format!("cannot start {}; build it first: cargo build --release", binary.display())
        })?;
    let stdout = server.stdout.take().context("the server's output is not readable")?;
    let mut lines = BufReader::new(stdout).lines();
    while let Some(line) = lines.next_line().await? {
        if let Some((_, url)) = line.split_once("ready on ") {
            return Ok((server, url.to_owned()));
        }
    }
    anyhow::bail!("the server ended before it was ready")
}

async fn create(url: &str, requests: u32) -> anyhow::Result<()> {
    let client = reqwest::Client::new();
    let token = post(
        &client,
        &format!("{url}/tokens"),
        "pkey_test_sandbox",
        &json!({ "card": {
            "name": "Somchai Prasert", "number": "4242424242424242",
            "expiration_month": 12, "expiration_year": 2040, "security_code": "123",
        }}),
    )
    .await?;
    let customer =
        post(&client, &format!("{url}/customers"), KEY, &json!({ "card": token.get("id") }))
            .await?;
    let schedule = Arc::new(json!({
        "every": 1, "period": "month", "on": { "days_of_month": [15] },
        "start_date": "2026-01-02", "end_date": "2030-01-01",
        "charge": { "customer": customer.get("id"), "amount": 19900, "description": "Membership fee" },
    }));
    let left = Arc::new(AtomicU32::new(requests));
    let stopwatch = Stopwatch::start();
    let clients = (0..CLIENTS).map(|_| {
        let (client, left, schedule) = (client.clone(), left.clone(), schedule.clone());
        let url = format!("{url}/schedules");
        tokio::spawn(async move {
            let one_less = |count: u32| count.checked_sub(1);
            while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less).is_ok() {
                post(&client, &url, KEY, &schedule).await?;
            }
            anyhow::Ok(())
        })
    });
    for done in futures::future::join_all(clients).await {
        done??;
    }
    stopwatch.report("schedules created over HTTP", u64::from(requests));
    Ok(())
}

async fn post(
    client: &reqwest::Client,
    url: &str,
    key: &str,
    body: &Value,
) -> anyhow::Result<Value> {
    let response = client.post(url).basic_auth(key, Some("")).json(body).send().await?;
    let status = response.status();
    let answer: Value = response.json().await?;
    anyhow::ensure!(status.is_success(), "{url}: {status}: {answer}");
    Ok(answer)
}
