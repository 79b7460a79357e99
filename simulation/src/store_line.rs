//! A node's line to the store.

use std::fmt::Debug;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use async_trait::async_trait;
use engine::edit::{Edited, Standing};
use engine::settlement::{AwaitingKey, Source};
use engine::{
    Account, AccountId, Amendment, Awaiting, ClockId, InstallationId, Instant, LaneId, Occurrence,
    Position, Run, Schedule, ScheduleId, Settlement, Slot, Term,
};
use futures::executor::block_on;
use futures::future::BoxFuture;
use store::history::{FileState, HistoryFile, Movable, MovableQuery, Moved};
use store::{
    AuditEntry, Beat, Claim, ClockState, Credential, Deletion, EditWritten, Event, EventId, Found,
    Frozen, Grant, Key, NewSchedule, Page, PageQuery, Pulse, RequestKey, RequestState, Result,
    Resumption, ScheduleQuery, ScheduleSearch, Settled, SlotRecord, Store, StoreError,
    StoredResponse,
};

use crate::fault::Fault;
use crate::kernel::{Incarnation, Reply};
use crate::line::{Surroundings, milliseconds};
use crate::node::LANE;

/// The longest that a call takes which nothing holds up, there and back.
const CALL_MAX: Duration = Duration::from_millis(40);

/// The store at the end of every line, and one that is held against it.
#[derive(Clone)]
pub(crate) struct Ends {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) mirror: Option<Arc<dyn Store>>,
}

impl Ends {
    /// When the next run is due, seen from outside the world.
    pub(crate) fn next_due(&self) -> Option<Instant> {
        at_once(self.store.next_due(LANE)).ok().flatten()
    }

    /// Asks the store, and the mirror the same, which must answer the same.
    pub(crate) fn ask<T: PartialEq + Debug>(
        &self,
        surroundings: &Surroundings,
        what: &'static str,
        ask: impl for<'store> Fn(&'store dyn Store) -> BoxFuture<'store, Result<T>>,
    ) -> Result<T> {
        let answer = at_once(ask(self.store.as_ref()));
        if let Some(mirror) = &self.mirror {
            let mirrored = block_on(ask(mirror.as_ref()));
            let same = match (&answer, &mirrored) {
                (Ok(answer), Ok(mirrored)) => answer == mirrored,
                (Err(_), Err(_)) => true,
                (Ok(_), Err(_)) | (Err(_), Ok(_)) => false,
            };
            if !same {
                surroundings.kernel.violate(|| {
                    format!("to {what} the stores answer differently: {answer:?}\nand {mirrored:?}")
                });
            }
        }
        answer
    }
}

/// The model answers without waiting for anything; whatever does wait is waited for.
fn at_once<T>(mut answer: BoxFuture<'_, T>) -> T {
    match answer.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => block_on(answer),
    }
}

/// One start of a node's line to the store.
pub(crate) struct StoreLine {
    pub(crate) surroundings: Arc<Surroundings>,
    pub(crate) ends: Ends,
    pub(crate) incarnation: Incarnation,
}

/// How a call is answered.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    /// With what came of it.
    True,
    /// That it failed, and nothing was written.
    Failed,
    /// That it failed, though all was written.
    Lost,
}

/// What becomes of one call.
struct Fate {
    there: Duration,
    back: Duration,
    answer: Answer,
    /// Whether it still arrives if its node dies meanwhile.
    outlives: bool,
}

