//! A schedule as asked for: read, and checked against the bank, before anything is made.

use bank::country;
use engine::creation::{self, Creation, CreationError};
use engine::{
    Attributes, Currency, Instruction, Money, Percentage, Plan, Policies, RetryPolicy, Schedule,
    Timing, TransferAmount,
};
use jiff::civil::{Date, Time};
use recurrence::{Recurrence, Rule};
use serde_json::{Map, Value};
use store::{NewSchedule, RequestKey};

use super::super::params::Reader;
use super::super::{Context, OmiseError, Params, parties};
use super::{on, window};

/// When charges run, in the account's zone.
pub(crate) const CHARGE_HOUR: Time = Time::constant(8, 30, 0, 0);
/// When transfers run, in the account's zone.
pub(crate) const TRANSFER_HOUR: Time = Time::constant(8, 5, 0, 0);

/// A schedule that may be made.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Draft {
    plan: Plan,
    attributes: Attributes,
}

/// What was asked for, before the bank was asked.
struct Wish {
    recurrence: Recurrence,
    window: window::Window,
    payment: Payment,
}

enum Payment {
    Charge(ChargeWish),
    Transfer(TransferWish),
}

struct ChargeWish {
    customer: String,
    card: Option<String>,
    amount: i64,
    currency: Option<Currency>,
    description: Option<String>,
    metadata: Map<String, Value>,
}

struct TransferWish {
    recipient: Option<String>,
    amount: Option<i64>,
    percentage: Option<Percentage>,
    currency: Option<Currency>,
}

/// Reads a schedule and checks it.
pub(crate) async fn read(context: &Context, params: &Params) -> Result<Draft, OmiseError> {
    // Omise says so of charge schedules; a transfer needs no card's holder.
    if context.account.three_d_secure && params.reader().has("charge") {
        return Err(OmiseError::bad_request(
            "charge schedules are not available on an account that uses 3-D Secure",
        ));
    }
    let wish = wish(context, params)?;
    let (instruction, attributes) = match wish.payment {
        Payment::Charge(charge) => checked_charge(context, charge).await?,
        Payment::Transfer(transfer) => checked_transfer(context, transfer).await?,
    };
    let policies = policies(context, &instruction);
    let recurrence = wish.recurrence;
    if recurrence.first().is_none() {
        return Err(no_date(wish.window));
    }
    Ok(Draft { plan: Plan::new(recurrence, policies, instruction), attributes })
}

/// Makes the schedule, once for each request key, and waits for a first run that is due at once.
pub(crate) async fn create(
    context: &Context,
    draft: Draft,
    request: Option<RequestKey>,
) -> Result<Schedule, OmiseError> {
    let id = context.app.store().allocate_schedules(1).await?;
    let Draft { plan, attributes } = draft;
    let (account, lane) = (context.account.id, context.account.lane);
    let creation = Creation { attributes, ..Creation::of(id, account, lane, plan) };
    let created = creation::create(creation, context.now).map_err(|error| refused(&error))?;
    let asked = created.schedule.plan.clone();
    let made = context.app.runner.create_schedule(NewSchedule { created, request }).await?;
    if made.id != id && !is_same(&made.plan, &asked) {
        return Err(OmiseError::key_used());
    }
    Ok(made)
}

/// Whether a schedule that a request key made long ago is what is asked for under it
/// now. Its start may have been left to the day of the request.
fn is_same(made: &Plan, asked: &Plan) -> bool {
    made.instruction == asked.instruction
        && made.cadence.dates().map(window_of) == asked.cadence.dates().map(window_of)
}

fn window_of(recurrence: &Recurrence) -> (Rule, Date) {
    (recurrence.rule(), recurrence.end())
}

fn refused(error: &CreationError) -> OmiseError {
    match error {
        CreationError::NoDate { start, end } => {
            no_date(window::Window { start: *start, end: *end })
        }
        CreationError::TooLate { .. } => {
            OmiseError::bad_request("end_date must be in the year 2261 or earlier")
        }
        // A schedule of this dialect has a rule of dates, and no slots of its own.
        CreationError::NoSlot | CreationError::Addition(_) => {
            OmiseError::bad_request("the schedule has no date")
        }
    }
}

fn no_date(window: window::Window) -> OmiseError {
    let window::Window { start, end } = window;
    OmiseError::bad_request(format!("the schedule has no date between {start} and {end}"))
}

/// What differs between Omise's charges and transfers, as values.
fn policies(context: &Context, instruction: &Instruction) -> Policies {
    let (hour, retry) = match instruction {
        Instruction::Charge { .. } => (CHARGE_HOUR, RetryPolicy::TWO_DAYS_THEN_SUSPEND),
        Instruction::Transfer { .. } => (TRANSFER_HOUR, RetryPolicy::BUSINESS_DAYS_WHILE_SHORT),
        Instruction::Remittance(_) => (TRANSFER_HOUR, RetryPolicy::NEVER),
    };
    let timing = Timing::new(context.account.zone.clone(), hour);
    Policies { timing, retry, run_at_start: true, catch_up: engine::CatchUp::ALL }
}

