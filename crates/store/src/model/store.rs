//! Schedules and their runs in memory: maps ordered by key behind one mutex, so
//! that every call is one commit.

mod edits;
mod grants;
mod history;
mod lists;
mod queue;
mod requests;
mod settling;
mod webhooks;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use engine::edit::{Edited, Standing};
use engine::settlement::AwaitingKey;
use engine::{
    Account, AccountId, Amendment, Attempt, Awaiting, ClockId, InstallationId, Instant, LaneId,
    Occurrence, Position, Run, Schedule, ScheduleEvent, ScheduleId, Settlement, Slot, Term,
};

use self::grants::Grants;
use self::queue::Queue;
use self::requests::Requests;
use self::webhooks::Webhooks;
use crate::audit::AuditEntry;
use crate::event::{Event, EventId, EventKind, NewEvent};
use crate::fault::During;
use crate::grant::Grant;
use crate::history::{FileState, HistoryFile, Movable, MovableQuery, Moved};
use crate::key::Key;
use crate::page::{Page, PageQuery};
use crate::pulse::{Beat, Pulse, Resumption};
use crate::request::{RequestKey, RequestState, StoredResponse};
use crate::store::{
    Claim, ClockMode, ClockState, Credential, Deletion, EditWritten, Found, Frozen, NewSchedule,
    ScheduleQuery, ScheduleSearch, Settled, SlotRecord, Store, account_name, find_named, next_lane,
};
use crate::webhook::News;
use crate::{Result, StoreError};

/// A [`Store`] in memory.
#[derive(Debug)]
pub struct ModelStore {
    installation: InstallationId,
    sharing: Sharing,
    books: Mutex<Books>,
    news: News,
}

/// How many nodes can have the data open, which decides what may be recovered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Sharing {
    /// One: whatever is of an earlier term was left behind.
    Exclusive,
    /// Several: only what is past its lease was.
    Shared,
}

/// Everything, as plain collections.
#[derive(Clone, Debug, Default)]
struct Books {
    stopped: bool,
    /// The latest that was begun.
    term: Option<Term>,
    last_account: i64,
    accounts: BTreeMap<AccountId, Account>,
    credentials: BTreeMap<[u8; 32], Credential>,
    grants: Grants,
    clocks: BTreeMap<ClockId, ClockState>,
    last_schedule: i64,
    schedules: BTreeMap<ScheduleId, Schedule>,
    amendments: BTreeMap<(ScheduleId, Slot), Amendment>,
    made_by_request: BTreeMap<(AccountId, Box<str>), ScheduleId>,
    queue: Queue,
    awaiting: BTreeMap<(Slot, ScheduleId, Attempt), Awaiting>,
    occurrences: BTreeMap<(ScheduleId, Slot, Attempt), Occurrence>,
    history_files: Vec<HistoryFile>,
    moved: BTreeMap<ScheduleId, Moved>,
    events: Vec<Event>,
    pulses: BTreeMap<LaneId, Pulse>,
    audit: Vec<AuditEntry>,
    keys: Vec<Key>,
    requests: Requests,
    webhooks: Webhooks,
    /// Accounts of which nobody has been told yet that there are news.
    fresh: BTreeSet<AccountId>,
}

impl ModelStore {
    /// An empty one, which one node at a time has open.
    #[must_use]
    pub const fn exclusive(installation: InstallationId) -> ModelStore {
        ModelStore::new(installation, Sharing::Exclusive)
    }

    /// An empty one, which several nodes have open.
    #[must_use]
    pub const fn shared(installation: InstallationId) -> ModelStore {
        ModelStore::new(installation, Sharing::Shared)
    }

    const fn new(installation: InstallationId, sharing: Sharing) -> ModelStore {
        let books = Mutex::new(Books::new());
        ModelStore { installation, sharing, books, news: News::new() }
    }

    /// The same as a backup of it is restored: a lane is held, and has no pulse.
    #[must_use]
    pub fn restored(self, lane: LaneId, at: Instant) -> ModelStore {
        {
            let mut books = self.books();
            let pulse = books.pulses.entry(lane).or_default();
            *pulse = Pulse { beat_at: None, held_since: Some(at), ..*pulse };
        }
        self
    }

