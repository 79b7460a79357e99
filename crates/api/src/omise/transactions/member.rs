//! `GET /transactions/{id}`.

use super::{render, show};
use crate::omise::answer::Answer;
use crate::omise::context::Context;
use crate::omise::error::OmiseError;
use crate::omise::ids::Kind;
use crate::omise::params::Params;
use crate::omise::refusal::{Asked, find};

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
