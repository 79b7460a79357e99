//! `PATCH /accounts/{accountID}/transfers/{transferID}`: a transfer's own data.

use engine::PartyId;
use serde::{Deserialize, Deserializer};

use super::extras::check_metadata;
use super::{own_transfer, show};
use crate::moov::answer::{Answer, Reply};
use crate::moov::context::Context;
use crate::moov::refusal::Refusal;
use crate::moov::request::Request;
use crate::moov::validation::Problems;

#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    metadata: Change,
}

/// What becomes of a transfer's own data.
#[derive(Default)]
enum Change {
    /// They were left out, and stay.
    #[default]
    Left,
    /// They are replaced; `null` clears them.
    Replaced(bank::Metadata),
}

impl<'de> Deserialize<'de> for Change {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Change, D::Error> {
        let given: Option<bank::Metadata> = Option::deserialize(from)?;
        Ok(Change::Replaced(given.unwrap_or_default()))
    }
}

pub(super) async fn update(
    context: Context,
    request: Request,
    party: PartyId,
    id: String,
) -> Answer {
    let body: Body = request.json()?;
    let remittance = own_transfer(&context, party, &id).await?;
    let Change::Replaced(metadata) = body.metadata else {
        return Ok(Reply::json(show::transfer(&context, &remittance).await?));
    };
    let mut problems = Problems::new();
    check_metadata(&metadata, &mut problems);
    problems.finish()?;
    let (bank, now) = (context.bank(), context.bank_context());
    let changed = bank.annotate_remittance(now, remittance.id, metadata).await;
    let changed = changed.map_err(|error| match error {
        gateway::bank::RemittanceError::Bank(error) => Refusal::from(error),
        gateway::bank::RemittanceError::Refused(_) => Refusal::failed(),
    })?;
    Ok(Reply::json(show::transfer(&context, &changed).await?))
}
