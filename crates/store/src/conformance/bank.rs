//! The bank's books.

use std::sync::Arc;

use ::bank::{BankEvent, EntryKind, JournalEntry, LedgerAccount, LedgerRole, Leg};
use engine::{
    AccountId, ChargeId, Currency, IdempotencyKey, InstallationId, Instant, PaymentId, ScheduleId,
    Slot, WalletId,
};

use super::world::{ACCOUNT, at};
use crate::bank_store::{Agenda, BankStore, Changes, CommitError, Posting, RecordWrite};
use crate::event::{EventKind, NewEvent};
use crate::page::{Order, PageQuery};
use crate::record::{Record, RecordKey, RecordKind, RecordQuery};

const NOON: &str = "2026-01-01T12:00:00Z";

fn charge(key: i64) -> Record {
    Record {
        key: RecordKey { kind: RecordKind::Charge, key },
        account: ACCOUNT,
        parent: Some(11),
        created_at: at(NOON),
        version: 0,
        hidden: false,
        body: format!("{{\"id\":{key}}}").into_bytes(),
    }
}

fn card(key: i64, customer: Option<i64>) -> Record {
    Record {
        key: RecordKey { kind: RecordKind::Card, key },
        parent: customer,
        hidden: customer.is_none(),
        ..charge(key)
    }
}

fn unnamed(record: Record) -> RecordWrite {
    RecordWrite { record, name: None }
}

fn writing(records: Vec<Record>) -> Changes {
    Changes { records: records.into_iter().map(unnamed).collect(), ..Changes::default() }
}

const fn place(role: LedgerRole) -> LedgerAccount {
    LedgerAccount { account: ACCOUNT, role, currency: Currency::THB }
}

/// Moves money from payers to what is available, or back where it is below zero.
fn posting(key: i64, amount: i64, floor: Option<LedgerRole>) -> Posting {
    Posting {
        entry: JournalEntry {
            key,
            account: ACCOUNT,
            at: at(NOON),
            kind: EntryKind::ChargeCaptured,
            origin: (RecordKind::Charge, key),
            currency: Currency::THB,
            legs: vec![
                Leg { role: LedgerRole::Payers, amount: -amount },
                Leg { role: LedgerRole::Available, amount },
            ],
        },
        floor: floor.map(place),
    }
}

fn moving(key: i64, amount: i64, floor: Option<LedgerRole>) -> Changes {
    Changes { postings: vec![posting(key, amount, floor)], ..Changes::default() }
}

fn key(attempt: u8) -> IdempotencyKey {
    IdempotencyKey::of(InstallationId(7), ScheduleId(1), Slot::from_stored(0), attempt)
}

fn paying(attempt: u8, charge: i64) -> Changes {
    let payment = Some((key(attempt), PaymentId::Charge(ChargeId(charge))));
    Changes { payment, ..Changes::default() }
}

async fn commit(store: &Arc<dyn BankStore>, changes: Changes) -> Result<(), CommitError> {
    store.commit(vec![changes]).await.unwrap().remove(0)
}

async fn stored(store: &Arc<dyn BankStore>, kind: RecordKind, key: i64) -> Option<Record> {
    store.records(vec![RecordKey { kind, key }]).await.unwrap().remove(0)
}

async fn available(store: &Arc<dyn BankStore>) -> i64 {
    store.balances(vec![place(LedgerRole::Available)]).await.unwrap()[0]
}

const fn query(kind: RecordKind, page: PageQuery) -> RecordQuery {
    RecordQuery { kind, account: ACCOUNT, parent: None, page }
}

async fn list(store: &Arc<dyn BankStore>, query: RecordQuery) -> (Vec<i64>, u64) {
    let page = store.list(query).await.unwrap();
    (page.entries.iter().map(|record| record.key.key).collect(), page.total)
}

pub async fn keys_are_consecutive_by_kind(store: Arc<dyn BankStore>) {
    let first = store.allocate(RecordKind::Charge, 3).unwrap();
    assert!(first > 0);
    assert_eq!(store.allocate(RecordKind::Charge, 1).unwrap(), first + 3);
    assert_eq!(store.allocate(RecordKind::JournalEntry, 1).unwrap(), first);
    let named = store.allocate_named(RecordKind::Customer).unwrap();
    assert!(named < 0);
    assert!(store.allocate_named(RecordKind::Customer).unwrap() < named);
}

