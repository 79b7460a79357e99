//! `PUT /accounts/{accountID}/schedules/{scheduleID}`.
//!
//! What is left out stays. What is sent is compared with how things stand, so that a
//! client may send back all that it was shown: only what differs is an edit.
//!
//! - A rule that gives the same times leaves every occurrence as it is. Another one gives
//!   all that has not run anew; edits of times that both give are kept, so that what was
//!   called off stays so.
//! - Another template is what all generated occurrences pay that have no transfer of
//!   their own. What was sent for an occurrence in the same request is its own.
//! - What has run shows what it ran with, and cannot be edited.

mod compose;

use std::collections::HashMap;

use engine::edit::EditError;
use engine::{PartyId, Schedule, Slot};
use runner::EditFailure;

use self::compose::compose;
use super::body::UpsertBody;
use super::view::View;
use super::wish::{self, Wish};
use super::{access, render};
use crate::moov::{Answer, Context, Problems, Refusal, Reply, Request};

/// Changes a schedule of the account's own.
pub(super) async fn update(
    context: Context,
    request: Request,
    party: PartyId,
    schedule: String,
) -> Answer {
    let (schedule, kept) = access::owned(&context, party, &schedule).await?;
    let body: UpsertBody = request.json()?;
    let (wish, mut problems) = Wish::read(&context, party, &body).await?;
    wish.between(Some(kept.between), &mut problems);
    let view = View::load(&context, schedule, kept).await?;
    if view.disabled_at().is_some() {
        return Err(canceled());
    }
    let named = named(&context, &view, &wish, &mut problems);
    problems.finish()?;
    let schedule = edit(&context, &view, &wish, &named).await?;
    let View { kept, .. } = view;
    let kept = super::kept::Kept::of(&schedule).unwrap_or(kept);
    // What ran meanwhile is shown too.
    let context = Context { now: context.app.runner.now(), ..context };
    let view = View::load(&context, schedule, kept).await?;
    Ok(Reply::json(render::schedule(&context, &view).await?))
}

/// The slots of the occurrences that are named, by their place in the request.
fn named(
    context: &Context,
    view: &View,
    wish: &Wish,
    problems: &mut Problems,
) -> HashMap<usize, Slot> {
    let ids = context.ids();
    let mut sought: HashMap<&str, usize> = HashMap::new();
    for occurrence in &wish.occurrences {
        let Some(id) = occurrence.id.as_deref() else { continue };
        if sought.insert(id, occurrence.index).is_some() {
            occurrence.refuse(problems, "occurrenceID is named twice");
        }
    }
    let mut named = HashMap::new();
    for slot in view.every_slot(context.now) {
        if sought.is_empty() {
            break;
        }
        if let Some(index) = sought.remove(ids.occurrence(view.schedule.id, slot).as_str()) {
            named.insert(index, slot);
        }
    }
    for index in sought.into_values() {
        wish::add(problems, index, "occurrenceID names no occurrence of the schedule");
    }
    named
}

async fn edit(
    context: &Context,
    view: &View,
    wish: &Wish,
    named: &HashMap<usize, Slot>,
) -> Result<Schedule, Refusal> {
    let asked: Vec<Slot> = named.values().copied().collect();
    let runner = &context.app.runner;
    let wanted = |standing: &_| compose(standing, wish, named, runner.now());
    let edited = runner.edit_schedule(view.schedule.id, &asked, wanted).await;
    edited.map_err(|failure| match failure {
        EditFailure::NotFound(_) => Refusal::not_found(),
        EditFailure::Withdrawn(refusal) => refusal,
        EditFailure::Store(error) => error.into(),
        EditFailure::Refused(error) => refused(&error, named),
    })
}

fn refused(error: &EditError, named: &HashMap<usize, Slot>) -> Refusal {
    let index = |slot: &Slot| named.iter().find(|(_, it)| *it == slot).map(|(index, _)| *index);
    let invalid = |slot: &Slot, message: &str| {
        let mut problems = Problems::new();
        match index(slot) {
            Some(index) => wish::add(&mut problems, index, message),
            None => problems.add("recur", message),
        }
        problems.finish().err().unwrap_or_else(Refusal::failed)
    };
    match error {
        EditError::Ended(_) => canceled(),
        EditError::UnderWay(_) => {
            Refusal::conflict("an occurrence of the schedule is being run; try again")
        }
        EditError::Done(slot) => has_run(index(slot).unwrap_or(0)),
        EditError::Unknown(slot) => {
            invalid(slot, "occurrenceID names no occurrence of the schedule")
        }
        EditError::TooLate(slot) => invalid(slot, "runOn lies beyond the year 2261"),
        EditError::TooMany
        | EditError::Suspended(_)
        | EditError::Paused(_)
        | EditError::NotPaused(_)
        | EditError::NotSuspended(_)
        | EditError::OtherKind(..) => Refusal::conflict(error.to_string()),
    }
}

fn canceled() -> Refusal {
    Refusal::conflict("the schedule was canceled and cannot be changed")
}

fn has_run(index: usize) -> Refusal {
    Refusal::conflict(format!("occurrences[{index}] has run and cannot be changed"))
}
