//! Transfers as they are shown.

use std::collections::HashMap;

use bank::remittance::side::{Side, State};
use bank::remittance::{CardRefund, RemittanceFailure};
use bank::{ChargeFailure, Instrument, Party, PaymentMethod, Rail, Remittance, RemittanceStatus};
use engine::{Currency, PartyId, PaymentMethodId};
use gateway::bank::Instruments;
use serde_json::{Value, json};

use super::extras::Extras;
use super::{cancellations, refunds};
use crate::moov::accounts::payment_methods::show::{kind, payment_method};
use crate::moov::accounts::schedules::Recurring;
use crate::moov::context::Context;
use crate::moov::decimal;
use crate::moov::object::Object;
use crate::moov::refusal::Refusal;
use crate::moov::run_transfer::particulars::{Particulars, Said};
use crate::moov::version::Version;

/// A transfer, whole.
pub(crate) async fn transfer(context: &Context, it: &Remittance) -> Result<Value, Refusal> {
    let shown = transfers(context, std::slice::from_ref(it)).await?.pop();
    shown.ok_or_else(Refusal::failed)
}

/// Transfers, with one look-up of each kind.
pub(crate) async fn transfers(
    context: &Context,
    remittances: &[Remittance],
) -> Result<Vec<Value>, Refusal> {
    let named = Named::read(context, remittances).await?;
    Ok(remittances.iter().map(|it| named.transfer(context, it)).collect())
}

/// What transfers refer to.
struct Named {
    parties: HashMap<PartyId, Party>,
    methods: HashMap<PaymentMethodId, PaymentMethod>,
    instruments: Instruments,
    recurring: Recurring,
}

impl Named {
    async fn read(context: &Context, remittances: &[Remittance]) -> Result<Named, Refusal> {
        let (bank, account) = (context.bank(), context.account.id);
        let sides = || remittances.iter().flat_map(|it| [&it.source, &it.destination]);
        let mut parties: Vec<PartyId> = sides().map(|side| side.party).collect();
        parties.sort_unstable();
        parties.dedup();
        let mut methods: Vec<PaymentMethodId> = sides().map(|side| side.method).collect();
        methods.sort_unstable();
        methods.dedup();
        let parties = bank.parties_by_id(account, parties).await?.into_iter().flatten();
        let methods = bank.payment_methods_by_id(account, methods).await?.into_iter();
        let methods: Vec<PaymentMethod> = methods.flatten().collect();
        let instruments = bank.instruments(account, &methods).await?;
        let by_card = remittances.iter().filter(|it| it.source.rail == Rail::CardPayment);
        let schedules = by_card.filter_map(|it| it.scheduled).map(|(schedule, _)| schedule);
        let recurring = Recurring::read(context, schedules.collect()).await?;
        Ok(Named {
            parties: parties.map(|party| (party.id, party)).collect(),
            methods: methods.into_iter().map(|method| (method.id, method)).collect(),
            instruments,
            recurring,
        })
    }

    fn transfer(&self, context: &Context, it: &Remittance) -> Value {
        let ids = context.ids();
        let said = Particulars::read(&it.particulars);
        let mut extras = Extras::of(&it.particulars);
        if let Some((schedule, slot)) = it.scheduled.filter(|_| it.source.rail == Rail::CardPayment)
        {
            let source = self.recurring.source(schedule, slot);
            extras.transaction_source.get_or_insert_with(|| source.to_owned());
        }
        let currency = it.money.currency.code();
        let amount = |minor: i64| json!({"currency": currency, "value": minor});
        let refunded = Some(it.refunded_minor()).filter(|minor| *minor > 0);
        let shown_refunds = it.refunds.iter().map(|refund| refunds::shown(context, it, refund));
        let cancellation = cancellations::shown(context, it);
        let tax = said.sales_tax_minor;
        let (old, new) = (Version::V2026_07_00, Version::V2026_04_00);
        Object::new()
            .with("transferID", ids.id(it.id))
            .at("createdOn", it.created_at)
            .with("source", self.side(context, &it.source, &said.source, &extras))
            .with("destination", self.side(context, &it.destination, &said.destination, &extras))
            .maybe_at("completedOn", it.completed_at)
            .with("status", status(it.status))
            .maybe("failureReason", it.failure.map(failure_reason))
            .with("amount", amount(it.money.amount_minor))
            .maybe("description", Some(said.description).filter(|text| !text.is_empty()))
            .maybe("metadata", Some(it.metadata.clone()).filter(|data| !data.is_empty()))
            .maybe("facilitatorFee", extras.facilitator_fee.clone())
            .maybe("cancellations", cancellation.map(|it| Value::Array(vec![it])))
            .maybe("refundedAmount", refunded.map(amount))
            .maybe("refunds", refunded.map(|_| Value::Array(shown_refunds.collect())))
            .maybe("scheduleID", it.scheduled.map(|(schedule, _)| ids.id(schedule)))
            .maybe(
                "occurrenceID",
                it.scheduled.map(|(schedule, slot)| ids.occurrence(schedule, slot)),
            )
            .maybe("foreignID", extras.foreign_id.clone())
            .maybe(
                "lineItems",
                Some(said.line_items)
                    .filter(|items| !items.is_empty())
                    .map(|items| json!({"items": items})),
            )
            .maybe("salesTaxAmount", tax.filter(|_| context.version < old).map(amount))
            .maybe(
                "amountDetails",
                Some(context.version >= new)
                    .filter(|is_new| *is_new)
                    .and_then(|_| amount_details(it.money.currency, tax, &extras)),
            )
            .into()
    }

