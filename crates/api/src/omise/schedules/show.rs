//! Schedules with all that is shown with them.

use engine::{CardId, CustomerId, Instruction, RecipientId, Schedule};
use gateway::bank::BankError;
use serde_json::Value;
use store::PageQuery;

use super::super::list::LIMIT_DEFAULT;
use super::super::view::View;
use super::super::records::failure;
use super::super::{Answer, Context, Kind, OmiseError, customers, recipients};
use super::render::{self, Parts, Standing};

/// One schedule, as it stands.
pub(crate) async fn one(context: &Context, schedule: Schedule) -> Answer {
    let shown = many(context, vec![schedule]).await?;
    shown.into_iter().next().ok_or_else(OmiseError::backend_error)
}

/// Schedules, as they stand, in order.
pub(crate) async fn many(
    context: &Context,
    schedules: Vec<Schedule>,
) -> Result<Vec<Value>, OmiseError> {
    let store = context.app.store();
    let positions = store.positions(&schedules, context.now).await?;
    let first = PageQuery { to: engine::Instant::MAX, ..PageQuery::first(LIMIT_DEFAULT) };
    let mut shown = Vec::with_capacity(schedules.len());
    for (schedule, position) in schedules.iter().zip(positions) {
        let parts = Parts {
            occurrences: store.occurrences(schedule, context.now, first).await?,
            standing: Standing::of(schedule, position),
            parties: parties(context, schedule).await?,
        };
        shown.push(render::schedule(&View::of(context), schedule, parts));
    }
    Ok(shown)
}

/// The parties of a schedule as they are shown: ids, or what the ids are of.
pub(crate) async fn parties(
    context: &Context,
    schedule: &Schedule,
) -> Result<render::Parties, OmiseError> {
    match &schedule.plan.instruction {
        Instruction::Charge { customer, card, .. } => {
            let card = match card {
                Some(card) => Some(*card),
                None => default_card(context, *customer).await?,
            };
            Ok(render::Parties::Charge {
                customer: shown_customer(context, *customer).await?,
                card: match card {
                    Some(card) => shown_card(context, card).await?,
                    None => Value::Null,
                },
            })
        }
        Instruction::Transfer { recipient, .. } => Ok(render::Parties::Transfer {
            recipient: shown_recipient(context, *recipient).await?,
        }),
    }
}

/// The card a customer would be charged with; 2017-11-02 does not show it.
async fn default_card(
    context: &Context,
    customer: CustomerId,
) -> Result<Option<CardId>, OmiseError> {
    if context.version.is_2017() {
        return Ok(None);
    }
    match context.app.bank().customer(context.account.id, customer).await {
        Ok(customer) => Ok(customer.default_card),
        Err(BankError::NotFound(_)) => Ok(None),
        Err(error) => Err(failure(&error)),
    }
}

async fn shown_customer(context: &Context, id: CustomerId) -> Answer {
    let shown_id = Value::String(context.ids().render(Kind::Customer, id.0));
    if !context.expand {
        return Ok(shown_id);
    }
    let (bank, account) = (context.app.bank(), context.account.id);
    let found = async {
        let customer = bank.customer(account, id).await?;
        let cards = bank.cards(account, id, PageQuery::first(LIMIT_DEFAULT)).await?;
        Ok(customers::render::customer(&View::of(context), &customer, &cards))
    };
    or_id(found.await, shown_id)
}

async fn shown_card(context: &Context, id: CardId) -> Answer {
    let shown_id = Value::String(context.ids().render(Kind::Card, id.0));
    if !context.expand {
        return Ok(shown_id);
    }
    let card = context.app.bank().card(context.account.id, id).await;
    let view = View::of(context);
    or_id(card.map(|card| customers::cards::render::card(&view, &card)), shown_id)
}

async fn shown_recipient(context: &Context, id: RecipientId) -> Answer {
    let shown_id = Value::String(context.ids().render(Kind::Recipient, id.0));
    if !context.expand {
        return Ok(shown_id);
    }
    let recipient = context.app.bank().recipient(context.account.id, id).await;
    let view = View::of(context);
    or_id(recipient.map(|it| recipients::render::recipient(&view, &it)), shown_id)
}

/// What is gone is shown by its id alone.
fn or_id(found: Result<Value, BankError>, id: Value) -> Answer {
    match found {
        Ok(shown) => Ok(shown),
        Err(BankError::NotFound(_)) => Ok(id),
        Err(error) => Err(failure(&error)),
    }
}

/// What is missing is the client's mistake; anything else that a reading of the
/// bank's can meet is ours.
pub(crate) fn not_found_or_failure(
    error: BankError,
    missing: impl FnOnce() -> OmiseError,
) -> OmiseError {
    match error {
        BankError::NotFound(_) => missing(),
        error => failure(&error),
    }
}
