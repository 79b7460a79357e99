//! Wallets as they are shown.

use bank::Wallet;
use serde_json::Value;

use crate::moov::context::Context;
use crate::moov::decimal;
use crate::moov::object::Object;
use crate::moov::refusal::Refusal;

/// A wallet with what it holds.
pub(super) async fn wallet(context: &Context, wallet: &Wallet) -> Result<Value, Refusal> {
    let value = context.bank().wallet_balance(wallet).await?;
    let balance = Object::new()
        .with("currency", wallet.currency.code())
        .with("value", value)
        .with("valueDecimal", decimal::of_minor(value, wallet.currency));
    let status = if wallet.closed_at.is_some() { "closed" } else { "active" };
    let shown = of_payment_method(context, wallet)
        .with("availableBalance", balance)
        .with("name", "Default")
        .with("status", status)
        .with("description", "Default wallet")
        .at("createdOn", wallet.created_at)
        .maybe_at("closedOn", wallet.closed_at);
    Ok(shown.into())
}

/// A wallet as a payment method shows it.
pub(in crate::moov::accounts) fn of_payment_method(context: &Context, wallet: &Wallet) -> Object {
    let partner = context.platform().map(|platform| context.ids().id(platform));
    Object::new()
        .with("walletID", context.ids().id(wallet.id))
        .maybe("partnerAccountID", partner)
        .with("walletType", "default")
}
