//! Editing a schedule: another rule, other terms or policies, slots moved, changed, called
//! off, resumed or added; and having it stand still, or go on.
//!
//! An edit wins until an intent is committed: what runs, or has run, is not touched,
//! and says so. A slot that is edited leaves the cadence and stands in the queue by
//! itself; it keeps its name, so that it is still paid once.
//!
//! Other hours, or another zone, begin a chapter as another rule does: what the cadence has
//! passed by then stays passed, though its hour would come again.
//!
//! A pause takes every run out of the queue and keeps it with the schedule; edits that are
//! allowed meanwhile change it there, and what resumes the schedule puts it back.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::account::Attributes;
use crate::amendment::Amendment;
use crate::cadence::Cadence;
use crate::identity::ScheduleId;
use crate::instruction::{Instruction, InstructionKind};
use crate::policy::{CatchUp, RetryPolicy, Timing};
use crate::run::{Attempt, Plan, Role, Run, RunKey};
use crate::schedule::{Chapter, Link, Pause, PausedRun, Schedule, Status};
use crate::time::{Instant, Slot};

/// Slots of a schedule that can be amended, at most.
pub const AMENDMENTS_MAX: usize = 5_000;

/// Rules that a schedule can have had before, at most.
pub const CHAPTERS_MAX: usize = 1_000;

/// What is to change. What is not named stays as it is.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Edit {
    /// Another rule: it gives slots from now on, in place of what the old one had not run.
    pub cadence: Option<Cadence>,
    /// What each run pays that has no instruction of its own.
    pub instruction: Option<Instruction>,
    /// Slots as they are to stand: moved, changed, called off, or (void) as the rule has them.
    pub amendments: Vec<Amendment>,
    /// Slots to be added.
    pub additions: Vec<Addition>,
    /// Dialect attributes.
    pub attributes: Option<Attributes>,
    /// What follows a declined attempt, from the next outcome on.
    pub retry: Option<RetryPolicy>,
    /// What becomes of slots that are missed.
    pub catch_up: Option<CatchUp>,
    /// In whose zone, and at which hour, the slots run that the cadence has not touched.
    pub timing: Option<Timing>,
    /// Whether the schedule is to stand still, or to go on.
    pub turn: Option<Turn>,
}

impl Edit {
    /// Whether it changes what the schedule pays, or when, and not only how it behaves.
    fn concerns_slots(&self) -> bool {
        self.cadence.is_some()
            || self.instruction.is_some()
            || !self.amendments.is_empty()
            || !self.additions.is_empty()
    }

    /// Whether nothing is asked but that the schedule stand still.
    fn only_pauses(&self) -> bool {
        let Edit { retry, catch_up, timing, turn, .. } = self;
        matches!(turn, Some(Turn::Pause { .. }))
            && !self.concerns_slots()
            && (retry.is_none() && catch_up.is_none() && timing.is_none())
    }
}

/// Standing still, and going on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Turn {
    /// Nothing of it is to run until it is resumed.
    Pause {
        /// Why.
        reason: Box<str>,
    },
    /// What was paused goes on. What came due meanwhile was missed.
    Resume,
    /// What was suspended goes on with its next slot.
    Unsuspend,
}

/// A slot to be added by hand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Addition {
    /// When it runs.
    pub run_at: Instant,
    /// What it pays.
    pub instruction: Instruction,
    /// Since when it is called off, for one that is only noted.
    pub canceled_at: Option<Instant>,
}

/// A schedule as it stands, with all that an edit must know, read at one moment.
#[derive(Clone, PartialEq, Debug)]
pub struct Standing {
    /// The schedule.
    pub schedule: Schedule,
    /// The run that carries it on, and whether it is in flight.
    pub cadence: Option<StandingRun>,
    /// How many occurrences the cadence has recorded.
    pub recorded: u32,
    /// Its other runs in the queue.
    pub others: Vec<StandingRun>,
    /// What was done to its slots before, by slot.
    pub amendments: Vec<Amendment>,
    /// Which slots have run, or wait for their outcome: of those that were asked about, of
    /// those that were amended, and of the one with which the cadence began.
    pub done: BTreeSet<Slot>,
}

