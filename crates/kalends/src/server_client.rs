//! The command line as a client of a running server.

use anyhow::{Context as _, bail};
use clap::Args;
use reqwest::{Method, Response};
use serde_json::Value;

/// Which server, and with which key it is asked.
#[derive(Args)]
pub(crate) struct ServerArguments {
    /// Where the server listens
    #[arg(long, global = true, default_value = "http://127.0.0.1:7007", env = "KALENDS_URL")]
    url: String,
    /// A secret key of the account, or one whose scopes allow what is asked
    #[arg(
        long,
        global = true,
        default_value = "skey_test_sandbox",
        env = "KALENDS_KEY",
        hide_env_values = true
    )]
    key: String,
}

impl ServerArguments {
    /// That server.
    pub(crate) fn server(self) -> Server {
        Server { url: self.url, key: self.key, client: reqwest::Client::new() }
    }
}

/// A running server, and the key it is asked with.
pub(crate) struct Server {
    url: String,
    key: String,
    client: reqwest::Client,
}

impl Server {
    /// Asks something of Kalends' own API; its refusal is an error in its own words.
    pub(crate) async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> anyhow::Result<Value> {
        let url = format!("{}/kalends/v1/{path}", self.url.trim_end_matches('/'));
        let mut request = self.client.request(method, &url).basic_auth(&self.key, Some(""));
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.with_context(|| {
            format!(
                "nothing answers at {}; start `kalends sandbox` or `kalends serve`, or name it with --url",
                self.url
            )
        })?;
        read(response).await
    }
}

async fn read(response: Response) -> anyhow::Result<Value> {
    let status = response.status();
    let text = response.text().await?;
    let body: Value = serde_json::from_str(&text)
        .with_context(|| format!("what answers there is not Kalends: {status}"))?;
    if status.is_success() {
        return Ok(body);
    }
    let reason =
        ["detail", "message", "title"].iter().find_map(|key| body.get(key).and_then(Value::as_str));
    bail!("{} ({status})", reason.unwrap_or(&text));
}
