//! Schedules that start now.

use engine::{OccurrenceStatus, Status};
use store::{PageQuery, Store as _};

use crate::world::World;

#[tokio::test]
async fn a_schedule_that_starts_today_has_run_before_its_creation_answers() {
    let world = World::standing().await;
    let schedule = world.ten_daily_charges().await;
    let page =
        world.store.occurrences(&schedule, world.runner.now(), PageQuery::first(20)).await.unwrap();
    let statuses: Vec<_> = page.entries.iter().map(|occurrence| occurrence.status).collect();
    assert_eq!(statuses, [OccurrenceStatus::Successful]);
    assert_eq!(page.entries[0].processed_at, world.runner.now());
    world.stop().await;
}

#[tokio::test]
async fn what_came_due_while_nobody_looked_is_caught_up_slot_by_slot() {
    // The wall says June: all ten days of January are past.
    let world = World::on_wall_time().await;
    let schedule = world.ten_daily_charges().await;
    while world.store.schedule(schedule.id).await.unwrap().unwrap().status != Status::Expired {
        tokio::task::yield_now().await;
    }
    let page =
        world.store.occurrences(&schedule, world.runner.now(), PageQuery::first(20)).await.unwrap();
    assert_eq!(page.total, 10);
    assert!(
        page.entries.iter().all(|occurrence| occurrence.status == OccurrenceStatus::Successful)
    );
    world.stop().await;
}