    /// A copy as it is now, as of a disk that is cloned.
    #[must_use]
    pub fn copy(&self) -> ModelStore {
        ModelStore {
            installation: self.installation,
            sharing: self.sharing,
            books: Mutex::new(self.books().clone()),
            news: News::new(),
        }
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        // What is written is checked first, so a panic leaves nothing half done.
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open(&self) -> Result<MutexGuard<'_, Books>> {
        let books = self.books();
        if books.stopped { Err(StoreError::Stopped) } else { Ok(books) }
    }
}

/// What refuses a key that is taken, as a database would.
fn taken(during: &'static str, what: &impl std::fmt::Debug) -> StoreError {
    StoreError::Database { during, message: format!("{what:?} is there already") }
}

impl Books {
    const fn new() -> Books {
        Books {
            stopped: false,
            term: None,
            last_account: 0,
            accounts: BTreeMap::new(),
            credentials: BTreeMap::new(),
            grants: Grants::new(),
            clocks: BTreeMap::new(),
            last_schedule: 0,
            schedules: BTreeMap::new(),
            amendments: BTreeMap::new(),
            made_by_request: BTreeMap::new(),
            queue: Queue::new(),
            awaiting: BTreeMap::new(),
            occurrences: BTreeMap::new(),
            history_files: Vec::new(),
            moved: BTreeMap::new(),
            events: Vec::new(),
            pulses: BTreeMap::new(),
            audit: Vec::new(),
            keys: Vec::new(),
            requests: Requests::new(),
            webhooks: Webhooks::new(),
            fresh: BTreeSet::new(),
        }
    }

    fn tell(&mut self, schedule: &Schedule, event: ScheduleEvent, at: Instant) {
        self.append(NewEvent {
            account: schedule.account,
            at,
            kind: EventKind::Schedule(event),
            subject: schedule.id.0,
            snapshot: None,
        });
    }

    fn create_account(
        &mut self,
        mut account: Account,
        credentials: Vec<Credential>,
    ) -> Result<Account> {
        const DURING: &str = "creating an account";
        if let Some(known) =
            credentials.iter().find(|credential| self.credentials.contains_key(&credential.sha256))
        {
            return Err(taken(DURING, &known.account));
        }
        self.last_account += 1;
        account.id = AccountId(self.last_account);
        self.accounts.insert(account.id, account.clone());
        for credential in credentials {
            let credential = Credential { account: account.id, ..credential };
            self.credentials.insert(credential.sha256, credential);
        }
        Ok(account)
    }

    fn create_schedules(&mut self, new: Vec<NewSchedule>) -> Result<Vec<Schedule>> {
        const DURING: &str = "creating schedules";
        for NewSchedule { created, request } in &new {
            let made = request.as_ref().is_some_and(|request| self.made_by(request).is_some());
            if !made && self.schedules.contains_key(&created.schedule.id) {
                return Err(taken(DURING, &created.schedule.id));
            }
        }
        Ok(new.into_iter().map(|new| self.create_schedule(new)).collect())
    }

    fn create_schedule(&mut self, NewSchedule { created, request }: NewSchedule) -> Schedule {
        if let Some(made) = request.as_ref().and_then(|request| self.made_by(request)) {
            return made.clone();
        }
        let schedule = created.schedule;
        if let Some(RequestKey { account, key }) = request {
            self.made_by_request.insert((account, key), schedule.id);
        }
        for run in created.runs {
            self.queue.insert(run);
        }
        for amendment in created.amendments {
            self.amendments.insert((schedule.id, amendment.slot), amendment);
        }
        self.schedules.insert(schedule.id, schedule.clone());
        for event in created.events {
            self.tell(&schedule, event, schedule.created_at);
        }
        schedule
    }

    fn made_by(&self, request: &RequestKey) -> Option<&Schedule> {
        let id = self.made_by_request.get(&(request.account, request.key.clone()))?;
        self.schedules.get(id)
    }
}