impl Standing {
    /// The slots of which `done` tells, beside those that are asked about.
    pub fn told_of<'a>(
        schedule: &Schedule,
        amendments: &'a [Amendment],
    ) -> impl Iterator<Item = Slot> + use<'a> {
        let first = schedule.first.map(|link| link.slot);
        first.into_iter().chain(amendments.iter().map(|amendment| amendment.slot))
    }

    /// How it would stand if what is paused stood in the queue, and nothing were due.
    fn with_paused(&self, pause: &Pause) -> Standing {
        let Schedule { id, lane, .. } = self.schedule;
        let runs = pause.runs.iter().map(|run| StandingRun {
            key: RunKey { lane, due: run.due, schedule: id, slot: run.slot },
            attempt: run.attempt,
            role: run.role,
            in_flight: false,
        });
        let (cadence, others): (Vec<_>, Vec<_>) =
            runs.partition(|run| matches!(run.role, Role::Cadence { .. }));
        Standing { cadence: cadence.first().copied(), others, ..self.clone() }
    }

    fn runs(&self) -> impl Iterator<Item = &StandingRun> {
        self.cadence.iter().chain(&self.others)
    }
}

/// A run in the queue.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StandingRun {
    /// Its place.
    pub key: RunKey,
    /// Which attempt.
    pub attempt: Attempt,
    /// Whether what follows depends on it.
    pub role: Role,
    /// Whether its intent is committed.
    pub in_flight: bool,
}

impl StandingRun {
    /// Whether nothing has been asked for yet for its slot.
    const fn is_untried(&self) -> bool {
        self.attempt == 0 && !self.in_flight
    }
}

/// All that an edit writes, in one commit, or not at all.
#[derive(Clone, PartialEq, Debug)]
pub struct Edited {
    /// The schedule as it is now; its version is one more than the stored one must be.
    pub schedule: Schedule,
    /// The run that carried it on, which must still be the one, if there is one.
    pub cadence: Option<RunKey>,
    /// Rows of the queue that leave. Each must still be there, and not in flight.
    pub removed: Vec<RunKey>,
    /// Rows that come, after those have left.
    pub queued: Vec<Run>,
    /// Amendments as they are now.
    pub amendments: Vec<Amendment>,
    /// Slots that no amendment concerns any longer.
    pub restored: Vec<Slot>,
}

/// Why a schedule cannot be edited so.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum EditError {
    /// It was ended.
    #[error("schedule {0} was ended")]
    Ended(ScheduleId),
    /// A run of it is in flight, or due: what follows is not known yet. Ask again when
    /// that has settled.
    #[error("a run of schedule {0} is under way")]
    UnderWay(ScheduleId),
    /// The slot has run, or runs now.
    #[error("slot {0:?} has run")]
    Done(Slot),
    /// The schedule has no such slot.
    #[error("the schedule has no slot {0:?}")]
    Unknown(Slot),
    /// Nothing of a suspended schedule runs, so no slot of it can be given a time.
    #[error(
        "schedule {0} is suspended: resume it, or give it a new rule, before its slots are moved or added to"
    )]
    Suspended(ScheduleId),
    /// The slot would come at no instant that there is.
    #[error("slot {0:?} lies beyond the year 2261")]
    TooLate(Slot),
    /// It is paused, so that no slot of it can be given a time, nor can it be paused.
    #[error("schedule {0} is paused: resume it first")]
    Paused(ScheduleId),
    /// It cannot be resumed.
    #[error("schedule {0} is not paused")]
    NotPaused(ScheduleId),
    /// It cannot be let go on.
    #[error("schedule {0} is not suspended")]
    NotSuspended(ScheduleId),
    /// It pays otherwise: who looks for what is charged must not find what is transferred.
    #[error("schedule {0} pays by {1}: by anything else another schedule has to")]
    OtherKind(ScheduleId, InstructionKind),
    /// More slots would be amended than can be.
    #[error(
        "a schedule can have {AMENDMENTS_MAX} amended slots, or {CHAPTERS_MAX} rules, and this would be more"
    )]
    TooMany,
}

/// Changes a schedule.
pub fn edit(standing: &Standing, edit: Edit, now: Instant) -> Result<Edited, EditError> {
    let schedule = &standing.schedule;
    if schedule.status == Status::Deleted {
        return Err(EditError::Ended(schedule.id));
    }
    if let Some(pause) = &schedule.paused {
        if edit.concerns_slots() || matches!(edit.turn, Some(Turn::Pause { .. })) {
            return Err(EditError::Paused(schedule.id));
        }
        let edited = change(&standing.with_paused(pause), edit, now)?;
        // What is paused stands in no queue that it could leave.
        return Ok(Edited {
            cadence: standing.cadence.map(|run| run.key),
            removed: vec![],
            ..edited
        });
    }
    if is_under_way(standing, &edit, now) {
        return Err(EditError::UnderWay(schedule.id));
    }
    change(standing, edit, now)
}

