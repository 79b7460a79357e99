//! `DELETE /accounts/{accountID}`.

use engine::PartyId;

use crate::moov::answer::{Answer, Reply};
use crate::moov::context::Context;
use crate::moov::refusal::Refusal;
use crate::moov::request::Request;

/// Lets go of an account. A second time changes nothing.
pub(super) async fn disconnect(context: Context, _: Request, party: PartyId) -> Answer {
    if context.platform() == Some(party) {
        return Err(Refusal::conflict("a platform cannot be disconnected from itself"));
    }
    context.bank().disconnect_party(context.bank_context(), party).await?;
    Ok(Reply::none())
}