pub async fn a_record_reads_back_whole(store: Arc<dyn BankStore>) {
    let records = vec![charge(1), Record { parent: None, ..charge(2) }, card(1, None)];
    commit(&store, writing(records.clone())).await.unwrap();
    let keys = records.iter().map(|record| record.key).collect();
    let found: Vec<Record> = store.records(keys).await.unwrap().into_iter().flatten().collect();
    assert_eq!(found, records);
}

pub async fn a_record_that_does_not_exist_is_none(store: Arc<dyn BankStore>) {
    commit(&store, writing(vec![charge(1)])).await.unwrap();
    let kind = RecordKind::Charge;
    let keys = vec![RecordKey { kind, key: 2 }, RecordKey { kind, key: 1 }];
    assert_eq!(store.records(keys).await.unwrap(), [None, Some(charge(1))]);
    assert_eq!(stored(&store, RecordKind::Refund, 1).await, None);
}

pub async fn a_new_record_must_not_exist(store: Arc<dyn BankStore>) {
    commit(&store, writing(vec![charge(1), charge(5)])).await.unwrap();
    let again = commit(&store, writing(vec![charge(1)])).await;
    assert_eq!(again, Err(CommitError::Changed(charge(1).key)));
    commit(&store, writing(vec![charge(3)])).await.unwrap();
}

pub async fn a_changed_record_must_be_the_one_that_was_read(store: Arc<dyn BankStore>) {
    let changed = |version| Record { version, body: b"{}".to_vec(), ..charge(1) };
    let refused = Err(CommitError::Changed(charge(1).key));
    assert_eq!(commit(&store, writing(vec![changed(1)])).await, refused);
    commit(&store, writing(vec![charge(1)])).await.unwrap();
    commit(&store, writing(vec![changed(1)])).await.unwrap();
    assert_eq!(commit(&store, writing(vec![changed(1)])).await, refused);
    assert_eq!(commit(&store, writing(vec![changed(3)])).await, refused);
    assert_eq!(stored(&store, RecordKind::Charge, 1).await, Some(changed(1)));
}

fn event(subject: i64) -> NewEvent {
    NewEvent {
        account: ACCOUNT,
        at: at(NOON),
        kind: EventKind::Bank(BankEvent::ChargeCreated),
        subject,
        snapshot: Some("{}".into()),
    }
}

pub async fn a_set_of_changes_is_written_whole_or_not_at_all(store: Arc<dyn BankStore>) {
    commit(&store, writing(vec![charge(9)])).await.unwrap();
    let agenda = Agenda { at: at(NOON), record: charge(1).key };
    let refused = Changes {
        payment: paying(0, 1).payment,
        records: vec![unnamed(charge(1)), unnamed(charge(9))],
        postings: vec![posting(1, 500, None)],
        agenda_added: vec![agenda],
        agenda_done: Vec::new(),
        events: vec![event(1)],
    };
    let good = Changes { records: vec![unnamed(charge(1))], ..refused.clone() };
    let results = store.commit(vec![refused, writing(vec![charge(2)])]).await.unwrap();
    assert_eq!(results, [Err(CommitError::Changed(charge(9).key)), Ok(())]);
    assert_eq!(stored(&store, RecordKind::Charge, 1).await, None);
    assert_eq!(store.payments(vec![key(0)]).await.unwrap(), [None]);
    assert_eq!(available(&store).await, 0);
    assert_eq!(store.journal(vec![1]).await.unwrap(), [None]);
    assert_eq!(store.agenda(at(NOON), 10).await.unwrap(), []);

    commit(&store, good).await.unwrap();
    assert_eq!(stored(&store, RecordKind::Charge, 1).await, Some(charge(1)));
    assert_eq!(available(&store).await, 500);
    assert_eq!(store.agenda(at(NOON), 10).await.unwrap(), [agenda]);
    assert_eq!(store.audit().await.unwrap(), [""; 0]);
}

pub async fn a_later_set_sees_what_an_earlier_one_wrote(store: Arc<dyn BankStore>) {
    let changed = Record { version: 1, ..charge(1) };
    let batch = vec![
        writing(vec![charge(1)]),
        writing(vec![charge(1)]),
        writing(vec![changed.clone()]),
        writing(vec![changed.clone()]),
    ];
    let conflict = Err(CommitError::Changed(charge(1).key));
    let results = store.commit(batch).await.unwrap();
    assert_eq!(results, [Ok(()), conflict.clone(), Ok(()), conflict]);
    assert_eq!(stored(&store, RecordKind::Charge, 1).await, Some(changed));
}

