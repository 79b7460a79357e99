//! `POST /schedules`

use super::super::{Answer, Context, Params};
use super::{draft, show};

pub(super) async fn create(context: Context, params: Params) -> Answer {
    let draft = draft::read(&context, &params).await?;
    let schedule = draft::create(&context, draft, context.request.clone()).await?;
    // A first run that was due at once has taken its time, by a clock that moves.
    let context = Context { now: context.app.runner.now().max(context.now), ..context };
    show::one(&context, schedule).await
}
