//! Editing a schedule: another rule, other terms, slots moved, changed, called off,
//! resumed or added.
//!
//! An edit wins until an intent is committed: what runs, or has run, is not touched,
//! and says so. A slot that is edited leaves the cadence and stands in the queue by
//! itself; it keeps its name, so that it is still paid once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::SignedDuration;

use crate::account::Attributes;
use crate::amendment::Amendment;
use crate::cadence::Cadence;
use crate::identity::ScheduleId;
use crate::instruction::Instruction;
use crate::run::{Attempt, Plan, Role, Run, RunKey};
use crate::schedule::{Chapter, Link, Schedule, Status};
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
    /// Which of the slots that were asked about have run, or wait for their outcome.
    pub done: BTreeSet<Slot>,
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
    if standing.cadence.is_some_and(|run| run.in_flight || run.key.due <= now) {
        return Err(EditError::UnderWay(schedule.id));
    }
    let Edit { cadence, instruction, amendments, additions: added, attributes } = edit;
    let mut draft = Draft::open(standing, now);
    if let Some(cadence) = cadence {
        draft.begin_chapter(cadence)?;
    }
    if let Some(instruction) = instruction {
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

/// The run of an amended slot; none where it is called off, or comes at no instant.
pub(crate) fn amended_run(schedule: &Schedule, amendment: &Amendment, now: Instant) -> Option<Run> {
    if amendment.canceled_at.is_some() {
        return None;
    }
    let Amendment { slot, run_at, instruction, .. } = amendment;
    let due = run_at.or_else(|| schedule.plan.due(*slot))?;
    let plan = Plan {
        cadence: Cadence::Nothing,
        except: Box::default(),
        policies: schedule.plan.policies.clone(),
        instruction: instruction.as_ref().unwrap_or(&schedule.plan.instruction).clone(),
    };
    Some(Run {
        key: RunKey { lane: schedule.lane, due, schedule: schedule.id, slot: *slot },
        account: schedule.account,
        attempt: 0,
        queued_at: now,
        role: Role::Detached { last: false },
        plan: Arc::new(plan),
        quoted: None,
    })
}

/// The first slot of a plan's cadence that is due later than now, and when.
pub(crate) fn next_due(plan: &Plan, now: Instant) -> Option<(Slot, Instant)> {
    // A day covers every zone's gap and fold, and the hour of a date.
    let near = plan.policies.timing.zone.moment_at(now);
    let from = near.checked_sub(SignedDuration::from_hours(24)).unwrap_or(near);
    let first = plan
        .cadence
        .iter_from(from)
        .find(|slot| !plan.is_excepted(*slot) && plan.due(*slot).is_none_or(|due| due > now))?;
    Some((first, plan.due(first)?))
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
        }
    }

    /// From now on another rule gives the slots. What the old one gave and nobody ran is
    /// gone, edited or not; what has run, or was called off in its time, stays, and so
    /// does one that was moved here from a later time: were it forgotten, the new rule
    /// could give it again.
    fn begin_chapter(&mut self, cadence: Cadence) -> Result<(), EditError> {
        if self.schedule.former.len() >= CHAPTERS_MAX {
            return Err(EditError::TooMany);
        }
        let through = Slot::of(self.plan.policies.timing.zone.moment_at(self.now));
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
        self.plan.due(slot).is_some_and(|due| due > self.now)
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
        let cadence = self.standing.cadence.map(|run| run.key);
        let Draft { schedule, amendments, changed, restored, .. } = self;
        let amendments = changed.iter().filter_map(|slot| amendments.get(slot).cloned()).collect();
        let restored = restored.into_iter().collect();
        Ok(Edited { schedule, cadence, removed, queued, amendments, restored })
    }

    /// What the cadence has to pass by from here on.
    fn exceptions(&self) -> Box<[Slot]> {
        let retried = self.standing.cadence.filter(|run| run.attempt > 0).map(|run| run.key.slot);
        self.amendments
            .keys()
            .copied()
            .filter(|slot| self.is_to_come(*slot) || retried.is_some_and(|retried| *slot > retried))
            .filter(|slot| self.plan.cadence.contains(*slot))
            .collect()
    }

    /// The cadence goes on with the plan as it is now. A retry stays where it stands, and
    /// what is suspended waits, unless for a rule that begins.
    fn requeue_cadence(&mut self, removed: &mut Vec<RunKey>, queued: &mut Vec<Run>) {
        if self.schedule.status == Status::Suspended && !self.has_new_rule {
            return;
        }
        let before = self.standing.cadence;
        removed.extend(before.map(|run| run.key));
        let retry = before.filter(|run| run.attempt > 0);
        let next = match retry {
            Some(run) => Some((run.key.slot, run.key.due)),
            None => self.next_slot().and_then(|slot| Some((slot, self.plan.due(slot)?))),
        };
        if self.has_new_rule {
            // Its first slot after now, though that may go its own way.
            let now = Slot::of(self.plan.policies.timing.zone.moment_at(self.now));
            self.schedule.since = self.plan.cadence.after(now).unwrap_or(now);
        }
        let Some((slot, due)) = next else { return };
        let attempt = retry.map_or(0, |run| run.attempt);
        let through = match retry.map(|run| run.role) {
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
        if self.has_new_rule {
            let now = Slot::of(self.plan.policies.timing.zone.moment_at(self.now));
            let given = std::iter::successors(self.plan.after(now), |slot| self.plan.after(*slot));
            return given.into_iter().find(|slot| self.is_to_come(*slot));
        }
        let back = self.restored.iter().copied().find(|slot| !self.plan.is_excepted(*slot));
        let queued = self.standing.cadence.map(|run| run.key.slot).and_then(|slot| {
            if self.plan.is_excepted(slot) { self.plan.after(slot) } else { Some(slot) }
        });
        back.into_iter().chain(queued).min()
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
                Some(run) => queued.push(run),
                None if amendment.canceled_at.is_some() => {}
                None => return Err(EditError::TooLate(slot)),
            }
        }
        Ok(())
    }

    /// Slots that were moved but pay what their schedule pays, which has changed.
    fn follows_template(&self) -> impl Iterator<Item = &Slot> {
        let has_changed = self.plan.instruction != self.standing.schedule.plan.instruction;
        self.amendments
            .values()
            .filter(move |amendment| has_changed && amendment.instruction.is_none())
            .map(|amendment| &amendment.slot)
    }
}