impl StoreLine {
    /// What becomes of a call, if it is not over at once. Most are: time that passes between
    /// calls is as good as time that passes within them, unless something happens meanwhile.
    fn fate(&self) -> Option<Fate> {
        let surroundings = &self.surroundings;
        let troubles = surroundings.troubles();
        let (slow, answer, at_once) = surroundings.kernel.draw(|random| {
            let slow = if random.chance(troubles.store_slow) { random.between(1, 300) } else { 0 };
            let answer = if random.chance(troubles.store_failed) {
                Answer::Failed
            } else if random.chance(troubles.commit_unknown) {
                Answer::Lost
            } else {
                Answer::True
            };
            (slow, answer, !random.one_in(4))
        });
        let slow = Duration::from_secs(slow.cast_unsigned());
        let is_disturbed = surroundings.maybe_disturb(self.incarnation, CALL_MAX + slow);
        if at_once && !is_disturbed && slow.is_zero() && answer == Answer::True {
            return None;
        }
        let is_far = surroundings.scenario.nodes > 1;
        Some(surroundings.kernel.draw(|random| {
            let (slow_there, slow_back) =
                if random.one_in(2) { (slow, Duration::ZERO) } else { (Duration::ZERO, slow) };
            let most = i64::try_from(CALL_MAX.as_millis()).unwrap_or(1) / 2;
            Fate {
                there: milliseconds(random, 1, most) + slow_there,
                back: milliseconds(random, 1, most) + slow_back,
                answer,
                outlives: is_far && random.one_in(2),
            }
        }))
    }

    /// One call: there, done, and back.
    async fn call<T: Debug + Send + 'static>(
        &self,
        what: &'static str,
        act: impl FnOnce(&Surroundings, &Ends) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let incarnation = self.incarnation;
        let Some(Fate { there, back, answer: kind, outlives }) = self.fate() else {
            let answer = act(&self.surroundings, &self.ends);
            let kernel = &self.surroundings.kernel;
            kernel.note("store", || format!("{incarnation} {what}: {answer:?}"));
            return answer;
        };
        let reply = Reply::new();
        let answering = reply.clone();
        let (surroundings, ends) = (Arc::clone(&self.surroundings), self.ends.clone());
        self.surroundings.kernel.after(there, move || {
            let kernel = &surroundings.kernel;
            if !outlives && !kernel.is_alive(incarnation) {
                return;
            }
            let answer = if kind == Answer::Failed {
                kernel.note("store failed", || format!("{incarnation} {what}"));
                Err(failure(what))
            } else {
                let answer = act(&surroundings, &ends);
                kernel.note("store", || format!("{incarnation} {what}: {answer:?}"));
                if kind == Answer::Lost {
                    kernel.note("answer lost", || format!("{incarnation} {what}"));
                    answer.and(Err(failure(what)))
                } else {
                    answer
                }
            };
            kernel.after(back, move || answering.put(answer));
        });
        reply.await
    }

    /// Leases are judged by the store's own clock where nodes share it.
    fn by_the_stores_clock(surroundings: &Surroundings, claim: Claim) -> Claim {
        let mut claim = claim;
        if surroundings.scenario.nodes > 1 {
            let now = surroundings.kernel.now();
            let held = claim.lease_until.nanoseconds() - claim.wall_now.nanoseconds();
            claim.wall_now = now;
            claim.lease_until = Instant::from_nanoseconds(now.nanoseconds() + held);
        }
        claim
    }
}

fn failure(during: &'static str) -> StoreError {
    StoreError::Database { during, message: "the line is bad".to_owned() }
}

/// Spoils settlements as a planted bug would.
fn spoil(surroundings: &Surroundings, term: Term, settlements: &mut [Settlement]) -> Term {
    let now_and_then = || surroundings.kernel.draw(|random| random.one_in(20));
    for settlement in &mut *settlements {
        match surroundings.planted {
            Some(Fault::RetryWhileUnknown) => {
                if let Some(awaiting) = settlement.awaiting.as_ref()
                    && settlement.follow.is_some()
                {
                    let mut retry = awaiting.run.clone();
                    retry.attempt += 1;
                    retry.key.due = retry.key.due.plus_seconds(86_400);
                    retry.role = settlement.follow.as_ref().map_or(retry.role, |run| run.role);
                    settlement.follow = Some(retry);
                }
            }
            Some(Fault::DriftFromTheRule) => {
                if let Some(follow) = settlement.follow.as_mut().filter(|run| run.attempt == 0)
                    && follow.key.slot.date().day() >= 28
                    && let Ok(date) = follow.key.slot.date().yesterday()
                {
                    follow.key.slot = Slot::of_date(date);
                }
            }
            Some(Fault::ForgetNextSlot) if now_and_then() => settlement.follow = None,
            Some(Fault::LoseOccurrence) if now_and_then() => settlement.occurrences.clear(),
            _ => {}
        }
    }
    if !surroundings.has(Fault::SkipFence) {
        return term;
    }
    let seen = surroundings.judge.seen();
    let mut holders = settlements.iter().filter_map(|settlement| match settlement.source {
        Source::Queue(key) => seen.term_of(key),
        Source::Awaiting(_) => None,
    });
    holders.find(|holder| *holder != term).unwrap_or(term)
}

