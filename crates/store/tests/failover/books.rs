//! What is made while the primary dies, and what must be found of it afterwards.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bank::{EntryKind, JournalEntry, LedgerAccount, LedgerRole, Leg};
use engine::{ChargeId, Currency, IdempotencyKey, PaymentId, ScheduleId};
use jiff::civil::date;
use store::conformance::world::{ACCOUNT, LANE, at, charges, daily, new_schedule};
use store::postgres::{PostgresStore, Settings};
use store::{
    BankStore, Changes, NewSchedule, PageQuery, Posting, RecordKind, RequestKey, ScheduleQuery,
    Store, StoreError,
};

use crate::ledger::World;
use crate::node::{PAUSE, open};

const MADE: &str = "2025-12-01T00:00:00Z";
/// Slots of a schedule.
const DAYS: i8 = 12;
/// Schedules that are made by one call.
const AT_ONCE: u32 = 5;
/// Slots that are owed and not paid, at most, before more schedules are made.
const BACKLOG: u64 = 600;

const AVAILABLE: LedgerAccount =
    LedgerAccount { account: ACCOUNT, role: LedgerRole::Available, currency: Currency::THB };

/// Makes schedules as long as that is wanted, each under a request's key: one whose answer
/// was lost is made again under the same. The keys, with what was answered.
pub(crate) async fn make_schedules(
    settings: Settings,
    world: Arc<World>,
) -> Vec<(String, ScheduleId)> {
    let store = open(&settings, &world).await;
    let mut answered = Vec::new();
    while !world.is_made() {
        let paid = u64::try_from(world.ledger.len()).unwrap();
        if world.owed.load(Ordering::Acquire) >= paid + BACKLOG {
            tokio::time::sleep(PAUSE).await;
            continue;
        }
        let first = answered.len();
        let keys: Vec<String> =
            (0..AT_ONCE).map(|number| format!("request-{first}-{number}")).collect();
        world.owed.fetch_add(u64::from(AT_ONCE) * u64::from(DAYS.unsigned_abs()), Ordering::AcqRel);
        let made = loop {
            match make(&store, &keys).await {
                Ok(made) => break made,
                Err(failure) => {
                    world.note_failure(&failure);
                    tokio::time::sleep(PAUSE).await;
                }
            }
        };
        answered.extend(keys.into_iter().zip(made));
    }
    answered
}

async fn make(store: &PostgresStore, keys: &[String]) -> Result<Vec<ScheduleId>, StoreError> {
    let first = store.allocate_schedules(AT_ONCE).await?;
    let plan = charges(daily(), date(2026, 1, 1), date(2026, 1, DAYS));
    let new = (first.0..)
        .zip(keys)
        .map(|(id, key)| {
            let request = Some(RequestKey { account: ACCOUNT, key: key.as_str().into() });
            let new = new_schedule(ScheduleId(id), ACCOUNT, LANE, plan.clone(), at(MADE));
            NewSchedule { request, ..new }
        })
        .collect();
    Ok(store.create_schedules(new).await?.into_iter().map(|schedule| schedule.id).collect())
}

/// Entries that a journal was asked for.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Entries {
    said_to_be_made: i64,
    perhaps_made: i64,
}

/// Writes entries of one minor unit into the journal, as long as that is wanted.
pub(crate) async fn make_entries(settings: Settings, world: Arc<World>) -> Entries {
    let store = open(&settings, &world).await;
    let mut entries = Entries::default();
    while !world.is_made() {
        let key = store.allocate(RecordKind::JournalEntry, 1).unwrap();
        let entry = JournalEntry {
            key,
            account: ACCOUNT,
            at: at(MADE),
            kind: EntryKind::ChargeCaptured,
            origin: (RecordKind::Charge, key),
            currency: Currency::THB,
            legs: vec![
                Leg { role: LedgerRole::Payers, amount: -1 },
                Leg { role: LedgerRole::Available, amount: 1 },
            ],
        };
        let payment = PaymentId::Charge(ChargeId(key));
        let idempotency = IdempotencyKey::of_request(ACCOUNT, &key.to_string());
        let changes = Changes {
            postings: vec![Posting { entry, floor: None }],
            payment: Some((idempotency, payment)),
            ..Changes::default()
        };
        match store.commit(vec![changes]).await {
            Ok(committed) => {
                assert_eq!(committed, [Ok(())]);
                entries.said_to_be_made += 1;
            }
            Err(failure) => {
                entries.perhaps_made += i64::from(matches!(failure, StoreError::Unknown { .. }));
                world.note_failure(&failure);
            }
        }
        tokio::time::sleep(PAUSE).await;
    }
    entries
}

/// Whether everything that was said to be made is there, once, and each slot is paid and
/// recorded once. How many slots there are.
pub(crate) async fn verify(
    store: &PostgresStore,
    world: &World,
    answered: &[(String, ScheduleId)],
    entries: Entries,
) -> usize {
    let mut expected = BTreeSet::new();
    let mut ids = BTreeSet::new();
    let payments = world.ledger.all();
    for (request, id) in answered {
        assert!(ids.insert(*id), "{request} was answered with what another request made");
        let schedule = store.schedule(*id).await.unwrap();
        let schedule = schedule.unwrap_or_else(|| panic!("{request} was made, and is lost"));
        let now = at("2026-02-01T00:00:00Z");
        let page = store.occurrences(&schedule, now, PageQuery::first(100)).await.unwrap();
        let recorded: Vec<_> = page
            .entries
            .iter()
            .map(|it| (it.slot, it.attempt, it.result.into_iter().collect::<Vec<_>>()))
            .collect();
        let paid: Vec<_> = schedule
            .plan
            .cadence
            .iter()
            .map(|slot| {
                let key = IdempotencyKey::of(store.installation(), *id, slot, 0);
                let paid = payments.get(&key).cloned().unwrap_or_default();
                expected.insert(key);
                (slot, 0, paid.into_iter().map(PaymentId::Charge).collect::<Vec<_>>())
            })
            .collect();
        // What is recorded is the one payment that was made.
        assert_eq!(recorded, paid, "{request}");
        assert!(paid.iter().all(|(_, _, payments)| payments.len() == 1), "{request}: {paid:?}");
    }
    assert!(payments.keys().eq(&expected), "something else was paid too");
    let query = ScheduleQuery {
        account: ACCOUNT,
        kind: None,
        party: None,
        status: None,
        page: PageQuery::first(1),
    };
    let listed = store.schedules(query).await.unwrap().total;
    assert_eq!(listed, u64::try_from(answered.len()).unwrap());
    let balance = store.balances(vec![AVAILABLE]).await.unwrap()[0];
    let Entries { said_to_be_made, perhaps_made } = entries;
    assert!(
        (said_to_be_made..=said_to_be_made + perhaps_made).contains(&balance),
        "{entries:?}, {balance}"
    );
    assert_eq!(BankStore::audit(store).await.unwrap(), [""; 0]);
    payments.len()
}
