//! Lists by account, and their totals.
//!
//! Keys that one commit appends to one account's list, consecutively, are one span:
//! a row that says from which key to which, how many of them are shown, and between
//! which instants they were made. So an appended entry touches no index of its own,
//! a page is found by stepping over spans, and a filter by time looks only into the
//! spans at its edges. Totals of unfiltered lists are counters.

use std::collections::HashMap;

use bank::RecordKind;
use engine::{AccountId, Instant};
use rusqlite::{Connection, OptionalExtension};

use super::columns::Stored;
use super::fault::{Fault, Outcome};
use super::state::WriterState;
use crate::event::NewEvent;
use crate::page::{Order, PageQuery};

/// A list that is kept for each owner.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(super) struct List(i64);

impl List {
    /// Events of an account.
    pub(super) const EVENTS: List = List(8);
    /// Schedules of an account.
    pub(super) const SCHEDULES: List = List(9);
    /// Charge schedules of an account; transfer schedules are the next.
    const SCHEDULES_OF_KIND: i64 = 10;
    /// Queue rows of a lane.
    pub(super) const QUEUE: List = List(12);
    /// The last span's number.
    const SEQUENCE: List = List(13);

    /// Records of a kind of an account.
    pub(super) fn records(kind: RecordKind) -> List {
        List(kind.number())
    }

    /// Schedules of a kind of an account.
    pub(super) fn schedules_of(kind: engine::InstructionKind) -> List {
        List(Self::SCHEDULES_OF_KIND + kind.number())
    }

    pub(super) const fn number(self) -> i64 {
        self.0
    }
}

/// The last span's number.
pub(super) fn sequence(connection: &Connection) -> Outcome<i64> {
    Ok(connection
        .query_row(
            "SELECT value FROM counter WHERE list = ?1 AND owner = 0",
            [List::SEQUENCE.0],
            |row| row.get(0),
        )
        .optional()?
        .unwrap_or(0))
}

/// How many entries a list has.
pub(super) fn count(connection: &Connection, list: List, owner: i64) -> Outcome<u64> {
    let value: Option<i64> = connection
        .prepare_cached("SELECT value FROM counter WHERE list = ?1 AND owner = ?2")?
        .query_row((list.0, owner), |row| row.get(0))
        .optional()?;
    u64::try_from(value.unwrap_or(0)).map_err(|_| Fault::corrupt("counter", "it is below zero"))
}

/// A span in the making.
#[derive(Clone, Copy, Debug)]
struct Span {
    list: List,
    account: i64,
    sequence: i64,
    first: i64,
    last: i64,
    shown: i64,
    earliest: i64,
    latest: i64,
}

/// What one job appends to lists and counts, written together at its end.
#[derive(Default)]
pub(super) struct Appended {
    counts: HashMap<(List, i64), i64>,
    open: HashMap<(List, i64), Span>,
    closed: Vec<Span>,
    shown: Vec<(List, i64, i64, i64)>,
    events: Vec<NewEvent>,
}

impl Appended {
    /// Counts entries in or out.
    pub(super) fn count(&mut self, list: List, owner: i64, by: i64) {
        *self.counts.entry((list, owner)).or_default() += by;
    }

    /// Appends an entry and answers its span's number.
    pub(super) fn append(
        &mut self,
        state: &mut WriterState,
        list: List,
        account: AccountId,
        key: i64,
        at: Instant,
        hidden: bool,
    ) -> i64 {
        let at = at.nanoseconds();
        let shown = i64::from(!hidden);
        let step = if key < 0 { -1 } else { 1 };
        if let Some(span) = self.open.get_mut(&(list, account.0)) {
            if span.last.checked_add(step) == Some(key) {
                span.last = key;
                span.shown += shown;
                span.earliest = span.earliest.min(at);
                span.latest = span.latest.max(at);
                return span.sequence;
            }
            self.closed.push(*span);
        }
        state.sequence += 1;
        let sequence = state.sequence;
        let span = Span {
            list,
            account: account.0,
            sequence,
            first: key,
            last: key,
            shown,
            earliest: at,
            latest: at,
        };
        self.open.insert((list, account.0), span);
        sequence
    }

