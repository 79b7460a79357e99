//! Edits of schedules, and what runs afterwards.

use std::collections::BTreeSet;
use std::sync::Arc;

use engine::edit::{Addition, Edit, EditError, Edited, Standing, Turn, edit};
use engine::settlement::settle;
use engine::{
    Amendment, BusinessDays, Cadence, Currency, Instant, Instruction, Money, PartyId,
    PaymentMethodId, Plan, Policies, Remitted, RetryPolicy, Schedule, Slot, Status, Timing, Zone,
};
use jiff::civil::{Time, date};
use recurrence::{NamedCalendar, Recurrence, Rule, Timetable};

use super::world::{LANE, PAID, World, at, charges, daily, refused};
use crate::store::{EditWritten, Found, ScheduleQuery, ScheduleSearch, Settled, SlotRecord, Store};
use crate::{AuditEntry, Deed};
use crate::{NewSchedule, Order, PageQuery};

const CREATED: &str = "2026-01-01T00:00:00Z";

/// What each run pays.
fn pays(amount_minor: i64) -> Instruction {
    Instruction::Remittance(Remitted {
        partner: PartyId(1),
        source: PaymentMethodId(2),
        destination: PaymentMethodId(3),
        money: Money::new(amount_minor, Currency::parse("USD").unwrap()),
        particulars: "{}".into(),
    })
}

fn rule(text: &str, start: &str) -> Cadence {
    Timetable::new(text.parse().unwrap(), start.parse().unwrap()).into()
}

fn plan(cadence: Cadence) -> Plan {
    let policies = Policies {
        timing: Timing::new(Zone::utc(), Time::midnight()),
        retry: RetryPolicy::NEVER,
        run_at_start: false,
        catch_up: engine::CatchUp::ALL,
    };
    Plan::new(cadence, policies, pays(100))
}

/// Five days from the second of January on, at nine.
fn five_mornings() -> Cadence {
    rule("FREQ=DAILY;COUNT=5", "2026-01-02T09:00:00")
}

fn morning(day: i8) -> Slot {
    Slot::of(date(2026, 1, day).at(9, 0, 0, 0))
}

async fn made(world: &World, cadence: Cadence) -> Schedule {
    world.schedule_made(plan(cadence), CREATED).await
}

async fn standing(world: &World, schedule: &Schedule, asked: &[Slot], now: Instant) -> Standing {
    world.store.standing(schedule.id, asked.to_vec(), now).await.unwrap().unwrap()
}

async fn edited(world: &World, schedule: &Schedule, wish: Edit, now: &str) -> Edited {
    let asked: Vec<Slot> = wish.amendments.iter().map(|amendment| amendment.slot).collect();
    let standing = standing(world, schedule, &asked, at(now)).await;
    edit(&standing, wish, at(now)).unwrap()
}

async fn write(world: &World, schedule: &Schedule, wish: Edit, now: &str) -> Schedule {
    let edited = edited(world, schedule, wish, now).await;
    let written = world.store.edit_schedule(edited.clone(), None).await.unwrap();
    assert_eq!(written, EditWritten::Written);
    assert_eq!(world.stored(schedule).await, edited.schedule);
    edited.schedule
}

/// Runs all that is due, as it comes; `slot amount due` of each.
async fn ran(world: &World, now: &str) -> Vec<String> {
    let mut ran = Vec::new();
    loop {
        let claimed = world.claim(now).await;
        if claimed.is_empty() {
            return ran;
        }
        for run in claimed {
            let Instruction::Remittance(remitted) = &run.plan.instruction else { panic!() };
            let amount = remitted.money.amount_minor;
            ran.push(format!("{:?} {amount} {}", run.key.slot, run.key.due));
            assert_eq!(world.settle(&run, PAID, now).await, Settled::Written);
        }
    }
}

pub async fn a_slot_that_was_moved_runs_at_its_new_time_alone(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let schedule = made(&world, five_mornings()).await;
    let moved = Amendment {
        run_at: Some(at("2026-01-04T12:00:00.5Z")),
        instruction: Some(pays(7)),
        ..Amendment::none(schedule.id, morning(3))
    };
    let wish = Edit { amendments: vec![moved.clone()], ..Edit::default() };
    write(&world, &schedule, wish, CREATED).await;
    assert_eq!(world.store.amendments(vec![schedule.id]).await.unwrap(), [[moved]]);
    assert_eq!(
        ran(&world, "2026-01-04T23:00:00Z").await,
        [
            "2026-01-02T09:00:00 100 2026-01-02T09:00:00Z",
            "2026-01-03T09:00:00 7 2026-01-04T12:00:00.5Z",
            "2026-01-04T09:00:00 100 2026-01-04T09:00:00Z",
        ]
    );
    let stored = world.stored(&schedule).await;
    for (order, expected) in [
        (Order::Chronological, [morning(2), morning(3), morning(4)]),
        (Order::ReverseChronological, [morning(4), morning(3), morning(2)]),
    ] {
        let page = PageQuery { order, ..PageQuery::first(10) };
        let listed =
            world.store.occurrences(&stored, at("2026-01-04T23:00:00Z"), page).await.unwrap();
        let slots: Vec<Slot> = listed.entries.iter().map(|occurrence| occurrence.slot).collect();
        assert_eq!((slots, listed.total), (expected.to_vec(), 3), "{order:?}");
    }
}

