//! `PATCH /accounts/{accountID}/cards/{cardID}`.

use engine::PartyId;
use gateway::bank::LinkedCardChange;
use serde::Deserialize;
use serde_json::Value;

use super::address::{BillingAddress, Expiration};
use super::link::{is_security_code, merchant};
use super::{find, show};
use crate::moov::answer::{Answer, Reply};
use crate::moov::context::Context;
use crate::moov::request::Request;
use crate::moov::validation::Problems;

/// What changes of a card. It holds a security code and has no `Debug`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    e2ee: Option<Value>,
    billing_address: Option<BillingAddress>,
    expiration: Option<Expiration>,
    card_cvv: Option<String>,
    card_on_file: Option<bool>,
    #[serde(rename = "merchantAccountID")]
    merchant_account_id: Option<String>,
    verify_name: Option<bool>,
    holder_name: Option<String>,
}

/// Changes a card. With a security code it is verified anew.
pub(super) async fn update(
    context: Context,
    request: Request,
    party: PartyId,
    card: String,
) -> Answer {
    let body: Body = request.json()?;
    let card = find(&context, &card)?;
    let known = context.bank().linked_card(context.account.id, party, card).await?;
    let mut problems = Problems::new();
    if body.e2ee.is_some() {
        problems.add_at(&["e2ee", "token"], "cannot be decrypted here; give the card itself");
    }
    if body.card_cvv.as_deref().is_some_and(|code| !is_security_code(code)) {
        problems.add("cardCvv", "is not three or four digits");
    }
    let expiration = body.expiration.as_ref().map(Expiration::read);
    if let Some(Err(told)) = expiration {
        problems.add("expiration", told);
    }
    let address = body.billing_address.map(|address| address.read(known.address));
    if let Some(Err(told)) = &address {
        problems.add("billingAddress", told);
    }
    let merchant = merchant(&context, body.merchant_account_id.as_deref(), &mut problems);
    problems.finish()?;
    let change = LinkedCardChange {
        security_code: body.card_cvv,
        expiration: expiration.and_then(Result::ok),
        name: body.holder_name,
        address: address.and_then(Result::ok),
        on_file: body.card_on_file,
        merchant,
        verifies_name: body.verify_name.unwrap_or(false),
    };
    let card =
        context.bank().update_linked_card(context.bank_context(), party, card, change).await?;
    Ok(Reply::json(show::card(&context, &card).into()))
}
