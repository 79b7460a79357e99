//! Many worlds, one after the other, on several threads.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use runner::{MachineTime, WallTime};
use simulation::{Options, Report, run};

use crate::{processor_time, tell};

/// After how many worlds something is said.
const PROGRESS_EVERY: u64 = 5_000;

/// Worlds of consecutive seeds.
pub(crate) struct Campaign {
    pub(crate) first: u64,
    pub(crate) worlds: u64,
    pub(crate) threads: u64,
    pub(crate) options: Options,
}

/// What came of worlds, added up.
#[derive(Clone, Copy, Default)]
struct Sums {
    worlds: u64,
    days: u64,
    payments: usize,
    occurrences: usize,
    happenings: u64,
}

impl Sums {
    fn add(&mut self, report: &Report) {
        self.worlds += 1;
        self.days += report.days.unsigned_abs();
        self.payments += report.payments;
        self.occurrences += report.occurrences;
        self.happenings += report.happenings;
    }
}

impl Campaign {
    /// Whether all worlds were well. The first that is not ends it.
    pub(crate) fn run(&self) -> bool {
        let Campaign { first, worlds, .. } = *self;
        println!("{worlds} worlds, seeds {first} to {}", first.wrapping_add(worlds - 1));
        let time = MachineTime::new();
        let (next, is_well) = (AtomicU64::new(0), AtomicBool::new(true));
        let sums = Mutex::new(Sums::default());
        thread::scope(|scope| {
            for _ in 0..self.threads {
                scope.spawn(|| self.work(&next, &is_well, &sums));
            }
        });
        let is_well = is_well.into_inner();
        let sums = sums.into_inner().unwrap_or_else(PoisonError::into_inner);
        self.sum_up(sums, is_well, time.elapsed().as_secs_f64());
        is_well
    }

    fn work(&self, next: &AtomicU64, is_well: &AtomicBool, sums: &Mutex<Sums>) {
        while is_well.load(Ordering::Relaxed) {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= self.worlds {
                return;
            }
            let report = run(self.first.wrapping_add(number), &self.options);
            let mut sums = sums.lock().unwrap_or_else(PoisonError::into_inner);
            sums.add(&report);
            if sums.worlds.is_multiple_of(PROGRESS_EVERY) {
                println!("{} worlds so far", sums.worlds);
            }
            if report.violation.is_some() {
                is_well.store(false, Ordering::Relaxed);
                tell(&report);
                println!(
                    "to see it happen: cargo run -p simulation -- --seed {}{}",
                    report.seed,
                    self.options
                        .schedules
                        .map(|it| format!(" --schedules {it}"))
                        .unwrap_or_default()
                );
            }
        }
    }

    fn sum_up(&self, sums: Sums, is_well: bool, elapsed: f64) {
        let Sums { worlds, days, payments, occurrences, happenings } = sums;
        let years = f64::from(u32::try_from(days).unwrap_or(u32::MAX)) / 365.25;
        let went = if is_well { "nothing went wrong" } else { "one went wrong" };
        println!(
            "{worlds} worlds from seed {}: {years:.1} virtual years, {payments} payments, \
             {occurrences} occurrences, {happenings} happenings; {went}",
            self.first
        );
        let (seconds, what) = match processor_time::seconds() {
            Some(seconds) => (seconds, "of processor time"),
            None => (elapsed, "by the wall clock"),
        };
        println!(
            "{elapsed:.1} s; {seconds:.1} s {what}: {:.1} virtual years a second",
            years / seconds.max(0.001)
        );
    }
}