/// Whether a run must settle before the edit can be decided. A pause waits for what is in
/// flight alone: what is due, and cannot run, is what it is to stop.
fn is_under_way(standing: &Standing, edit: &Edit, now: Instant) -> bool {
    let is_due = |run: StandingRun| run.key.due <= now && !edit.only_pauses();
    let waits_for_all = matches!(edit.turn, Some(Turn::Pause { .. } | Turn::Unsuspend));
    standing.cadence.is_some_and(|run| run.in_flight || is_due(run))
        || (waits_for_all && standing.others.iter().any(|run| run.in_flight))
}

fn change(standing: &Standing, edit: Edit, now: Instant) -> Result<Edited, EditError> {
    let schedule = &standing.schedule;
    let Edit { cadence, instruction, amendments, additions: added, attributes, .. } = edit;
    let Edit { retry, catch_up, timing, turn, .. } = edit;
    let mut draft = Draft::open(standing, now);
    draft.turn(turn)?;
    if let Some(timing) = timing {
        draft.retime(timing)?;
    }
    let policies = &mut draft.plan.policies;
    policies.retry = retry.unwrap_or(policies.retry);
    policies.catch_up = catch_up.unwrap_or(policies.catch_up);
    if let Some(cadence) = cadence {
        draft.begin_chapter(cadence)?;
    }
    if let Some(instruction) = instruction {
        heed_kind(schedule, &instruction)?;
        draft.plan.instruction = instruction;
    }
    for amendment in amendments {
        draft.amend(amendment)?;
    }
    let added = additions(schedule, draft.amendments.keys().copied(), added)?;
    for amendment in added {
        draft.changed.insert(amendment.slot);
        draft.amendments.insert(amendment.slot, amendment);
    }
    if let Some(attributes) = attributes {
        draft.schedule.attributes = attributes;
    }
    draft.close()
}

/// Slots added by hand, each under a name that nothing else has.
pub(crate) fn additions(
    schedule: &Schedule,
    known: impl Iterator<Item = Slot>,
    additions: Vec<Addition>,
) -> Result<Vec<Amendment>, EditError> {
    if additions.is_empty() {
        return Ok(Vec::new());
    }
    let mut taken: BTreeSet<Slot> = known.collect();
    if taken.len().saturating_add(additions.len()) > AMENDMENTS_MAX {
        return Err(EditError::TooMany);
    }
    additions
        .into_iter()
        .map(|Addition { run_at, instruction, canceled_at }| {
            heed_kind(schedule, &instruction)?;
            let moment = schedule.plan.policies.timing.zone.moment_at(run_at);
            let slot = (1..=Slot::ADDED_PER_SECOND_MAX)
                .filter_map(|number| Slot::added(moment, number))
                .find(|slot| taken.insert(*slot))
                .ok_or(EditError::TooMany)?;
            Ok(Amendment {
                schedule: schedule.id,
                slot,
                run_at: Some(run_at),
                instruction: Some(instruction),
                canceled_at,
            })
        })
        .collect()
}

/// A schedule pays by one kind of instruction from its first slot to its last.
fn heed_kind(schedule: &Schedule, instruction: &Instruction) -> Result<(), EditError> {
    let kind = schedule.plan.instruction.kind();
    if instruction.kind() == kind { Ok(()) } else { Err(EditError::OtherKind(schedule.id, kind)) }
}

/// The run of an amended slot; none where it is called off, or comes at no instant.
pub(crate) fn amended_run(schedule: &Schedule, amendment: &Amendment, now: Instant) -> Option<Run> {
    if amendment.canceled_at.is_some() {
        return None;
    }
    let Amendment { slot, run_at, .. } = amendment;
    let due = run_at.or_else(|| schedule.plan.due(*slot))?;
    let role = Role::Detached { last: false };
    let run = PausedRun { due, slot: *slot, attempt: 0, role };
    Some(queue(schedule, Some(amendment), run, now))
}

