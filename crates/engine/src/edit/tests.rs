//! Schedules that are edited, paused and given other hours while they run.

use jiff::civil::{Time, date};
use proptest::prelude::*;
use recurrence::{NamedCalendar, Recurrence, Rule, Timetable};

use super::*;
use crate::admission::admit;
use crate::business_days::BusinessDays;
use crate::creation::{Creation, create};
use crate::identity::{AccountId, ChargeId, CustomerId, LaneId, RecipientId};
use crate::instruction::TransferAmount;
use crate::money::{Currency, Money};
use crate::occurrence::{Occurrence, OccurrenceStatus};
use crate::outcome::{Decline, DeclineKind, Outcome, PaymentId};
use crate::policy::{Exhausted, Missed, Policies, Retried, RetrySpacing};
use crate::settlement::{Settlement, settle, turn_away};
use crate::time::Zone;

fn at(text: &str) -> Instant {
    Instant::from_timestamp(text.parse().unwrap()).unwrap()
}

fn bangkok(hour: i8) -> Timing {
    Timing::new(Zone::named("Asia/Bangkok").unwrap(), Time::constant(hour, 0, 0, 0))
}

fn new_york(hour: i8) -> Timing {
    Timing::new(Zone::named("America/New_York").unwrap(), Time::constant(hour, 0, 0, 0))
}

/// One schedule, its rows of the queue, and what became of its slots.
struct World {
    schedule: Schedule,
    queue: Vec<Run>,
    amendments: BTreeMap<Slot, Amendment>,
    recorded: Vec<Occurrence>,
    waiting: BTreeSet<Slot>,
    now: Instant,
}

impl World {
    /// At midnight in Bangkok on 1 January 2026.
    fn of(cadence: impl Into<Cadence>) -> World {
        let policies = Policies {
            timing: bangkok(9),
            retry: RetryPolicy::TWO_DAYS_THEN_SUSPEND,
            run_at_start: true,
            catch_up: CatchUp::ALL,
        };
        let instruction = pays(1);
        let plan = Plan::new(cadence, policies, instruction);
        let now = at("2025-12-31T17:00:00Z");
        let creation = Creation::of(ScheduleId(1), AccountId(1), LaneId(1), plan);
        let created = create(creation, now).unwrap();
        World {
            schedule: created.schedule,
            queue: created.runs,
            amendments: BTreeMap::new(),
            recorded: Vec::new(),
            waiting: BTreeSet::new(),
            now,
        }
    }

    fn daily() -> World {
        let rule = Rule::days(1).unwrap();
        World::of(Recurrence::new(rule, date(2026, 1, 1), date(2026, 3, 31)).unwrap())
    }

    fn hourly() -> World {
        let rule = "FREQ=HOURLY;INTERVAL=5;COUNT=200".parse().unwrap();
        World::of(Timetable::new(rule, date(2026, 1, 1).at(1, 0, 0, 0)))
    }

    fn is_done(&self, slot: Slot) -> bool {
        self.waiting.contains(&slot) || self.recorded.iter().any(|it| it.slot == slot)
    }

    fn standing(&self, asked: &[Slot]) -> Standing {
        let standing_run = |run: &Run| StandingRun {
            key: run.key,
            attempt: run.attempt,
            role: run.role,
            in_flight: false,
        };
        let (cadence, others): (Vec<_>, Vec<_>) = self
            .queue
            .iter()
            .map(standing_run)
            .partition(|run| matches!(run.role, Role::Cadence { .. }));
        assert!(cadence.len() < 2, "{cadence:?}");
        let amendments: Vec<Amendment> = self.amendments.values().cloned().collect();
        let asked = asked.iter().copied();
        let told_of: Vec<Slot> =
            asked.chain(Standing::told_of(&self.schedule, &amendments)).collect();
        Standing {
            schedule: self.schedule.clone(),
            cadence: cadence.first().copied(),
            recorded: self.recorded.iter().filter_map(|it| it.ordinal).max().unwrap_or(0),
            others,
            amendments,
            done: told_of.into_iter().filter(|slot| self.is_done(*slot)).collect(),
        }
    }

