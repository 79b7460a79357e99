//! A node: the runner's lane, worked as the runner's loop works it, by a clock of
//! its own.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use engine::{Instant, LaneId};
use futures::future::BoxFuture;
use runner::{Lane, WallTime};
use store::{ClockMode, ClockState, Store, StoreError};

use crate::fault::Fault;
use crate::gateway_line::GatewayLine;
use crate::kernel::{Incarnation, Kernel, NodeIndex};
use crate::line::Surroundings;
use crate::store_line::{Ends, StoreLine};
use crate::verdict;

/// The lane that every node works.
pub(crate) const LANE: LaneId = LaneId(1);
/// The longest that the runner's loop sleeps.
const SLEEP_MAX: Duration = Duration::from_secs(30);
/// How long a node waits after its store failed.
const FAILURE_PAUSE: Duration = Duration::from_secs(1);

/// With a planted bug, a lease seems to hold for so many times as long as it does.
const SLOWNESS_PLANTED: i64 = 20;

/// The longest that a node is late for what is due, where it is at all.
const NANOSECONDS_LATE_MAX: i64 = 3_000_000_000;

/// A machine's clocks: a time of day that may be wrong, and one that only goes
/// forward, a little fast or slow.
pub(crate) struct MachineClock {
    kernel: Arc<Kernel>,
    offset_nanoseconds: AtomicI64,
    drift_per_million: i64,
    /// The clock that only goes forward takes so many seconds for one.
    slowness: i64,
}

impl MachineClock {
    /// Moves the time of day.
    pub(crate) fn step(&self, nanoseconds: i64) {
        self.offset_nanoseconds.store(nanoseconds, Ordering::Relaxed);
    }
}

impl WallTime for MachineClock {
    fn now(&self) -> Instant {
        let offset = self.offset_nanoseconds.load(Ordering::Relaxed);
        let now = self.kernel.now().nanoseconds();
        // It is set right once a day, and drifts from there.
        let since_set = now.rem_euclid(24 * 3_600 * 1_000_000_000);
        let drift = since_set / 1_000_000 * self.drift_per_million;
        Instant::from_nanoseconds(now.saturating_add(offset).saturating_add(drift))
    }

    fn elapsed(&self) -> Duration {
        let elapsed = self.kernel.now().nanoseconds() / self.slowness;
        let drifted = elapsed.saturating_add(elapsed / 1_000_000 * self.drift_per_million);
        Duration::from_nanos(u64::try_from(drifted).unwrap_or(0))
    }
}

/// One node, up or down.
pub(crate) struct Node {
    index: NodeIndex,
    starts: u32,
    pub(crate) clock: Arc<MachineClock>,
    work: Mutex<Option<BoxFuture<'static, ()>>>,
    paused_until: Option<Instant>,
    waker: Waker,
}

impl Node {
    pub(crate) fn new(surroundings: &Surroundings) -> Node {
        let kernel = &surroundings.kernel;
        let drift = i64::from(surroundings.troubles().drift);
        let clock = MachineClock {
            kernel: Arc::clone(kernel),
            offset_nanoseconds: AtomicI64::new(0),
            drift_per_million: kernel.draw(|random| random.between(-drift, drift)),
            slowness: if surroundings.has(Fault::SendPastLease) { SLOWNESS_PLANTED } else { 1 },
        };
        let index = kernel.add_node();
        Node {
            index,
            starts: 0,
            clock: Arc::new(clock),
            work: Mutex::new(None),
            paused_until: None,
            waker: kernel.waker(index),
        }
    }

    pub(crate) fn index(&self) -> NodeIndex {
        self.index
    }

    /// The start that runs, or ran last.
    pub(crate) const fn incarnation(&self) -> Incarnation {
        Incarnation { node: self.index, start: self.starts }
    }

    pub(crate) fn is_up(&mut self) -> bool {
        self.work.get_mut().unwrap_or_else(PoisonError::into_inner).is_some()
    }

    pub(crate) fn start(&mut self, surroundings: &Arc<Surroundings>, ends: &Ends) {
        self.starts += 1;
        self.paused_until = None;
        let incarnation = self.incarnation();
        surroundings.kernel.note("start", || incarnation.to_string());
        let work = work(
            Arc::clone(surroundings),
            ends.clone(),
            incarnation,
            Arc::clone(&self.clock) as Arc<dyn WallTime>,
        );
        self.set_work(Some(Box::pin(work)));
        surroundings.kernel.start_node(incarnation);
    }

    /// It is gone with all that it held in memory.
    pub(crate) fn drop_work(&mut self) {
        self.set_work(None);
    }

    fn set_work(&mut self, work: Option<BoxFuture<'static, ()>>) {
        *self.work.get_mut().unwrap_or_else(PoisonError::into_inner) = work;
    }

    /// It stands still until then.
    pub(crate) const fn pause(&mut self, until: Instant) {
        self.paused_until = Some(until);
    }

    pub(crate) fn poll(&mut self, kernel: &Arc<Kernel>) {
        if self.paused_until.is_some_and(|until| kernel.now() < until) {
            return;
        }
        let slot = self.work.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(work) = slot
            && work.as_mut().poll(&mut Context::from_waker(&self.waker)) == Poll::Ready(())
        {
            *slot = None;
        }
    }
}

