//! The [`Store`] trait: schedules and their runs, in the engine's words.

use async_trait::async_trait;
use engine::edit::{Edited, Standing};
use engine::settlement::AwaitingKey;
use engine::{
    Account, AccountId, Amendment, Awaiting, Cadence, ClockId, InstallationId, Instant,
    InstructionKind, LaneId, Mode, Money, Occurrence, Position, Run, RunKey, Schedule, ScheduleId,
    Settlement, Slot, Status, Term,
};
use jiff::SignedDuration;
use jiff::civil::DateTime;
use serde_json::Value;

use crate::Result;
use crate::audit::AuditEntry;
use crate::event::{Event, EventId};
use crate::fault::{Fault, Outcome};
use crate::grant::Grant;
use crate::history::{FileState, HistoryFile, Movable, MovableQuery, Moved};
use crate::key::Key;
use crate::page::{Order, Page, PageQuery};
use crate::peers::Peers;
use crate::pulse::{Beat, Pulse, Resumption};
use crate::request::{RequestKey, RequestState, StoredResponse};
use crate::scope::Scopes;

/// Under which attribute an account carries the name by which it is found again
/// ([`Store::ensure_account`]).
pub const ACCOUNT_NAME: &str = "name";

/// What must survive, apart from the bank's books.
///
/// Every write that follows a claim names the claimer's [`Term`]; where the row
/// is of another term, that part of the batch changes nothing and says so.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// The identity drawn when the data was created, kept by its copies.
    fn installation(&self) -> InstallationId;

    /// A new fencing term, greater than any before it. Called once by each start of a node.
    async fn begin_term(&self) -> Result<Term>;

    /// Resolves when all that was asked before has been written, and refuses
    /// what is asked after: [`crate::StoreError::Stopped`].
    async fn stop(&self);

    /// Resolves once this process can write nothing more, with the reason: what it knows
    /// may be wrong from then on, so it is to end, and another to begin from what is stored.
    async fn failed(&self) -> String {
        std::future::pending().await
    }

    /// What is agreed on with other nodes that have the same data open; `None` where only
    /// one process can.
    fn peers(&self) -> Option<&dyn Peers> {
        None
    }

    // ---- accounts and keys -------------------------------------------------

    /// A fresh account key, then everything about the account, in one commit.
    async fn create_account(
        &self,
        account: Account,
        credentials: Vec<Credential>,
    ) -> Result<Account>;
    /// The account of the same mode and [`ACCOUNT_NAME`] as this one; made where there is
    /// none, in one commit, under a fresh key and on a lane of its own: the one after the
    /// last that an account is on. Whoever else asks for the same at the same time gets the
    /// same.
    async fn ensure_account(&self, account: Account) -> Result<Account>;
    /// One account.
    async fn account(&self, id: AccountId) -> Result<Option<Account>>;
    /// All of them, oldest first.
    async fn accounts(&self) -> Result<Vec<Account>>;
    /// Replaces an account's stored form.
    async fn update_account(&self, account: Account) -> Result<()>;
    /// The credential whose SHA-256 this is.
    async fn credential(&self, sha256: [u8; 32]) -> Result<Option<Credential>>;
    /// Writes credentials of accounts that are there, over those with the same hash.
    async fn put_credentials(&self, credentials: Vec<Credential>) -> Result<()>;
    /// Writes keys that people handle, over those with the same hash, with who did it where
    /// somebody did, in one commit.
    async fn put_keys(&self, keys: Vec<Key>, entry: Option<AuditEntry>) -> Result<()>;
    /// The keys of an account that people handle, oldest first, expired ones included.
    async fn keys(&self, account: AccountId) -> Result<Vec<Key>>;

    // ---- tokens in the place of keys ---------------------------------------

    /// Writes new grants in one commit. Where one is `spent` for them it is gone
    /// afterwards; `false` where it was gone before, and nothing is written.
    async fn add_grants(
        &self,
        spent: Option<[u8; 32]>,
        grants: Vec<Grant>,
        at: Instant,
    ) -> Result<bool>;
    /// The grant of the token whose SHA-256 this is, expired or not.
    async fn grant(&self, sha256: [u8; 32]) -> Result<Option<Grant>>;
    /// Forgets a grant; with one for refreshing, all that came of it.
    async fn revoke_grant(&self, sha256: [u8; 32]) -> Result<()>;

    // ---- clocks ------------------------------------------------------------

    /// A clock as it stands; [`ClockMode::Wall`] where nothing was ever set.
    async fn clock(&self, id: ClockId) -> Result<ClockState>;
    /// Sets it, wherever it stands. Where there are [`Store::peers`], they may be moving it:
    /// see [`Peers::move_clock`].
    async fn set_clock(&self, id: ClockId, state: ClockState) -> Result<()>;

    // ---- schedules ---------------------------------------------------------

    /// Fresh schedule keys, `count` of them, consecutive; the first is returned.
    async fn allocate_schedules(&self, count: u32) -> Result<ScheduleId>;
    /// Creates schedules with their first runs and events, in one commit. Where
    /// `request` already made a schedule, that one is returned and nothing is written.
    async fn create_schedules(&self, new: Vec<NewSchedule>) -> Result<Vec<Schedule>>;
    /// One schedule.
    async fn schedule(&self, id: ScheduleId) -> Result<Option<Schedule>>;
    /// A page of them, by creation.
    async fn schedules(&self, query: ScheduleQuery) -> Result<Page<Schedule>>;
    /// Those that a search wants, from where it goes on.
    async fn find_schedules(&self, search: ScheduleSearch) -> Result<Found>;
    /// Whether any schedule was ever created on a clock's lanes.
    async fn any_schedule(&self) -> Result<bool>;
    /// Ends a schedule ([`engine::Schedule::delete`]): its queued runs go, one whose
    /// intent is committed finishes and is recorded, and nothing follows it.
    async fn delete_schedule(&self, id: ScheduleId, at: Instant) -> Result<Deletion>;
    /// A schedule with all that an edit must know, read at one moment; `asked` are the
    /// slots of which is told whether they have run.
    async fn standing(
        &self,
        id: ScheduleId,
        asked: Vec<Slot>,
        now: Instant,
    ) -> Result<Option<Standing>>;
    /// Writes an edit, whole or not at all: only if the schedule's version is the one
    /// before, and every run that leaves the queue is still there and not in flight.
    /// With it goes who it was and why, where that is kept. Nothing of a schedule that it
    /// leaves paused stands in the queue afterwards.
    async fn edit_schedule(&self, edited: Edited, entry: Option<AuditEntry>)
    -> Result<EditWritten>;
    /// What owners did to slots of these schedules, by slot: one list for each, in order.
    async fn amendments(&self, schedules: Vec<ScheduleId>) -> Result<Vec<Vec<Amendment>>>;
    /// What became of slots so far: one answer for each, in order.
    async fn slot_records(&self, slots: Vec<(ScheduleId, Slot)>) -> Result<Vec<SlotRecord>>;
    /// Where schedules stand: one answer for each, in order.
    async fn positions(&self, schedules: &[Schedule], now: Instant) -> Result<Vec<Position>>;

    /// One occurrence.
    async fn occurrence(&self, key: AwaitingKey) -> Result<Option<Occurrence>>;
    /// A page of a schedule's occurrences, by slot, then attempt. `now` bounds the
    /// walk over its past slots.
    async fn occurrences(
        &self,
        schedule: &Schedule,
        now: Instant,
        page: PageQuery,
    ) -> Result<Page<Occurrence>>;

    // ---- runs --------------------------------------------------------------

    /// Claims what is due, in due order, and commits the intents of all that need
    /// no quote, in one commit.
    async fn claim(&self, claim: Claim) -> Result<Vec<Run>>;
    /// Commits the intents of claimed runs whose amount had to be quoted. `false`
    /// where the row is not of this term, or has been frozen at another amount: what an
    /// attempt was to pay once, it pays for good.
    async fn freeze(&self, term: Term, frozen: Vec<Frozen>) -> Result<Vec<bool>>;
    /// Writes settlements, all in one commit. Of runs from the queue that are settled together
    /// the attempts are told first, and then what became of schedules.
    async fn settle(&self, term: Term, settlements: Vec<Settlement>) -> Result<Vec<Settled>>;
    /// Runs claimed under any term whose lease has passed; where only one node can
    /// have the data open, every run of an earlier term, whatever its lease. They are
    /// claimed anew under this one, and must be looked up before they are sent (those
    /// that want a quote were never sent).
    async fn recover(&self, claim: Claim) -> Result<Vec<Run>>;
    /// Attempts whose outcome is not known or not final, oldest first, after `after`.
    async fn awaiting(
        &self,
        lane: LaneId,
        after: Option<AwaitingKey>,
        limit: u32,
    ) -> Result<Vec<Awaiting>>;
    /// When the next unclaimed run of a lane is due.
    async fn next_due(&self, lane: LaneId) -> Result<Option<Instant>>;
    /// Runs of a lane that are due by `by` and that nobody has claimed, in due order, at
    /// most so many. Nothing is claimed.
    async fn queued(&self, lane: LaneId, by: Instant, limit: u32) -> Result<Vec<Run>>;
    /// How many slots of a lane's queued schedules are due by `by`, retries aside. May
    /// stop counting once it is past `enough`.
    async fn count_slots(&self, lane: LaneId, by: Instant, enough: u64) -> Result<u64>;
    /// How many queue rows there are, claimed ones included.
    async fn queue_depth(&self, lane: LaneId) -> Result<u64>;

    /// Writes what a person decided of an attempt that waits, with who it was and why, in
    /// one commit; neither where it no longer waits. No term guards it: whoever decides
    /// first decides.
    async fn settle_by_hand(&self, settlement: Settlement, entry: AuditEntry) -> Result<Settled>;
    /// What people did to an account's things by hand, newest first.
    async fn audit_trail(&self, account: AccountId, limit: u32) -> Result<Vec<AuditEntry>>;

    // ---- the pulse of lanes ------------------------------------------------

    /// How a lane stands.
    async fn pulse(&self, lane: LaneId) -> Result<Pulse>;
    /// Notes that a lane is being worked ([`Pulse::after`]); how it stands now.
    async fn beat(&self, beat: Beat) -> Result<Pulse>;
    /// Holds a lane: nothing of it is to run until it is resumed.
    async fn hold_lane(&self, lane: LaneId, since: Instant) -> Result<()>;
    /// Lets a lane go that was held ([`Pulse::resumed`]), with who it was and why. Since
    /// when it had been; nothing is written of one that was not.
    async fn resume_lane(&self, resumption: Resumption) -> Result<Option<Instant>>;

    // ---- events ------------------------------------------------------------

    /// One event.
    async fn event(&self, id: EventId) -> Result<Option<Event>>;
    /// A page of an account's events.
    async fn events(&self, account: AccountId, page: PageQuery) -> Result<Page<Event>>;

    // ---- history that was moved --------------------------------------------

    /// Files into which occurrences were moved, oldest first: one for a million of them.
    async fn history_files(&self) -> Result<Vec<HistoryFile>>;
    /// What of these schedules was moved: one answer for each, in order; `None` for each of
    /// which nothing was.
    async fn moved(&self, schedules: Vec<ScheduleId>) -> Result<Vec<Option<Moved>>>;
    /// Occurrences that may be moved, by slot, schedule and attempt: those that nothing here
    /// needs any more. An attempt that led to another run may go once that is recorded too, and
    /// one from which nothing followed, if the cadence did not count it; so what says where a
    /// schedule stands is left. No slot goes that its owner had done something to, none that is
    /// queued or waits, and nothing of a schedule that is paused.
    async fn movable(&self, query: MovableQuery) -> Result<Movable>;
    /// Notes a new file; `false`, and nothing is written, unless its number follows that of
    /// the last and all of that was moved.
    async fn add_history_file(&self, file: HistoryFile) -> Result<bool>;
    /// Notes how far a move has come; `false` where the file is not known, or has come further.
    async fn set_history_state(&self, number: u32, state: FileState) -> Result<bool>;
    /// Forgets a file that never got its name.
    async fn drop_history_file(&self, number: u32) -> Result<()>;
    /// Deletes occurrences that a file holds, and counts those that were there as moved, in
    /// one commit; `false`, and nothing is written, unless the file has its name and not all of
    /// it was moved.
    async fn delete_moved(&self, number: u32, keys: Vec<AwaitingKey>) -> Result<bool>;

    // ---- idempotent requests -----------------------------------------------

    /// Takes a request key for a term, or says what stands under it. One whose holder is
    /// gone counts as abandoned: where only one node can have the data open, every one that
    /// was taken under another term; where several have, one that was taken
    /// [`crate::REQUEST_LEASE_SECONDS`] ago or longer, under whichever term.
    async fn begin_request(
        &self,
        term: Term,
        key: RequestKey,
        fingerprint: [u8; 32],
        at: Instant,
    ) -> Result<RequestState>;
    /// Stores the answer, if the key is still held by this term.
    async fn finish_request(
        &self,
        term: Term,
        key: RequestKey,
        response: StoredResponse,
    ) -> Result<()>;
    /// Gives the key back, if it is still held by this term: the request was refused without
    /// effect.
    async fn abandon_request(&self, term: Term, key: RequestKey) -> Result<()>;
}

