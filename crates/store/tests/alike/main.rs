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

/// A number that the environment may give.
#[expect(clippy::disallowed_methods, reason = "a test has no other way to be told")]
fn given(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_stores_answer_random_histories_alike() {
    let from = given("KALENDS_ALIKE_FROM", 1);
    let count = given("KALENDS_ALIKE_HISTORIES", HISTORIES);
    let next = Arc::new(AtomicU64::new(from));
    let workers: Vec<_> =
        (0..AT_ONCE).map(|_| tokio::spawn(go_through(Arc::clone(&next), from + count))).collect();
    let (mut steps, mut answers) = (0, 0);
    for worker in workers {
        let (done, compared) = worker.await.unwrap();
        steps += done;
        answers += compared;
    }
    println!(
        "{count} histories from seed {from}: {steps} steps, {answers} answers of each store compared"
    );
}

/// Goes through histories until none is left: how many steps they had, and how many answers
/// of each store were compared.
async fn go_through(next: Arc<AtomicU64>, end: u64) -> (usize, usize) {
    let (mut steps, mut answers) = (0, 0);
    loop {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if seed >= end {
            return (steps, answers);
        }
        let history = steps::draw(seed);
        // In a task of its own, so that a panic names its seed too.
        let task = tokio::spawn(history::run(seed, history.clone()));
        match task.await.unwrap_or_else(|error| panic!("seed {seed}: {error}")) {
            Ok(compared) => {
                steps += history.len();
                answers += compared;
            }
            Err(difference) => panic!("{}", shorten::shorten(seed, history, difference).await),
        }
    }
}
