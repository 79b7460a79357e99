//! A schedule as it stands: which slots it shows, when they run and what they pay.

use std::collections::BTreeMap;

use engine::{Amendment, Cadence, Instant, Instruction, Remitted, Schedule, Slot, Status};
use jiff::SignedDuration;
use jiff::civil::DateTime;
use recurrence::Limit;

use super::kept::Kept;
use super::wish::utc;
use crate::moov::context::Context;
use crate::moov::ids::Ids;
use crate::moov::refusal::Refusal;

/// Occurrences to come that are shown of a rule without an end: those of the next twelve
/// months, one at least, and so many at most.
pub(super) const UPCOMING_SHOWN_MAX: usize = 100;
/// For how long they are shown.
const UPCOMING_SHOWN_MONTHS: i64 = 12;
/// Occurrences of the past that are shown with their schedule, of a rule without an end
/// and of rules that it had before: the newest. Older ones are found by id and by time.
pub(super) const PAST_SHOWN_MAX: usize = 1_000;
/// How many occurrences of the past are looked through for an id.
const PAST_SEARCHED_MAX: usize = 100_000;

/// A schedule as it stands.
#[derive(Clone, Debug)]
pub(super) struct View {
    pub(super) schedule: Schedule,
    pub(super) kept: Kept,
    pub(super) amendments: BTreeMap<Slot, Amendment>,
    /// How far what became of its slots may have been moved out of the data.
    moved_through: Option<Slot>,
}

impl View {
    /// A schedule, with what was done to its slots.
    pub(super) fn new(schedule: Schedule, kept: Kept, amendments: &[Amendment]) -> View {
        let amendments = amendments.iter().map(|it| (it.slot, it.clone())).collect();
        View { schedule, kept, amendments, moved_through: None }
    }

    /// A schedule that was read.
    pub(super) async fn load(
        context: &Context,
        schedule: Schedule,
        kept: Kept,
    ) -> Result<View, Refusal> {
        let mut views = View::load_all(context, vec![(schedule, kept)]).await?;
        views.pop().ok_or_else(Refusal::failed)
    }

    /// Schedules that were read.
    pub(super) async fn load_all(
        context: &Context,
        schedules: Vec<(Schedule, Kept)>,
    ) -> Result<Vec<View>, Refusal> {
        let ids: Vec<_> = schedules.iter().map(|(schedule, _)| schedule.id).collect();
        let amendments = context.store().amendments(Vec::clone(&ids)).await?;
        let moved = context.store().moved(ids).await?;
        let all = schedules.into_iter().zip(amendments).zip(moved);
        Ok(all
            .map(|(((schedule, kept), amendments), moved)| View {
                moved_through: moved.map(|moved| moved.through),
                ..View::new(schedule, kept, &amendments)
            })
            .collect())
    }

    /// Whether what became of a slot was moved out of the data, unless it is here.
    pub(super) fn was_moved(&self, slot: Slot) -> bool {
        slot.is_of_rule()
            && self.moved_through.is_some_and(|through| slot <= through)
            && !self.amendments.contains_key(&slot)
    }

    /// When it was ended by its owner.
    pub(super) fn disabled_at(&self) -> Option<Instant> {
        self.schedule.ended_at.filter(|_| self.schedule.status == Status::Deleted)
    }

    /// What parts its past from what is to come: now, or when it ended.
    fn present(&self, now: Instant) -> Instant {
        self.disabled_at().map_or(now, |at| at.min(now))
    }

    /// Whether its rule has no end.
    pub(super) fn is_endless(&self) -> bool {
        is_endless(&self.schedule.plan.cadence)
    }

    /// Whether the rule that gives, or gave, a slot has no end.
    pub(super) fn is_of_endless(&self, slot: Slot) -> bool {
        let former = self.schedule.former.iter();
        let chapter = former.rev().find(|it| (it.from..=it.through).contains(&slot));
        let cadence = match chapter {
            Some(chapter) if slot < self.schedule.since => &chapter.cadence,
            _ => &self.schedule.plan.cadence,
        };
        slot.is_of_rule() && is_endless(cadence)
    }

