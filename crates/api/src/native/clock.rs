//! `/kalends/v1/clock`: read, set, advance and release the clock.

use axum::extract::State;
use engine::{Account, Instant, Mode};
use http::StatusCode;
use runner::{Advanced, ClockReading};
use serde_json::{Value, json};
use store::ClockMode;

use super::endpoint::{Caller, Reply, Sent};
use super::problem::Problem;
use crate::App;
use crate::omise::Params;

pub(super) async fn read(State(app): State<App>, _caller: Caller) -> Reply {
    Reply(shown(app.runner.clock(), None))
}

pub(super) async fn set(
    State(app): State<App>,
    Caller(account): Caller,
    Sent(params): Sent,
) -> Result<Reply, Problem> {
    movable(&account)?;
    let advanced = app.runner.set_clock(instant(&params, "now")?).await?;
    Ok(Reply(shown(app.runner.clock(), Some(advanced))))
}

pub(super) async fn advance(
    State(app): State<App>,
    Caller(account): Caller,
    Sent(params): Sent,
) -> Result<Reply, Problem> {
    movable(&account)?;
    let advanced = app.runner.advance_clock(instant(&params, "to")?).await?;
    Ok(Reply(shown(app.runner.clock(), Some(advanced))))
}

pub(super) async fn release(
    State(app): State<App>,
    Caller(account): Caller,
) -> Result<Reply, Problem> {
    movable(&account)?;
    let reading = app.runner.release_clock().await?;
    Ok(Reply(shown(reading, None)))
}

fn movable(account: &Account) -> Result<(), Problem> {
    match account.mode {
        Mode::Test => Ok(()),
        Mode::Live => Err(Problem::new(
            StatusCode::FORBIDDEN,
            "the clock of a live account cannot be moved; use a test key",
        )),
    }
}

fn instant(params: &Params, name: &str) -> Result<Instant, Problem> {
    let mut read = params.reader();
    let instant = read.optional_instant(name);
    read.finish()?;
    instant.ok_or_else(|| {
        Problem::bad_request(format!(
            "{name} is missing; it would be a date and time in the form YYYY-MM-DDThh:mm:ssZ"
        ))
    })
}

fn shown(reading: ClockReading, advanced: Option<Advanced>) -> Value {
    let mode = match reading.mode {
        ClockMode::Wall => "wall",
        ClockMode::Standing(_) => "standing",
    };
    let mut shown = json!({
        "now": reading.now.to_string(),
        "mode": mode,
        "advancing_to": reading.target.map(|target| target.to_string()),
    });
    if let (Some(Advanced { counts, bank_actions }), Value::Object(fields)) = (advanced, &mut shown)
    {
        let occurrences = json!({
            "successful": counts.successful,
            "failed": counts.failed,
            "skipped": counts.skipped,
        });
        fields.insert("occurrences".to_owned(), occurrences);
        fields.insert("awaiting".to_owned(), json!(counts.awaiting));
        fields.insert("bank_actions".to_owned(), json!(bank_actions));
    }
    shown
}
