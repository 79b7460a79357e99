//! Old occurrences leave the data, and what the data say stays true.

use std::sync::Arc;

use engine::edit::{Edit, EditError, Turn, edit};
use engine::settlement::{AwaitingKey, resolve};
use engine::{Amendment, Occurrence, Schedule, ScheduleId, Slot};
use jiff::civil::{Date, date};

use super::world::{PAID, UNKNOWN, World, at, charges, charges_on, daily, refused};
use crate::history::{FileState, HistoryFile, Movable, MovableQuery, Moved, find_moved};
use crate::store::{EditWritten, Store};

/// Everything that may be moved of slots before a date, as one look says.
async fn movable(world: &World, before: Date) -> Vec<Occurrence> {
    let query = MovableQuery { before: Slot::of_date(before), after: None, limit: 10_000 };
    let found = world.store.movable(query).await.unwrap();
    assert_eq!(found.looked_through, None);
    occurrences(found)
}

/// What a look has found, without what its schedules pay by.
pub fn occurrences(found: Movable) -> Vec<Occurrence> {
    found.leaving.into_iter().map(|leaving| leaving.occurrence).collect()
}

fn key_of(it: &Occurrence) -> AwaitingKey {
    AwaitingKey { schedule: it.schedule, slot: it.slot, attempt: it.attempt }
}

/// `date attempt` of each.
fn named(occurrences: &[Occurrence]) -> Vec<String> {
    occurrences.iter().map(|it| format!("{} {}", it.slot.date(), it.attempt)).collect()
}

fn file(number: u32, (first, last): (Slot, Slot)) -> HistoryFile {
    HistoryFile {
        number,
        name: format!("history-{number}.jsonl").into(),
        sha256: [7; 32],
        occurrences: 3,
        first,
        last,
        moved_at: at("2026-11-27T05:00:00.000000001Z"),
        state: FileState::Written,
    }
}

/// Moves these, as a file of their own. How many files there were before is its number.
pub async fn move_away(store: &dyn Store, gone: &[Occurrence]) {
    let (Some(first), Some(last)) = (gone.first(), gone.last()) else { return };
    let number = u32::try_from(store.history_files().await.unwrap().len() + 1).unwrap();
    let file = file(number, (first.slot, last.slot));
    assert!(store.add_history_file(file).await.unwrap());
    assert!(store.set_history_state(number, FileState::Named).await.unwrap());
    let keys = gone.iter().map(key_of).collect();
    assert!(store.delete_moved(number, keys).await.unwrap());
    assert!(store.set_history_state(number, FileState::Moved).await.unwrap());
}

/// A daily schedule that has run on the first days of January.
async fn daily_until(world: &World, days: i8) -> Schedule {
    let plan = charges(daily(), date(2026, 1, 1), date(2026, 12, 31));
    let schedule = world.schedule(plan).await;
    for day in 1..=days {
        world.run(PAID, &format!("2026-01-{day:02}T03:00:00Z")).await;
    }
    schedule
}

pub async fn all_but_the_newest_of_a_schedule_may_be_moved(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    daily_until(&world, 5).await;
    assert_eq!(
        named(&movable(&world, date(2026, 3, 1)).await),
        ["2026-01-01 0", "2026-01-02 0", "2026-01-03 0", "2026-01-04 0"]
    );
    assert_eq!(named(&movable(&world, date(2026, 1, 3)).await), ["2026-01-01 0", "2026-01-02 0"]);
}

pub async fn what_may_be_moved_is_found_a_stretch_at_a_time(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    daily_until(&world, 6).await;
    let before = Slot::of_date(date(2026, 3, 1));
    let mut after = None;
    let mut stretches = Vec::new();
    loop {
        let query = MovableQuery { before, after, limit: 3 };
        let found = world.store.movable(query).await.unwrap();
        after = found.looked_through;
        stretches.push(named(&occurrences(found)));
        if after.is_none() {
            break;
        }
    }
    let expected = [
        vec!["2026-01-01 0", "2026-01-02 0"],
        vec!["2026-01-03 0", "2026-01-04 0"],
        vec!["2026-01-05 0"],
    ];
    assert_eq!(stretches, expected);
}

pub async fn what_was_moved_is_gone_and_stays_counted(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let schedule = daily_until(&world, 5).await;
    let now = "2026-01-05T04:00:00Z";
    let before = world.position(&schedule, now).await;
    let gone = movable(&world, date(2026, 1, 4)).await;
    move_away(world.store.as_ref(), &gone).await;
    assert_eq!(world.position(&schedule, now).await, before);
    // Lists leave out what was moved, and their totals with them.
    assert_eq!(
        world.recorded(&schedule, now).await,
        ["2026-01-04 0 Successful", "2026-01-05 0 Successful"]
    );
    let of_it = world.store.moved(vec![ScheduleId(99), schedule.id]).await.unwrap();
    let through = Slot::of_date(date(2026, 1, 3));
    assert_eq!(of_it, [None, Some(Moved { occurrences: 3, recorded: 3, through })]);
    assert_eq!(world.store.occurrence(key_of(&gone[0])).await.unwrap(), None);
    // And it runs on.
    world.run(PAID, "2026-01-06T03:00:00Z").await;
    assert_eq!(world.position(&schedule, "2026-01-06T04:00:00Z").await.recorded, 6);
}

