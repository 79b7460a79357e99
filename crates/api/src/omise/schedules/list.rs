//! Lists of schedules: all, by what they pay, and by whom.

use engine::InstructionKind;
use store::{PageQuery, ScheduleQuery};

use super::super::list::{ListShape, page_query};
use super::super::{Answer, Context, Params, parties};
use super::show;

pub(super) async fn all(context: Context, params: Params) -> Answer {
    answer(&context, &params, "/schedules", None, None).await
}

pub(super) async fn charges(context: Context, params: Params) -> Answer {
    answer(&context, &params, "/charges/schedules", Some(InstructionKind::Charge), None).await
}

pub(super) async fn transfers(context: Context, params: Params) -> Answer {
    answer(&context, &params, "/transfers/schedules", Some(InstructionKind::Transfer), None).await
}

pub(super) async fn of_customer(context: Context, params: Params, id: String) -> Answer {
    let key = parties::customer_key(&context, &id).await?;
    let location = format!("/customers/{id}/schedules");
    answer(&context, &params, &location, Some(InstructionKind::Charge), Some(key)).await
}

pub(super) async fn of_recipient(context: Context, params: Params, id: String) -> Answer {
    let key = parties::recipient_key(&context, &id).await?;
    let location = format!("/recipients/{id}/schedules");
    answer(&context, &params, &location, Some(InstructionKind::Transfer), Some(key)).await
}

async fn answer(
    context: &Context,
    params: &Params,
    location: &str,
    kind: Option<InstructionKind>,
    party: Option<i64>,
) -> Answer {
    let page: PageQuery = page_query(params, context.now)?;
    let account = context.account.id;
    let query = ScheduleQuery { account, kind, party, status: None, page };
    let found = context.app.store().schedules(query).await?;
    let data = show::many(context, found.entries).await?;
    Ok(ListShape::top(location, page, found.total, data).render(context))
}
