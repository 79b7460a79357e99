//! What happens by itself when its time comes: transfers leave and arrive, pending
//! charges lapse, remittances go on.

use std::collections::HashMap;

use bank::charge::Command as ChargeCommand;
use bank::linked_account::Breakage;
use bank::remittance::Command as RemittanceCommand;
use bank::transfer::{ARRIVAL_SECONDS, Command as TransferCommand, Due};
use bank::{
    Charge, ChargeStatus, Instrument, LedgerAccount, LedgerRole, LinkedAccount, PaymentMethod,
    Recipient, RecordKind, Remittance, Transfer,
};
use engine::{Instant, LinkedAccountId, RecipientId, RemittanceId};
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
#[derive(Default)]
struct Surroundings {
    /// Those whom transfers go to.
    recipients: HashMap<RecipientId, Recipient>,
    /// What the wallets hold that answer for remittances.
    answering: HashMap<RemittanceId, i64>,
    /// The bank accounts that remittances may show to be broken.
    linked_accounts: HashMap<LinkedAccountId, LinkedAccount>,
    /// The payment methods that stand on them.
    methods: Vec<PaymentMethod>,
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
        let mut surroundings = Surroundings { recipients, ..Surroundings::default() };
        if remittances.is_empty() {
            return Ok(surroundings);
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
        surroundings.answering = places.into_iter().map(|(id, _)| id).zip(held).collect();
        self.add_what_may_break(&remittances, &mut surroundings).await?;
        Ok(surroundings)
    }

    /// The bank accounts that remittances may show to be broken, with their payment
    /// methods.
    async fn add_what_may_break(
        &self,
        remittances: &[Remittance],
        surroundings: &mut Surroundings,
    ) -> Result<()> {
        let mut sides: Vec<_> = remittances
            .iter()
            .filter(|remittance| remittance.may_break_account())
            .flat_map(|it| [(it.account, &it.source), (it.account, &it.destination)])
            .filter_map(|(account, side)| Some((account, side.party, side.linked_account()?)))
            .collect();
        sides.sort_unstable();
        sides.dedup();
        let keys = sides.iter().map(|(.., id)| record_key::<LinkedAccount>(id.0)).collect();
        for record in self.store.records(keys).await?.iter().flatten() {
            let linked: LinkedAccount = read(record)?;
            surroundings.linked_accounts.insert(linked.id, linked);
        }
        let mut owners: Vec<_> =
            sides.into_iter().map(|(account, party, _)| (account, party)).collect();
        owners.dedup();
        for (account, owner) in owners {
            surroundings.methods.extend(self.payment_methods(account, owner).await?);
        }
        Ok(())
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
        if let Some((id, breakage)) = step.record.account_broken_since(remittance) {
            surroundings.break_account(id, breakage, at, &mut done.draft)?;
        }
        done.draft.step(step, at, Snapshot::Taken)?;
        done.acted = true;
    }
    Ok(done)
}

impl Surroundings {
    /// A bank account turned out to be none that can be used: it is marked, and its
    /// payment methods go. One that is marked already stays as it is.
    fn break_account(
        &self,
        id: LinkedAccountId,
        breakage: Breakage,
        at: Instant,
        draft: &mut Draft,
    ) -> Result<(), StoreError> {
        let Some(linked) = self.linked_accounts.get(&id).filter(|it| it.is_usable()) else {
            return Ok(());
        };
        draft.record(&linked.broken(breakage, at))?;
        let instrument = Instrument::LinkedAccount(id);
        let on_it = self.methods.iter().filter(|method| method.instrument == instrument);
        for method in on_it {
            draft.record(&method.disabled(at))?;
        }
        Ok(())
    }
}