/// A run of a schedule as it stands in the queue. One that carries the schedule on has its
/// whole plan; another one pays what its slot was made to pay.
fn queue(schedule: &Schedule, amendment: Option<&Amendment>, run: PausedRun, now: Instant) -> Run {
    let PausedRun { due, slot, attempt, role } = run;
    let plan = match role {
        Role::Cadence { .. } => Arc::clone(&schedule.plan),
        Role::Detached { .. } => Arc::new(Plan {
            cadence: Cadence::Nothing,
            except: Box::default(),
            policies: schedule.plan.policies.clone(),
            instruction: amendment
                .and_then(|amendment| amendment.instruction.as_ref())
                .unwrap_or(&schedule.plan.instruction)
                .clone(),
        }),
    };
    Run {
        key: RunKey { lane: schedule.lane, due, schedule: schedule.id, slot },
        account: schedule.account,
        attempt,
        queued_at: now,
        role,
        plan,
        quoted: None,
    }
}

/// The first slot of a plan's cadence that is due later than now, and when.
pub(crate) fn next_due(plan: &Plan, now: Instant) -> Option<(Slot, Instant)> {
    let first = plan
        .cadence
        .iter_from(plan.policies.timing.nearest_to_come(now))
        .find(|slot| !plan.is_excepted(*slot) && plan.due(*slot).is_none_or(|due| due > now))?;
    Some((first, plan.due(first)?))
}

/// Whether one moment is followed by another, with nothing in between.
fn is_next(through: Slot, from: Slot) -> bool {
    through.stored().checked_add(1) == Some(from.stored())
}

/// An edit in the making.
struct Draft<'a> {
    standing: &'a Standing,
    now: Instant,
    schedule: Schedule,
    plan: Plan,
    amendments: BTreeMap<Slot, Amendment>,
    /// Amended now, or affected by what changed.
    changed: BTreeSet<Slot>,
    restored: BTreeSet<Slot>,
    has_new_rule: bool,
    has_new_hours: bool,
    goes_on: bool,
}

impl<'a> Draft<'a> {
    fn open(standing: &'a Standing, now: Instant) -> Draft<'a> {
        let schedule = standing.schedule.clone();
        Draft {
            standing,
            now,
            plan: Plan::clone(&schedule.plan),
            schedule,
            amendments: standing.amendments.iter().map(|it| (it.slot, it.clone())).collect(),
            changed: BTreeSet::new(),
            restored: BTreeSet::new(),
            has_new_rule: false,
            has_new_hours: false,
            goes_on: false,
        }
    }

    /// Whether nothing of the schedule stood in the queue.
    const fn was_paused(&self) -> bool {
        self.standing.schedule.paused.is_some()
    }

    /// The schedule stands still from now on, or goes on.
    fn turn(&mut self, turn: Option<Turn>) -> Result<(), EditError> {
        let id = self.schedule.id;
        match turn {
            None => {}
            Some(Turn::Pause { reason }) => {
                self.schedule.paused = Some(Pause { since: self.now, reason, runs: Vec::new() });
            }
            Some(Turn::Resume) => {
                self.schedule.paused.take().ok_or(EditError::NotPaused(id))?;
            }
            Some(Turn::Unsuspend) => {
                if self.schedule.status != Status::Suspended {
                    return Err(EditError::NotSuspended(id));
                }
                self.goes_on = true;
                self.take_up_amended();
            }
        }
        Ok(())
    }

    /// What was called off when the schedule was suspended, and has still to come, comes.
    fn take_up_amended(&mut self) {
        let queued: BTreeSet<Slot> = self.standing.runs().map(|run| run.key.slot).collect();
        let to_come = self.amendments.values().filter(|amendment| {
            let due = amendment.run_at.or_else(|| self.plan.due(amendment.slot));
            due.is_some_and(|due| due > self.now)
                && !self.standing.done.contains(&amendment.slot)
                && !queued.contains(&amendment.slot)
        });
        self.changed.extend(to_come.map(|amendment| amendment.slot));
    }

    /// From now on slots run at other hours. What the cadence has touched by the old ones is
    /// passed for good: a hand that turns the clocks back does not bring it back.
    fn retime(&mut self, timing: Timing) -> Result<(), EditError> {
        if timing == self.plan.policies.timing {
            return Ok(());
        }
        let untouched = self.untouched();
        let before = Slot::from_stored(untouched.stored().saturating_sub(1));
        let from = self.schedule.since;
        if self.plan.cadence != Cadence::Nothing && from <= before {
            let cadence = self.plan.cadence.clone();
            let former = &mut self.schedule.former;
            // The same rule as before, at hours that had changed before.
            let same = former
                .last_mut()
                .filter(|last| last.cadence == cadence && is_next(last.through, from));
            if let Some(last) = same {
                last.through = before;
            } else if former.len() >= CHAPTERS_MAX {
                return Err(EditError::TooMany);
            } else {
                former.push(Chapter { cadence, from, through: before });
            }
            self.schedule.since = untouched;
        }
        self.plan.policies.timing = timing;
        self.has_new_hours = true;
        Ok(())
    }

    /// Where the slots begin that the cadence has not touched.
    fn untouched(&self) -> Slot {
        let just_after = |slot: Slot| Slot::from_stored(slot.stored().saturating_add(1));
        match self.standing.cadence {
            Some(StandingRun { key, role: Role::Cadence { through, .. }, attempt, .. })
                if attempt > 0 =>
            {
                just_after(through.max(key.slot))
            }
            Some(run) => run.key.slot,
            None => {
                let next = self.coming().next();
                let now = just_after(Slot::of(self.plan.policies.timing.zone.moment_at(self.now)));
                next.unwrap_or(now).max(self.schedule.since)
            }
        }
    }

    /// The cadence's slots that are due later than now and that it has not passed.
    fn coming(&self) -> impl Iterator<Item = Slot> + '_ {
        let from = self.plan.policies.timing.nearest_to_come(self.now);
        let slots = self.plan.cadence.iter_from(from);
        slots.filter(|slot| self.is_to_come(*slot) && *slot >= self.schedule.since)
    }

