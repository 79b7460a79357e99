//! Charges that clients ask for.

use bank::{BankEvent, ChargeFailure, ChargeStatus, RecordKind};
use engine::{AccountId, Currency, Money};
use gateway::bank::{BankError, CardDetails, Context, NewCharge, NewCustomer, Payer};

use crate::world::{GOOD, NO_FUNDS, World, at, balance, card, charge_of, key};

#[tokio::test]
async fn a_charge_brings_in_what_is_left_after_the_fee() {
    let world = World::new();
    let customer = world.customer(GOOD).await;
    let new = charge_of(Payer::Customer(customer.id, None), 100_000);
    let charge = world.bank.create_charge(world.context(), new).await.unwrap();
    assert_eq!(charge.status, ChargeStatus::Successful);
    assert_eq!((charge.customer, charge.card), (Some(customer.id), customer.default_card));
    assert_eq!(world.balance().await, balance(96_094, 0));
    let entry = world.bank.journal_entry(AccountId(1), charge.journal_entry.unwrap()).await;
    assert_eq!(entry.unwrap().origin, (RecordKind::Charge, charge.id.0));
    assert_eq!(world.told(), [BankEvent::CustomerCreated, BankEvent::ChargeCreated]);
    world.audit().await;
}

#[tokio::test]
async fn a_refused_charge_is_a_charge_that_failed() {
    let world = World::new();
    let new = charge_of(Payer::Token(world.token(NO_FUNDS).await), 100_000);
    let charge = world.bank.create_charge(world.context(), new).await.unwrap();
    assert_eq!(charge.status, ChargeStatus::Failed);
    assert_eq!(charge.failure, Some(ChargeFailure::InsufficientFund));
    assert_eq!(world.balance().await, balance(0, 0));
    assert_eq!(world.told(), [BankEvent::ChargeCreated]);
}

#[tokio::test]
async fn a_card_that_has_expired_since_is_refused() {
    let world = World::new();
    let details = CardDetails { expiration_month: 1, expiration_year: 2026, ..card(GOOD) };
    let (token, _) = world.bank.create_token(world.context(), details).await.unwrap();
    let new = NewCustomer { token: Some(token.key), ..NewCustomer::default() };
    let customer = world.bank.create_customer(world.context(), new).await.unwrap();
    let later = Context { now: at("2026-02-01T00:00:00Z"), ..world.context() };
    let new = charge_of(Payer::Customer(customer.id, None), 100_000);
    let charge = world.bank.create_charge(later, new).await.unwrap();
    assert_eq!(charge.failure, Some(ChargeFailure::ExpiredCard));
}

#[tokio::test]
async fn amounts_and_currencies_are_checked() {
    let world = World::new();
    let token = world.token(GOOD).await;
    for amount_minor in [1_999, 15_000_001, -1] {
        let new = charge_of(Payer::Token(token), amount_minor);
        match world.bank.create_charge(world.context(), new).await {
            Err(BankError::AmountOutOfRange { least, greatest, .. }) => {
                assert_eq!((least, greatest), (2_000, 15_000_000));
            }
            other => panic!("{other:?}"),
        }
    }
    let dong = Money::new(100_000, Currency::parse("VND").unwrap());
    let new = NewCharge { money: dong, ..charge_of(Payer::Token(token), 0) };
    let refused = world.bank.create_charge(world.context(), new).await;
    assert!(matches!(refused, Err(BankError::CurrencyNotSupported)), "{refused:?}");
    let dollars = Money::new(1_000, Currency::parse("USD").unwrap());
    let new = NewCharge { money: dollars, ..charge_of(Payer::Token(token), 0) };
    world.bank.create_charge(world.context(), new).await.unwrap();
    assert_eq!(world.balance().await, balance(0, 0), "dollars do not stand among baht");
}