pub async fn what_is_deleted_twice_is_counted_once(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let schedule = daily_until(&world, 4).await;
    let gone = movable(&world, date(2026, 3, 1)).await;
    let keys: Vec<AwaitingKey> = gone.iter().map(key_of).collect();
    let known = file(1, (gone[0].slot, gone[2].slot));
    assert!(world.store.add_history_file(known.clone()).await.unwrap());
    // Nothing goes before its file has its name.
    assert!(!world.store.delete_moved(1, keys.clone()).await.unwrap());
    assert!(world.store.set_history_state(1, FileState::Named).await.unwrap());
    assert!(world.store.delete_moved(1, keys[..2].to_vec()).await.unwrap());
    assert!(world.store.delete_moved(1, keys.clone()).await.unwrap());
    assert!(world.store.set_history_state(1, FileState::Moved).await.unwrap());
    assert!(!world.store.delete_moved(1, keys).await.unwrap());
    let moved = world.store.moved(vec![schedule.id]).await.unwrap();
    let through = Slot::of_date(date(2026, 1, 3));
    assert_eq!(moved, [Some(Moved { occurrences: 3, recorded: 3, through })]);
    let done = HistoryFile { state: FileState::Moved, ..known };
    assert_eq!(world.store.history_files().await.unwrap(), [done]);
}

pub async fn one_move_goes_on_at_a_time(store: Arc<dyn Store>) {
    let span = (Slot::of_date(date(2026, 1, 1)), Slot::of_date(date(2026, 1, 2)));
    assert!(!store.add_history_file(file(2, span)).await.unwrap());
    assert!(store.add_history_file(file(1, span)).await.unwrap());
    assert!(!store.add_history_file(file(1, span)).await.unwrap());
    assert!(!store.add_history_file(file(2, span)).await.unwrap());
    // One that never got its name is forgotten; one that has it is not.
    store.drop_history_file(1).await.unwrap();
    assert!(!store.set_history_state(1, FileState::Named).await.unwrap());
    assert!(store.add_history_file(file(1, span)).await.unwrap());
    assert!(store.set_history_state(1, FileState::Named).await.unwrap());
    store.drop_history_file(1).await.unwrap();
    assert!(store.set_history_state(1, FileState::Moved).await.unwrap());
    assert!(!store.set_history_state(1, FileState::Named).await.unwrap());
    assert!(store.add_history_file(file(2, span)).await.unwrap());
    let numbers: Vec<u32> =
        store.history_files().await.unwrap().iter().map(|file| file.number).collect();
    assert_eq!(numbers, [1, 2]);
}

pub async fn a_slot_that_is_retried_stays(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let schedule = world.schedule(charges_on(5)).await;
    world.run(PAID, "2026-01-05T03:00:00Z").await;
    world.run(refused(), "2026-02-05T03:00:00Z").await;
    assert_eq!(named(&movable(&world, date(2026, 12, 1)).await), ["2026-01-05 0"]);
    world.run(PAID, "2026-02-06T03:00:00Z").await;
    // Its attempts go together, or not at all.
    assert_eq!(named(&movable(&world, date(2026, 12, 1)).await), ["2026-01-05 0"]);
    world.run(PAID, "2026-03-05T03:00:00Z").await;
    let gone = movable(&world, date(2026, 12, 1)).await;
    assert_eq!(named(&gone), ["2026-01-05 0", "2026-02-05 0", "2026-02-05 1"]);
    move_away(world.store.as_ref(), &gone).await;
    let now = "2026-03-05T04:00:00Z";
    assert_eq!(world.recorded(&schedule, now).await, ["2026-03-05 0 Successful"]);
    assert_eq!(world.position(&schedule, now).await.recorded, 4);
}

pub async fn a_slot_that_waits_stays(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let schedule = world.schedule(charges_on(5)).await;
    world.run(UNKNOWN, "2026-01-05T03:00:00Z").await;
    world.run(UNKNOWN, "2026-02-05T03:00:00Z").await;
    world.run(PAID, "2026-03-05T03:00:00Z").await;
    let first = world.store.awaiting(super::world::LANE, None, 1).await.unwrap().remove(0);
    world.write(resolve(&first, refused(), at("2026-03-05T04:00:00Z")).unwrap()).await;
    // It is to be tried again, beside the cadence.
    assert_eq!(named(&movable(&world, date(2026, 12, 1)).await), [""; 0]);
    world.run(PAID, "2026-03-06T03:00:00Z").await;
    world.run(PAID, "2026-04-05T03:00:00Z").await;
    let gone = movable(&world, date(2026, 12, 1)).await;
    assert_eq!(named(&gone), ["2026-03-05 0"]);
    let before = world.position(&schedule, "2026-04-05T04:00:00Z").await;
    move_away(world.store.as_ref(), &gone).await;
    assert_eq!(world.position(&schedule, "2026-04-05T04:00:00Z").await, before);
}

