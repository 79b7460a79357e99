//! Settlement, and where schedules stand after it.

use std::sync::Arc;

use engine::settlement::{resolve, send_again, settle};
use engine::{
    Awaiting, ChargeId, LaneId, Occurrence, OccurrenceStatus, Outcome, PaymentId, RetryPolicy,
    Schedule, ScheduleEvent, ScheduleId, Slot, Status, Term,
};
use jiff::civil::date;

use super::world::{
    ACCOUNT, LANE, PAID, UNKNOWN, World, at, charges, charges_on, daily, monthly, new_schedule,
    refused, transfers,
};
use crate::audit::{AuditEntry, Deed};
use crate::event::EventKind;
use crate::page::{Order, PageQuery};
use crate::store::{Claim, Deletion, Settled, Store};

const NEW_YEAR: &str = "2026-01-01T02:00:00Z";

async fn awaited(world: &World) -> Awaiting {
    let mut awaiting = world.store.awaiting(LANE, None, 10).await.unwrap();
    assert_eq!(awaiting.len(), 1, "{awaiting:?}");
    awaiting.remove(0)
}

async fn resolve_late(world: &World, outcome: Outcome, now: &str) -> Settled {
    let awaiting = awaited(world).await;
    world.write(resolve(&awaiting, outcome, at(now)).unwrap()).await
}

pub async fn a_success_is_recorded_and_the_next_slot_is_queued(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let schedule = world.schedule(charges_on(1)).await;
    assert_eq!(
        world.next(&schedule, NEW_YEAR).await.as_deref(),
        Some("2026-01-01 0 2026-01-01T01:30:00Z")
    );
    let run = world.claim_one(NEW_YEAR).await;
    let settlement = settle(&run, PAID, at(NEW_YEAR));
    let [occurrence] = &settlement.occurrences[..] else { panic!("{settlement:?}") };
    assert_eq!(world.write(settlement.clone()).await, Settled::Written);
    let key = engine::settlement::AwaitingKey {
        schedule: schedule.id,
        slot: Slot::of_date(date(2026, 1, 1)),
        attempt: 0,
    };
    assert_eq!(world.store.occurrence(key).await.unwrap().as_ref(), Some(occurrence));
    assert_eq!(world.claim("2026-02-01T02:00:00Z").await, [settlement.follow.unwrap()]);
    let position = world.position(&schedule, NEW_YEAR).await;
    assert_eq!(position.recorded, 1);
    assert_eq!(position.next.unwrap().link, occurrence.link.unwrap());
}

pub async fn a_run_is_settled_once(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let schedule = world.schedule(charges_on(1)).await;
    let run = world.claim_one(NEW_YEAR).await;
    assert_eq!(world.settle(&run, PAID, NEW_YEAR).await, Settled::Written);
    assert_eq!(world.settle(&run, refused(), NEW_YEAR).await, Settled::Stale);
    assert_eq!(world.recorded(&schedule, NEW_YEAR).await, ["2026-01-01 0 Successful"]);
}

pub async fn a_stale_term_changes_nothing(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let schedule = world.schedule(charges_on(1)).await;
    let run = world.claim_one(NEW_YEAR).await;
    let later = world.restarted().await;
    assert_eq!(later.recover("2026-01-01T03:00:00Z").await, std::slice::from_ref(&run));
    for outcome in [PAID, UNKNOWN, Outcome::NotSent(engine::NotSent::KeptBack)] {
        assert_eq!(world.settle(&run, outcome, NEW_YEAR).await, Settled::Stale);
    }
    assert_eq!(world.recorded(&schedule, NEW_YEAR).await, [""; 0]);
    assert_eq!(world.store.awaiting(LANE, None, 10).await.unwrap(), []);
    assert_eq!(world.store.queue_depth(LANE).await.unwrap(), 1);
    assert_eq!(world.told().await.len(), 1);
    assert_eq!(later.settle(&run, PAID, NEW_YEAR).await, Settled::Written);
}