/// The name by which an account is to be found again.
pub(crate) fn account_name(account: &Account) -> Outcome<&str> {
    let name = account.attributes.get(ACCOUNT_NAME).and_then(Value::as_str);
    let missing = || Fault::Refused(format!("the account has no attribute {ACCOUNT_NAME:?}"));
    name.ok_or_else(missing)
}

/// The account of a mode and name among others.
pub(crate) fn find_named<'a>(
    all: impl IntoIterator<Item = &'a Account>,
    mode: Mode,
    name: &str,
) -> Option<&'a Account> {
    let is_it =
        |account: &&Account| account.mode == mode && account_name(account).ok() == Some(name);
    all.into_iter().find(is_it)
}

/// The lane after the last that any of these is on.
pub(crate) fn next_lane<'a>(all: impl IntoIterator<Item = &'a Account>) -> LaneId {
    LaneId(all.into_iter().map(|account| account.lane.0).max().unwrap_or(0) + 1)
}

/// A key that opens an account. The key itself is stored nowhere.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Credential {
    /// SHA-256 of the key.
    pub sha256: [u8; 32],
    /// What it opens.
    pub account: AccountId,
    /// How far.
    pub kind: CredentialKind,
    /// When it stops to, by the wall clock; never where there is none.
    pub expires_at: Option<Instant>,
    /// Host names of the web pages that tokens given for it may be used from; any, and
    /// none, where there are none.
    pub domains: Vec<Box<str>>,
}

