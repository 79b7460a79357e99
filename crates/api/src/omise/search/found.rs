//! A thing that a search looks at.

use bank::{
    Charge, ChargeStatus, Customer, JournalEntry, Recipient, RecipientKind, Refund, Transfer,
};
use engine::{CardId, CustomerId, Instruction, Schedule, TransferAmount};
use serde_json::{Map, Value};
use store::{Event, PageQuery};

use super::super::records::Shown as _;
use super::super::schedules::{render, show};
use super::super::{Answer, Context, Kind, OmiseError, charges, events, records, transactions};
use super::filter::Field;

/// A thing that a search looks at.
pub(super) enum Found {
    /// A charge.
    Charge(Box<Charge>),
    /// A customer.
    Customer(Customer),
    /// An event.
    Event(Event),
    /// A recipient.
    Recipient(Box<Recipient>),
    /// A refund.
    Refund(Refund),
    /// A schedule, of whichever kind.
    Schedule(Box<Schedule>),
    /// A movement of money.
    Transaction(JournalEntry),
    /// A transfer.
    Transfer(Box<Transfer>),
}

impl Found {
    /// As it is shown in lists.
    pub(super) async fn shown(&self, context: &Context) -> Answer {
        match self {
            Found::Charge(it) => it.shown(context).await,
            Found::Customer(it) => it.shown(context).await,
            Found::Event(it) => events::render::event(context, it).await,
            Found::Recipient(it) => it.shown(context).await,
            Found::Refund(it) => it.shown(context).await,
            Found::Schedule(it) => show::one(context, Schedule::clone(it)).await,
            Found::Transaction(it) => it.shown(context).await,
            Found::Transfer(it) => it.shown(context).await,
        }
    }

    /// Who pays it, if somebody does.
    pub(super) fn customer(&self) -> Option<CustomerId> {
        match self {
            Found::Charge(it) => it.customer,
            Found::Schedule(it) => match it.plan.instruction {
                Instruction::Charge { customer, .. } => Some(customer),
                Instruction::Transfer { .. } | Instruction::Remittance(_) => None,
            },
            _ => None,
        }
    }

    /// Its id, and its owner's words about it.
    pub(super) fn words(&self, context: &Context) -> Vec<String> {
        let id = |kind, key| context.ids().render(kind, key);
        let said = |words: &[&Option<String>]| -> Vec<String> {
            words.iter().filter_map(|word| (*word).clone()).collect()
        };
        match self {
            Found::Charge(it) => {
                let mut words = vec![id(Kind::Charge, it.id.0)];
                words.extend(it.customer.map(|customer| id(Kind::Customer, customer.0)));
                words.extend(it.description.as_deref().map(str::to_owned));
                words.extend(values(&it.metadata));
                words
            }
            Found::Customer(it) => {
                let mut words = vec![id(Kind::Customer, it.id.0)];
                words.extend(said(&[&it.email, &it.description]));
                words.extend(values(&it.metadata));
                words
            }
            Found::Event(it) => {
                vec![id(Kind::Event, it.id.0), events::render::key(it.body.kind).to_owned()]
            }
            Found::Recipient(it) => {
                let mut words = vec![id(Kind::Recipient, it.id.0), it.name.clone()];
                words.extend(said(&[&it.email, &it.description]));
                words.push(it.bank_account.name.clone());
                words.extend(values(&it.metadata));
                words
            }
            Found::Refund(it) => {
                let mut words = vec![id(Kind::Refund, it.key), id(Kind::Charge, it.charge.0)];
                words.extend(values(&it.metadata));
                words
            }
            Found::Schedule(it) => schedule_words(it, id),
            Found::Transaction(it) => vec![id(Kind::Transaction, it.key)],
            Found::Transfer(it) => {
                let mut words =
                    vec![id(Kind::Transfer, it.id.0), id(Kind::Recipient, it.recipient.0)];
                words.push(it.bank_account.name.clone());
                words.extend(values(&it.metadata));
                words
            }
        }
    }

    /// What it has under a filter's name.
    pub(super) async fn field(&self, context: &Context, name: &str) -> Result<Field, OmiseError> {
        Ok(match self {
            Found::Charge(it) if name == "card_last_digits" => {
                last_digits(context, it.card).await?
            }
            Found::Schedule(it) if name == "card_last_digits" => {
                last_digits(context, named_card(it)).await?
            }
            Found::Charge(it) if name == "voided" => voided(context, it).await?,
            Found::Charge(it) => charge_field(it, name),
            Found::Customer(it) => match name {
                "created" => Field::Moment(it.created_at),
                "email" => it.email.clone().map_or(Field::Absent, Field::Text),
                _ => Field::Absent,
            },
            Found::Event(it) => match name {
                "created" => Field::Moment(it.body.at),
                "key" => Field::Text(events::render::key(it.body.kind).to_owned()),
                _ => Field::Absent,
            },
            Found::Recipient(it) => recipient_field(it, name),
            Found::Refund(it) => match name {
                "created" => Field::Moment(it.created_at),
                "amount" => Field::Amount(it.money),
                "currency" => Field::Text(it.money.currency.code().to_owned()),
                "voided" => Field::Flag(it.voided),
                _ => Field::Absent,
            },
            Found::Schedule(it) => schedule_field(it, name),
            Found::Transaction(it) => transaction_field(it, name),
            Found::Transfer(it) => match name {
                "created" => Field::Moment(it.created_at),
                "amount" => Field::Amount(it.money),
                "currency" => Field::Text(it.money.currency.code().to_owned()),
                "deleted" => Field::Flag(it.deleted),
                "sent" => Field::Flag(it.sent_at.is_some()),
                "paid" => Field::Flag(it.paid_at.is_some()),
                _ => Field::Absent,
            },
        })
    }
}

