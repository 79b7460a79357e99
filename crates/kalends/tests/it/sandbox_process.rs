//! A real `kalends sandbox` in a process of its own.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use http::StatusCode;
use serde_json::{Value, json};

use crate::shim::Shim;

pub(crate) const SECRET_KEY: &str = "skey_test_sandbox";
pub(crate) const PUBLIC_KEY: &str = "pkey_test_sandbox";

/// The platform's public and secret key.
pub(crate) const PAIR: (&str, &str) = ("sandbox-public", "sandbox-secret");

/// How often something is looked at that a process is awaited to do.
pub(crate) const POLL: Duration = Duration::from_millis(20);
/// How long a process is awaited.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);

/// A running sandbox; killed when it is dropped.
pub(crate) struct SandboxProcess {
    child: Child,
    pub(crate) url: String,
    client: reqwest::Client,
}

impl SandboxProcess {
    /// Starts it on a free port and waits until it is ready.
    pub(crate) fn start(data: &Path, more: &[&str], log: &Path) -> SandboxProcess {
        SandboxProcess::launch(data, more, log, None)
            .expect("the sandbox ended before it was ready; its log says why")
    }

    /// Starts it, behind a shim where there is one. Answers how it ended, where it did
    /// before it was ready.
    pub(crate) fn launch(
        data: &Path,
        more: &[&str],
        log: &Path,
        shim: Option<&Shim>,
    ) -> Result<SandboxProcess, ExitStatus> {
        let mut command = command(data, more, log);
        if let Some(shim) = shim {
            shim.put_before(&mut command);
        }
        SandboxProcess::spawn(command)
    }

    /// Starts `kalends serve` with this configuration, and waits until it is ready. It is
    /// asked as a sandbox is, by the keys of the sandbox that it stands in front of.
    pub(crate) fn serve(configuration: &Path, log: &Path) -> SandboxProcess {
        SandboxProcess::serve_behind(configuration, log, None)
    }

    /// The same, behind a shim where there is one.
    pub(crate) fn serve_behind(
        configuration: &Path,
        log: &Path,
        shim: Option<&Shim>,
    ) -> SandboxProcess {
        SandboxProcess::try_serve(configuration, log, shim)
            .expect("the server ended before it was ready; its log says why")
    }

    /// The same, or how it ended before it was ready.
    pub(crate) fn try_serve(
        configuration: &Path,
        log: &Path,
        shim: Option<&Shim>,
    ) -> Result<SandboxProcess, ExitStatus> {
        let mut command = logged(log);
        command.args(["serve", "--config"]).arg(configuration);
        if let Some(shim) = shim {
            shim.put_before(&mut command);
        }
        SandboxProcess::spawn(command)
    }

    fn spawn(mut command: Command) -> Result<SandboxProcess, ExitStatus> {
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let url = lines
            .map_while(Result::ok)
            .find_map(|line| line.split_once("ready on ").map(|(_, url)| url.to_owned()));
        match url {
            Some(url) => {
                // A connection for each request: none has been idle for too long.
                let client = reqwest::Client::builder().pool_max_idle_per_host(0).build().unwrap();
                Ok(SandboxProcess { child, url, client })
            }
            None => Err(child.wait().unwrap()),
        }
    }

    /// Starts it and kills it so long afterwards, wherever it has come to.
    pub(crate) async fn kill_at_start(data: &Path, more: &[&str], log: &Path, after: Duration) {
        let mut child = command(data, more, log).spawn().unwrap();
        tokio::time::sleep(after).await;
        child.kill().unwrap();
        child.wait().unwrap();
    }

