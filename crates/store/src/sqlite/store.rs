//! [`Store`] over SQLite: blobs are made and read on the caller's side, rows on the
//! database's.

use async_trait::async_trait;
use engine::edit::{Edited, Standing};
use engine::settlement::AwaitingKey;
use engine::{
    Account, AccountId, Amendment, Awaiting, ClockId, InstallationId, Instant, LaneId, Occurrence,
    Position, Run, Schedule, ScheduleId, Settlement, Slot, Term,
};

use super::listing::{self, List};
use super::{
    SqliteStore, accounts, amendments, audit, awaiting, columns, edits, events, grants, history,
    occurrences, positions, pulse, relocation, requests, runs, schedules, settling,
};
use crate::Result;
use crate::audit::AuditEntry;
use crate::event::{Event, EventId};
use crate::fault::{During, Outcome};
use crate::grant::Grant;
use crate::history::{FileState, HistoryFile, Movable, MovableQuery, Moved};
use crate::key::Key;
use crate::page::{Page, PageQuery};
use crate::pulse::{Beat, Pulse, Resumption};
use crate::request::{RequestKey, RequestState, StoredResponse};
use crate::store::{
    Claim, ClockState, Credential, Deletion, EditWritten, Found, Frozen, NewSchedule,
    ScheduleQuery, ScheduleSearch, Settled, SlotRecord, Store,
};

impl SqliteStore {
    /// The runs that read; the rows that do not are left where they lie and told of, so
    /// that one of them does not stop the others.
    async fn set_unreadable_aside(&self, term: Term, sorted: runs::Sorted) -> Result<Vec<Run>> {
        let runs::Sorted { runs, unreadable } = sorted;
        if unreadable.is_empty() {
            return Ok(runs);
        }
        for (key, fault) in &unreadable {
            tracing::error!(schedule = %key.schedule, slot = ?key.slot, %fault, "a queued run cannot be read and is set aside");
        }
        let keys: Vec<_> = unreadable.into_iter().map(|(key, _)| key).collect();
        self.write("setting runs aside", move |writing| {
            runs::set_aside(writing.connection, term, &keys)
        })
        .await?;
        Ok(runs)
    }
}

#[async_trait]
impl Store for SqliteStore {
    fn installation(&self) -> InstallationId {
        self.installation
    }

    async fn begin_term(&self) -> Result<Term> {
        self.write("beginning a term", |writing| {
            let next = "UPDATE identity SET term = term + 1 RETURNING term";
            columns::term(writing.connection.query_row(next, [], |row| row.get(0))?)
        })
        .await
    }

    async fn stop(&self) {
        self.stop_writing().await;
    }

    async fn failed(&self) -> String {
        match &self.writer {
            Some(writer) => writer.failed().await,
            None => std::future::pending().await,
        }
    }

    async fn create_account(
        &self,
        account: Account,
        credentials: Vec<Credential>,
    ) -> Result<Account> {
        self.write("creating an account", move |writing| {
            accounts::create(writing.connection, account, &credentials)
        })
        .await
    }

    async fn ensure_account(&self, account: Account) -> Result<Account> {
        self.write("ensuring an account", move |writing| {
            accounts::ensure(writing.connection, account)
        })
        .await
    }

    async fn account(&self, id: AccountId) -> Result<Option<Account>> {
        self.read("reading an account", move |connection| accounts::find(connection, id)).await
    }

    async fn accounts(&self) -> Result<Vec<Account>> {
        self.read("reading accounts", accounts::all).await
    }

    async fn update_account(&self, account: Account) -> Result<()> {
        self.write("changing an account", move |writing| {
            accounts::update(writing.connection, &account)
        })
        .await
    }

    async fn credential(&self, sha256: [u8; 32]) -> Result<Option<Credential>> {
        self.read("looking up a key", move |connection| accounts::credential(connection, sha256))
            .await
    }

    async fn put_credentials(&self, credentials: Vec<Credential>) -> Result<()> {
        self.write("writing keys", move |writing| {
            accounts::put_credentials(writing.connection, &credentials)
        })
        .await
    }

