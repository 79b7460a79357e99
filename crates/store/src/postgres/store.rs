//! [`Store`] over PostgreSQL: each method one transaction.

use async_trait::async_trait;
use engine::edit::{Edited, Standing};
use engine::settlement::AwaitingKey;
use engine::{
    Account, AccountId, Amendment, Awaiting, ClockId, InstallationId, Instant, LaneId, Occurrence,
    Position, Run, Schedule, ScheduleId, Settlement, Slot, Term,
};

use super::counters::{self, List};
use super::keys::SCHEDULES_AT_ONCE;
use super::queue::{Lease, Sorted};
use super::settings::LeaseClock;
use super::{
    PostgresStore, accounts, amendments, audit, awaiting, columns, edits, events, grants, history,
    occurrences, positions, pulse, queue, relocation, requests, schedules, settling,
};
use crate::Result;
use crate::audit::AuditEntry;
use crate::event::{Event, EventId};
use crate::fault::{During, Outcome};
use crate::grant::Grant;
use crate::history::{FileState, HistoryFile, Movable, MovableQuery, Moved};
use crate::key::Key;
use crate::page::{Page, PageQuery};
use crate::peers::Peers;
use crate::pulse::{Beat, Pulse, Resumption};
use crate::request::{RequestKey, RequestState, StoredResponse};
use crate::store::{
    Claim, ClockState, Credential, Deletion, EditWritten, Found, Frozen, NewSchedule,
    ScheduleQuery, ScheduleSearch, Settled, SlotRecord, Store,
};

impl PostgresStore {
    /// The runs that read; the rows that do not are left where they lie and told of, so
    /// that one of them does not stop the others.
    async fn set_unreadable_aside(&self, term: Term, sorted: Sorted) -> Result<Vec<Run>> {
        let Sorted { runs, unreadable } = sorted;
        if unreadable.is_empty() {
            return Ok(runs);
        }
        for (key, fault) in &unreadable {
            tracing::error!(schedule = %key.schedule, slot = ?key.slot, %fault, "a queued run cannot be read and is set aside");
        }
        let keys: Vec<_> = unreadable.into_iter().map(|(key, _)| key).collect();
        let keys = &keys;
        self.write("setting runs aside", |session| async move {
            queue::set_aside(&session, term, keys).await
        })
        .await?;
        Ok(runs)
    }

    fn lease(&self, claim: &Claim) -> Lease {
        Lease::of(claim, self.lease_clock == LeaseClock::Database)
    }
}

#[async_trait]
impl Store for PostgresStore {
    fn installation(&self) -> InstallationId {
        self.installation
    }

    fn peers(&self) -> Option<&dyn Peers> {
        Some(self)
    }

    async fn begin_term(&self) -> Result<Term> {
        self.write("beginning a term", |session| async move {
            let next = "UPDATE identity SET term = term + 1 RETURNING term";
            columns::term(session.one(next, &[]).await?.try_get(0)?)
        })
        .await
    }

    async fn stop(&self) {
        self.stop_writing().await;
    }

    async fn create_account(
        &self,
        account: Account,
        credentials: Vec<Credential>,
    ) -> Result<Account> {
        let (account, credentials) = (&account, &credentials);
        self.write("creating an account", |session| async move {
            accounts::create(&session, account, credentials).await
        })
        .await
    }

    async fn ensure_account(&self, account: Account) -> Result<Account> {
        let account = &account;
        self.write("ensuring an account", |session| async move {
            accounts::ensure(&session, account).await
        })
        .await
    }

    async fn account(&self, id: AccountId) -> Result<Option<Account>> {
        const DURING: &str = "reading an account";
        let (found, named) =
            self.look(DURING, |session| async move { accounts::find(&session, id).await }).await?;
        if !self.names.has_all(named) {
            self.learn_names(DURING).await?;
        }
        Ok(found)
    }