#[async_trait]
impl Store for ModelStore {
    fn installation(&self) -> InstallationId {
        self.installation
    }

    async fn begin_term(&self) -> Result<Term> {
        let mut books = self.open()?;
        let term = books.term.map_or(Term::FIRST, Term::next);
        books.term = Some(term);
        Ok(term)
    }

    async fn stop(&self) {
        self.books().stopped = true;
    }

    async fn create_account(
        &self,
        account: Account,
        credentials: Vec<Credential>,
    ) -> Result<Account> {
        self.open()?.create_account(account, credentials)
    }

    async fn ensure_account(&self, account: Account) -> Result<Account> {
        let mut books = self.open()?;
        let name = account_name(&account).during("ensuring an account")?;
        if let Some(found) = find_named(books.accounts.values(), account.mode, name) {
            return Ok(found.clone());
        }
        let lane = next_lane(books.accounts.values());
        books.create_account(Account { lane, ..account }, Vec::new())
    }

    async fn account(&self, id: AccountId) -> Result<Option<Account>> {
        Ok(self.open()?.accounts.get(&id).cloned())
    }

    async fn accounts(&self) -> Result<Vec<Account>> {
        Ok(self.open()?.accounts.values().cloned().collect())
    }

    async fn update_account(&self, account: Account) -> Result<()> {
        if let Some(stored) = self.open()?.accounts.get_mut(&account.id) {
            *stored = account;
        }
        Ok(())
    }

    async fn credential(&self, sha256: [u8; 32]) -> Result<Option<Credential>> {
        Ok(self.open()?.credentials.get(&sha256).cloned())
    }

    async fn put_credentials(&self, credentials: Vec<Credential>) -> Result<()> {
        let put = credentials.into_iter().map(|credential| (credential.sha256, credential));
        self.open()?.credentials.extend(put);
        Ok(())
    }

    async fn put_keys(&self, keys: Vec<Key>, entry: Option<AuditEntry>) -> Result<()> {
        let mut books = self.open()?;
        for key in keys {
            books.credentials.insert(key.credential.sha256, key.credential.clone());
            books.keys.retain(|known| known.credential.sha256 != key.credential.sha256);
            books.keys.push(key);
        }
        books.audit.extend(entry);
        Ok(())
    }

    async fn keys(&self, account: AccountId) -> Result<Vec<Key>> {
        let books = self.open()?;
        let mut keys: Vec<Key> = books
            .keys
            .iter()
            .filter_map(|key| {
                let credential = books.credentials.get(&key.credential.sha256)?.clone();
                (credential.account == account).then(|| Key { credential, ..key.clone() })
            })
            .collect();
        keys.sort_by_key(|key| (key.created_at, key.credential.sha256));
        Ok(keys)
    }

    async fn add_grants(
        &self,
        spent: Option<[u8; 32]>,
        grants: Vec<Grant>,
        at: Instant,
    ) -> Result<bool> {
        Ok(self.open()?.grants.add(spent, grants, at))
    }

    async fn grant(&self, sha256: [u8; 32]) -> Result<Option<Grant>> {
        Ok(self.open()?.grants.find(sha256))
    }

    async fn revoke_grant(&self, sha256: [u8; 32]) -> Result<()> {
        self.open()?.grants.revoke(sha256);
        Ok(())
    }

    async fn clock(&self, id: ClockId) -> Result<ClockState> {
        let unset = ClockState { mode: ClockMode::Wall, target: None };
        Ok(self.open()?.clocks.get(&id).copied().unwrap_or(unset))
    }

    async fn set_clock(&self, id: ClockId, state: ClockState) -> Result<()> {
        self.open()?.clocks.insert(id, state);
        Ok(())
    }

    async fn allocate_schedules(&self, count: u32) -> Result<ScheduleId> {
        let mut books = self.open()?;
        let first = books.last_schedule + 1;
        books.last_schedule += i64::from(count);
        Ok(ScheduleId(first))
    }

