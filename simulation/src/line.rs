//! The lines between a node and what it talks to: calls take time, fail, and are
//! answered late or not at all.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::books::Books;
use crate::fault::Fault;
use crate::judge::Judge;
use crate::kernel::{Incarnation, Kernel};
use crate::random::{PerMillion, Random};
use crate::scenario::{Scenario, Troubles};

/// What all lines of a world share.
pub(crate) struct Surroundings {
    pub(crate) kernel: Arc<Kernel>,
    pub(crate) judge: Arc<Judge>,
    pub(crate) books: Mutex<Books>,
    pub(crate) scenario: Scenario,
    pub(crate) planted: Option<Fault>,
    /// What still goes wrong once the world has calmed down.
    rest: Troubles,
    is_calm: AtomicBool,
}

impl Surroundings {
    pub(crate) fn new(
        kernel: Arc<Kernel>,
        judge: Arc<Judge>,
        books: Books,
        scenario: Scenario,
        planted: Option<Fault>,
    ) -> Surroundings {
        let (books, rest) = (Mutex::new(books), scenario.troubles.over());
        let is_calm = AtomicBool::new(false);
        Surroundings { kernel, judge, books, scenario, planted, rest, is_calm }
    }

    pub(crate) fn troubles(&self) -> &Troubles {
        if self.is_calm.load(Ordering::Relaxed) { &self.rest } else { &self.scenario.troubles }
    }

    /// From now on nothing goes wrong.
    pub(crate) fn calm_down(&self) {
        self.is_calm.store(true, Ordering::Relaxed);
        self.kernel.ring();
    }

    pub(crate) fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn has(&self, fault: Fault) -> bool {
        self.planted == Some(fault)
    }

    pub(crate) fn strikes(&self, rate: impl FnOnce(&Troubles) -> PerMillion) -> bool {
        let rate = rate(self.troubles());
        rate > 0 && self.kernel.draw(|random| random.chance(rate))
    }

    /// Nodes see within half a minute that there is something new.
    pub(crate) fn wake_nodes(&self) {
        let wait = self.kernel.draw(|random| milliseconds(random, 1, 30_000));
        let kernel = Arc::clone(&self.kernel);
        self.kernel.after(wait, move || kernel.ring());
    }

    /// During a call, now and then, a node dies or stands still. Whether it does in this
    /// one.
    pub(crate) fn maybe_disturb(
        self: &Arc<Self>,
        incarnation: Incarnation,
        within: Duration,
    ) -> bool {
        let Troubles { crash, pause, .. } = *self.troubles();
        if crash == 0 && pause == 0 {
            return false;
        }
        let (dies, pauses) =
            self.kernel.draw(|random| (random.chance(crash), random.chance(pause)));
        if !dies && !pauses {
            return false;
        }
        let most = i64::try_from(within.as_nanos()).unwrap_or(i64::MAX);
        let wait = self.kernel.draw(|random| random.between(0, most));
        let surroundings = Arc::clone(self);
        self.kernel.after(Duration::from_nanos(wait.cast_unsigned()), move || {
            if dies {
                surroundings.crash(incarnation);
            } else {
                surroundings.pause(incarnation);
            }
        });
        true
    }

    fn crash(&self, incarnation: Incarnation) {
        if self.kernel.is_alive(incarnation) {
            self.kernel.note("crash", || incarnation.to_string());
            self.kernel.crash(incarnation.node);
        }
    }

    fn pause(&self, incarnation: Incarnation) {
        if self.kernel.is_alive(incarnation) {
            let seconds = self.kernel.draw(|random| random.magnitude(1, 1_200));
            let until = self.kernel.now().plus_seconds(seconds);
            self.kernel.note("pause", || format!("{incarnation} until {until}"));
            self.kernel.pause(incarnation.node, until);
        }
    }
}

/// So many milliseconds, drawn by orders of magnitude.
pub(crate) fn milliseconds(random: &mut Random, least: i64, most: i64) -> Duration {
    Duration::from_millis(random.magnitude(least, most).cast_unsigned())
}
