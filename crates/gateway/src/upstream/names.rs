//! What things are called there, and which keys they have here.

use std::collections::HashMap;
use std::sync::Arc;

use engine::{
    AccountId, ChargeId, Decline, DeclineKind, InstructionKind, NotSent, Outcome, PaymentBody,
    PaymentId, PaymentRequest, RemittanceId, ScheduleId, TransferId,
};
use store::{ForeignName, NameStore, RecordKey, RecordKind, StoreError, is_foreign};

use super::{Told, wording};
use crate::Lookup;

/// The longest name of a payment that is taken in, in bytes.
const NAME_MAX: usize = 255;
/// The longest message that is kept, in characters.
const MESSAGE_MAX: usize = 500;

/// What this installation's own things are called outside: those that no upstream named.
/// How, is the dialects' affair, so the binary says it.
pub trait LocalNames: Send + Sync + 'static {
    /// An account, by what is paid on it.
    fn account(&self, account: AccountId, paid: InstructionKind) -> String;
    /// A schedule, by what it pays.
    fn schedule(&self, account: AccountId, schedule: ScheduleId, pays: InstructionKind) -> String;
    /// A record of the bank's.
    fn record(&self, account: AccountId, record: RecordKey) -> Option<String>;
}

/// Names and keys, both ways.
#[derive(Clone)]
pub struct Names {
    store: Arc<dyn NameStore>,
    local: Option<Arc<dyn LocalNames>>,
}

impl Names {
    /// Those that `store` keeps: everything that a request names is the upstream's.
    #[must_use]
    pub fn new(store: Arc<dyn NameStore>) -> Names {
        Names { store, local: None }
    }

    /// The same, beside which there are things of this installation's own.
    #[must_use]
    pub fn with_local(self, local: Arc<dyn LocalNames>) -> Names {
        Names { local: Some(local), ..self }
    }

    /// What keys stand for, read in one batch.
    pub(crate) async fn texts(
        &self,
        mut keys: Vec<RecordKey>,
    ) -> Result<HashMap<RecordKey, Box<str>>, StoreError> {
        keys.sort_unstable();
        keys.dedup();
        if keys.is_empty() {
            return Ok(HashMap::new());
        }
        let texts = self.store.names(keys.clone()).await?;
        Ok(keys.into_iter().zip(texts).filter_map(|(key, text)| Some((key, text?))).collect())
    }

    /// What everything is called that these requests name, read in one batch.
    pub(crate) async fn of(&self, requests: &[PaymentRequest]) -> Result<Named, StoreError> {
        let named = requests.iter().flat_map(records);
        let texts = self.texts(named.filter(|record| is_foreign(record.key)).collect()).await?;
        Ok(Named { texts, local: self.local.clone() })
    }

    /// What the account is called from whose balance transfers are paid.
    pub(crate) fn account_of_transfers(&self, account: AccountId) -> String {
        let named = |local: &Arc<dyn LocalNames>| local.account(account, InstructionKind::Transfer);
        self.local.as_ref().map_or_else(|| account.to_string(), named)
    }

    /// Gives keys to the payments that an upstream named, all in one commit.
    pub(crate) async fn outcomes(
        &self,
        requests: &[PaymentRequest],
        verdicts: Vec<Verdict>,
    ) -> Vec<Outcome> {
        let fit = |payment: &str| !payment.is_empty() && payment.len() <= NAME_MAX;
        let both = requests.iter().zip(&verdicts);
        let named: Vec<ForeignName> = both
            .filter_map(|(request, verdict)| {
                let text = verdict.payment().filter(|payment| fit(payment))?.into();
                Some(ForeignName { account: request.account, kind: kind(&request.body), text })
            })
            .collect();
        let keys = if named.is_empty() {
            HashMap::new()
        } else {
            match self.store.intern(named.clone()).await {
                Ok(keys) => named.into_iter().zip(keys).collect(),
                Err(error) => {
                    // Without a key a payment cannot be recorded; it is looked up later.
                    tracing::warn!(%error, "the names of payments could not be written");
                    return verdicts.into_iter().map(unnamed).collect();
                }
            }
        };
        let both = requests.iter().zip(verdicts);
        both.map(|(request, verdict)| {
            let key = |text: Box<str>| {
                let kind = kind(&request.body);
                let name = ForeignName { account: request.account, kind, text };
                keys.get(&name).map(|key| payment_id(&request.body, *key))
            };
            verdict.named(key)
        })
        .collect()
    }

    /// The same for what was looked up.
    pub(crate) async fn lookups(
        &self,
        requests: Vec<PaymentRequest>,
        sightings: Vec<Sighting>,
    ) -> Vec<Lookup> {
        let mut lookups = Vec::with_capacity(sightings.len());
        let (mut found, mut verdicts, mut places) = (Vec::new(), Vec::new(), Vec::new());
        for (place, (request, sighting)) in requests.into_iter().zip(sightings).enumerate() {
            lookups.push(match sighting {
                Sighting::Absent => Lookup::Absent,
                Sighting::Unreachable => Lookup::Unreachable,
                Sighting::Found(verdict) => {
                    found.push(request);
                    verdicts.push(verdict);
                    places.push(place);
                    Lookup::Unreachable
                }
            });
        }
        for (place, outcome) in places.into_iter().zip(self.outcomes(&found, verdicts).await) {
            if let Some(lookup) = lookups.get_mut(place) {
                *lookup = Lookup::Found(outcome);
            }
        }
        lookups
    }
}

