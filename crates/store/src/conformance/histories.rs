//! Random histories: whatever happens to a few schedules, the store says of them what
//! the engine's own transitions, kept in plain vectors, say.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use engine::settlement::{Source, resolve, settle};
use engine::{
    Attempt, Awaiting, Instant, NotSent, Occurrence, Outcome, Role, Run, Schedule, ScheduleId,
    Settlement, Slot, Status, Zone,
};
use jiff::civil::date;

use super::world::{ACCOUNT, LANE, PAID, UNKNOWN, World, at, charges, daily, monthly, refused};
use crate::history::MovableQuery;
use crate::page::PageQuery;
use crate::store::{Claim, Deletion, Settled, Store};

/// Steps of one history, each of which runs what is due.
const STEPS: usize = 400;

/// A sequence that looks random and is the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % sides
    }
}

/// The expectation: everything as it would be written, in memory.
#[derive(Default)]
struct Expected {
    schedules: BTreeMap<ScheduleId, Schedule>,
    queue: Vec<Run>,
    awaiting: Vec<Awaiting>,
    occurrences: BTreeMap<ScheduleId, Vec<Occurrence>>,
    /// What was moved out of the store.
    moved: BTreeSet<(ScheduleId, Slot, Attempt)>,
}

impl Expected {
    fn write(&mut self, settlement: Settlement, until: &mut BTreeMap<ScheduleId, Instant>) {
        if let Some(released) = settlement.released_until {
            if let Source::Queue(key) = settlement.source {
                until.insert(key.schedule, released);
            }
            return;
        }
        let id = match settlement.source {
            Source::Queue(key) => {
                self.queue.retain(|run| run.key != key);
                key.schedule
            }
            Source::Awaiting(key) => {
                self.awaiting.retain(|awaiting| awaiting.key() != key);
                key.schedule
            }
        };
        let schedule = self.schedules.get_mut(&id).unwrap();
        let late = settlement.occurrences.iter().filter(|it| it.ordinal.is_none()).count();
        schedule.recorded_detached += u32::try_from(late).unwrap();
        self.occurrences.entry(id).or_default().extend(settlement.occurrences);
        self.awaiting.extend(settlement.awaiting);
        if !matches!(schedule.status, Status::Deleted | Status::Suspended) {
            self.queue.extend(settlement.follow);
        }
        if let Some((status, now)) = settlement.status.filter(|_| schedule.status.is_active()) {
            schedule.status = status;
            schedule.version += 1;
            schedule.ended_at = (!status.is_active()).then_some(now);
            if status == Status::Suspended {
                self.queue.retain(|run| run.key.schedule != id);
            }
        }
    }

    fn delete(&mut self, id: ScheduleId, now: Instant) -> bool {
        let schedule = self.schedules.remove(&id).unwrap();
        let deleted = schedule.clone().delete(now);
        let changed = deleted.is_some();
        self.schedules.insert(id, deleted.unwrap_or(schedule));
        if changed {
            self.queue.retain(|run| run.key.schedule != id);
        }
        changed
    }
}

fn outcome(dice: &mut Dice) -> Outcome {
    match dice.roll(10) {
        0..=4 => PAID,
        5 | 6 => refused(),
        7 | 8 => UNKNOWN,
        _ => Outcome::NotSent(NotSent::KeptBack),
    }
}

pub async fn random_histories_stay_what_the_engine_says(store: Arc<dyn Store>) {
    run(store, false).await;
}

pub async fn random_histories_stay_true_while_what_is_old_is_moved(store: Arc<dyn Store>) {
    run(store, true).await;
}

async fn run(store: Arc<dyn Store>, is_moving: bool) {
    let world = World::around(store).await;
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut expected = Expected::default();
    let mut released = BTreeMap::new();
    let mut now = at("2026-01-01T00:00:00Z");
    for step in 0..STEPS {
        if expected.schedules.len() < 12 && dice.roll(3) == 0 {
            create(&world, &mut expected, &mut dice, now).await;
        }
        now = now.plus_seconds(3_600 * i64::try_from(1 + dice.roll(30)).unwrap());
        work(&world, &mut expected, &mut released, &mut dice, now).await;
        hear(&world, &mut expected, &mut released, &mut dice, now).await;
        if dice.roll(20) == 0
            && let Some(id) = expected.schedules.keys().nth(step % expected.schedules.len().max(1))
        {
            let id = *id;
            let deletion = world.store.delete_schedule(id, now).await.unwrap();
            let deleted = matches!(deletion, Deletion::Deleted(_));
            assert_eq!(deleted, expected.delete(id, now), "{deletion:?}");
        }
        if is_moving && dice.roll(10) == 0 {
            move_old(&world, &mut expected, &mut dice, now).await;
        }
        compare(&world, &expected, now).await;
    }
    let recorded = expected.occurrences.values().map(Vec::len).sum::<usize>();
    assert!(recorded > 300);
    assert!(!is_moving || expected.moved.len() > recorded / 2, "{}", expected.moved.len());
}