    pub(crate) fn client(&self) -> &reqwest::Client {
        &self.client
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let request =
            self.client.get(format!("{}{path}", self.url)).basic_auth(SECRET_KEY, Some(""));
        request.send().await.unwrap().json().await.unwrap()
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Value {
        let (status, answer) = self.try_post(path, body).await.unwrap();
        assert!(status.is_success(), "{path}: {status}: {answer:#}");
        answer
    }

    /// What it answers, if it does.
    pub(crate) async fn try_post(
        &self,
        path: &str,
        body: &Value,
    ) -> reqwest::Result<(StatusCode, Value)> {
        let key = if path == "/tokens" { PUBLIC_KEY } else { SECRET_KEY };
        let request =
            self.client.post(format!("{}{path}", self.url)).basic_auth(key, Some("")).json(body);
        let response = request.timeout(PATIENCE).send().await?;
        Ok((response.status(), response.json().await?))
    }

    /// Advances the clock, to the end of all that was due by then.
    pub(crate) async fn advance(&self, to: &str) {
        self.post("/kalends/v1/clock/advance", &json!({ "to": to })).await;
    }

    /// Makes the clock stand here.
    pub(crate) async fn put_clock(&self, now: &str) {
        let url = format!("{}/kalends/v1/clock", self.url);
        let request = self.client.put(url).basic_auth(SECRET_KEY, Some(""));
        let answered = request.json(&json!({ "now": now })).send().await.unwrap();
        assert_eq!(answered.status(), StatusCode::OK);
    }

    /// Asks for an advance and does not wait for its end.
    pub(crate) fn begin_advance(&self, to: &str) {
        let request = self
            .client
            .post(format!("{}/kalends/v1/clock/advance", self.url))
            .basic_auth(SECRET_KEY, Some(""))
            .json(&json!({ "to": to }));
        // The answer is lost with the process that is killed, or is that one is under way.
        tokio::spawn(request.send());
    }

    /// What the clock says, and whether an advance is under way.
    pub(crate) async fn clock(&self) -> (String, bool) {
        self.try_clock().await.expect("it shows its clock")
    }

    /// The same, if it answers.
    pub(crate) async fn try_clock(&self) -> Option<(String, bool)> {
        let url = format!("{}/kalends/v1/clock", self.url);
        let request = self.client.get(url).basic_auth(SECRET_KEY, Some("")).timeout(PATIENCE);
        let clock: Value = request.send().await.ok()?.json().await.ok()?;
        Some((clock["now"].as_str()?.to_owned(), !clock["advancing_to"].is_null()))
    }

    /// What the clock says once no advance is under way and what was left is recovered.
    pub(crate) async fn standing(&self) -> String {
        eventually("the clock stands", async || {
            let (now, advancing) = self.clock().await;
            (!advancing && self.is_ready().await).then_some(now)
        })
        .await
    }

    /// Whether it says that it is ready.
    pub(crate) async fn is_ready(&self) -> bool {
        let answer = self.client.get(format!("{}/readyz", self.url)).send().await;
        answer.is_ok_and(|answer| answer.status().is_success())
    }

    /// Of its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends it a signal, such as `STOP`.
    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let status = Command::new("kill").args(["-s", name, &id]).status().unwrap();
        assert!(status.success(), "{name}");
    }

    /// How it ended, once it has; awaited for a bounded time.
    pub(crate) async fn end(&mut self) -> Option<ExitStatus> {
        for _ in 0..PATIENCE.as_millis() / POLL.as_millis() {
            if let Some(status) = self.has_ended() {
                return Some(status);
            }
            tokio::time::sleep(POLL).await;
        }
        None
    }

    /// How it ended, if it has.
    pub(crate) fn has_ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().unwrap()
    }

    /// Ends it as the kernel would: without a word.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for SandboxProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(data: &Path, more: &[&str], log: &Path) -> Command {
    let mut command = logged(log);
    command.args(["sandbox", "--listen", "127.0.0.1:0", "--data"]).arg(data).args(more);
    command
}

fn logged(log: &Path) -> Command {
    let log = std::fs::OpenOptions::new().create(true).append(true).open(log).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_kalends"));
    command.stdout(Stdio::piped()).stderr(log);
    command
}

/// What `look` finds, looked for again and again, for a bounded time.
pub(crate) async fn eventually<T>(what: &str, look: impl AsyncFn() -> Option<T>) -> T {
    for _ in 0..PATIENCE.as_millis() / POLL.as_millis() {
        if let Some(found) = look().await {
            return found;
        }
        tokio::time::sleep(POLL).await;
    }
    panic!("in vain for {} seconds: {what}", PATIENCE.as_secs());
}
