//! Time and order: what happens when, and which node is to be polled.
//!
//! Everything that happens in a world is a closure at an instant of true time.
//! What happens at the same instant happens in an order that is drawn.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{self, AtomicI64};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use engine::Instant;

use crate::random::Random;

/// Something that happens.
pub(crate) enum Happening {
    /// Who sleeps wakes up, which is most of all that happens.
    Waking(Reply<()>),
    /// Anything else.
    Act(Box<dyn FnOnce() + Send>),
}

impl Happening {
    pub(crate) fn happen(self) {
        match self {
            Happening::Waking(sleep) => sleep.put(()),
            Happening::Act(act) => act(),
        }
    }
}

/// Names one node of a world.
pub(crate) type NodeIndex = usize;

/// One start of one node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Incarnation {
    pub(crate) node: NodeIndex,
    pub(crate) start: u32,
}

impl std::fmt::Display for Incarnation {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "node {}.{}", self.node, self.start)
    }
}

/// Something done to a node from outside.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Control {
    /// It comes up, if it is down.
    Start(NodeIndex),
    /// It goes on where it stood still.
    Resume(NodeIndex),
    /// Its time of day is off by so many nanoseconds from here on.
    Step(NodeIndex, i64),
}

/// What is to be done next.
pub(crate) enum Turn {
    /// Nothing more by the time that was named, or nothing may after what went wrong.
    Over,
    /// A node has died where it stood.
    Crashed(NodeIndex),
    /// A node stands still until then.
    Paused(NodeIndex, Instant),
    /// Something is done to a node.
    Control(Control),
    /// A node can go on.
    Poll(NodeIndex),
    /// Something happens.
    Happening(Happening),
}

/// The world's clockwork.
pub(crate) struct Kernel {
    /// What the clock of the world says, in nanoseconds: read more often than anything.
    now: AtomicI64,
    inner: Mutex<Inner>,
}

/// What happens, when, and in which order among what happens at the same instant.
struct Planned {
    at: Instant,
    tie: u64,
    happening: Happening,
}

impl Planned {
    /// In one number, because a heap compares more often than it does anything else.
    fn order(&self) -> i128 {
        i128::from(self.at.nanoseconds()) << 64 | i128::from(self.tie)
    }
}

impl PartialEq for Planned {
    fn eq(&self, other: &Planned) -> bool {
        self.order() == other.order()
    }
}

impl Eq for Planned {}