pub async fn a_slot_called_off_does_not_run_until_it_is_resumed(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let schedule = made(&world, five_mornings()).await;
    let called_off = |day| Amendment {
        canceled_at: Some(at(CREATED)),
        ..Amendment::none(schedule.id, morning(day))
    };
    let wish = Edit { amendments: vec![called_off(2), called_off(3)], ..Edit::default() };
    write(&world, &schedule, wish, CREATED).await;
    assert_eq!(ran(&world, "2026-01-02T23:00:00Z").await, [] as [&str; 0]);
    let resumed = Amendment::none(schedule.id, morning(3));
    let wish = Edit { amendments: vec![resumed], ..Edit::default() };
    write(&world, &schedule, wish, "2026-01-02T23:00:00Z").await;
    assert_eq!(
        world.store.amendments(vec![schedule.id]).await.unwrap(),
        [[called_off(2)]],
        "what is as the rule has it needs no amendment"
    );
    assert_eq!(
        ran(&world, "2026-01-04T23:00:00Z").await,
        [
            "2026-01-03T09:00:00 100 2026-01-03T09:00:00Z",
            "2026-01-04T09:00:00 100 2026-01-04T09:00:00Z",
        ]
    );
}

pub async fn slots_added_by_hand_run_beside_the_rule(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let schedule = made(&world, five_mornings()).await;
    let addition = |run_at, amount| Addition {
        run_at: at(run_at),
        instruction: pays(amount),
        canceled_at: None,
    };
    // Both stand in the same second as a slot of the rule, and beside each other.
    let additions = vec![addition("2026-01-02T09:00:00Z", 1), addition("2026-01-02T09:00:00Z", 2)];
    let wish = Edit { additions, ..Edit::default() };
    write(&world, &schedule, wish, CREATED).await;
    assert_eq!(
        ran(&world, "2026-01-02T23:00:00Z").await,
        [
            "2026-01-02T09:00:00 100 2026-01-02T09:00:00Z",
            "2026-01-02T09:00:00 (added 1) 1 2026-01-02T09:00:00Z",
            "2026-01-02T09:00:00 (added 2) 2 2026-01-02T09:00:00Z",
        ]
    );
}

pub async fn what_was_added_at_the_instant_of_making_is_listed(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let plan = charges(daily(), date(2026, 1, 2), date(2026, 1, 6));
    let schedule = world.schedule_made(plan.clone(), CREATED).await;
    let noon = "2026-01-01T12:00:00Z";
    let addition =
        Addition { run_at: at(noon), instruction: plan.instruction.clone(), canceled_at: None };
    let wish = Edit { additions: vec![addition], ..Edit::default() };
    let schedule = write(&world, &schedule, wish, CREATED).await;
    world.run(PAID, noon).await;
    assert_eq!(world.recorded(&schedule, noon).await, ["2026-01-01 0 Successful"]);
}

pub async fn another_rule_gives_slots_from_now_on(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let schedule = made(&world, five_mornings()).await;
    assert_eq!(ran(&world, "2026-01-03T10:00:00Z").await.len(), 2);
    let evenings = rule("FREQ=DAILY;COUNT=6", "2026-01-01T18:00:00");
    let wish = Edit { cadence: Some(evenings), ..Edit::default() };
    let schedule = write(&world, &schedule, wish, "2026-01-03T10:00:00Z").await;
    assert_eq!(
        ran(&world, "2026-01-04T23:00:00Z").await,
        [
            "2026-01-03T18:00:00 100 2026-01-03T18:00:00Z",
            "2026-01-04T18:00:00 100 2026-01-04T18:00:00Z",
        ]
    );
    let evening = |day| Slot::of(date(2026, 1, day).at(18, 0, 0, 0));
    let last = Slot::of(date(2027, 1, 1).at(0, 0, 0, 0));
    assert_eq!(
        schedule.slots_through(last).collect::<Vec<_>>(),
        [morning(2), morning(3), evening(3), evening(4), evening(5), evening(6)]
    );
}

