//! The queue: claimed, frozen, recovered, counted.

use std::sync::Arc;

use engine::{Currency, Instant, LaneId, Money, NotSent, Outcome, Role, RunKey, Slot};
use jiff::civil::date;

use super::world::{
    ACCOUNT, LANE, PAID, World, at, charges, charges_on, daily, monthly, new_schedule, transfers,
};
use crate::store::{Claim, Frozen, Settled, Store};

const NEW_YEAR: &str = "2026-01-01T02:00:00Z";
const NOT_SENT: Outcome = Outcome::NotSent(NotSent::Unreachable);

pub async fn runs_are_claimed_in_due_order_up_to_the_limit(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let mut ids = Vec::new();
    for day in [3, 1, 2] {
        ids.push(world.schedule(charges_on(day)).await.id);
    }
    let now = "2026-01-04T00:00:00Z";
    let two = world.store.claim(world.wish(now, 2)).await.unwrap();
    assert_eq!(two.iter().map(|run| run.key.schedule).collect::<Vec<_>>(), [ids[1], ids[2]]);
    let rest = world.claim(now).await;
    assert_eq!(rest.iter().map(|run| run.key.schedule).collect::<Vec<_>>(), [ids[0]]);
}

pub async fn what_is_not_due_is_not_claimed(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    world.schedule(charges_on(1)).await;
    assert_eq!(world.claim("2026-01-01T01:29:59.999999999Z").await, []);
    assert_eq!(world.claim("2026-01-01T01:30:00Z").await.len(), 1);
}

pub async fn what_is_claimed_is_not_claimed_again(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    world.schedule(charges_on(1)).await;
    assert_eq!(world.claim(NEW_YEAR).await.len(), 1);
    assert_eq!(world.claim(NEW_YEAR).await, []);
    assert_eq!(world.restarted().await.claim(NEW_YEAR).await, []);
}

pub async fn a_claimed_run_comes_back_whole(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let new = world.new_schedule(ACCOUNT, charges_on(1), "2025-12-01T00:00:00.5Z").await;
    let runs = new.created.runs.clone();
    world.store.create_schedules(vec![new]).await.unwrap();
    assert_eq!(world.claim(NEW_YEAR).await, runs);
}

pub async fn a_lane_claims_only_its_own(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    world.schedule(charges_on(1)).await;
    let id = world.store.allocate_schedules(1).await.unwrap();
    let new = new_schedule(id, ACCOUNT, LaneId(2), charges_on(1), at("2025-12-01T00:00:00Z"));
    world.store.create_schedules(vec![new]).await.unwrap();
    let claim = Claim { lane: LaneId(2), ..world.wish(NEW_YEAR, 10) };
    let runs = world.store.claim(claim).await.unwrap();
    assert_eq!(runs.iter().map(|run| run.key.schedule).collect::<Vec<_>>(), [id]);
    assert_eq!(world.store.queue_depth(LaneId(2)).await.unwrap(), 1);
    assert_eq!(world.claim(NEW_YEAR).await.len(), 1);
}

pub async fn claims_at_the_same_time_never_share_a_run(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    for _ in 0..40 {
        world.schedule(charges_on(1)).await;
    }
    let claims = (0..8).map(|_| world.store.claim(world.wish(NEW_YEAR, 7)));
    let mut keys: Vec<RunKey> = futures::future::join_all(claims)
        .await
        .into_iter()
        .flat_map(|claimed| claimed.unwrap())
        .map(|run| run.key)
        .collect();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), 40);
}

pub async fn a_passed_lease_is_recovered_and_not_claimed(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    world.schedule(charges_on(1)).await;
    let run = world.claim_one(NEW_YEAR).await;
    let later = "2026-01-01T02:02:00Z";
    assert_eq!(world.claim(later).await, []);
    assert_eq!(world.recover(later).await, [run]);
}

pub async fn a_live_lease_is_left_alone(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    world.schedule(charges_on(1)).await;
    world.claim_one(NEW_YEAR).await;
    assert_eq!(world.recover("2026-01-01T02:01:59Z").await, []);
}

pub async fn a_recovered_run_is_recovered_once(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    world.schedule(charges_on(1)).await;
    world.schedule(charges_on(2)).await;
    world.claim_one(NEW_YEAR).await;
    let later = world.restarted().await;
    assert_eq!(later.recover("2026-01-01T03:00:00Z").await.len(), 1);
    assert_eq!(later.recover("2026-01-01T03:00:00Z").await, []);
}

pub async fn an_amount_is_frozen_under_the_claiming_term_only(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    world.schedule(transfers(monthly(1), date(2026, 1, 1), date(2026, 12, 31))).await;
    let run = world.claim_one(NEW_YEAR).await;
    assert!(run.quote_wanted().is_some());
    let frozen = Frozen { key: run.key, quoted: Money::new(5_000, Currency::THB) };
    let gone = Frozen { key: RunKey { schedule: engine::ScheduleId(999), ..run.key }, ..frozen };
    let written = world.store.freeze(world.term, vec![frozen, gone]).await.unwrap();
    assert_eq!(written, [true, false]);
    let later = world.restarted().await;
    assert_eq!(later.store.freeze(later.term, vec![frozen]).await.unwrap(), [false]);
}