pub async fn what_nobody_has_claimed_is_not_settled(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let schedule = world.schedule(charges_on(1)).await;
    let run = world.claim_one(NEW_YEAR).await;
    let kept_back = Outcome::NotSent(engine::NotSent::KeptBack);
    assert_eq!(world.settle(&run, kept_back, NEW_YEAR).await, Settled::Written);

    let settlement = settle(&run, PAID, at(NEW_YEAR));
    let entry = AuditEntry {
        account: ACCOUNT,
        at: at(NEW_YEAR),
        actor: "somebody".into(),
        deed: Deed::SaidPaid,
        subject: "an attempt".into(),
        reason: "seen".into(),
    };
    for term in [Term::FIRST, world.term, world.term.next()] {
        let settled = world.store.settle(term, vec![settlement.clone()]).await.unwrap();
        assert_eq!(settled, [Settled::Stale], "{term:?}");
    }
    let by_hand = world.store.settle_by_hand(settlement.clone(), entry.clone()).await.unwrap();
    assert_eq!(by_hand, Settled::Stale);
    assert_eq!(world.recorded(&schedule, NEW_YEAR).await, [""; 0]);
    assert_eq!(world.store.audit_trail(ACCOUNT, 10).await.unwrap(), []);

    let claimed = world.claim_one("2026-01-01T03:00:00Z").await;
    let by_hand = world.store.settle_by_hand(settlement, entry).await.unwrap();
    assert_eq!(by_hand, Settled::Stale, "a person decides what waits, and not what is in flight");
    assert_eq!(world.settle(&claimed, PAID, NEW_YEAR).await, Settled::Written);
}

pub async fn a_stale_settlement_leaves_its_neighbours_alone(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    for _ in 0..5 {
        world.schedule(charges_on(1)).await;
    }
    let runs = world.claim(NEW_YEAR).await;
    world.settle(&runs[2], PAID, NEW_YEAR).await;
    let batch = runs.iter().map(|run| settle(run, PAID, at(NEW_YEAR))).collect();
    let settled = world.store.settle(world.term, batch).await.unwrap();
    let written: Vec<bool> = settled.iter().map(|settled| settled.is_written()).collect();
    assert_eq!(written, [true, true, false, true, true]);
    assert_eq!(world.claim("2026-02-01T02:00:00Z").await.len(), 5);
}

pub async fn a_run_twice_in_one_batch_is_settled_once(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let schedule = world.schedule(charges_on(1)).await;
    let run = world.claim_one(NEW_YEAR).await;
    let batch = vec![settle(&run, PAID, at(NEW_YEAR)), settle(&run, refused(), at(NEW_YEAR))];
    let settled = world.store.settle(world.term, batch).await.unwrap();
    assert_eq!(settled, [Settled::Written, Settled::Stale]);
    assert_eq!(world.recorded(&schedule, NEW_YEAR).await, ["2026-01-01 0 Successful"]);

    world.run(UNKNOWN, "2026-02-01T02:00:00Z").await;
    let awaiting = awaited(&world).await;
    let late = resolve(&awaiting, PAID, at("2026-02-02T00:00:00Z")).unwrap();
    let settled = world.store.settle(world.term, vec![late.clone(), late]).await.unwrap();
    assert_eq!(settled, [Settled::Written, Settled::Stale]);
}

pub async fn a_batch_may_settle_some_of_what_was_claimed(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    for _ in 0..12 {
        world.schedule(charges_on(1)).await;
    }
    let runs = world.claim(NEW_YEAR).await;
    // In no order, with neighbours and without.
    let some = [9, 1, 2, 3, 6, 8];
    let batch = some.map(|index: usize| settle(&runs[index], PAID, at(NEW_YEAR))).to_vec();
    let settled = world.store.settle(world.term, batch).await.unwrap();
    assert_eq!(settled, [Settled::Written; 6]);
    assert_eq!(world.store.queue_depth(LANE).await.unwrap(), 12);
    let left = world.recover("2026-01-01T03:00:00Z").await;
    assert_eq!(left, [0_usize, 4, 5, 7, 10, 11].map(|index| runs[index].clone()));
}

