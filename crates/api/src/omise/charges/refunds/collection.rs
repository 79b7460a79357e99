//! `GET` and `POST /charges/{id}/refunds`.

use engine::ChargeId;
use gateway::bank::BankError;

use super::show;
use crate::omise::answer::Answer;
use crate::omise::context::Context;
use crate::omise::error::OmiseError;
use crate::omise::ids::Kind;
use crate::omise::list::{ListShape, page_query};
use crate::omise::params::Params;
use crate::omise::refusal::{Asked, find};

/// Lists a charge's refunds.
pub(super) async fn list(context: Context, params: Params, id: String) -> Answer {
    let charge = ChargeId(find(&context, Kind::Charge, &id)?);
    let page = page_query(&params, context.now)?;
    let ids = [(Kind::Charge, id.as_str())];
    let asked = Asked::about(&context, &ids);
    let (bank, account) = (context.app.bank(), context.account.id);
    bank.charge(account, charge).await.map_err(|error| asked.refused(error))?;
    let found = bank.refunds(account, Some(charge), page).await;
    let found = found.map_err(|error| asked.refused(error))?;
    let mut data = Vec::with_capacity(found.entries.len());
    for refund in &found.entries {
        data.push(show::refund(&context, refund).await?);
    }
    let location = format!("/charges/{id}/refunds");
    Ok(ListShape::top(&location, page, found.total, data).render(&context))
}

/// Refunds a charge, in part or whole.
pub(super) async fn create(context: Context, params: Params, id: String) -> Answer {
    let charge = ChargeId(find(&context, Kind::Charge, &id)?);
    let mut read = params.reader();
    let amount_minor = read.required_integer("amount");
    read.finish_as(OmiseError::failed_refund)?;
    let mut read = params.reader();
    let metadata = read.metadata("metadata").unwrap_or_default();
    let void = read.optional_boolean("void").unwrap_or(false);
    read.finish()?;
    let (bank, asking) = (context.app.bank(), context.bank_context());
    let created = bank.create_refund(asking, charge, amount_minor, metadata, void).await;
    let refund = created.map_err(|error| refused(&context, &id, void, error))?;
    show::refund(&context, &refund).await
}

fn refused(context: &Context, id: &str, void: bool, error: BankError) -> OmiseError {
    match error {
        BankError::ChargeState(_) if void => OmiseError::failed_void("void failed"),
        BankError::ChargeState(_) => {
            OmiseError::failed_refund("only captured charges can be refunded")
        }
        error => {
            let ids = [(Kind::Charge, id)];
            let asked =
                Asked { amount_code: OmiseError::failed_refund, ..Asked::about(context, &ids) };
            asked.refused(error)
        }
    }
}
