//! What a person decides of an attempt that waits.

use std::time::Duration;

use engine::settlement::{AwaitingKey, Verdict, resolve, settle_by_hand};
use engine::{Awaiting, Instant, LaneId, Outcome, Schedule, ScheduleId, Status};
use gateway::Lookup;
use store::{AuditEntry, Deed, Resumption, Store, StoreError};

use tokio::sync::MutexGuard;

use crate::{Counts, Handle, Trouble};

/// How long a person waits for nodes that ask for what waits, and how often is looked.
const ASKED_WAIT: Duration = Duration::from_secs(10);
const ASKED_PAUSE: Duration = Duration::from_millis(100);

/// What came of a decision.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Decided {
    /// It stands.
    AsSaid,
    /// The gateway, asked once more, knew what had come of it; that was recorded instead.
    Found(Outcome),
}

/// Why a decision was not taken.
#[derive(Debug, thiserror::Error)]
pub enum DecisionError {
    /// Nothing waits under this name: it has settled meanwhile, or there never was one.
    #[error("no attempt waits there; it has settled meanwhile, or there never was one")]
    NothingWaits,
    /// It has been taken and will become final by itself.
    #[error("the gateway has taken this payment and will say what comes of it")]
    Accepted,
    /// Its schedule was ended, so that nothing more of it is asked for.
    #[error("the schedule was ended, so that nothing more of it is asked for")]
    Ended,
    /// Its schedule is paused, so that nothing of it is asked for now.
    #[error("the schedule is paused, so that nothing of it is asked for; resume it first")]
    Paused,
    /// The gateway could not be asked whether it was paid after all.
    #[error("the gateway cannot be asked now whether this was paid after all; try again later")]
    Unreachable,
    /// The gateway is being asked for what waits or is due.
    #[error("the gateway is asked just now for what waits or is due; decide again in a moment")]
    Asked,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Handle {
    /// What waits for its outcome, or for a person, on this lane: the oldest slots first.
    pub async fn waiting(
        &self,
        after: Option<AwaitingKey>,
        limit: u32,
    ) -> Result<Vec<Awaiting>, StoreError> {
        self.lane.store.awaiting(self.lane.id, after, limit).await
    }

    /// Settles an attempt that waits as a person has decided. Before it is asked for once
    /// more, the gateway is asked whether it knows of it after all.
    pub async fn decide(
        &self,
        key: AwaitingKey,
        verdict: Verdict,
        entry: AuditEntry,
    ) -> Result<Decided, DecisionError> {
        let _turn = self.turn_to_decide().await?;
        let decided = self.decide_in_turn(key, verdict, entry).await;
        let is_unknown = matches!(decided, Err(DecisionError::Store(_)));
        if !is_unknown && let Err(error) = self.lane.release_awaiting().await {
            tracing::warn!(%error, "other nodes wait until a decision's hold has passed");
        }
        decided
    }

    /// Waits until nobody asks the gateway for what waits, on this node or another, and this
    /// one for nothing that is due.
    async fn turn_to_decide(&self) -> Result<MutexGuard<'_, ()>, DecisionError> {
        let turn = async {
            loop {
                let turn = self.turn.lock().await;
                if self.lane.hold_awaiting().await?.is_some() {
                    return Ok(turn);
                }
                drop(turn);
                tokio::time::sleep(ASKED_PAUSE).await;
            }
        };
        tokio::time::timeout(ASKED_WAIT, turn).await.unwrap_or(Err(DecisionError::Asked))
    }

    async fn decide_in_turn(
        &self,
        key: AwaitingKey,
        verdict: Verdict,
        entry: AuditEntry,
    ) -> Result<Decided, DecisionError> {
        let (awaiting, schedule) = self.find_waiting(key).await?;
        if awaiting.accepted().is_some() {
            return Err(DecisionError::Accepted);
        }
        let mut settlement = settle_by_hand(&awaiting, &verdict, &entry.reason, self.now());
        let mut decided = Decided::AsSaid;
        if verdict == Verdict::Ask {
            if matches!(schedule.status, Status::Deleted | Status::Suspended) {
                return Err(DecisionError::Ended);
            }
            if schedule.paused.is_some() {
                return Err(DecisionError::Paused);
            }
            match self.look_up_once_more(&awaiting).await? {
                Lookup::Found(outcome) => {
                    let found = resolve(&awaiting, outcome.clone(), self.now());
                    settlement = found.ok_or(DecisionError::Accepted)?;
                    decided = Decided::Found(outcome);
                }
                Lookup::Absent => {}
                Lookup::Unreachable => return Err(DecisionError::Unreachable),
            }
        }
        let counts = Counts::of(&settlement);
        if !self.lane.store.settle_by_hand(settlement, entry).await?.is_written() {
            return Err(DecisionError::NothingWaits);
        }
        self.lane.totals.add(counts);
        self.lane.settled.announce(&[key.schedule]);
        self.wake.notify_one();
        Ok(decided)
    }