pub async fn a_batch_may_be_scattered_over_the_queue(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let first = world.schedule(charges(daily(), date(2026, 1, 1), date(2026, 12, 31))).await;
    let new: Vec<_> = {
        let mut new = Vec::new();
        for _ in 0..400 {
            new.push(world.new_schedule(ACCOUNT, charges_on(2), "2025-12-01T00:00:00Z").await);
        }
        new
    };
    world.store.create_schedules(new).await.unwrap();
    let last = world.schedule(charges_on(3)).await;
    let early = world.claim_one(NEW_YEAR).await;
    let now = "2026-01-03T02:00:00Z";
    let others = world.store.claim(world.wish(now, 400)).await.unwrap();
    assert_eq!(others.len(), 400);
    let late = world.claim_one(now).await;
    let batch = vec![settle(&late, PAID, at(now)), settle(&early, PAID, at(now))];
    let settled = world.store.settle(world.term, batch).await.unwrap();
    assert_eq!(settled, [Settled::Written; 2]);
    assert_eq!(world.recorded(&first, now).await, ["2026-01-01 0 Successful"]);
    assert_eq!(world.recorded(&last, now).await, ["2026-01-03 0 Successful"]);
    assert_eq!(world.store.queue_depth(LANE).await.unwrap(), 402);
}

pub async fn a_batch_may_be_of_several_lanes(store: Arc<dyn Store>) {
    const OTHER: LaneId = LaneId(2);
    let world = World::around(store).await;
    world.schedule(charges_on(1)).await;
    let bystander = world.schedule(charges_on(2)).await;
    let id = world.store.allocate_schedules(1).await.unwrap();
    let made_at = at("2025-12-01T00:00:00Z");
    let new = new_schedule(id, ACCOUNT, OTHER, charges_on(3), made_at);
    world.store.create_schedules(vec![new]).await.unwrap();
    let now = "2026-01-03T02:00:00Z";
    let here = world.claim_one(NEW_YEAR).await;
    let wish = Claim { lane: OTHER, ..world.wish(now, 10) };
    let there = world.store.claim(wish).await.unwrap().remove(0);
    let batch = vec![settle(&here, PAID, at(now)), settle(&there, PAID, at(now))];
    let settled = world.store.settle(world.term, batch).await.unwrap();
    assert_eq!(settled, [Settled::Written; 2]);
    // What stands between them in one lane stays, and what was settled in the other is gone.
    let far = at("2026-02-28T00:00:00Z");
    let here: Vec<_> = world.store.queued(LANE, far, 10).await.unwrap();
    let here: Vec<_> = here.iter().map(|run| (run.key.schedule, run.key.slot.date())).collect();
    let other = ScheduleId(bystander.id.0 - 1);
    assert_eq!(here, [(bystander.id, date(2026, 1, 2)), (other, date(2026, 2, 1))]);
    let there = world.store.queued(OTHER, far, 10).await.unwrap();
    let there: Vec<_> = there.iter().map(|run| (run.key.schedule, run.key.slot.date())).collect();
    assert_eq!(there, [(id, date(2026, 2, 3))]);
    assert_eq!(world.store.recover(Claim { wall_now: far, ..wish }).await.unwrap(), []);
}

pub async fn an_occurrence_is_never_recorded_twice(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let schedule = world.schedule(charges_on(1)).await;
    let run = world.claim_one(NEW_YEAR).await;
    let mut settlement = settle(&run, PAID, at(NEW_YEAR));
    let again =
        Occurrence { status: OccurrenceStatus::Failed, ..settlement.occurrences[0].clone() };
    settlement.occurrences.push(again);
    assert!(world.store.settle(world.term, vec![settlement]).await.is_err());
    assert_eq!(world.recorded(&schedule, NEW_YEAR).await, [""; 0]);
    assert_eq!(world.settle(&run, PAID, NEW_YEAR).await, Settled::Written);
}

