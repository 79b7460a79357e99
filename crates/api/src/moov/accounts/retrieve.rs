//! `GET /accounts/{accountID}`.

use engine::PartyId;

use super::show;
use crate::moov::answer::{Answer, Reply};
use crate::moov::context::Context;
use crate::moov::request::Request;

/// One account, a disconnected one too.
pub(super) async fn retrieve(context: Context, _: Request, party: PartyId) -> Answer {
    let party = super::party(&context, party).await?;
    Ok(Reply::json(show::account(&context, &party)))
}