    fn edit(&mut self, wish: Edit) -> Result<(), EditError> {
        let asked: Vec<Slot> = wish.amendments.iter().map(|amendment| amendment.slot).collect();
        let edited = edit(&self.standing(&asked), wish, self.now)?;
        for key in &edited.removed {
            let at = self.queue.iter().position(|run| run.key == *key).unwrap();
            self.queue.remove(at);
        }
        for run in edited.queued {
            assert!(self.queue.iter().all(|it| it.key != run.key), "{run:?} is queued twice");
            self.queue.push(run);
        }
        for amendment in edited.amendments {
            self.amendments.insert(amendment.slot, amendment);
        }
        for slot in edited.restored {
            self.amendments.remove(&slot);
        }
        self.schedule = edited.schedule;
        if self.schedule.paused.is_some() {
            assert_eq!(self.queue, [], "nothing of a paused schedule is queued");
        }
        Ok(())
    }

    fn turn(&mut self, turn: Turn) -> Result<(), EditError> {
        self.edit(Edit { turn: Some(turn), ..Edit::default() })
    }

    fn pause(&mut self) -> Result<(), EditError> {
        self.turn(Turn::Pause { reason: "a holiday".into() })
    }

    fn retime(&mut self, timing: Timing) -> Result<(), EditError> {
        self.edit(Edit { timing: Some(timing), ..Edit::default() })
    }

    /// Runs all that comes due until then, each as it comes.
    fn run_until(&mut self, until: Instant, is_paid: bool) {
        while let Some(run) = self.queue.iter().min_by_key(|run| run.key).cloned() {
            if run.key.due > until {
                break;
            }
            self.now = self.now.max(run.key.due);
            let settlement = match admit(&run, self.now) {
                Err(lateness) => turn_away(&run, lateness, self.now),
                Ok(()) if is_paid => {
                    settle(&run, Outcome::Succeeded(PaymentId::Charge(ChargeId(1))), self.now)
                }
                Ok(()) => {
                    let decline =
                        Decline { payment: None, kind: DeclineKind::Payer, message: None };
                    settle(&run, Outcome::Declined(decline), self.now)
                }
            };
            self.queue.retain(|it| it.key != run.key);
            self.write(settlement);
        }
        self.now = self.now.max(until);
    }

    fn write(&mut self, settlement: Settlement) {
        for occurrence in settlement.occurrences {
            let of_slot = self.recorded.iter().filter(|it| it.slot == occurrence.slot);
            for before in of_slot {
                assert_eq!(before.status, OccurrenceStatus::Failed, "it is over: {occurrence:?}");
                assert!(before.attempt < occurrence.attempt, "{occurrence:?} is made again");
            }
            assert!(!self.waiting.contains(&occurrence.slot), "{occurrence:?} waits");
            self.recorded.push(occurrence);
        }
        if let Some(awaiting) = settlement.awaiting {
            assert!(self.waiting.insert(awaiting.run.key.slot), "{awaiting:?} waits twice");
        }
        if let Some((status, at)) = settlement.status.filter(|_| self.schedule.status.is_active()) {
            self.schedule.status = status;
            self.schedule.ended_at = (!status.is_active()).then_some(at);
            if status == Status::Suspended {
                self.queue.clear();
            }
        }
        let goes_on = !matches!(self.schedule.status, Status::Suspended | Status::Deleted);
        self.queue.extend(settlement.follow.filter(|_| goes_on));
    }

    /// `slot due` of what stands in the queue, soonest first.
    fn queued(&self) -> Vec<String> {
        let mut queue: Vec<&Run> = self.queue.iter().collect();
        queue.sort_by_key(|run| run.key);
        queue.iter().map(|run| format!("{:?} {}", run.key.slot, run.key.due)).collect()
    }

    /// `slot attempt status` of what was recorded, from a record on.
    fn recorded_from(&self, first: usize) -> Vec<String> {
        let shown = |it: &Occurrence| format!("{:?} {} {:?}", it.slot, it.attempt, it.status);
        self.recorded.iter().skip(first).map(shown).collect()
    }
}

fn pays(amount_minor: i64) -> Instruction {
    Instruction::Charge {
        customer: CustomerId(1),
        card: None,
        money: Money::new(amount_minor, Currency::THB),
        description: None,
    }
}