pub async fn a_payment_key_is_used_once(store: Arc<dyn BankStore>) {
    let paid = PaymentId::Charge(ChargeId(1));
    commit(&store, paying(0, 1)).await.unwrap();
    let again = Changes { postings: vec![posting(2, 500, None)], ..paying(0, 2) };
    assert_eq!(commit(&store, again).await, Err(CommitError::AlreadyPaid(paid)));
    assert_eq!(store.payments(vec![key(1), key(0)]).await.unwrap(), [None, Some(paid)]);
    assert_eq!(available(&store).await, 0);
    assert_eq!(store.journal(vec![2]).await.unwrap(), [None]);
}

pub async fn a_payment_key_is_used_once_within_a_batch(store: Arc<dyn BankStore>) {
    let with = |attempt, charge| Changes {
        postings: vec![posting(charge, 500, None)],
        ..paying(attempt, charge)
    };
    let results = store.commit(vec![with(0, 1), with(0, 2), with(1, 3)]).await.unwrap();
    let paid = PaymentId::Charge(ChargeId(1));
    assert_eq!(results, [Ok(()), Err(CommitError::AlreadyPaid(paid)), Ok(())]);
    assert_eq!(available(&store).await, 1_000);
    assert_eq!(store.audit().await.unwrap(), [""; 0]);
}

pub async fn whoever_was_paid_hears_that_first(store: Arc<dyn BankStore>) {
    let payout = |entry| Changes {
        postings: vec![posting(entry, -400, Some(LedgerRole::Available))],
        ..paying(0, 1)
    };
    commit(&store, moving(1, 500, None)).await.unwrap();
    commit(&store, payout(2)).await.unwrap();
    // The money is gone because it was this payment that took it.
    let paid = PaymentId::Charge(ChargeId(1));
    assert_eq!(commit(&store, payout(3)).await, Err(CommitError::AlreadyPaid(paid)));
}

pub async fn balances_add_up(store: Arc<dyn BankStore>) {
    store.commit(vec![moving(1, 500, None), moving(2, -200, None)]).await.unwrap();
    commit(&store, moving(3, 50, None)).await.unwrap();
    let places = [LedgerRole::Fees, LedgerRole::Payers, LedgerRole::Available].map(place);
    assert_eq!(store.balances(places.to_vec()).await.unwrap(), [0, -350, 350]);
    let other = LedgerAccount { account: AccountId(2), ..place(LedgerRole::Available) };
    assert_eq!(store.balances(vec![other]).await.unwrap(), [0]);
    assert_eq!(store.audit().await.unwrap(), [""; 0]);
}

pub async fn every_wallet_has_a_balance_and_a_floor_of_its_own(store: Arc<dyn BankStore>) {
    let [one, other] = [7, 8].map(|key| LedgerRole::Wallet(WalletId(key)));
    let between = |key, from, to, amount: i64| {
        let mut changes = moving(key, 0, None);
        let posting = &mut changes.postings[0];
        posting.entry.legs = vec![Leg { role: from, amount: -amount }, Leg { role: to, amount }];
        posting.floor = posting.entry.floor();
        changes
    };
    let batch = vec![
        between(1, LedgerRole::CardsDebited, one, 500),
        between(2, one, other, 200),
        between(3, other, LedgerRole::Clearing, 201),
    ];
    let short = Err(CommitError::Short(place(other)));
    assert_eq!(store.commit(batch).await.unwrap(), [Ok(()), Ok(()), short]);
    let places = [one, other, LedgerRole::Clearing, LedgerRole::CardsDebited].map(place);
    assert_eq!(store.balances(places.to_vec()).await.unwrap(), [300, 200, 0, -500]);
    assert_eq!(store.audit().await.unwrap(), [""; 0]);
}

