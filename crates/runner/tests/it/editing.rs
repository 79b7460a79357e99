//! Schedules that are edited while their runs go on.

use std::convert::Infallible;
use std::sync::Arc;

use engine::edit::{Edit, EditError, Standing};
use engine::{Amendment, OccurrenceStatus, Slot};
use jiff::civil::date;
use runner::EditFailure;
use store::{PageQuery, Store as _};

use crate::world::{World, at};

fn called_off(standing: &Standing, slot: Slot) -> Amendment {
    let Standing { schedule, .. } = standing;
    Amendment { canceled_at: Some(schedule.created_at), ..Amendment::none(schedule.id, slot) }
}

#[tokio::test]
async fn a_slot_called_off_is_not_run_and_its_schedule_goes_on() {
    let world = World::standing().await;
    let schedule = world.ten_daily_charges().await;
    let slot = Slot::of_date(date(2026, 1, 5));
    let edited = world
        .runner
        .edit_schedule(schedule.id, &[slot], |standing| {
            let amendments = vec![called_off(standing, slot)];
            Ok::<_, Infallible>(Edit { amendments, ..Edit::default() })
        })
        .await
        .unwrap();
    assert_eq!(edited.version, 1);
    world.runner.advance_clock(at("2026-02-01T00:00:00Z")).await.unwrap();
    let now = world.runner.now();
    let page = world.store.occurrences(&edited, now, PageQuery::first(20)).await.unwrap();
    let run: Vec<i8> = page.entries.iter().map(|it| it.slot.date().day()).collect();
    assert_eq!(run, [1, 2, 3, 4, 6, 7, 8, 9, 10]);
    world.stop().await;
}

#[tokio::test]
async fn what_has_run_cannot_be_edited() {
    let world = World::standing().await;
    let schedule = world.ten_daily_charges().await;
    let slot = schedule.first.unwrap().slot;
    let refused = world
        .runner
        .edit_schedule(schedule.id, &[slot], |standing| {
            let amendments = vec![called_off(standing, slot)];
            Ok::<_, Infallible>(Edit { amendments, ..Edit::default() })
        })
        .await;
    assert!(
        matches!(refused, Err(EditFailure::Refused(EditError::Done(done))) if done == slot),
        "{refused:?}"
    );
    world.stop().await;
}

#[tokio::test]
async fn edits_beside_an_advance_lose_nothing_and_repeat_nothing() {
    let world = World::standing().await;
    let schedule = world.ten_daily_charges().await;
    let runner = Arc::clone(&world.runner);
    let advance =
        tokio::spawn(async move { runner.advance_clock(at("2026-02-01T00:00:00Z")).await });
    let mut called_off_days = Vec::new();
    for day in 2..=10 {
        let slot = Slot::of_date(date(2026, 1, day));
        let edited = world
            .runner
            .edit_schedule(schedule.id, &[slot], |standing| {
                let amendments = vec![called_off(standing, slot)];
                Ok::<_, Infallible>(Edit { amendments, ..Edit::default() })
            })
            .await;
        match edited {
            Ok(_) => called_off_days.push(day),
            Err(EditFailure::Refused(EditError::Done(_))) => {}
            Err(error) => panic!("{error}"),
        }
    }
    advance.await.unwrap().unwrap();
    let asked = (1..=10).map(|day| (schedule.id, Slot::of_date(date(2026, 1, day)))).collect();
    for (day, record) in (1..=10).zip(world.store.slot_records(asked).await.unwrap()) {
        let status = record.occurrence.map(|occurrence| (occurrence.attempt, occurrence.status));
        let expected =
            (!called_off_days.contains(&day)).then_some((0, OccurrenceStatus::Successful));
        assert_eq!(status, expected, "the {day}th; called off were {called_off_days:?}");
    }
    world.stop().await;
}