    async fn put_keys(&self, keys: Vec<Key>, entry: Option<AuditEntry>) -> Result<()> {
        self.write("writing keys", move |writing| {
            accounts::put_keys(writing.connection, &keys)?;
            entry.iter().try_for_each(|entry| audit::append(writing.connection, entry))
        })
        .await
    }

    async fn keys(&self, account: AccountId) -> Result<Vec<Key>> {
        self.read("reading keys", move |connection| accounts::keys(connection, account)).await
    }

    async fn add_grants(
        &self,
        spent: Option<[u8; 32]>,
        grants: Vec<Grant>,
        at: Instant,
    ) -> Result<bool> {
        self.write("granting tokens", move |writing| {
            grants::add(writing.connection, spent, &grants, at)
        })
        .await
    }

    async fn grant(&self, sha256: [u8; 32]) -> Result<Option<Grant>> {
        self.read("looking up a token", move |connection| grants::find(connection, sha256)).await
    }

    async fn revoke_grant(&self, sha256: [u8; 32]) -> Result<()> {
        self.write("revoking a token", move |writing| grants::revoke(writing.connection, sha256))
            .await
    }

    async fn clock(&self, id: ClockId) -> Result<ClockState> {
        self.read("reading a clock", move |connection| accounts::clock(connection, id)).await
    }

    async fn set_clock(&self, id: ClockId, state: ClockState) -> Result<()> {
        self.write("setting a clock", move |writing| {
            accounts::set_clock(writing.connection, id, state)
        })
        .await
    }

    async fn allocate_schedules(&self, count: u32) -> Result<ScheduleId> {
        Ok(ScheduleId(self.keys.schedules(count)))
    }

    async fn create_schedules(&self, new: Vec<NewSchedule>) -> Result<Vec<Schedule>> {
        const DURING: &str = "creating schedules";
        let prepared: Vec<_> =
            new.into_iter().map(schedules::Prepared::new).collect::<Outcome<_>>().during(DURING)?;
        self.write(DURING, move |writing| schedules::create(writing, prepared)).await
    }

    async fn schedule(&self, id: ScheduleId) -> Result<Option<Schedule>> {
        self.read("reading a schedule", move |connection| schedules::find(connection, id)).await
    }

    async fn schedules(&self, query: ScheduleQuery) -> Result<Page<Schedule>> {
        self.read("listing schedules", move |connection| schedules::page(connection, &query)).await
    }

    async fn find_schedules(&self, search: ScheduleSearch) -> Result<Found> {
        self.read("finding schedules", move |connection| schedules::find_some(connection, &search))
            .await
    }

    async fn any_schedule(&self) -> Result<bool> {
        self.read("looking for schedules", schedules::any).await
    }

    async fn delete_schedule(&self, id: ScheduleId, at: Instant) -> Result<Deletion> {
        self.write("deleting a schedule", move |writing| schedules::delete(writing, id, at)).await
    }

    async fn standing(
        &self,
        id: ScheduleId,
        asked: Vec<Slot>,
        now: Instant,
    ) -> Result<Option<Standing>> {
        self.read("finding where a schedule stands", move |connection| {
            edits::standing(connection, id, &asked, now)
        })
        .await
    }

    async fn edit_schedule(
        &self,
        edited: Edited,
        entry: Option<AuditEntry>,
    ) -> Result<EditWritten> {
        const DURING: &str = "editing a schedule";
        let prepared = edits::Prepared::new(edited).during(DURING)?;
        self.write(DURING, move |writing| edits::write(writing, &prepared, entry.as_ref())).await
    }

    async fn amendments(&self, schedules: Vec<ScheduleId>) -> Result<Vec<Vec<Amendment>>> {
        self.read("reading amendments", move |connection| {
            schedules.into_iter().map(|schedule| amendments::of(connection, schedule)).collect()
        })
        .await
    }

