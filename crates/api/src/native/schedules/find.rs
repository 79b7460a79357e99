//! `GET /kalends/v1/schedules`: found by status, kind, pause and time of creation, page by
//! page.

use axum::extract::State;
use engine::{Instant, InstructionKind, Status};
use http::Uri;
use serde_json::{Value, json};
use store::{Order, ScheduleSearch};

use super::super::endpoint::{Actor, Reply};
use super::super::problem::Problem;
use super::{cursor, show};
use crate::App;
use crate::body;
use crate::omise::{Params, Reader};

/// Schedules on a page, at most.
pub(in crate::native) const LIMIT_MAX: i64 = 100;
/// Schedules on a page where nothing is said of it.
pub(in crate::native) const LIMIT_DEFAULT: u32 = 20;

/// What a search can name.
const NAMES: [&str; 8] =
    ["limit", "after", "order", "status", "kind", "paused", "created_from", "created_to"];

pub(super) async fn find(State(app): State<App>, actor: Actor, uri: Uri) -> Result<Reply, Problem> {
    let params = Params(body::decode(None, &[], uri.query())?);
    let search = read(&actor, &params)?;
    let found = app.store().find_schedules(search).await?;
    let next = found.looked_through.map(cursor::of);
    let data: Vec<Value> = show::many(&app, &actor, found.schedules).await?;
    Ok(Reply(json!({ "data": data, "next": next })))
}

fn read(actor: &Actor, params: &Params) -> Result<ScheduleSearch, Problem> {
    let mut read = params.reader();
    for name in params.0.keys().filter(|name| !NAMES.contains(&name.as_str())) {
        read.refuse(format!("{name} is no filter; these are: {}", NAMES.join(", ")));
    }
    let limit = read.optional_integer("limit");
    let limit = match limit {
        None => LIMIT_DEFAULT,
        Some(limit) => u32::try_from(limit)
            .ok()
            .filter(|_| (1..=LIMIT_MAX).contains(&limit))
            .unwrap_or_else(|| {
                read.refuse_one("limit", &format!("must be 1 to {LIMIT_MAX}"));
                LIMIT_DEFAULT
            }),
    };
    let after = read.optional_id("after").and_then(|text| {
        let place = cursor::parse(&text);
        if place.is_none() {
            read.refuse_one("after", "must be the next of an answer");
        }
        place
    });
    let order = choice(&mut read, "order", &ORDERS).unwrap_or(Order::ReverseChronological);
    let status = choice(&mut read, "status", &STATUSES);
    let kind = choice(&mut read, "kind", &KINDS);
    let paused = read.optional_boolean("paused");
    let from = read.optional_instant("created_from").unwrap_or(Instant::from_nanoseconds(i64::MIN));
    let to = read.optional_instant("created_to").unwrap_or(Instant::MAX);
    read.finish()?;
    Ok(ScheduleSearch {
        account: actor.account.id,
        kind,
        status,
        paused,
        from,
        to,
        after,
        order,
        limit,
    })
}

pub(super) const ORDERS: [(&str, Order); 2] =
    [("newest_first", Order::ReverseChronological), ("oldest_first", Order::Chronological)];

/// The words for what a schedule's state is.
pub(super) const STATUSES: [(&str, Status); 5] = [
    ("running", Status::Running),
    ("expiring", Status::Expiring),
    ("expired", Status::Expired),
    ("deleted", Status::Deleted),
    ("suspended", Status::Suspended),
];

/// The words for what a schedule pays by.
pub(super) const KINDS: [(&str, InstructionKind); 3] = [
    ("charge", InstructionKind::Charge),
    ("transfer", InstructionKind::Transfer),
    ("remittance", InstructionKind::Remittance),
];

/// What one of a few words stands for.
pub(super) fn choice<T: Copy>(read: &mut Reader<'_>, name: &str, words: &[(&str, T)]) -> Option<T> {
    let sent = read.optional_id(name)?;
    let chosen = words.iter().find(|(word, _)| *word == sent).map(|(_, chosen)| *chosen);
    if chosen.is_none() {
        let all: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        read.refuse_one(name, &format!("must be one of these: {}", all.join(", ")));
    }
    chosen
}

/// The word that stands for one of a few things.
pub(super) fn word_of<T: PartialEq>(words: &[(&'static str, T)], of: &T) -> Option<&'static str> {
    words.iter().find(|(_, it)| it == of).map(|(word, _)| *word)
}
