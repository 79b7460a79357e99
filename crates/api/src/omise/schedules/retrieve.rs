//! `GET /schedules/{id}`

use super::super::{Answer, Context, Params};
use super::{find, show};

pub(super) async fn retrieve(context: Context, _params: Params, id: String) -> Answer {
    let schedule = find(&context, &id).await?;
    show::one(&context, schedule).await
}
