//! `/accounts/{accountID}/bank-accounts/{bankAccountID}/micro-deposits`: two small
//! amounts are paid in, and the holder tells which. In test mode both are nothing, and
//! can be told at once.

use bank::linked_account::{Proof, ProofRefusal};
use engine::PartyId;
use gateway::bank::{BankError, PartyError};
use serde::Deserialize;
use serde_json::json;

use super::find;
use crate::moov::answer::{Answer, Reply};
use crate::moov::context::Context;
use crate::moov::refusal::Refusal;
use crate::moov::request::Request;

/// Pays the amounts in.
pub(super) async fn initiate(context: Context, _: Request, party: PartyId, id: String) -> Answer {
    let id = find(&context, &id)?;
    let deposited = context.bank().deposit_for_proof(context.bank_context(), party, id).await;
    deposited.map_err(refused)?;
    Ok(Reply::none())
}

#[derive(Deserialize)]
struct Body {
    amounts: Option<Vec<i64>>,
}

/// Hears which they were.
pub(super) async fn complete(
    context: Context,
    request: Request,
    party: PartyId,
    id: String,
) -> Answer {
    let body: Body = request.json()?;
    let id = find(&context, &id)?;
    let told = body.amounts.unwrap_or_default();
    let told: [i64; 2] = told.try_into().map_err(|_| invalid("are not two"))?;
    let linked = context.bank().confirm_deposits(context.bank_context(), party, id, told).await;
    match linked.map_err(refused)?.proof {
        Proof::Proved => Ok(Reply::json(json!({"status": "verified"}))),
        Proof::Failed => Err(invalid("are wrong, for the last time")),
        _ => Err(invalid("are not those that were paid in")),
    }
}

fn invalid(told: &str) -> Refusal {
    Refusal::invalid(json!({ "amounts": told }))
}

fn refused(error: BankError) -> Refusal {
    let BankError::Party(PartyError::Proof(refusal)) = error else { return error.into() };
    Refusal::conflict(match refusal {
        ProofRefusal::Disabled => "the bank account is disabled",
        ProofRefusal::Settled => "the bank account needs no micro-deposits, or can have none",
        ProofRefusal::NotDeposited => "no micro-deposits were initiated",
    })
}
