//! Schedules: made, found, listed, ended.

use std::sync::Arc;

use engine::{
    AccountId, CustomerId, Instruction, InstructionKind, Role, Schedule, ScheduleEvent, ScheduleId,
    Status,
};
use jiff::civil::date;

use super::world::{
    ACCOUNT, LANE, PAID, UNKNOWN, World, at, charges, charges_on, daily, monthly, refused,
    transfers,
};
use crate::event::EventKind;
use crate::page::{Order, PageQuery};
use crate::request::RequestKey;
use crate::store::{Deletion, NewSchedule, ScheduleQuery, Settled, Store};

const DECEMBER: &str = "2025-12-01T00:00:00Z";

async fn page(world: &World, query: ScheduleQuery) -> (Vec<ScheduleId>, u64) {
    let page = world.store.schedules(query).await.unwrap();
    (page.entries.iter().map(|schedule| schedule.id).collect(), page.total)
}

const fn all() -> ScheduleQuery {
    ScheduleQuery {
        account: ACCOUNT,
        kind: None,
        party: None,
        status: None,
        page: PageQuery::first(100),
    }
}

pub async fn keys_are_consecutive_and_never_given_twice(store: Arc<dyn Store>) {
    let first = store.allocate_schedules(3).await.unwrap();
    let second = store.allocate_schedules(1).await.unwrap();
    assert!(first.0 > 0);
    assert!(second.0 >= first.0 + 3);
}

pub async fn a_schedule_reads_back_whole(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    for plan in [charges_on(31), transfers(monthly(1), date(2026, 1, 1), date(2027, 1, 1))] {
        let new = world.new_schedule(ACCOUNT, plan, "2025-12-01T00:00:00.123456789Z").await;
        let schedule = new.created.schedule.clone();
        let made = world.store.create_schedules(vec![new]).await.unwrap();
        assert_eq!(made, std::slice::from_ref(&schedule));
        assert_eq!(world.stored(&schedule).await, schedule);
    }
    assert_eq!(world.store.schedule(ScheduleId(999)).await.unwrap(), None);
}

async fn requested(world: &World, account: AccountId, key: &str) -> NewSchedule {
    let request = Some(RequestKey { account, key: key.into() });
    NewSchedule { request, ..world.new_schedule(account, charges_on(1), DECEMBER).await }
}

pub async fn a_request_makes_its_schedule_once(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let new = requested(&world, ACCOUNT, "k").await;
    let first = world.store.create_schedules(vec![new]).await.unwrap();
    let new = vec![requested(&world, ACCOUNT, "k").await, requested(&world, ACCOUNT, "l").await];
    let again = world.store.create_schedules(new).await.unwrap();
    assert_eq!(again[0], first[0]);
    assert_ne!(again[1].id, first[0].id);
    assert_eq!(page(&world, all()).await.1, 2);
    assert_eq!(world.store.queue_depth(LANE).await.unwrap(), 2);
    assert_eq!(world.told().await.len(), 2);
}

pub async fn the_same_request_key_of_another_account_is_another_request(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let new =
        vec![requested(&world, ACCOUNT, "k").await, requested(&world, AccountId(2), "k").await];
    let made = world.store.create_schedules(new).await.unwrap();
    assert_ne!(made[0].id, made[1].id);
}

pub async fn schedules_are_listed_by_creation_and_counted(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let mut ids = Vec::new();
    for day in 1..=9 {
        let now = format!("2025-12-0{day}T00:00:00Z");
        ids.push(world.schedule_made(charges_on(1), &now).await.id);
    }
    let other = world.new_schedule(AccountId(2), charges_on(1), DECEMBER).await;
    world.store.create_schedules(vec![other]).await.unwrap();
    assert_eq!(page(&world, all()).await, (ids.clone(), 9));
    let middle = PageQuery { offset: 2, limit: 3, ..PageQuery::first(0) };
    assert_eq!(
        page(&world, ScheduleQuery { page: middle, ..all() }).await,
        (ids[2..5].to_vec(), 9)
    );
    let newest = PageQuery { order: Order::ReverseChronological, ..middle };
    let (found, total) = page(&world, ScheduleQuery { page: newest, ..all() }).await;
    assert_eq!((found, total), (vec![ids[6], ids[5], ids[4]], 9));
}

