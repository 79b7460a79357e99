//! `GET /accounts/{accountID}/transfers/{transferID}`.

use engine::PartyId;

use super::{show, transfer};
use crate::moov::answer::{Answer, Reply};
use crate::moov::context::Context;
use crate::moov::request::Request;

pub(super) async fn retrieve(context: Context, _: Request, party: PartyId, id: String) -> Answer {
    let remittance = transfer(&context, party, &id).await?;
    Ok(Reply::json(show::transfer(&context, &remittance).await?))
}
