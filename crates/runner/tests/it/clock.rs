//! Clocks that are set, advanced and let go.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use engine::{Money, Outcome, PaymentRequest};
use gateway::bank::Bank;
use gateway::{Character, Gateway, Inquiry, Lookup, Permit, Quote};
use runner::{Advanced, ClockError, Counts};
use store::sqlite::SqliteStore;
use store::{BankStore, Claim, ClockMode, ClockState, Store as _};

use crate::world::{CLOCK, LANE, World, at, start, start_paying_by};

fn paid(successful: u64) -> Advanced {
    Advanced { counts: Counts { successful, ..Counts::default() }, bank_actions: 0 }
}

#[tokio::test]
async fn an_advance_runs_every_slot_up_to_its_end_and_no_further() {
    let world = World::standing().await;
    world.ten_daily_charges().await;
    // The first was paid at once; the 5th is due at 01:30.
    let advanced = world.runner.advance_clock(at("2026-01-05T01:29:59Z")).await.unwrap();
    assert_eq!(advanced, paid(3));
    let advanced = world.runner.advance_clock(at("2026-01-05T01:30:00Z")).await.unwrap();
    assert_eq!(advanced, paid(1));
    let advanced = world.runner.advance_clock(at("2027-01-01T00:00:00Z")).await.unwrap();
    assert_eq!(advanced, paid(5));
    assert_eq!(world.runner.now(), at("2027-01-01T00:00:00Z"));
}

#[tokio::test]
async fn a_clock_with_schedules_goes_forward_only() {
    let world = World::standing().await;
    world.ten_daily_charges().await;
    let error = world.runner.advance_clock(at("2025-12-31T00:00:00Z")).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the clock says 2026-01-01T00:00:00Z and schedules exist, so it can only go forward; 2025-12-31T00:00:00Z is earlier"
    );
    let error = world.runner.set_clock(at("2025-12-31T00:00:00Z")).await.unwrap_err();
    assert!(matches!(error, ClockError::Backwards { .. }), "{error}");
    assert_eq!(world.runner.now(), at("2026-01-01T00:00:00Z"));
}

#[tokio::test]
async fn a_clock_without_schedules_can_be_set_anywhere() {
    let world = World::standing().await;
    assert_eq!(world.runner.set_clock(at("2020-02-29T00:00:00Z")).await.unwrap(), paid(0));
    assert_eq!(world.runner.now(), at("2020-02-29T00:00:00Z"));
}

#[tokio::test]
async fn setting_a_clock_with_schedules_forward_runs_what_lies_between() {
    let world = World::standing().await;
    world.ten_daily_charges().await;
    assert_eq!(world.runner.set_clock(at("2026-01-03T12:00:00Z")).await.unwrap(), paid(2));
}

#[tokio::test]
async fn a_clock_that_follows_the_world_is_not_advanced() {
    let world = World::on_wall_time().await;
    let error = world.runner.advance_clock(at("2027-01-01T00:00:00Z")).await.unwrap_err();
    assert!(matches!(error, ClockError::NotStanding), "{error}");
}

#[tokio::test]
async fn a_clock_is_let_go_where_that_is_not_backwards() {
    let world = World::standing().await;
    world.ten_daily_charges().await;
    let reading = world.runner.release_clock().await.unwrap();
    assert_eq!((reading.now, reading.mode), (at("2026-06-15T12:00:00Z"), ClockMode::Wall));

    let world = World::standing().await;
    world.ten_daily_charges().await;
    world.runner.advance_clock(at("2026-07-01T00:00:00Z")).await.unwrap();
    let error = world.runner.release_clock().await.unwrap_err();
    assert!(matches!(error, ClockError::Backwards { .. }), "{error}");
}

#[tokio::test]
async fn an_advance_that_was_cut_off_goes_on_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kalends.db");
    let world = World::on_disk(&path).await;
    let schedule = world.ten_daily_charges().await;
    world.runner.stop().await;
    // What an advance stores before it runs anything.
    let mode = ClockMode::Standing(at("2026-01-02T00:00:00Z"));
    let state = ClockState { mode, target: Some(at("2026-01-04T00:00:00Z")) };
    world.store.set_clock(CLOCK, state).await.unwrap();
    world.store.stop().await;
    drop(world);

    let store = SqliteStore::open(&path).unwrap();
    let runner = start(&store).await;
    while !runner.is_ready().await {
        tokio::task::yield_now().await;
    }
    assert_eq!(runner.clock().target, None);
    assert_eq!(runner.now(), at("2026-01-04T00:00:00Z"));
    let positions = store.positions(&[schedule], runner.now()).await.unwrap();
    assert_eq!(positions.first().unwrap().recorded, 3);
    runner.stop().await;
    store.stop().await;
}

/// The bank, over a line on which look-ups fail until it is mended.
struct BadLine {
    bank: Arc<Bank>,
    is_mended: AtomicBool,
    asked: tokio::sync::Notify,
}