#[async_trait]
impl Store for StoreLine {
    fn installation(&self) -> InstallationId {
        self.ends.store.installation()
    }

    async fn begin_term(&self) -> Result<Term> {
        self.call("begin_term", |surroundings, ends| {
            ends.ask(surroundings, "begin_term", |store| store.begin_term())
        })
        .await
    }

    async fn claim(&self, claim: Claim) -> Result<Vec<Run>> {
        self.call("claim", move |surroundings, ends| {
            let claim = StoreLine::by_the_stores_clock(surroundings, claim);
            let mut asked = claim;
            if surroundings.has(Fault::RunEarly) {
                asked.now = claim.now.plus_seconds(86_400);
            }
            let runs = ends.ask(surroundings, "claim", |store| store.claim(asked))?;
            surroundings.judge.claimed(&claim, &runs);
            Ok(runs)
        })
        .await
    }

    async fn recover(&self, claim: Claim) -> Result<Vec<Run>> {
        if self.surroundings.has(Fault::NeverRecover) {
            return Ok(Vec::new());
        }
        self.call("recover", move |surroundings, ends| {
            let claim = StoreLine::by_the_stores_clock(surroundings, claim);
            let mut asked = claim;
            if surroundings.has(Fault::RecoverWithinLease) {
                asked.wall_now = claim.lease_until.plus_seconds(1);
            }
            let runs = ends.ask(surroundings, "recover", |store| store.recover(asked))?;
            surroundings.judge.recovered(&claim, &runs);
            Ok(runs)
        })
        .await
    }

    async fn freeze(&self, term: Term, frozen: Vec<Frozen>) -> Result<Vec<bool>> {
        self.call("freeze", move |surroundings, ends| {
            ends.ask(surroundings, "freeze", |store| {
                let frozen = frozen.clone();
                store.freeze(term, frozen)
            })
        })
        .await
    }

    async fn settle(&self, term: Term, settlements: Vec<Settlement>) -> Result<Vec<Settled>> {
        self.call("settle", move |surroundings, ends| {
            let mut settlements = settlements;
            let asked = spoil(surroundings, term, &mut settlements);
            let settled = ends.ask(surroundings, "settle", |store| {
                let settlements = settlements.clone();
                store.settle(asked, settlements)
            });
            match &settled {
                Ok(settled) => {
                    let books = surroundings.books();
                    surroundings.judge.settled(Some(term), &settlements, settled, &books);
                }
                Err(error) => {
                    surroundings.kernel.violate(|| format!("a settlement was refused: {error}"));
                }
            }
            settled
        })
        .await
    }

    async fn awaiting(
        &self,
        lane: LaneId,
        after: Option<AwaitingKey>,
        limit: u32,
    ) -> Result<Vec<Awaiting>> {
        if self.surroundings.has(Fault::NeverResolve) {
            return Ok(Vec::new());
        }
        self.call("awaiting", move |surroundings, ends| {
            ends.ask(surroundings, "awaiting", |store| store.awaiting(lane, after, limit))
        })
        .await
    }

    async fn next_due(&self, lane: LaneId) -> Result<Option<Instant>> {
        self.call("next_due", move |surroundings, ends| {
            ends.ask(surroundings, "next_due", |store| store.next_due(lane))
        })
        .await
    }

