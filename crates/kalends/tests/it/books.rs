//! What a sandbox has written, and whether it is what it owed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use bank::{Charge, ChargeStatus, RecordKind, Transfer};
use engine::settlement::SKIPPED_WHILE_RETRYING;
use engine::{Instant, Occurrence, OccurrenceStatus, PaymentId, Schedule, Slot, Status};
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};
use store::sqlite::SqliteStore;
use store::{BankStore as _, PageQuery, RecordQuery, ScheduleQuery, Store as _};

use crate::sandbox_process::SECRET_KEY;

pub(crate) fn instant(text: &str) -> Instant {
    Instant::from_timestamp(text.parse().unwrap()).unwrap()
}

/// Everything that was written.
pub(crate) struct Books {
    /// How far its clock has come.
    position: Instant,
    pub(crate) schedules: Vec<Schedule>,
    pub(crate) occurrences: Vec<Vec<Occurrence>>,
    charges: BTreeMap<i64, Charge>,
    transfers: BTreeMap<i64, Transfer>,
    pub(crate) faults: Vec<String>,
}

impl Books {
    /// Reads it all; nothing else has it open.
    pub(crate) async fn read(data: &Path, position: Instant) -> Books {
        let store = SqliteStore::open(data).unwrap();
        let sha256 = Sha256::digest(SECRET_KEY.as_bytes()).into();
        let account = store.credential(sha256).await.unwrap().unwrap().account;
        let schedules = all_schedules(&store, account).await;
        let mut occurrences = Vec::new();
        for schedule in &schedules {
            occurrences.push(all_occurrences(&store, schedule, position).await);
        }
        let charges = records::<Charge>(&store, account, RecordKind::Charge).await;
        let transfers = records::<Transfer>(&store, account, RecordKind::Transfer).await;
        let checks = store.examine().await.unwrap();
        let faults = checks.into_iter().flat_map(|check| check.findings).collect();
        store.stop().await;
        Books {
            position,
            schedules,
            occurrences,
            charges: charges.into_iter().map(|charge| (charge.id.0, charge)).collect(),
            transfers: transfers.into_iter().map(|transfer| (transfer.id.0, transfer)).collect(),
            faults,
        }
    }

    /// Each slot that was due was paid once and recorded once, and nothing else was paid.
    pub(crate) fn check(&self) {
        assert_eq!(self.faults, [""; 0], "what the doctor finds");
        let mut paid = BTreeSet::new();
        for (schedule, occurrences) in self.schedules.iter().zip(&self.occurrences) {
            check_slots(schedule, occurrences, self.position);
            for occurrence in occurrences {
                self.check_payment(schedule, occurrence, &mut paid);
            }
        }
        let charged = paid.iter().filter(|(kind, _)| *kind == "charge").count();
        let transferred = paid.len() - charged;
        let scheduled = self.charges.values().filter(|charge| charge.schedule.is_some()).count();
        assert_eq!(charged, scheduled, "every charge of a schedule belongs to one occurrence");
        assert_eq!(transferred, self.transfers.len(), "every transfer belongs to one occurrence");
        assert!(charged > 0 && transferred > 0, "the advance went nowhere");
        println!("{charged} charges and {transferred} transfers, each of one occurrence");
    }

