//! The bank's books.

use bank::{BankEvent, EntryKind, JournalEntry, LedgerAccount, LedgerRole, Leg};
use engine::{
    AccountId, ChargeId, Currency, IdempotencyKey, InstallationId, PaymentId, ScheduleId, Slot,
    WalletId,
};
use store::event::EventKind;
use store::{
    Agenda, Changes, NewEvent, Posting, Record, RecordKey, RecordKind, RecordQuery, RecordWrite,
};

use crate::accounts::ACCOUNTS;
use crate::arm::Arm;
use crate::dice::Dice;
use crate::lists;

const KINDS: [RecordKind; 3] = [RecordKind::Charge, RecordKind::Customer, RecordKind::Card];
const NAMES: [&str; 3] = ["cust_a", "cust_b", "cust_ค"];
const ROLES: [LedgerRole; 4] =
    [LedgerRole::Available, LedgerRole::Payers, LedgerRole::Held, LedgerRole::Wallet(WalletId(7))];

fn payment_key(number: u8) -> IdempotencyKey {
    IdempotencyKey::of(InstallationId(7), ScheduleId(1), Slot::from_stored(0), number)
}

const fn place(account: AccountId, role: LedgerRole) -> LedgerAccount {
    LedgerAccount { account, role, currency: Currency::THB }
}

pub async fn commit(arm: &mut Arm, dice: &mut Dice) {
    let count = dice.pick(&[1, 1, 2, 4]);
    let changes: Vec<Changes> = (0..count).map(|_| drawn(arm, dice)).collect();
    let done = arm.bank().commit(changes.clone()).await;
    let Some(done) = arm.note("commit", &changes, done) else { return };
    for (changes, done) in changes.into_iter().zip(done) {
        if done.is_ok() {
            for RecordWrite { record, .. } in changes.records {
                arm.memory.records.insert(record.key, record);
            }
            arm.memory.agenda.retain(|it| !changes.agenda_done.contains(it));
            arm.memory.agenda.extend(changes.agenda_added);
            arm.tell(changes.events);
        }
    }
}

fn drawn(arm: &mut Arm, dice: &mut Dice) -> Changes {
    let mut changes = Changes::default();
    if dice.one_in(3) {
        let paid = PaymentId::Charge(ChargeId(1 + dice.whole(9)));
        changes.payment = Some((payment_key(dice.small(6)), paid));
    }
    for _ in 0..dice.roll(3) {
        let write = record(arm, dice);
        let name =
            |it: &RecordWrite| Some((it.record.account, it.record.key.kind, it.name.clone()?));
        let collides = |it: &RecordWrite| {
            it.record.key == write.record.key || (name(it).is_some() && name(it) == name(&write))
        };
        if !changes.records.iter().any(collides) {
            changes.records.push(write);
        }
    }
    for _ in 0..dice.roll(3) {
        changes.postings.push(posting(arm, dice));
    }
    for _ in 0..dice.roll(3) {
        let key = dice.whole(4);
        let at = arm.memory.now.plus_seconds(86_400 * dice.whole(3));
        let agenda = Agenda { at, record: RecordKey { kind: RecordKind::Transfer, key } };
        let stands = |it: &Agenda| *it == agenda;
        if !arm.memory.agenda.iter().any(stands) && !changes.agenda_added.iter().any(stands) {
            changes.agenda_added.push(agenda);
        }
    }
    if dice.one_in(2)
        && let Some(done) = dice.some(&arm.memory.agenda)
    {
        changes.agenda_done.push(*done);
    }
    for _ in 0..dice.roll(2) {
        changes.events.push(NewEvent {
            account: dice.pick(&ACCOUNTS[..2]),
            at: arm.memory.now,
            kind: EventKind::Bank(dice.pick(&[BankEvent::ChargeCreated, BankEvent::TransferPaid])),
            subject: dice.whole(9),
            snapshot: dice.one_in(2).then(|| "{\"id\":1}".into()),
        });
    }
    // That what should be new is there already is noticed when it is written, after all that
    // can be checked before; which of several reasons is told is left open.
    let is_there = |write: &&RecordWrite| {
        write.record.version == 0 && arm.memory.records.contains_key(&write.record.key)
    };
    if let Some(write) = changes.records.iter().find(is_there) {
        return Changes { records: vec![write.clone()], ..Changes::default() };
    }
    changes
}

