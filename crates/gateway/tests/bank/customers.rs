//! Customers and their cards.

use bank::{BankEvent, RecordKind};
use engine::{Account, AccountId};
use gateway::bank::{BankError, CardChange, Context, CustomerChange, NewCustomer, Payer};

use crate::world::{GOOD, NO_FUNDS, World, charge_of, everything};

#[tokio::test]
async fn the_first_card_is_the_default_and_a_further_one_is_not() {
    let world = World::new();
    let bare = world.bank.create_customer(world.context(), NewCustomer::default()).await.unwrap();
    assert_eq!(bare.default_card, None);
    let mut cards = Vec::new();
    for number in [GOOD, NO_FUNDS] {
        let change =
            CustomerChange { token: Some(world.token(number).await), ..CustomerChange::default() };
        world.bank.update_customer(world.context(), bare.id, change).await.unwrap();
        cards = world.bank.cards(AccountId(1), bare.id, everything()).await.unwrap().entries;
    }
    let customer = world.bank.customer(AccountId(1), bare.id).await.unwrap();
    assert_eq!(cards.len(), 2);
    assert_eq!(customer.default_card, Some(cards[0].id));
    assert_eq!(
        world.told(),
        [BankEvent::CustomerCreated, BankEvent::CustomerCardAdded, BankEvent::CustomerCardAdded]
    );

    let change = CustomerChange { default_card: Some(cards[1].id), ..CustomerChange::default() };
    let customer = world.bank.update_customer(world.context(), bare.id, change).await.unwrap();
    assert_eq!(customer.default_card, Some(cards[1].id));
}

#[tokio::test]
async fn another_card_becomes_the_default_when_that_is_deleted() {
    let world = World::new();
    let customer = world.customer(GOOD).await;
    let first = customer.default_card.unwrap();
    let change =
        CustomerChange { token: Some(world.token(NO_FUNDS).await), ..CustomerChange::default() };
    world.bank.update_customer(world.context(), customer.id, change).await.unwrap();

    let gone = world.bank.destroy_card(world.context(), customer.id, first).await.unwrap();
    assert!(gone.deleted);
    let left = world.bank.cards(AccountId(1), customer.id, everything()).await.unwrap();
    let customer = world.bank.customer(AccountId(1), customer.id).await.unwrap();
    assert_eq!((left.total, customer.default_card), (1, Some(left.entries[0].id)));

    let last = left.entries[0].id;
    world.bank.destroy_card(world.context(), customer.id, last).await.unwrap();
    let customer = world.bank.customer(AccountId(1), customer.id).await.unwrap();
    assert_eq!(customer.default_card, None);
    let new = charge_of(Payer::Customer(customer.id, None), 100_000);
    let charged = world.bank.create_charge(world.context(), new).await;
    assert!(matches!(charged, Err(BankError::MissingCard)), "{charged:?}");
}

#[tokio::test]
async fn a_second_delete_changes_nothing() {
    let world = World::new();
    let customer = world.customer(GOOD).await;
    let once = world.bank.destroy_customer(world.context(), customer.id).await.unwrap();
    let twice = world.bank.destroy_customer(world.context(), customer.id).await.unwrap();
    assert!(once.deleted);
    assert_eq!(once, twice);
    assert_eq!(world.told(), [BankEvent::CustomerCreated, BankEvent::CustomerDestroyed]);
}

#[tokio::test]
async fn a_deleted_customer_is_found_but_not_listed_charged_or_changed() {
    let world = World::new();
    let customer = world.customer(GOOD).await;
    let card = customer.default_card.unwrap();
    world.bank.destroy_customer(world.context(), customer.id).await.unwrap();
    assert!(world.bank.customer(AccountId(1), customer.id).await.unwrap().deleted);
    assert!(world.bank.card(AccountId(1), card).await.unwrap().deleted);
    assert_eq!(world.bank.customers(AccountId(1), everything()).await.unwrap().total, 0);
    let new = charge_of(Payer::Customer(customer.id, None), 100_000);
    let charged = world.bank.create_charge(world.context(), new).await;
    assert!(matches!(charged, Err(BankError::NotFound(RecordKind::Customer))), "{charged:?}");
    let change = CustomerChange { email: Some(None), ..CustomerChange::default() };
    let changed = world.bank.update_customer(world.context(), customer.id, change).await;
    assert!(matches!(changed, Err(BankError::NotFound(RecordKind::Customer))), "{changed:?}");
}

#[tokio::test]
async fn two_changes_at_once_are_both_kept() {
    let world = World::hesitant();
    let customer = world.customer(GOOD).await;
    let email = CustomerChange { email: Some(Some("a@b.c".into())), ..CustomerChange::default() };
    let words =
        CustomerChange { description: Some(Some("vip".into())), ..CustomerChange::default() };
    let (one, other) = tokio::join!(
        world.bank.update_customer(world.context(), customer.id, email),
        world.bank.update_customer(world.context(), customer.id, words),
    );
    one.unwrap();
    other.unwrap();
    let customer = world.bank.customer(AccountId(1), customer.id).await.unwrap();
    assert_eq!(customer.email.as_deref(), Some("a@b.c"));
    assert_eq!(customer.description.as_deref(), Some("vip"));
    assert_eq!(customer.version, 2);
}

#[tokio::test]
async fn a_card_is_changed_only_by_its_own_customer_and_account() {
    let world = World::new();
    let customer = world.customer(GOOD).await;
    let stranger = world.customer(GOOD).await;
    let card = customer.default_card.unwrap();
    let change = || CardChange { city: Some(Some("Chiang Mai".into())), ..CardChange::default() };
    let changed =
        world.bank.update_card(world.context(), customer.id, card, change()).await.unwrap();
    assert_eq!(changed.address.city.as_deref(), Some("Chiang Mai"));
    let refused = world.bank.update_card(world.context(), stranger.id, card, change()).await;
    assert!(matches!(refused, Err(BankError::NotFound(RecordKind::Card))), "{refused:?}");
    let other = Account { id: AccountId(2), ..world.account.clone() };
    let theirs = Context { account: &other, ..world.context() };
    let refused = world.bank.update_card(theirs, customer.id, card, change()).await;
    assert!(matches!(refused, Err(BankError::NotFound(RecordKind::Customer))), "{refused:?}");
}
