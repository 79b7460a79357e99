//! The same story over every store.

use std::sync::Arc;

use store::BankStore;
use store::model::ModelBankStore;
use store::sqlite::SqliteStore;

use crate::payments::{charge, transfer};
use crate::world::{GOOD, NO_FUNDS, World, at, everything, key, transfer_of};

/// Lives through a little of everything; what could be seen of it, line by line.
async fn story(store: Arc<dyn BankStore>) -> Vec<String> {
    let world = World::over(Arc::clone(&store), Arc::new(ModelBankStore::new()));
    let (bank, account) = (&world.bank, world.account.id);
    world.has(100_000).await;
    let good = world.customer(GOOD).await;
    let poor = world.customer(NO_FUNDS).await;
    let (payable, unverified) = (world.payable().await, world.unverified().await);
    let batch = || {
        vec![
            charge(1, &good, 100_000),
            charge(2, &poor, 100_000),
            transfer(3, &payable, 150_000),
            transfer(4, &payable, 150_000),
            transfer(5, &unverified, 5_000),
            charge(6, &good, 1),
        ]
    };
    let mut seen = vec![format!("{:?}", world.pay(batch()).await)];
    seen.push(format!("{:?}", world.pay(batch()).await));
    seen.push(format!("{:?}", world.look_up(batch()).await));
    let pending = world.authorised(50_000).await;
    let captured = world.authorised(50_000).await;
    bank.capture_charge(world.context(), captured.id, Some(40_000)).await.unwrap();
    let refund_key = key("refund");
    for _ in 0..2 {
        let metadata = bank::Metadata::new();
        let refund =
            bank.create_refund(world.under(&refund_key), captured.id, 10_000, metadata, false);
        seen.push(format!("{:?}", refund.await));
    }
    let waits = world.transfer(&unverified, 5_000).await;
    let off = world.transfer(&payable, 5_000).await;
    bank.destroy_transfer(world.context(), off.id).await.unwrap();
    let short = bank.create_transfer(world.context(), transfer_of(&payable, 10_000_000)).await;
    seen.push(format!("{short:?}"));
    seen.push(format!("{:?}", bank.next_agenda().await));
    seen.push(format!("{:?}", bank.run_agenda(at("2026-02-10T00:00:00Z")).await));
    seen.push(format!("{:?}", bank.next_agenda().await));
    seen.push(format!("{:?}", bank.charge(account, pending.id).await));
    seen.push(format!("{:?}", bank.transfer(account, waits.id).await));
    bank.destroy_customer(world.context(), poor.id).await.unwrap();
    seen.push(format!("{:?}", bank.customers(account, everything()).await));
    seen.push(format!("{:?}", bank.cards(account, good.id, everything()).await));
    seen.push(format!("{:?}", bank.charges(account, everything()).await));
    seen.push(format!("{:?}", bank.transfers(account, everything()).await));
    seen.push(format!("{:?}", bank.recipients(account, everything()).await));
    seen.push(format!("{:?}", bank.journal(account, everything()).await));
    seen.push(format!("{:?}", bank.balance(&world.account).await));
    seen.push(format!("{:?}", store.audit().await));
    seen
}

#[tokio::test]
async fn every_store_tells_the_same_story() {
    let told = story(Arc::new(ModelBankStore::new())).await;
    let over_sqlite = story(SqliteStore::in_memory().unwrap()).await;
    for (model, sqlite) in told.iter().zip(&over_sqlite) {
        assert_eq!(model, sqlite);
    }
    assert_eq!(told.last().unwrap(), "Ok([])", "the books agree with themselves");
}
