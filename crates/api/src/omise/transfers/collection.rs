//! `GET /transfers` and `POST /transfers`.

use engine::RecipientId;
use gateway::bank::NewTransfer;

use super::show;
use crate::omise::answer::Answer;
use crate::omise::context::Context;
use crate::omise::error::OmiseError;
use crate::omise::ids::Kind;
use crate::omise::list::{ListShape, page_query};
use crate::omise::params::Params;
use crate::omise::refusal::{Asked, find};

/// Lists transfers.
pub(super) async fn list(context: Context, params: Params) -> Answer {
    let page = page_query(&params, context.now)?;
    let found = context.app.bank().transfers(context.account.id, page).await;
    let found = found.map_err(|error| Asked::about(&context, &[]).refused(error))?;
    let mut data = Vec::with_capacity(found.entries.len());
    for transfer in &found.entries {
        data.push(show::transfer(&context, transfer).await?);
    }
    Ok(ListShape::top("/transfers", page, found.total, data).render(&context))
}

/// Makes a transfer, to the default recipient where none is named.
pub(super) async fn create(context: Context, params: Params) -> Answer {
    let mut read = params.reader();
    let amount_minor = read.required_integer("amount");
    read.finish_as(OmiseError::invalid_amount)?;
    let mut read = params.reader();
    let recipient = read.optional_id("recipient");
    let fail_fast = read.optional_boolean("fail_fast").unwrap_or(false);
    let metadata = read.metadata("metadata").unwrap_or_default();
    read.finish()?;
    let named = |id: &String| find(&context, Kind::Recipient, id).map(RecipientId);
    let new = NewTransfer {
        amount_minor: Some(amount_minor),
        recipient: recipient.as_ref().map(named).transpose()?,
        fail_fast,
        metadata,
    };
    let ids = [(Kind::Recipient, recipient.as_deref().unwrap_or("default"))];
    let asked = Asked::about(&context, &ids);
    let created = context.app.bank().create_transfer(context.bank_context(), new).await;
    show::transfer(&context, &created.map_err(|error| asked.refused(error))?).await
}