pub async fn an_unknown_outcome_waits_beside_its_schedule(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let schedule = world.schedule(charges_on(1)).await;
    let run = world.claim_one(NEW_YEAR).await;
    let accepted = Outcome::Accepted(PaymentId::Charge(ChargeId(9)));
    let settlement = settle(&run, accepted, at(NEW_YEAR));
    let expected = settlement.awaiting.clone().unwrap();
    assert_eq!(world.write(settlement).await, Settled::Written);
    assert_eq!(awaited(&world).await, expected);
    assert_eq!(world.recorded(&schedule, NEW_YEAR).await, [""; 0]);
    assert_eq!(
        world.next(&schedule, NEW_YEAR).await.as_deref(),
        Some("2026-02-01 0 2026-02-01T01:30:00Z")
    );
}

pub async fn what_is_awaited_comes_a_page_at_a_time(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    for day in [3, 1, 2, 2] {
        world.schedule(charges_on(day)).await;
    }
    let now = "2026-01-04T00:00:00Z";
    for run in world.claim(now).await {
        world.settle(&run, UNKNOWN, now).await;
    }
    let mut days = Vec::new();
    let mut after = None;
    loop {
        let page = world.store.awaiting(LANE, after, 3).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.key());
        days.extend(page.iter().map(|awaiting| awaiting.run.key.slot.date().day()));
    }
    assert_eq!(days, [1, 2, 2, 3]);
    assert_eq!(world.store.awaiting(engine::LaneId(2), None, 10).await.unwrap(), []);
}

pub async fn a_late_outcome_is_recorded_once(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let schedule = world.schedule(charges_on(1)).await;
    world.run(UNKNOWN, NEW_YEAR).await;
    let awaiting = awaited(&world).await;
    let late = resolve(&awaiting, PAID, at("2026-01-05T00:00:00Z")).unwrap();
    assert_eq!(world.write(late.clone()).await, Settled::Written);
    assert_eq!(world.write(late).await, Settled::Stale);
    assert_eq!(world.store.awaiting(LANE, None, 10).await.unwrap(), []);
    assert_eq!(
        world.recorded(&schedule, "2026-01-05T00:00:00Z").await,
        ["2026-01-01 0 Successful"]
    );
    assert_eq!(world.stored(&schedule).await.recorded_detached, 1);
    assert_eq!(
        world.next(&schedule, "2026-01-05T00:00:00Z").await.as_deref(),
        Some("2026-02-01 0 2026-02-01T01:30:00Z")
    );
}

/// A schedule without retries whose first outcome is not known.
async fn suspended_by_one_failure(world: &World) -> Schedule {
    let mut plan = charges_on(1);
    plan.policies.retry = RetryPolicy { retries_max: 0, ..RetryPolicy::TWO_DAYS_THEN_SUSPEND };
    let schedule = world.schedule(plan).await;
    world.run(UNKNOWN, NEW_YEAR).await;
    schedule
}

/// Two look, and find nothing. One has the attempt sent again, and what came of that is
/// not known either; what the other concluded before says nothing of it.
pub async fn what_was_concluded_of_an_earlier_wait_changes_nothing(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    world.schedule(charges_on(1)).await;
    world.run(UNKNOWN, "2026-01-01T02:00:00Z").await;
    let found_absent = awaited(&world).await;
    let by_one = send_again(&found_absent, at("2026-01-01T02:01:00Z"));
    let by_other = send_again(&found_absent, at("2026-01-01T02:01:05Z"));
    assert_eq!(world.write(by_one).await, Settled::Written);
    world.run(UNKNOWN, "2026-01-01T02:02:00Z").await;
    let waits_anew = awaited(&world).await;
    assert_eq!(world.write(by_other).await, Settled::Stale);
    assert_eq!(awaited(&world).await, waits_anew);
    assert_eq!(world.claim("2026-01-01T03:00:00Z").await, []);
}

