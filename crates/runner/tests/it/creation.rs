//! Schedules that start now.

use engine::OccurrenceStatus;
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