    /// The last moment at which slots belong to a chapter that is over.
    fn passed(&self) -> Slot {
        self.schedule.former.iter().map(|chapter| chapter.through).max().unwrap_or(Slot::MIN)
    }

    /// The last moment at which a slot of a rule that begins now would be none of its own.
    fn before_new_rule(&self) -> Slot {
        let now = Slot::of(self.plan.policies.timing.zone.moment_at(self.now));
        now.max(self.passed())
    }

    /// From now on another rule gives the slots. What the old one gave and nobody ran is
    /// gone, edited or not; what has run, or was called off in its time, stays, and so
    /// does one that was moved here from a later time: were it forgotten, the new rule
    /// could give it again.
    fn begin_chapter(&mut self, cadence: Cadence) -> Result<(), EditError> {
        if self.schedule.former.len() >= CHAPTERS_MAX {
            return Err(EditError::TooMany);
        }
        let through = self.before_new_rule();
        let cadence = std::mem::replace(&mut self.plan.cadence, cadence);
        let from = self.schedule.since;
        if cadence != Cadence::Nothing && from <= through {
            self.schedule.former.push(Chapter { cadence, from, through });
        }
        let has_run = |amendment: &Amendment| {
            let waits = |run: &StandingRun| run.key.slot == amendment.slot && run.is_untried();
            amendment.canceled_at.is_none() && !self.standing.others.iter().any(waits)
        };
        let gone: Vec<Slot> = self
            .amendments
            .values()
            .filter(|it| it.slot.is_of_rule() && it.slot > through && !has_run(it))
            .map(|it| it.slot)
            .collect();
        for slot in gone {
            self.amendments.remove(&slot);
            self.restored.insert(slot);
        }
        self.has_new_rule = true;
        Ok(())
    }

    /// One slot as it is to stand.
    fn amend(&mut self, amendment: Amendment) -> Result<(), EditError> {
        let slot = amendment.slot;
        if let Some(instruction) = &amendment.instruction {
            heed_kind(&self.schedule, instruction)?;
        }
        let is_known = self.amendments.contains_key(&slot) || self.has_slot(slot);
        if !is_known {
            return Err(EditError::Unknown(slot));
        }
        let in_flight =
            self.standing.others.iter().any(|run| run.key.slot == slot && run.in_flight);
        if in_flight || self.standing.done.contains(&slot) {
            return Err(EditError::Done(slot));
        }
        self.changed.insert(slot);
        if amendment.is_void() && self.is_to_come(slot) {
            self.amendments.remove(&slot);
            self.restored.insert(slot);
        } else {
            self.restored.remove(&slot);
            self.amendments.insert(slot, amendment);
        }
        Ok(())
    }

