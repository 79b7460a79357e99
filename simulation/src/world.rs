//! One world, from its seed to its verdict.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use engine::{AccountId, InstallationId, Instant};
use futures::executor::block_on;
use jiff::civil::date;
use store::Store;
use store::model::ModelStore;
use store::sqlite::SqliteStore;

use crate::books::Books;
use crate::fault::Fault;
use crate::judge::{Judge, Seen};
use crate::kernel::{Control, Kernel, NodeIndex, Turn};
use crate::line::Surroundings;
use crate::node::{LANE, Node};
use crate::random::Random;
use crate::scenario::{Copying, Scenario};
use crate::store_line::Ends;
use crate::{backup, owner, person, verdict};

/// Seconds of a day.
const DAY: i64 = 86_400;
/// Days after which everything must have come to rest once faults have stopped: a
/// transfer is retried on 30 business days, and its schedule may go on after that.
const REST_DAYS_MAX: i64 = 150;

/// How a world is run.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// A bug to be found.
    pub planted: Option<Fault>,
    /// Whether every happening is put in words.
    pub traced: bool,
    /// Whether SQLite is asked everything that the model is asked, and must answer
    /// the same. Only for worlds of one node, whose store it is.
    pub with_sqlite: bool,
    /// So many schedules, in place of those that the seed draws.
    pub schedules: Option<i64>,
}

/// What became of a world.
#[derive(Clone, Debug)]
pub struct Report {
    /// What it grew from.
    pub seed: u64,
    /// What it was made of.
    pub scenario: Scenario,
    /// Virtual days that passed.
    pub days: i64,
    /// Payments that the gateway took or declined.
    pub payments: usize,
    /// Occurrences that were recorded.
    pub occurrences: usize,
    /// Things that happened.
    pub happenings: u64,
    /// What came of all that happened, in one number: the same seed gives the same.
    pub digest: u64,
    /// What went wrong, if anything did.
    pub violation: Option<String>,
    /// What happened, in words, if that was wanted.
    pub trace: Vec<String>,
}

/// A store as it was at some moment, and what had been seen by then.
type Copied = Arc<Mutex<Option<(ModelStore, Seen)>>>;

/// Runs the world that grows from `seed`.
#[must_use]
pub fn run(seed: u64, options: &Options) -> Report {
    let mut random = Random::new(seed);
    let mut scenario = Scenario::draw(&mut random);
    if let Some(schedules) = options.schedules {
        scenario.schedules = schedules;
    }
    let first_day =
        date(2024, 1, 1).saturating_add(jiff::Span::new().days(random.between(0, 1_500)));
    let begin = first_day
        .at(0, 0, 0, 0)
        .to_zoned(jiff::tz::TimeZone::UTC)
        .ok()
        .and_then(|midnight| Instant::from_timestamp(midnight.timestamp()))
        .unwrap_or(Instant::EPOCH);
    let last_day = first_day.saturating_add(jiff::Span::new().days(scenario.days));
    let kernel = Kernel::new(random, begin, options.traced);
    let mut world = World::new(&kernel, scenario.clone(), *options);
    kernel.note("world", || format!("seed {seed} {scenario:?}"));
    owner::plan_creations(&world.surroundings, &world.ends, last_day);
    let copied = world.plan_copy();
    world.start();
    world.run_until(begin.plus_seconds(scenario.days * DAY));
    world.examine_sqlite();
    world.come_to_rest();
    world.examine_sqlite();
    if !kernel.is_violated() {
        verdict::pronounce(&world.surroundings, &world.ends);
    }
    let (payments, occurrences) =
        (world.surroundings.books().payments.len(), world.surroundings.judge.seen().recorded.len());
    let copy = copied.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some((store, seen)) = copy.filter(|_| !kernel.is_violated()) {
        kernel.note("copy", || "a copy of the store begins to run".to_owned());
        world.restore(store, seen);
        world.come_to_rest();
    }
    let passed = kernel.now().seconds() - begin.seconds();
    world.end();
    Report {
        seed,
        scenario,
        days: passed / DAY,
        payments,
        occurrences,
        happenings: kernel.happenings(),
        digest: kernel.digest(),
        violation: kernel.violation(),
        trace: kernel.take_trace(),
    }
}