pub async fn a_list_can_be_of_a_kind_a_party_or_a_status(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let charge = world.schedule(charges_on(1)).await;
    let mut plan = charges_on(2);
    if let Instruction::Charge { customer, .. } = &mut plan.instruction {
        *customer = CustomerId(12);
    }
    let other_customer = world.schedule(plan).await;
    let transfer = world.schedule(transfers(daily(), date(2026, 1, 1), date(2026, 2, 1))).await;
    world.store.delete_schedule(charge.id, at(DECEMBER)).await.unwrap();

    let of_kind = |kind| ScheduleQuery { kind: Some(kind), ..all() };
    let charges = of_kind(InstructionKind::Charge);
    assert_eq!(page(&world, charges).await, (vec![charge.id, other_customer.id], 2));
    assert_eq!(page(&world, of_kind(InstructionKind::Transfer)).await, (vec![transfer.id], 1));
    let of_party = ScheduleQuery { party: Some(12), ..charges };
    assert_eq!(page(&world, of_party).await, (vec![other_customer.id], 1));
    let running = ScheduleQuery { status: Some(Status::Running), ..all() };
    assert_eq!(page(&world, running).await, (vec![other_customer.id, transfer.id], 2));
    let deleted = ScheduleQuery { status: Some(Status::Deleted), ..charges };
    assert_eq!(page(&world, deleted).await, (vec![charge.id], 1));
}

pub async fn a_list_can_be_bounded_in_time(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let mut ids = Vec::new();
    for day in 1..=5 {
        let now = format!("2025-12-0{day}T00:00:00Z");
        ids.push(world.schedule_made(charges_on(1), &now).await.id);
    }
    let bounded = PageQuery {
        from: at("2025-12-02T00:00:00Z"),
        to: at("2025-12-04T00:00:00Z"),
        limit: 2,
        ..PageQuery::first(0)
    };
    let found = page(&world, ScheduleQuery { page: bounded, ..all() }).await;
    assert_eq!(found, (ids[1..3].to_vec(), 3));
}

pub async fn whether_any_schedule_exists_is_known(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    assert!(!world.store.any_schedule().await.unwrap());
    let schedule = world.schedule(charges_on(1)).await;
    assert!(world.store.any_schedule().await.unwrap());
    world.store.delete_schedule(schedule.id, at(DECEMBER)).await.unwrap();
    assert!(world.store.any_schedule().await.unwrap());
}

async fn delete(world: &World, schedule: &Schedule, now: &str) -> Schedule {
    match world.store.delete_schedule(schedule.id, at(now)).await.unwrap() {
        Deletion::Deleted(deleted) => deleted,
        other => panic!("{other:?}"),
    }
}

pub async fn a_deleted_schedule_leaves_the_queue(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let schedule = world.schedule(charges_on(1)).await;
    let deleted = delete(&world, &schedule, "2025-12-24T00:00:00Z").await;
    let expected = Schedule {
        status: Status::Deleted,
        ended_at: Some(at("2025-12-24T00:00:00Z")),
        version: 1,
        ..schedule.clone()
    };
    assert_eq!(deleted, expected);
    assert_eq!(world.stored(&schedule).await, expected);
    assert_eq!(world.store.queue_depth(LANE).await.unwrap(), 0);
    assert_eq!(world.claim("2027-01-01T00:00:00Z").await, []);
    assert_eq!(
        world.told().await,
        [ScheduleEvent::Created, ScheduleEvent::Deleted].map(EventKind::Schedule)
    );
    assert_eq!(world.next(&schedule, "2025-12-25T00:00:00Z").await, None);
}

pub async fn a_second_delete_changes_nothing(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let schedule = world.schedule(charges_on(1)).await;
    let deleted = delete(&world, &schedule, "2025-12-24T00:00:00Z").await;
    let again = world.store.delete_schedule(schedule.id, at("2025-12-25T00:00:00Z")).await.unwrap();
    assert_eq!(again, Deletion::Already(deleted));
    assert_eq!(world.told().await.len(), 2);
}