pub async fn a_paused_schedule_keeps_what_it_has(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let schedule = daily_until(&world, 4).await;
    let turn = Turn::Pause { reason: "a holiday".into() };
    let now = "2026-01-04T05:00:00Z";
    edited(&world, &schedule, Edit { turn: Some(turn), ..Edit::default() }, now).await.unwrap();
    assert_eq!(movable(&world, date(2026, 3, 1)).await, []);
    let resume = Edit { turn: Some(Turn::Resume), ..Edit::default() };
    edited(&world, &schedule, resume, now).await.unwrap();
    assert_eq!(movable(&world, date(2026, 3, 1)).await.len(), 3);
}

pub async fn what_an_ended_schedule_recorded_stays_known(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let plan = charges(daily(), date(2026, 1, 1), date(2026, 1, 3));
    let schedule = world.schedule(plan).await;
    for day in 1..=3 {
        world.run(PAID, &format!("2026-01-{day:02}T03:00:00Z")).await;
    }
    let now = "2026-02-01T00:00:00Z";
    let before = world.position(&schedule, now).await;
    let gone = movable(&world, date(2026, 3, 1)).await;
    assert_eq!(named(&gone), ["2026-01-01 0", "2026-01-02 0"]);
    move_away(world.store.as_ref(), &gone).await;
    assert_eq!(world.position(&schedule, now).await, before);
    assert_eq!(world.recorded(&schedule, now).await, ["2026-01-03 0 Successful"]);
}

/// An edit, decided from what is stored and written.
async fn edited(
    world: &World,
    schedule: &Schedule,
    wish: Edit,
    now: &str,
) -> Result<(), EditError> {
    let asked = wish.amendments.iter().map(|it| it.slot).collect();
    let standing = world.store.standing(schedule.id, asked, at(now)).await.unwrap().unwrap();
    let edited = edit(&standing, wish, at(now))?;
    let written = world.store.edit_schedule(edited, None).await.unwrap();
    assert_eq!(written, EditWritten::Written);
    Ok(())
}

fn moved_to(schedule: &Schedule, slot: Slot, run_at: &str) -> Edit {
    let amendment = Amendment {
        schedule: schedule.id,
        slot,
        run_at: Some(at(run_at)),
        instruction: None,
        canceled_at: None,
    };
    Edit { amendments: vec![amendment], ..Edit::default() }
}

pub async fn no_edit_brings_back_what_was_moved(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let schedule = daily_until(&world, 4).await;
    let gone = movable(&world, date(2026, 3, 1)).await;
    let slot = gone[0].slot;
    let (now, later) = ("2026-01-04T05:00:00Z", "2026-01-20T00:00:00Z");
    let wish = || moved_to(&schedule, slot, later);
    assert_eq!(edited(&world, &schedule, wish(), now).await, Err(EditError::Done(slot)));
    move_away(world.store.as_ref(), &gone).await;
    assert_eq!(edited(&world, &schedule, wish(), now).await, Err(EditError::Done(slot)));
}

pub async fn what_an_owner_had_a_hand_in_stays(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let schedule = daily_until(&world, 1).await;
    let slot = Slot::of_date(date(2026, 1, 3));
    let wish = moved_to(&schedule, slot, "2026-01-03T02:00:00Z");
    edited(&world, &schedule, wish, "2026-01-01T05:00:00Z").await.unwrap();
    for day in 2..=5 {
        world.run(PAID, &format!("2026-01-{day:02}T03:00:00Z")).await;
    }
    let gone = movable(&world, date(2026, 3, 1)).await;
    assert!(gone.iter().all(|it| it.slot != slot), "{gone:?}");
    assert!(gone.iter().any(|it| it.slot > slot), "{gone:?}");
    move_away(world.store.as_ref(), &gone).await;
    let now = "2026-01-05T05:00:00Z";
    let again = edited(&world, &schedule, moved_to(&schedule, slot, "2026-02-01T00:00:00Z"), now);
    assert_eq!(again.await, Err(EditError::Done(slot)));
}

pub async fn whoever_asks_for_what_was_moved_is_told_where_it_is(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let schedule = daily_until(&world, 4).await;
    let gone = movable(&world, date(2026, 3, 1)).await;
    let key = key_of(&gone[0]);
    assert_eq!(find_moved(world.store.as_ref(), key).await.unwrap(), None);
    move_away(world.store.as_ref(), &gone).await;
    let found = find_moved(world.store.as_ref(), key).await.unwrap().unwrap();
    assert_eq!(found.schedule.id, schedule.id);
    assert_eq!(found.in_words(), "was moved on 2026-11-27 into the file history-1.jsonl");
    // Of a slot that is still here, and of one that never was, nothing was moved.
    for day in [date(2026, 1, 4), date(2025, 12, 31)] {
        let key = AwaitingKey { slot: Slot::of_date(day), ..key };
        assert_eq!(find_moved(world.store.as_ref(), key).await.unwrap(), None, "{day}");
    }
}