    /// Whether a rule gives the slot to the schedule, the new one included.
    fn has_slot(&self, slot: Slot) -> bool {
        if self.has_new_rule {
            self.is_to_come(slot) && self.plan.cadence.contains(slot)
        } else {
            self.schedule.has_slot(slot)
        }
    }

    /// Whether the cadence has still to reach the slot.
    fn is_to_come(&self, slot: Slot) -> bool {
        slot > self.passed() && self.plan.due(slot).is_some_and(|due| due > self.now)
    }

    fn close(mut self) -> Result<Edited, EditError> {
        if self.amendments.len() > AMENDMENTS_MAX {
            return Err(EditError::TooMany);
        }
        self.plan.except = self.exceptions();
        self.schedule.plan = Arc::new(self.plan.clone());
        self.schedule.version = self.schedule.version.saturating_add(1);
        self.schedule.updated_at = self.now;
        self.schedule.recorded_before = self.standing.recorded;
        let mut removed: Vec<RunKey> = Vec::new();
        let mut queued: Vec<Run> = Vec::new();
        self.requeue_cadence(&mut removed, &mut queued);
        self.requeue_amended(&mut removed, &mut queued)?;
        if self.schedule.status == Status::Suspended && !queued.is_empty() {
            return Err(EditError::Suspended(self.schedule.id));
        }
        if self.was_paused() || self.schedule.paused.is_some() {
            self.keep_or_bring_back(&mut removed, &mut queued);
        }
        let cadence = self.standing.cadence.map(|run| run.key);
        let Draft { schedule, amendments, changed, restored, .. } = self;
        let amendments = changed.iter().filter_map(|slot| amendments.get(slot).cloned()).collect();
        let restored = restored.into_iter().collect();
        Ok(Edited { schedule, cadence, removed, queued, amendments, restored })
    }

    /// All that is to run, whether the edit touches it or not, waits with the schedule while
    /// it is paused, and in the queue once it is not.
    fn keep_or_bring_back(&mut self, removed: &mut Vec<RunKey>, queued: &mut Vec<Run>) {
        let left: Vec<PausedRun> = self
            .standing
            .runs()
            .filter(|run| !removed.contains(&run.key))
            .map(|StandingRun { key, attempt, role, .. }| PausedRun {
                due: key.due,
                slot: key.slot,
                attempt: *attempt,
                role: *role,
            })
            .collect();
        let Some(pause) = &mut self.schedule.paused else {
            queued.extend(left.into_iter().map(|run| {
                let amendment = self.amendments.get(&run.slot);
                queue(&self.schedule, amendment, run, self.now)
            }));
            return;
        };
        *removed = self.standing.runs().map(|run| run.key).collect();
        pause.runs = queued.drain(..).map(|run| PausedRun::of(&run)).chain(left).collect();
        pause.runs.sort_unstable_by_key(|run| (run.slot, run.attempt));
    }

    /// What the cadence has to pass by from here on.
    fn exceptions(&self) -> Box<[Slot]> {
        let stands = self.standing.cadence.map(|run| (run.key.slot, run.attempt));
        let follows = |slot: Slot| {
            stands.is_some_and(|(stands, attempt)| (slot, 1) > (stands, attempt.min(1)))
        };
        self.amendments
            .keys()
            .copied()
            .filter(|slot| self.is_to_come(*slot) || follows(*slot))
            .filter(|slot| self.plan.cadence.contains(*slot))
            .collect()
    }

    /// The cadence goes on with the plan as it is now. A retry stays where it stands, and
    /// what is suspended waits, unless for a rule that begins.
    fn requeue_cadence(&mut self, removed: &mut Vec<RunKey>, queued: &mut Vec<Run>) {
        if self.schedule.status == Status::Suspended && !self.has_new_rule && !self.goes_on {
            return;
        }
        let before = self.standing.cadence;
        removed.extend(before.map(|run| run.key));
        let retry = before.filter(|run| run.attempt > 0);
        let next = match retry {
            Some(run) => Some((run.key.slot, run.key.due)),
            None => self.next_slot().and_then(|slot| Some((slot, self.at_the_earliest(slot)?))),
        };
        if self.has_new_rule {
            // Its first slot after now, though that may go its own way.
            let now = self.before_new_rule();
            self.schedule.since = self.plan.cadence.after(now).unwrap_or(now);
        }
        let Some((slot, due)) = next else {
            if self.goes_on {
                self.schedule.status = Status::Expired;
                self.schedule.ended_at = Some(self.now);
            }
            return;
        };
        let attempt = retry.map_or(0, |run| run.attempt);
        let through = match retry.map(|run| run.role) {
            // A retry passes by nothing of a rule from before it was given.
            Some(Role::Cadence { through, .. }) if self.has_new_rule => {
                through.max(self.before_new_rule())
            }
            Some(Role::Cadence { through, .. }) => through,
            Some(Role::Detached { .. }) | None => slot,
        };
        self.schedule.first = Some(Link { due, slot, attempt });
        self.schedule.status =
            if self.plan.after(through).is_none() { Status::Expiring } else { Status::Running };
        self.schedule.ended_at = None;
        queued.push(Run {
            key: RunKey { lane: self.schedule.lane, due, schedule: self.schedule.id, slot },
            account: self.schedule.account,
            attempt,
            queued_at: self.now,
            role: Role::Cadence { recorded: self.standing.recorded, through },
            plan: Arc::clone(&self.schedule.plan),
            quoted: None,
        });
    }

