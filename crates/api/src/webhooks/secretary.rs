//! Writes the letters that the runner delivers.

use std::collections::HashMap;

use async_trait::async_trait;
use bank::RecordKind;
use engine::{Account, ChargeId, RemittanceId, ScheduleId, TransferId};
use gateway::courier::Letter;
use runner::delivery::{Scribe, Stamp};
use serde_json::Value;
use store::webhook::{Chain, Endpoint};
use store::{Event, EventId, EventKind, StoreError};
use uuid::Uuid;

use super::dialect::{Dialect, has};
use super::signature;
use crate::{App, moov, native, omise};

/// Writes letters in every dialect.
pub struct Secretary {
    app: App,
}

/// An event cannot be told.
pub(crate) struct Unwritten;

impl Secretary {
    /// One who knows what this application knows.
    #[must_use]
    pub const fn of(app: App) -> Secretary {
        Secretary { app }
    }

    /// Of which schedule a record of the bank's is, if it is of one.
    async fn schedule_of(&self, event: &Event, kind: RecordKind) -> Option<ScheduleId> {
        let (bank, account, key) = (self.app.bank(), event.body.account, event.body.subject);
        match kind {
            RecordKind::Charge => bank.charge(account, ChargeId(key)).await.ok()?.schedule,
            RecordKind::Transfer => bank.transfer(account, TransferId(key)).await.ok()?.schedule,
            RecordKind::Remittance => {
                let remittance = bank.remittance(account, RemittanceId(key)).await.ok()?;
                remittance.scheduled.map(|(schedule, _)| schedule)
            }
            _ => None,
        }
    }

    async fn chain(&self, event: &Event, known: &mut HashMap<(RecordKind, i64), Chain>) -> Chain {
        match event.body.kind {
            EventKind::Schedule(_) | EventKind::Occurrence(_) => {
                Chain::Schedule(ScheduleId(event.body.subject))
            }
            EventKind::EndpointDisabled => Chain::Free,
            EventKind::Bank(kind) => {
                let record = (kind.subject(), event.body.subject);
                if let Some(chain) = known.get(&record) {
                    return *chain;
                }
                let schedule = self.schedule_of(event, kind.subject()).await;
                let chain = schedule.map_or(Chain::Record(record.0, record.1), Chain::Schedule);
                known.insert(record, chain);
                chain
            }
        }
    }

    async fn body(
        &self,
        dialect: Dialect,
        account: &Account,
        event: &Event,
    ) -> Result<Value, Unwritten> {
        match dialect {
            Dialect::Omise => omise::webhook(&self.app, account, event).await,
            Dialect::Moov => moov::webhook::body(&self.app, account, event).await,
            Dialect::Native => native::event::body(&self.app, account, event).await,
        }
    }

    fn headers(
        &self,
        (dialect, endpoint, account): (Dialect, &Endpoint, &Account),
        event: &Event,
        stamp: Stamp,
        body: &[u8],
    ) -> Result<Vec<(&'static str, String)>, Unwritten> {
        let timestamp = stamp.at.nanoseconds().div_euclid(1_000_000_000);
        let keys = || endpoint.secrets_at(stamp.at).map(|secret| &secret.bytes[..]);
        Ok(match dialect {
            Dialect::Omise => vec![
                ("Omise-Signature", signature::omise(keys(), timestamp, body)),
                ("Omise-Signature-Timestamp", timestamp.to_string()),
            ],
            Dialect::Moov => {
                let id = moov::webhook::delivery_id(&self.app, account, stamp.delivery);
                let timestamp = stamp.at.floor_second().to_string();
                let nonce = nonce()?;
                // One signature alone: the oldest secret that is accepted, so that whoever
                // verifies has until its end to learn of the newer.
                let key = keys().last().ok_or(Unwritten)?;
                let signature = signature::moov(key, &timestamp, &nonce, &id);
                vec![
                    ("X-Signature", signature),
                    ("X-Timestamp", timestamp),
                    ("X-Nonce", nonce),
                    ("X-Webhook-ID", id),
                    ("X-Account-ID", moov::webhook::account_id(&self.app, account)),
                ]
            }
            Dialect::Native => {
                let id = message_id(&self.app, event.id);
                let signature = signature::native(keys(), &id, timestamp, body);
                vec![
                    ("webhook-id", id),
                    ("webhook-timestamp", timestamp.to_string()),
                    ("webhook-signature", signature),
                ]
            }
        })
    }
}

#[async_trait]
impl Scribe for Secretary {
    async fn sort(
        &self,
        endpoint: &Endpoint,
        events: &[Event],
    ) -> Result<Vec<Option<Chain>>, StoreError> {
        let Some(dialect) = Dialect::named(&endpoint.form.0) else {
            return Ok(events.iter().map(|_| None).collect());
        };
        let mut known = HashMap::new();
        let mut sorted = Vec::with_capacity(events.len());
        for event in events {
            let name = dialect.name(event.body.kind);
            let is_wanted = name.is_some_and(|name| {
                endpoint.filter.as_ref().is_none_or(|filter| has(filter, name))
            });
            let of_itself = event.body.kind == EventKind::EndpointDisabled
                && event.body.subject == endpoint.id.0;
            sorted.push(if is_wanted && !of_itself {
                Some(self.chain(event, &mut known).await)
            } else {
                None
            });
        }
        Ok(sorted)
    }

    async fn write(&self, endpoint: &Endpoint, event: &Event, stamp: Stamp) -> Option<Letter> {
        let dialect = Dialect::named(&endpoint.form.0)?;
        let account = match self.app.store().account(endpoint.account).await {
            Ok(account) => account?,
            Err(error) => {
                tracing::error!(%error, "an account could not be read for a webhook");
                return None;
            }
        };
        let Ok(body) = self.body(dialect, &account, event).await else {
            tracing::error!(event = event.id.0, "an event could not be told to a webhook");
            return None;
        };
        let body = body.to_string().into_bytes();
        let headers = self.headers((dialect, endpoint, &account), event, stamp, &body).ok()?;
        Some(Letter { headers, body })
    }
}

/// The name of what is told of an event: the same however often it is sent, and wherever.
pub(crate) fn message_id(app: &App, event: EventId) -> String {
    format!("msg_{:08x}_{}", app.store().installation().0, event.0)
}

/// A number that is used once.
fn nonce() -> Result<String, Unwritten> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| Unwritten)?;
    Ok(Uuid::from_bytes(bytes).simple().to_string())
}
