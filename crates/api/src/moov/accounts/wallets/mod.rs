//! `/accounts/{accountID}/wallets`.

pub(in crate::moov) mod openapi;
pub(super) mod show;
mod transactions;

use bank::Wallet;
use engine::{PartyId, WalletId};
use serde_json::Value;

use super::party;
use crate::moov::answer::{Answer, Reply};
use crate::moov::context::Context;
use crate::moov::refusal::Refusal;
use crate::moov::request::Request;
use crate::moov::router::{Resource, Routes};
use crate::moov::scope::Family::Wallets;

pub(super) fn routes() -> Routes {
    let one = "/accounts/{accountID}/wallets/{walletID}";
    Routes::new()
        .at("/accounts/{accountID}/wallets", Resource::new().get(Wallets.read(), list))
        .at(one, Resource::new().get(Wallets.read(), retrieve))
        .at(&format!("{one}/transactions"), Resource::new().get(Wallets.read(), transactions::list))
        .at(
            &format!("{one}/transactions/{{transactionID}}"),
            Resource::new().get(Wallets.read(), transactions::retrieve),
        )
}

/// An account's wallets, closed ones too.
async fn list(context: Context, _: Request, id: PartyId) -> Answer {
    let party = party(&context, id).await?;
    let mut shown = Vec::new();
    for wallet in context.bank().wallets(context.account.id, party.id).await? {
        shown.push(show::wallet(&context, &wallet).await?);
    }
    Ok(Reply::json(Value::Array(shown)))
}

async fn retrieve(context: Context, _: Request, party: PartyId, wallet: String) -> Answer {
    let wallet = find(&context, party, &wallet).await?;
    Ok(Reply::json(show::wallet(&context, &wallet).await?))
}

/// The account's wallet of this id.
async fn find(context: &Context, party: PartyId, id: &str) -> Result<Wallet, Refusal> {
    let id: WalletId = context.ids().find(id).ok_or_else(Refusal::not_found)?;
    let wallet = context.bank().wallet(context.account.id, id).await?;
    if wallet.party == party { Ok(wallet) } else { Err(Refusal::not_found()) }
}
