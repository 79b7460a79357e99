//! Lists by account, and their totals.
//!
//! The keys that one commit appends to one account's list are one span: a row that
//! says which they are, how many of them are shown, and between which instants they
//! were made. So an appended entry touches no index of its own, a page is found by
//! stepping over spans, and a filter by time looks only into the spans at its edges.
//! Totals of unfiltered lists are counters.

use std::collections::HashMap;

use bank::RecordKind;
use engine::{AccountId, Instant};
use rusqlite::{Connection, OptionalExtension};

use super::bulk::Bulk;
use super::columns::{Stored, compact, from_compact};
use super::state::WriterState;
use crate::event::NewEvent;
use crate::fault::{Fault, Outcome};
use crate::page::{Order, PageQuery};

/// A list that is kept for each owner.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(super) struct List(i64);

impl List {
    /// Events of an account.
    pub(super) const EVENTS: List = List(64);
    /// Schedules of an account.
    pub(super) const SCHEDULES: List = List(65);
    /// Charge schedules of an account; transfer schedules are the next.
    const SCHEDULES_OF_KIND: i64 = 66;
    /// Queue rows of a lane.
    pub(super) const QUEUE: List = List(80);
    /// The last span's number.
    const SEQUENCE: List = List(81);

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

/// Consecutive keys, from the first to the last; downwards where they are below zero.
pub(super) type KeyRun = (i64, i64);

/// A span in the making.
#[derive(Debug)]
struct Span {
    list: List,
    account: i64,
    sequence: i64,
    run: KeyRun,
    further: Vec<KeyRun>,
    shown: i64,
    earliest: i64,
    latest: i64,
}

impl Span {
    fn add(&mut self, key: i64, at: i64, shown: i64) {
        let (_, last) = self.further.last_mut().unwrap_or(&mut self.run);
        let step = if key < 0 { -1 } else { 1 };
        if last.checked_add(step) == Some(key) {
            *last = key;
        } else {
            self.further.push((key, key));
        }
        self.shown += shown;
        self.earliest = self.earliest.min(at);
        self.latest = self.latest.max(at);
    }

    /// The later runs as a blob, each as how far it lies from the one before and how
    /// long it is.
    fn further_blob(&self) -> Outcome<Option<Vec<u8>>> {
        if self.further.is_empty() {
            return Ok(None);
        }
        let mut before = self.run.1;
        let mut steps = Vec::with_capacity(self.further.len());
        for (first, last) in &self.further {
            steps.push((first.wrapping_sub(before), last.wrapping_sub(*first)));
            before = *last;
        }
        compact("span", &steps).map(Some)
    }
}

/// A span's runs, in order.
pub(super) fn runs(first: i64, last: i64, further: Option<&[u8]>) -> Outcome<Vec<KeyRun>> {
    let mut runs = vec![(first, last)];
    if let Some(further) = further {
        let steps: Vec<(i64, i64)> = from_compact("span", further)?;
        let mut before = last;
        for (distance, length) in steps {
            let first = before.wrapping_add(distance);
            before = first.wrapping_add(length);
            runs.push((first, before));
        }
    }
    Ok(runs)
}

/// The runs of one span.
pub(super) fn runs_of(
    connection: &Connection,
    list: List,
    account: AccountId,
    sequence: i64,
) -> Outcome<Vec<KeyRun>> {
    let mut select = connection.prepare_cached(
        "SELECT first, last, further FROM span WHERE list = ?1 AND account = ?2 AND sequence = ?3",
    )?;
    let mut rows = select.query((list.0, account.0, sequence))?;
    let Some(row) = rows.next()? else {
        return Err(Fault::corrupt("span", "one that records belong to is missing"));
    };
    runs(row.get(0)?, row.get(1)?, row.get_ref(2)?.as_blob_or_null().unwrap_or(None))
}

/// What one job appends to lists and counts, written together at its end.
#[derive(Default)]
pub(super) struct Appended {
    counts: HashMap<(List, i64), i64>,
    spans: HashMap<(List, i64), Span>,
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
        let span = self.spans.entry((list, account.0)).and_modify(|span| span.add(key, at, shown));
        span.or_insert_with(|| {
            state.sequence += 1;
            Span {
                list,
                account: account.0,
                sequence: state.sequence,
                run: (key, key),
                further: Vec::new(),
                shown,
                earliest: at,
                latest: at,
            }
        })
        .sequence
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
        const INTO: &str = "INSERT OR FAIL INTO event (id, account, at, kind, subject, snapshot)";
        let mut events = std::mem::take(&mut self.events);
        if events.is_empty() {
            return Ok(());
        }
        events.sort_by_key(|event| event.account); // stable: an account's own stay in order
        let numbered: Vec<(i64, &NewEvent)> = (state.event + 1..).zip(&events).collect();
        Bulk::new(connection, INTO, 6).insert(&numbered, |values, (id, event)| {
            values.put(*id)?;
            values.put(event.account.0)?;
            values.put(event.at.nanoseconds())?;
            values.put(event.kind.number())?;
            values.put(event.subject)?;
            values.put(event.snapshot.as_deref())
        })?;
        for (id, event) in &numbered {
            state.event = *id;
            let is_unlisted = event.kind.is_unlisted();
            self.append(state, List::EVENTS, event.account, *id, event.at, is_unlisted);
        }
        for run in events.chunk_by(|one, next| one.account == next.account) {
            let Some(first) = run.first() else { continue };
            let listed = run.iter().filter(|event| !event.kind.is_unlisted()).count();
            self.count(List::EVENTS, first.account.0, i64::try_from(listed).unwrap_or(i64::MAX));
            state.listeners.tell(connection, first.account)?;
        }
        Ok(())
    }

