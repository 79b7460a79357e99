//! `POST /accounts/{accountID}/schedules`.

use engine::creation::{Creation, CreationError, create as engine_create};
use engine::edit::Addition;
use engine::{
    Cadence, Instant, Instruction, PartyId, Plan, Policies, RetryPolicy, Schedule, Timing, Zone,
};
use jiff::civil::Time;
use store::{NewSchedule, RequestKey};

use super::body::UpsertBody;
use super::kept::{Between, Kept, Recur};
use super::render;
use super::view::{View, is_endless};
use super::wish::{self, Wish};
use crate::moov::{Answer, Context, Problems, Refusal, Reply, Request, once};

/// Makes a schedule of a rule, of occurrences added by hand, or of both. The account of
/// the path owns it. Moov has no key for it; who sends one makes it once.
pub(super) async fn create(context: Context, request: Request, party: PartyId) -> Answer {
    let path = format!("/accounts/{}/schedules", context.ids().id(party));
    let key = once::key(&context, &request, &path)?;
    let sent = once::sent(&request);
    let made = made(context.clone(), request, party, key.clone());
    once::answer(&context, key, &path, &sent, made).await
}

async fn made(
    context: Context,
    request: Request,
    party: PartyId,
    key: Option<RequestKey>,
) -> Answer {
    let body: UpsertBody = request.json()?;
    let (wish, mut problems) = Wish::read(&context, party, &body).await?;
    let between = wish.between(None, &mut problems);
    let cadence = cadence(&wish, context.now, &mut problems);
    let additions = additions(&wish, context.now, &mut problems);
    if body.recur.is_none() && body.occurrences.as_ref().is_none_or(Vec::is_empty) {
        problems.add("recur", "is missing; there would be a rule, an occurrence, or both");
    }
    problems.finish()?;
    let (Some(between), Some(first)) = (between, first_instruction(&wish)) else {
        return Err(Refusal::failed()); // else there was a problem
    };
    let kept = Kept {
        owner: party,
        between,
        description: wish.description.clone().filter(|it| !it.is_empty()),
        recur: cadence.as_ref().map(|(recur, _)| recur.clone()),
        templates: Vec::new(),
    };
    let cadence = cadence.map_or(Cadence::Nothing, |(_, cadence)| cadence);
    let plan = Plan::new(cadence, policies(), first);
    let schedule = make(&context, &kept, plan, additions, key).await?;
    let kept = Kept::of(&schedule).unwrap_or(kept); // it may have been made before
    let view = View::load(&context, schedule, kept).await?;
    Ok(Reply::json(render::schedule(&context, &view).await?))
}

/// How a schedule of this dialect behaves: its moments are in UTC, nothing is retried,
/// and an occurrence of the second in which it is made runs at once.
fn policies() -> Policies {
    Policies {
        timing: Timing::new(Zone::utc(), Time::midnight()),
        retry: RetryPolicy::NEVER,
        run_at_start: true,
        catch_up: engine::CatchUp::ALL,
    }
}

/// Its rule, from now on where it says no start.
fn cadence(wish: &Wish, now: Instant, problems: &mut Problems) -> Option<(Recur, Cadence)> {
    let recur = wish.recur.as_ref()?;
    let (start, times) = recur.times(now);
    let cadence = Cadence::from(times.clone());
    let is_over = || times.last().is_none_or(|last| last < wish::utc(now.floor_second()));
    if let Some(unfit) = wish::unfit(&times, is_endless(&cadence)) {
        problems.add("recur", unfit);
    } else if is_over() {
        problems.add("recur", "recurrenceRule gives no occurrence from now on");
    }
    Some((Recur { rule: recur.text.clone(), start }, cadence))
}

fn additions(wish: &Wish, now: Instant, problems: &mut Problems) -> Vec<Addition> {
    let added = wish.occurrences.iter().filter_map(|occurrence| {
        if occurrence.id.is_some() {
            occurrence.refuse(problems, "occurrenceID names no occurrence of the schedule");
            return None;
        }
        occurrence.addition(now, problems)
    });
    added.collect()
}

/// What its generated occurrences pay, or else its first.
fn first_instruction(wish: &Wish) -> Option<Instruction> {
    let template = wish.recur.as_ref().map(|recur| &recur.transfer);
    let first = wish.occurrences.iter().find_map(|occurrence| occurrence.transfer.as_ref());
    let transfer = template.or(first)?;
    Some(Instruction::Remittance(transfer.remitted.clone()))
}

async fn make(
    context: &Context,
    kept: &Kept,
    plan: Plan,
    additions: Vec<Addition>,
    request: Option<RequestKey>,
) -> Result<Schedule, Refusal> {
    let id = context.store().allocate_schedules(1).await?;
    let creation = Creation {
        id,
        account: context.account.id,
        lane: context.account.lane,
        plan,
        parties: parties(kept.owner, kept.between),
        additions,
        attributes: kept.attributes(),
    };
    let created = engine_create(creation, context.now).map_err(|error| refused(&error))?;
    let new = NewSchedule { created, request };
    Ok(context.app.runner.create_schedule(new).await?)
}

/// Everybody who may see it.
fn parties(owner: PartyId, between: Between) -> Vec<i64> {
    let mut parties = vec![owner.0];
    for party in [between.partner, between.source, between.destination] {
        if !parties.contains(&party.0) {
            parties.push(party.0);
        }
    }
    parties
}

fn refused(error: &CreationError) -> Refusal {
    let mut problems = Problems::new();
    match error {
        CreationError::Addition(error) => wish::add(&mut problems, 0, &error.to_string()),
        error => problems.add("recur", error.to_string()),
    }
    problems.finish().err().unwrap_or_else(Refusal::failed)
}
