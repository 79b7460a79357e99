//! What happens by itself when its time comes: transfers leave and arrive, pending
//! charges lapse.

use std::collections::HashMap;

use bank::charge::Command as ChargeCommand;
use bank::transfer::{ARRIVAL_SECONDS, Command as TransferCommand, Due};
use bank::{Charge, ChargeStatus, Recipient, RecordKind, Transfer};
use engine::{Instant, RecipientId};
use store::{Agenda, CommitError, Record, StoreError};

use super::books::{Draft, Patience, Snapshot, read, record_key};
use super::{Bank, Result};

/// How much of the agenda is read at once.
const BATCH_MAX: u32 = 1_024;

/// What became of one entry of the agenda.
struct Done {
    draft: Draft,
    /// Whether anything happened, or the record only waits on, or was over already.
    acted: bool,
    /// When the record is to be looked at again.
    again_at: Option<Instant>,
}

impl Bank {
    /// Does everything that is to happen by `now` (transfers leave and arrive, pending
    /// charges lapse), each at its own time and in order; how many things that were.
    pub async fn run_agenda(&self, now: Instant) -> Result<u64> {
        let mut acted = 0_u64;
        let mut patience = Patience::default();
        loop {
            let due = self.store.agenda(now, BATCH_MAX).await?;
            if due.is_empty() {
                return Ok(acted);
            }
            let (changes, acts) = self.decide_agenda(due).await?;
            let results = self.store.commit(changes).await?;
            for (result, act) in results.iter().zip(acts) {
                acted = acted.saturating_add(u64::from(act && result.is_ok()));
            }
            if results.iter().all(Result::is_err) {
                if let Some(Err(error)) = results.first()
                    && !matches!(error, CommitError::Changed(_))
                {
                    tracing::error!(?error, "the bank's agenda cannot go on");
                }
                patience.lose()?;
            }
        }
    }

    /// When the next such thing is to happen.
    pub async fn next_agenda(&self) -> Result<Option<Instant>> {
        Ok(self.store.next_agenda().await?)
    }

    /// Decides entries in order, as far as none of them can come before what an
    /// earlier one puts on the agenda.
    async fn decide_agenda(&self, due: Vec<Agenda>) -> Result<(Vec<store::Changes>, Vec<bool>)> {
        let records = self.store.records(due.iter().map(|entry| entry.record).collect()).await?;
        let recipients = self.recipients_of(&records).await?;
        let mut entry_key = self
            .store
            .allocate(RecordKind::JournalEntry, u32::try_from(due.len()).unwrap_or(BATCH_MAX))?;
        let mut horizon = Instant::MAX;
        let (mut changes, mut acts) = (Vec::with_capacity(due.len()), Vec::new());
        for (entry, record) in due.into_iter().zip(&records) {
            if entry.at > horizon {
                break;
            }
            let mut done = decide(entry, record.as_ref(), &recipients, entry_key)?;
            entry_key = entry_key.saturating_add(1);
            done.draft.done(entry);
            if let Some(at) = done.again_at {
                horizon = horizon.min(at);
                done.draft.later(Agenda { at, record: entry.record });
            }
            changes.push(done.draft.into_changes());
            acts.push(done.acted);
        }
        Ok((changes, acts))
    }

    /// The recipients of the transfers among some records.
    async fn recipients_of(
        &self,
        records: &[Option<Record>],
    ) -> Result<HashMap<RecipientId, Recipient>> {
        let mut keys: Vec<i64> = records
            .iter()
            .flatten()
            .filter(|record| record.key.kind == RecordKind::Transfer)
            .filter_map(|record| record.parent)
            .collect();
        keys.sort_unstable();
        keys.dedup();
        let keys = keys.into_iter().map(record_key::<Recipient>).collect();
        let found = self.store.records(keys).await?;
        found
            .iter()
            .flatten()
            .map(|record| Ok((RecipientId(record.key.key), read(record)?)))
            .collect()
    }
}

fn decide(
    entry: Agenda,
    record: Option<&Record>,
    recipients: &HashMap<RecipientId, Recipient>,
    entry_key: i64,
) -> Result<Done, StoreError> {
    let nothing = Done { draft: Draft::default(), acted: false, again_at: None };
    match (entry.record.kind, record) {
        (RecordKind::Charge, Some(record)) => decide_charge(&read(record)?, entry.at, nothing),
        (RecordKind::Transfer, Some(record)) => {
            let transfer: Transfer = read(record)?;
            let recipient = recipients.get(&transfer.recipient);
            decide_transfer(&transfer, recipient, entry.at, entry_key, nothing)
        }
        _ => Ok(nothing),
    }
}

/// An authorisation lapses, unless it came to its end before.
fn decide_charge(charge: &Charge, at: Instant, mut done: Done) -> Result<Done, StoreError> {
    if charge.status != ChargeStatus::Pending {
        return Ok(done);
    }
    if let Ok(mut step) = charge.apply(ChargeCommand::Expire, at, 0) {
        step.wake_off = None; // whoever runs the agenda strikes the entry out
        done.draft.step(step, at, Snapshot::Taken)?;
        done.acted = true;
    }
    Ok(done)
}

fn decide_transfer(
    transfer: &Transfer,
    recipient: Option<&Recipient>,
    at: Instant,
    entry_key: i64,
    mut done: Done,
) -> Result<Done, StoreError> {
    match transfer.due(recipient, at) {
        Due::Over => {}
        Due::Wait(again_at) => done.again_at = Some(again_at),
        Due::Act(command) => {
            if let Ok(step) = transfer.apply(command, at, entry_key) {
                if command == TransferCommand::Send {
                    done.again_at = Some(at.plus_seconds(ARRIVAL_SECONDS));
                }
                done.draft.step(step, at, Snapshot::Taken)?;
                done.acted = true;
            }
        }
    }
    Ok(done)
}
