//! Recipients.

use bank::BankEvent;
use engine::AccountId;
use gateway::bank::{BankError, RecipientChange};

use crate::world::{World, everything, recipient};

#[tokio::test]
async fn a_recipient_is_payable_once_verified_and_no_more_with_another_account() {
    let world = World::new();
    let unverified = world.unverified().await;
    assert!(!unverified.is_payable());
    let verified = world.bank.verify_recipient(world.context(), unverified.id).await.unwrap();
    assert!(verified.is_payable());
    let mut bank_account = recipient().bank_account.unwrap();
    bank_account.number = "999".into();
    let change = RecipientChange { bank_account: Some(bank_account), ..RecipientChange::default() };
    let moved = world.bank.update_recipient(world.context(), verified.id, change).await.unwrap();
    assert!(!moved.is_payable());
    assert_eq!(
        world.told(),
        [
            BankEvent::RecipientCreated,
            BankEvent::RecipientVerified,
            BankEvent::RecipientActivated,
            BankEvent::RecipientUpdated,
            BankEvent::RecipientDeactivated
        ]
    );
}

#[tokio::test]
async fn there_is_one_default() {
    let world = World::new();
    assert_eq!(world.bank.default_recipient(AccountId(1)).await.unwrap(), None);
    let default = || RecipientChange { default: Some(true), ..recipient() };
    let first = world.bank.create_recipient(world.context(), default()).await.unwrap();
    let second = world.bank.create_recipient(world.context(), default()).await.unwrap();
    assert_eq!(world.bank.default_recipient(AccountId(1)).await.unwrap().unwrap().id, second.id);
    let change = RecipientChange { default: Some(true), ..RecipientChange::default() };
    world.bank.update_recipient(world.context(), first.id, change).await.unwrap();
    let all = world.bank.recipients(AccountId(1), everything()).await.unwrap().entries;
    let defaults: Vec<_> = all.iter().filter(|it| it.default).map(|it| it.id).collect();
    assert_eq!(defaults, [first.id]);
}

#[tokio::test]
async fn a_deleted_recipient_is_found_but_not_listed_or_changed() {
    let world = World::new();
    let gone = world.payable().await.id;
    world.bank.destroy_recipient(world.context(), gone).await.unwrap();
    assert!(world.bank.recipient(AccountId(1), gone).await.unwrap().deleted);
    assert_eq!(world.bank.recipients(AccountId(1), everything()).await.unwrap().total, 0);
    let refused = world.bank.verify_recipient(world.context(), gone).await;
    assert!(matches!(refused, Err(BankError::NotFound(_))), "{refused:?}");
}
