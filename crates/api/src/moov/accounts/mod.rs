//! `/accounts`: the people and businesses that a platform acts for, and all that is
//! theirs.

pub(crate) mod bank_accounts;
pub(crate) mod capabilities;
pub(crate) mod cards;
mod create;
mod disconnect;
mod form;
pub(crate) mod images;
mod list;
pub(in crate::moov) mod openapi;
pub(crate) mod payment_methods;
pub(crate) mod products;
mod profile;
mod retrieve;
pub(crate) mod schedules;
mod settings;
pub(crate) mod show;
pub(crate) mod transfers;
mod update;
pub(crate) mod wallets;

use bank::Party;
use engine::PartyId;

use super::context::Context;
use super::refusal::Refusal;
use super::router::{Resource, Routes};
use super::scope::Family::{Accounts, Profile};
use super::validation::Problems;
use super::version::Version;

/// Accounts, and all that is an account's.
pub(crate) fn routes() -> Routes {
    Routes::new()
        .at(
            "/accounts",
            Resource::new().get(Accounts.read(), list::list).post(Accounts.write(), create::create),
        )
        .at(
            "/accounts/{accountID}",
            Resource::new()
                .get(Profile.read(), retrieve::retrieve)
                .patch(Profile.write(), update::update)
                .delete(Profile.disconnect(), disconnect::disconnect),
        )
        .and(bank_accounts::routes())
        .and(capabilities::routes())
        .and(cards::routes())
        .and(images::routes())
        .and(payment_methods::routes())
        .and(products::routes())
        .and(schedules::routes())
        .and(transfers::routes())
        .and(wallets::routes())
}

/// The account that a path names, a disconnected one too.
pub(crate) async fn party(context: &Context, id: PartyId) -> Result<Party, Refusal> {
    Ok(context.bank().party(context.account.id, id).await?)
}

/// A 422 with what is wrong about an account, if anything is. The oldest version's
/// document puts it under `error`, the SDKs of all later ones do not.
fn finish(problems: Problems, version: Version) -> Result<(), Refusal> {
    match problems.finish() {
        Err(refusal) if version == Version::DEFAULT => {
            Err(Refusal::invalid(serde_json::json!({ "error": refusal.body() })))
        }
        finished => finished,
    }
}
