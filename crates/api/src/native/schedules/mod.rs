//! `/kalends/v1/schedules`: schedules of either dialect, found, shown, paused, resumed, let
//! go on after a suspension, and given other policies.

pub(super) mod bounds;
mod business_days;
mod catch_up;
mod change;
mod cursor;
mod find;
mod policies;
mod show;
mod turn;

use axum::extract::State;
use axum::routing::{get, post};
use engine::{InstructionKind, Schedule, ScheduleId};
use http::StatusCode;
use runner::EditFailure;

use super::endpoint::{Actor, Named, Reply};
use super::problem::Problem;
use crate::App;
use crate::openapi::Recorded;
use crate::{moov, omise};

/// Every endpoint of schedules.
pub(super) fn routes() -> Recorded {
    Recorded::new()
        .route("/kalends/v1/schedules", get(find::find))
        .route("/kalends/v1/schedules/{id}", get(retrieve).patch(change::change))
        .route("/kalends/v1/schedules/{id}/pause", post(turn::pause))
        .route("/kalends/v1/schedules/{id}/resume", post(turn::resume))
        .route("/kalends/v1/schedules/{id}/unsuspend", post(turn::unsuspend))
}

async fn retrieve(
    State(app): State<App>,
    Named(id): Named,
    actor: Actor,
) -> Result<Reply, Problem> {
    let schedule = of_id(&app, &actor, &id).await?;
    show::one(&app, &actor, schedule).await.map(Reply)
}

/// The caller's schedule that has this id in the dialect in which it was made.
async fn of_id(app: &App, actor: &Actor, id: &str) -> Result<Schedule, Problem> {
    let account = &actor.account;
    let omise = omise::Ids::of(app, account).parse(omise::Kind::Schedule, id).map(ScheduleId);
    let key = omise.or_else(|| moov::Ids::of(app, account).find(id));
    let found = match key {
        Some(key) => app.store().schedule(key).await?,
        None => None,
    };
    let is_omise =
        |schedule: &Schedule| schedule.plan.instruction.kind() != InstructionKind::Remittance;
    found
        .filter(|it| it.account == account.id && is_omise(it) == omise.is_some())
        .ok_or_else(|| not_found(id))
}

fn not_found(id: &str) -> Problem {
    Problem::new(StatusCode::NOT_FOUND, format!("there is no schedule {id}"))
}

impl From<EditFailure<Problem>> for Problem {
    fn from(failure: EditFailure<Problem>) -> Problem {
        match failure {
            EditFailure::NotFound(_) => {
                Problem::new(StatusCode::NOT_FOUND, "there is no such schedule")
            }
            EditFailure::Withdrawn(problem) => problem,
            EditFailure::Refused(error) => {
                Problem::new(StatusCode::CONFLICT, show::without_key(&error))
            }
            EditFailure::Store(error) => Problem::from(error),
        }
    }
}