    async fn slot_records(&self, slots: Vec<(ScheduleId, Slot)>) -> Result<Vec<SlotRecord>> {
        self.read("reading what became of slots", move |connection| {
            slots
                .into_iter()
                .map(|(schedule, slot)| {
                    Ok(SlotRecord {
                        occurrence: occurrences::latest(connection, schedule, slot)?,
                        awaiting: awaiting::of(connection, schedule, slot)?,
                    })
                })
                .collect()
        })
        .await
    }

    async fn positions(&self, schedules: &[Schedule], now: Instant) -> Result<Vec<Position>> {
        let schedules = schedules.to_vec();
        self.read("finding where schedules stand", move |connection| {
            schedules
                .iter()
                .map(|schedule| positions::position(connection, schedule, now))
                .collect()
        })
        .await
    }

    async fn occurrence(&self, key: AwaitingKey) -> Result<Option<Occurrence>> {
        self.read("reading an occurrence", move |connection| occurrences::find(connection, key))
            .await
    }

    async fn occurrences(
        &self,
        schedule: &Schedule,
        now: Instant,
        page: PageQuery,
    ) -> Result<Page<Occurrence>> {
        let schedule = schedule.clone();
        self.read("listing occurrences", move |connection| {
            occurrences::page(connection, &schedule, now, &page)
        })
        .await
    }

    async fn claim(&self, claim: Claim) -> Result<Vec<Run>> {
        const DURING: &str = "claiming runs";
        let claimed = self.write(DURING, move |writing| runs::claim(writing, &claim)).await?;
        self.set_unreadable_aside(claim.term, claimed.sort()).await
    }

    async fn freeze(&self, term: Term, frozen: Vec<Frozen>) -> Result<Vec<bool>> {
        self.write("freezing amounts", move |writing| runs::freeze(writing, term, &frozen)).await
    }

    async fn settle(&self, term: Term, settlements: Vec<Settlement>) -> Result<Vec<Settled>> {
        const DURING: &str = "settling runs";
        let prepared: Vec<_> = settlements
            .into_iter()
            .map(settling::Prepared::new)
            .collect::<Outcome<_>>()
            .during(DURING)?;
        // The batch comes back, so that the one thread that writes need not drop it.
        let (settled, _batch) = self
            .write(DURING, move |writing| {
                Ok((settling::settle(writing, Some(term), &prepared)?, prepared))
            })
            .await?;
        Ok(settled)
    }

    async fn recover(&self, claim: Claim) -> Result<Vec<Run>> {
        const DURING: &str = "recovering runs";
        let left = self.write(DURING, move |writing| runs::recover(writing, &claim)).await?;
        self.set_unreadable_aside(claim.term, left.sort()).await
    }

    async fn awaiting(
        &self,
        lane: LaneId,
        after: Option<AwaitingKey>,
        limit: u32,
    ) -> Result<Vec<Awaiting>> {
        self.read("listing what is awaited", move |connection| {
            awaiting::page(connection, lane, after, limit)
        })
        .await
    }

    async fn settle_by_hand(&self, settlement: Settlement, entry: AuditEntry) -> Result<Settled> {
        const DURING: &str = "settling by hand";
        let prepared = settling::Prepared::new(settlement).during(DURING)?;
        self.write(DURING, move |writing| {
            let settled = settling::settle(writing, None, std::slice::from_ref(&prepared))?;
            match settled.first() {
                Some(Settled::Written) => {
                    audit::append(writing.connection, &entry)?;
                    Ok(Settled::Written)
                }
                Some(Settled::Stale) | None => Ok(Settled::Stale),
            }
        })
        .await
    }

    async fn audit_trail(&self, account: AccountId, limit: u32) -> Result<Vec<AuditEntry>> {
        self.read("reading what was done by hand", move |connection| {
            audit::latest(connection, account, limit)
        })
        .await
    }

    async fn pulse(&self, lane: LaneId) -> Result<Pulse> {
        self.read("reading a lane's pulse", move |connection| pulse::find(connection, lane)).await
    }

    async fn beat(&self, beat: Beat) -> Result<Pulse> {
        self.write("noting a lane's pulse", move |writing| pulse::beat(writing.connection, &beat))
            .await
    }

