//! Refunds.

use bank::{BankEvent, Metadata};
use engine::AccountId;
use gateway::bank::{BankError, Context};

use crate::world::{World, at, balance, everything, key};

#[tokio::test]
async fn never_more_goes_back_than_was_taken() {
    let world = World::new();
    world.has(1_000_000).await;
    let charge = world.charge(100_000).await;
    let refund = |amount_minor| {
        world.bank.create_refund(world.context(), charge.id, amount_minor, Metadata::new(), false)
    };
    refund(60_000).await.unwrap();
    let refused = refund(40_001).await;
    assert!(matches!(refused, Err(BankError::RefundTooLarge { left: 40_000 })), "{refused:?}");
    refund(40_000).await.unwrap();
    let refused = refund(1).await;
    assert!(matches!(refused, Err(BankError::RefundTooLarge { left: 0 })), "{refused:?}");
    assert_eq!(world.balance().await, balance(996_094, 0));
    assert_eq!(world.bank.charge(AccountId(1), charge.id).await.unwrap().refunded, 100_000);
    let page = world.bank.refunds(AccountId(1), Some(charge.id), everything()).await.unwrap();
    assert_eq!(page.total, 2);
    world.audit().await;
}

#[tokio::test]
async fn two_refunds_at_once_do_not_give_back_more_than_was_taken() {
    let world = World::hesitant();
    world.has(1_000_000).await;
    let charge = world.charge(100_000).await;
    let refund =
        || world.bank.create_refund(world.context(), charge.id, 60_000, Metadata::new(), false);
    let (one, other) = tokio::join!(refund(), refund());
    assert_ne!(one.is_ok(), other.is_ok());
    let lost = one.err().or(other.err());
    assert!(matches!(lost, Some(BankError::RefundTooLarge { left: 40_000 })), "{lost:?}");
}

#[tokio::test]
async fn a_refund_needs_the_money() {
    let world = World::new();
    let charge = world.charge(100_000).await;
    let refused =
        world.bank.create_refund(world.context(), charge.id, 96_095, Metadata::new(), false).await;
    assert!(matches!(refused, Err(BankError::BalanceShort)), "{refused:?}");
    world
        .bank
        .create_refund(world.context(), charge.id, 96_094, Metadata::new(), false)
        .await
        .unwrap();
    assert_eq!(world.balance().await, balance(0, 0));
}

#[tokio::test]
async fn a_charge_is_undone_without_a_fee_on_its_day_in_bangkok() {
    let world = World::new();
    let charge = world.charge(100_000).await;
    let next_day_there = Context { now: at("2026-01-15T17:00:00Z"), ..world.context() };
    let late =
        world.bank.create_refund(next_day_there, charge.id, 100_000, Metadata::new(), true).await;
    assert!(matches!(late, Err(BankError::ChargeState(_))), "{late:?}");
    let still_today = Context { now: at("2026-01-15T16:59:59Z"), ..world.context() };
    let undone =
        world.bank.create_refund(still_today, charge.id, 100_000, Metadata::new(), true).await;
    assert!(undone.unwrap().voided);
    assert_eq!(world.balance().await, balance(0, 0));
    assert_eq!(world.told(), [BankEvent::ChargeCreated, BankEvent::RefundCreated]);
}

#[tokio::test]
async fn a_refund_asked_for_twice_under_one_key_is_made_once() {
    let world = World::new();
    let charge = world.charge(100_000).await;
    let (first, second) = (key("refund-1"), key("refund-2"));
    let refund =
        |key| world.bank.create_refund(world.under(key), charge.id, 10_000, Metadata::new(), false);
    let once = refund(&first).await.unwrap();
    let other = refund(&second).await.unwrap();
    assert_eq!(refund(&first).await.unwrap(), once);
    assert_eq!(refund(&second).await.unwrap(), other);
    assert_ne!(once, other);
    assert_eq!(world.balance().await, balance(76_094, 0));
}
