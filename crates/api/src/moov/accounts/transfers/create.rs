//! `POST /accounts/{accountID}/transfers`.

use bank::Remittance;
use engine::PartyId;
use gateway::bank::{Asked, BankError, NewRemittance, Obstacle, Place};

use super::extras::{AmountDetailsBody, ExtrasBody, minor_of_decimal};
use super::{idempotency, show};
use crate::moov::accounts;
use crate::moov::answer::{Answer, Reply};
use crate::moov::context::Context;
use crate::moov::object::Object;
use crate::moov::refusal::Refusal;
use crate::moov::request::Request;
use crate::moov::run_transfer::{self, Readable, RunTransferBody};
use crate::moov::validation::Problems;

/// Moves money. What the client waits for is there at once in any case; whether it is
/// told the whole transfer, it says with `x-wait-for`.
pub(super) async fn create(context: Context, request: Request, party: PartyId) -> Answer {
    let key = idempotency::key(&context, &request, "")?;
    let extras: ExtrasBody = request.json()?;
    let mut body: RunTransferBody = request.json()?;
    accounts::party(&context, party).await?;
    let bank_context = gateway::bank::Context { key: Some(&key), ..context.bank_context() };
    if let Some(made) = made_before(&context, &key).await? {
        return conflict(&context, &made).await;
    }
    let mut problems = Problems::new();
    let (kept, fee_minor) = extras.read(&mut problems);
    body.of_transfer(tax_minor(extras.amount_details.as_ref()));
    let read = read(&context, party, &body, &mut problems).await?;
    problems.finish()?;
    let Some(mut readable) = read else { return Err(Refusal::failed()) };
    readable.remitted.particulars = kept.add_to(&readable.remitted.particulars);
    let new = NewRemittance {
        remitted: readable.remitted,
        fee_minor,
        metadata: extras.metadata.unwrap_or_default(),
    };
    match context.bank().create_remittance(bank_context, new).await {
        Ok(Asked::Made(made)) => answer(&context, &request, &made).await,
        Ok(Asked::MadeBefore(made)) => conflict(&context, &made).await,
        Ok(Asked::Refused(obstacle)) => Err(refused(obstacle)),
        Err(BankError::KeyUsed) => Err(Refusal::conflict("the key was used for something else")),
        Err(error) => Err(error.into()),
    }
}

/// What was made under the key before, however the request may look now.
async fn made_before(
    context: &Context,
    key: &engine::IdempotencyKey,
) -> Result<Option<Remittance>, Refusal> {
    let made = context.bank().store().payments(vec![key.clone()]).await?.pop().flatten();
    match made {
        Some(engine::PaymentId::Remittance(id)) => {
            Ok(Some(context.bank().remittance(context.account.id, id).await?))
        }
        Some(_) => Err(Refusal::conflict("the key was used for something else")),
        None => Ok(None),
    }
}

async fn read(
    context: &Context,
    party: PartyId,
    body: &RunTransferBody,
    problems: &mut Problems,
) -> Result<Option<Readable>, Refusal> {
    let read = run_transfer::read_all(context, party, &[body]).await?.pop();
    Ok(match read {
        Some(Ok(readable)) => Some(readable),
        Some(Err(told)) => {
            for told in &told {
                problems.add(key_of(told), told.as_str());
            }
            None
        }
        None => None,
    })
}

/// Under which key of `TransferValidationError` a problem stands, told by the field that
/// it begins with.
fn key_of(told: &str) -> &'static str {
    const KEYS: [(&str, &str); 8] = [
        ("amountDetails", "amountDetails"),
        ("amount", "amount"),
        ("salesTaxAmount", "amount"),
        ("source.paymentMethodID", "sourcePaymentMethodID"),
        ("destination.paymentMethodID", "destinationPaymentMethodID"),
        ("source", "source"),
        ("description", "description"),
        ("lineItems", "lineItems"),
    ];
    KEYS.iter().find(|(field, _)| told.starts_with(field)).map_or("error", |(_, key)| key)
}

fn refused(obstacle: Obstacle) -> Refusal {
    let key = match obstacle.place {
        Place::Source => "sourcePaymentMethodID",
        Place::Destination => "destinationPaymentMethodID",
        Place::Amount => "amount",
        Place::Fee => "FacilitatorFee.TotalDecimal",
        Place::Partner => "error",
    };
    let mut problems = Problems::new();
    problems.add(key, obstacle.message);
    match problems.finish() {
        Err(refusal) => refusal,
        Ok(()) => Refusal::failed(),
    }
}

/// The tax within the amount, in minor units; below zero, which is refused, where it
/// cannot be read.
fn tax_minor(details: Option<&AmountDetailsBody>) -> Option<i64> {
    let tax = details?.tax.as_ref()?;
    Some(tax.value_decimal.as_deref().and_then(minor_of_decimal).unwrap_or(-1))
}

async fn answer(context: &Context, request: &Request, made: &Remittance) -> Answer {
    if request.waits_for("rail-response") {
        return Ok(Reply::json(show::transfer(context, made).await?));
    }
    let reference = Object::new()
        .with("transferID", context.ids().id(made.id))
        .at("createdOn", made.created_at);
    Ok(Reply::json(reference.into()))
}

async fn conflict(context: &Context, made: &Remittance) -> Answer {
    Err(Refusal::conflict_with(show::transfer(context, made).await?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_stands_under_the_key_of_its_field() {
        for (told, key) in [
            ("amount.value is 0; it would be at least 1", "amount"),
            ("salesTaxAmount is part of amount", "amount"),
            ("source.paymentMethodID is missing", "sourcePaymentMethodID"),
            ("source is missing", "source"),
            ("source.achDetails.companyEntryDescription would be 4 to 10", "source"),
            ("destination.paymentMethodID names none", "destinationPaymentMethodID"),
            ("destination is missing", "error"),
            ("lineItems.items[0].name is missing", "lineItems"),
            ("partnerAccountID names no account", "error"),
        ] {
            assert_eq!(key_of(told), key, "{told}");
        }
    }
}