#[tokio::test]
async fn an_authorised_charge_is_captured_later_and_in_part() {
    let world = World::new();
    let pending = world.authorised(100_000).await;
    assert_eq!(pending.status, ChargeStatus::Pending);
    assert_eq!(pending.expires_at, Some(at("2026-01-22T10:00:00Z")));
    assert_eq!(world.balance().await, balance(0, 0));
    let captured =
        world.bank.capture_charge(world.context(), pending.id, Some(50_000)).await.unwrap();
    assert_eq!((captured.status, captured.captured), (ChargeStatus::Successful, Some(50_000)));
    assert_eq!(world.balance().await, balance(48_047, 0));
    let again = world.bank.capture_charge(world.context(), pending.id, None).await;
    assert!(matches!(again, Err(BankError::ChargeState(_))), "{again:?}");
    assert_eq!(world.bank.next_agenda().await.unwrap(), None);
    assert_eq!(world.told(), [BankEvent::ChargeCreated, BankEvent::ChargeCaptured]);
}

#[tokio::test]
async fn what_was_captured_cannot_be_reversed_nor_the_reverse() {
    let world = World::new();
    let paid = world.charge(100_000).await;
    let refused = world.bank.reverse_charge(world.context(), paid.id).await;
    assert!(matches!(refused, Err(BankError::ChargeState(_))), "{refused:?}");
    let pending = world.authorised(100_000).await;
    let reversed = world.bank.reverse_charge(world.context(), pending.id).await.unwrap();
    assert_eq!((reversed.status, reversed.reversed_at), (ChargeStatus::Reversed, Some(world.now)));
    let refused = world.bank.capture_charge(world.context(), pending.id, None).await;
    assert!(matches!(refused, Err(BankError::ChargeState(_))), "{refused:?}");
}

#[tokio::test]
async fn of_a_capture_and_a_reversal_at_once_one_wins() {
    let world = World::hesitant();
    let pending = world.authorised(100_000).await;
    let (captured, reversed) = tokio::join!(
        world.bank.capture_charge(world.context(), pending.id, None),
        world.bank.reverse_charge(world.context(), pending.id),
    );
    assert_ne!(captured.is_ok(), reversed.is_ok());
    let taken = if captured.is_ok() { 96_094 } else { 0 };
    assert_eq!(world.balance().await, balance(taken, 0));
}

#[tokio::test]
async fn a_payer_may_pay_or_not() {
    let world = World::new();
    let paid = world.authorised(100_000).await;
    let paid = world.bank.mark_charge_as_paid(world.context(), paid.id).await.unwrap();
    assert_eq!((paid.status, paid.captured), (ChargeStatus::Successful, Some(100_000)));
    let failed = world.authorised(100_000).await;
    let failed = world.bank.mark_charge_as_failed(world.context(), failed.id, None).await.unwrap();
    assert_eq!(failed.failure, Some(ChargeFailure::FailedProcessing));
    assert_eq!(world.balance().await, balance(96_094, 0));
    assert_eq!(
        world.told(),
        [
            BankEvent::ChargeCreated,
            BankEvent::ChargeCompleted,
            BankEvent::ChargeCreated,
            BankEvent::ChargeCompleted
        ]
    );
}

#[tokio::test]
async fn a_charge_asked_for_twice_under_one_key_is_made_once() {
    let world = World::new();
    let key = key("order-1");
    let new = charge_of(Payer::Token(world.token(GOOD).await), 100_000);
    let once = world.bank.create_charge(world.under(&key), new.clone()).await.unwrap();
    let twice = world.bank.create_charge(world.under(&key), new).await.unwrap();
    assert_eq!(once, twice);
    assert_eq!(world.balance().await, balance(96_094, 0));
}

#[tokio::test]
async fn a_description_changes_and_is_told_with_the_charge_as_it_then_was() {
    let world = World::new();
    let charge = world.charge(100_000).await;
    let description = Some(Some("rent".into()));
    let changed =
        world.bank.update_charge(world.context(), charge.id, description, None).await.unwrap();
    assert_eq!(changed.description.as_deref(), Some("rent"));
    let events = world.books.events();
    assert_eq!(events[0].snapshot, None);
    let snapshot: bank::Charge =
        serde_json::from_str(events[1].snapshot.as_deref().unwrap()).unwrap();
    assert_eq!(snapshot, changed);
}