pub async fn a_late_suspension_calls_off_what_is_queued(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let schedule = suspended_by_one_failure(&world).await;
    let now = "2026-01-05T00:00:00Z";
    assert_eq!(resolve_late(&world, refused(), now).await, Settled::Written);
    let stored = world.stored(&schedule).await;
    assert_eq!((stored.status, stored.ended_at), (Status::Suspended, Some(at(now))));
    assert_eq!(world.store.queue_depth(LANE).await.unwrap(), 0);
    assert_eq!(world.claim("2026-06-01T00:00:00Z").await, []);
    assert_eq!(
        world.told().await,
        [ScheduleEvent::Created, ScheduleEvent::Suspended].map(EventKind::Schedule)
    );
}

pub async fn a_late_suspension_marks_what_is_in_flight(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let schedule = suspended_by_one_failure(&world).await;
    let now = "2026-02-01T02:00:00Z";
    let in_flight = world.claim_one(now).await;
    assert_eq!(resolve_late(&world, refused(), now).await, Settled::Written);
    assert_eq!(world.settle(&in_flight, PAID, now).await, Settled::Written);
    assert_eq!(
        world.recorded(&schedule, now).await,
        ["2026-01-01 0 Failed", "2026-02-01 0 Successful"]
    );
    assert_eq!(world.stored(&schedule).await.status, Status::Suspended);
    assert_eq!(world.store.queue_depth(LANE).await.unwrap(), 0);
}

pub async fn a_late_outcome_does_not_revive_a_deleted_schedule(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let schedule = world.schedule(charges(monthly(1), date(2026, 1, 1), date(2026, 1, 31))).await;
    world.run(UNKNOWN, NEW_YEAR).await;
    let deleted = world.store.delete_schedule(schedule.id, at("2026-01-02T00:00:00Z")).await;
    let Deletion::Deleted(deleted) = deleted.unwrap() else { panic!("not deleted") };
    let told = world.told().await;
    assert_eq!(resolve_late(&world, PAID, "2026-01-05T00:00:00Z").await, Settled::Written);
    assert_eq!(world.stored(&schedule).await, Schedule { recorded_detached: 1, ..deleted });
    assert_eq!(world.told().await, told);
    assert_eq!(
        world.recorded(&schedule, "2026-01-05T00:00:00Z").await,
        ["2026-01-01 0 Successful"]
    );
}

/// Where an attempt is asked for again, what its schedule goes on with is still known to
/// be its own: it was possible to delete such a schedule and still be charged by it.
pub async fn a_schedule_that_asks_again_is_deleted_whole(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    for (outcomes, day) in [(vec![UNKNOWN], 1), (vec![refused(), UNKNOWN], 2)] {
        let schedule = world.schedule(charges_on(day)).await;
        let last = outcomes.len();
        for (number, outcome) in (0..).zip(outcomes) {
            let now = at(NEW_YEAR).plus_seconds((i64::from(day) + number) * 86_400);
            world.run(outcome, &now.to_string()).await;
        }
        let waits = world.store.awaiting(LANE, None, 1).await.unwrap().remove(0);
        assert_eq!(usize::from(waits.run.attempt), last - 1);
        let now = waits.since.plus_seconds(60);
        assert_eq!(world.write(send_again(&waits, now)).await, Settled::Written);
        assert_eq!(world.store.queue_depth(LANE).await.unwrap(), 2);
        let again = world.claim_one(&now.plus_seconds(1).to_string()).await;
        world.settle(&again, PAID, &now.plus_seconds(2).to_string()).await;
        assert_eq!(world.store.queue_depth(LANE).await.unwrap(), 1);
        world.store.delete_schedule(schedule.id, now.plus_seconds(3)).await.unwrap();
        assert_eq!(world.store.queue_depth(LANE).await.unwrap(), 0);
    }
}

pub async fn a_late_decline_of_a_deleted_schedule_is_not_retried(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let schedule = world.schedule(charges_on(1)).await;
    world.run(UNKNOWN, NEW_YEAR).await;
    world.store.delete_schedule(schedule.id, at("2026-01-02T00:00:00Z")).await.unwrap();
    assert_eq!(resolve_late(&world, refused(), "2026-01-05T00:00:00Z").await, Settled::Written);
    assert_eq!(world.store.queue_depth(LANE).await.unwrap(), 0);
    assert_eq!(world.recorded(&schedule, "2026-01-05T00:00:00Z").await, ["2026-01-01 0 Failed"]);
}