#[test]
fn a_paused_schedule_runs_nothing_and_goes_on_with_what_it_missed() {
    let mut world = World::daily();
    world.run_until(at("2026-01-02T12:00:00Z"), true);
    world.pause().unwrap();
    world.run_until(at("2026-01-04T12:00:00Z"), true);
    assert_eq!(world.recorded.len(), 2);
    world.turn(Turn::Resume).unwrap();
    assert_eq!(world.queued(), ["2026-01-03 2026-01-03T02:00:00Z"]);
    world.run_until(at("2026-01-04T12:00:00Z"), true);
    assert_eq!(world.recorded_from(2), ["2026-01-03 0 Successful", "2026-01-04 0 Successful"]);
}

#[test]
fn what_a_pause_missed_is_skipped_where_policy_says_so() {
    let mut world = World::daily();
    world.run_until(at("2026-01-02T12:00:00Z"), true);
    world.pause().unwrap();
    let catch_up = CatchUp { missed: Missed::Skip, ..CatchUp::ALL };
    world.edit(Edit { catch_up: Some(catch_up), ..Edit::default() }).unwrap();
    world.run_until(at("2026-01-04T12:00:00Z"), true);
    world.turn(Turn::Resume).unwrap();
    world.run_until(at("2026-01-05T12:00:00Z"), true);
    assert_eq!(
        world.recorded_from(2),
        ["2026-01-03 0 Skipped", "2026-01-04 0 Skipped", "2026-01-05 0 Successful"]
    );
}

#[test]
fn a_retry_that_a_pause_interrupts_is_made_afterwards() {
    let mut world = World::daily();
    world.run_until(at("2026-01-01T12:00:00Z"), false);
    world.pause().unwrap();
    world.run_until(at("2026-01-02T12:00:00Z"), true);
    world.turn(Turn::Resume).unwrap();
    world.run_until(at("2026-01-02T12:00:00Z"), true);
    assert_eq!(
        world.recorded_from(0),
        ["2026-01-01 0 Failed", "2026-01-01 1 Successful", "2026-01-02 0 Skipped"]
    );
}

#[test]
fn only_what_stands_still_is_resumed_and_only_what_is_suspended_is_let_go_on() {
    let mut world = World::daily();
    world.run_until(at("2026-01-01T12:00:00Z"), true);
    let id = world.schedule.id;
    assert_eq!(world.turn(Turn::Resume), Err(EditError::NotPaused(id)));
    assert_eq!(world.turn(Turn::Unsuspend), Err(EditError::NotSuspended(id)));
    world.pause().unwrap();
    assert_eq!(world.pause(), Err(EditError::Paused(id)));
    let wish = Edit { instruction: Some(pays(2)), ..Edit::default() };
    assert_eq!(world.edit(wish), Err(EditError::Paused(id)));
}

#[test]
fn a_schedule_never_comes_to_pay_by_another_kind_of_instruction() {
    let mut world = World::daily();
    world.run_until(at("2026-01-01T12:00:00Z"), true);
    let transfer = Instruction::Transfer {
        recipient: RecipientId(1),
        amount: TransferAmount::Fixed(Money::new(1, Currency::THB)),
    };
    let other_kind = Err(EditError::OtherKind(world.schedule.id, InstructionKind::Charge));
    let all = Edit { instruction: Some(transfer.clone()), ..Edit::default() };
    assert_eq!(world.edit(all), other_kind);
    let slot = Slot::of_date(date(2026, 1, 3));
    let one = Amendment {
        instruction: Some(transfer.clone()),
        ..Amendment::none(world.schedule.id, slot)
    };
    assert_eq!(world.edit(Edit { amendments: vec![one], ..Edit::default() }), other_kind);
    let run_at = at("2026-01-03T12:00:00Z");
    let more = Addition { run_at, instruction: transfer, canceled_at: None };
    assert_eq!(world.edit(Edit { additions: vec![more], ..Edit::default() }), other_kind);
}

#[test]
fn a_suspended_schedule_is_let_go_on_from_its_next_slot() {
    let mut world = World::daily();
    world.run_until(at("2026-01-10T12:00:00Z"), false);
    assert_eq!(world.schedule.status, Status::Suspended);
    let before = world.recorded.len();
    world.turn(Turn::Unsuspend).unwrap();
    assert_eq!((world.schedule.status, world.schedule.ended_at), (Status::Running, None));
    assert_eq!(world.queued(), ["2026-01-11 2026-01-11T02:00:00Z"]);
    world.run_until(at("2026-01-11T12:00:00Z"), true);
    assert_eq!(world.recorded_from(before), ["2026-01-11 0 Successful"]);
}