    async fn hold_lane(&self, lane: LaneId, since: Instant) -> Result<()> {
        self.write("holding a lane", move |writing| pulse::hold(writing.connection, lane, since))
            .await
    }

    async fn resume_lane(&self, resumption: Resumption) -> Result<Option<Instant>> {
        self.write("resuming a lane", move |writing| {
            let Resumption { lane, now, entries } = &resumption;
            relocation::lane_must_be_here(writing.connection, *lane)?;
            let held_since = pulse::resume(writing.connection, *lane, *now)?;
            for entry in entries.iter().filter(|_| held_since.is_some()) {
                audit::append(writing.connection, entry)?;
            }
            Ok(held_since)
        })
        .await
    }

    async fn next_due(&self, lane: LaneId) -> Result<Option<Instant>> {
        self.read("finding what is due next", move |connection| runs::next_due(connection, lane))
            .await
    }

    async fn queued(&self, lane: LaneId, by: Instant, limit: u32) -> Result<Vec<Run>> {
        self.read("listing what is due", move |connection| {
            Ok(runs::queued(connection, lane, by, limit)?.sort().runs)
        })
        .await
    }

    async fn count_slots(&self, lane: LaneId, by: Instant, enough: u64) -> Result<u64> {
        self.read("counting what is due", move |connection| {
            runs::count_slots(connection, lane, by, enough)
        })
        .await
    }

    async fn queue_depth(&self, lane: LaneId) -> Result<u64> {
        self.read("counting the queue", move |connection| {
            listing::count(connection, List::QUEUE, lane.0)
        })
        .await
    }

    async fn event(&self, id: EventId) -> Result<Option<Event>> {
        self.read("reading an event", move |connection| events::find(connection, id)).await
    }

    async fn events(&self, account: AccountId, page: PageQuery) -> Result<Page<Event>> {
        self.read("listing events", move |connection| events::page(connection, account, &page))
            .await
    }

    async fn history_files(&self) -> Result<Vec<HistoryFile>> {
        self.read("reading what was moved", history::files).await
    }

    async fn moved(&self, schedules: Vec<ScheduleId>) -> Result<Vec<Option<Moved>>> {
        self.read("reading what was moved", move |connection| {
            schedules.into_iter().map(|schedule| history::moved(connection, schedule)).collect()
        })
        .await
    }

    async fn movable(&self, query: MovableQuery) -> Result<Movable> {
        self.read("finding what may be moved", move |connection| {
            history::movable(connection, &query)
        })
        .await
    }

    async fn add_history_file(&self, file: HistoryFile) -> Result<bool> {
        self.write("noting a move", move |writing| history::add(writing.connection, &file)).await
    }

    async fn set_history_state(&self, number: u32, state: FileState) -> Result<bool> {
        self.write("noting a move", move |writing| {
            history::set_state(writing.connection, number, state)
        })
        .await
    }

    async fn drop_history_file(&self, number: u32) -> Result<()> {
        self.write("noting a move", move |writing| history::drop_file(writing.connection, number))
            .await
    }

    async fn delete_moved(&self, number: u32, keys: Vec<AwaitingKey>) -> Result<bool> {
        self.write("deleting what was moved", move |writing| {
            history::delete(writing.connection, number, &keys)
        })
        .await
    }

    async fn begin_request(
        &self,
        term: Term,
        key: RequestKey,
        fingerprint: [u8; 32],
        at: Instant,
    ) -> Result<RequestState> {
        self.write("taking a request key", move |writing| {
            requests::begin(writing.connection, term, &key, fingerprint, at)
        })
        .await
    }

    async fn finish_request(
        &self,
        term: Term,
        key: RequestKey,
        response: StoredResponse,
    ) -> Result<()> {
        self.write("storing an answer", move |writing| {
            requests::finish(writing.connection, term, &key, &response)
        })
        .await
    }

    async fn abandon_request(&self, term: Term, key: RequestKey) -> Result<()> {
        self.write("giving back a request key", move |writing| {
            requests::abandon(writing.connection, term, &key)
        })
        .await
    }
}
