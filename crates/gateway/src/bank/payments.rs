//! The bank as a gateway: what schedules ask of it, in batches.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use async_trait::async_trait;
use bank::charge::{amount_allowed, make as make_charge};
use bank::country::transfer_terms;
use bank::remittance::make as make_remittance;
use bank::transfer::make as make_transfer;
use bank::{
    Card, Charge, ChargeFailure, ChargeStatus, Customer, Entity, LedgerAccount, LedgerRole,
    Metadata, Recipient, RecordKind, Remittance, RemittanceFailure, RemittanceStatus,
};
use engine::{
    AccountId, CardId, ChargeId, CustomerId, Decline, DeclineKind, IdempotencyKey, Money, NotSent,
    Outcome, PaymentBody, PaymentId, PaymentRequest, RecipientId, RemittanceId, TransferId,
};
use store::{Changes, CommitError, RecordKey, StoreError};

use super::books::{Draft, Snapshot, read, record_key};
use super::means::{Means, Wanted};
use super::{Bank, BankError, Result};
use crate::{Character, Gateway, Inquiry, Lookup, Permit, Quote};

/// Payments in one call, at most.
const BATCH_MAX: u32 = 4_096;
/// How long a call may take.
const TIMEOUT: Duration = Duration::from_secs(10);

const CHARGE_REFUSED: &str = "charge could not be captured";
const AMOUNT_REFUSED: &str = "amount is not within the limits for a charge";
const BALANCE_SHORT: &str = "balance is too small for the transfer";
const BELOW_LEAST: &str = "amount is below the least that can be transferred";

/// Where a failed charge keeps why there was no card to charge.
const REASON: &str = "reason";

#[async_trait]
impl Gateway for Bank {
    async fn pay(&self, requests: Vec<PaymentRequest>, _permit: Permit) -> Vec<Outcome> {
        // One commit in the same process: whoever asked has just been found in time.
        let mut outcomes = self.pay_once(&requests).await;
        // Wallets that were emptied meanwhile are counted again, and seen to be short.
        let is_open = |index: &usize| {
            let request = requests.get(*index).map(|request| &request.body);
            let outcome = outcomes.get(*index);
            matches!(request, Some(PaymentBody::Remittance(_)))
                && matches!(outcome, Some(Outcome::NotSent(_)))
        };
        let open: Vec<usize> = (0..requests.len()).filter(is_open).collect();
        if !open.is_empty() {
            let again: Vec<PaymentRequest> =
                open.iter().filter_map(|index| requests.get(*index).cloned()).collect();
            for (index, second) in open.into_iter().zip(self.pay_once(&again).await) {
                if let Some(outcome) = outcomes.get_mut(index) {
                    *outcome = second;
                }
            }
        }
        outcomes
    }

    async fn look_up(&self, inquiries: Vec<Inquiry>) -> Vec<Lookup> {
        let count = inquiries.len();
        let keys = inquiries.into_iter().map(|inquiry| inquiry.request.key).collect();
        match self.made_under(keys).await {
            Ok(found) => found
                .into_iter()
                .map(|outcome| outcome.map_or(Lookup::Absent, Lookup::Found))
                .collect(),
            Err(error) => {
                tracing::warn!(%error, "the bank's books could not be read");
                vec![Lookup::Unreachable; count]
            }
        }
    }

    async fn quote(&self, quotes: Vec<Quote>) -> Vec<Result<Money, Outcome>> {
        let places = quotes
            .iter()
            .map(|quote| LedgerAccount {
                account: quote.account,
                role: LedgerRole::Available,
                currency: quote.currency,
            })
            .collect();
        match self.store.balances(places).await {
            Ok(balances) => quotes
                .iter()
                .zip(balances)
                .map(|(quote, available)| share_of(*quote, available))
                .collect(),
            Err(error) => not_sent(&error.into(), quotes.len()).into_iter().map(Err).collect(),
        }
    }

    fn character(&self) -> Character {
        Character {
            batch_max: BATCH_MAX,
            key_window: None,
            absence_conclusive_after: Some(Duration::ZERO),
            timeout: TIMEOUT,
        }
    }
}

/// What was decided about one request.
enum Decision {
    /// To be written; then the outcome stands.
    Write(Box<Changes>, Outcome),
    /// Nothing is to be written.
    Refuse(Outcome),
}

/// All that a batch of requests is decided from, each record read once.
#[derive(Default)]
struct People {
    customers: HashMap<i64, Customer>,
    cards: HashMap<i64, Card>,
    recipients: HashMap<i64, Recipient>,
}