pub async fn a_floor_holds_within_a_batch(store: Arc<dyn BankStore>) {
    let floor = Some(LedgerRole::Available);
    let batch = vec![
        moving(1, -1, floor),
        moving(2, 500, floor),
        moving(3, -300, floor),
        moving(4, -300, floor),
        moving(5, -200, floor),
        moving(6, -1, floor),
    ];
    let short = Err(CommitError::Short(place(LedgerRole::Available)));
    let results = store.commit(batch).await.unwrap();
    assert_eq!(results, [short.clone(), Ok(()), Ok(()), short.clone(), Ok(()), short.clone()]);
    assert_eq!(available(&store).await, 0);
    assert_eq!(commit(&store, moving(7, -1, floor)).await, short);
    assert_eq!(store.audit().await.unwrap(), [""; 0]);
}

pub async fn a_floor_that_held_nothing_back_moves_nothing(store: Arc<dyn BankStore>) {
    let floor = Some(LedgerRole::Available);
    let two = Changes {
        postings: vec![posting(1, 500, floor), posting(2, -600, floor)],
        ..Changes::default()
    };
    let short = Err(CommitError::Short(place(LedgerRole::Available)));
    assert_eq!(store.commit(vec![two, moving(3, 70, None)]).await.unwrap(), [short, Ok(())]);
    assert_eq!(available(&store).await, 70);
    assert_eq!(store.journal(vec![1, 2]).await.unwrap(), [None, None]);
}

pub async fn an_entry_that_does_not_balance_is_refused(store: Arc<dyn BankStore>) {
    let mut changes = moving(1, 500, None);
    changes.postings[0].entry.legs[0].amount = -499;
    assert!(store.commit(vec![changes]).await.is_err());
    assert_eq!(available(&store).await, 0);
}

pub async fn the_journal_reads_back_by_key_and_by_page(store: Arc<dyn BankStore>) {
    let mut changes: Vec<Changes> = (1..=7).map(|key| moving(key, key, None)).collect();
    for (day, changes) in (1..).zip(&mut changes) {
        changes.postings[0].entry.at = at(&format!("2026-01-0{day}T00:00:00Z"));
    }
    let entries: Vec<JournalEntry> =
        changes.iter().map(|changes| changes.postings[0].entry.clone()).collect();
    store.commit(changes).await.unwrap();
    let found = store.journal(vec![3, 8, 1]).await.unwrap();
    assert_eq!(found, [Some(entries[2].clone()), None, Some(entries[0].clone())]);
    let bounded = PageQuery {
        from: at("2026-01-02T00:00:00Z"),
        to: at("2026-01-06T00:00:00Z"),
        offset: 1,
        limit: 2,
        order: Order::ReverseChronological,
    };
    let page = store.journal_page(ACCOUNT, bounded).await.unwrap();
    assert_eq!(page.entries, [entries[4].clone(), entries[3].clone()]);
    assert_eq!(page.total, 5);
    let page = store.journal_page(AccountId(2), PageQuery::first(10)).await.unwrap();
    assert_eq!((page.entries, page.total), (Vec::new(), 0));
}

pub async fn the_journal_lists_what_came_and_went_and_not_what_was_set_aside(
    store: Arc<dyn BankStore>,
) {
    let of_kind = |key, kind| {
        let mut changes = moving(key, 100, None);
        changes.postings[0].entry.kind = kind;
        changes
    };
    let batch = vec![
        of_kind(1, EntryKind::ChargeCaptured),
        of_kind(2, EntryKind::TransferHeld),
        of_kind(3, EntryKind::TransferReturned),
        of_kind(4, EntryKind::TransferSent),
    ];
    store.commit(batch).await.unwrap();
    let page = store.journal_page(ACCOUNT, PageQuery::first(100)).await.unwrap();
    assert_eq!(page.entries.iter().map(|entry| entry.key).collect::<Vec<_>>(), [1, 4]);
    assert_eq!(page.total, 2);
    let bounded = PageQuery { to: at(NOON), ..PageQuery::first(1) };
    let page = store.journal_page(ACCOUNT, PageQuery { offset: 1, ..bounded }).await.unwrap();
    assert_eq!(page.entries.iter().map(|entry| entry.key).collect::<Vec<_>>(), [4]);
    assert_eq!(page.total, 2);
    assert!(store.journal(vec![2]).await.unwrap()[0].is_some());
    assert_eq!(store.audit().await.unwrap(), [""; 0]);
}

