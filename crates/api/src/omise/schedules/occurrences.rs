//! `GET /schedules/{id}/occurrences`

use store::RecordKey;

use super::super::list::{ListShape, page_query};
use super::super::view::View;
use super::super::{Answer, Context, Params, occurrences};
use super::find;

pub(super) async fn list(context: Context, params: Params, id: String) -> Answer {
    let schedule = find(&context, &id).await?;
    let page = page_query(&params, context.now)?;
    let found = context.app.store().occurrences(&schedule, context.now, page).await?;
    let results = found.entries.iter().filter_map(|entry| entry.result);
    let context = context.naming(results.map(RecordKey::from)).await?;
    let view = View::of(&context);
    let data = found.entries.iter().map(|entry| occurrences::render(&view, entry)).collect();
    let location = format!("/schedules/{id}/occurrences");
    Ok(ListShape::nested(context.version, &location, page, found.total, data).render(&context))
}