/// What a batch's remittances are decided from.
#[derive(Default)]
struct Remitting {
    /// Under these keys one was made before.
    made: HashSet<IdempotencyKey>,
    means: Means,
}

/// Fresh keys for a batch.
struct Keys {
    charge: i64,
    transfer: i64,
    remittance: i64,
    entry: i64,
}

impl Bank {
    async fn pay_once(&self, requests: &[PaymentRequest]) -> Vec<Outcome> {
        match self.decide_payments(requests).await {
            Ok(decisions) => self.settle_payments(requests, decisions).await,
            Err(error) => not_sent(&error, requests.len()),
        }
    }

    async fn decide_payments(&self, requests: &[PaymentRequest]) -> Result<Vec<Decision>> {
        let people = self.people(requests).await?;
        let mut remitting = self.remitting(requests).await?;
        let mut keys = self.keys(requests)?;
        requests
            .iter()
            .map(|request| Ok(decide(request, &people, &mut remitting, &mut keys)?))
            .collect()
    }

    /// What the remittances of a batch are decided from; nothing is read for a batch
    /// without any. What is in the books already is not counted a second time.
    async fn remitting(&self, requests: &[PaymentRequest]) -> Result<Remitting> {
        let remittances: Vec<(&PaymentRequest, Wanted<'_>)> =
            requests.iter().filter_map(|request| Some((request, wanted(request)?))).collect();
        if remittances.is_empty() {
            return Ok(Remitting::default());
        }
        let keys: Vec<IdempotencyKey> =
            remittances.iter().map(|(request, _)| request.key.clone()).collect();
        let made = self.store.payments(keys.clone()).await?;
        let made = keys.into_iter().zip(made).filter_map(|(key, made)| made.map(|_| key)).collect();
        let wanted: Vec<Wanted<'_>> = remittances.into_iter().map(|(_, wanted)| wanted).collect();
        Ok(Remitting { made, means: Means::read(self, &wanted).await? })
    }

    /// Writes what was decided, all in one commit. A request that was refused
    /// gets the outcome of its payment if one was made under its key before.
    async fn settle_payments(
        &self,
        requests: &[PaymentRequest],
        decisions: Vec<Decision>,
    ) -> Vec<Outcome> {
        let mut outcomes = Vec::with_capacity(decisions.len());
        let (mut changes, mut written) = (Vec::with_capacity(decisions.len()), Vec::new());
        let mut asked_before = Vec::new();
        for (index, decision) in decisions.into_iter().enumerate() {
            match decision {
                Decision::Write(change, outcome) => {
                    changes.push(*change);
                    written.push(index);
                    outcomes.push(outcome);
                }
                Decision::Refuse(outcome) => {
                    asked_before.push(index);
                    outcomes.push(outcome);
                }
            }
        }
        if !changes.is_empty() {
            let results = match self.store.commit(changes).await {
                Ok(results) => results,
                Err(error) => {
                    tracing::warn!(%error, "the bank does not know whether its books were written");
                    return vec![Outcome::Unknown; requests.len()];
                }
            };
            for (index, result) in written.into_iter().zip(results) {
                let Err(error) = result else { continue };
                asked_before.push(index);
                let body = requests.get(index).map(|request| &request.body);
                if let Some(outcome) = outcomes.get_mut(index) {
                    *outcome = not_written(body, &error);
                }
            }
        }
        self.recall(requests, asked_before, &mut outcomes).await;
        outcomes
    }

    /// Puts in the outcomes of payments that were made under the same keys before.
    async fn recall(
        &self,
        requests: &[PaymentRequest],
        asked_before: Vec<usize>,
        outcomes: &mut [Outcome],
    ) {
        if asked_before.is_empty() {
            return;
        }
        let key_of = |index: &usize| requests.get(*index).map(|request| request.key.clone());
        let made = self.made_under(asked_before.iter().filter_map(key_of).collect()).await;
        let made = made.unwrap_or_else(|error| {
            tracing::warn!(%error, "the bank's books could not be read");
            vec![Some(Outcome::Unknown); asked_before.len()]
        });
        for (index, made) in asked_before.into_iter().zip(made) {
            if let (Some(outcome), Some(made)) = (outcomes.get_mut(index), made) {
                *outcome = made;
            }
        }
    }

    /// What was made under each of these keys.
    async fn made_under(
        &self,
        keys: Vec<IdempotencyKey>,
    ) -> Result<Vec<Option<Outcome>>, StoreError> {
        let payments = self.store.payments(keys).await?;
        let records = payments.iter().flatten().map(|payment| RecordKey::from(*payment)).collect();
        let mut records = self.store.records(records).await?.into_iter();
        payments
            .into_iter()
            .map(|payment| match (payment, payment.and_then(|_| records.next().flatten())) {
                (None, _) => Ok(None),
                (Some(payment @ PaymentId::Transfer(_)), _) => {
                    Ok(Some(Outcome::Succeeded(payment)))
                }
                (Some(PaymentId::Charge(_)), Some(record)) => {
                    Ok(Some(outcome_of(&read::<Charge>(&record)?)))
                }
                (Some(PaymentId::Remittance(_)), Some(record)) => {
                    Ok(Some(outcome_of_remittance(&read::<Remittance>(&record)?)))
                }
                (Some(payment @ (PaymentId::Charge(_) | PaymentId::Remittance(_))), None) => {
                    Err(StoreError::Corrupt {
                        what: "payment key",
                        message: format!(
                            "{payment:?} stands under it, and there is no such record"
                        ),
                    })
                }
            })
            .collect()
    }

    /// Everybody whom a batch names, and the default cards of the customers.
    async fn people(&self, requests: &[PaymentRequest]) -> Result<People, StoreError> {
        let mut named = Vec::with_capacity(requests.len().saturating_mul(2));
        for request in requests {
            match &request.body {
                PaymentBody::Charge { customer, card, .. } => {
                    named.push(record_key::<Customer>(customer.0));
                    named.extend(card.map(|card| record_key::<Card>(card.0)));
                }
                PaymentBody::Transfer { recipient, .. } => {
                    named.push(record_key::<Recipient>(recipient.0));
                }
                PaymentBody::Remittance(_) => {}
            }
        }
        let mut people = People::default();
        self.read_people(named, &mut people).await?;
        let defaults = requests
            .iter()
            .filter_map(|request| match &request.body {
                PaymentBody::Charge { customer, card: None, .. } => people
                    .customers
                    .get(&customer.0)
                    .and_then(|customer| customer.default_card)
                    .filter(|card| !people.cards.contains_key(&card.0))
                    .map(|card| record_key::<Card>(card.0)),
                _ => None,
            })
            .collect();
        self.read_people(defaults, &mut people).await?;
        Ok(people)
    }

    async fn read_people(
        &self,
        mut keys: Vec<RecordKey>,
        people: &mut People,
    ) -> Result<(), StoreError> {
        if keys.is_empty() {
            return Ok(());
        }
        keys.sort_unstable();
        keys.dedup();
        for record in self.store.records(keys).await?.iter().flatten() {
            let key = record.key.key;
            match record.key.kind {
                RecordKind::Customer => drop(people.customers.insert(key, read(record)?)),
                RecordKind::Card => drop(people.cards.insert(key, read(record)?)),
                RecordKind::Recipient => drop(people.recipients.insert(key, read(record)?)),
                _ => {}
            }
        }
        Ok(())
    }

    fn keys(&self, requests: &[PaymentRequest]) -> Result<Keys, StoreError> {
        let (mut charges, mut transfers, mut remittances) = (0_usize, 0_usize, 0_usize);
        for request in requests {
            match request.body {
                PaymentBody::Charge { .. } => charges += 1,
                PaymentBody::Transfer { .. } => transfers += 1,
                PaymentBody::Remittance(_) => remittances += 1,
            }
        }
        let first = |kind, count: usize| match u32::try_from(count) {
            Ok(0) => Ok(0),
            Ok(count) => self.store.allocate(kind, count),
            Err(_) => Err(StoreError::Database {
                during: "allocating keys",
                message: format!("{count} payments are more than {BATCH_MAX}, the most in a call"),
            }),
        };
        Ok(Keys {
            charge: first(RecordKind::Charge, charges)?,
            transfer: first(RecordKind::Transfer, transfers)?,
            remittance: first(RecordKind::Remittance, remittances)?,
            entry: first(RecordKind::JournalEntry, requests.len())?,
        })
    }
}

impl Keys {
    fn charge(&mut self) -> ChargeId {
        ChargeId(take(&mut self.charge))
    }

