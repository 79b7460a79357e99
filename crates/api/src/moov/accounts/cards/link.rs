//! `POST /accounts/{accountID}/cards`.

use bank::CardNumber;
use bank::card::Address;
use engine::PartyId;
use gateway::bank::{MethodNames, NewLinkedCard};
use serde::Deserialize;
use serde_json::Value;

use super::address::{BillingAddress, Expiration};
use super::show;
use crate::moov::accounts::payment_methods;
use crate::moov::answer::{Answer, Reply};
use crate::moov::context::Context;
use crate::moov::refusal::Refusal;
use crate::moov::request::Request;
use crate::moov::validation::Problems;

/// A card as it is typed in. It holds the number and has no `Debug`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    e2ee: Option<Value>,
    card_number: Option<String>,
    card_cvv: Option<String>,
    expiration: Option<Expiration>,
    holder_name: Option<String>,
    billing_address: Option<BillingAddress>,
    card_on_file: Option<bool>,
    #[serde(rename = "merchantAccountID")]
    merchant_account_id: Option<String>,
    verify_name: Option<bool>,
}

/// The longest holder's name.
const HOLDER_NAME_CHARACTERS_MAX: usize = 100;

/// Links a card. The answer shows its payment methods to those who wait for them.
pub(super) async fn link(context: Context, request: Request, party: PartyId) -> Answer {
    let body: Body = request.json()?;
    let party = crate::moov::accounts::party(&context, party).await?;
    let card = body.read(&context)?;
    let (card, methods) = context.bank().link_card(context.bank_context(), party.id, card).await?;
    let mut shown = show::card(&context, &card);
    if request.waits_for("payment-method") {
        shown = shown.with("paymentMethods", payment_methods::show::basic(&context, &methods));
    }
    Ok(Reply::json(shown.into()))
}

impl Body {
    fn read(self, context: &Context) -> Result<NewLinkedCard, Refusal> {
        let mut problems = Problems::new();
        if self.e2ee.is_some() {
            problems.add_at(&["e2ee", "token"], "cannot be decrypted here; give the card itself");
        }
        let number = self.card_number.as_deref().and_then(CardNumber::parse_linked);
        if number.is_none() {
            problems.add("cardNumber", "is no card number");
        }
        if !self.card_cvv.as_deref().is_some_and(is_security_code) {
            problems.add("cardCvv", "is not three or four digits");
        }
        let expiration = match self.expiration.as_ref().map(Expiration::read) {
            Some(Ok(expiration)) => Some(expiration),
            Some(Err(told)) => {
                problems.add("expiration", told);
                None
            }
            None => {
                problems.add("expiration", "is missing");
                None
            }
        };
        let address = match self.billing_address.map(|it| it.read(Address::default())) {
            Some(Ok(address)) => Some(address),
            Some(Err(told)) => {
                problems.add("billingAddress", told);
                None
            }
            None => {
                problems.add("billingAddress", "is missing");
                None
            }
        };
        let name = self.holder_name.unwrap_or_default();
        if name.chars().count() > HOLDER_NAME_CHARACTERS_MAX {
            let told = format!("has more than {HOLDER_NAME_CHARACTERS_MAX} characters");
            problems.add("holderName", told);
        }
        let merchant = merchant(context, self.merchant_account_id.as_deref(), &mut problems);
        let (Some(number), Some((month, year)), Some(address)) = (number, expiration, address)
        else {
            problems.finish()?;
            return Err(Refusal::failed());
        };
        problems.finish()?;
        Ok(NewLinkedCard {
            number,
            security_code: self.card_cvv,
            expiration_month: month,
            expiration_year: year,
            name,
            address,
            on_file: self.card_on_file,
            merchant,
            verifies_name: self.verify_name.unwrap_or(false),
            given_id: None,
            given_method_ids: MethodNames::new(),
        })
    }
}

/// Whether a security code looks like one.
pub(super) fn is_security_code(code: &str) -> bool {
    matches!(code.len(), 3 | 4) && code.bytes().all(|byte| byte.is_ascii_digit())
}

/// The seller for whom a card is kept, where one is named.
pub(super) fn merchant(
    context: &Context,
    id: Option<&str>,
    problems: &mut Problems,
) -> Option<PartyId> {
    let id = id.filter(|id| !id.is_empty())?;
    let merchant = context.ids().find(id);
    if merchant.is_none() {
        problems.add("merchantAccountID", "is no account");
    }
    merchant
}