pub async fn a_change_of_status_is_written_and_told(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let schedule = world.schedule(charges(monthly(1), date(2026, 1, 1), date(2026, 3, 31))).await;
    world.run(PAID, NEW_YEAR).await;
    assert_eq!(world.stored(&schedule).await, schedule);
    world.run(PAID, "2026-02-01T02:00:00Z").await;
    let expiring = Schedule { status: Status::Expiring, version: 1, ..schedule.clone() };
    assert_eq!(world.stored(&schedule).await, expiring);
    world.run(PAID, "2026-03-01T02:00:00Z").await;
    let expired = Schedule {
        status: Status::Expired,
        ended_at: Some(at("2026-03-01T02:00:00Z")),
        version: 2,
        ..schedule.clone()
    };
    assert_eq!(world.stored(&schedule).await, expired);
    assert_eq!(
        world.told().await,
        [ScheduleEvent::Created, ScheduleEvent::Expiring, ScheduleEvent::Expired]
            .map(EventKind::Schedule)
    );
    let position = world.position(&schedule, "2029-01-01T00:00:00Z").await;
    assert_eq!(position, engine::Position { recorded: 3, next: None });
}

pub async fn a_slot_has_one_occurrence_for_each_attempt(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let schedule = world.schedule(charges_on(1)).await;
    world.run(refused(), NEW_YEAR).await;
    world.run(refused(), "2026-01-02T02:00:00Z").await;
    world.run(PAID, "2026-01-03T02:00:00Z").await;
    let now = "2026-01-03T03:00:00Z";
    assert_eq!(
        world.recorded(&schedule, now).await,
        ["2026-01-01 0 Failed", "2026-01-01 1 Failed", "2026-01-01 2 Successful"]
    );
    let page = world
        .store
        .occurrences(&world.stored(&schedule).await, at(now), PageQuery::first(10))
        .await
        .unwrap();
    let retries: Vec<_> = page.entries.iter().map(|it| it.retry_on).collect();
    assert_eq!(retries, [None, Some(date(2026, 1, 2)), Some(date(2026, 1, 3))]);
}

/// A daily schedule with a slot that was retried, two that were skipped, and others.
async fn eventful(world: &World) -> Schedule {
    let schedule = world.schedule(charges(daily(), date(2026, 1, 1), date(2026, 1, 31))).await;
    world.run(PAID, "2026-01-01T02:00:00Z").await;
    world.run(refused(), "2026-01-02T02:00:00Z").await;
    world.run(refused(), "2026-01-03T02:00:00Z").await;
    world.run(PAID, "2026-01-04T02:00:00Z").await;
    world.run(PAID, "2026-01-05T02:00:00Z").await;
    schedule
}

const EVENTFUL: [&str; 7] = [
    "2026-01-01 0 Successful",
    "2026-01-02 0 Failed",
    "2026-01-02 1 Failed",
    "2026-01-02 2 Successful",
    "2026-01-03 0 Skipped",
    "2026-01-04 0 Skipped",
    "2026-01-05 0 Successful",
];

async fn page(world: &World, schedule: &Schedule, query: PageQuery) -> (Vec<String>, u64) {
    let schedule = world.stored(schedule).await;
    let now = at("2026-01-05T12:00:00Z");
    let page = world.store.occurrences(&schedule, now, query).await.unwrap();
    let entries = page
        .entries
        .iter()
        .map(|it| format!("{} {} {:?}", it.slot.date(), it.attempt, it.status))
        .collect();
    (entries, page.total)
}

fn strings(of: &[&str]) -> Vec<String> {
    of.iter().map(|text| (*text).to_owned()).collect()
}

