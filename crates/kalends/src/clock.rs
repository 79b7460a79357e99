//! `kalends clock`: show or move the clock of a running sandbox.

use std::time::Duration;

use clap::{Args, Subcommand};
use http::Method;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use crate::server_client::{Server, ServerArguments};

/// How often progress is asked for while the clock advances.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(200);

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    server: ServerArguments,
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Show what the clock says
    Show,
    /// Make the clock stand at an instant; once schedules exist, only forward
    Set {
        /// For example 2026-01-31T00:00:00Z
        instant: String,
    },
    /// Move a standing clock forward and run all that is due on the way
    Advance {
        /// For example 2027-01-31T00:00:00Z
        to: String,
    },
}

pub(crate) async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let sandbox = arguments.server.server();
    let answer = match arguments.action {
        Action::Show => sandbox.ask(Method::GET, "clock", None).await?,
        Action::Set { instant } => {
            sandbox.ask(Method::PUT, "clock", Some(json!({ "now": instant }))).await?
        }
        Action::Advance { to } => sandbox.advance(&to).await?,
    };
    println!("{}", serde_json::to_string_pretty(&answer)?);
    Ok(())
}

impl Server {
    async fn advance(&self, to: &str) -> anyhow::Result<Value> {
        let advance = self.ask(Method::POST, "clock/advance", Some(json!({ "to": to })));
        tokio::pin!(advance);
        let bar = ProgressBar::new(100);
        if let Ok(style) = ProgressStyle::with_template("{bar:40} {percent:>3} %  {msg}") {
            bar.set_style(style);
        }
        let started = self.ask(Method::GET, "clock", None).await?;
        let mut interval = tokio::time::interval(PROGRESS_INTERVAL);
        loop {
            tokio::select! {
                answer = &mut advance => {
                    bar.finish_and_clear();
                    return answer;
                }
                _ = interval.tick() => {
                    if let Ok(reading) = self.ask(Method::GET, "clock", None).await {
                        show_progress(&bar, &started, &reading, to);
                    }
                }
            }
        }
    }
}

fn show_progress(bar: &ProgressBar, started: &Value, reading: &Value, to: &str) {
    let instant = |value: &Value| {
        value
            .get("now")
            .and_then(Value::as_str)
            .and_then(|text| text.parse::<jiff::Timestamp>().ok())
    };
    let (Some(from), Some(now), Ok(to)) =
        (instant(started), instant(reading), to.parse::<jiff::Timestamp>())
    else {
        return;
    };
    let seconds =
        |timestamp: jiff::Timestamp| timestamp.as_second().saturating_sub(from.as_second());
    let percent = seconds(now).saturating_mul(100).checked_div(seconds(to)).unwrap_or(100);
    bar.set_position(u64::try_from(percent.clamp(0, 100)).unwrap_or(0));
    bar.set_message(now.to_string());
}