pub async fn records_are_listed_by_creation_and_counted(store: Arc<dyn BankStore>) {
    let other = Record { account: AccountId(2), ..charge(4) };
    commit(&store, writing(vec![charge(1), charge(2), charge(3), other, charge(5)])).await.unwrap();
    commit(&store, writing(vec![charge(6), card(1, Some(11))])).await.unwrap();
    let kind = RecordKind::Charge;
    let all = query(kind, PageQuery::first(100));
    assert_eq!(list(&store, all).await, (vec![1, 2, 3, 5, 6], 5));
    let middle = PageQuery { offset: 1, limit: 3, ..PageQuery::first(0) };
    assert_eq!(list(&store, query(kind, middle)).await, (vec![2, 3, 5], 5));
    let newest = PageQuery { order: Order::ReverseChronological, ..middle };
    assert_eq!(list(&store, query(kind, newest)).await, (vec![5, 3, 2], 5));
    let of_other = RecordQuery { account: AccountId(2), ..all };
    assert_eq!(list(&store, of_other).await, (vec![4], 1));
    assert_eq!(list(&store, query(RecordKind::Refund, PageQuery::first(9))).await, (vec![], 0));
}

pub async fn lists_of_interleaved_accounts_keep_their_own_order(store: Arc<dyn BankStore>) {
    let of = |key: i64| AccountId([1, 2, 1, 1, 3, 2, 1][usize::try_from(key % 7).unwrap()]);
    for batch in [(1..=50), (51..=100)] {
        let records = batch.map(|key| Record { account: of(key), ..charge(key) }).collect();
        commit(&store, writing(records)).await.unwrap();
    }
    for account in 1..=3 {
        let own: Vec<i64> = (1..=100).filter(|key| of(*key).0 == account).collect();
        for (offset, order) in (0..70).step_by(7).flat_map(|offset| {
            [(offset, Order::Chronological), (offset, Order::ReverseChronological)]
        }) {
            let page = PageQuery { offset, order, ..PageQuery::first(9) };
            let account = AccountId(account);
            let found = RecordQuery { account, ..query(RecordKind::Charge, page) };
            let mut expected = own.clone();
            if order == Order::ReverseChronological {
                expected.reverse();
            }
            let skip = usize::try_from(offset).unwrap();
            let expected = expected.into_iter().skip(skip).take(9).collect();
            assert_eq!(list(&store, found).await, (expected, own.len() as u64));
        }
    }
    assert_eq!(store.audit().await.unwrap(), [""; 0]);
}

pub async fn hidden_records_are_left_out(store: Arc<dyn BankStore>) {
    let records = vec![card(1, Some(11)), card(2, None), card(3, Some(11)), card(4, None)];
    commit(&store, writing(records)).await.unwrap();
    let all = query(RecordKind::Card, PageQuery::first(100));
    assert_eq!(list(&store, all).await, (vec![1, 3], 2));
    let second = PageQuery { offset: 1, ..PageQuery::first(9) };
    assert_eq!(list(&store, query(RecordKind::Card, second)).await, (vec![3], 2));
    assert_eq!(store.audit().await.unwrap(), [""; 0]);
}

pub async fn a_record_can_be_hidden_and_shown_again(store: Arc<dyn BankStore>) {
    let version = |version, customer| Record { version, ..card(2, customer) };
    commit(&store, writing(vec![card(1, Some(11)), card(2, None), card(3, Some(11))]))
        .await
        .unwrap();
    let all = query(RecordKind::Card, PageQuery::first(100));
    // Shown, hidden and shown again, the last two in one batch.
    commit(&store, writing(vec![version(1, Some(11))])).await.unwrap();
    assert_eq!(list(&store, all).await, (vec![1, 2, 3], 3));
    let batch = vec![writing(vec![version(2, None)]), writing(vec![version(3, Some(12))])];
    store.commit(batch).await.unwrap();
    assert_eq!(list(&store, all).await, (vec![1, 2, 3], 3));
    commit(&store, writing(vec![version(4, None)])).await.unwrap();
    assert_eq!(list(&store, all).await, (vec![1, 3], 2));
    // Made and hidden in one batch.
    let gone = Record { version: 1, ..card(4, None) };
    store.commit(vec![writing(vec![card(4, Some(11))]), writing(vec![gone])]).await.unwrap();
    assert_eq!(list(&store, all).await, (vec![1, 3], 2));
    assert_eq!(store.audit().await.unwrap(), [""; 0]);
}