#[test]
fn a_suspended_schedule_that_has_no_slot_left_expires() {
    let rule = Rule::days(1).unwrap();
    let mut world = World::of(Recurrence::new(rule, date(2026, 1, 1), date(2026, 1, 3)).unwrap());
    world.run_until(at("2026-01-10T12:00:00Z"), false);
    world.turn(Turn::Unsuspend).unwrap();
    assert_eq!(world.schedule.status, Status::Expired);
    assert_eq!(world.queue, []);
}

#[test]
fn another_hour_moves_what_is_to_come_and_brings_nothing_back() {
    let mut world = World::daily();
    world.run_until(at("2026-01-02T03:00:00Z"), true);
    // The second has run at nine; nine in the evening is still to come on its day.
    world.retime(bangkok(21)).unwrap();
    assert_eq!(world.queued(), ["2026-01-03 2026-01-03T14:00:00Z"]);
    let second = Slot::of_date(date(2026, 1, 2));
    let canceled = Amendment::none(world.schedule.id, second);
    let wish = Edit { amendments: vec![canceled], ..Edit::default() };
    assert_eq!(world.edit(wish), Err(EditError::Done(second)));
    world.run_until(at("2026-01-04T16:00:00Z"), true);
    assert_eq!(world.recorded_from(2), ["2026-01-03 0 Successful", "2026-01-04 0 Successful"]);
}

#[test]
fn a_slot_whose_new_hour_has_passed_runs_at_once() {
    let mut world = World::daily();
    world.run_until(at("2026-01-01T12:00:00Z"), true);
    world.retime(bangkok(23)).unwrap();
    world.run_until(at("2026-01-02T10:00:00Z"), true);
    world.retime(bangkok(8)).unwrap();
    assert_eq!(world.queued(), ["2026-01-02 2026-01-02T10:00:00Z"]);
}

#[test]
fn what_falls_on_a_closed_day_runs_on_the_next_that_is_open() {
    let mut world = World::daily();
    // Friday, after its hour.
    world.run_until(at("2026-01-30T12:00:00Z"), true);
    let before = world.recorded.len();
    let days = BusinessDays::weekdays();
    world.retime(Timing { business_days: Some(days), ..bangkok(9) }).unwrap();
    assert_eq!(world.queued(), ["2026-01-31 2026-02-02T02:00:00Z"]);
    world.run_until(at("2026-02-02T01:59:59Z"), true);
    assert_eq!(world.recorded_from(before), [""; 0], "nothing runs at the weekend");
    world.run_until(at("2026-02-03T03:00:00Z"), true);
    let ran = ["2026-01-31", "2026-02-01", "2026-02-02", "2026-02-03"];
    assert_eq!(world.recorded_from(before), ran.map(|day| format!("{day} 0 Successful")));
}

#[test]
fn opening_a_closed_day_runs_what_waits_for_the_next_and_repeats_nothing() {
    let mut world = World::daily();
    world.run_until(at("2026-01-29T12:00:00Z"), true);
    let closed = Timing { business_days: Some(BusinessDays::weekdays()), ..bangkok(9) };
    world.retime(closed.clone()).unwrap();
    world.run_until(at("2026-01-30T12:00:00Z"), true);
    let before = world.recorded.len();
    // Sunday: the Saturday waits for Monday.
    world.run_until(at("2026-02-01T12:00:00Z"), true);
    world.retime(bangkok(9)).unwrap();
    world.run_until(at("2026-02-01T13:00:00Z"), true);
    let ran = ["2026-01-31 0 Successful", "2026-02-01 0 Successful"];
    assert_eq!(world.recorded_from(before), ran);
    // What ran at the weekend would have been Monday's by the days that are closed again.
    world.retime(closed).unwrap();
    world.run_until(at("2026-02-03T00:00:00Z"), true);
    assert_eq!(world.recorded_from(before + 2), ["2026-02-02 0 Successful"]);
}

#[test]
fn a_rule_that_begins_at_a_weekend_leaves_what_waited_for_monday_behind() {
    let mut world = World::daily();
    world.run_until(at("2026-01-29T12:00:00Z"), true);
    let closed = Timing { business_days: Some(BusinessDays::weekdays()), ..bangkok(9) };
    world.retime(closed).unwrap();
    world.run_until(at("2026-02-01T12:00:00Z"), true);
    let before = world.recorded.len();
    let rule = Recurrence::new(Rule::days(2).unwrap(), date(2026, 1, 1), date(2026, 3, 31));
    world.edit(Edit { cadence: Some(rule.unwrap().into()), ..Edit::default() }).unwrap();
    world.run_until(at("2026-02-05T12:00:00Z"), true);
    let ran = ["2026-02-02 0 Successful", "2026-02-04 0 Successful"];
    assert_eq!(world.recorded_from(before), ran);
}

