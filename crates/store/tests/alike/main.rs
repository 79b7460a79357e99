//! The model, SQLite and PostgreSQL give the same answers to the same random histories.
//!
//! A history is drawn from a seed: some dozens of steps, each with chances of its own, so
//! that one can be left out and the others stay what they are. Each store goes through it by
//! itself; what a step asks follows from its chances and from what that store has answered
//! so far. Every question and every answer is then compared, as a whole.
//!
//! What may rightly differ is named in one place each: numbers in [`numbers`], and what a
//! store may leave open where it is asked.
//!
//! `scripts/stores-alike` goes through as many histories as wished.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    unreachable_pub,
    reason = "all of it is test"
)]

mod accounts;
mod arm;
mod books;
mod dice;
mod edits;
mod history;
mod lanes;
mod lists;
mod memory;
mod names;
mod numbers;
mod plans;
mod requests;
mod runs;
mod schedules;
mod shorten;
mod steps;
mod webhooks;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Histories in a run of the tests.
const HISTORIES: u64 = 24;
/// Histories that are gone through at once.
const AT_ONCE: u64 = 3;
/// Differences after which one of those that go on at once gives up.
const DIFFERENCES_MAX: usize = 2;

/// A number that the environment may give.
#[expect(clippy::disallowed_methods, reason = "a test has no other way to be told")]
fn given(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().unwrap())
}

/// What was gone through.
#[derive(Default)]
struct Tally {
    histories: usize,
    steps: usize,
    /// Answers of each store that were compared.
    answers: usize,
    /// Each told by the shortest history that leads to it.
    differences: Vec<String>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_stores_answer_random_histories_alike() {
    let from = given("KALENDS_ALIKE_FROM", 1);
    let count = given("KALENDS_ALIKE_HISTORIES", HISTORIES);
    let next = Arc::new(AtomicU64::new(from));
    let workers: Vec<_> =
        (0..AT_ONCE).map(|_| tokio::spawn(go_through(Arc::clone(&next), from + count))).collect();
    let mut all = Tally::default();
    for worker in workers {
        let own = worker.await.unwrap();
        all.histories += own.histories;
        all.steps += own.steps;
        all.answers += own.answers;
        all.differences.extend(own.differences);
    }
    let Tally { histories, steps, answers, differences } = all;
    println!(
        "{histories} histories from seed {from}: {steps} steps, {answers} answers of each store \
         compared"
    );
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

/// Goes through histories until none is left, or too many were found in which stores differ.
async fn go_through(next: Arc<AtomicU64>, end: u64) -> Tally {
    let mut tally = Tally::default();
    while tally.differences.len() < DIFFERENCES_MAX {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if seed >= end {
            break;
        }
        let history = steps::draw(seed);
        tally.histories += 1;
        tally.steps += history.len();
        // In a task of its own, so that a panic names its seed too.
        let task = tokio::spawn(history::run(seed, history.clone()));
        match task.await.unwrap_or_else(|error| panic!("seed {seed}: {error}")) {
            Ok(compared) => tally.answers += compared,
            Err(difference) => {
                tally.differences.push(shorten::shorten(seed, history, difference).await);
            }
        }
    }
    tally
}
