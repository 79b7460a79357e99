//! `GET /transactions` and `GET /transactions/{id}`.

use super::{render, show};
use crate::omise::answer::Answer;
use crate::omise::context::Context;
use crate::omise::error::OmiseError;
use crate::omise::ids::Kind;
use crate::omise::list::{ListShape, page_query};
use crate::omise::params::Params;
use crate::omise::refusal::{Asked, find};

/// Lists transactions. Entries that only set money aside are none; they are left
/// out of the page, but the journal's total counts them.
pub(super) async fn list(context: Context, params: Params) -> Answer {
    let page = page_query(&params, context.now)?;
    let found = context.app.bank().journal(context.account.id, page).await;
    let found = found.map_err(|error| Asked::about(&context, &[]).refused(error))?;
    let mut data = Vec::with_capacity(found.entries.len());
    for entry in found.entries.iter().filter(|entry| render::net(entry) != 0) {
        data.push(show::transaction(&context, entry).await?);
    }
    Ok(ListShape::top("/transactions", page, found.total, data).render(&context))
}

/// Shows a transaction.
pub(super) async fn retrieve(context: Context, _params: Params, id: String) -> Answer {
    let key = find(&context, Kind::Transaction, &id)?;
    let ids = [(Kind::Transaction, id.as_str())];
    let asked = Asked::about(&context, &ids);
    let found = context.app.bank().journal_entry(context.account.id, key).await;
    let entry = found.map_err(|error| asked.refused(error))?;
    if render::net(&entry) == 0 {
        return Err(OmiseError::not_found("transaction", &id));
    }
    show::transaction(&context, &entry).await
}