    fn transfer(&mut self) -> TransferId {
        TransferId(take(&mut self.transfer))
    }
}

/// The remittance that a request asks for, if it asks for one.
fn wanted(request: &PaymentRequest) -> Option<Wanted<'_>> {
    let PaymentBody::Remittance(remitted) = &request.body else { return None };
    Some(Wanted {
        account: request.account,
        remitted,
        fee_minor: 0,
        scheduled: Some((request.schedule, request.slot)),
        at: request.at,
    })
}

fn take(next: &mut i64) -> i64 {
    std::mem::replace(next, next.saturating_add(1))
}

fn decide(
    request: &PaymentRequest,
    people: &People,
    remitting: &mut Remitting,
    keys: &mut Keys,
) -> Result<Decision, StoreError> {
    match &request.body {
        PaymentBody::Charge { customer, card, money, description } => {
            decide_charge(request, *customer, *card, *money, description.as_deref(), people, keys)
        }
        PaymentBody::Transfer { recipient, money } => {
            decide_transfer(request, *recipient, *money, people, keys)
        }
        PaymentBody::Remittance(_) => decide_remittance(request, remitting, keys),
    }
}

fn decide_remittance(
    request: &PaymentRequest,
    remitting: &mut Remitting,
    keys: &mut Keys,
) -> Result<Decision, StoreError> {
    if remitting.made.contains(&request.key) {
        // It is recalled from the books.
        return Ok(Decision::Refuse(Outcome::Unknown));
    }
    let Some(wanted) = wanted(request) else { return Ok(Decision::Refuse(Outcome::Unknown)) };
    let id = RemittanceId(take(&mut keys.remittance));
    let (asked, verdict) = match remitting.means.decide(&wanted, id) {
        Ok(decided) => decided,
        Err(obstacle) => return Ok(refuse(obstacle.kind(), obstacle.message)),
    };
    let step = make_remittance(asked, verdict, keys.entry);
    if step.entry.is_some() {
        keys.entry = keys.entry.saturating_add(1);
    }
    remitting.means.count(step.entry.as_ref());
    let outcome = outcome_of_remittance(&step.record);
    let mut draft = Draft::payment(request.key.clone(), PaymentId::Remittance(id));
    draft.step(step, request.at, Snapshot::Taken)?;
    Ok(Decision::Write(Box::new(draft.into_changes()), outcome))
}

