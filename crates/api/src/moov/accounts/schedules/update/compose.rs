//! What a request asks, against how the schedule stands: the edit that comes of it.

use std::collections::HashMap;

use engine::edit::{Edit, Standing};
use engine::{Amendment, Cadence, Instant, Instruction, Remitted, Slot};

use super::super::kept::{Kept, Recur, TEMPLATES_MAX, Template};
use super::super::view::{View, is_endless};
use super::super::wish::{self, OccurrenceWish, RUN_ON_HAS_PASSED, RecurWish, Wish};
use super::has_run;
use crate::moov::{Problems, Refusal};

/// The edit that makes a schedule what is asked. `named` are the slots of the
/// occurrences that the request names, by their place in it.
pub(super) fn compose(
    standing: &Standing,
    wish: &Wish,
    named: &HashMap<usize, Slot>,
    now: Instant,
) -> Result<Edit, Refusal> {
    let schedule = standing.schedule.clone();
    let kept = Kept::of(&schedule).ok_or_else(Refusal::not_found)?;
    let view = View::new(schedule, kept, &standing.amendments);
    let mut problems = Problems::new();
    let recur = wish.recur.as_ref().map(|recur| NewRecur::of(&view, recur, &mut problems));
    let composer = Composer { standing, view: &view, recur: recur.as_ref(), now };
    let mut edit = Edit::default();
    let mut touched: Vec<Slot> = Vec::new();
    for occurrence in &wish.occurrences {
        match named.get(&occurrence.index) {
            None => edit.additions.extend(occurrence.addition(now, &mut problems)),
            Some(slot) => {
                touched.push(*slot);
                let amendment = composer.amendment(occurrence, *slot, &mut problems)?;
                edit.amendments.extend(amendment);
            }
        }
    }
    problems.finish()?;
    edit.amendments.extend(composer.surviving(&touched));
    edit.attributes = Some(composer.kept(wish)?.attributes());
    if let Some(recur) = recur {
        edit.instruction = recur.template;
        edit.cadence = recur.cadence;
    }
    Ok(edit)
}

/// A rule that is asked, against the one that there is.
struct NewRecur {
    recur: Recur,
    /// Where it gives other times than before.
    cadence: Option<Cadence>,
    /// Where it is not what it was.
    template: Option<Instruction>,
}

impl NewRecur {
    fn of(view: &View, wish: &RecurWish, problems: &mut Problems) -> NewRecur {
        let before = view.kept.recur.as_ref();
        let otherwise = before.map_or(view.schedule.created_at, |recur| recur.start);
        let (start, times) = wish.times(otherwise);
        let cadence = Cadence::from(times.clone());
        let differs = cadence != view.schedule.plan.cadence;
        if differs && let Some(unfit) = wish::unfit(&times, is_endless(&cadence)) {
            problems.add("recur", unfit);
        }
        let is_template = before.is_some() && view.template() == Some(wish.template());
        let template = Instruction::Remittance(wish.template().clone());
        NewRecur {
            recur: Recur { rule: wish.text.clone(), start },
            cadence: differs.then_some(cadence),
            template: (!is_template).then_some(template),
        }
    }
}

struct Composer<'a> {
    standing: &'a Standing,
    view: &'a View,
    recur: Option<&'a NewRecur>,
    now: Instant,
}