struct World {
    kernel: Arc<Kernel>,
    surroundings: Arc<Surroundings>,
    ends: Ends,
    model: Option<Arc<ModelStore>>,
    sqlite: Option<Arc<SqliteStore>>,
    nodes: Vec<Node>,
}

impl World {
    fn new(kernel: &Arc<Kernel>, scenario: Scenario, options: Options) -> World {
        let exclusive = scenario.nodes == 1;
        // The mirror draws its own installation; everything else is decided by the seed.
        let is_mirrored = options.with_sqlite && exclusive;
        let mirror = is_mirrored.then(SqliteStore::in_memory).and_then(Result::ok);
        let installation =
            mirror.as_ref().map_or(InstallationId(7), |mirror| mirror.installation());
        let model = Arc::new(if exclusive {
            ModelStore::exclusive(installation)
        } else {
            ModelStore::shared(installation)
        });
        let opening: BTreeMap<AccountId, i64> = (1..=scenario.accounts)
            .map(|account| {
                (AccountId(account), kernel.draw(|random| random.magnitude(1, 5_000_000)))
            })
            .collect();
        let mut books = Books::open(scenario.gateway, installation, opening);
        books.ignores_keys = options.planted == Some(Fault::IgnoreUsedKeys);
        let judge = Judge::new(Arc::clone(kernel), exclusive);
        let count = scenario.nodes;
        let surroundings =
            Surroundings::new(Arc::clone(kernel), judge, books, scenario, options.planted);
        let nodes = (0..count).map(|_| Node::new(&surroundings)).collect();
        World {
            kernel: Arc::clone(kernel),
            surroundings: Arc::new(surroundings),
            ends: Ends {
                store: Arc::clone(&model) as Arc<dyn Store>,
                mirror: mirror.clone().map(|mirror| mirror as Arc<dyn Store>),
            },
            model: Some(model),
            sqlite: mirror,
            nodes,
        }
    }

    /// Copies the store at some moment, in worlds where that is done.
    fn plan_copy(&self) -> Copied {
        let copied: Copied = Arc::default();
        let scenario = &self.surroundings.scenario;
        let Some(model) = self.model.clone().filter(|_| scenario.copied.is_some()) else {
            return copied;
        };
        let seconds = scenario.days * DAY;
        let wait = self.kernel.draw(|random| random.between(0, seconds));
        let (kept, judge) = (Arc::clone(&copied), Arc::clone(&self.surroundings.judge));
        self.kernel.after(Duration::from_secs(wait.cast_unsigned()), move || {
            let copy = (model.copy(), judge.seen().clone());
            *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(copy);
        });
        copied
    }

    fn start(&mut self) {
        for node in &mut self.nodes {
            node.start(&self.surroundings, &self.ends);
            plan_clock_steps(&self.surroundings, node.index());
        }
        person::plan_looks(&self.surroundings, &self.ends);
    }

    /// Replaces the nodes and their store by a copy from an earlier time, in front of
    /// the gateway that has seen all that happened since.
    fn restore(&mut self, store: ModelStore, seen: Seen) {
        for node in &mut self.nodes {
            node.drop_work();
            self.kernel.crash(node.index());
        }
        self.kernel.forget_crashed();
        self.kernel.forget_agenda();
        let before = Arc::clone(&self.surroundings);
        let scenario = before.scenario.clone();
        let spare = Books::open(scenario.gateway, self.ends.store.installation(), BTreeMap::new());
        let mut books = std::mem::replace(&mut *before.books(), spare);
        books.is_asked_by_copies = true;
        let judge = Judge::of_copy(Arc::clone(&self.kernel), scenario.nodes == 1, seen);
        let surroundings =
            Surroundings::new(Arc::clone(&self.kernel), judge, books, scenario, before.planted);
        surroundings.calm_down();
        self.nodes = (0..self.nodes.len()).map(|_| Node::new(&surroundings)).collect();
        self.surroundings = Arc::new(surroundings);
        let is_held = self.surroundings.scenario.copied == Some(Copying::ThroughBackup);
        let store = if is_held { store.restored(LANE, self.kernel.now()) } else { store };
        self.ends = Ends { store: Arc::new(store), mirror: None };
        if is_held {
            backup::plan_resumption(&self.surroundings, &self.ends);
        }
        for node in &mut self.nodes {
            node.start(&self.surroundings, &self.ends);
        }
        person::plan_looks(&self.surroundings, &self.ends);
    }

