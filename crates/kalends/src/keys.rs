//! `kalends keys`: the keys that open an account of a running server.

use clap::{Args, Subcommand};
use http::Method;
use serde_json::{Value, json};

use crate::server_client::ServerArguments;

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    server: ServerArguments,
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Make a key, a secret one where nothing else is said; it is shown once
    Create {
        /// Who is to use it
        #[arg(long)]
        name: String,
        /// Restrict it: only what its scopes allow, such as schedules.read; may be repeated
        #[arg(long = "scope", value_name = "SCOPE")]
        scopes: Vec<String>,
        /// Make a public key, for web pages
        #[arg(long, conflicts_with = "scopes")]
        public: bool,
    },
    /// Show the account's keys, by their last characters
    List,
    /// Make a key in the place of one, which opens beside it for a while
    Roll {
        /// As `kalends keys list` shows it
        id: String,
        /// For how long the old one opens, in seconds; a day if left out
        #[arg(long, value_name = "SECONDS")]
        overlap: Option<u32>,
    },
    /// End a key at once
    Revoke {
        /// As `kalends keys list` shows it
        id: String,
    },
}

pub(crate) async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let server = arguments.server.server();
    match arguments.action {
        Action::Create { name, scopes, public } => {
            let asked = match (public, scopes.is_empty()) {
                (true, _) => json!({ "name": name, "kind": "public" }),
                (false, true) => json!({ "name": name }),
                (false, false) => json!({ "name": name, "scopes": scopes }),
            };
            let made = server.ask(Method::POST, "keys", Some(asked)).await?;
            println!("{}\n\nThis is the only time that it is shown.", text(&made, "key"));
        }
        Action::List => {
            let keys = server.ask(Method::GET, "keys", None).await?;
            for key in keys.get("keys").and_then(Value::as_array).into_iter().flatten() {
                println!("{}", line(key));
            }
        }
        Action::Roll { id, overlap } => {
            let asked = overlap.map_or_else(|| json!({}), |it| json!({ "overlap_seconds": it }));
            let path = format!("keys/{id}/roll");
            let made = server.ask(Method::POST, &path, Some(asked)).await?;
            let until = made.get("replaces").map(|old| text(old, "expires_at"));
            println!(
                "{}\n\nThis is the only time that it is shown. The old key opens until {}.",
                text(&made, "key"),
                until.unwrap_or_default()
            );
        }
        Action::Revoke { id } => {
            server.ask(Method::DELETE, &format!("keys/{id}"), None).await?;
            println!("{id} opens nothing any more.");
        }
    }
    Ok(())
}

fn line(key: &Value) -> String {
    let is_open = key.get("open") == Some(&Value::Bool(true));
    let state = match (is_open, key.get("expires_at")) {
        (true, Some(Value::String(until))) => format!("until {until}"),
        (true, _) => "open".to_owned(),
        (false, _) => "ended".to_owned(),
    };
    format!(
        "{}  {:<10}  {:<10}  …{:<4}  {:<32}  {}",
        text(key, "id"),
        text(key, "kind"),
        text(key, "origin"),
        text(key, "ending"),
        state,
        text(key, "name")
    )
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}