fn wish(context: &Context, params: &Params) -> Result<Wish, OmiseError> {
    let mut read = params.reader();
    let rule = on::rule(&mut read);
    let zone = &context.account.zone;
    let window = window::window(&mut read, zone, context.now);
    if read.optional_boolean("capture") == Some(false) {
        read.refuse("capture must be true: scheduled charges are always captured");
    }
    let payment = payment(&mut read);
    read.finish()?;
    let wish = || {
        let (rule, window) = (rule?, window?);
        let recurrence = Recurrence::new(rule, window.start, window.end).ok()?;
        Some(Wish { recurrence, window, payment: payment? })
    };
    // Each part is missing only where the reader had a problem, and then it has refused.
    wish().ok_or_else(OmiseError::backend_error)
}

fn payment(read: &mut Reader<'_>) -> Option<Payment> {
    match (read.has("charge"), read.has("transfer")) {
        (true, false) => charge(read).map(Payment::Charge),
        (false, true) => transfer(read).map(Payment::Transfer),
        (true, true) => {
            read.refuse("only one of these keys is allowed: charge, transfer");
            None
        }
        (false, false) => {
            read.refuse("one of these keys is missing: charge, transfer");
            None
        }
    }
}

fn charge(outer: &mut Reader<'_>) -> Option<ChargeWish> {
    let mut read = Reader::within("charge", outer.optional_object("charge")?);
    let wish = ChargeWish {
        customer: read.required_text("customer"),
        card: read.optional_id("card"),
        amount: read.required_integer("amount"),
        currency: read.optional_currency("currency"),
        description: read.optional_text("description"),
        metadata: read.metadata("metadata").unwrap_or_default(),
    };
    outer.absorb(read);
    Some(wish)
}

fn transfer(outer: &mut Reader<'_>) -> Option<TransferWish> {
    let mut read = Reader::within("transfer", outer.optional_object("transfer")?);
    let percentage = percentage(&mut read);
    // A share may come with an amount of 0 (omise-java sends every field).
    let amount =
        read.optional_integer("amount").filter(|amount| percentage.is_none() || *amount != 0);
    if amount.is_some() && percentage.is_some() {
        read.refuse("transfer must contain only one of these keys: amount, percentage_of_balance");
    }
    let wish = TransferWish {
        recipient: read.optional_id("recipient"),
        amount,
        percentage,
        currency: read.optional_currency("currency"),
    };
    outer.absorb(read);
    Some(wish)
}

fn percentage(read: &mut Reader<'_>) -> Option<Percentage> {
    let text = match read.value("percentage_of_balance")? {
        Value::Number(number) => number.to_string(),
        Value::String(text) if text.trim().is_empty() => return None,
        Value::String(text) => text.trim().to_owned(),
        _ => String::new(),
    };
    let percentage = Percentage::parse(&text);
    if percentage.is_none() {
        read.refuse_one(
            "percentage_of_balance",
            "must be a number greater than 0 and at most 100, with at most four decimals",
        );
    }
    percentage
}

async fn checked_charge(
    context: &Context,
    wish: ChargeWish,
) -> Result<(Instruction, Attributes), OmiseError> {
    let currency = wish.currency.unwrap_or(context.account.currency);
    if !country::supported_currencies(&context.account.country).any(|known| known == currency) {
        return Err(OmiseError::invalid_charge("currency is currently not supported"));
    }
    within(country::charge_limits(currency), wish.amount, currency)
        .map_err(OmiseError::invalid_charge)?;
    let customer = parties::customer(context, &wish.customer).await?;
    let card = match &wish.card {
        Some(card) => Some(parties::card(context, (customer, &wish.customer), card).await?),
        None => None,
    };
    let mut attributes = Attributes::new();
    if !wish.metadata.is_empty() {
        attributes.insert("metadata".to_owned(), Value::Object(wish.metadata));
    }
    let money = Money::new(wish.amount, currency);
    let description = wish.description.map(String::into_boxed_str);
    Ok((Instruction::Charge { customer, card, money, description }, attributes))
}

async fn checked_transfer(
    context: &Context,
    wish: TransferWish,
) -> Result<(Instruction, Attributes), OmiseError> {
    let currency = context.account.currency;
    if wish.currency.is_some_and(|asked| asked != currency) {
        return Err(OmiseError::bad_request("currency is currently not supported"));
    }
    let recipient = match &wish.recipient {
        Some(id) => parties::recipient(context, id).await?,
        None => parties::default_recipient(context).await?,
    };
    let amount = match (wish.amount, wish.percentage) {
        (Some(amount), _) => {
            within(country::transfer_terms(currency).limits, amount, currency)
                .map_err(OmiseError::invalid_amount)?;
            TransferAmount::Fixed(Money::new(amount, currency))
        }
        (None, share) => {
            TransferAmount::Share { share: share.unwrap_or(Percentage::WHOLE), currency }
        }
    };
    Ok((Instruction::Transfer { recipient, amount }, Attributes::new()))
}

/// The captured wording: `amount must be greater than or equal to 2000 (thb subunits)`.
fn within(limits: country::Limits, amount: i64, currency: Currency) -> Result<(), String> {
    let (bound, limit) = match amount {
        _ if amount < limits.least => ("greater", limits.least),
        _ if amount > limits.greatest => ("less", limits.greatest),
        _ => return Ok(()),
    };
    let currency = currency.code_lower();
    Err(format!("amount must be {bound} than or equal to {limit} ({currency} subunits)"))
}