fn decide_charge(
    request: &PaymentRequest,
    customer: CustomerId,
    card: Option<CardId>,
    money: Money,
    description: Option<&str>,
    people: &People,
    keys: &mut Keys,
) -> Result<Decision, StoreError> {
    let Some(payer) = own(request.account, people.customers.get(&customer.0)) else {
        return Ok(refuse(DeclineKind::Payer, "customer was not found"));
    };
    if !amount_allowed(money) {
        return Ok(refuse(DeclineKind::Payer, AMOUNT_REFUSED));
    }
    let card = people.card(payer, card);
    let (verdict, reason) = match card {
        Ok(card) => (card.verdict(request.at), None),
        Err(reason) => (Err(ChargeFailure::NoCard), Some(reason)),
    };
    let asked = bank::charge::Asked {
        id: keys.charge(),
        account: request.account,
        at: request.at,
        money,
        customer: Some(customer),
        card: card.ok().map(|card| card.id),
        schedule: Some(request.schedule),
        description: description.map(Into::into),
        metadata: Metadata::new(),
        attributes: reason.map(|reason| (REASON.to_owned(), reason.into())).into_iter().collect(),
        capture: true,
        expires_at: None,
    };
    let step = make_charge(asked, verdict, keys.entry);
    if step.entry.is_some() {
        keys.entry = keys.entry.saturating_add(1); // no gaps: stores keep consecutive keys together
    }
    let outcome = outcome_of(&step.record);
    let mut draft = Draft::payment(request.key.clone(), PaymentId::Charge(step.record.id));
    draft.step(step, request.at, Snapshot::Omitted)?;
    Ok(Decision::Write(Box::new(draft.into_changes()), outcome))
}

fn decide_transfer(
    request: &PaymentRequest,
    recipient: RecipientId,
    money: Money,
    people: &People,
    keys: &mut Keys,
) -> Result<Decision, StoreError> {
    let recipient = own(request.account, people.recipients.get(&recipient.0));
    let obstacle = match recipient {
        None => Some("recipient was not found"),
        Some(recipient) if recipient.deleted => Some("recipient was deleted"),
        Some(recipient) if recipient.verified_at.is_none() => Some("recipient is not verified"),
        Some(recipient) if !recipient.is_payable() => Some("recipient is not active"),
        Some(_) => None,
    };
    let (Some(recipient), None) = (recipient, obstacle) else {
        return Ok(refuse(DeclineKind::Payee, obstacle.unwrap_or_default()));
    };
    if money.amount_minor < transfer_terms(money.currency).limits.least {
        return Ok(refuse(DeclineKind::BalanceShort, BELOW_LEAST));
    }
    let asked = bank::transfer::Asked {
        id: keys.transfer(),
        account: request.account,
        at: request.at,
        money,
        schedule: Some(request.schedule),
        fail_fast: false,
        metadata: Metadata::new(),
    };
    let step = make_transfer(asked, recipient, take(&mut keys.entry));
    let payment = PaymentId::Transfer(step.record.id);
    let mut draft = Draft::payment(request.key.clone(), payment);
    draft.step(step, request.at, Snapshot::Omitted)?;
    Ok(Decision::Write(Box::new(draft.into_changes()), Outcome::Succeeded(payment)))
}