    async fn create_schedules(&self, new: Vec<NewSchedule>) -> Result<Vec<Schedule>> {
        let done = self.open()?.create_schedules(new);
        self.announce();
        done
    }

    async fn schedule(&self, id: ScheduleId) -> Result<Option<Schedule>> {
        Ok(self.open()?.schedules.get(&id).cloned())
    }

    async fn schedules(&self, query: ScheduleQuery) -> Result<Page<Schedule>> {
        Ok(self.open()?.page_of_schedules(&query))
    }

    async fn find_schedules(&self, search: ScheduleSearch) -> Result<Found> {
        Ok(self.open()?.find_schedules(&search))
    }

    async fn any_schedule(&self) -> Result<bool> {
        Ok(!self.open()?.schedules.is_empty())
    }

    async fn delete_schedule(&self, id: ScheduleId, at: Instant) -> Result<Deletion> {
        let done = self.open()?.delete_schedule(id, at);
        self.announce();
        Ok(done)
    }

    async fn standing(
        &self,
        id: ScheduleId,
        asked: Vec<Slot>,
        _now: Instant,
    ) -> Result<Option<Standing>> {
        Ok(self.open()?.standing(id, &asked))
    }

    async fn edit_schedule(
        &self,
        edited: Edited,
        entry: Option<AuditEntry>,
    ) -> Result<EditWritten> {
        let mut books = self.open()?;
        let written = books.edit(edited)?;
        books.audit.extend(entry.filter(|_| written == EditWritten::Written));
        drop(books);
        self.announce();
        Ok(written)
    }

    async fn amendments(&self, schedules: Vec<ScheduleId>) -> Result<Vec<Vec<Amendment>>> {
        let books = self.open()?;
        Ok(schedules.into_iter().map(|schedule| books.amendments_of(schedule)).collect())
    }

    async fn slot_records(&self, slots: Vec<(ScheduleId, Slot)>) -> Result<Vec<SlotRecord>> {
        let books = self.open()?;
        Ok(slots.into_iter().map(|(schedule, slot)| books.slot_record(schedule, slot)).collect())
    }

    async fn positions(&self, schedules: &[Schedule], _now: Instant) -> Result<Vec<Position>> {
        let books = self.open()?;
        Ok(schedules.iter().map(|schedule| books.position(schedule)).collect())
    }

    async fn occurrence(&self, key: AwaitingKey) -> Result<Option<Occurrence>> {
        let AwaitingKey { schedule, slot, attempt } = key;
        Ok(self.open()?.occurrences.get(&(schedule, slot, attempt)).cloned())
    }

    async fn occurrences(
        &self,
        schedule: &Schedule,
        _now: Instant,
        page: PageQuery,
    ) -> Result<Page<Occurrence>> {
        Ok(self.open()?.page_of_occurrences(schedule.id, &page))
    }

    async fn claim(&self, claim: Claim) -> Result<Vec<Run>> {
        Ok(self.open()?.queue.claim(&claim))
    }

    async fn freeze(&self, term: Term, frozen: Vec<Frozen>) -> Result<Vec<bool>> {
        Ok(self.open()?.queue.freeze(term, &frozen))
    }

    async fn settle(&self, term: Term, settlements: Vec<Settlement>) -> Result<Vec<Settled>> {
        let done = self.open()?.settle(Some(term), settlements);
        self.announce();
        done
    }

    async fn recover(&self, claim: Claim) -> Result<Vec<Run>> {
        Ok(self.open()?.queue.recover(&claim, self.sharing))
    }

    async fn awaiting(
        &self,
        lane: LaneId,
        after: Option<AwaitingKey>,
        limit: u32,
    ) -> Result<Vec<Awaiting>> {
        Ok(self.open()?.page_of_awaiting(lane, after, limit))
    }

    async fn settle_by_hand(&self, settlement: Settlement, entry: AuditEntry) -> Result<Settled> {
        let done = self.open()?.settle_by_hand(settlement, entry);
        self.announce();
        done
    }