pub async fn a_rule_that_is_given_while_the_last_slot_waits_is_not_ended_by_it(
    store: Arc<dyn Store>,
) {
    let world = World::around(store).await;
    for pauses in [false, true] {
        let schedule = made(&world, rule("FREQ=DAILY;COUNT=1", "2026-01-02T09:00:00")).await;
        world.run(engine::Outcome::Unknown, "2026-01-02T09:00:00Z").await;
        let schedule = world.stored(&schedule).await;
        let evenings = rule("FREQ=DAILY;COUNT=2", "2026-01-02T18:00:00");
        let wish = Edit { cadence: Some(evenings), ..Edit::default() };
        let mut extended = write(&world, &schedule, wish, "2026-01-02T10:00:00Z").await;
        if pauses {
            extended = write(&world, &extended, paused(), "2026-01-02T10:30:00Z").await;
        }
        let waiting = world.store.awaiting(LANE, None, 10).await.unwrap().remove(0);
        let settlement = engine::settlement::resolve(&waiting, PAID, at("2026-01-02T11:00:00Z"));
        assert_eq!(world.write(settlement.unwrap()).await, Settled::Written);
        let stored = world.stored(&extended).await;
        assert_eq!((stored.status, stored.ended_at), (extended.status, None));
        if pauses {
            write(&world, &stored, turned(Turn::Resume), "2026-01-02T12:00:00Z").await;
        }
        assert_eq!(
            ran(&world, "2026-01-04T23:00:00Z").await,
            [
                "2026-01-02T18:00:00 100 2026-01-02T18:00:00Z",
                "2026-01-03T18:00:00 100 2026-01-03T18:00:00Z",
            ]
        );
        assert_eq!(world.stored(&extended).await.status, Status::Expired);
    }
}

pub async fn a_last_retry_beside_the_rule_that_was_given_meanwhile_ends_nothing(
    store: Arc<dyn Store>,
) {
    let world = World::around(store).await;
    let mut once = plan(rule("FREQ=DAILY;COUNT=1", "2026-01-02T09:00:00"));
    once.policies.retry = RetryPolicy::TWO_DAYS_THEN_SUSPEND;
    let schedule = world.schedule_made(once, CREATED).await;
    world.run(engine::Outcome::Unknown, "2026-01-02T09:00:00Z").await;
    let schedule = world.stored(&schedule).await;
    let twice = rule("FREQ=DAILY;COUNT=2", "2026-01-03T09:00:00");
    let wish = Edit { cadence: Some(twice), ..Edit::default() };
    write(&world, &schedule, wish, "2026-01-02T10:00:00Z").await;
    let waiting = world.store.awaiting(LANE, None, 10).await.unwrap().remove(0);
    let declined = engine::settlement::resolve(&waiting, refused(), at("2026-01-02T11:00:00Z"));
    assert_eq!(world.write(declined.unwrap()).await, Settled::Written);

    // The retry and the rule's first slot are due together, and settled together.
    let now = "2026-01-03T10:00:00Z";
    let runs = world.claim(now).await;
    let slots: Vec<_> = runs.iter().map(|run| (run.key.slot.date(), run.attempt)).collect();
    assert_eq!(slots, [(date(2026, 1, 2), 1), (date(2026, 1, 3), 0)]);
    let batch = runs.iter().map(|run| settle(run, PAID, at(now))).collect();
    assert_eq!(world.store.settle(world.term, batch).await.unwrap(), [Settled::Written; 2]);
    let stored = world.stored(&schedule).await;
    assert_eq!((stored.status, stored.ended_at), (Status::Expiring, None));
    world.run(PAID, "2026-01-04T10:00:00Z").await;
    assert_eq!(world.stored(&schedule).await.status, Status::Expired);
}

pub async fn a_retry_skips_nothing_of_a_rule_from_before_it_was_given(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let mut plan = plan(rule("FREQ=WEEKLY", "2026-01-02T09:00:00"));
    let waits = [5];
    let (retried, exhausted) = (engine::Retried::Every, engine::Exhausted::GoOn);
    plan.policies.retry =
        RetryPolicy::ladder(&waits, engine::DayCount::Days, retried, exhausted).unwrap();
    let schedule = world.schedule_made(plan, CREATED).await;
    world.run(refused(), "2026-01-02T09:00:00Z").await;
    let schedule = world.stored(&schedule).await;
    let daily = rule("FREQ=DAILY", "2026-01-01T09:00:00");
    let wish = Edit { cadence: Some(daily), ..Edit::default() };
    write(&world, &schedule, wish, "2026-01-04T12:00:00Z").await;
    world.run(PAID, "2026-01-07T01:00:00Z").await;
    assert_eq!(
        world.recorded(&schedule, "2026-01-07T02:00:00Z").await,
        [
            "2026-01-02 0 Failed",
            "2026-01-02 1 Successful",
            "2026-01-05 0 Skipped",
            "2026-01-06 0 Skipped"
        ]
    );
    let next = world.next(&schedule, "2026-01-07T02:00:00Z").await;
    assert_eq!(next.as_deref(), Some("2026-01-07 0 2026-01-07T09:00:00Z"));
}