pub async fn deleting_what_does_not_exist_says_so(store: Arc<dyn Store>) {
    let deletion = store.delete_schedule(ScheduleId(999), at(DECEMBER)).await.unwrap();
    assert_eq!(deletion, Deletion::NotFound);
}

pub async fn a_schedule_deleted_in_flight_finishes_and_nothing_follows(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let now = "2026-01-01T02:00:00Z";
    let schedule = world.schedule(charges_on(1)).await;
    let run = world.claim_one(now).await;
    delete(&world, &schedule, now).await;
    assert_eq!(world.store.queue_depth(LANE).await.unwrap(), 1);
    assert_eq!(world.settle(&run, PAID, now).await, Settled::Written);
    assert_eq!(world.recorded(&schedule, now).await, ["2026-01-01 0 Successful"]);
    assert_eq!(world.store.queue_depth(LANE).await.unwrap(), 0);
    assert_eq!(world.stored(&schedule).await.status, Status::Deleted);
    assert_eq!(world.next(&schedule, now).await, None);
    assert_eq!(world.told().await.len(), 2);
}

pub async fn a_run_that_was_given_back_goes_with_its_schedule(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let now = "2026-01-01T02:00:00Z";
    let schedule = world.schedule(charges_on(1)).await;
    world.run(engine::Outcome::NotSent(engine::NotSent::Unreachable), now).await;
    delete(&world, &schedule, now).await;
    assert_eq!(world.store.queue_depth(LANE).await.unwrap(), 0);
    assert_eq!(world.claim("2026-03-01T00:00:00Z").await, []);
}

pub async fn a_run_given_back_after_its_schedule_was_deleted_is_not_claimed_again(
    store: Arc<dyn Store>,
) {
    let world = World::around(store).await;
    let now = "2026-01-01T02:00:00Z";
    let schedule = world.schedule(charges_on(1)).await;
    let kept = world.schedule(charges_on(1)).await;
    let runs = world.claim(now).await;
    delete(&world, &schedule, now).await;
    let not_sent = || engine::Outcome::NotSent(engine::NotSent::Unreachable);
    let batch = runs.iter().map(|run| engine::settlement::settle(run, not_sent(), at(now)));
    let settled = world.store.settle(world.term, batch.collect()).await.unwrap();
    assert_eq!(settled, [Settled::Written; 2]);
    assert_eq!(world.store.queue_depth(LANE).await.unwrap(), 1);
    let claimed = world.claim("2026-01-01T03:00:00Z").await;
    assert_eq!(claimed.iter().map(|run| run.key.schedule).collect::<Vec<_>>(), [kept.id]);
    assert_eq!(world.recorded(&schedule, now).await, [""; 0]);
}

pub async fn a_schedule_deleted_in_the_middle_of_its_retries_leaves_the_queue(
    store: Arc<dyn Store>,
) {
    let world = World::around(store).await;
    let schedule = world.schedule(charges(daily(), date(2026, 1, 1), date(2026, 12, 31))).await;
    world.run(PAID, "2026-01-01T02:00:00Z").await;
    world.run(refused(), "2026-01-02T02:00:00Z").await;
    world.run(refused(), "2026-01-03T02:00:00Z").await;
    delete(&world, &schedule, "2026-01-03T12:00:00Z").await;
    assert_eq!(world.store.queue_depth(LANE).await.unwrap(), 0);
}

pub async fn a_retry_beside_the_cadence_goes_with_its_schedule(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let schedule = world.schedule(charges_on(1)).await;
    world.run(UNKNOWN, "2026-01-01T02:00:00Z").await;
    let awaiting = world.store.awaiting(LANE, None, 10).await.unwrap().remove(0);
    let now = at("2026-01-10T00:00:00Z");
    let late = engine::settlement::resolve(&awaiting, refused(), now).unwrap();
    assert!(matches!(late.follow.as_ref().unwrap().role, Role::Detached { .. }));
    assert_eq!(world.write(late).await, Settled::Written);
    assert_eq!(world.store.queue_depth(LANE).await.unwrap(), 2);
    delete(&world, &schedule, "2026-01-10T00:00:01Z").await;
    assert_eq!(world.store.queue_depth(LANE).await.unwrap(), 0);
}
