//! The journal.

use bank::{EntryKind, RecordKind};
use engine::AccountId;
use gateway::bank::BankError;

use crate::world::{World, everything};

#[tokio::test]
async fn the_journal_tells_every_movement_in_order() {
    let world = World::new();
    world.has(500_000).await;
    world.charge(100_000).await;
    let payee = world.payable().await;
    let transfer = world.transfer(&payee, 100_000).await.id;
    world.bank.destroy_transfer(world.context(), transfer).await.unwrap();
    let page = world.bank.journal(AccountId(1), everything()).await.unwrap();
    let kinds: Vec<_> = page.entries.iter().map(|entry| entry.kind).collect();
    assert_eq!(
        kinds,
        [
            EntryKind::Opening,
            EntryKind::ChargeCaptured,
            EntryKind::TransferHeld,
            EntryKind::TransferReturned
        ]
    );
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