impl Credential {
    /// Whether it opens anything at this moment, by the wall clock.
    #[must_use]
    pub fn opens_at(&self, now: Instant) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }
}

/// How far a credential reaches.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CredentialKind {
    /// Everything.
    Secret,
    /// What a browser may do: make tokens, read capabilities.
    Public,
    /// What its scopes allow, of everything.
    Restricted(Scopes),
}

/// A stored clock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ClockState {
    /// How it moves.
    pub mode: ClockMode,
    /// Where an advance under way is going.
    pub target: Option<Instant>,
}

/// How a clock moves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ClockMode {
    /// With the world.
    Wall,
    /// Only when it is told to; it stands here.
    Standing(Instant),
}

/// A schedule to be created.
#[derive(Clone, PartialEq, Debug)]
pub struct NewSchedule {
    /// It and its first run ([`engine::creation::create`]).
    pub created: engine::creation::Created,
    /// The client's request key, so that the same request makes it once.
    pub request: Option<RequestKey>,
}

/// Which schedules are wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ScheduleQuery {
    /// Of this account.
    pub account: AccountId,
    /// Charge or transfer schedules only.
    pub kind: Option<InstructionKind>,
    /// In the lists of this customer, recipient or party only; `kind` says which.
    pub party: Option<i64>,
    /// In this state only.
    pub status: Option<Status>,
    /// Which part.
    pub page: PageQuery,
}