    /// One side: its payment method as it stands, whose it is, and how far it is.
    fn side(&self, context: &Context, side: &Side, said: &Said, extras: &Extras) -> Value {
        let method = self.methods.get(&side.method);
        let shown = method.and_then(|method| payment_method(context, method, &self.instruments));
        let mut shown = shown.unwrap_or_else(|| {
            // Nothing is ever removed from the books, so this is never seen.
            json!({
                "paymentMethodID": context.ids().id(side.method),
                "paymentMethodType": kind(side.rail, context.version),
            })
        });
        let Some(fields) = shown.as_object_mut() else { return shown };
        fields.insert("account".to_owned(), self.account(context, side.party));
        if side.marks.is_empty() {
            return shown;
        }
        let details = match (side.instrument, side.rail) {
            (Instrument::Card(_), _) => Some(("cardDetails", card_details(side, said, extras))),
            (Instrument::LinkedAccount(_), Rail::InstantCredit) => {
                Some(instant_details(context, side))
            }
            (Instrument::LinkedAccount(_), _) => {
                Some(("achDetails", ach_details(side, said, extras)))
            }
            (Instrument::Wallet(_), _) => None,
        };
        if let Some((name, details)) = details {
            fields.insert(name.to_owned(), details.into());
        }
        shown
    }

    fn account(&self, context: &Context, id: PartyId) -> Value {
        let party = self.parties.get(&id);
        Object::new()
            .with("accountID", context.ids().id(id))
            .with("email", party.and_then(|party| party.email.clone()).unwrap_or_default())
            .with("displayName", party.map(|it| it.display_name.clone()).unwrap_or_default())
            .into()
    }
}

/// What the amount is made of.
fn amount_details(currency: Currency, tax_minor: Option<i64>, extras: &Extras) -> Option<Value> {
    let decimal = |minor: i64| json!({"currency": currency.code(), "valueDecimal": decimal::of_minor(minor, currency)});
    if tax_minor.is_none() && extras.tip.is_none() && extras.surcharge.is_none() {
        return None;
    }
    let details = Object::new()
        .maybe("tip", extras.tip.clone())
        .maybe("tax", tax_minor.map(decimal))
        .maybe("surcharge", extras.surcharge.clone());
    Some(details.into())
}

fn card_details(side: &Side, said: &Said, extras: &Extras) -> Object {
    let descriptor = said.card_details.as_ref().and_then(|it| it.dynamic_descriptor.clone());
    let pays = side.rail.can_pay();
    marks(side)
        .maybe("failureCode", side.refused.map(failure_code))
        .maybe("dynamicDescriptor", descriptor)
        .maybe("transactionSource", extras.transaction_source.clone().filter(|_| pays))
}