/// What the things are called that a batch of requests names.
pub(crate) struct Named {
    texts: HashMap<RecordKey, Box<str>>,
    local: Option<Arc<dyn LocalNames>>,
}

impl Named {
    /// What a record is called.
    pub(crate) fn record(&self, account: AccountId, kind: RecordKind, key: i64) -> Option<String> {
        let record = RecordKey { kind, key };
        if is_foreign(key) {
            return self.texts.get(&record).map(ToString::to_string);
        }
        self.local.as_ref()?.record(account, record)
    }

    /// What the account of a request is called; by its number where nobody says.
    pub(crate) fn account(&self, request: &PaymentRequest) -> String {
        let number = || request.account.to_string();
        let paid = wording::kind(&request.body);
        let local = self.local.as_ref();
        local.map_or_else(number, |local| local.account(request.account, paid))
    }

    /// What its schedule is called; by its number where nobody says.
    pub(crate) fn schedule(&self, request: &PaymentRequest) -> String {
        let number = || request.schedule.to_string();
        let pays = wording::kind(&request.body);
        let local = self.local.as_ref();
        let named =
            |local: &Arc<dyn LocalNames>| local.schedule(request.account, request.schedule, pays);
        local.map_or_else(number, named)
    }
}

/// What an upstream made of a request, in its own names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Verdict {
    /// The money moved.
    Succeeded(Box<str>),
    /// Refused, for good.
    Declined {
        /// What stands in its books, if anything does.
        payment: Option<Box<str>>,
        /// What policies look at.
        kind: DeclineKind,
        /// What people read.
        message: Option<Box<str>>,
    },
    /// Taken; final later.
    Accepted(Box<str>),
    /// Provably not taken.
    NotSent(NotSent),
    /// Everything else.
    Unknown,
}

/// What an upstream knows of an earlier request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Sighting {
    /// This came of it.
    Found(Verdict),
    /// Nothing.
    Absent,
    /// It did not say.
    Unreachable,
}

impl Verdict {
    /// What is known without an answer.
    pub(crate) fn unanswered(told: &Told) -> Verdict {
        match told {
            Told::NotSent(reason) => Verdict::NotSent(*reason),
            Told::Answer(_) | Told::Nothing => Verdict::Unknown,
        }
    }

    fn payment(&self) -> Option<&str> {
        match self {
            Verdict::Succeeded(payment) | Verdict::Accepted(payment) => Some(payment),
            Verdict::Declined { payment, .. } => payment.as_deref(),
            Verdict::NotSent(_) | Verdict::Unknown => None,
        }
    }

    /// With the keys of what it names. A payment that cannot be named cannot be recorded.
    fn named(self, key: impl Fn(Box<str>) -> Option<PaymentId>) -> Outcome {
        match self {
            Verdict::Succeeded(payment) => {
                key(payment).map_or(Outcome::Unknown, Outcome::Succeeded)
            }
            Verdict::Accepted(payment) => key(payment).map_or(Outcome::Unknown, Outcome::Accepted),
            Verdict::Declined { payment, kind, message } => {
                let shortened = |message: Box<str>| message.chars().take(MESSAGE_MAX).collect();
                let message = message.map(shortened);
                Outcome::Declined(Decline { payment: payment.and_then(key), kind, message })
            }
            Verdict::NotSent(reason) => Outcome::NotSent(reason),
            Verdict::Unknown => Outcome::Unknown,
        }
    }
}

fn unnamed(verdict: Verdict) -> Outcome {
    verdict.named(|_| None)
}

/// The records that a request names.
fn records(request: &PaymentRequest) -> impl Iterator<Item = RecordKey> {
    use RecordKind as Kind;
    let key = |kind, key| Some(RecordKey { kind, key });
    let records = match &request.body {
        PaymentBody::Charge { customer, card, .. } => {
            [key(Kind::Customer, customer.0), card.and_then(|card| key(Kind::Card, card.0)), None]
        }
        PaymentBody::Transfer { recipient, .. } => [key(Kind::Recipient, recipient.0), None, None],
        PaymentBody::Remittance(remitted) => [
            key(Kind::Party, remitted.partner.0),
            key(Kind::PaymentMethod, remitted.source.0),
            key(Kind::PaymentMethod, remitted.destination.0),
        ],
    };
    records.into_iter().flatten()
}

/// What comes of a request.
const fn kind(body: &PaymentBody) -> RecordKind {
    match body {
        PaymentBody::Charge { .. } => RecordKind::Charge,
        PaymentBody::Transfer { .. } => RecordKind::Transfer,
        PaymentBody::Remittance(_) => RecordKind::Remittance,
    }
}

const fn payment_id(body: &PaymentBody, key: i64) -> PaymentId {
    match body {
        PaymentBody::Charge { .. } => PaymentId::Charge(ChargeId(key)),
        PaymentBody::Transfer { .. } => PaymentId::Transfer(TransferId(key)),
        PaymentBody::Remittance(_) => PaymentId::Remittance(RemittanceId(key)),
    }
}
