//! `/accounts/{accountID}/capabilities`: what an account may do. In test mode nothing
//! is required for any of it: what is requested is enabled.

pub(in crate::moov) mod openapi;
pub(super) mod show;

use bank::Party;
use engine::PartyId;
use gateway::bank::{BankError, NewWallet, PartyError};
use serde::Deserialize;
use serde_json::{Value, json};

use super::party;
use crate::moov::answer::{Answer, Reply};
use crate::moov::context::Context;
use crate::moov::refusal::Refusal;
use crate::moov::request::Request;
use crate::moov::router::{Resource, Routes};
use crate::moov::scope::Family::Capabilities;
use crate::moov::version::Version;

/// The most capabilities in one request.
const CAPABILITIES_MAX: usize = 100;

/// What every account may do from the beginning: with test money, all of it.
const GRANTED: [&str; 4] = ["transfers", "send-funds", "collect-funds", "wallet"];

/// All others that can be requested: Moov's API reference, and its Go client's list.
const OTHERS: [&str; 18] = [
    "send-funds.push-to-card",
    "money-transfer.push-to-card",
    "send-funds.ach",
    "send-funds.rtp",
    "send-funds.instant-bank",
    "send-funds.wire",
    "collect-funds.card-payments",
    "money-transfer.pull-from-card",
    "collect-funds.ach",
    "wallet.balance",
    "card-issuing",
    "issuing.cardholder",
    "production-app",
    "platform.production-app",
    "platform.wallet-transfers",
    "1099",
    "developer-account",
    "card-issuing.cardholder",
];

/// Those that a wallet comes with.
const WALLETS: [&str; 2] = ["wallet", "wallet.balance"];

pub(super) fn routes() -> Routes {
    Routes::new()
        .at(
            "/accounts/{accountID}/capabilities",
            Resource::new().get(Capabilities.read(), list).post(Capabilities.write(), request),
        )
        .at(
            "/accounts/{accountID}/capabilities/{capabilityID}",
            Resource::new()
                .get(Capabilities.read(), retrieve)
                .delete(Capabilities.write(), disable),
        )
}

/// What a new account may do without asking.
pub(crate) fn from_the_beginning() -> Vec<Box<str>> {
    GRANTED.map(Box::from).to_vec()
}

/// Capabilities by their names; else the place of the first that is none, and what is
/// wrong with it.
pub(super) fn names(given: Vec<String>) -> Result<Vec<Box<str>>, (String, &'static str)> {
    if given.len() > CAPABILITIES_MAX {
        return Err((CAPABILITIES_MAX.to_string(), "is one too many"));
    }
    let is_one = |name: &str| GRANTED.contains(&name) || OTHERS.contains(&name);
    match given.iter().position(|name| !is_one(name)) {
        Some(index) => Err((index.to_string(), "is no capability")),
        None => Ok(given.into_iter().map(String::into_boxed_str).collect()),
    }
}

async fn list(context: Context, _: Request, party: PartyId) -> Answer {
    let party = super::party(&context, party).await?;
    Ok(Reply::json(shown(&context, &party, |_| true)))
}

async fn retrieve(context: Context, _: Request, id: PartyId, capability: String) -> Answer {
    let party = party(&context, id).await?;
    let grant = party.grant(&capability).ok_or_else(Refusal::not_found)?;
    Ok(Reply::json(show::capability(&context, &party, grant)))
}

#[derive(Deserialize)]
struct Body {
    capabilities: Option<Vec<String>>,
}

/// Requests capabilities, and gets them.
async fn request(context: Context, request: Request, party: PartyId) -> Answer {
    let body: Body = request.json()?;
    let given = body.capabilities.unwrap_or_default();
    if given.is_empty() {
        return Err(refused(&context, "0", "is missing"));
    }
    let names = names(given).map_err(|(index, told)| refused(&context, &index, told))?;
    let has_wallet = names.iter().any(|name| WALLETS.contains(&&**name));
    let wallet = has_wallet.then(|| NewWallet::in_currency(context.account.currency));
    let party = context.bank().grant(context.bank_context(), party, &names, wallet).await?;
    Ok(Reply::json(shown(&context, &party, |name| names.iter().any(|asked| **asked == *name))))
}

/// The 422 of `AddCapabilitiesError`. The oldest version's document has one object
/// around it more than all later ones.
fn refused(context: &Context, index: &str, told: &str) -> Refusal {
    let body = json!({"capabilities": {index: told}});
    let wrapped = context.version == Version::DEFAULT;
    Refusal::invalid(if wrapped { json!({ "error": body }) } else { body })
}

async fn disable(context: Context, _: Request, party: PartyId, capability: String) -> Answer {
    let closes_wallets = WALLETS.contains(&&*capability);
    let revoked =
        context.bank().revoke(context.bank_context(), party, &capability, closes_wallets).await;
    match revoked {
        Ok(_) => Ok(Reply::none()),
        Err(BankError::Party(PartyError::NotGranted)) => Err(Refusal::not_found()),
        Err(BankError::Party(PartyError::WalletNotEmpty)) => {
            Err(Refusal::conflict("the account's wallet holds money; pay it out first"))
        }
        Err(error) => Err(error.into()),
    }
}

fn shown(context: &Context, party: &Party, wanted: impl Fn(&str) -> bool) -> Value {
    let grants = party.grants.iter().filter(|grant| wanted(&grant.capability));
    Value::Array(grants.map(|grant| show::capability(context, party, grant)).collect())
}