pub async fn what_an_older_slot_recorded_past_a_skipped_one_is_counted(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let mut plan = plan(rule("FREQ=WEEKLY;BYDAY=FR,SA;COUNT=4", "2026-01-02T09:00:00"));
    let (retried, exhausted) = (engine::Retried::Every, engine::Exhausted::GoOn);
    plan.policies.retry =
        RetryPolicy::ladder(&[2, 1], engine::DayCount::Days, retried, exhausted).unwrap();
    let schedule = world.schedule_made(plan, CREATED).await;
    world.run(refused(), "2026-01-02T09:00:00Z").await;
    world.run(refused(), "2026-01-04T00:00:00Z").await;
    world.run(PAID, "2026-01-05T00:00:00Z").await;
    for day in ["2026-01-09T09:00:00Z", "2026-01-10T09:00:00Z"] {
        world.run(engine::Outcome::Unknown, day).await;
    }
    let now = "2026-01-11T00:00:00Z";
    for waiting in world.store.awaiting(LANE, None, 10).await.unwrap() {
        let settlement = engine::settlement::resolve(&waiting, PAID, at(now)).unwrap();
        assert_eq!(world.write(settlement).await, Settled::Written);
    }
    assert_eq!(
        world.recorded(&schedule, now).await,
        [
            "2026-01-02 0 Failed",
            "2026-01-02 1 Failed",
            "2026-01-02 2 Successful",
            "2026-01-03 0 Skipped",
            "2026-01-09 0 Successful",
            "2026-01-10 0 Successful",
        ]
    );
}

pub async fn a_schedule_of_hand_added_slots_alone_runs_them(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let id = world.store.allocate_schedules(1).await.unwrap();
    let additions = vec![Addition {
        run_at: at("2026-03-01T00:00:00.123456789Z"),
        instruction: pays(5),
        canceled_at: None,
    }];
    let account = super::world::ACCOUNT;
    let creation = engine::creation::Creation {
        additions,
        parties: vec![1, 8, 9],
        ..engine::creation::Creation::of(id, account, LANE, plan(Cadence::Nothing))
    };
    let created = engine::creation::create(creation, at(CREATED)).unwrap();
    let schedule = created.schedule.clone();
    let new = NewSchedule { created, request: None };
    world.store.create_schedules(vec![new]).await.unwrap();
    assert_eq!(world.stored(&schedule).await, schedule);
    let listed_for = async |party| {
        let query = ScheduleQuery {
            account,
            kind: Some(engine::InstructionKind::Remittance),
            party: Some(party),
            status: None,
            page: PageQuery::first(10),
        };
        world.store.schedules(query).await.unwrap().total
    };
    assert_eq!((listed_for(8).await, listed_for(9).await, listed_for(2).await), (1, 1, 0));
    assert_eq!(
        ran(&world, "2026-03-01T00:00:01Z").await,
        ["2026-03-01 (added 1) 5 2026-03-01T00:00:00.123456789Z"]
    );
}

pub async fn an_edit_that_was_overtaken_changes_nothing(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let schedule = made(&world, five_mornings()).await;
    let called_off =
        Amendment { canceled_at: Some(at(CREATED)), ..Amendment::none(schedule.id, morning(2)) };
    let wish = Edit { amendments: vec![called_off], ..Edit::default() };
    let overtaken = edited(&world, &schedule, wish.clone(), CREATED).await;
    let run = world.claim_one("2026-01-02T09:00:00Z").await;
    let written = world.store.edit_schedule(overtaken.clone(), None).await.unwrap();
    assert_eq!(written, EditWritten::Overtaken, "the slot is being run");
    assert_eq!(world.stored(&schedule).await, schedule);
    assert_eq!(world.store.amendments(vec![schedule.id]).await.unwrap(), [[]]);
    let now = at("2026-01-02T09:00:00Z");
    let refused = edit(&standing(&world, &schedule, &[], now).await, wish.clone(), now);
    assert_eq!(refused, Err(EditError::UnderWay(schedule.id)));
    world.settle(&run, PAID, "2026-01-02T09:00:00Z").await;
    let written = world.store.edit_schedule(overtaken, None).await.unwrap();
    assert_eq!(written, EditWritten::Overtaken, "the slot has run");
    let refused = edit(&standing(&world, &schedule, &[morning(2)], now).await, wish, now);
    assert_eq!(refused, Err(EditError::Done(morning(2))));
}

/// A slot that was moved pays what its schedule pays; once it was tried, that is settled.
pub async fn a_retry_of_a_moved_slot_stays_as_it_is_when_its_schedule_pays_something_else(
    store: Arc<dyn Store>,
) {
    let world = World::around(store).await;
    let mut plan = plan(five_mornings());
    plan.policies.retry = RetryPolicy::TWO_DAYS_THEN_SUSPEND;
    let schedule = world.schedule_made(plan, CREATED).await;
    let moved = Amendment {
        run_at: Some(at("2026-01-01T12:00:00Z")),
        ..Amendment::none(schedule.id, morning(5))
    };
    write(&world, &schedule, Edit { amendments: vec![moved], ..Edit::default() }, CREATED).await;
    let tried = world.claim_one("2026-01-01T12:00:00Z").await;
    world.settle(&tried, refused(), "2026-01-01T12:00:00Z").await;
    let wish = Edit { instruction: Some(pays(9)), ..Edit::default() };
    write(&world, &schedule, wish, "2026-01-01T13:00:00Z").await;
    assert_eq!(
        ran(&world, "2026-01-02T23:00:00Z").await,
        [
            "2026-01-05T09:00:00 100 2026-01-02T00:00:00Z",
            "2026-01-02T09:00:00 9 2026-01-02T09:00:00Z"
        ]
    );
}