    async fn pulse(&self, lane: LaneId) -> Result<Pulse> {
        self.call("pulse", move |surroundings, ends| {
            ends.ask(surroundings, "pulse", |store| store.pulse(lane))
        })
        .await
    }

    async fn beat(&self, beat: Beat) -> Result<Pulse> {
        self.call("beat", move |surroundings, ends| {
            ends.ask(surroundings, "beat", |store| store.beat(beat))
        })
        .await
    }

    // ---- what a lane never asks ------------------------------------------------

    async fn stop(&self) {
        self.ends.store.stop().await;
    }

    async fn create_account(
        &self,
        account: Account,
        credentials: Vec<Credential>,
    ) -> Result<Account> {
        self.ends.store.create_account(account, credentials).await
    }

    async fn ensure_account(&self, account: Account) -> Result<Account> {
        self.ends.store.ensure_account(account).await
    }

    async fn account(&self, id: AccountId) -> Result<Option<Account>> {
        self.ends.store.account(id).await
    }

    async fn accounts(&self) -> Result<Vec<Account>> {
        self.ends.store.accounts().await
    }

    async fn update_account(&self, account: Account) -> Result<()> {
        self.ends.store.update_account(account).await
    }

    async fn credential(&self, sha256: [u8; 32]) -> Result<Option<Credential>> {
        self.ends.store.credential(sha256).await
    }

    async fn put_credentials(&self, credentials: Vec<Credential>) -> Result<()> {
        self.ends.store.put_credentials(credentials).await
    }

    async fn put_keys(&self, keys: Vec<Key>, entry: Option<AuditEntry>) -> Result<()> {
        self.ends.store.put_keys(keys, entry).await
    }

    async fn keys(&self, account: AccountId) -> Result<Vec<Key>> {
        self.ends.store.keys(account).await
    }

    async fn add_grants(
        &self,
        spent: Option<[u8; 32]>,
        grants: Vec<Grant>,
        at: Instant,
    ) -> Result<bool> {
        self.ends.store.add_grants(spent, grants, at).await
    }

    async fn grant(&self, sha256: [u8; 32]) -> Result<Option<Grant>> {
        self.ends.store.grant(sha256).await
    }

    async fn revoke_grant(&self, sha256: [u8; 32]) -> Result<()> {
        self.ends.store.revoke_grant(sha256).await
    }

    async fn clock(&self, id: ClockId) -> Result<ClockState> {
        self.ends.store.clock(id).await
    }

    async fn set_clock(&self, id: ClockId, state: ClockState) -> Result<()> {
        self.ends.store.set_clock(id, state).await
    }

    async fn allocate_schedules(&self, count: u32) -> Result<ScheduleId> {
        self.ends.store.allocate_schedules(count).await
    }

    async fn create_schedules(&self, new: Vec<NewSchedule>) -> Result<Vec<Schedule>> {
        self.ends.store.create_schedules(new).await
    }

    async fn delete_schedule(&self, id: ScheduleId, at: Instant) -> Result<Deletion> {
        self.ends.store.delete_schedule(id, at).await
    }

    async fn schedule(&self, id: ScheduleId) -> Result<Option<Schedule>> {
        self.ends.store.schedule(id).await
    }

    async fn schedules(&self, query: ScheduleQuery) -> Result<Page<Schedule>> {
        self.ends.store.schedules(query).await
    }

    async fn find_schedules(&self, search: ScheduleSearch) -> Result<Found> {
        self.ends.store.find_schedules(search).await
    }

    async fn any_schedule(&self) -> Result<bool> {
        self.ends.store.any_schedule().await
    }

    async fn standing(
        &self,
        id: ScheduleId,
        asked: Vec<Slot>,
        now: Instant,
    ) -> Result<Option<Standing>> {
        self.ends.store.standing(id, asked, now).await
    }

    async fn edit_schedule(
        &self,
        edited: Edited,
        entry: Option<AuditEntry>,
    ) -> Result<EditWritten> {
        self.ends.store.edit_schedule(edited, entry).await
    }

