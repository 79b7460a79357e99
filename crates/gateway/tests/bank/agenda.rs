//! What happens by itself.

use bank::{BankEvent, ChargeStatus, TransferFailure};
use engine::AccountId;
use gateway::bank::Context;

use crate::world::{World, at, balance};

#[tokio::test]
async fn a_transfer_leaves_the_next_morning_and_arrives_seconds_later() {
    let world = World::new();
    world.has(500_000).await;
    let payee = world.payable().await;
    let id = world.transfer(&payee, 100_000).await.id;
    let morning = at("2026-01-16T08:04:00Z");
    assert_eq!(world.bank.next_agenda().await.unwrap(), Some(morning));
    assert_eq!(world.bank.run_agenda(at("2026-01-16T08:03:59Z")).await.unwrap(), 0);
    assert_eq!(world.bank.run_agenda(morning).await.unwrap(), 1);
    assert_eq!(world.balance().await, balance(400_000, 0));
    let sent = world.bank.transfer(AccountId(1), id).await.unwrap();
    assert_eq!((sent.sent_at, sent.paid_at), (Some(morning), None));
    assert_eq!(world.bank.run_agenda(at("2026-02-01T00:00:00Z")).await.unwrap(), 1);
    let paid = world.bank.transfer(AccountId(1), id).await.unwrap();
    assert_eq!(paid.paid_at, Some(at("2026-01-16T08:04:02Z")));
    assert_eq!(world.bank.next_agenda().await.unwrap(), None);
    world.audit().await;
}

#[tokio::test]
async fn everything_happens_in_order_and_at_its_own_time() {
    let world = World::new();
    world.has(500_000).await;
    let payee = world.payable().await;
    world.transfer(&payee, 100_000).await;
    let pending = world.authorised(100_000).await;
    let next_day = Context { now: at("2026-01-21T10:00:00Z"), ..world.context() };
    let new = crate::world::transfer_of(&payee, 50_000);
    world.bank.create_transfer(next_day, new).await.unwrap();

    assert_eq!(world.bank.run_agenda(at("2026-03-01T00:00:00Z")).await.unwrap(), 5);
    let told: Vec<_> = world.books.events().iter().map(|event| event.at).rev().take(5).collect();
    assert_eq!(
        told.into_iter().rev().collect::<Vec<_>>(),
        [
            at("2026-01-16T08:04:00Z"),
            at("2026-01-16T08:04:02Z"),
            at("2026-01-22T08:04:00Z"),
            at("2026-01-22T08:04:02Z"),
            at("2026-01-22T10:00:00Z"),
        ]
    );
    assert_eq!(
        world.told()[world.told().len() - 5..],
        [
            BankEvent::TransferSent,
            BankEvent::TransferPaid,
            BankEvent::TransferSent,
            BankEvent::TransferPaid,
            BankEvent::ChargeExpired
        ]
    );
    let expired = world.bank.charge(AccountId(1), pending.id).await.unwrap();
    assert_eq!(expired.status, ChargeStatus::Expired);
    assert_eq!(expired.expired_at, Some(at("2026-01-22T10:00:00Z")));
}

#[tokio::test]
async fn a_transfer_waits_until_its_recipient_is_verified() {
    let world = World::new();
    world.has(500_000).await;
    let payee = world.unverified().await;
    let id = world.transfer(&payee, 100_000).await.id;
    assert_eq!(world.bank.run_agenda(at("2026-01-20T00:00:00Z")).await.unwrap(), 0);
    assert_eq!(world.bank.next_agenda().await.unwrap(), Some(at("2026-01-20T08:04:00Z")));
    assert_eq!(world.balance().await, balance(400_000, 100_000));
    world.bank.verify_recipient(world.context(), payee.id).await.unwrap();
    assert_eq!(world.bank.run_agenda(at("2026-01-21T00:00:00Z")).await.unwrap(), 2);
    let sent = world.bank.transfer(AccountId(1), id).await.unwrap();
    assert_eq!(sent.sent_at, Some(at("2026-01-20T08:04:00Z")));
}

#[tokio::test]
async fn a_transfer_to_a_recipient_who_is_gone_comes_back() {
    let world = World::new();
    world.has(500_000).await;
    let payee = world.payable().await;
    let id = world.transfer(&payee, 100_000).await.id;
    world.bank.destroy_recipient(world.context(), payee.id).await.unwrap();
    assert_eq!(world.bank.run_agenda(at("2026-01-17T00:00:00Z")).await.unwrap(), 1);
    let failed = world.bank.transfer(AccountId(1), id).await.unwrap();
    assert_eq!(failed.failure, Some(TransferFailure::InvalidRecipient));
    assert_eq!(world.balance().await, balance(500_000, 0));
}

#[tokio::test]
async fn a_transfer_called_off_leaves_nothing_to_do() {
    let world = World::new();
    world.has(500_000).await;
    let payee = world.payable().await;
    let id = world.transfer(&payee, 100_000).await.id;
    world.bank.destroy_transfer(world.context(), id).await.unwrap();
    assert_eq!(world.bank.run_agenda(at("2026-02-01T00:00:00Z")).await.unwrap(), 0);
    assert_eq!(world.bank.next_agenda().await.unwrap(), None);
    assert_eq!(world.balance().await, balance(500_000, 0));
}

#[tokio::test]
async fn two_who_run_the_agenda_at_once_do_everything_once() {
    let world = World::hesitant();
    world.has(1_000_000).await;
    let payee = world.payable().await;
    for _ in 0..10 {
        world.transfer(&payee, 50_000).await;
    }
    let end = at("2026-02-01T00:00:00Z");
    let (one, other) = tokio::join!(world.bank.run_agenda(end), world.bank.run_agenda(end));
    assert_eq!(one.unwrap() + other.unwrap(), 20);
    assert_eq!(world.balance().await, balance(500_000, 0));
    world.audit().await;
}