#[async_trait]
impl Gateway for BadLine {
    async fn pay(&self, requests: Vec<PaymentRequest>, permit: Permit) -> Vec<Outcome> {
        self.bank.pay(requests, permit).await
    }

    async fn look_up(&self, inquiries: Vec<Inquiry>) -> Vec<Lookup> {
        if self.is_mended.load(Ordering::Relaxed) {
            return self.bank.look_up(inquiries).await;
        }
        self.asked.notify_one();
        vec![Lookup::Unreachable; inquiries.len()]
    }

    async fn quote(&self, quotes: Vec<Quote>) -> Vec<Result<Money, Outcome>> {
        self.bank.quote(quotes).await
    }

    fn character(&self) -> Character {
        self.bank.character()
    }
}

#[tokio::test]
async fn an_advance_passes_nothing_by_that_cannot_be_looked_up() {
    let world = World::standing().await;
    let schedules = [world.ten_daily_charges().await];
    world.runner.stop().await;
    // The charge of the 2nd was claimed by somebody who is gone.
    let now = at("2026-01-02T01:30:00Z");
    let term = world.store.begin_term().await.unwrap();
    let claim = Claim {
        lane: LANE,
        now,
        limit: 1,
        term,
        lease_until: now.plus_seconds(120),
        wall_now: now,
    };
    assert_eq!(world.store.claim(claim).await.unwrap().len(), 1);

    let bank = Arc::new(Bank::new(Arc::clone(&world.store) as Arc<dyn BankStore>));
    let (is_mended, asked) = (AtomicBool::new(false), tokio::sync::Notify::new());
    let line = Arc::new(BadLine { bank: bank.clone(), is_mended, asked });
    let runner = start_paying_by(line.clone(), bank, &world.store).await;
    let end = at("2026-01-11T00:00:00Z");
    let advancing = tokio::spawn({
        let runner = Arc::clone(&runner);
        async move { runner.advance_clock(end).await }
    });
    // By the loop as it began, and by the advance.
    for _ in 0..3 {
        line.asked.notified().await;
    }
    assert!(!advancing.is_finished());
    let recorded = async || world.store.positions(&schedules, end).await.unwrap()[0].recorded;
    assert_eq!(recorded().await, 1);
    line.is_mended.store(true, Ordering::Relaxed);
    advancing.await.unwrap().unwrap();
    assert_eq!(recorded().await, 10);
    assert_eq!(world.store.awaiting(LANE, None, 10).await.unwrap(), [], "nothing came too late");
    runner.stop().await;
    world.store.stop().await;
}

/// The bank, which says for a while only that it took what was asked.
struct Patient {
    bank: Arc<Bank>,
    is_final: AtomicBool,
}

impl Patient {
    fn says(&self, outcome: Outcome) -> Outcome {
        match outcome {
            Outcome::Succeeded(payment) if !self.is_final.load(Ordering::Relaxed) => {
                Outcome::Accepted(payment)
            }
            outcome => outcome,
        }
    }
}

#[async_trait]
impl Gateway for Patient {
    async fn pay(&self, requests: Vec<PaymentRequest>, permit: Permit) -> Vec<Outcome> {
        let outcomes = self.bank.pay(requests, permit).await;
        outcomes.into_iter().map(|outcome| self.says(outcome)).collect()
    }

    async fn look_up(&self, inquiries: Vec<Inquiry>) -> Vec<Lookup> {
        let lookups = self.bank.look_up(inquiries).await.into_iter();
        let said = lookups.map(|lookup| match lookup {
            Lookup::Found(outcome) => Lookup::Found(self.says(outcome)),
            other => other,
        });
        said.collect()
    }

    async fn quote(&self, quotes: Vec<Quote>) -> Vec<Result<Money, Outcome>> {
        self.bank.quote(quotes).await
    }

    fn character(&self) -> Character {
        self.bank.character()
    }
}

#[tokio::test]
async fn an_advance_ends_with_what_is_final_by_then_elsewhere() {
    let world = World::standing().await;
    world.ten_daily_charges().await;
    world.runner.stop().await;
    let bank = Arc::new(Bank::new(Arc::clone(&world.store) as Arc<dyn BankStore>));
    let patient = Arc::new(Patient { bank: bank.clone(), is_final: AtomicBool::new(false) });
    let runner = start_paying_by(patient.clone(), bank, &world.store).await;
    let waiting = async || world.store.awaiting(LANE, None, 10).await.unwrap().len();

    runner.advance_clock(at("2026-01-03T00:00:00Z")).await.unwrap();
    assert_eq!(waiting().await, 1);
    patient.is_final.store(true, Ordering::Relaxed);
    let advanced = runner.advance_clock(at("2026-01-03T01:00:00Z")).await.unwrap();
    assert_eq!((advanced, waiting().await), (paid(1), 0));
    runner.stop().await;
    world.store.stop().await;
}