fn ach_details(side: &Side, said: &Said, extras: &Extras) -> Object {
    let said = said.ach_details.clone().unwrap_or_default();
    let pays = side.rail.can_pay();
    let returned = side.returned.map(|code| {
        json!({"code": code.code(), "reason": code.reason(), "description": code.description()})
    });
    marks(side)
        .with("traceNumber", trace_number(side))
        .maybe("return", returned)
        .maybe("companyEntryDescription", said.company_entry_description)
        .maybe("originatingCompanyName", said.originating_company_name)
        .maybe("secCode", extras.sec_code.clone().filter(|_| pays))
        .maybe("debitHoldPeriod", extras.debit_hold_period.clone().filter(|_| pays))
}

/// What was one network's is any of two since 2026.
fn instant_details(context: &Context, side: &Side) -> (&'static str, Object) {
    if context.version >= Version::V2026_01_00 {
        ("instantBankDetails", marks(side).with("network", "rtp"))
    } else {
        ("rtpDetails", marks(side))
    }
}

/// The state of one side, and since when it was in each.
fn marks(side: &Side) -> Object {
    let mut shown = Object::new().maybe("status", side.state().map(state));
    for mark in &side.marks {
        shown = shown.at(since(mark.state), mark.at);
    }
    shown
}

/// Fifteen digits by which banks know a payment: of its payment method and its time, so
/// that both sides of one transfer have their own.
fn trace_number(side: &Side) -> String {
    const DIGITS: u64 = 1_000_000_000_000_000;
    let began = side.marks.first().map_or(0, |mark| mark.at.nanoseconds());
    let mixed = began.cast_unsigned().rotate_left(17) ^ side.method.0.cast_unsigned();
    format!("{:015}", mixed % DIGITS)
}

/// A refund's state and times, as its card has them.
pub(super) fn refund_marks(refund: &CardRefund) -> Object {
    let mut shown = Object::new().with("status", state(refund.state()));
    for mark in &refund.marks {
        shown = shown.at(since(mark.state), mark.at);
    }
    shown
}

pub(crate) const fn status(status: RemittanceStatus) -> &'static str {
    match status {
        RemittanceStatus::Pending => "pending",
        RemittanceStatus::Completed => "completed",
        RemittanceStatus::Failed => "failed",
        RemittanceStatus::Reversed => "reversed",
        RemittanceStatus::Canceled => "canceled",
    }
}

const fn failure_reason(failure: RemittanceFailure) -> &'static str {
    match failure {
        RemittanceFailure::Source => "source-payment-error",
        RemittanceFailure::Destination => "destination-payment-error",
        RemittanceFailure::WalletShort => "wallet-insufficient-funds",
    }
}

const fn state(state: State) -> &'static str {
    match state {
        State::Initiated => "initiated",
        State::Confirmed => "confirmed",
        State::Originated => "originated",
        State::Settled => "settled",
        State::Completed => "completed",
        State::Failed => "failed",
        State::Returned => "returned",
        State::Canceled => "canceled",
    }
}

/// Every one of them.
pub(super) const SINCE: [&str; 8] = [
    since(State::Initiated),
    since(State::Confirmed),
    since(State::Originated),
    since(State::Settled),
    since(State::Completed),
    since(State::Failed),
    since(State::Returned),
    since(State::Canceled),
];

const fn since(state: State) -> &'static str {
    match state {
        State::Initiated => "initiatedOn",
        State::Confirmed => "confirmedOn",
        State::Originated => "originatedOn",
        State::Settled => "settledOn",
        State::Completed => "completedOn",
        State::Failed => "failedOn",
        State::Returned => "returnedOn",
        State::Canceled => "canceledOn",
    }
}

/// Why a card said no, in Moov's words.
const fn failure_code(failure: ChargeFailure) -> &'static str {
    match failure {
        ChargeFailure::InsufficientFund => "insufficient-funds",
        ChargeFailure::StolenOrLostCard => "lost-or-stolen",
        ChargeFailure::FailedProcessing => "processing-error",
        ChargeFailure::PaymentRejected => "do-not-honor",
        ChargeFailure::FailedFraudCheck => "suspected-fraud",
        ChargeFailure::InvalidAccountNumber => "invalid-card-number",
        ChargeFailure::InvalidSecurityCode => "cvv-mismatch",
        ChargeFailure::ExpiredCard => "expired-card",
        ChargeFailure::AuthenticationFailed | ChargeFailure::NoCard => "transaction-not-allowed",
        ChargeFailure::PaymentCancelled => "revocation-of-authorization",
    }
}
