//! The journal.

use bank::{EntryKind, RecordKind};
use engine::AccountId;
use gateway::bank::{BankError, OPENING_MAX};

use crate::world::{World, everything};

#[tokio::test]
async fn the_journal_tells_in_order_what_came_and_went_and_not_what_was_set_aside() {
    let world = World::new();
    world.has(500_000).await;
    world.charge(100_000).await;
    let payee = world.payable().await;
    let called_off = world.transfer(&payee, 100_000).await.id;
    world.bank.destroy_transfer(world.context(), called_off).await.unwrap();
    let sent = world.transfer(&payee, 100_000).await.id;
    world.bank.mark_transfer_as_sent(world.context(), sent).await.unwrap();
    let page = world.bank.journal(AccountId(1), everything()).await.unwrap();
    let kinds: Vec<_> = page.entries.iter().map(|entry| entry.kind).collect();
    assert_eq!(kinds, [EntryKind::Opening, EntryKind::ChargeCaptured, EntryKind::TransferSent]);
    assert_eq!(page.total, 3);
    assert!(page.entries.iter().all(bank::JournalEntry::balances));
}

#[tokio::test]
async fn a_movement_of_another_account_is_not_found() {
    let world = World::new();
    world.has(500_000).await;
    let entry = world.bank.journal(AccountId(1), everything()).await.unwrap().entries[0].key;
    let found = world.bank.journal_entry(AccountId(2), entry).await;
    assert!(matches!(found, Err(BankError::NotFound(RecordKind::JournalEntry))), "{found:?}");
}

#[tokio::test]
async fn nobody_begins_with_more_than_leaves_room_for_what_comes() {
    let world = World::new();
    for too_much in [OPENING_MAX + 1, i64::MAX] {
        let refused = world.bank.open_balance(world.context(), too_much).await;
        assert!(matches!(refused, Err(BankError::AmountOutOfRange { .. })), "{refused:?}");
    }
    world.has(OPENING_MAX).await;
    world.charge(100_000).await;
    world.audit().await;
}
