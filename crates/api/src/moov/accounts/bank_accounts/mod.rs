//! `/accounts/{accountID}/bank-accounts`.

mod link;
mod micro_deposits;
pub(in crate::moov) mod openapi;
pub(super) mod show;

use engine::{LinkedAccountId, PartyId};
use serde_json::Value;

use super::party;
use crate::moov::answer::{Answer, Reply};
use crate::moov::context::Context;
use crate::moov::refusal::Refusal;
use crate::moov::request::Request;
use crate::moov::router::{Resource, Routes};
use crate::moov::scope::Family::BankAccounts;

pub(super) fn routes() -> Routes {
    Routes::new()
        .at(
            "/accounts/{accountID}/bank-accounts",
            Resource::new().get(BankAccounts.read(), list).post(BankAccounts.write(), link::link),
        )
        .at(
            "/accounts/{accountID}/bank-accounts/{bankAccountID}",
            Resource::new()
                .get(BankAccounts.read(), retrieve)
                .delete(BankAccounts.write(), disable),
        )
        .at(
            "/accounts/{accountID}/bank-accounts/{bankAccountID}/micro-deposits",
            Resource::new()
                .post(BankAccounts.write(), micro_deposits::initiate)
                .put(BankAccounts.write(), micro_deposits::complete),
        )
}

/// The bank accounts that are not disabled.
async fn list(context: Context, _: Request, id: PartyId) -> Answer {
    let party = party(&context, id).await?;
    let linked = context.bank().linked_accounts(context.account.id, party.id).await?;
    let shown = linked.iter().map(|linked| show::bank_account(&context, linked).into()).collect();
    Ok(Reply::json(Value::Array(shown)))
}

async fn retrieve(context: Context, _: Request, party: PartyId, id: String) -> Answer {
    let id = find(&context, &id)?;
    let linked = context.bank().linked_account(context.account.id, party, id).await?;
    Ok(Reply::json(show::bank_account(&context, &linked).into()))
}

async fn disable(context: Context, _: Request, party: PartyId, id: String) -> Answer {
    let id = find(&context, &id)?;
    context.bank().disable_linked_account(context.bank_context(), party, id).await?;
    Ok(Reply::none())
}

fn find(context: &Context, id: &str) -> Result<LinkedAccountId, Refusal> {
    context.ids().find(id).ok_or_else(Refusal::not_found)
}