fn record(arm: &mut Arm, dice: &mut Dice) -> RecordWrite {
    let known: Vec<&Record> = arm.memory.records.values().collect();
    let body = format!("{{\"is\":{}}}", dice.roll(100)).into_bytes();
    if !dice.one_in(3)
        && let Some(before) = dice.some(&known)
    {
        let hidden = if dice.one_in(4) { !before.hidden } else { before.hidden };
        // What belonged to nobody may come to belong to somebody.
        let parent = before.parent.or(if hidden { None } else { Some(11) });
        let version = before.version + u32::from(!dice.one_in(6));
        let record = Record { version, hidden, parent, body, ..(*before).clone() };
        return RecordWrite { record, name: None };
    }
    let kind = dice.pick(&KINDS);
    let is_named = dice.one_in(4);
    let key = if is_named {
        arm.memory.last_named -= 1;
        arm.memory.last_named
    } else {
        arm.memory.last_record += 1 + dice.whole(2);
        arm.memory.last_record
    };
    let record = Record {
        key: RecordKey { kind, key },
        account: dice.pick(&ACCOUNTS[..2]),
        parent: dice.pick(&[None, Some(11), Some(12)]),
        created_at: arm.memory.now,
        version: 0,
        hidden: dice.one_in(4),
        body,
    };
    RecordWrite { record, name: is_named.then(|| dice.pick(&NAMES).into()) }
}

fn posting(arm: &mut Arm, dice: &mut Dice) -> Posting {
    arm.memory.last_entry += 1 + dice.whole(2);
    let account = dice.pick(&ACCOUNTS[..2]);
    let amount = dice.whole(900) - 300;
    let to = dice.pick(&ROLES);
    let from = dice.pick(&[LedgerRole::Payers, LedgerRole::Available, LedgerRole::Clearing]);
    let entry = JournalEntry {
        key: arm.memory.last_entry,
        account,
        at: arm.memory.now,
        kind: dice.pick(&[
            EntryKind::ChargeCaptured,
            EntryKind::TransferHeld,
            EntryKind::TransferSent,
        ]),
        origin: (RecordKind::Charge, 1),
        currency: Currency::THB,
        legs: vec![Leg { role: from, amount: -amount }, Leg { role: to, amount }],
    };
    let floor = dice.one_in(2).then(|| place(account, dice.pick(&ROLES)));
    Posting { entry, floor }
}

pub async fn look(arm: &mut Arm, dice: &mut Dice) {
    let bank = arm.bank();
    let now = arm.memory.now;
    let mut keys: Vec<RecordKey> = arm.memory.records.keys().copied().collect();
    keys.push(RecordKey { kind: RecordKind::Refund, key: 1 });
    arm.note("records", &keys, bank.records(keys.clone()).await);
    for account in ACCOUNTS {
        for kind in KINDS {
            for page in lists::all_ways(dice, now) {
                let parent = dice.pick(&[None, None, Some(11)]);
                let query = RecordQuery { kind, account, parent, page };
                arm.note("list", query, bank.list(query).await);
            }
            let named: Vec<_> = NAMES.iter().map(|name| bank.named(account, kind, name)).collect();
            arm.note("named", (account, kind), Ok(named));
        }
        for page in lists::all_ways(dice, now) {
            let listed = bank.journal_page(account, page).await;
            arm.note("journal_page", (account, page), listed);
        }
        let places: Vec<LedgerAccount> = ROLES.iter().map(|role| place(account, *role)).collect();
        arm.note("balances", &places, bank.balances(places.clone()).await);
    }
    for key in &keys {
        arm.note("name_of", key, Ok(bank.name_of(key.kind, key.key)));
    }
    let entries: Vec<i64> = (0..=arm.memory.last_entry).collect();
    arm.note("journal", arm.memory.last_entry, bank.journal(entries).await);
    let payments: Vec<IdempotencyKey> = (0..6).map(payment_key).collect();
    arm.note("payments", (), bank.payments(payments).await);
    for limit in [1, 2, 100] {
        arm.note("agenda", (now, limit), bank.agenda(now, limit).await);
    }
    arm.note("next_agenda", (), bank.next_agenda().await);
    arm.note("audit", (), bank.audit().await);
}