    /// What the gateway knows of an attempt, or of a later one that the original of restored
    /// data made.
    async fn look_up_once_more(&self, awaiting: &Awaiting) -> Result<Lookup, StoreError> {
        let pulse = self.lane.beat().await?;
        let found = self.lane.look_up(&[(&awaiting.run, None)], pulse).await.pop();
        Ok(found.unwrap_or(Lookup::Unreachable))
    }

    /// Why the lane has stopped, and for how long it will at least; `None` while it goes.
    pub fn stopped(&self) -> Option<(Trouble, Duration)> {
        self.lane.stopped()
    }

    /// Lets the lane go that was held. `false` where it was not.
    pub async fn resume(&self, actor: &str, reason: &str) -> Result<bool, StoreError> {
        let (store, lane) = (self.lane.store.as_ref(), self.lane.id);
        let told = Told { at: self.wall_now(), actor, reason };
        let clock = self.clock();
        let now = clock.target.unwrap_or(clock.now);
        let held_since = resume_lane(store, lane, now, told).await?;
        self.lane.forget_beat();
        self.wake.notify_one();
        Ok(held_since.is_some())
    }

    async fn find_waiting(&self, key: AwaitingKey) -> Result<(Awaiting, Schedule), DecisionError> {
        let store = &self.lane.store;
        let records = store.slot_records(vec![(key.schedule, key.slot)]).await?;
        let awaiting = records
            .into_iter()
            .find_map(|record| record.awaiting)
            .filter(|awaiting| awaiting.key() == key && is_here(awaiting, self.lane.id))
            .ok_or(DecisionError::NothingWaits)?;
        let schedule: ScheduleId = key.schedule;
        let schedule = store.schedule(schedule).await?.ok_or(DecisionError::NothingWaits)?;
        Ok((awaiting, schedule))
    }
}

/// Who says that a lane may run, when, by the wall clock, and why.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    /// When.
    pub at: Instant,
    /// Who.
    pub actor: &'a str,
    /// Why.
    pub reason: &'a str,
}

/// How far the clock by which something was paid may have been ahead of this one.
const CLOCKS_APART_SECONDS: i64 = 86_400;

/// Lets a lane go that was held, on the record of every account that is on it. `now` is
/// the lane's own, or where its clock is going; what is due by then, and for a day after
/// it, is looked up before it is first sent. Since when it had been held.
pub async fn resume_lane(
    store: &dyn Store,
    lane: LaneId,
    now: Instant,
    told: Told<'_>,
) -> Result<Option<Instant>, StoreError> {
    let Told { at, actor, reason } = told;
    let on_lane = store.accounts().await?.into_iter().filter(|account| account.lane == lane);
    let entries = on_lane.map(|account| AuditEntry {
        account: account.id,
        at,
        actor: actor.into(),
        deed: Deed::Resumed,
        subject: format!("lane {lane}").into(),
        reason: reason.into(),
    });
    let now = now.plus_seconds(CLOCKS_APART_SECONDS);
    store.resume_lane(Resumption { lane, now, entries: entries.collect() }).await
}

fn is_here(awaiting: &Awaiting, lane: LaneId) -> bool {
    awaiting.run.key.lane == lane
}

/// What a decision is called where it is written down.
#[must_use]
pub const fn deed_of(verdict: &Verdict) -> Deed {
    match verdict {
        Verdict::Paid(_) => Deed::SaidPaid,
        Verdict::NotPaid => Deed::SaidNotPaid,
        Verdict::Ask => Deed::Asked,
    }
}
