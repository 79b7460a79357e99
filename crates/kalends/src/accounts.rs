//! `kalends accounts`: who is in the data.

use anyhow::Context as _;
use clap::Args;
use engine::{Account, Instant, Mode};
use serde_json::Value;
use store::{AccountCensus, postgres, sqlite};

use crate::data::{DataArgument, Existing};

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    data: DataArgument,
}

/// Lists accounts of data, in use or not.
pub(crate) async fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let data = arguments.data.existing()?;
    let all = census(&data).await?;
    for one in &all {
        println!("{}", told(one));
    }
    if all.is_empty() {
        println!("There is no account yet.");
    }
    Ok(())
}

/// Who is in data, in use or not.
pub(crate) async fn census(data: &Existing) -> anyhow::Result<Vec<AccountCensus>> {
    let all = match data {
        Existing::File(file) => sqlite::census(file),
        Existing::Database(settings) => postgres::census(settings).await,
    };
    all.with_context(|| format!("cannot read {data}"))
}

/// What people call an account.
pub(crate) fn name(account: &Account) -> &str {
    account.attributes.get("name").and_then(Value::as_str).unwrap_or("(without a name)")
}

/// An account in two lines: who it is, and how it stands.
fn told(one: &AccountCensus) -> String {
    let AccountCensus { account, schedules, next_due, pulse, went_to } = one;
    let mode = match account.mode {
        Mode::Test => "test",
        Mode::Live => "live",
    };
    let at =
        |instant: &Option<Instant>| instant.map_or_else(|| "-".to_owned(), |it| it.to_string());
    let held = match (went_to, pulse.held_since) {
        (Some(place), _) => format!(", went to {place} and runs here no more"),
        (None, Some(since)) => format!(", held since {since}: see kalends resume"),
        (None, None) => String::new(),
    };
    format!(
        "{name}  {mode}, {country}, {currency}, {zone}, lane {lane}\n  \
         {schedules} schedules, next due {next}, last worked {beat}{held}",
        name = name(account),
        country = account.country,
        currency = account.currency.code(),
        zone = account.zone.name(),
        lane = account.lane.0,
        next = at(next_due),
        beat = at(&pulse.beat_at),
    )
}