    async fn accounts(&self) -> Result<Vec<Account>> {
        self.look("reading accounts", |session| async move { accounts::all(&session).await }).await
    }

    async fn update_account(&self, account: Account) -> Result<()> {
        let account = &account;
        self.write("changing an account", |session| async move {
            accounts::update(&session, account).await
        })
        .await
    }

    async fn credential(&self, sha256: [u8; 32]) -> Result<Option<Credential>> {
        self.look("looking up a key", |session| async move {
            accounts::credential(&session, sha256).await
        })
        .await
    }

    async fn put_credentials(&self, credentials: Vec<Credential>) -> Result<()> {
        let credentials = &credentials;
        self.write("writing keys", |session| async move {
            accounts::put_credentials(&session, credentials).await
        })
        .await
    }

    async fn put_keys(&self, keys: Vec<Key>, entry: Option<AuditEntry>) -> Result<()> {
        let (keys, entry) = (&keys, &entry);
        self.write("writing keys", |session| async move {
            accounts::put_keys(&session, keys).await?;
            match entry {
                Some(entry) => audit::append(&session, entry).await,
                None => Ok(()),
            }
        })
        .await
    }

    async fn keys(&self, account: AccountId) -> Result<Vec<Key>> {
        self.look("reading keys", |session| async move { accounts::keys(&session, account).await })
            .await
    }

    async fn add_grants(
        &self,
        spent: Option<[u8; 32]>,
        grants: Vec<Grant>,
        at: Instant,
    ) -> Result<bool> {
        let grants = &grants;
        self.write("granting tokens", |session| async move {
            grants::add(&session, spent, grants, at).await
        })
        .await
    }

    async fn grant(&self, sha256: [u8; 32]) -> Result<Option<Grant>> {
        self.look(
            "looking up a token",
            |session| async move { grants::find(&session, sha256).await },
        )
        .await
    }

    async fn revoke_grant(&self, sha256: [u8; 32]) -> Result<()> {
        self.write(
            "revoking a token",
            |session| async move { grants::revoke(&session, sha256).await },
        )
        .await
    }

    async fn clock(&self, id: ClockId) -> Result<ClockState> {
        self.look("reading a clock", |session| async move { accounts::clock(&session, id).await })
            .await
    }

    async fn set_clock(&self, id: ClockId, state: ClockState) -> Result<()> {
        self.write("setting a clock", |session| async move {
            accounts::set_clock(&session, id, state).await
        })
        .await
    }

    async fn allocate_schedules(&self, count: u32) -> Result<ScheduleId> {
        let count = i64::from(count);
        let mut kept = self.keys.schedules.lock().await;
        if kept.1 < count {
            let taken = count.max(SCHEDULES_AT_ONCE);
            let last: i64 = self
                .write("allocating keys", |session| async move {
                    let next = "UPDATE identity SET schedule = schedule + $1 RETURNING schedule";
                    Ok(session.one(next, &[&taken]).await?.try_get(0)?)
                })
                .await?;
            *kept = (last - taken + 1, taken);
        }
        let first = kept.0;
        *kept = (first + count, kept.1 - count);
        Ok(ScheduleId(first))
    }

    async fn create_schedules(&self, new: Vec<NewSchedule>) -> Result<Vec<Schedule>> {
        const DURING: &str = "creating schedules";
        let prepared: Vec<_> =
            new.into_iter().map(schedules::Prepared::new).collect::<Outcome<_>>().during(DURING)?;
        let prepared = &prepared;
        self.write(DURING, |session| async move { schedules::create(&session, prepared).await })
            .await
    }

    async fn schedule(&self, id: ScheduleId) -> Result<Option<Schedule>> {
        self.look(
            "reading a schedule",
            |session| async move { schedules::find(&session, id).await },
        )
        .await
    }

    async fn schedules(&self, query: ScheduleQuery) -> Result<Page<Schedule>> {
        let query = &query;
        self.read(
            "listing schedules",
            |session| async move { schedules::page(&session, query).await },
        )
        .await
    }