/// What is suspended runs nothing. It was possible to move a slot of it, which then ran,
/// or vanished where it could not be sent.
pub async fn a_slot_of_a_suspended_schedule_is_not_given_another_time(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let mut plan = plan(five_mornings());
    plan.policies.retry = RetryPolicy { retries_max: 0, ..RetryPolicy::TWO_DAYS_THEN_SUSPEND };
    let schedule = world.schedule_made(plan, CREATED).await;
    let tried = world.claim_one("2026-01-02T09:00:00Z").await;
    world.settle(&tried, refused(), "2026-01-02T09:00:00Z").await;
    let suspended = world.stored(&schedule).await;
    assert_eq!(suspended.status, Status::Suspended);
    let now = at("2026-01-02T12:00:00Z");
    let moved = Amendment {
        run_at: Some(at("2026-01-04T12:00:00Z")),
        ..Amendment::none(schedule.id, morning(5))
    };
    let wish = Edit { amendments: vec![moved], ..Edit::default() };
    let refused = edit(&standing(&world, &schedule, &[morning(5)], now).await, wish, now);
    assert_eq!(refused, Err(EditError::Suspended(schedule.id)));
    let wish = Edit { instruction: Some(pays(9)), ..Edit::default() };
    write(&world, &suspended, wish, "2026-01-02T13:00:00Z").await;
    let stored = world.stored(&schedule).await;
    assert_eq!((stored.status, stored.plan.instruction.clone()), (Status::Suspended, pays(9)));
    assert_eq!(world.store.queue_depth(LANE).await.unwrap(), 0);
    let wish = Edit { cadence: Some(five_mornings()), ..Edit::default() };
    write(&world, &stored, wish, "2026-01-02T14:00:00Z").await;
    assert_eq!(world.stored(&schedule).await.status, Status::Running);
}

/// What came before the last edit was forgotten once nothing was queued any more.
pub async fn what_ran_before_an_edit_is_counted_after_the_end(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let schedule = made(&world, five_mornings()).await;
    let now = at("2026-01-02T09:00:00Z");
    let run = world.claim_one("2026-01-02T09:00:00Z").await;
    world.settle(&run, PAID, "2026-01-02T09:00:00Z").await;
    let schedule = world.stored(&schedule).await;
    let wish = Edit { instruction: Some(pays(9)), ..Edit::default() };
    let schedule = write(&world, &schedule, wish, "2026-01-02T10:00:00Z").await;
    world.store.delete_schedule(schedule.id, at("2026-01-02T11:00:00Z")).await.unwrap();
    let stored = world.stored(&schedule).await;
    let page = world.store.occurrences(&stored, now.plus_seconds(86_400 * 9), PageQuery::first(10));
    let page = page.await.unwrap();
    assert_eq!((page.entries.len(), page.total), (1, 1));
}

pub async fn an_edited_schedule_is_deleted_whole(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let schedule = made(&world, five_mornings()).await;
    let moved = Amendment {
        run_at: Some(at("2026-01-20T00:00:00Z")),
        ..Amendment::none(schedule.id, morning(3))
    };
    write(&world, &schedule, Edit { amendments: vec![moved], ..Edit::default() }, CREATED).await;
    assert_eq!(world.store.queue_depth(LANE).await.unwrap(), 2);
    world.store.delete_schedule(schedule.id, at(CREATED)).await.unwrap();
    assert_eq!(world.store.queue_depth(LANE).await.unwrap(), 0);
    let now = at(CREATED);
    let refused = edit(&standing(&world, &schedule, &[], now).await, Edit::default(), now);
    assert_eq!(refused, Err(EditError::Ended(schedule.id)));
}