    async fn audit_trail(&self, account: AccountId, limit: u32) -> Result<Vec<AuditEntry>> {
        let books = self.open()?;
        let entries = books.audit.iter().rev().filter(|entry| entry.account == account);
        Ok(entries.take(usize::try_from(limit).unwrap_or(usize::MAX)).cloned().collect())
    }

    async fn pulse(&self, lane: LaneId) -> Result<Pulse> {
        Ok(self.open()?.pulses.get(&lane).copied().unwrap_or_default())
    }

    async fn beat(&self, beat: Beat) -> Result<Pulse> {
        let mut books = self.open()?;
        let pulse = books.pulses.entry(beat.lane).or_default();
        *pulse = pulse.after(&beat);
        Ok(*pulse)
    }

    async fn hold_lane(&self, lane: LaneId, since: Instant) -> Result<()> {
        self.open()?.pulses.entry(lane).or_default().held_since = Some(since);
        Ok(())
    }

    async fn resume_lane(&self, resumption: Resumption) -> Result<Option<Instant>> {
        let mut books = self.open()?;
        let pulse = books.pulses.entry(resumption.lane).or_default();
        let held_since = pulse.held_since;
        *pulse = pulse.resumed(resumption.now);
        if held_since.is_some() {
            books.audit.extend(resumption.entries);
        }
        Ok(held_since)
    }

    async fn next_due(&self, lane: LaneId) -> Result<Option<Instant>> {
        Ok(self.open()?.queue.next_due(lane))
    }

    async fn queued(&self, lane: LaneId, by: Instant, limit: u32) -> Result<Vec<Run>> {
        Ok(self.open()?.queue.due(lane, by, limit))
    }

    async fn count_slots(&self, lane: LaneId, by: Instant, _enough: u64) -> Result<u64> {
        Ok(self.open()?.queue.count_slots(lane, by))
    }

    async fn queue_depth(&self, lane: LaneId) -> Result<u64> {
        Ok(self.open()?.queue.depth(lane))
    }

    async fn event(&self, id: EventId) -> Result<Option<Event>> {
        Ok(self.open()?.events.iter().find(|event| event.id == id).cloned())
    }

    async fn events(&self, account: AccountId, page: PageQuery) -> Result<Page<Event>> {
        Ok(self.open()?.page_of_events(account, &page))
    }

    async fn history_files(&self) -> Result<Vec<HistoryFile>> {
        Ok(self.open()?.history_files.clone())
    }

    async fn moved(&self, schedules: Vec<ScheduleId>) -> Result<Vec<Option<Moved>>> {
        let books = self.open()?;
        Ok(schedules.into_iter().map(|schedule| books.moved_of(schedule)).collect())
    }

    async fn movable(&self, query: MovableQuery) -> Result<Movable> {
        Ok(self.open()?.movable(&query))
    }

    async fn add_history_file(&self, file: HistoryFile) -> Result<bool> {
        Ok(self.open()?.add_history_file(file))
    }

    async fn set_history_state(&self, number: u32, state: FileState) -> Result<bool> {
        Ok(self.open()?.set_history_state(number, state))
    }

    async fn drop_history_file(&self, number: u32) -> Result<()> {
        self.open()?.drop_history_file(number);
        Ok(())
    }

    async fn delete_moved(&self, number: u32, keys: Vec<AwaitingKey>) -> Result<bool> {
        Ok(self.open()?.delete_moved(number, &keys))
    }

    async fn begin_request(
        &self,
        term: Term,
        key: RequestKey,
        fingerprint: [u8; 32],
        at: Instant,
    ) -> Result<RequestState> {
        let sharing = self.sharing;
        Ok(self.open()?.requests.begin(sharing, term, key, fingerprint, at))
    }

    async fn finish_request(
        &self,
        term: Term,
        key: RequestKey,
        response: StoredResponse,
    ) -> Result<()> {
        self.open()?.requests.finish(term, &key, response);
        Ok(())
    }

    async fn abandon_request(&self, term: Term, key: RequestKey) -> Result<()> {
        self.open()?.requests.abandon(term, &key);
        Ok(())
    }
}