#[test]
fn a_zone_to_the_west_repeats_no_hour_that_has_run() {
    let mut world = World::hourly();
    world.run_until(at("2026-01-01T12:00:00Z"), true);
    let before = world.recorded.len();
    world.retime(new_york(0)).unwrap();
    assert_eq!(world.queued(), ["2026-01-01T21:00:00 2026-01-02T02:00:00Z"]);
    // Nor does another rule that begins in those hours.
    let rule = Timetable::new("FREQ=HOURLY".parse().unwrap(), date(2026, 1, 1).at(1, 0, 0, 0));
    world.edit(Edit { cadence: Some(rule.into()), ..Edit::default() }).unwrap();
    world.run_until(at("2026-01-02T03:00:00Z"), true);
    assert_eq!(
        world.recorded_from(before),
        ["2026-01-01T21:00:00 0 Successful", "2026-01-01T22:00:00 0 Successful"]
    );
}

#[test]
fn what_was_called_off_before_the_clocks_went_back_comes_alone() {
    let mut world = World::hourly();
    let eleven = Slot::of(date(2026, 1, 1).at(11, 0, 0, 0));
    let none = Amendment::none(world.schedule.id, eleven);
    let called_off = Amendment { canceled_at: Some(world.now), ..none.clone() };
    world.edit(Edit { amendments: vec![called_off], ..Edit::default() }).unwrap();
    world.run_until(at("2026-01-01T12:00:00Z"), true);
    world.retime(new_york(0)).unwrap();
    world.edit(Edit { amendments: vec![none], ..Edit::default() }).unwrap();
    let before = world.recorded.len();
    world.run_until(at("2026-01-02T03:00:00Z"), true);
    assert_eq!(
        world.recorded_from(before),
        ["2026-01-01T11:00:00 0 Successful", "2026-01-01T21:00:00 0 Successful"]
    );
}

/// One thing that happens to a schedule.
#[derive(Clone, Copy, Debug)]
enum Step {
    Run { hours: i64, is_paid: bool },
    Sleep { hours: i64 },
    Pause,
    Resume,
    Unsuspend,
    Retime { is_east: bool, hour: i8 },
    Close { which: Option<NamedCalendar> },
    Retry { retries_max: u8, suspends: bool },
    CatchUp { missed: Missed },
    CallOff { ahead: usize },
    Restore { ahead: usize },
    Move { ahead: usize, hours: i64 },
    Add { hours: i64 },
    NewRule { every_hours: i64 },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let missed = prop_oneof![Just(Missed::All), Just(Missed::Latest), Just(Missed::Skip)];
    let closed = proptest::option::of(proptest::sample::select(&NamedCalendar::ALL[..]));
    let step = prop_oneof![
        4 => (1..80_i64, any::<bool>()).prop_map(|(hours, is_paid)| Step::Run { hours, is_paid }),
        1 => (1..200_i64).prop_map(|hours| Step::Sleep { hours }),
        2 => Just(Step::Pause),
        2 => Just(Step::Resume),
        2 => Just(Step::Unsuspend),
        3 => (any::<bool>(), 0..24_i8).prop_map(|(is_east, hour)| Step::Retime { is_east, hour }),
        3 => closed.prop_map(|which| Step::Close { which }),
        1 => (0..3_u8, any::<bool>())
            .prop_map(|(retries_max, suspends)| Step::Retry { retries_max, suspends }),
        1 => missed.prop_map(|missed| Step::CatchUp { missed }),
        1 => (0..12_usize).prop_map(|ahead| Step::CallOff { ahead }),
        2 => (0..12_usize).prop_map(|ahead| Step::Restore { ahead }),
        1 => (0..12_usize, 1..100_i64).prop_map(|(ahead, hours)| Step::Move { ahead, hours }),
        1 => (1..100_i64).prop_map(|hours| Step::Add { hours }),
        1 => (1..30_i64).prop_map(|every_hours| Step::NewRule { every_hours }),
    ];
    proptest::collection::vec(step, 1..40)
}