pub async fn occurrences_come_by_slot_and_attempt_in_either_order(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let schedule = eventful(&world).await;
    assert_eq!(page(&world, &schedule, PageQuery::first(100)).await, (strings(&EVENTFUL), 7));
    let middle = PageQuery { offset: 2, limit: 3, ..PageQuery::first(0) };
    assert_eq!(page(&world, &schedule, middle).await, (strings(&EVENTFUL[2..5]), 7));
    let newest = PageQuery { order: Order::ReverseChronological, ..middle };
    let mut expected = strings(&EVENTFUL[2..5]);
    expected.reverse();
    assert_eq!(page(&world, &schedule, newest).await, (expected, 7));
    let beyond = PageQuery { offset: 7, ..middle };
    assert_eq!(page(&world, &schedule, beyond).await, (Vec::new(), 7));
}

pub async fn occurrences_can_be_bounded_in_time(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let schedule = eventful(&world).await;
    // The retries were queued on the second and third.
    let bounded = PageQuery {
        from: at("2026-01-02T00:00:00Z"),
        to: at("2026-01-03T12:00:00Z"),
        ..PageQuery::first(100)
    };
    let (entries, total) = page(&world, &schedule, bounded).await;
    assert_eq!(entries, strings(&EVENTFUL[2..5]));
    assert_eq!(total, 3);
}

pub async fn a_position_is_found_among_many_retries(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let mut plan = transfers(
        recurrence::Rule::weeks(
            1,
            recurrence::Weekdays::new(&[jiff::civil::Weekday::Monday]).unwrap(),
        )
        .unwrap(),
        date(2026, 1, 5),
        date(2026, 12, 31),
    );
    plan.policies.retry =
        RetryPolicy { retried: engine::Retried::Every, ..RetryPolicy::BUSINESS_DAYS_WHILE_SHORT };
    let schedule = world.schedule(plan).await;
    let mut now = at("2026-01-05T02:00:00Z");
    for attempt in 0..12 {
        let claim = crate::store::Claim { now, ..world.wish(NEW_YEAR, 10) };
        let run = world.store.claim(claim).await.unwrap().remove(0);
        assert_eq!(run.attempt, attempt);
        world.write(settle(&run, refused(), now)).await;
        let position = world.store.positions(&[world.stored(&schedule).await], now).await.unwrap();
        let next = position[0].next.unwrap();
        assert_eq!(next.link.attempt, attempt + 1);
        assert_eq!(next.link.slot.date(), date(2026, 1, 5));
        now = next.link.due;
    }
    let position = world.store.positions(&[world.stored(&schedule).await], now).await.unwrap();
    assert_eq!(position[0].next.unwrap().through.date(), date(2026, 1, 19));
    assert_eq!(position[0].recorded, 14);
}

pub async fn a_position_counts_what_was_recorded_late(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let schedule = world.schedule(charges_on(1)).await;
    world.run(UNKNOWN, NEW_YEAR).await;
    world.run(PAID, "2026-02-01T02:00:00Z").await;
    resolve_late(&world, refused(), "2026-02-05T00:00:00Z").await;
    world.run(PAID, "2026-02-06T02:00:00Z").await;
    let now = "2026-02-07T00:00:00Z";
    let position = world.position(&schedule, now).await;
    assert_eq!(position.recorded, 3);
    assert_eq!(
        world.recorded(&schedule, now).await,
        ["2026-01-01 0 Failed", "2026-01-01 1 Successful", "2026-02-01 0 Successful"]
    );
    assert_eq!(
        world.next(&schedule, now).await.as_deref(),
        Some("2026-03-01 0 2026-03-01T01:30:00Z")
    );
}

pub async fn the_last_slot_may_be_awaited(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let schedule = world.schedule(charges(monthly(1), date(2026, 1, 1), date(2026, 2, 28))).await;
    world.run(PAID, NEW_YEAR).await;
    world.run(UNKNOWN, "2026-02-01T02:00:00Z").await;
    let now = "2026-02-02T00:00:00Z";
    let position = world.position(&schedule, now).await;
    assert_eq!(position, engine::Position { recorded: 1, next: None });
    assert_eq!(world.stored(&schedule).await.status, Status::Expiring);
    resolve_late(&world, PAID, now).await;
    assert_eq!(world.stored(&schedule).await.status, Status::Expired);
    assert_eq!(world.position(&schedule, now).await.recorded, 2);
}