pub async fn records_can_be_listed_by_what_they_belong_to(store: Arc<dyn BankStore>) {
    let of = |record: Record, parent| Record { parent: Some(parent), ..record };
    let records = vec![
        of(charge(1), 11),
        of(charge(2), 12),
        of(charge(3), 11),
        card(1, Some(11)),
        card(2, Some(12)),
        card(3, Some(11)),
        card(4, Some(11)),
    ];
    commit(&store, writing(records)).await.unwrap();
    let kinds = [(RecordKind::Charge, vec![1, 3]), (RecordKind::Card, vec![1, 3, 4])];
    for (kind, expected) in kinds {
        let total = expected.len() as u64;
        let of = RecordQuery { parent: Some(11), ..query(kind, PageQuery::first(100)) };
        assert_eq!(list(&store, of).await, (expected.clone(), total));
        let newest = PageQuery { limit: 1, order: Order::ReverseChronological, ..of.page };
        let last = expected[expected.len() - 1];
        assert_eq!(list(&store, RecordQuery { page: newest, ..of }).await, (vec![last], total));
    }
}

pub async fn records_can_be_bounded_in_time(store: Arc<dyn BankStore>) {
    let made = |key: i64| Record { created_at: at(NOON).plus_seconds(key), ..charge(key) };
    commit(&store, writing((1..=5).map(made).collect())).await.unwrap();
    commit(&store, writing((6..=9).map(made).collect())).await.unwrap();
    let second = |seconds| at(NOON).plus_seconds(seconds);
    let page = PageQuery { from: second(3), to: second(7), ..PageQuery::first(100) };
    assert_eq!(list(&store, query(RecordKind::Charge, page)).await, (vec![3, 4, 5, 6, 7], 5));
    let page = PageQuery { from: second(6), to: Instant::MAX, ..page };
    assert_eq!(list(&store, query(RecordKind::Charge, page)).await, (vec![6, 7, 8, 9], 4));
    let page = PageQuery { offset: 4, ..PageQuery::first(3) };
    assert_eq!(list(&store, query(RecordKind::Charge, page)).await, (vec![5, 6, 7], 9));
}

pub async fn a_long_list_is_paged_to_its_end(store: Arc<dyn BankStore>) {
    commit(&store, writing((1..=1_000).map(charge).collect())).await.unwrap();
    for order in [Order::Chronological, Order::ReverseChronological] {
        let mut keys = Vec::new();
        for offset in (0..1_000).step_by(90) {
            let page = PageQuery { offset, order, ..PageQuery::first(90) };
            keys.extend(list(&store, query(RecordKind::Charge, page)).await.0);
        }
        if order == Order::ReverseChronological {
            keys.reverse();
        }
        assert_eq!(keys, (1..=1_000).collect::<Vec<_>>());
    }
}

fn named(key: i64, name: &str) -> RecordWrite {
    let key = RecordKey { kind: RecordKind::Customer, key };
    RecordWrite { record: Record { key, parent: None, ..charge(0) }, name: Some(name.into()) }
}

pub async fn a_name_leads_to_its_record_and_back(store: Arc<dyn BankStore>) {
    let (kind, key) = (RecordKind::Customer, store.allocate_named(RecordKind::Customer).unwrap());
    assert_eq!(store.named(ACCOUNT, kind, "cust_test_1"), None);
    let changes = Changes { records: vec![named(key, "cust_test_1")], ..Changes::default() };
    commit(&store, changes).await.unwrap();
    assert_eq!(store.named(ACCOUNT, kind, "cust_test_1"), Some(key));
    assert_eq!(store.name_of(kind, key).as_deref(), Some("cust_test_1"));
    assert_eq!(store.named(AccountId(2), kind, "cust_test_1"), None);
    assert_eq!(store.name_of(RecordKind::Card, key), None);
}

pub async fn a_name_is_given_once(store: Arc<dyn BankStore>) {
    let naming = |key| Changes { records: vec![named(key, "cust_test_1")], ..Changes::default() };
    let taken = Err(CommitError::NameTaken("cust_test_1".into()));
    let results = store.commit(vec![naming(-1), naming(-2)]).await.unwrap();
    assert_eq!(results, [Ok(()), taken.clone()]);
    assert_eq!(commit(&store, naming(-3)).await, taken);
    assert_eq!(stored(&store, RecordKind::Customer, -3).await, None);
}

