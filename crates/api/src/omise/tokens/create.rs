//! `POST /tokens`.

use bank::card::Address;
use gateway::bank::CardDetails;

use super::render;
use crate::omise::answer::Answer;
use crate::omise::context::Context;
use crate::omise::customers::cards::expiration;
use crate::omise::error::OmiseError;
use crate::omise::params::{Params, Reader};
use crate::omise::refusal::Asked;
use crate::omise::view::View;

/// Reads a card and gives a token for it.
pub(super) async fn create(context: Context, params: Params) -> Answer {
    let details = card_details(&params)?;
    let asked = Asked::about(&context, &[]);
    let created = context.app.bank().create_token(context.bank_context(), details).await;
    let (token, card) = created.map_err(|error| asked.refused(error))?;
    Ok(render::token(&View::of(&context), &token, &card))
}

fn card_details(params: &Params) -> Result<CardDetails, OmiseError> {
    let mut read = params.reader();
    let card = read.optional_object("card");
    read.finish_as(OmiseError::invalid_card)?;
    let card = card
        .filter(|card| !card.is_empty())
        .ok_or_else(|| OmiseError::missing_card("request contains no card parameters"))?;
    let mut read = Reader::over(card);
    let details = CardDetails {
        number: filled(&mut read, "number"),
        name: filled(&mut read, "name"),
        expiration_month: expiration::month(&mut read).unwrap_or_default(),
        expiration_year: expiration::year(&mut read).unwrap_or_default(),
        security_code: read.optional_id("security_code"),
        address: address(&mut read),
        given_id: None,
    };
    if read.problems() == 0 && (details.expiration_month == 0 || details.expiration_year == 0) {
        read.refuse("expiration date is invalid");
    }
    read.finish_as(OmiseError::invalid_card)?;
    Ok(details)
}

fn filled(read: &mut Reader<'_>, name: &str) -> String {
    let text = read.optional_id(name).unwrap_or_default();
    if text.is_empty() {
        read.refuse_one(name, "can't be blank");
    }
    text
}

fn address(read: &mut Reader<'_>) -> Address {
    let mut part = |name| read.optional_text(name);
    Address {
        street1: part("street1"),
        street2: part("street2"),
        city: part("city"),
        state: part("state"),
        country: part("country").map(|country| country.to_ascii_lowercase()),
        postal_code: part("postal_code"),
        phone_number: part("phone_number"),
    }
}