    /// The slot with which the cadence goes on: of a new rule the first after now; else
    /// the one that is queued, or what follows where that goes its own way, or one that
    /// has come back before it. What the cadence has passed it never gives again, though
    /// it ran before its hour.
    fn next_slot(&self) -> Option<Slot> {
        if self.goes_on {
            let done = &self.standing.done;
            return self.coming().find(|it| !self.plan.is_excepted(*it) && !done.contains(it));
        }
        if self.has_new_rule {
            let now = self.before_new_rule();
            let given = std::iter::successors(self.plan.after(now), |slot| self.plan.after(*slot));
            return given.into_iter().find(|slot| self.is_to_come(*slot));
        }
        let back = self.restored.iter().copied().find(|slot| !self.plan.is_excepted(*slot));
        let queued = self.standing.cadence.map(|run| run.key.slot).and_then(|slot| {
            if self.plan.is_excepted(slot) { self.plan.after(slot) } else { Some(slot) }
        });
        back.into_iter().chain(queued).min()
    }

    /// When a slot of the cadence comes. One whose new hour has passed before its old one
    /// comes now, so that no edit makes it late; what was paused is as late as it is.
    fn at_the_earliest(&self, slot: Slot) -> Option<Instant> {
        let due = self.plan.due(slot)?;
        Some(if self.has_new_hours && !self.was_paused() { due.max(self.now) } else { due })
    }

    /// Every amended slot that has still to run stands in the queue as it is now. One that
    /// was tried and is to be tried again has begun: its retry stays as it stands.
    fn requeue_amended(
        &self,
        removed: &mut Vec<RunKey>,
        queued: &mut Vec<Run>,
    ) -> Result<(), EditError> {
        let waiting: BTreeMap<Slot, &StandingRun> = self
            .standing
            .others
            .iter()
            .filter(|run| run.is_untried())
            .map(|run| (run.key.slot, run))
            .collect();
        let gone = self.restored.iter().chain(&self.changed).chain(self.follows_template());
        let touched: BTreeSet<Slot> = gone.copied().collect();
        removed.extend(touched.iter().filter_map(|slot| waiting.get(slot)).map(|run| run.key));
        for slot in touched {
            let Some(amendment) = self.amendments.get(&slot) else { continue };
            if !self.changed.contains(&slot) && !waiting.contains_key(&slot) {
                continue; // it has run
            }
            match amended_run(&self.schedule, amendment, self.now) {
                Some(mut run) => {
                    if let Some(before) = waiting.get(&slot) {
                        run.role = before.role;
                    }
                    if self.has_new_hours && !self.was_paused() {
                        run.key.due = run.key.due.max(self.now);
                    }
                    queued.push(run);
                }
                None if amendment.canceled_at.is_some() => {}
                None => return Err(EditError::TooLate(slot)),
            }
        }
        Ok(())
    }

    /// Slots that were moved but pay what their schedule pays, or behave as it does, where
    /// that has changed.
    fn follows_template(&self) -> impl Iterator<Item = &Slot> {
        let before = &self.standing.schedule.plan;
        let pays_otherwise = self.plan.instruction != before.instruction;
        let behaves_otherwise = self.plan.policies != before.policies;
        self.amendments
            .values()
            .filter(move |it| behaves_otherwise || (pays_otherwise && it.instruction.is_none()))
            .map(|amendment| &amendment.slot)
    }
}

#[cfg(test)]
mod tests;