/// Which schedules are looked for, one stretch at a time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ScheduleSearch {
    /// Of this account.
    pub account: AccountId,
    /// What they pay by.
    pub kind: Option<InstructionKind>,
    /// In this state only.
    pub status: Option<Status>,
    /// Only those that are paused, or that are not.
    pub paused: Option<bool>,
    /// Created at or after.
    pub from: Instant,
    /// Created at or before.
    pub to: Instant,
    /// Beyond this one, in the order of the search.
    pub after: Option<(Instant, ScheduleId)>,
    /// In which order of creation.
    pub order: Order,
    /// At most so many.
    pub limit: u32,
}

impl ScheduleSearch {
    /// Schedules that are looked at in one search, at most, wanted or not.
    pub const LOOKED_AT_MAX: u32 = 10_000;
}

/// What a search has found.
#[derive(Clone, PartialEq, Debug)]
pub struct Found {
    /// What was wanted, in order.
    pub schedules: Vec<Schedule>,
    /// How far was looked; `None` where there is no more.
    pub looked_through: Option<(Instant, ScheduleId)>,
}

/// What became of a wish to delete a schedule.
#[derive(Clone, PartialEq, Debug)]
pub enum Deletion {
    /// It is deleted now.
    Deleted(Schedule),
    /// It was deleted before; nothing was written.
    Already(Schedule),
    /// There is none.
    NotFound,
}