    async fn find_schedules(&self, search: ScheduleSearch) -> Result<Found> {
        let search = &search;
        self.read("finding schedules", |session| async move {
            schedules::find_some(&session, search).await
        })
        .await
    }

    async fn any_schedule(&self) -> Result<bool> {
        self.look("looking for schedules", |session| async move { schedules::any(&session).await })
            .await
    }

    async fn delete_schedule(&self, id: ScheduleId, at: Instant) -> Result<Deletion> {
        self.write("deleting a schedule", |session| async move {
            schedules::delete(&session, id, at).await
        })
        .await
    }

    async fn standing(
        &self,
        id: ScheduleId,
        asked: Vec<Slot>,
        now: Instant,
    ) -> Result<Option<Standing>> {
        let asked = &asked;
        self.read("finding where a schedule stands", |session| async move {
            edits::standing(&session, id, asked, now).await
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
        let (prepared, entry) = (&prepared, entry.as_ref());
        self.write(DURING, |session| async move { edits::write(&session, prepared, entry).await })
            .await
    }

    async fn amendments(&self, schedules: Vec<ScheduleId>) -> Result<Vec<Vec<Amendment>>> {
        let ids: Vec<i64> = schedules.iter().map(|id| id.0).collect();
        let ids = &ids;
        let found =
            self.look("reading amendments", |session| async move {
                amendments::of_all(&session, ids).await
            })
            .await?;
        let of = |id: &ScheduleId| found.iter().filter(|it| it.schedule == *id).cloned().collect();
        Ok(schedules.iter().map(of).collect())
    }

    async fn slot_records(&self, slots: Vec<(ScheduleId, Slot)>) -> Result<Vec<SlotRecord>> {
        let schedules: Vec<i64> = slots.iter().map(|(schedule, _)| schedule.0).collect();
        let times: Vec<i64> = slots.iter().map(|(_, slot)| slot.stored()).collect();
        let (schedules, times) = (&schedules, &times);
        let (occurrences, awaiting) = self
            .read("reading what became of slots", |session| async move {
                Ok((
                    occurrences::latest(&session, schedules, times).await?,
                    awaiting::latest(&session, schedules, times).await?,
                ))
            })
            .await?;
        Ok(slots
            .into_iter()
            .map(|(schedule, slot)| SlotRecord {
                occurrence: occurrences
                    .iter()
                    .find(|it| it.schedule == schedule && it.slot == slot)
                    .cloned(),
                awaiting: awaiting
                    .iter()
                    .find(|it| it.run.key.schedule == schedule && it.run.key.slot == slot)
                    .cloned(),
            })
            .collect())
    }

    async fn positions(&self, schedules: &[Schedule], now: Instant) -> Result<Vec<Position>> {
        self.read("finding where schedules stand", |session| async move {
            positions::positions(&session, schedules, now).await
        })
        .await
    }

    async fn occurrence(&self, key: AwaitingKey) -> Result<Option<Occurrence>> {
        self.look("reading an occurrence", |session| async move {
            occurrences::find(&session, key).await
        })
        .await
    }

    async fn occurrences(
        &self,
        schedule: &Schedule,
        now: Instant,
        page: PageQuery,
    ) -> Result<Page<Occurrence>> {
        let page = &page;
        self.read("listing occurrences", |session| async move {
            occurrences::page(&session, schedule, now, page).await
        })
        .await
    }

    async fn claim(&self, claim: Claim) -> Result<Vec<Run>> {
        const DURING: &str = "claiming runs";
        let lease = self.lease(&claim);
        let behind = self.heads.before(claim.lane, claim.now);
        let wanted = usize::try_from(claim.limit).unwrap_or(usize::MAX);
        let rows = self
            .write(DURING, |session| async move {
                let mut rows = queue::claim(&session, &claim, behind, lease).await?;
                if rows.len() < wanted && behind.is_some() {
                    let left = wanted - rows.len();
                    let limit = u32::try_from(left).unwrap_or(u32::MAX);
                    rows.extend(
                        queue::claim(&session, &Claim { limit, ..claim }, None, lease).await?,
                    );
                }
                Ok(rows)
            })
            .await?;
        let sorted = queue::sort(claim.lane, &rows).during(DURING)?;
        if rows.len() == wanted
            && let Some(last) = sorted.runs.last()
        {
            self.heads.raise(last.key);
        }
        self.set_unreadable_aside(claim.term, sorted).await
    }

    async fn freeze(&self, term: Term, frozen: Vec<Frozen>) -> Result<Vec<bool>> {
        let frozen = &frozen;
        self.write("freezing amounts", |session| async move {
            queue::freeze(&session, term, frozen).await
        })
        .await
    }

    async fn settle(&self, term: Term, settlements: Vec<Settlement>) -> Result<Vec<Settled>> {
        const DURING: &str = "settling runs";
        let prepared: Vec<_> = settlements
            .into_iter()
            .map(settling::Prepared::new)
            .collect::<Outcome<_>>()
            .during(DURING)?;
        let prepared = &prepared;
        self.write(DURING, |session| async move {
            settling::settle(&session, Some(term), prepared).await
        })
        .await
    }

    async fn recover(&self, claim: Claim) -> Result<Vec<Run>> {
        const DURING: &str = "recovering runs";
        let lease = self.lease(&claim);
        let claim = &claim;
        let rows = self
            .write(DURING, |session| async move { queue::recover(&session, claim, lease).await })
            .await?;
        let sorted = queue::sort(claim.lane, &rows).during(DURING)?;
        self.set_unreadable_aside(claim.term, sorted).await
    }

    async fn awaiting(
        &self,
        lane: LaneId,
        after: Option<AwaitingKey>,
        limit: u32,
    ) -> Result<Vec<Awaiting>> {
        self.look("listing what is awaited", |session| async move {
            awaiting::page(&session, lane, after, limit).await
        })
        .await
    }

    async fn settle_by_hand(&self, settlement: Settlement, entry: AuditEntry) -> Result<Settled> {
        const DURING: &str = "settling by hand";
        let prepared = settling::Prepared::new(settlement).during(DURING)?;
        let (prepared, entry) = (std::slice::from_ref(&prepared), &entry);
        self.write(DURING, |session| async move {
            let settled = settling::settle(&session, None, prepared).await?;
            match settled.first() {
                Some(Settled::Written) => {
                    audit::append(&session, entry).await?;
                    Ok(Settled::Written)
                }
                Some(Settled::Stale) | None => Ok(Settled::Stale),
            }
        })
        .await
    }

    async fn audit_trail(&self, account: AccountId, limit: u32) -> Result<Vec<AuditEntry>> {
        self.look("reading what was done by hand", |session| async move {
            audit::latest(&session, account, limit).await
        })
        .await
    }

    async fn pulse(&self, lane: LaneId) -> Result<Pulse> {
        self.look(
            "reading a lane's pulse",
            |session| async move { pulse::find(&session, lane).await },
        )
        .await
    }

    async fn beat(&self, beat: Beat) -> Result<Pulse> {
        let beat = &beat;
        self.write(
            "noting a lane's pulse",
            |session| async move { pulse::beat(&session, beat).await },
        )
        .await
    }

    async fn hold_lane(&self, lane: LaneId, since: Instant) -> Result<()> {
        self.write(
            "holding a lane",
            |session| async move { pulse::hold(&session, lane, since).await },
        )
        .await
    }

    async fn resume_lane(&self, resumption: Resumption) -> Result<Option<Instant>> {
        let Resumption { lane, now, entries } = &resumption;
        self.write("resuming a lane", |session| async move {
            relocation::lane_must_be_here(&session, *lane).await?;
            let held_since = pulse::resume(&session, *lane, *now).await?;
            for entry in entries.iter().filter(|_| held_since.is_some()) {
                audit::append(&session, entry).await?;
            }
            Ok(held_since)
        })
        .await
    }

    async fn next_due(&self, lane: LaneId) -> Result<Option<Instant>> {
        self.look("finding what is due next", |session| async move {
            queue::next_due(&session, lane).await
        })
        .await
    }

    async fn queued(&self, lane: LaneId, by: Instant, limit: u32) -> Result<Vec<Run>> {
        const DURING: &str = "listing what is due";
        let rows = self
            .look(DURING, |session| async move { queue::queued(&session, lane, by, limit).await })
            .await?;
        Ok(queue::sort(lane, &rows).during(DURING)?.runs)
    }

    async fn count_slots(&self, lane: LaneId, by: Instant, enough: u64) -> Result<u64> {
        self.read("counting what is due", |session| async move {
            queue::count_slots(&session, lane, by, enough).await
        })
        .await
    }

    async fn queue_depth(&self, lane: LaneId) -> Result<u64> {
        self.look("counting the queue", |session| async move {
            counters::count(&session, List::QUEUE, lane.0).await
        })
        .await
    }

    async fn event(&self, id: EventId) -> Result<Option<Event>> {
        self.look("reading an event", |session| async move { events::find(&session, id).await })
            .await
    }

    async fn events(&self, account: AccountId, page: PageQuery) -> Result<Page<Event>> {
        let page = &page;
        self.read(
            "listing events",
            |session| async move { events::page(&session, account, page).await },
        )
        .await
    }

    async fn history_files(&self) -> Result<Vec<HistoryFile>> {
        self.look("reading what was moved", |session| async move { history::files(&session).await })
            .await
    }

    async fn moved(&self, schedules: Vec<ScheduleId>) -> Result<Vec<Option<Moved>>> {
        let schedules = &schedules.iter().map(|schedule| schedule.0).collect::<Vec<i64>>();
        self.look("reading what was moved", |session| async move {
            history::moved(&session, schedules).await
        })
        .await
    }

    async fn movable(&self, query: MovableQuery) -> Result<Movable> {
        let query = &query;
        self.look("finding what may be moved", |session| async move {
            history::movable(&session, query).await
        })
        .await
    }

    async fn add_history_file(&self, file: HistoryFile) -> Result<bool> {
        let file = &file;
        self.write("noting a move", |session| async move { history::add(&session, file).await })
            .await
    }

    async fn set_history_state(&self, number: u32, state: FileState) -> Result<bool> {
        self.write("noting a move", |session| async move {
            history::set_state(&session, number, state).await
        })
        .await
    }

    async fn drop_history_file(&self, number: u32) -> Result<()> {
        self.write(
            "noting a move",
            |session| async move { history::drop_file(&session, number).await },
        )
        .await
    }

    async fn delete_moved(&self, number: u32, keys: Vec<AwaitingKey>) -> Result<bool> {
        let keys = &keys;
        self.write("deleting what was moved", |session| async move {
            history::delete(&session, number, keys).await
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
        let wish = requests::Wish { term, key: &key, fingerprint, at, clock: self.lease_clock };
        let wish = &wish;
        self.write("taking a request key", |session| async move {
            requests::begin(&session, wish).await
        })
        .await
    }

    async fn finish_request(
        &self,
        term: Term,
        key: RequestKey,
        response: StoredResponse,
    ) -> Result<()> {
        let (key, response) = (&key, &response);
        self.write("storing an answer", |session| async move {
            requests::finish(&session, term, key, response).await
        })
        .await
    }

    async fn abandon_request(&self, term: Term, key: RequestKey) -> Result<()> {
        let key = &key;
        self.write("giving back a request key", |session| async move {
            requests::abandon(&session, term, key).await
        })
        .await
    }
}
