//! `/accounts/{accountID}/transfers`: money that goes from one payment method to another.
//!
//! In the bank they are remittances, because its transfers are payouts to recipients.

mod amount_details;
mod cancellations;
mod create;
mod extras;
mod idempotency;
mod list;
pub(in crate::moov) mod openapi;
mod options;
mod refunds;
mod retrieve;
mod reversals;
pub(crate) mod show;
mod update;

use bank::Remittance;
use engine::{PartyId, RemittanceId};

use crate::moov::context::Context;
use crate::moov::refusal::Refusal;
use crate::moov::router::{Resource, Routes};
use crate::moov::scope::Family::Transfers;

pub(crate) fn routes() -> Routes {
    let one = "/accounts/{accountID}/transfers/{transferID}";
    let below = |path: &str| format!("{one}/{path}");
    Routes::new()
        .at(
            "/accounts/{accountID}/transfers",
            Resource::new()
                .get(Transfers.read(), list::list)
                .post(Transfers.write(), create::create),
        )
        .at(
            "/accounts/{accountID}/transfer-options",
            Resource::new().post(Transfers.read(), options::of_account),
        )
        .at("/transfer-options", Resource::new().post(Transfers.read(), options::of_platform))
        .at(
            one,
            Resource::new()
                .get(Transfers.read(), retrieve::retrieve)
                .patch(Transfers.write(), update::update),
        )
        .at(
            &below("refunds"),
            Resource::new()
                .get(Transfers.read(), refunds::list)
                .post(Transfers.write(), refunds::create),
        )
        .at(&below("refunds/{refundID}"), Resource::new().get(Transfers.read(), refunds::retrieve))
        .at(&below("reversals"), Resource::new().post(Transfers.write(), reversals::create))
        .at(&below("cancellations"), Resource::new().post(Transfers.write(), cancellations::create))
        .at(
            &below("cancellations/{cancellationID}"),
            Resource::new().get(Transfers.read(), cancellations::retrieve),
        )
}

/// Whether an account has to do with a transfer: it runs it, pays, or is paid.
fn concerns(remittance: &Remittance, party: PartyId) -> bool {
    [remittance.partner, remittance.source.party, remittance.destination.party].contains(&party)
}

/// The transfer that a path names, if the account of the path has to do with it.
async fn transfer(context: &Context, party: PartyId, id: &str) -> Result<Remittance, Refusal> {
    let id: RemittanceId = context.ids().find(id).ok_or_else(Refusal::not_found)?;
    let remittance = context.bank().remittance(context.account.id, id).await?;
    if !concerns(&remittance, party) {
        return Err(Refusal::not_found());
    }
    Ok(remittance)
}

/// The same, for what only the account that runs it, or is paid by it, may change.
async fn own_transfer(context: &Context, party: PartyId, id: &str) -> Result<Remittance, Refusal> {
    let remittance = transfer(context, party, id).await?;
    let is_platform = context.platform() == Some(party);
    if is_platform || [remittance.partner, remittance.destination.party].contains(&party) {
        Ok(remittance)
    } else {
        Err(Refusal::forbidden())
    }
}
