//! `GET /charges/{id}/refunds/{part}`.

use super::show;
use crate::omise::answer::Answer;
use crate::omise::context::Context;
use crate::omise::error::OmiseError;
use crate::omise::ids::Kind;
use crate::omise::params::Params;
use crate::omise::refusal::{Asked, find};

/// Shows a refund.
pub(super) async fn retrieve(
    context: Context,
    _params: Params,
    id: String,
    part: String,
) -> Answer {
    let charge = find(&context, Kind::Charge, &id)?;
    let key = find(&context, Kind::Refund, &part)?;
    let ids = [(Kind::Charge, id.as_str()), (Kind::Refund, part.as_str())];
    let asked = Asked::about(&context, &ids);
    let found = context.app.bank().refund(context.account.id, key).await;
    let refund = found.map_err(|error| asked.refused(error))?;
    if refund.charge.0 != charge {
        return Err(OmiseError::not_found("refund", &part));
    }
    show::refund(&context, &refund).await
}