/// A small generator of numbers that look random and are the same each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// Random edits while the clock goes on: each slot that stands and was not called off is
/// run when it comes, once, and what is shown is what runs.
pub async fn whatever_is_edited_each_slot_runs_once(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    for seed in 0..40 {
        let mut numbers = Numbers(seed);
        let hourly = rule("FREQ=HOURLY;INTERVAL=3", "2026-01-01T06:00:00");
        let schedule = made(&world, hourly).await;
        let mut now = at(CREATED);
        let mut run_slots = BTreeSet::new();
        for _ in 0..25 {
            let wish = random_edit(&world, &schedule, &mut numbers, now).await;
            let asked: Vec<Slot> = wish.amendments.iter().map(|it| it.slot).collect();
            let standing = standing(&world, &schedule, &asked, now).await;
            match edit(&standing, wish, now) {
                Ok(edited) => {
                    let written = world.store.edit_schedule(edited, None).await.unwrap();
                    assert_eq!(written, EditWritten::Written, "seed {seed}");
                }
                Err(error) => assert!(matches!(error, EditError::Done(_)), "seed {seed}: {error}"),
            }
            now = now.plus_seconds(i64::try_from(numbers.below(5 * 3_600)).unwrap());
            run_all_due(&world, now, &mut run_slots).await;
        }
        let stored = world.stored(&schedule).await;
        let expected = due_slots(&world, &stored, now).await;
        assert!(expected.is_subset(&run_slots), "seed {seed}: {expected:?} {run_slots:?}");
        let asked: Vec<_> = run_slots.iter().map(|slot| (schedule.id, *slot)).collect();
        for record in world.store.slot_records(asked).await.unwrap() {
            assert_ne!(record, SlotRecord::default());
        }
        world.store.delete_schedule(schedule.id, now).await.unwrap();
    }
}

async fn run_all_due(world: &World, now: Instant, run_slots: &mut BTreeSet<Slot>) {
    loop {
        let claimed = world.claim(&now.to_string()).await;
        if claimed.is_empty() {
            return;
        }
        for run in claimed {
            assert!(run.key.due <= now, "{run:?}");
            assert!(run_slots.insert(run.key.slot), "{:?} is run twice", run.key.slot);
            world.settle(&run, PAID, &now.to_string()).await;
        }
    }
}

/// Every slot that stands, is not called off, and has come.
async fn due_slots(world: &World, schedule: &Schedule, now: Instant) -> BTreeSet<Slot> {
    let amendments = world.store.amendments(vec![schedule.id]).await.unwrap().remove(0);
    let last = Slot::of(schedule.plan.policies.timing.zone.moment_at(now));
    let amended: BTreeSet<Slot> = amendments.iter().map(|it| it.slot).collect();
    let due = |amendment: &&Amendment| {
        let at = amendment.run_at.or_else(|| schedule.plan.due(amendment.slot));
        amendment.canceled_at.is_none() && at.is_some_and(|at| at <= now)
    };
    let by_rule = schedule.slots_through(last).filter(|slot| !amended.contains(slot));
    by_rule.chain(amendments.iter().filter(due).map(|it| it.slot)).collect()
}

async fn random_edit(
    world: &World,
    schedule: &Schedule,
    numbers: &mut Numbers,
    now: Instant,
) -> Edit {
    let stored = world.stored(schedule).await;
    let amendments = world.store.amendments(vec![schedule.id]).await.unwrap().remove(0);
    let moment = stored.plan.policies.timing.zone.moment_at(now);
    let coming: Vec<Slot> = stored.plan.cadence.iter_from(moment).skip(1).take(6).collect();
    let mut any =
        |slots: &[Slot]| slots[usize::try_from(numbers.below(slots.len() as u64)).unwrap()];
    let slot = any(&coming);
    let known = amendments.iter().find(|it| it.slot == slot).cloned();
    let known = known.unwrap_or_else(|| Amendment::none(schedule.id, slot));
    let later = now.plus_seconds(1 + i64::try_from(numbers.below(40_000)).unwrap());
    let amend = |amendment| Edit { amendments: vec![amendment], ..Edit::default() };
    match numbers.below(7) {
        0 => amend(Amendment { run_at: Some(later), ..known }),
        1 => amend(Amendment { canceled_at: Some(now), ..known }),
        2 => amend(Amendment::none(schedule.id, slot)),
        3 => amend(Amendment { instruction: Some(pays(9)), ..known }),
        4 => Edit {
            additions: vec![Addition { run_at: later, instruction: pays(3), canceled_at: None }],
            ..Edit::default()
        },
        5 => Edit { instruction: Some(pays(4)), ..Edit::default() },
        _ => {
            let interval = 1 + numbers.below(5);
            let text = format!("FREQ=HOURLY;INTERVAL={interval}");
            Edit { cadence: Some(rule(&text, "2026-01-01T00:30:00")), ..Edit::default() }
        }
    }
}

fn turned(turn: Turn) -> Edit {
    Edit { turn: Some(turn), ..Edit::default() }
}

fn paused() -> Edit {
    turned(Turn::Pause { reason: "a holiday".into() })
}