    /// When a slot runs; `None` for one beyond the last instant there is.
    pub(super) fn run_on(&self, slot: Slot) -> Option<Instant> {
        let moved = self.amendments.get(&slot).and_then(|amendment| amendment.run_at);
        moved.or_else(|| self.schedule.plan.due(slot))
    }

    /// What a slot pays, or paid.
    pub(super) fn remitted(&self, slot: Slot) -> Option<&Remitted> {
        if let Some(own) = self.own(slot) {
            return Some(own);
        }
        let run_on = self.run_on(slot)?;
        let before = self.kept.templates.iter().find(|template| run_on <= template.until);
        before.map(|template| &template.remitted).or_else(|| self.template())
    }

    /// What its generated occurrences pay.
    pub(super) fn template(&self) -> Option<&Remitted> {
        remitted(&self.schedule.plan.instruction)
    }

    /// What a slot pays that is not its template.
    pub(super) fn own(&self, slot: Slot) -> Option<&Remitted> {
        self.amendments.get(&slot)?.instruction.as_ref().and_then(remitted)
    }

    /// Since when a slot is called off.
    pub(super) fn canceled_at(&self, slot: Slot) -> Option<Instant> {
        self.amendments.get(&slot)?.canceled_at
    }

    /// Whether a slot of the rule was changed since it was generated.
    pub(super) fn is_modified(&self, slot: Slot) -> bool {
        let amendment = self.amendments.get(&slot).filter(|_| slot.is_of_rule());
        amendment.is_some_and(|it| it.run_at.is_some() || it.instruction.is_some())
    }

    /// Every slot that is shown with the schedule, as they run.
    pub(super) fn slots(&self, now: Instant) -> Vec<Slot> {
        let present = self.present(now);
        let (of_rule, before) = match self.schedule.plan.cadence {
            _ if self.is_endless() => (PAST_SHOWN_MAX, 0),
            _ => (usize::MAX, PAST_SHOWN_MAX),
        };
        let mut slots: Vec<Slot> = self.past_of_rule(present).take(of_rule).collect();
        let before = if before == 0 { of_rule.saturating_sub(slots.len()) } else { before };
        slots.extend(self.past_of_former(present).take(before));
        slots.extend(self.upcoming(present));
        slots.extend(self.amendments.keys());
        slots.sort_unstable();
        slots.dedup();
        self.as_they_run(slots)
    }

    fn as_they_run(&self, slots: Vec<Slot>) -> Vec<Slot> {
        let timed = slots.into_iter().filter_map(|slot| Some((self.run_on(slot)?, slot)));
        let mut timed: Vec<(Instant, Slot)> = timed.collect();
        timed.sort_unstable();
        timed.into_iter().map(|(_, slot)| slot).collect()
    }

    /// The slot of an id.
    pub(super) fn slot(&self, ids: &Ids, id: &str, now: Instant) -> Option<Slot> {
        self.every_slot(now).find(|slot| ids.occurrence(self.schedule.id, *slot) == id)
    }

