//! `/accounts/{accountID}/wallets`.

pub(super) mod show;

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
    Routes::new().at("/accounts/{accountID}/wallets", Resource::new().get(Wallets.read(), list)).at(
        "/accounts/{accountID}/wallets/{walletID}",
        Resource::new().get(Wallets.read(), retrieve),
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
    let id: WalletId = context.ids().find(&wallet).ok_or_else(Refusal::not_found)?;
    let wallet = context.bank().wallet(context.account.id, id).await?;
    if wallet.party != party {
        return Err(Refusal::not_found());
    }
    Ok(Reply::json(show::wallet(&context, &wallet).await?))
}