/// What became of an edit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EditWritten {
    /// It stands.
    Written,
    /// Something else was written first: read again, and decide again.
    Overtaken,
}

/// What became of a slot so far. Both are empty before its first attempt has settled.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SlotRecord {
    /// Its latest attempt that is recorded.
    pub occurrence: Option<Occurrence>,
    /// Its attempt whose outcome is not known or not final.
    pub awaiting: Option<Awaiting>,
}

/// A wish to claim.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Claim {
    /// Of which lane.
    pub lane: LaneId,
    /// Due at or before.
    pub now: Instant,
    /// At most so many.
    pub limit: u32,
    /// The claimer's term.
    pub term: Term,
    /// Until when the claim holds, by the wall clock.
    pub lease_until: Instant,
    /// Now by the wall clock, against which older leases are judged.
    pub wall_now: Instant,
}

/// A quoted amount, to be frozen in a claimed run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Frozen {
    /// Which run.
    pub key: RunKey,
    /// How much it will pay.
    pub quoted: Money,
}

/// What became of one settlement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Settled {
    /// Written.
    Written,
    /// The row was gone or of another term; nothing of it was written.
    Stale,
}

impl Settled {
    /// Whether it was written.
    #[must_use]
    pub const fn is_written(self) -> bool {
        matches!(self, Settled::Written)
    }
}

/// The slots of a schedule's cadence that lie in its past, back to where it began or
/// was last edited, newest first, as a store walks them.
pub fn past_slots(schedule: &Schedule, now: Instant) -> impl Iterator<Item = Slot> + '_ {
    let moment = schedule.plan.policies.timing.zone.moment_at(now);
    // A start may be tomorrow's date here while it is today's in UTC, or the reverse; and
    // where clocks go back, a moment that has passed seems to come.
    let ahead = match schedule.plan.cadence {
        Cadence::Dates(_) => SignedDuration::from_hours(24),
        Cadence::Times(_) | Cadence::Nothing => SignedDuration::from_hours(3),
    };
    let first = schedule.first.map(|link| link.slot);
    schedule
        .plan
        .back_from(moment.checked_add(ahead).unwrap_or(DateTime::MAX))
        .take_while(move |slot| first.is_some_and(|first| *slot >= first))
}
