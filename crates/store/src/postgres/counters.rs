//! Lists by owner: their totals, the places of their entries, and the events of a call.
//!
//! The row of a list's counter is locked by whoever appends to the list until it commits.
//! So an account's entries have their places, and its events their numbers, in the order in
//! which they are committed, and whoever reads up to one has missed none before it.

use std::collections::BTreeMap;

use bank::RecordKind;
use engine::{AccountId, Instant};

use super::columns::Stored;
use super::session::Session;
use crate::event::NewEvent;
use crate::fault::{Fault, Outcome};
use crate::page::PageQuery;

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
    /// Queued and claimed runs of a lane.
    pub(super) const QUEUE: List = List(80);
    /// Names of the user's choosing, of all accounts: the owner is 0.
    pub(super) const NAMES: List = List(81);

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

/// How many entries a list has.
pub(super) async fn count(session: &Session, list: List, owner: i64) -> Outcome<u64> {
    let row = session
        .first("SELECT value FROM counter WHERE list = $1 AND owner = $2", &[&list.0, &owner])
        .await?;
    let value: i64 = row.map(|row| row.try_get(0)).transpose()?.unwrap_or(0);
    u64::try_from(value).map_err(|_| Fault::corrupt("counter", "it is below zero"))
}

/// Whether a page leaves nothing out by time.
pub(super) fn is_unfiltered(page: &PageQuery) -> bool {
    page.from <= Instant::EPOCH && page.to == Instant::MAX
}

/// Locks the list of an account's events, so that none is committed meanwhile.
pub(super) async fn hold_events(session: &Session, account: AccountId) -> Outcome<()> {
    let mut changes = Changes::default();
    changes.append(List::EVENTS, account.0, 0);
    changes.write(session).await?;
    Ok(())
}

/// What one call changes of lists.
#[derive(Default)]
pub(super) struct Changes {
    lists: BTreeMap<(List, i64), Change>,
    events: Vec<NewEvent>,
}

#[derive(Clone, Copy, Default)]
struct Change {
    shown: i64,
    appended: i64,
    /// Whether its row is to be locked, even if nothing of it changes.
    is_held: bool,
}

/// The last places of lists, as a call has left them; its own entries have those before.
pub(super) struct Places(BTreeMap<(List, i64), i64>);

impl Places {
    /// The place of the next entry of a list.
    pub(super) fn next(&mut self, list: List, owner: i64) -> i64 {
        let next = self.0.entry((list, owner)).or_insert(0);
        *next += 1;
        *next
    }
}

impl Changes {
    /// Counts entries in or out.
    pub(super) fn count(&mut self, list: List, owner: i64, by: i64) {
        self.lists.entry((list, owner)).or_default().shown += by;
    }

    /// Entries that get places.
    pub(super) fn append(&mut self, list: List, owner: i64, entries: i64) {
        let change = self.lists.entry((list, owner)).or_default();
        change.appended += entries;
        change.is_held = true;
    }

    /// Something that happened; it gets its number when all of the call's have gathered.
    pub(super) fn tell(&mut self, event: NewEvent) {
        let account = event.account.0;
        self.count(List::EVENTS, account, i64::from(!event.kind.is_unlisted()));
        self.append(List::EVENTS, account, 1);
        self.events.push(event);
    }

    /// Several things that happened.
    pub(super) fn tell_all(&mut self, events: impl IntoIterator<Item = NewEvent>) {
        events.into_iter().for_each(|event| self.tell(event));
    }

    /// Writes everything. The places before those of the call's own entries.
    pub(super) async fn write(mut self, session: &Session) -> Outcome<Places> {
        self.lists.retain(|_, change| change.is_held || change.shown != 0);
        let mut places = Places(BTreeMap::new());
        if self.lists.is_empty() {
            return Ok(places);
        }
        let mut columns: (Vec<i64>, Vec<i64>, Vec<i64>, Vec<i64>) = Default::default();
        for ((list, owner), change) in &self.lists {
            columns.0.push(list.0);
            columns.1.push(*owner);
            columns.2.push(change.shown);
            columns.3.push(change.appended);
        }
        let rows = session
            .query(
                "INSERT INTO counter (list, owner, value, sequence)
                 SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[])
                 ORDER BY 1, 2
                 ON CONFLICT (list, owner) DO UPDATE SET value = counter.value + excluded.value,
                 sequence = counter.sequence + excluded.sequence
                 RETURNING list, owner, sequence",
                &[&columns.0, &columns.1, &columns.2, &columns.3],
            )
            .await?;
        for row in rows {
            let key = (List(row.try_get(0)?), row.try_get(1)?);
            let appended = self.lists.get(&key).map_or(0, |change| change.appended);
            places.0.insert(key, row.try_get::<_, i64>(2)? - appended);
        }
        if !self.events.is_empty() {
            self.write_events(session).await?;
        }
        Ok(places)
    }

    async fn write_events(&mut self, session: &Session) -> Outcome<()> {
        let events = std::mem::take(&mut self.events);
        let accounts: Vec<i64> = events.iter().map(|it| it.account.0).collect();
        let at: Vec<i64> = events.iter().map(|it| it.at.nanoseconds()).collect();
        let kinds: Vec<i64> = events.iter().map(|it| it.kind.number()).collect();
        let subjects: Vec<i64> = events.iter().map(|it| it.subject).collect();
        let listed: Vec<bool> = events.iter().map(|it| !it.kind.is_unlisted()).collect();
        let snapshots: Vec<Option<&str>> = events.iter().map(|it| it.snapshot.as_deref()).collect();
        session
            .execute(
                "INSERT INTO event (id, account, at, kind, subject, listed, snapshot)
                 SELECT nextval('event_number'), account, at, kind, subject, listed, snapshot
                 FROM (SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[],
                           $4::bigint[], $5::boolean[], $6::text[]) WITH ORDINALITY
                           AS told (account, at, kind, subject, listed, snapshot, place)
                       ORDER BY place) AS told",
                &[&accounts, &at, &kinds, &subjects, &listed, &snapshots],
            )
            .await?;
        let mut told = accounts;
        told.sort_unstable();
        told.dedup();
        let heard = session
            .query(
                "SELECT DISTINCT account FROM webhook_endpoint WHERE account = ANY($1)",
                &[&told],
            )
            .await?;
        for row in heard {
            let account = AccountId(row.try_get(0)?);
            session.after_commit(|after| {
                after.told.insert(account);
            });
        }
        Ok(())
    }
}