    fn check_payment(
        &self,
        schedule: &Schedule,
        occurrence: &Occurrence,
        paid: &mut BTreeSet<(&'static str, i64)>,
    ) {
        let successful = occurrence.status == OccurrenceStatus::Successful;
        match occurrence.result {
            Some(PaymentId::Charge(id)) => {
                let charge = &self.charges[&id.0];
                assert_eq!(charge.schedule, Some(schedule.id));
                assert_eq!(charge.status == ChargeStatus::Successful, successful, "{occurrence:?}");
                assert!(
                    paid.insert(("charge", id.0)),
                    "one charge for two occurrences: {occurrence:?}"
                );
            }
            Some(PaymentId::Transfer(id)) => {
                assert_eq!(self.transfers[&id.0].schedule, Some(schedule.id));
                assert!(successful, "{occurrence:?}");
                assert!(
                    paid.insert(("transfer", id.0)),
                    "one transfer for two occurrences: {occurrence:?}"
                );
            }
            Some(PaymentId::Remittance(_)) => unreachable!("nothing here makes a remittance"),
            None => assert!(!successful, "{occurrence:?}"),
        }
    }
}

/// Each slot that was reached is recorded, attempt by attempt, and ends once.
pub(crate) fn check_slots(schedule: &Schedule, occurrences: &[Occurrence], position: Instant) {
    let mut slots: BTreeMap<Slot, Vec<&Occurrence>> = BTreeMap::new();
    for occurrence in occurrences {
        slots.entry(occurrence.slot).or_default().push(occurrence);
    }
    let last = schedule.ended_at.map_or(position, |ended_at| ended_at);
    let reached: Vec<Slot> = schedule
        .plan
        .cadence
        .iter()
        .take_while(|slot| schedule.plan.due(*slot).unwrap() <= last)
        .collect();
    let recorded: Vec<Slot> = slots.keys().copied().collect();
    if schedule.status == Status::Suspended {
        assert!(!recorded.is_empty());
    }
    let missing: Vec<_> = reached.iter().filter(|slot| !slots.contains_key(slot)).collect();
    // Slots that a pending retry stands before are recorded when it has run; some may have been
    // when it ran last, and the next run may be days away.
    let is_skipped = |attempts: &[&Occurrence]| {
        attempts.iter().all(|it| it.message.as_deref() == Some(SKIPPED_WHILE_RETRYING))
    };
    let mut tried = slots.iter().rev().filter(|(_, attempts)| !is_skipped(attempts));
    let open = tried.next().filter(|(_, attempts)| is_open(schedule, attempts));
    assert!(
        missing.iter().all(|slot| open.is_some_and(|(open, _)| *slot > open)),
        "{:?}: never recorded: {missing:?}",
        schedule.id
    );
    for (slot, attempts) in &slots {
        let numbers: Vec<_> = attempts.iter().map(|occurrence| occurrence.attempt).collect();
        let expected: Vec<_> = (0..=u8::try_from(attempts.len() - 1).unwrap()).collect();
        assert_eq!(numbers, expected, "{:?} {slot:?}", schedule.id);
        let (_, before) = attempts.split_last().unwrap();
        assert!(
            before.iter().all(|occurrence| occurrence.status == OccurrenceStatus::Failed),
            "{:?} {slot:?}: attempted again after it had ended: {attempts:?}",
            schedule.id
        );
    }
}

fn is_open(schedule: &Schedule, attempts: &[&Occurrence]) -> bool {
    let retries_max = usize::from(schedule.plan.policies.retry.retries_max);
    attempts.last().is_some_and(|last| last.status == OccurrenceStatus::Failed)
        && attempts.len() <= retries_max
}

async fn all_schedules(store: &SqliteStore, account: engine::AccountId) -> Vec<Schedule> {
    let mut all = Vec::new();
    loop {
        let offset = u32::try_from(all.len()).unwrap();
        let page = PageQuery { offset, ..PageQuery::first(PageQuery::LIMIT_MAX) };
        let query = ScheduleQuery { account, kind: None, party: None, status: None, page };
        let entries = store.schedules(query).await.unwrap().entries;
        if entries.is_empty() {
            return all;
        }
        all.extend(entries);
    }
}

async fn all_occurrences(
    store: &SqliteStore,
    schedule: &Schedule,
    now: Instant,
) -> Vec<Occurrence> {
    let mut all = Vec::new();
    loop {
        let offset = u32::try_from(all.len()).unwrap();
        let page = PageQuery { offset, ..PageQuery::first(PageQuery::LIMIT_MAX) };
        let entries = store.occurrences(schedule, now, page).await.unwrap().entries;
        if entries.is_empty() {
            return all;
        }
        all.extend(entries);
    }
}

async fn records<T: DeserializeOwned>(
    store: &SqliteStore,
    account: engine::AccountId,
    kind: RecordKind,
) -> Vec<T> {
    let mut all = Vec::new();
    loop {
        let offset = u32::try_from(all.len()).unwrap();
        let page = PageQuery { offset, ..PageQuery::first(PageQuery::LIMIT_MAX) };
        let entries =
            store.list(RecordQuery { kind, account, parent: None, page }).await.unwrap().entries;
        if entries.is_empty() {
            return all;
        }
        all.extend(entries.iter().map(|record| serde_json::from_slice::<T>(&record.body).unwrap()));
    }
}