    /// The slots that have an id: edited ones, those to come, and those of the past,
    /// newest first, as far back as is looked.
    pub(super) fn every_slot(&self, now: Instant) -> impl Iterator<Item = Slot> + '_ {
        let present = self.present(now);
        let past = self.past_of_rule(present).chain(self.past_of_former(present));
        let edited = self.amendments.keys().copied();
        edited.chain(self.upcoming(present)).chain(past.take(PAST_SEARCHED_MAX))
    }

    /// The last slot that runs at an instant or earlier.
    pub(super) fn at_or_before(&self, instant: Instant, now: Instant) -> Option<Slot> {
        let present = self.present(now);
        let is_own = |slot: &Slot| !self.amendments.contains_key(slot);
        let is_reached = |slot: &Slot| self.run_on(*slot).is_some_and(|at| at <= instant);
        let edited = self.amendments.keys().copied().filter(is_reached);
        let upcoming = self.upcoming(present).filter(is_own).take_while(is_reached).last();
        let past = || {
            let until = present.min(instant);
            let past = self.past_of_rule(until).chain(self.past_of_former(until));
            { past }.find(|slot| is_own(slot))
        };
        let generated = upcoming.or_else(past);
        let timed = |slot: Slot| self.run_on(slot).map(|run_on| (run_on, slot));
        edited.chain(generated).filter_map(timed).max().map(|(_, slot)| slot)
    }

    /// The first slot that its rules gave and that was not called off.
    pub(super) fn first_of_rule(&self) -> Option<Slot> {
        let schedule = &self.schedule;
        let former = schedule.former.iter().map(|it| (&it.cadence, it.from, Some(it.through)));
        let mut chapters = former.chain([(&schedule.plan.cadence, schedule.since, None)]);
        chapters.find_map(|(cadence, from, through)| {
            let before = Slot::from_stored(from.stored().saturating_sub(1));
            let slots = std::iter::successors(cadence.after(before), |slot| cadence.after(*slot));
            let mut given = slots.take_while(|slot| through.is_none_or(|last| *slot <= last));
            given.find(|slot| self.canceled_at(*slot).is_none())
        })
    }

    /// When the newest slot came that paid what its template said.
    pub(super) fn newest_by_template(&self, now: Instant) -> Option<Instant> {
        let follows = |slot: &Slot| slot.is_of_rule() && self.own(*slot).is_none();
        let edited = self.amendments.keys().copied().filter(follows);
        let is_own = |slot: &Slot| !self.amendments.contains_key(slot);
        let past = self.past_of_rule(now).chain(self.past_of_former(now)).find(is_own);
        let timed = edited.chain(past).filter_map(|slot| self.run_on(slot));
        timed.filter(|run_on| *run_on <= now).max()
    }

    /// Slots of its rule after an instant, as far as they are shown.
    fn upcoming(&self, present: Instant) -> impl Iterator<Item = Slot> + '_ {
        let cadence = &self.schedule.plan.cadence;
        let first = cadence.after(Slot::of(utc(present)));
        let all = std::iter::successors(first, |slot| cadence.after(*slot));
        let horizon = utc(present).checked_add(jiff::Span::new().months(UPCOMING_SHOWN_MONTHS));
        let horizon = Slot::of(horizon.unwrap_or(DateTime::MAX));
        let is_endless = is_endless(cadence);
        let shown = move |index: usize, slot: Slot| {
            !is_endless || index == 0 || (index < UPCOMING_SHOWN_MAX && slot <= horizon)
        };
        let since = self.schedule.since;
        all.filter(move |slot| *slot >= since)
            .enumerate()
            .take_while(move |(index, slot)| shown(*index, *slot))
            .map(|(_, slot)| slot)
    }

    /// Slots of its rule until an instant, newest first.
    fn past_of_rule(&self, until: Instant) -> impl Iterator<Item = Slot> + '_ {
        back(&self.schedule.plan.cadence, self.schedule.since, utc(until))
    }

    /// Slots of the rules that it had before, until an instant, newest first.
    fn past_of_former(&self, until: Instant) -> impl Iterator<Item = Slot> + '_ {
        let until = utc(until);
        let chapters = self.schedule.former.iter().rev();
        chapters.flat_map(move |chapter| {
            // To the end of the second in which the rule was changed.
            let end =
                chapter.through.moment().saturating_add(SignedDuration::from_nanos(999_999_999));
            back(&chapter.cadence, chapter.from, end.min(until))
        })
    }
}

/// Slots of a rule from a moment back to one, newest first.
fn back(cadence: &Cadence, since: Slot, until: DateTime) -> impl Iterator<Item = Slot> + '_ {
    let newest = cadence.on_or_before(until);
    std::iter::successors(newest, |slot| cadence.before(*slot))
        .take_while(move |slot| *slot >= since)
}

pub(super) fn is_endless(cadence: &Cadence) -> bool {
    cadence.times().is_some_and(|times| times.rule().limit() == Limit::Never)
}

/// What an instruction of this dialect's pays.
pub(super) const fn remitted(instruction: &Instruction) -> Option<&Remitted> {
    match instruction {
        Instruction::Remittance(remitted) => Some(remitted),
        Instruction::Charge { .. } | Instruction::Transfer { .. } => None,
    }
}