impl People {
    /// The card to charge, or why there is none.
    fn card(&self, customer: &Customer, named: Option<CardId>) -> Result<&Card, &'static str> {
        if customer.deleted {
            return Err("customer was deleted");
        }
        let id = named.or(customer.default_card).ok_or("customer has no card")?;
        let card = self.cards.get(&id.0).filter(|card| card.customer == Some(customer.id));
        let card = card.ok_or("card was not found")?;
        if card.deleted { Err("card was deleted") } else { Ok(card) }
    }
}

/// What is this account's own.
fn own<E: Entity>(account: AccountId, found: Option<&E>) -> Option<&E> {
    found.filter(|entity| entity.account() == account)
}

/// What a charge that stands in the books means to whoever asked for it.
fn outcome_of(charge: &Charge) -> Outcome {
    let payment = PaymentId::Charge(charge.id);
    match charge.status {
        ChargeStatus::Successful => Outcome::Succeeded(payment),
        ChargeStatus::Pending => Outcome::Accepted(payment),
        ChargeStatus::Failed | ChargeStatus::Expired | ChargeStatus::Reversed => {
            let reason = charge.attributes.get(REASON).and_then(serde_json::Value::as_str);
            Outcome::Declined(Decline {
                payment: Some(payment),
                kind: match charge.failure {
                    Some(ChargeFailure::StolenOrLostCard) => DeclineKind::PayerForGood,
                    _ => DeclineKind::Payer,
                },
                message: Some(reason.unwrap_or(CHARGE_REFUSED).into()),
            })
        }
    }
}

/// What a remittance that stands in the books means to whoever asked for it. One that
/// had arrived has succeeded, although it was sent back later: whoever looks late must
/// see what whoever looked early saw.
fn outcome_of_remittance(remittance: &Remittance) -> Outcome {
    let payment = PaymentId::Remittance(remittance.id);
    match remittance.status {
        RemittanceStatus::Completed | RemittanceStatus::Reversed => Outcome::Succeeded(payment),
        RemittanceStatus::Pending => Outcome::Accepted(payment),
        RemittanceStatus::Failed | RemittanceStatus::Canceled => Outcome::Declined(Decline {
            payment: Some(payment),
            kind: match remittance.failure {
                Some(RemittanceFailure::WalletShort) => DeclineKind::BalanceShort,
                Some(RemittanceFailure::Destination) => DeclineKind::Payee,
                Some(RemittanceFailure::Source) | None => DeclineKind::Payer,
            },
            message: Some(remittance.explanation().into()),
        }),
    }
}

fn share_of(quote: Quote, available: i64) -> Result<Money, Outcome> {
    let limits = transfer_terms(quote.currency).limits;
    let share = quote.share.of(available).min(limits.greatest);
    if share < limits.least {
        return Err(declined(DeclineKind::BalanceShort, BELOW_LEAST));
    }
    Ok(Money::new(share, quote.currency))
}

/// What stands if no payment was made under the same key before.
fn not_written(body: Option<&PaymentBody>, error: &CommitError) -> Outcome {
    match error {
        CommitError::Short(_) if matches!(body, Some(PaymentBody::Remittance(_))) => {
            Outcome::NotSent(NotSent::Unreachable)
        }
        CommitError::Short(_) => declined(DeclineKind::BalanceShort, BALANCE_SHORT),
        CommitError::AlreadyPaid(_) => Outcome::Unknown,
        CommitError::Changed(_) | CommitError::NameTaken(_) => {
            tracing::error!(?error, "a new payment met with one that should not be there");
            Outcome::NotSent(NotSent::Unreachable)
        }
    }
}

fn not_sent(error: &BankError, count: usize) -> Vec<Outcome> {
    tracing::warn!(%error, "the bank's books could not be read; nothing was asked of it");
    vec![Outcome::NotSent(NotSent::Unreachable); count]
}

fn refuse(kind: DeclineKind, message: &str) -> Decision {
    Decision::Refuse(declined(kind, message))
}

fn declined(kind: DeclineKind, message: &str) -> Outcome {
    Outcome::Declined(Decline { payment: None, kind, message: Some(message.into()) })
}
