//! `POST /accounts/{accountID}/transfers`.

use bank::Remittance;
use engine::PartyId;
use gateway::bank::{Asked, BankError, NewRemittance, Obstacle, Place};

use super::extras::ExtrasBody;
use super::{idempotency, show};
use crate::moov::accounts;
use crate::moov::answer::{Answer, Reply};
use crate::moov::context::Context;
use crate::moov::object::Object;
use crate::moov::refusal::Refusal;
use crate::moov::request::Request;
use crate::moov::run_transfer::line_items::{ITEMS_MAX, OPTIONS_MAX};
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
    let currency = context.account.currency;
    let (kept, fee_minor) = extras.read(currency, &mut problems);
    body.of_transfer();
    if let Some(details) = &extras.amount_details
        && let Some(tax) = details.tax(currency, body.money(currency), &mut problems)
    {
        body.with_tax(tax);
    }
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
                let (place, told) = place_of(told);
                let place: Vec<&str> = place.iter().map(String::as_str).collect();
                problems.add_at(&place, told);
            }
            None
        }
        None => None,
    })
}

/// Where a problem stands in `TransferValidationError`, and in which words, told by the
/// field that it begins with. Line items have places of their own, below which all else
/// is a text.
fn place_of(told: &str) -> (Vec<String>, &str) {
    const KEYS: [(&str, &str); 7] = [
        ("amount", "amount"),
        ("salesTaxAmount", "salesTaxAmount"),
        ("source.paymentMethodID", "sourcePaymentMethodID"),
        ("destination.paymentMethodID", "destinationPaymentMethodID"),
        ("source", "source"),
        ("description", "description"),
        ("lineItems do", "amount"),
    ];
    if let Some((field, told)) = told.split_once(' ').filter(|(it, _)| it.starts_with("lineItems."))
    {
        return (place_of_item(field), told);
    }
    let found = KEYS.iter().find(|(field, _)| told.starts_with(field));
    (vec![found.map_or("error", |(_, key)| key).to_owned()], told)
}

/// The place of what is wrong with a line item: `lineItems.items[0].name` by its steps.
fn place_of_item(field: &str) -> Vec<String> {
    let steps = field.split(['.', '[', ']']).filter(|step| !step.is_empty());
    let mut place: Vec<String> = steps.map(str::to_owned).collect();
    let beyond = |most: usize| [most.to_string(), "name".to_owned()];
    // What is an object there has one of its own fields wrong.
    match place.last().map(String::as_str) {
        Some("basePrice" | "priceModifier") => place.push("valueDecimal".to_owned()),
        Some("items") => place.extend(beyond(ITEMS_MAX)),
        Some("options") => place.extend(beyond(OPTIONS_MAX)),
        _ => {}
    }
    place
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
            ("salesTaxAmount is part of amount", "salesTaxAmount"),
            ("source.paymentMethodID is missing", "sourcePaymentMethodID"),
            ("source is missing", "source"),
            ("source.achDetails.companyEntryDescription would be 4 to 10", "source"),
            ("destination.paymentMethodID names none", "destinationPaymentMethodID"),
            ("destination is missing", "error"),
            ("lineItems do not add up", "amount"),
            ("partnerAccountID names no account", "error"),
        ] {
            assert_eq!(place_of(told), (vec![key.to_owned()], told));
        }
    }

    #[test]
    fn what_is_wrong_with_a_line_item_stands_at_its_own_place() {
        for (field, place) in [
            ("lineItems.items[0].name", "lineItems/items/0/name"),
            ("lineItems.items[12].basePrice", "lineItems/items/12/basePrice/valueDecimal"),
            ("lineItems.items[0].basePrice.currency", "lineItems/items/0/basePrice/currency"),
            (
                "lineItems.items[0].options[1].priceModifier.valueDecimal",
                "lineItems/items/0/options/1/priceModifier/valueDecimal",
            ),
            ("lineItems.items[0].options", "lineItems/items/0/options/100/name"),
            ("lineItems.items", "lineItems/items/1000/name"),
        ] {
            let told = format!("{field} is wrong");
            let (found, words) = place_of(&told);
            assert_eq!((found.join("/").as_str(), words), (place, "is wrong"));
        }
    }
}
