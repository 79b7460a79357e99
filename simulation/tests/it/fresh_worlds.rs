//! Worlds that nobody has seen before.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use simulation::{Options, Report, run};

/// Enough to meet every kind of trouble, in seconds; a virtual year each.
const WORLDS: u64 = 500;
/// How many of them run at once.
const THREADS: u64 = 2;
/// Each of them asks SQLite all that it asks the model.
const WORLDS_WITH_SQLITE: u64 = 20;

fn fresh_seed() -> u64 {
    getrandom::u64().expect("the machine has random numbers")
}

fn must_be_well(report: &Report) {
    assert_eq!(
        report.violation, None,
        "in {:?}; to see it happen: cargo run -p simulation -- --seed {}",
        report.scenario, report.seed
    );
}

#[test]
fn in_fresh_worlds_every_slot_is_paid_once_and_recorded() {
    let first = fresh_seed();
    println!("seeds {first} and the {} after it", WORLDS - 1);
    let next = AtomicU64::new(0);
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= WORLDS {
                        break;
                    }
                    must_be_well(&run(first.wrapping_add(number), &Options::default()));
                }
            });
        }
    });
}

#[test]
fn in_fresh_worlds_sqlite_answers_as_the_model_does() {
    let first = fresh_seed();
    println!("seeds {first} and the {} after it", WORLDS_WITH_SQLITE - 1);
    let options = Options { with_sqlite: true, ..Options::default() };
    for number in 0..WORLDS_WITH_SQLITE {
        must_be_well(&run(first.wrapping_add(number), &options));
    }
}

#[test]
fn a_seed_gives_the_same_world_again() {
    let seed = fresh_seed();
    let (one, other) = (run(seed, &Options::default()), run(seed, &Options::default()));
    assert_eq!((one.digest, one.happenings), (other.digest, other.happenings), "seed {seed}");
}