    async fn amendments(&self, schedules: Vec<ScheduleId>) -> Result<Vec<Vec<Amendment>>> {
        self.ends.store.amendments(schedules).await
    }

    async fn slot_records(&self, slots: Vec<(ScheduleId, Slot)>) -> Result<Vec<SlotRecord>> {
        self.ends.store.slot_records(slots).await
    }

    async fn positions(&self, schedules: &[Schedule], now: Instant) -> Result<Vec<Position>> {
        self.ends.store.positions(schedules, now).await
    }

    async fn occurrence(&self, key: AwaitingKey) -> Result<Option<Occurrence>> {
        self.ends.store.occurrence(key).await
    }

    async fn occurrences(
        &self,
        schedule: &Schedule,
        now: Instant,
        page: PageQuery,
    ) -> Result<Page<Occurrence>> {
        self.ends.store.occurrences(schedule, now, page).await
    }

    async fn queued(&self, lane: LaneId, by: Instant, limit: u32) -> Result<Vec<Run>> {
        self.ends.store.queued(lane, by, limit).await
    }

    async fn count_slots(&self, lane: LaneId, by: Instant, enough: u64) -> Result<u64> {
        self.ends.store.count_slots(lane, by, enough).await
    }

    async fn queue_depth(&self, lane: LaneId) -> Result<u64> {
        self.ends.store.queue_depth(lane).await
    }

    async fn settle_by_hand(&self, settlement: Settlement, entry: AuditEntry) -> Result<Settled> {
        self.ends.store.settle_by_hand(settlement, entry).await
    }

    async fn audit_trail(&self, account: AccountId, limit: u32) -> Result<Vec<AuditEntry>> {
        self.ends.store.audit_trail(account, limit).await
    }

    async fn hold_lane(&self, lane: LaneId, since: Instant) -> Result<()> {
        self.ends.store.hold_lane(lane, since).await
    }

    async fn resume_lane(&self, resumption: Resumption) -> Result<Option<Instant>> {
        self.ends.store.resume_lane(resumption).await
    }

    async fn event(&self, id: EventId) -> Result<Option<Event>> {
        self.ends.store.event(id).await
    }

    async fn events(&self, account: AccountId, page: PageQuery) -> Result<Page<Event>> {
        self.ends.store.events(account, page).await
    }

    async fn history_files(&self) -> Result<Vec<HistoryFile>> {
        self.ends.store.history_files().await
    }

    async fn moved(&self, schedules: Vec<ScheduleId>) -> Result<Vec<Option<Moved>>> {
        self.ends.store.moved(schedules).await
    }

    async fn movable(&self, query: MovableQuery) -> Result<Movable> {
        self.ends.store.movable(query).await
    }

    async fn add_history_file(&self, file: HistoryFile) -> Result<bool> {
        self.ends.store.add_history_file(file).await
    }

    async fn set_history_state(&self, number: u32, state: FileState) -> Result<bool> {
        self.ends.store.set_history_state(number, state).await
    }

    async fn drop_history_file(&self, number: u32) -> Result<()> {
        self.ends.store.drop_history_file(number).await
    }

    async fn delete_moved(&self, number: u32, keys: Vec<AwaitingKey>) -> Result<bool> {
        self.ends.store.delete_moved(number, keys).await
    }

    async fn begin_request(
        &self,
        term: Term,
        key: RequestKey,
        fingerprint: [u8; 32],
        at: Instant,
    ) -> Result<RequestState> {
        self.ends.store.begin_request(term, key, fingerprint, at).await
    }

    async fn finish_request(
        &self,
        term: Term,
        key: RequestKey,
        response: StoredResponse,
    ) -> Result<()> {
        self.ends.store.finish_request(term, key, response).await
    }

    async fn abandon_request(&self, term: Term, key: RequestKey) -> Result<()> {
        self.ends.store.abandon_request(term, key).await
    }
}
