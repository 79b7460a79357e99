//! Payment methods as they are shown.

use bank::{Instrument, PaymentMethod, Rail};
use gateway::bank::Instruments;
use serde_json::{Value, json};

use crate::moov::accounts::{bank_accounts, cards, wallets};
use crate::moov::context::Context;
use crate::moov::object::Object;
use crate::moov::version::Version;

/// A payment method with what it stands on; `None` where that is not there.
pub(crate) fn payment_method(
    context: &Context,
    method: &PaymentMethod,
    instruments: &Instruments,
) -> Option<Value> {
    let (field, instrument) = match method.instrument {
        Instrument::Card(id) => ("card", cards::show::card(context, instruments.cards.get(&id)?)),
        Instrument::LinkedAccount(id) => {
            let linked = instruments.linked_accounts.get(&id)?;
            ("bankAccount", bank_accounts::show::of_payment_method(context, linked))
        }
        Instrument::Wallet(id) => {
            let wallet = instruments.wallets.get(&id)?;
            ("wallet", wallets::show::of_payment_method(context, wallet))
        }
    };
    Some(named(context, method).with(field, instrument).into())
}

/// Payment methods by id and type alone, as what they stand on lists them.
pub(in crate::moov::accounts) fn basic(context: &Context, methods: &[PaymentMethod]) -> Value {
    Value::Array(methods.iter().map(|method| named(context, method).into()).collect())
}

fn named(context: &Context, method: &PaymentMethod) -> Object {
    Object::new()
        .with("paymentMethodID", context.ids().id(method.id))
        .with("paymentMethodType", json!(kind(method.rail, context.version)))
}

/// A rail by its name. What was once one network is any of two since 2026.
pub(crate) fn kind(rail: Rail, version: Version) -> &'static str {
    match rail {
        Rail::Wallet => "moov-wallet",
        Rail::AchDebitFund => "ach-debit-fund",
        Rail::AchDebitCollect => "ach-debit-collect",
        Rail::AchCreditStandard => "ach-credit-standard",
        Rail::AchCreditSameDay => "ach-credit-same-day",
        Rail::InstantCredit if version >= Version::V2026_01_00 => "instant-bank-credit",
        Rail::InstantCredit => "rtp-credit",
        Rail::CardPayment => "card-payment",
        Rail::PushToCard => "push-to-card",
        Rail::PullFromCard => "pull-from-card",
    }
}
