//! `/accounts/{accountID}/payment-methods`.

pub(in crate::moov) mod openapi;
pub(crate) mod show;

use bank::{Instrument, Rail};
use engine::{PartyId, PaymentMethodId};
use serde_json::Value;

use super::party;
use crate::moov::answer::{Answer, Reply};
use crate::moov::context::Context;
use crate::moov::refusal::Refusal;
use crate::moov::request::Request;
use crate::moov::router::{Resource, Routes};
use crate::moov::scope::Family::PaymentMethods;

pub(super) fn routes() -> Routes {
    Routes::new()
        .at(
            "/accounts/{accountID}/payment-methods",
            Resource::new().get(PaymentMethods.read(), list),
        )
        .at(
            "/accounts/{accountID}/payment-methods/{paymentMethodID}",
            Resource::new().get(PaymentMethods.read(), retrieve),
        )
}

/// Types that can be asked for; those without a rail are never made here.
const TYPES: [(&str, Option<Rail>); 18] = [
    ("moov-wallet", Some(Rail::Wallet)),
    ("ach-debit-fund", Some(Rail::AchDebitFund)),
    ("ach-debit-collect", Some(Rail::AchDebitCollect)),
    ("ach-credit-standard", Some(Rail::AchCreditStandard)),
    ("ach-credit-same-day", Some(Rail::AchCreditSameDay)),
    ("rtp-credit", Some(Rail::InstantCredit)),
    ("instant-bank-credit", Some(Rail::InstantCredit)),
    ("card-payment", Some(Rail::CardPayment)),
    ("push-to-card", Some(Rail::PushToCard)),
    ("pull-from-card", Some(Rail::PullFromCard)),
    ("apple-pay", None),
    ("card-present-payment", None),
    ("push-to-apple-pay", None),
    ("pull-from-apple-pay", None),
    ("google-pay", None),
    ("push-to-google-pay", None),
    ("pull-from-google-pay", None),
    ("wire", None),
];

/// The payment methods that are enabled, of one source or type if that is asked.
async fn list(context: Context, request: Request, id: PartyId) -> Answer {
    let rail = request.query().one_of("paymentMethodType", &TYPES)?;
    let source = request.query().text("sourceID").filter(|id| !id.is_empty());
    let source = source.map(|id| instruments(&context, id));
    let party = party(&context, id).await?;
    let mut methods = context.bank().payment_methods(context.account.id, party.id).await?;
    methods.retain(|method| {
        rail.is_none_or(|rail| rail == Some(method.rail))
            && source.as_ref().is_none_or(|of| of.contains(&method.instrument))
    });
    let instruments = context.bank().instruments(context.account.id, &methods).await?;
    let shown = methods.iter().filter_map(|it| show::payment_method(&context, it, &instruments));
    Ok(Reply::json(Value::Array(shown.collect())))
}

/// One payment method, a disabled one too: what was paid with it still refers to it.
async fn retrieve(context: Context, _: Request, party: PartyId, id: String) -> Answer {
    let id: PaymentMethodId = context.ids().find(&id).ok_or_else(Refusal::not_found)?;
    let method = context.bank().payment_method(context.account.id, id).await?;
    if method.party != party {
        return Err(Refusal::not_found());
    }
    let method = [method];
    let instruments = context.bank().instruments(context.account.id, &method).await?;
    let [method] = method;
    let shown = show::payment_method(&context, &method, &instruments);
    Ok(Reply::json(shown.ok_or_else(Refusal::not_found)?))
}

/// What an id could be the source of; at most one of them is there.
fn instruments(context: &Context, id: &str) -> Vec<Instrument> {
    let ids = context.ids();
    let card = ids.find(id).map(Instrument::Card);
    let linked_account = ids.find(id).map(Instrument::LinkedAccount);
    let wallet = ids.find(id).map(Instrument::Wallet);
    [card, linked_account, wallet].into_iter().flatten().collect()
}