pub async fn a_frozen_amount_outlives_a_recovery(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    world.schedule(transfers(monthly(1), date(2026, 1, 1), date(2026, 12, 31))).await;
    let run = world.claim_one(NEW_YEAR).await;
    let quoted = Money::new(5_000, Currency::THB);
    let frozen = Frozen { key: run.key, quoted };
    assert_eq!(world.store.freeze(world.term, vec![frozen]).await.unwrap(), [true]);
    let later = world.restarted().await;
    let recovered = later.recover("2026-01-01T03:00:00Z").await.remove(0);
    assert_eq!(recovered.quoted, Some(quoted));
    assert!(recovered.quote_wanted().is_none());
}

pub async fn a_released_run_waits_and_is_claimed_again(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let schedule = world.schedule(charges_on(1)).await;
    let run = world.claim_one(NEW_YEAR).await;
    let settlement = engine::settlement::settle(&run, NOT_SENT, at(NEW_YEAR));
    let until = settlement.released_until.unwrap();
    assert_eq!(world.write(settlement.clone()).await, Settled::Written);
    assert_eq!(world.write(settlement).await, Settled::Stale);
    assert_eq!(world.recorded(&schedule, NEW_YEAR).await, [""; 0]);
    let just_before = Instant::from_nanoseconds(until.nanoseconds() - 1);
    let early = Claim { now: just_before, ..world.wish(NEW_YEAR, 10) };
    assert_eq!(world.store.claim(early).await.unwrap(), []);
    let again = world.store.claim(Claim { now: until, ..early }).await.unwrap();
    assert_eq!(again, [run]);
}

pub async fn the_next_due_run_is_the_first_that_can_be_claimed(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    assert_eq!(world.store.next_due(LANE).await.unwrap(), None);
    world.schedule(charges_on(1)).await;
    world.schedule(charges_on(2)).await;
    let next = || async { world.store.next_due(LANE).await.unwrap().unwrap().to_string() };
    assert_eq!(next().await, "2026-01-01T01:30:00Z");
    let run = world.claim_one(NEW_YEAR).await;
    assert_eq!(next().await, "2026-01-02T01:30:00Z");
    let mut released = engine::settlement::settle(&run, NOT_SENT, at(NEW_YEAR));
    released.released_until = Some(at("2026-01-01T05:00:00Z"));
    world.write(released).await;
    assert_eq!(next().await, "2026-01-01T05:00:00Z");
}

pub async fn the_queue_is_counted_with_what_is_claimed(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    assert_eq!(world.store.queue_depth(LANE).await.unwrap(), 0);
    world.schedule(charges_on(1)).await;
    world.schedule(charges(daily(), date(2026, 1, 1), date(2026, 1, 1))).await;
    let runs = world.claim(NEW_YEAR).await;
    assert_eq!(world.store.queue_depth(LANE).await.unwrap(), 2);
    for run in &runs {
        world.settle(run, PAID, NEW_YEAR).await;
    }
    assert_eq!(world.store.queue_depth(LANE).await.unwrap(), 1);
}

pub async fn slots_are_counted_by_their_rules(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    world.schedule(charges(daily(), date(2026, 1, 1), date(2026, 1, 31))).await;
    world.schedule(charges_on(31)).await;
    let count = |by| world.store.count_slots(LANE, at(by), u64::MAX);
    assert_eq!(count("2025-12-31T00:00:00Z").await.unwrap(), 0);
    assert_eq!(count("2026-01-01T01:29:59Z").await.unwrap(), 0);
    assert_eq!(count("2026-01-01T01:30:00Z").await.unwrap(), 1);
    assert_eq!(count("2026-01-10T00:00:00Z").await.unwrap(), 9);
    assert_eq!(count("2026-02-27T12:00:00Z").await.unwrap(), 32);
    assert_eq!(count("2026-02-28T12:00:00Z").await.unwrap(), 33);
    assert_eq!(count("2030-01-01T00:00:00Z").await.unwrap(), 31 + 12);
    // A retry is not a slot, and what comes after it is.
    world.run(super::world::refused(), NEW_YEAR).await;
    assert_eq!(count("2026-01-03T12:00:00Z").await.unwrap(), 2);
    assert!(world.store.count_slots(LANE, at("2030-01-01T00:00:00Z"), 5).await.unwrap() > 5);
    let cadence = world.claim("2026-01-03T00:00:00Z").await;
    let through = Slot::of_date(date(2026, 1, 1));
    assert_eq!(cadence[0].role, Role::Cadence { recorded: 1, through });
}
