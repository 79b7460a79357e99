//! What happens by itself when its time comes: transfers leave and arrive, pending
//! charges lapse, remittances go on.

use std::collections::HashMap;

use bank::charge::Command as ChargeCommand;
use bank::remittance::Command as RemittanceCommand;
use bank::remittance::side::Side;
use bank::transfer::{ARRIVAL_SECONDS, Command as TransferCommand, Due};
use bank::{
    Charge, ChargeStatus, LedgerAccount, LedgerRole, LinkedAccount, Recipient, RecordKind,
    Remittance, Transfer,
};
use engine::{Instant, RecipientId, RemittanceId};
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

/// What acts are decided from, beside the records themselves.
struct Surroundings {
    /// Those whom transfers go to.
    recipients: HashMap<RecipientId, Recipient>,
    /// What the wallets hold that answer for remittances.
    answering: HashMap<RemittanceId, i64>,
    /// The bank accounts that remittances go through, by their keys.
    linked_accounts: HashMap<i64, LinkedAccount>,
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
                    && !matches!(error, CommitError::Changed(_) | CommitError::Short(_))
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
        let surroundings = self.surroundings_of(&records).await?;
        let mut entry_key = self
            .store
            .allocate(RecordKind::JournalEntry, u32::try_from(due.len()).unwrap_or(BATCH_MAX))?;
        let mut horizon = Instant::MAX;
        let (mut changes, mut acts) = (Vec::with_capacity(due.len()), Vec::new());
        for (entry, record) in due.into_iter().zip(&records) {
            if entry.at > horizon {
                break;
            }
            let mut done = decide(entry, record.as_ref(), &surroundings, entry_key)?;
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

    async fn surroundings_of(&self, records: &[Option<Record>]) -> Result<Surroundings> {
        let recipients = self.recipients_of(records).await?;
        let remittances: Vec<Remittance> = records
            .iter()
            .flatten()
            .filter(|record| record.key.kind == RecordKind::Remittance)
            .map(read)
            .collect::<Result<_, StoreError>>()?;
        if remittances.is_empty() {
            let (answering, linked_accounts) = (HashMap::new(), HashMap::new());
            return Ok(Surroundings { recipients, answering, linked_accounts });
        }
        let places: Vec<(RemittanceId, LedgerAccount)> = remittances
            .iter()
            .filter_map(|remittance| {
                let role = LedgerRole::Wallet(remittance.answering_wallet()?);
                let (account, currency) = (remittance.account, remittance.money.currency);
                Some((remittance.id, LedgerAccount { account, role, currency }))
            })
            .collect();
        let held = self.store.balances(places.iter().map(|(_, place)| *place).collect()).await?;
        let answering = places.into_iter().map(|(id, _)| id).zip(held).collect();
        let mut linked: Vec<i64> = remittances
            .iter()
            .flat_map(|remittance| [&remittance.source, &remittance.destination])
            .filter_map(Side::linked_account)
            .map(|id| id.0)
            .collect();
        linked.sort_unstable();
        linked.dedup();
        let linked = linked.into_iter().map(record_key::<LinkedAccount>).collect();
        let found = self.store.records(linked).await?;
        let linked_accounts = found
            .iter()
            .flatten()
            .map(|record| Ok((record.key.key, read(record)?)))
            .collect::<Result<_>>()?;
        Ok(Surroundings { recipients, answering, linked_accounts })
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
    surroundings: &Surroundings,
    entry_key: i64,
) -> Result<Done, StoreError> {
    let nothing = Done { draft: Draft::default(), acted: false, again_at: None };
    match (entry.record.kind, record) {
        (RecordKind::Charge, Some(record)) => decide_charge(&read(record)?, entry.at, nothing),
        (RecordKind::Transfer, Some(record)) => {
            let transfer: Transfer = read(record)?;
            let recipient = surroundings.recipients.get(&transfer.recipient);
            decide_transfer(&transfer, recipient, entry.at, entry_key, nothing)
        }
        (RecordKind::Remittance, Some(record)) => {
            let remittance: Remittance = read(record)?;
            decide_remittance(&remittance, surroundings, entry.at, entry_key, nothing)
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

/// A remittance goes on, as far as it is by now.
fn decide_remittance(
    remittance: &Remittance,
    surroundings: &Surroundings,
    at: Instant,
    entry_key: i64,
    mut done: Done,
) -> Result<Done, StoreError> {
    if remittance.next_at().is_none_or(|next_at| next_at > at) {
        return Ok(done); // it was called off, or waits for a later entry
    }
    let answering_minor = surroundings.answering.get(&remittance.id).copied().unwrap_or(0);
    let command = RemittanceCommand::Proceed { answering_minor };
    if let Ok(mut step) = remittance.apply(command, at, entry_key) {
        step.wake_off = None; // whoever runs the agenda strikes the entry out
        done.again_at = step.wake_at.take();
        if let Some(broken) = broken_by(remittance, &step.record, surroundings) {
            done.draft.record(&broken.broken(at))?;
        }
        done.draft.step(step, at, Snapshot::Taken)?;
        done.acted = true;
    }
    Ok(done)
}

/// The bank account that turned out to be none that can be used.
fn broken_by<'a>(
    before: &Remittance,
    after: &Remittance,
    surroundings: &'a Surroundings,
) -> Option<&'a LinkedAccount> {
    let sides = [(&before.source, &after.source), (&before.destination, &after.destination)];
    let (_, side) = sides.into_iter().find(|(before, after)| before.returned != after.returned)?;
    side.returned.filter(|returned| returned.breaks_account())?;
    let linked = surroundings.linked_accounts.get(&side.linked_account()?.0)?;
    linked.is_usable().then_some(linked)
}