/// The texts in metadata, not those inside objects in it.
fn values(metadata: &Map<String, Value>) -> impl Iterator<Item = String> {
    metadata.values().filter_map(Value::as_str).map(str::to_owned)
}

fn schedule_words(schedule: &Schedule, id: impl Fn(Kind, i64) -> String) -> Vec<String> {
    let mut words = vec![id(Kind::Schedule, schedule.id.0)];
    match &schedule.plan.instruction {
        Instruction::Charge { customer, description, .. } => {
            words.push(id(Kind::Customer, customer.0));
            words.extend(description.as_deref().map(str::to_owned));
        }
        Instruction::Transfer { recipient, .. } => words.push(id(Kind::Recipient, recipient.0)),
        Instruction::Remittance(_) => {}
    }
    let metadata = schedule.attributes.get("metadata").and_then(Value::as_object);
    words.extend(metadata.into_iter().flat_map(values));
    words
}

fn named_card(schedule: &Schedule) -> Option<CardId> {
    match schedule.plan.instruction {
        Instruction::Charge { card, .. } => card,
        Instruction::Transfer { .. } | Instruction::Remittance(_) => None,
    }
}

async fn last_digits(context: &Context, card: Option<CardId>) -> Result<Field, OmiseError> {
    let Some(card) = card else { return Ok(Field::Absent) };
    match context.app.bank().card(context.account.id, card).await {
        Ok(card) => Ok(Field::Text(card.last_digits)),
        Err(gateway::bank::BankError::NotFound(_)) => Ok(Field::Absent),
        Err(error) => Err(records::failure(&error)),
    }
}

/// Whether a charge was undone on its own day, which its refunds tell.
async fn voided(context: &Context, charge: &Charge) -> Result<Field, OmiseError> {
    if charge.refunded == 0 {
        return Ok(Field::Flag(false));
    }
    let page = PageQuery::first(PageQuery::LIMIT_MAX);
    let refunds = context.app.bank().refunds(context.account.id, Some(charge.id), page).await;
    let refunds = refunds.map_err(|error| records::failure(&error))?;
    Ok(Field::Flag(refunds.entries.iter().any(|refund| refund.voided)))
}

fn charge_field(charge: &Charge, name: &str) -> Field {
    match name {
        "amount" => Field::Amount(charge.money),
        "authorized" => Field::Flag(charge.authorized_at.is_some()),
        "captured" => Field::Flag(charge.captured.is_some()),
        "created" => Field::Moment(charge.created_at),
        "currency" => Field::Text(charge.money.currency.code().to_owned()),
        "failure_code" => charge.failure.map_or(Field::Absent, |failure| {
            Field::Text(charges::failure::code_and_message(failure).0.to_owned())
        }),
        "refunded" => Field::Flag(charge.refunded > 0),
        "reversed" => Field::Flag(charge.status == ChargeStatus::Reversed),
        "status" => Field::Text(charges::render::status(charge.status).to_owned()),
        _ => Field::Absent,
    }
}

fn recipient_field(recipient: &Recipient, name: &str) -> Field {
    match name {
        "active" => Field::Flag(recipient.activated_at.is_some()),
        "created" => Field::Moment(recipient.created_at),
        "default" => Field::Flag(recipient.default),
        "type" => Field::Text(
            match recipient.kind {
                RecipientKind::Individual => "individual",
                RecipientKind::Corporation => "corporation",
            }
            .to_owned(),
        ),
        "verified" => Field::Flag(recipient.verified_at.is_some()),
        _ => Field::Absent,
    }
}

fn schedule_field(schedule: &Schedule, name: &str) -> Field {
    let money = match schedule.plan.instruction {
        Instruction::Charge { money, .. }
        | Instruction::Transfer { amount: TransferAmount::Fixed(money), .. } => Some(money),
        Instruction::Transfer { .. } | Instruction::Remittance(_) => None,
    };
    match name {
        "active" => Field::Flag(schedule.status.is_active()),
        "amount" => money.map_or(Field::Absent, Field::Amount),
        "created" => Field::Moment(schedule.created_at),
        "currency" => {
            money.map_or(Field::Absent, |money| Field::Text(money.currency.code().to_owned()))
        }
        "status" => Field::Text(render::status_word(schedule.status, "running").to_owned()),
        _ => Field::Absent,
    }
}

fn transaction_field(entry: &JournalEntry, name: &str) -> Field {
    let net = transactions::render::net(entry);
    match name {
        "amount" => Field::Amount(engine::Money::new(net.saturating_abs(), entry.currency)),
        "created" => Field::Moment(entry.at),
        "currency" => Field::Text(entry.currency.code().to_owned()),
        "type" => Field::Text(if net < 0 { "debit" } else { "credit" }.to_owned()),
        _ => Field::Absent,
    }
}