    /// What the doctor says of the mirror: nothing, at any moment.
    fn examine_sqlite(&self) {
        let Some(sqlite) = &self.sqlite else { return };
        match block_on(sqlite.examine()) {
            Ok(checks) => {
                for check in checks.iter().filter(|check| !check.findings.is_empty()) {
                    self.kernel.violate(|| format!("the doctor says: {check:?}"));
                }
            }
            Err(error) => self.kernel.violate(|| format!("the doctor fails: {error}")),
        }
    }

    /// Faults stop; what is down comes up; and time goes on until nothing is left to do.
    fn come_to_rest(&mut self) {
        self.surroundings.calm_down();
        let since = self.kernel.now();
        for day in 1..=REST_DAYS_MAX {
            for node in &mut self.nodes {
                node.clock.step(0);
            }
            self.run_until(since.plus_seconds(day * DAY));
            if self.kernel.is_violated() || verdict::is_at_rest(&self.surroundings, &self.ends) {
                return;
            }
        }
        self.kernel.violate(|| {
            let waiting: Vec<String> = self
                .surroundings
                .judge
                .seen()
                .awaiting()
                .map(|(name, _)| name.to_string())
                .collect();
            format!("nothing has come to rest after {REST_DAYS_MAX} days; waiting: {waiting:?}")
        });
    }

    fn run_until(&mut self, until: Instant) {
        loop {
            match self.kernel.turn(until) {
                Turn::Over => return,
                Turn::Crashed(index) => self.bury(index),
                Turn::Paused(index, until) => self.hold(index, until),
                Turn::Control(control) => self.obey(control),
                Turn::Poll(index) => {
                    if let Some(node) = self.nodes.iter_mut().find(|node| node.index() == index) {
                        node.poll(&self.kernel);
                    }
                }
                Turn::Happening(happening) => happening.happen(),
            }
        }
    }

    /// A node that died comes up again after a while.
    fn bury(&mut self, index: NodeIndex) {
        let Some(node) = self.nodes.iter_mut().find(|node| node.index() == index) else { return };
        node.drop_work();
        let most = self.surroundings.scenario.down_max.as_secs().cast_signed();
        let wait = self.kernel.draw(|random| {
            if random.one_in(4) { random.between(1, most) } else { random.magnitude(1, most) }
        });
        self.kernel.control_after(wait, Control::Start(index));
    }

    fn hold(&mut self, index: NodeIndex, until: Instant) {
        let Some(node) = self.nodes.iter_mut().find(|node| node.index() == index) else { return };
        node.pause(until);
        let seconds = until.seconds() - self.kernel.now().seconds() + 1;
        self.kernel.control_after(seconds, Control::Resume(index));
    }

    fn obey(&mut self, control: Control) {
        let (Control::Start(index) | Control::Resume(index) | Control::Step(index, _)) = control;
        let Some(node) = self.nodes.iter_mut().find(|node| node.index() == index) else { return };
        match control {
            Control::Start(_) if !node.is_up() => node.start(&self.surroundings, &self.ends),
            Control::Start(_) => {}
            Control::Resume(_) => node.poll(&self.kernel),
            Control::Step(_, nanoseconds) => {
                self.kernel.note("clock", || format!("node {index} is off by {nanoseconds} ns"));
                node.clock.step(nanoseconds);
                self.kernel.ring();
            }
        }
    }

    fn end(&mut self) {
        for node in &mut self.nodes {
            node.drop_work();
        }
        self.kernel.forget_agenda();
    }
}

/// Now and then the time of day on a node jumps.
fn plan_clock_steps(surroundings: &Arc<Surroundings>, node: NodeIndex) {
    let hourly = i64::from(surroundings.troubles().clock_step);
    if hourly == 0 {
        return;
    }
    let kernel = &surroundings.kernel;
    let between_jumps = 3_600 * 1_000_000 / hourly;
    let wait = kernel.draw(|random| random.between(1, 2 * between_jumps));
    let again = Arc::clone(surroundings);
    kernel.after(Duration::from_secs(wait.cast_unsigned()), move || {
        // Nothing jumps once the world has calmed down.
        if again.troubles().clock_step == 0 {
            return;
        }
        let most = 2 * 3_600 * 1_000_000_000;
        let offset = again.kernel.draw(|random| random.between(-most, most));
        again.kernel.control(Control::Step(node, offset));
        plan_clock_steps(&again, node);
    });
}
