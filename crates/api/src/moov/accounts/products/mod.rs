//! `/accounts/{accountID}/products`: what an account sells.

mod form;
pub(in crate::moov) mod openapi;
mod options;
mod show;

use engine::PartyId;
use gateway::bank::{BankError, PartyError};
use http::StatusCode;
use serde_json::Value;

use super::party;
use crate::moov::answer::{Answer, Reply};
use crate::moov::context::Context;
use crate::moov::ids::Kind;
use crate::moov::refusal::Refusal;
use crate::moov::request::Request;
use crate::moov::router::{Resource, Routes};
use crate::moov::scope::Family::Files;

/// The most products on a page, and as many as there are where nothing is asked.
const COUNT_MAX: u32 = 200;

pub(super) fn routes() -> Routes {
    Routes::new()
        .at(
            "/accounts/{accountID}/products",
            Resource::new().get(Files.read(), list).post(Files.write(), create),
        )
        .at(
            "/accounts/{accountID}/products/{productID}",
            Resource::new()
                .get(Files.read(), retrieve)
                .put(Files.write(), replace)
                .delete(Files.write(), withdraw),
        )
}

/// An account's products, newest first; those whose title holds a text, if that is asked.
async fn list(context: Context, request: Request, id: PartyId) -> Answer {
    let page = request.query().page(COUNT_MAX, COUNT_MAX)?;
    let title = request.query().text("title").unwrap_or_default().to_lowercase();
    let party = party(&context, id).await?;
    let mut products = context.bank().products(context.account.id, party.id).await?;
    products.retain(|product| {
        let known = product.attributes.get("title").and_then(Value::as_str).unwrap_or_default();
        known.to_lowercase().contains(&title)
    });
    let [skip, count] = [page.offset, page.limit].map(|it| usize::try_from(it).unwrap_or(0));
    let mut shown = Vec::new();
    for product in products.iter().rev().skip(skip).take(count) {
        shown.push(show::product(&context, product).await?);
    }
    Ok(Reply::json(Value::Array(shown)))
}

/// Offers a product: a 201, where all else that is made answers 200.
async fn create(context: Context, request: Request, id: PartyId) -> Answer {
    let body: form::Body = request.json()?;
    let party = party(&context, id).await?;
    let (attributes, images) = body.read(&context, party.id).await?;
    let made =
        context.bank().create_product(context.bank_context(), party.id, attributes, images, None);
    let product = made.await.map_err(|error| match error {
        BankError::Party(PartyError::TooMany(_)) => {
            Refusal::conflict("the account has as many products as it can have")
        }
        error => error.into(),
    })?;
    Ok(Reply::with_status(StatusCode::CREATED, show::product(&context, &product).await?))
}

async fn retrieve(context: Context, _: Request, party: PartyId, product: String) -> Answer {
    let key = find(&context, &product)?;
    let product = context.bank().product(context.account.id, party, key).await?;
    Ok(Reply::json(show::product(&context, &product).await?))
}

/// Offers something else under the same id; what is left out is gone.
async fn replace(context: Context, request: Request, party: PartyId, product: String) -> Answer {
    let body: form::Body = request.json()?;
    let key = find(&context, &product)?;
    let (attributes, images) = body.read(&context, party).await?;
    let bank = context.bank();
    let replaced = bank.replace_product(context.bank_context(), party, key, attributes, images);
    Ok(Reply::json(show::product(&context, &replaced.await?).await?))
}

async fn withdraw(context: Context, _: Request, party: PartyId, product: String) -> Answer {
    let key = find(&context, &product)?;
    context.bank().withdraw_product(context.bank_context(), party, key).await?;
    Ok(Reply::none())
}

fn find(context: &Context, id: &str) -> Result<i64, Refusal> {
    context.ids().parse(Kind::Product, id).ok_or_else(Refusal::not_found)
}
