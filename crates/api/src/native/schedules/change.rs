//! `PATCH /kalends/v1/schedules/{id}`: other policies.

use axum::extract::State;
use engine::edit::{Edit, Standing};
use engine::{Cadence, Timing, Zone};
use store::Deed;

use super::super::endpoint::{Actor, Named, Reply, Sent};
use super::super::problem::Problem;
use super::business_days::Wished;
use super::turn::reason;
use super::{business_days, of_id, policies, show};
use crate::App;

/// What can be changed, and why it is.
const NAMES: [&str; 7] = ["retry", "catch_up", "zone", "hour", "calendar", "roll", "reason"];

pub(super) async fn change(
    State(app): State<App>,
    Named(id): Named,
    actor: Actor,
    Sent(params): Sent,
) -> Result<Reply, Problem> {
    let schedule = of_id(&app, &actor, &id).await?;
    let mut read = params.reader();
    for name in params.0.keys().filter(|name| !NAMES.contains(&name.as_str())) {
        read.refuse(format!("{name} cannot be changed here; these can: {}", NAMES.join(", ")));
    }
    let retry = policies::read_retry(&mut read, schedule.plan.instruction.kind());
    let catch_up = policies::read_catch_up(&mut read);
    let hour = policies::read_hour(&mut read);
    let zone = read.optional_id("zone").and_then(|name| {
        Zone::named(&name).map_err(|error| read.refuse(format!("zone: {error}"))).ok()
    });
    if zone.is_some() && matches!(schedule.plan.cadence, Cadence::Times(_) | Cadence::Nothing) {
        read.refuse("zone cannot be changed where a schedule runs at instants, and not on dates");
    }
    let today = schedule.plan.policies.timing.zone.date_at(app.runner.now());
    let business_days = business_days::read(&mut read, today);
    if business_days != Wished::AsItIs && schedule.plan.cadence.dates().is_none() {
        read.refuse("roll cannot be changed where a schedule runs at instants, and not on dates");
    }
    read.finish()?;
    let changes_timing = zone.is_some() || hour.is_some() || business_days != Wished::AsItIs;
    if retry.is_none() && catch_up.is_none() && !changes_timing {
        return Err(Problem::bad_request(
            "nothing is to be changed; retry, catch_up, zone, hour, and calendar with roll can be",
        ));
    }
    let reason = reason(&params)?;
    let entry = actor.entry(&app, Deed::ChangedPolicies, &id, &reason);
    let wish = |standing: &Standing| {
        let present = &standing.schedule.plan.policies.timing;
        let timing = Timing {
            zone: zone.clone().unwrap_or_else(|| present.zone.clone()),
            hour: hour.unwrap_or(present.hour),
            business_days: business_days.clone().over(present.business_days.as_ref()),
        };
        Ok::<_, Problem>(Edit { retry, catch_up, timing: Some(timing), ..Edit::default() })
    };
    let edited = app.runner.edit_schedule_by_hand(schedule.id, entry, wish).await?;
    show::one(&app, &actor, edited).await.map(Reply)
}