    /// Shows or hides an entry that is listed already.
    pub(super) fn show(&mut self, list: List, account: AccountId, sequence: i64, by: i64) {
        self.shown.push((list, account.0, sequence, by));
        self.count(list, account.0, by);
    }

    /// Something that happened; it gets its number when all of the job's have gathered.
    pub(super) fn tell(&mut self, event: NewEvent) {
        self.events.push(event);
    }

    /// Several things that happened.
    pub(super) fn tell_all(&mut self, events: impl IntoIterator<Item = NewEvent>) {
        self.events.extend(events);
    }

    /// Writes everything.
    pub(super) fn write(mut self, connection: &Connection, state: &mut WriterState) -> Outcome<()> {
        self.write_events(connection, state)?;
        self.write_spans(connection, state)?;
        self.write_counts(connection)
    }

    /// Events of one account get consecutive numbers, so that they are one span.
    fn write_events(&mut self, connection: &Connection, state: &mut WriterState) -> Outcome<()> {
        let mut events = std::mem::take(&mut self.events);
        if events.is_empty() {
            return Ok(());
        }
        events.sort_by_key(|event| event.account); // stable: an account's own stay in order
        let mut insert = connection.prepare_cached(
            "INSERT INTO event (id, account, at, kind, subject, snapshot)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        for event in &events {
            state.event += 1;
            let NewEvent { account, at, kind, subject, snapshot } = event;
            insert.execute((
                state.event,
                account.0,
                at.nanoseconds(),
                kind.number(),
                subject,
                snapshot.as_deref(),
            ))?;
            self.append(state, List::EVENTS, *account, state.event, *at, false);
        }
        for run in events.chunk_by(|one, next| one.account == next.account) {
            let Some(first) = run.first() else { continue };
            let length = i64::try_from(run.len()).unwrap_or(i64::MAX);
            self.count(List::EVENTS, first.account.0, length);
        }
        Ok(())
    }

    fn write_spans(&mut self, connection: &Connection, state: &WriterState) -> Outcome<()> {
        self.closed.extend(std::mem::take(&mut self.open).into_values());
        if !self.closed.is_empty() {
            let mut insert = connection.prepare_cached(
                "INSERT INTO span (list, account, sequence, first, last, shown, earliest, latest)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            )?;
            self.closed.sort_unstable_by_key(|span| (span.list, span.account, span.sequence));
            for span in &self.closed {
                insert.execute((
                    span.list.0,
                    span.account,
                    span.sequence,
                    span.first,
                    span.last,
                    span.shown,
                    span.earliest,
                    span.latest,
                ))?;
            }
            connection
                .prepare_cached(
                    "INSERT INTO counter (list, owner, value) VALUES (?1, 0, ?2)
                     ON CONFLICT DO UPDATE SET value = excluded.value",
                )?
                .execute((List::SEQUENCE.0, state.sequence))?;
        }
        for (list, account, sequence, by) in &self.shown {
            connection
                .prepare_cached(
                    "UPDATE span SET shown = shown + ?4
                     WHERE list = ?1 AND account = ?2 AND sequence = ?3",
                )?
                .execute((list.0, account, sequence, by))?;
        }
        Ok(())
    }

    fn write_counts(&self, connection: &Connection) -> Outcome<()> {
        let mut upsert = connection.prepare_cached(
            "INSERT INTO counter (list, owner, value) VALUES (?1, ?2, ?3)
             ON CONFLICT DO UPDATE SET value = value + excluded.value",
        )?;
        for ((list, owner), by) in self.counts.iter().filter(|(_, by)| **by != 0) {
            upsert.execute((list.0, owner, by))?;
        }
        Ok(())
    }
}

/// One entry of a list, as a page needs it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) key: i64,
    pub(super) at: i64,
    pub(super) shown: bool,
}