pub async fn named_records_are_listed_in_the_order_of_their_making(store: Arc<dyn BankStore>) {
    let of_customer = |key: i64| RecordWrite {
        name: Some(format!("card_test_{}", -key).into()),
        ..unnamed(card(key, Some(11)))
    };
    for keys in [vec![-1, -2], vec![-3]] {
        let records = keys.into_iter().map(of_customer).collect();
        commit(&store, Changes { records, ..Changes::default() }).await.unwrap();
    }
    commit(&store, writing(vec![card(1, Some(11))])).await.unwrap();
    let all = query(RecordKind::Card, PageQuery::first(100));
    assert_eq!(list(&store, all).await, (vec![-1, -2, -3, 1], 4));
    let of = RecordQuery { parent: Some(11), ..all };
    assert_eq!(list(&store, of).await, (vec![-1, -2, -3, 1], 4));
    let newest = PageQuery { order: Order::ReverseChronological, ..PageQuery::first(3) };
    assert_eq!(list(&store, query(RecordKind::Card, newest)).await, (vec![1, -3, -2], 4));
}

pub async fn children_of_one_commit_are_listed_in_its_order(store: Arc<dyn BankStore>) {
    let named = RecordWrite { name: Some("card_test_1".into()), ..unnamed(card(-1, Some(11))) };
    let [seventh, third, eighth] = [7, 3, 8].map(|key| unnamed(card(key, Some(11))));
    let records = vec![seventh, named, third, eighth];
    commit(&store, Changes { records, ..Changes::default() }).await.unwrap();
    commit(&store, writing(vec![card(2, Some(11)), card(1, Some(12))])).await.unwrap();
    let all = query(RecordKind::Card, PageQuery::first(100));
    let of = RecordQuery { parent: Some(11), ..all };
    assert_eq!(list(&store, all).await, (vec![7, -1, 3, 8, 2, 1], 6));
    assert_eq!(list(&store, of).await, (vec![7, -1, 3, 8, 2], 5));
}

pub async fn the_agenda_comes_oldest_first(store: Arc<dyn BankStore>) {
    assert_eq!(store.next_agenda().await.unwrap(), None);
    let item =
        |seconds, key| Agenda { at: at(NOON).plus_seconds(seconds), record: charge(key).key };
    let agenda_added = vec![item(3, 1), item(1, 2), item(2, 3), item(1, 2)];
    commit(&store, Changes { agenda_added, ..Changes::default() }).await.unwrap();
    assert_eq!(store.next_agenda().await.unwrap(), Some(item(1, 2).at));
    let due = store.agenda(item(2, 0).at, 10).await.unwrap();
    assert_eq!(due, [item(1, 2), item(2, 3)]);
    assert_eq!(store.agenda(item(2, 0).at, 1).await.unwrap(), [item(1, 2)]);
}

pub async fn what_is_done_must_still_stand_in_the_agenda(store: Arc<dyn BankStore>) {
    let item = Agenda { at: at(NOON), record: charge(1).key };
    let later = Agenda { at: at(NOON).plus_seconds(9), ..item };
    let done = |added| Changes { agenda_done: vec![item], agenda_added: added, ..writing(vec![]) };
    let changed = Err(CommitError::Changed(charge(1).key));
    assert_eq!(commit(&store, done(vec![])).await, changed);
    commit(&store, Changes { agenda_added: vec![item], ..Changes::default() }).await.unwrap();
    let results = store.commit(vec![done(vec![later]), done(vec![])]).await.unwrap();
    assert_eq!(results, [Ok(()), changed]);
    assert_eq!(store.agenda(Instant::MAX, 10).await.unwrap(), [later]);
}

pub async fn a_kept_book_passes_its_audit(store: Arc<dyn BankStore>) {
    let batch = (1..=200)
        .map(|key| {
            let account = AccountId(key % 3 + 1);
            let mut changes = moving(key, key, None);
            changes.postings[0].entry.account = account;
            changes.records = vec![unnamed(Record { account, ..charge(key) })];
            changes.events = vec![NewEvent { account, ..event(key) }];
            changes
        })
        .collect();
    store.commit(batch).await.unwrap();
    assert_eq!(store.audit().await.unwrap(), [""; 0]);
    let page = store.list(RecordQuery {
        account: AccountId(2),
        ..query(RecordKind::Charge, PageQuery::first(100))
    });
    assert_eq!(page.await.unwrap().total, 67);
}
