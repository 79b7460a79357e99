//! Worlds that nobody has seen before.

use simulation::{Options, Report, run};

/// Enough to meet every kind of trouble, in seconds.
const WORLDS: u64 = 100;
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
    for number in 0..WORLDS {
        must_be_well(&run(first.wrapping_add(number), &Options::default()));
    }
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