/// Reads the entries of a span: those between two keys, both included, by key.
pub(super) type ReadEntries<'a> = &'a dyn Fn(i64, i64) -> Outcome<Vec<Entry>>;

/// Whether a page leaves nothing out by time.
pub(super) fn is_unfiltered(page: &PageQuery) -> bool {
    page.from <= Instant::EPOCH && page.to == Instant::MAX
}

/// Entries read at once, within a span.
const CHUNK: i64 = 256;

/// The keys on a page of an account's list, and how many match in all. Where `chosen`,
/// `read` shows fewer entries than the spans say, so that each has to be looked into.
pub(super) fn page(
    connection: &Connection,
    list: List,
    account: AccountId,
    query: &PageQuery,
    chosen: bool,
    read: ReadEntries<'_>,
) -> Outcome<(Vec<i64>, u64)> {
    let unfiltered = is_unfiltered(query);
    let mut walk = Walk {
        from: if unfiltered { i64::MIN } else { query.from.nanoseconds() },
        to: query.to.nanoseconds(),
        newest_first: query.order == Order::ReverseChronological,
        skip: u64::from(query.offset),
        limit: usize::try_from(query.limit).unwrap_or(usize::MAX),
        keys: Vec::new(),
        total: 0,
        chosen,
        read,
    };
    let counted =
        if unfiltered && !chosen { Some(count(connection, list, account.0)?) } else { None };
    let mut spans = connection.prepare_cached(if walk.newest_first {
        "SELECT first, last, shown, earliest, latest FROM span
         WHERE list = ?1 AND account = ?2 ORDER BY sequence DESC"
    } else {
        "SELECT first, last, shown, earliest, latest FROM span
         WHERE list = ?1 AND account = ?2 ORDER BY sequence"
    })?;
    let mut rows = spans.query((list.0, account.0))?;
    while let Some(row) = rows.next()? {
        if counted.is_some() && walk.keys.len() >= walk.limit {
            break;
        }
        walk.step(row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)?;
    }
    Ok((walk.keys, counted.unwrap_or(walk.total)))
}

/// A walk over the spans of a list.
struct Walk<'a> {
    from: i64,
    to: i64,
    newest_first: bool,
    skip: u64,
    limit: usize,
    keys: Vec<i64>,
    total: u64,
    chosen: bool,
    read: ReadEntries<'a>,
}

impl Walk<'_> {
    fn step(
        &mut self,
        first: i64,
        last: i64,
        shown: i64,
        earliest: i64,
        latest: i64,
    ) -> Outcome<()> {
        let shown = u64::try_from(shown).unwrap_or(0);
        if shown == 0 || latest < self.from || earliest > self.to {
            return Ok(());
        }
        let whole = earliest >= self.from && latest <= self.to && !self.chosen;
        if whole && (self.skip >= shown || self.keys.len() >= self.limit) {
            self.skip = self.skip.saturating_sub(shown);
            self.total += shown;
            return Ok(());
        }
        self.look_into(first, last)
    }

    /// Goes through a span entry by entry, a chunk at a time.
    fn look_into(&mut self, first: i64, last: i64) -> Outcome<()> {
        let (start, end) = if self.newest_first { (last, first) } else { (first, last) };
        let step = if start <= end { 1 } else { -1 };
        let mut at = start;
        loop {
            let reach = at + step * (CHUNK - 1);
            let reach = if step > 0 { reach.min(end) } else { reach.max(end) };
            let mut entries = (self.read)(at.min(reach), at.max(reach))?;
            if step < 0 {
                entries.reverse();
            }
            for entry in entries {
                self.meet(entry);
            }
            if reach == end {
                return Ok(());
            }
            at = reach + step;
        }
    }

    fn meet(&mut self, entry: Entry) {
        if !entry.shown || !(self.from..=self.to).contains(&entry.at) {
            return;
        }
        self.total += 1;
        if self.skip > 0 {
            self.skip -= 1;
        } else if self.keys.len() < self.limit {
            self.keys.push(entry.key);
        }
    }
}