impl World {
    fn take(&mut self, step: Step) -> Result<(), EditError> {
        let until = |now: Instant, hours: i64| now.plus_seconds(hours * 3_600);
        match step {
            Step::Run { hours, is_paid } => {
                self.run_until(until(self.now, hours), is_paid);
                Ok(())
            }
            Step::Sleep { hours } => {
                self.now = until(self.now, hours);
                Ok(())
            }
            Step::Pause => self.pause(),
            Step::Resume => self.turn(Turn::Resume),
            Step::Unsuspend => self.turn(Turn::Unsuspend),
            Step::Retime { is_east: true, hour } => self.retime(bangkok(hour)),
            Step::Retime { is_east: false, hour } => self.retime(new_york(hour)),
            Step::Close { which } => {
                let from = date(2026, 1, 1);
                let business_days = which.map(|which| BusinessDays::of(which, from));
                let present = self.schedule.plan.policies.timing.clone();
                self.retime(Timing { business_days, ..present })
            }
            Step::Retry { retries_max, suspends } => {
                let retry = RetryPolicy {
                    retries_max,
                    spacing: RetrySpacing::NextDay,
                    retried: Retried::Every,
                    exhausted: if suspends { Exhausted::SuspendSchedule } else { Exhausted::GoOn },
                };
                self.edit(Edit { retry: Some(retry), ..Edit::default() })
            }
            Step::CatchUp { missed } => {
                let catch_up = CatchUp { missed, ..CatchUp::ALL };
                self.edit(Edit { catch_up: Some(catch_up), ..Edit::default() })
            }
            Step::CallOff { ahead } => {
                let canceled_at = Some(self.now);
                self.amend(ahead, |known| Amendment { canceled_at, ..known })
            }
            Step::Restore { ahead } => {
                self.amend(ahead, |known| Amendment::none(known.schedule, known.slot))
            }
            Step::Move { ahead, hours } => {
                let run_at = Some(until(self.now, hours));
                self.amend(ahead, |known| Amendment { run_at, ..known })
            }
            Step::Add { hours } => {
                let run_at = until(self.now, hours);
                let addition = Addition { run_at, instruction: pays(3), canceled_at: None };
                self.edit(Edit { additions: vec![addition], ..Edit::default() })
            }
            Step::NewRule { every_hours } => {
                let rule = format!("FREQ=HOURLY;INTERVAL={every_hours}").parse().unwrap();
                let rule = Timetable::new(rule, date(2026, 1, 1).at(0, 0, 0, 0));
                self.edit(Edit { cadence: Some(rule.into()), ..Edit::default() })
            }
        }
    }

    /// Amends a slot of the rule that lies around now, before or after it.
    fn amend(
        &mut self,
        ahead: usize,
        change: impl Fn(Amendment) -> Amendment,
    ) -> Result<(), EditError> {
        let timing = &self.schedule.plan.policies.timing;
        let from = timing.zone.moment_at(self.now.plus_seconds(-30 * 3_600));
        let Some(slot) = self.schedule.plan.cadence.iter_from(from).nth(ahead) else {
            return Ok(());
        };
        let known = self.amendments.get(&slot).cloned();
        let known = known.unwrap_or_else(|| Amendment::none(self.schedule.id, slot));
        self.edit(Edit { amendments: vec![change(known)], ..Edit::default() })
    }

    /// What goes on has something to come.
    fn check(&self) {
        let Schedule { status, paused, .. } = &self.schedule;
        let is_idle = !status.is_active() || paused.is_some();
        let waits = !self.waiting.is_empty() || !self.amendments.is_empty();
        assert!(is_idle || waits || !self.queue.is_empty(), "it goes on with nothing");
        assert_eq!(self.queue.iter().filter(|_| paused.is_some()).count(), 0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn whatever_is_done_to_a_schedule_no_slot_runs_twice(
        is_daily in any::<bool>(),
        steps in steps(),
    ) {
        let mut world = if is_daily { World::daily() } else { World::hourly() };
        for step in steps {
            // What an edit is refused for leaves everything as it was.
            let _ = world.take(step);
            world.check();
        }
        let _ = world.turn(Turn::Resume);
        let _ = world.turn(Turn::Unsuspend);
        world.run_until(at("2026-08-01T00:00:00Z"), true);
        world.check();
    }
}