/// Moves what may be moved of slots before a date, which may be today's.
async fn move_old(world: &World, expected: &mut Expected, dice: &mut Dice, now: Instant) {
    let age = i64::try_from(dice.roll(60)).unwrap();
    let before = Slot::of(Zone::utc().moment_at(now.plus_seconds(-86_400 * age)));
    let query = MovableQuery { before, after: None, limit: 100_000 };
    let gone = super::history::occurrences(world.store.movable(query).await.unwrap());
    super::history::move_away(world.store.as_ref(), &gone).await;
    expected.moved.extend(gone.iter().map(|it| (it.schedule, it.slot, it.attempt)));
}

async fn create(world: &World, expected: &mut Expected, dice: &mut Dice, now: Instant) {
    let rule =
        if dice.roll(2) == 0 { daily() } else { monthly(u8::try_from(1 + dice.roll(31)).unwrap()) };
    let months = i64::try_from(1 + dice.roll(12)).unwrap();
    let start = date(2026, 1, 1);
    let end = now.plus_seconds(months * 30 * 86_400).timestamp().to_string();
    let end = end.get(..10).unwrap().parse().unwrap();
    let plan = charges(rule, start, end);
    if plan.first().is_none() {
        return;
    }
    let now = now.timestamp().to_string();
    let new = world.new_schedule(ACCOUNT, plan, &now).await;
    expected.schedules.insert(new.created.schedule.id, new.created.schedule.clone());
    expected.queue.extend(new.created.runs.clone());
    world.store.create_schedules(vec![new]).await.unwrap();
}

/// Claims what is due, and settles it all in one batch, some of it twice.
async fn work(
    world: &World,
    expected: &mut Expected,
    released: &mut BTreeMap<ScheduleId, Instant>,
    dice: &mut Dice,
    now: Instant,
) {
    let claim = Claim {
        lane: LANE,
        now,
        limit: 100,
        term: world.term,
        lease_until: now.plus_seconds(60),
        wall_now: now,
    };
    let claimed = world.store.claim(claim).await.unwrap();
    let mut due: Vec<Run> =
        expected.queue.iter().filter(|run| run.key.due <= now).cloned().collect();
    due.sort_by_key(|run| run.key);
    let waiting = |run: &Run| released.get(&run.key.schedule).is_some_and(|until| *until > now);
    due.retain(|run| claimed.contains(run) || !waiting(run));
    assert_eq!(claimed, due);
    let settlements: Vec<Settlement> =
        claimed.iter().map(|run| settle(run, outcome(dice), now)).collect();
    let written = world.store.settle(world.term, settlements.clone()).await.unwrap();
    assert_eq!(written, vec![Settled::Written; settlements.len()]);
    let again = world.store.settle(world.term, settlements.clone()).await.unwrap();
    assert_eq!(again, vec![Settled::Stale; settlements.len()]);
    for settlement in settlements {
        expected.write(settlement, released);
    }
}

/// Some of what is awaited becomes known.
async fn hear(
    world: &World,
    expected: &mut Expected,
    released: &mut BTreeMap<ScheduleId, Instant>,
    dice: &mut Dice,
    now: Instant,
) {
    for awaiting in world.store.awaiting(LANE, None, 100).await.unwrap() {
        if dice.roll(4) != 0 {
            continue;
        }
        if let Some(settlement) = resolve(&awaiting, outcome(dice), now) {
            assert_eq!(world.write(settlement.clone()).await, Settled::Written);
            expected.write(settlement, released);
        }
    }
}

async fn compare(world: &World, expected: &Expected, now: Instant) {
    let depth = world.store.queue_depth(LANE).await.unwrap();
    assert_eq!(depth, expected.queue.len() as u64);
    let mut awaiting = expected.awaiting.clone();
    awaiting.sort_by_key(|awaiting| {
        (awaiting.run.key.slot, awaiting.run.key.schedule, awaiting.run.attempt)
    });
    assert_eq!(world.store.awaiting(LANE, None, 100).await.unwrap(), awaiting);
    let schedules: Vec<Schedule> = expected.schedules.values().cloned().collect();
    let positions = world.store.positions(&schedules, now).await.unwrap();
    for (schedule, position) in schedules.iter().zip(positions) {
        assert_eq!(world.stored(schedule).await, *schedule);
        let mut occurrences = expected.occurrences.get(&schedule.id).cloned().unwrap_or_default();
        occurrences.sort_by_key(|it| (it.slot, it.attempt));
        assert_eq!(position.recorded as usize, occurrences.len(), "{schedule:?}");
        occurrences.retain(|it| !expected.moved.contains(&(it.schedule, it.slot, it.attempt)));
        let page = world.store.occurrences(schedule, now, PageQuery::first(100_000)).await.unwrap();
        assert_eq!(page.total, occurrences.len() as u64, "{schedule:?}");
        assert_eq!(page.entries, occurrences);
        let cadence = expected.queue.iter().find(|run| {
            run.key.schedule == schedule.id && matches!(run.role, Role::Cadence { .. })
        });
        assert_eq!(
            position.next.map(|next| (next.link.due, next.link.slot, next.link.attempt)),
            cadence.map(|run| (run.key.due, run.key.slot, run.attempt)),
        );
    }
}