pub async fn a_paused_schedule_runs_nothing_until_it_is_resumed(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let schedule = made(&world, five_mornings()).await;
    let added =
        Addition { run_at: at("2026-01-03T12:00:00Z"), instruction: pays(7), canceled_at: None };
    let wish = Edit { additions: vec![added], ..Edit::default() };
    write(&world, &schedule, wish, CREATED).await;
    assert_eq!(ran(&world, "2026-01-02T23:00:00Z").await.len(), 1);
    let stands_still = write(&world, &schedule, paused(), "2026-01-02T23:00:00Z").await;
    assert_eq!(ran(&world, "2026-01-04T10:00:00Z").await, [] as [&str; 0]);
    let position = world.position(&schedule, "2026-01-04T10:00:00Z").await;
    assert_eq!((position.recorded, position.next), (1, None));
    assert_eq!(world.store.queue_depth(LANE).await.unwrap(), 0);
    assert_eq!(stands_still.paused.unwrap().runs.len(), 2);
    write(&world, &schedule, turned(Turn::Resume), "2026-01-04T10:00:00Z").await;
    assert_eq!(
        ran(&world, "2026-01-05T10:00:00Z").await,
        [
            "2026-01-03T09:00:00 100 2026-01-03T09:00:00Z",
            "2026-01-03T12:00:00 (added 1) 7 2026-01-03T12:00:00Z",
            "2026-01-04T09:00:00 100 2026-01-04T09:00:00Z",
            "2026-01-05T09:00:00 100 2026-01-05T09:00:00Z",
        ]
    );
}

pub async fn what_a_late_outcome_asks_for_waits_while_its_schedule_is_paused(
    store: Arc<dyn Store>,
) {
    let world = World::around(store).await;
    let retry = RetryPolicy::TWO_DAYS_THEN_SUSPEND;
    let cadence = plan(five_mornings());
    let plan = Plan { policies: Policies { retry, ..cadence.policies.clone() }, ..cadence };
    let schedule = world.schedule_made(plan, CREATED).await;
    world.run(engine::Outcome::Unknown, "2026-01-02T09:00:00Z").await;
    let stands_still = write(&world, &schedule, paused(), "2026-01-02T10:00:00Z").await;
    let waiting = world.store.awaiting(LANE, None, 10).await.unwrap().remove(0);
    let now = at("2026-01-02T11:00:00Z");
    let settlement = engine::settlement::resolve(&waiting, refused(), now).unwrap();
    let retried = settlement.follow.clone().unwrap();
    assert_eq!(world.write(settlement).await, Settled::Written);
    assert_eq!(world.claim("2026-01-03T12:00:00Z").await, []);
    let stored = world.stored(&schedule).await;
    assert_eq!(stored.version, stands_still.version + 1, "an edit decided before is overtaken");
    let kept = stored.paused.unwrap().runs;
    assert_eq!(kept.last(), Some(&engine::PausedRun::of(&retried)));
    write(&world, &schedule, turned(Turn::Resume), "2026-01-03T08:00:00Z").await;
    assert_eq!(
        ran(&world, "2026-01-03T12:00:00Z").await,
        [
            "2026-01-02T09:00:00 100 2026-01-03T00:00:00Z",
            "2026-01-03T09:00:00 100 2026-01-03T09:00:00Z",
        ]
    );
}

pub async fn what_is_queued_beside_the_cadence_overtakes_a_pause(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let retry = RetryPolicy::TWO_DAYS_THEN_SUSPEND;
    let cadence = plan(five_mornings());
    let plan = Plan { policies: Policies { retry, ..cadence.policies.clone() }, ..cadence };
    let schedule = world.schedule_made(plan, CREATED).await;
    world.run(engine::Outcome::Unknown, "2026-01-02T09:00:00Z").await;
    let decided = edited(&world, &schedule, paused(), "2026-01-02T10:00:00Z").await;
    let waiting = world.store.awaiting(LANE, None, 10).await.unwrap().remove(0);
    let now = at("2026-01-02T11:00:00Z");
    let settlement = engine::settlement::resolve(&waiting, refused(), now).unwrap();
    assert_eq!(world.write(settlement).await, Settled::Written);
    let written = world.store.edit_schedule(decided, None).await.unwrap();
    assert_eq!(written, EditWritten::Overtaken);
    write(&world, &schedule, paused(), "2026-01-02T12:00:00Z").await;
}

pub async fn a_paused_schedule_that_is_deleted_is_no_longer_paused(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let schedule = made(&world, five_mornings()).await;
    write(&world, &schedule, paused(), CREATED).await;
    world.store.delete_schedule(schedule.id, at(CREATED)).await.unwrap();
    let stored = world.stored(&schedule).await;
    assert_eq!((stored.status, stored.paused), (Status::Deleted, None));
}