    fn write_spans(&mut self, connection: &Connection, state: &WriterState) -> Outcome<()> {
        const INTO: &str = "INSERT OR FAIL INTO span
            (list, account, sequence, first, last, further, shown, earliest, latest)";
        let mut spans = std::mem::take(&mut self.spans)
            .into_values()
            .map(|span| Ok((span.further_blob()?, span)))
            .collect::<Outcome<Vec<_>>>()?;
        if !spans.is_empty() {
            spans.sort_unstable_by_key(|(_, span)| (span.list, span.account));
            Bulk::new(connection, INTO, 9).insert(&spans, |values, (further, span)| {
                values.put(span.list.0)?;
                values.put(span.account)?;
                values.put(span.sequence)?;
                values.put(span.run.0)?;
                values.put(span.run.1)?;
                values.put(further.as_deref())?;
                values.put(span.shown)?;
                values.put(span.earliest)?;
                values.put(span.latest)
            })?;
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
        "SELECT first, last, shown, earliest, latest, further FROM span
         WHERE list = ?1 AND account = ?2 ORDER BY sequence DESC"
    } else {
        "SELECT first, last, shown, earliest, latest, further FROM span
         WHERE list = ?1 AND account = ?2 ORDER BY sequence"
    })?;
    let mut rows = spans.query((list.0, account.0))?;
    while let Some(row) = rows.next()? {
        if counted.is_some() && walk.keys.len() >= walk.limit {
            break;
        }
        if walk.is_to_be_entered(row.get(2)?, row.get(3)?, row.get(4)?) {
            let further = row.get_ref(5)?.as_blob_or_null().unwrap_or(None);
            walk.enter(runs(row.get(0)?, row.get(1)?, further)?)?;
        }
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
    /// Whether a span must be looked into; otherwise it has been stepped over.
    fn is_to_be_entered(&mut self, shown: i64, earliest: i64, latest: i64) -> bool {
        let shown = u64::try_from(shown).unwrap_or(0);
        if shown == 0 || latest < self.from || earliest > self.to {
            return false;
        }
        let whole = earliest >= self.from && latest <= self.to && !self.chosen;
        if whole && (self.skip >= shown || self.keys.len() >= self.limit) {
            self.skip = self.skip.saturating_sub(shown);
            self.total += shown;
            return false;
        }
        true
    }

    fn enter(&mut self, mut runs: Vec<KeyRun>) -> Outcome<()> {
        if self.newest_first {
            runs.reverse();
        }
        runs.into_iter().try_for_each(|(first, last)| self.look_into(first, last))
    }

    /// Goes through a run entry by entry, a chunk at a time.
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
