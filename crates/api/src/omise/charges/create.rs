//! `POST /charges`.

use bank::Metadata;
use engine::{CardId, CustomerId, Money};
use gateway::bank::{NewCharge, Payer};

use super::render::Place;
use super::show;
use crate::omise::answer::Answer;
use crate::omise::context::Context;
use crate::omise::error::OmiseError;
use crate::omise::ids::Kind;
use crate::omise::params::{Params, Reader};
use crate::omise::refusal::{Asked, find};

/// Charges a customer's card or a token's. A refused charge is an answer of 200
/// whose status is failed.
pub(super) async fn create(context: Context, params: Params) -> Answer {
    let mut read = params.reader();
    let currency = read.optional_currency("currency").unwrap_or(context.account.currency);
    let amount_minor = read.required_integer("amount");
    read.finish_as(OmiseError::invalid_charge)?;

    let mut read = params.reader();
    if read.has("source") {
        read.refuse("type is currently not supported");
    }
    let named = Named { customer: read.optional_id("customer"), card: read.optional_id("card") };
    let capture = read.optional_boolean("capture").unwrap_or(true);
    let description = read.optional_text("description").map(Into::into);
    let metadata = read.metadata("metadata").unwrap_or_default();
    let expires_at = read.optional_instant("expires_at");
    if expires_at.is_some_and(|expires_at| expires_at <= context.now) {
        read.refuse("expires_at must be in the future");
    }
    let attributes = attributes(&mut read);
    read.finish()?;

    let payer = named.payer(&context)?;
    let money = Money::new(amount_minor, currency);
    let new = NewCharge { money, payer, capture, description, metadata, attributes, expires_at };
    let ids = named.ids();
    let asked =
        Asked { amount_code: OmiseError::invalid_charge, currency, ..Asked::about(&context, &ids) };
    let created = context.app.bank().create_charge(context.bank_context(), new).await;
    let charge = created.map_err(|error| asked.refused(error))?;
    show::charge(&context, &charge, Place::Alone).await
}

/// Whose card is to be charged, by the ids that the client knows.
struct Named {
    customer: Option<String>,
    card: Option<String>,
}

impl Named {
    /// Beside a customer, `card` is one of its cards; alone it is a token.
    fn payer(&self, context: &Context) -> Result<Payer, OmiseError> {
        match (&self.customer, &self.card) {
            (None, None) => Err(OmiseError::missing_card("request contains no card parameters")),
            (None, Some(token)) => Ok(Payer::Token(find(context, Kind::Token, token)?)),
            (Some(customer), card) => {
                let customer = CustomerId(find(context, Kind::Customer, customer)?);
                let find_card = |card: &String| find(context, Kind::Card, card).map(CardId);
                let card = card.as_ref().map(find_card).transpose()?;
                Ok(Payer::Customer(customer, card))
            }
        }
    }

    fn ids(&self) -> [(Kind, &str); 3] {
        let card = self.card.as_deref().unwrap_or_default();
        [
            (Kind::Customer, self.customer.as_deref().unwrap_or_default()),
            (Kind::Card, card),
            (Kind::Token, card),
        ]
    }
}

/// What is kept for the wire only.
fn attributes(read: &mut Reader<'_>) -> Metadata {
    let authorization_type = read.optional_id("authorization_type");
    if let Some(kind) = &authorization_type
        && !["pre_auth", "final_auth"].contains(&kind.as_str())
    {
        read.refuse("authorization_type must be one of these: pre_auth, final_auth");
    }
    [
        ("ip", read.optional_id("ip")),
        ("return_uri", read.optional_text("return_uri")),
        ("authorization_type", authorization_type),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name.to_owned(), value?.into())))
    .collect()
}
