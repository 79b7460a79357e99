//! What happened, as it is read. It is written by `counters`.

use engine::AccountId;
use tokio_postgres::Row;

use super::columns::{instant_at, stored_at};
use super::counters::{self, List};
use super::session::{Session, Values};
use crate::event::{Event, EventId, NewEvent};
use crate::fault::Outcome;
use crate::page::{Order, Page, PageQuery};

/// One event.
pub(super) async fn find(session: &Session, id: EventId) -> Outcome<Option<Event>> {
    let row = session
        .first("SELECT id, account, at, kind, subject, snapshot FROM event WHERE id = $1", &[&id.0])
        .await?;
    row.as_ref().map(event).transpose()
}

fn event(row: &Row) -> Outcome<Event> {
    Ok(Event {
        id: EventId(row.try_get(0)?),
        body: NewEvent {
            account: AccountId(row.try_get(1)?),
            at: instant_at(row, 2)?,
            kind: stored_at(row, 3)?,
            subject: row.try_get(4)?,
            snapshot: row.try_get::<_, Option<&str>>(5)?.map(Into::into),
        },
    })
}

/// Events of an account after one of them, in order.
pub(super) async fn after(
    session: &Session,
    account: i64,
    after: i64,
    limit: i64,
) -> Outcome<Vec<Event>> {
    let rows = session
        .query(
            "SELECT id, account, at, kind, subject, snapshot FROM event
             WHERE account = $1 AND id > $2 ORDER BY id LIMIT $3",
            &[&account, &after, &limit],
        )
        .await?;
    rows.iter().map(event).collect()
}

/// The last event of an account.
pub(super) async fn last(session: &Session, account: AccountId) -> Outcome<i64> {
    let row = session
        .one("SELECT coalesce(max(id), 0) FROM event WHERE account = $1", &[&account.0])
        .await?;
    Ok(row.try_get(0)?)
}

/// A page of an account's events.
pub(super) async fn page(
    session: &Session,
    account: AccountId,
    query: &PageQuery,
) -> Outcome<Page<Event>> {
    let (from, to) = (query.from.nanoseconds(), query.to.nanoseconds());
    let (limit, offset) = (i64::from(query.limit), i64::from(query.offset));
    let total = if counters::is_unfiltered(query) {
        counters::count(session, List::EVENTS, account.0).await?
    } else {
        let count = "SELECT count(*) FROM event
            WHERE account = $1 AND listed AND at BETWEEN $2 AND $3";
        let row = session.one(count, &[&account.0, &from, &to]).await?;
        row.try_get::<_, i64>(0)?.cast_unsigned()
    };
    let statement = match query.order {
        Order::Chronological => {
            "SELECT id, account, at, kind, subject, snapshot FROM event
             WHERE account = $1 AND listed AND at BETWEEN $2 AND $3
             ORDER BY account, id LIMIT $4 OFFSET $5"
        }
        Order::ReverseChronological => {
            "SELECT id, account, at, kind, subject, snapshot FROM event
             WHERE account = $1 AND listed AND at BETWEEN $2 AND $3
             ORDER BY account DESC, id DESC LIMIT $4 OFFSET $5"
        }
    };
    let from = if counters::is_unfiltered(query) { i64::MIN } else { from };
    let values: Values<'_> = &[&account.0, &from, &to, &limit, &offset];
    let rows = session.query(statement, values).await?;
    Ok(Page { entries: rows.iter().map(event).collect::<Outcome<_>>()?, total })
}
