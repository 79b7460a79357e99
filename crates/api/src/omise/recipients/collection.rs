//! `GET /recipients` and `POST /recipients`.

use super::particulars::particulars;
use super::render;
use crate::omise::answer::Answer;
use crate::omise::context::Context;
use crate::omise::list::{ListShape, page_query};
use crate::omise::params::Params;
use crate::omise::refusal::Asked;
use crate::omise::view::View;

/// Lists recipients.
pub(super) async fn list(context: Context, params: Params) -> Answer {
    let page = page_query(&params, context.now)?;
    let found = context.app.bank().recipients(context.account.id, page).await;
    let found = found.map_err(|error| Asked::about(&context, &[]).refused(error))?;
    let view = View::of(&context);
    let data = found.entries.iter().map(|it| render::recipient(&view, it)).collect();
    Ok(ListShape::top("/recipients", page, found.total, data).render(&context))
}

/// Makes a recipient, which is paid once it is verified.
pub(super) async fn create(context: Context, params: Params) -> Answer {
    let new = particulars(&context, &params, None)?;
    let created = context.app.bank().create_recipient(context.bank_context(), new).await;
    let recipient = created.map_err(|error| Asked::about(&context, &[]).refused(error))?;
    Ok(render::recipient(&View::of(&context), &recipient))
}
