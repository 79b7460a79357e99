//! Transfers that clients ask for.

use bank::{BankEvent, TransferFailure};
use engine::AccountId;
use gateway::bank::{BankError, NewTransfer, RecipientChange};

use crate::world::{World, balance, key, recipient, transfer_of};

#[tokio::test]
async fn a_transfer_holds_its_money_until_it_is_sent() {
    let world = World::new();
    world.has(500_000).await;
    let payee = world.payable().await;
    let transfer = world.transfer(&payee, 100_000).await;
    assert_eq!(world.balance().await, balance(400_000, 100_000));
    let sent = world.bank.mark_transfer_as_sent(world.context(), transfer.id).await.unwrap();
    assert_eq!(sent.sent_at, Some(world.now));
    assert_eq!(world.balance().await, balance(400_000, 0));
    let paid = world.bank.mark_transfer_as_paid(world.context(), transfer.id).await.unwrap();
    assert_eq!((paid.paid_at, paid.version), (Some(world.now), 2));
    world.audit().await;
}

#[tokio::test]
async fn a_transfer_called_off_gives_its_money_back_and_one_that_left_does_not() {
    let world = World::new();
    world.has(500_000).await;
    let payee = world.payable().await;
    let off = world.transfer(&payee, 100_000).await.id;
    let off = world.bank.destroy_transfer(world.context(), off).await.unwrap();
    assert!(off.deleted);
    assert_eq!(world.balance().await, balance(500_000, 0));
    let sent = world.transfer(&payee, 100_000).await.id;
    world.bank.mark_transfer_as_sent(world.context(), sent).await.unwrap();
    let refused = world.bank.destroy_transfer(world.context(), sent).await;
    assert!(matches!(refused, Err(BankError::TransferState(_))), "{refused:?}");
}

#[tokio::test]
async fn two_transfers_at_once_cannot_both_have_the_last_money() {
    let world = World::hesitant();
    world.has(100_000).await;
    let payee = world.payable().await;
    let transfer = || world.bank.create_transfer(world.context(), transfer_of(&payee, 60_000));
    let (one, other) = tokio::join!(transfer(), transfer());
    assert_ne!(one.is_ok(), other.is_ok());
    let lost = one.err().or(other.err());
    assert!(matches!(lost, Some(BankError::BalanceShort)), "{lost:?}");
    assert_eq!(world.balance().await, balance(40_000, 60_000));
}

#[tokio::test]
async fn without_an_amount_the_whole_balance_goes_and_without_a_name_to_the_default() {
    let world = World::new();
    world.has(123_456).await;
    let new = NewTransfer {
        amount_minor: None,
        recipient: None,
        fail_fast: false,
        metadata: bank::Metadata::new(),
    };
    let refused = world.bank.create_transfer(world.context(), new.clone()).await;
    assert!(matches!(refused, Err(BankError::NotFound(_))), "{refused:?}");
    let default = RecipientChange { default: Some(true), ..recipient() };
    let default = world.bank.create_recipient(world.context(), default).await.unwrap();
    let transfer = world.bank.create_transfer(world.context(), new.clone()).await.unwrap();
    assert_eq!((transfer.money.amount_minor, transfer.recipient), (123_456, default.id));
    let empty = world.bank.create_transfer(world.context(), new).await;
    assert!(matches!(empty, Err(BankError::BalanceShort)), "{empty:?}");
}

#[tokio::test]
async fn a_transfer_that_must_not_wait_fails_at_once_where_it_cannot_be_sent() {
    let world = World::new();
    world.has(500_000).await;
    let payee = world.unverified().await;
    let new = NewTransfer { fail_fast: true, ..transfer_of(&payee, 100_000) };
    let failed = world.bank.create_transfer(world.context(), new).await.unwrap();
    assert_eq!(failed.failure, Some(TransferFailure::InvalidRecipient));
    assert_eq!(world.balance().await, balance(500_000, 0));
    assert_eq!(world.bank.next_agenda().await.unwrap(), None);
    assert_eq!(
        world.told(),
        [BankEvent::RecipientCreated, BankEvent::TransferCreated, BankEvent::TransferFailed]
    );
}

#[tokio::test]
async fn a_transfer_to_somebody_unverified_cannot_be_marked_as_sent() {
    let world = World::new();
    world.has(500_000).await;
    let payee = world.unverified().await;
    let transfer = world.transfer(&payee, 100_000).await;
    let refused = world.bank.mark_transfer_as_sent(world.context(), transfer.id).await;
    assert!(matches!(refused, Err(BankError::RecipientNotPayable)), "{refused:?}");
}

#[tokio::test]
async fn a_new_amount_holds_or_frees_the_difference_and_needs_the_money() {
    let world = World::new();
    world.has(150_000).await;
    let payee = world.payable().await;
    let transfer = world.transfer(&payee, 100_000).await.id;
    let change = |amount| world.bank.update_transfer(world.context(), transfer, amount, None);
    change(Some(120_000)).await.unwrap();
    assert_eq!(world.balance().await, balance(30_000, 120_000));
    change(Some(5_000)).await.unwrap();
    assert_eq!(world.balance().await, balance(145_000, 5_000));
    let refused = change(Some(150_001)).await;
    assert!(matches!(refused, Err(BankError::BalanceShort)), "{refused:?}");
    let refused = change(Some(2_999)).await;
    assert!(matches!(refused, Err(BankError::AmountOutOfRange { .. })), "{refused:?}");
    let metadata = Some([("answer".to_owned(), 42.into())].into_iter().collect());
    let changed =
        world.bank.update_transfer(world.context(), transfer, None, metadata).await.unwrap();
    assert_eq!((changed.metadata.len(), changed.money.amount_minor), (1, 5_000));
}

#[tokio::test]
async fn a_transfer_asked_for_twice_under_one_key_is_made_once() {
    let world = World::new();
    world.has(100_000).await;
    let payee = world.payable().await;
    let key = key("payout-1");
    let new = transfer_of(&payee, 100_000);
    let once = world.bank.create_transfer(world.under(&key), new.clone()).await.unwrap();
    let twice = world.bank.create_transfer(world.under(&key), new).await.unwrap();
    assert_eq!(once, twice);
    assert_eq!(world.bank.transfer(AccountId(1), once.id).await.unwrap(), once);
}