impl Composer<'_> {
    /// How a slot is to stand; `None` where that is how it stands.
    fn amendment(
        &self,
        wish: &OccurrenceWish,
        slot: Slot,
        problems: &mut Problems,
    ) -> Result<Option<Amendment>, Refusal> {
        let current = self.current(slot);
        let (Some(run_on), Some(remitted)) = (self.view.run_on(slot), self.view.remitted(slot))
        else {
            wish.refuse(problems, "runOn lies beyond the year 2261");
            return Ok(None);
        };
        let desired_run_on = wish.run_on.unwrap_or(run_on);
        let transfer = wish.transfer.as_ref().map(|transfer| &transfer.remitted);
        let desired = Amendment {
            run_at: self.run_at(slot, desired_run_on),
            instruction: match transfer {
                None => current.instruction.clone(),
                Some(transfer) => self.instruction(slot, desired_run_on, transfer, &current),
            },
            canceled_at: match wish.canceled {
                None => current.canceled_at,
                Some(true) => current.canceled_at.or(Some(self.now)),
                Some(false) => None,
            },
            ..current.clone()
        };
        let is_as_shown = desired_run_on == run_on
            && transfer.is_none_or(|transfer| transfer == remitted)
            && desired.canceled_at == current.canceled_at;
        if self.is_done(slot) {
            return if is_as_shown { Ok(None) } else { Err(has_run(wish.index)) };
        }
        if !self.will_be(slot) {
            if !is_as_shown {
                wish.refuse(problems, "recurrenceRule no longer gives this occurrence");
            }
            return Ok(None);
        }
        let is_resumed = current.canceled_at.is_some() && desired.canceled_at.is_none();
        if desired_run_on < self.now && (desired_run_on != run_on || is_resumed) {
            wish.refuse(problems, RUN_ON_HAS_PASSED);
        }
        let stays = desired == current && !self.has_new_rule();
        let was_never_amended = desired.is_void() && !self.is_amended(slot);
        Ok(Some(desired).filter(|_| !stays && !was_never_amended))
    }

    /// What was done to a slot so far.
    fn current(&self, slot: Slot) -> Amendment {
        let known = self.view.amendments.get(&slot).cloned();
        known.unwrap_or_else(|| Amendment::none(self.view.schedule.id, slot))
    }

    fn is_amended(&self, slot: Slot) -> bool {
        self.view.amendments.contains_key(&slot)
    }

    /// When a slot is to run, where that is not its own time.
    fn run_at(&self, slot: Slot, run_on: Instant) -> Option<Instant> {
        let is_own = slot.is_of_rule() && self.view.schedule.plan.due(slot) == Some(run_on);
        (!is_own).then_some(run_on)
    }

    /// What a slot is to pay, where that is not what its template says.
    fn instruction(
        &self,
        slot: Slot,
        run_on: Instant,
        transfer: &Remitted,
        current: &Amendment,
    ) -> Option<Instruction> {
        let own = || Some(Instruction::Remittance(transfer.clone()));
        if !slot.is_of_rule() {
            return own();
        }
        let template = self.recur.and_then(|recur| recur.template.as_ref());
        let template = template.unwrap_or(&self.view.schedule.plan.instruction);
        if run_on <= self.now {
            // It shows what its template was in its time.
            let is_as_shown = self.view.remitted(slot) == Some(transfer);
            return if is_as_shown { current.instruction.clone() } else { own() };
        }
        own().filter(|own| own != template)
    }

    /// Whether a slot has run, or runs now.
    fn is_done(&self, slot: Slot) -> bool {
        let mut others = self.standing.others.iter();
        self.standing.done.contains(&slot)
            || others.any(|run| run.key.slot == slot && run.in_flight)
    }

    const fn has_new_rule(&self) -> bool {
        matches!(self.recur, Some(NewRecur { cadence: Some(_), .. }))
    }

    /// Whether a slot is still there afterwards.
    fn will_be(&self, slot: Slot) -> bool {
        let Some(NewRecur { cadence: Some(cadence), .. }) = self.recur else { return true };
        !slot.is_of_rule() || !self.is_to_come(slot) || cadence.contains(slot)
    }

    fn is_to_come(&self, slot: Slot) -> bool {
        self.view.schedule.plan.due(slot).is_some_and(|due| due > self.now)
    }

    /// What was done to slots that another rule gives too, and that the request does
    /// not name.
    fn surviving(&self, touched: &[Slot]) -> Vec<Amendment> {
        if !self.has_new_rule() {
            return Vec::new();
        }
        let has_come = |it: &Amendment| {
            it.canceled_at.is_none() && it.run_at.is_some_and(|run_at| run_at <= self.now)
        };
        let surviving = self.view.amendments.values().filter(|amendment| {
            let slot = amendment.slot;
            let is_regenerated = slot.is_of_rule() && self.is_to_come(slot);
            is_regenerated && !touched.contains(&slot) && !has_come(amendment) && self.will_be(slot)
        });
        surviving.cloned().collect()
    }

    /// What this dialect keeps of the schedule afterwards.
    fn kept(&self, wish: &Wish) -> Result<Kept, Refusal> {
        let mut kept = self.view.kept.clone();
        if let Some(description) = &wish.description {
            kept.description = Some(description.clone()).filter(|it| !it.is_empty());
        }
        let Some(recur) = self.recur else { return Ok(kept) };
        if recur.template.is_some() && kept.recur.is_some() && self.has_run_since_last(&kept) {
            if kept.templates.len() >= TEMPLATES_MAX {
                return Err(Refusal::conflict(format!(
                    "what the schedule transfers was changed {TEMPLATES_MAX} times between runs, \
                     which is the most; cancel it and create another"
                )));
            }
            let before = self.view.template().cloned();
            kept.templates.extend(before.map(|remitted| Template { until: self.now, remitted }));
        }
        kept.recur = Some(recur.recur.clone());
        Ok(kept)
    }

    /// Whether the present template paid for anything that has come.
    fn has_run_since_last(&self, kept: &Kept) -> bool {
        let last = kept.templates.last().map(|template| template.until);
        let newest = self.view.newest_by_template(self.now);
        newest.is_some_and(|newest| last.is_none_or(|last| newest > last))
    }
}