/// What the runner's loop does, over lines that fail.
async fn work(
    surroundings: Arc<Surroundings>,
    ends: Ends,
    incarnation: Incarnation,
    wall: Arc<dyn WallTime>,
) {
    let kernel = Arc::clone(&surroundings.kernel);
    let peek = ends.clone();
    let store: Arc<dyn Store> =
        Arc::new(StoreLine { surroundings: Arc::clone(&surroundings), ends, incarnation });
    let term = loop {
        match store.begin_term().await {
            Ok(term) => break term,
            Err(_) => kernel.sleep(FAILURE_PAUSE).await,
        }
    };
    let gateway =
        Arc::new(GatewayLine { surroundings: Arc::clone(&surroundings), incarnation, term });
    let clock = ClockState { mode: ClockMode::Wall, target: None };
    let lane = Lane::new(Arc::clone(&store), gateway, Arc::clone(&wall), LANE, term, clock)
        .silent_for(surroundings.scenario.sleep_max);
    let mut look = Look::Whole;
    loop {
        let pause = match work_once(&lane, store.as_ref(), look).await {
            Ok(Work::Held) => {
                // Whoever resumes it wakes the nodes.
                kernel.nap(incarnation.node, surroundings.scenario.sleep_max).await;
                continue;
            }
            Ok(Work::Done { next }) => {
                let rest = lane.stopped().map_or(Duration::ZERO, |(_, rest)| rest);
                pause_until(next, &surroundings, wall.now()).max(rest)
            }
            Err(_) => FAILURE_PAUSE,
        };
        let pause = if lane.keeps_any() { pause.min(SLEEP_MAX) } else { pause };
        kernel.nap(incarnation.node, pause).await;
        look = loop {
            if lane.keeps_any() {
                break Look::Whole;
            }
            let next = peek.next_due();
            if let Some(look) = worth_a_look(&surroundings, next, wall.now()) {
                break look;
            }
            kernel.nap(incarnation.node, pause_until(next, &surroundings, wall.now())).await;
        };
    }
}

/// How long a node sleeps: until the next run is due, or a little longer, unless there may
/// be something to find before that.
fn pause_until(next: Option<Instant>, surroundings: &Surroundings, now: Instant) -> Duration {
    let until_next = next.map_or(i64::MAX, |next| {
        let late = surroundings.kernel.draw(|random| {
            if random.one_in(2) { 0 } else { random.between(0, NANOSECONDS_LATE_MAX) }
        });
        next.nanoseconds().saturating_sub(now.nanoseconds()).max(0).saturating_add(late)
    });
    Duration::from_nanos(until_next.cast_unsigned()).min(idle(surroundings))
}

/// What a node looks at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    /// What is due.
    Due,
    /// What was left behind, what is awaited, and what is due.
    Whole,
}

/// Most looks that would find nothing are left out of the world; not all, because what
/// must not be found may be looked for too.
fn worth_a_look(surroundings: &Surroundings, next: Option<Instant>, now: Instant) -> Option<Look> {
    let kernel = &surroundings.kernel;
    let seen = surroundings.judge.seen();
    if seen.is_anything_left_behind(kernel.now()) {
        return Some(Look::Whole);
    }
    if next.is_some_and(|next| next <= now) {
        let is_whole = kernel.draw(|random| random.one_in(4));
        return Some(if is_whole { Look::Whole } else { Look::Due });
    }
    let finds = verdict::would_a_look_find_anything(surroundings, &seen)
        || kernel.draw(|random| random.one_in(8));
    finds.then_some(Look::Whole)
}

/// How long a node sleeps that has nothing to run. The runner's loop looks every half
/// minute; looks that would find nothing are left out of the world. Somebody may die over
/// the runs that are in flight, and what is awaited may become known; what owners do wakes
/// the nodes.
fn idle(surroundings: &Surroundings) -> Duration {
    let kernel = &surroundings.kernel;
    let now = kernel.now();
    let (lease_until, is_awaited) = {
        let seen = surroundings.judge.seen();
        (seen.lease_that_ends_first(now), verdict::is_anything_awaited(surroundings, &seen))
    };
    let scenario = &surroundings.scenario;
    let nanoseconds = |duration: Duration| i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX);
    let most = nanoseconds(if is_awaited { scenario.look_every } else { scenario.sleep_max });
    let (look, idle, patient) = kernel.draw(|random| {
        let look = random.between(nanoseconds(SLEEP_MAX) / 4, nanoseconds(SLEEP_MAX));
        (look, random.between(most / 4, most), random.one_in(2))
    });
    let soon = lease_until.map(|lease_until| {
        let held = lease_until.nanoseconds().saturating_sub(now.nanoseconds()).max(0);
        if patient { held.saturating_add(look) } else { look }
    });
    Duration::from_nanos(soon.map_or(idle, |soon| soon.min(idle)).cast_unsigned())
}

/// What there is to do after one look.
enum Work {
    /// Nothing, until somebody resumes the lane.
    Held,
    /// What is due next, if anything is.
    Done { next: Option<Instant> },
}

async fn work_once(lane: &Lane, store: &dyn Store, look: Look) -> Result<Work, StoreError> {
    if look == Look::Whole {
        lane.recover_all().await?;
        lane.resolve_awaiting().await?;
    }
    lane.run_due().await?;
    if lane.held_since().await?.is_some() {
        return Ok(Work::Held);
    }
    Ok(Work::Done { next: store.next_due(LANE).await? })
}
