//! A real `kalends sandbox` in a process of its own.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

pub(crate) const SECRET_KEY: &str = "skey_test_sandbox";
pub(crate) const PUBLIC_KEY: &str = "pkey_test_sandbox";

/// The platform's public and secret key.
pub(crate) const PAIR: (&str, &str) = ("sandbox-public", "sandbox-secret");

/// A running sandbox; killed when it is dropped.
pub(crate) struct SandboxProcess {
    child: Child,
    pub(crate) url: String,
    client: reqwest::Client,
}

impl SandboxProcess {
    /// Starts it on a free port and waits until it is ready.
    pub(crate) fn start(data: &Path, more: &[&str], log: &Path) -> SandboxProcess {
        let log = std::fs::OpenOptions::new().create(true).append(true).open(log).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_kalends"))
            .args(["sandbox", "--listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .args(more)
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let url = lines
            .map_while(Result::ok)
            .find_map(|line| line.split_once("ready on ").map(|(_, url)| url.to_owned()))
            .expect("the sandbox ended before it was ready; its log says why");
        SandboxProcess { child, url, client: reqwest::Client::new() }
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
        let key = if path == "/tokens" { PUBLIC_KEY } else { SECRET_KEY };
        let request =
            self.client.post(format!("{}{path}", self.url)).basic_auth(key, Some("")).json(body);
        let response = request.send().await.unwrap();
        let status = response.status();
        let answer: Value = response.json().await.unwrap();
        assert!(status.is_success(), "{path}: {status}: {answer:#}");
        answer
    }

    /// Advances the clock, to the end of all that was due by then.
    pub(crate) async fn advance(&self, to: &str) {
        self.post("/kalends/v1/clock/advance", &json!({ "to": to })).await;
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
        let clock = self.get("/kalends/v1/clock").await;
        (clock["now"].as_str().unwrap().to_owned(), !clock["advancing_to"].is_null())
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