impl PartialOrd for Planned {
    fn partial_cmp(&self, other: &Planned) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Planned {
    /// The earliest is the greatest, so that a heap gives it first.
    fn cmp(&self, other: &Planned) -> Ordering {
        other.order().cmp(&self.order())
    }
}

struct Inner {
    agenda: BinaryHeap<Planned>,
    random: Random,
    /// The start that each node is at; one that is down is between two.
    starts: Vec<Option<u32>>,
    crashed: Vec<NodeIndex>,
    paused: Vec<(NodeIndex, Instant)>,
    controls: VecDeque<Control>,
    ready: VecDeque<NodeIndex>,
    /// What each node that sleeps is woken by.
    naps: Vec<Option<Reply<()>>>,
    violation: Option<String>,
    trace: Option<Vec<String>>,
    digest: u64,
    happenings: u64,
}

impl Kernel {
    pub(crate) fn new(random: Random, now: Instant, traced: bool) -> Arc<Kernel> {
        Arc::new(Kernel {
            now: AtomicI64::new(now.nanoseconds()),
            inner: Mutex::new(Inner {
                agenda: BinaryHeap::new(),
                random,
                starts: Vec::new(),
                crashed: Vec::new(),
                paused: Vec::new(),
                controls: VecDeque::new(),
                ready: VecDeque::new(),
                naps: Vec::new(),
                violation: None,
                trace: traced.then(Vec::new),
                digest: 0,
                happenings: 0,
            }),
        })
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// True time.
    pub(crate) fn now(&self) -> Instant {
        Instant::from_nanoseconds(self.now.load(atomic::Ordering::Relaxed))
    }

    fn go_to(&self, now: Instant) {
        self.now.store(now.nanoseconds(), atomic::Ordering::Relaxed);
    }

    pub(crate) fn draw<T>(&self, draw: impl FnOnce(&mut Random) -> T) -> T {
        draw(&mut self.inner().random)
    }

    /// Has something happen after a while.
    pub(crate) fn after(&self, wait: Duration, act: impl FnOnce() + Send + 'static) {
        self.plan(wait, Happening::Act(Box::new(act)));
    }

    fn plan(&self, wait: Duration, happening: Happening) {
        let mut inner = self.inner();
        let nanoseconds = i64::try_from(wait.as_nanos()).unwrap_or(i64::MAX);
        let at = Instant::from_nanoseconds(self.now().nanoseconds().saturating_add(nanoseconds));
        let tie = inner.random.next();
        inner.agenda.push(Planned { at, tie, happening });
    }

    /// What is to be done next. Where that is to wait for something, time moves to it, or
    /// to `until`, where nothing happens by then.
    pub(crate) fn turn(&self, until: Instant) -> Turn {
        let mut inner = self.inner();
        if inner.violation.is_some() {
            return Turn::Over;
        }
        if let Some(node) = inner.crashed.pop() {
            return Turn::Crashed(node);
        }
        if let Some((node, until)) = inner.paused.pop() {
            return Turn::Paused(node, until);
        }
        if let Some(control) = inner.controls.pop_front() {
            return Turn::Control(control);
        }
        if let Some(node) = inner.ready.pop_front() {
            return Turn::Poll(node);
        }
        if inner.agenda.peek().is_none_or(|planned| planned.at > until) {
            self.go_to(until);
            return Turn::Over;
        }
        let Some(Planned { at, happening, .. }) = inner.agenda.pop() else { return Turn::Over };
        self.go_to(at);
        inner.happenings += 1;
        Turn::Happening(happening)
    }

    /// Nothing that was planned happens any more.
    pub(crate) fn forget_agenda(&self) {
        let agenda = std::mem::take(&mut self.inner().agenda);
        drop(agenda); // outside the lock: what is dropped may wake a node
    }

    // ---- nodes ---------------------------------------------------------------

    pub(crate) fn add_node(&self) -> NodeIndex {
        let mut inner = self.inner();
        inner.starts.push(None);
        inner.naps.push(None);
        inner.starts.len() - 1
    }

    pub(crate) fn start_node(&self, incarnation: Incarnation) {
        let mut inner = self.inner();
        if let Some(start) = inner.starts.get_mut(incarnation.node) {
            *start = Some(incarnation.start);
        }
        inner.ready.push_back(incarnation.node);
    }

    pub(crate) fn is_alive(&self, incarnation: Incarnation) -> bool {
        self.inner().starts.get(incarnation.node) == Some(&Some(incarnation.start))
    }

    /// Kills a node where it stands; nothing if it is down.
    pub(crate) fn crash(&self, node: NodeIndex) {
        let mut inner = self.inner();
        let was_up = inner.starts.get_mut(node).is_some_and(|start| start.take().is_some());
        if was_up {
            inner.crashed.push(node);
        }
    }

    /// Nobody is told any more who has died so far.
    pub(crate) fn forget_crashed(&self) {
        self.inner().crashed.clear();
    }

    /// Makes a node stand still.
    pub(crate) fn pause(&self, node: NodeIndex, until: Instant) {
        self.inner().paused.push((node, until));
    }

    /// Does something to a node after a while.
    pub(crate) fn control_after(self: &Arc<Self>, seconds: i64, control: Control) {
        let kernel = Arc::clone(self);
        self.after(Duration::from_secs(seconds.max(0).cast_unsigned()), move || {
            kernel.control(control);
        });
    }

    pub(crate) fn control(&self, control: Control) {
        self.inner().controls.push_back(control);
    }

    pub(crate) fn waker(self: &Arc<Self>, node: NodeIndex) -> Waker {
        Waker::from(Arc::new(NodeWaker { kernel: Arc::downgrade(self), node }))
    }

    pub(crate) fn sleep(&self, wait: Duration) -> Reply<()> {
        let reply = Reply::new();
        self.plan(wait, Happening::Waking(reply.clone()));
        reply
    }

    /// A sleep that [`Kernel::ring`] ends early.
    pub(crate) fn nap(&self, node: NodeIndex, wait: Duration) -> Reply<()> {
        let reply = self.sleep(wait);
        if let Some(nap) = self.inner().naps.get_mut(node) {
            *nap = Some(reply.clone());
        }
        reply
    }

    /// Wakes every node that sleeps: there is something to look at.
    pub(crate) fn ring(&self) {
        let naps: Vec<Reply<()>> = self.inner().naps.iter_mut().filter_map(Option::take).collect();
        for nap in naps {
            nap.put(());
        }
    }

    // ---- what is told of it --------------------------------------------------

    /// Says what happened; what is said is put in words only if somebody reads it.
    pub(crate) fn note(&self, code: &'static str, words: impl FnOnce() -> String) {
        let mut inner = self.inner();
        let now = self.now();
        let mix = |digest: u64, value: u64| (digest ^ value).wrapping_mul(0x0000_0100_0000_01b3);
        let mut digest = mix(inner.digest, now.nanoseconds().cast_unsigned());
        digest = code.bytes().fold(digest, |digest, byte| mix(digest, u64::from(byte)));
        inner.digest = digest;
        if let Some(trace) = &mut inner.trace {
            trace.push(format!("{now} {code}: {}", words()));
        }
    }

    /// Says that something happened which never may. The first such thing is kept.
    pub(crate) fn violate(&self, what: impl FnOnce() -> String) {
        let mut inner = self.inner();
        if inner.violation.is_none() {
            let what = what();
            let now = self.now();
            if let Some(trace) = &mut inner.trace {
                trace.push(format!("{now} VIOLATION: {what}"));
            }
            inner.violation = Some(what);
        }
    }

    pub(crate) fn violation(&self) -> Option<String> {
        self.inner().violation.clone()
    }

    pub(crate) fn is_violated(&self) -> bool {
        self.inner().violation.is_some()
    }

    pub(crate) fn take_trace(&self) -> Vec<String> {
        self.inner().trace.take().unwrap_or_default()
    }

    pub(crate) fn digest(&self) -> u64 {
        self.inner().digest
    }

    pub(crate) fn happenings(&self) -> u64 {
        self.inner().happenings
    }
}

struct NodeWaker {
    kernel: std::sync::Weak<Kernel>,
    node: NodeIndex,
}

impl Wake for NodeWaker {
    fn wake(self: Arc<Self>) {
        if let Some(kernel) = self.kernel.upgrade() {
            kernel.inner().ready.push_back(self.node);
        }
    }
}

/// An answer that comes later.
pub(crate) struct Reply<T> {
    slot: Arc<Mutex<Slot<T>>>,
}

struct Slot<T> {
    value: Option<T>,
    waker: Option<Waker>,
}

impl<T> Clone for Reply<T> {
    fn clone(&self) -> Reply<T> {
        Reply { slot: Arc::clone(&self.slot) }
    }
}

impl<T> Reply<T> {
    pub(crate) fn new() -> Reply<T> {
        Reply { slot: Arc::new(Mutex::new(Slot { value: None, waker: None })) }
    }

    pub(crate) fn put(&self, value: T) {
        let waker = {
            let mut slot = self.slot.lock().unwrap_or_else(PoisonError::into_inner);
            slot.value = Some(value);
            slot.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl<T> Future for Reply<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let mut slot = self.slot.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(value) = slot.value.take() {
            return Poll::Ready(value);
        }
        slot.waker = Some(context.waker().clone());
        Poll::Pending
    }
}