pub async fn other_hours_move_what_is_to_come_and_repeat_nothing(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let every_five_hours = rule("FREQ=HOURLY;INTERVAL=5;COUNT=8", "2026-01-02T00:00:00");
    let schedule = made(&world, every_five_hours).await;
    assert_eq!(ran(&world, "2026-01-02T11:00:00Z").await.len(), 3);
    let west = Timing::new(Zone::named("America/New_York").unwrap(), Time::midnight());
    let wish = Edit { timing: Some(west), ..Edit::default() };
    write(&world, &schedule, wish, "2026-01-02T11:00:00Z").await;
    assert_eq!(
        ran(&world, "2026-01-03T02:00:00Z").await,
        [
            "2026-01-02T15:00:00 100 2026-01-02T20:00:00Z",
            "2026-01-02T20:00:00 100 2026-01-03T01:00:00Z",
        ]
    );
    let stored = world.stored(&schedule).await;
    let page = PageQuery::first(10);
    let listed = world.store.occurrences(&stored, at("2026-01-03T02:00:00Z"), page).await.unwrap();
    assert_eq!(listed.entries.len(), 5, "what ran by the old hours is listed by the new ones");
}

pub async fn dates_on_closed_days_run_on_the_next_that_is_open(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    // From a Friday to a Tuesday.
    let daily = Rule::days(1).unwrap();
    let five_days = Recurrence::new(daily, date(2026, 1, 2), date(2026, 1, 6)).unwrap();
    let schedule = made(&world, five_days.into()).await;
    let business_days = BusinessDays::of(NamedCalendar::FederalReserve, date(2026, 1, 1));
    let present = schedule.plan.policies.timing.clone();
    let closed = Timing { business_days: Some(business_days), ..present };
    let wish = Edit { timing: Some(closed), ..Edit::default() };
    let edited = write(&world, &schedule, wish, CREATED).await;
    assert_eq!(world.stored(&schedule).await, edited, "its calendar is stored");
    let run = ran(&world, "2026-01-04T23:00:00Z").await;
    assert_eq!(run, ["2026-01-02 100 2026-01-02T00:00:00Z"]);
    assert_eq!(
        ran(&world, "2026-01-06T23:00:00Z").await,
        [
            "2026-01-03 100 2026-01-05T00:00:00Z",
            "2026-01-04 100 2026-01-05T00:00:00Z",
            "2026-01-05 100 2026-01-05T00:00:00Z",
            "2026-01-06 100 2026-01-06T00:00:00Z",
        ]
    );
    let stored = world.stored(&schedule).await;
    let page = PageQuery::first(10);
    let listed = world.store.occurrences(&stored, at("2026-01-07T00:00:00Z"), page).await.unwrap();
    assert_eq!(listed.entries.len(), 5);
}

pub async fn an_edit_by_hand_is_on_record_if_it_is_written(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let schedule = made(&world, five_mornings()).await;
    let entry = AuditEntry {
        account: schedule.account,
        at: at(CREATED),
        actor: "key 01020304".into(),
        deed: Deed::PausedSchedule,
        subject: "schedule".into(),
        reason: "a holiday".into(),
    };
    let decided = edited(&world, &schedule, paused(), CREATED).await;
    for expected in [EditWritten::Written, EditWritten::Overtaken] {
        let written = world.store.edit_schedule(decided.clone(), Some(entry.clone())).await;
        assert_eq!(written.unwrap(), expected);
    }
    assert_eq!(world.store.audit_trail(schedule.account, 10).await.unwrap(), [entry]);
}

pub async fn schedules_are_found_a_stretch_at_a_time(store: Arc<dyn Store>) {
    let world = World::around(store).await;
    let mut schedules = Vec::new();
    for _ in 0..3 {
        schedules.push(made(&world, five_mornings()).await);
    }
    let stands_still = write(&world, &schedules[1], paused(), CREATED).await;
    let all = ScheduleSearch {
        account: schedules[0].account,
        kind: None,
        status: None,
        paused: None,
        from: at(CREATED),
        to: at(CREATED),
        after: None,
        order: Order::ReverseChronological,
        limit: 2,
    };
    let find = async |search| world.store.find_schedules(search).await.unwrap();
    let place = |schedule: &Schedule| Some((schedule.created_at, schedule.id));
    let first = find(all).await;
    let newest = vec![schedules[2].clone(), stands_still.clone()];
    assert_eq!(first, Found { schedules: newest, looked_through: place(&stands_still) });
    let rest = find(ScheduleSearch { after: first.looked_through, ..all }).await;
    assert_eq!(rest, Found { schedules: vec![schedules[0].clone()], looked_through: None });
    let oldest = find(ScheduleSearch { order: Order::Chronological, limit: 1, ..all }).await;
    assert_eq!(oldest.schedules, [schedules[0].clone()]);
    for (paused, found) in
        [(true, vec![stands_still]), (false, vec![schedules[2].clone(), schedules[0].clone()])]
    {
        let wanted = find(ScheduleSearch { paused: Some(paused), ..all }).await;
        assert_eq!(wanted.schedules, found);
    }
    let other = find(ScheduleSearch { status: Some(Status::Expired), ..all }).await;
    assert_eq!(other, Found { schedules: vec![], looked_through: None });
    let later = find(ScheduleSearch { from: at("2026-01-02T00:00:00Z"), to: Instant::MAX, ..all });
    assert_eq!(later.await, Found { schedules: vec![], looked_through: None });
}
