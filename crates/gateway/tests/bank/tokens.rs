//! Tokens: read once, used once.

use bank::{Behaviour, Brand, ChargeFailure, RecordKind};
use engine::{Account, AccountId};
use gateway::bank::{BankError, CardDetails, CardField, Context, NewCustomer, Payer};

use crate::world::{GOOD, NO_FUNDS, World, card, charge_of};

#[tokio::test]
async fn a_token_keeps_nothing_of_the_number_but_its_ends_and_what_it_does() {
    let world = World::new();
    let (token, kept) = world.bank.create_token(world.context(), card(NO_FUNDS)).await.unwrap();
    assert!(!token.used);
    assert_eq!((kept.first_digits.as_str(), kept.last_digits.as_str()), ("411111", "0011"));
    assert_eq!(kept.brand, Brand::Visa);
    assert_eq!(kept.behaviour, Behaviour::Fails(ChargeFailure::InsufficientFund));
    assert!(kept.security_code_check);
    assert!(!serde_json::to_string(&kept).unwrap().contains(NO_FUNDS));
    assert_eq!(world.bank.token(AccountId(1), token.key).await.unwrap(), (token, kept));
}

#[tokio::test]
async fn what_is_wrong_with_a_card_is_said() {
    let world = World::new();
    let wrong = [
        (card("4242424242424241"), CardField::Number),
        (CardDetails { expiration_month: 13, ..card(GOOD) }, CardField::Expiration),
        (CardDetails { expiration_year: 2025, ..card(GOOD) }, CardField::Expiration),
        (CardDetails { name: "  ".into(), ..card(GOOD) }, CardField::Name),
    ];
    for (details, expected) in wrong {
        match world.bank.create_token(world.context(), details).await {
            Err(BankError::InvalidCard(field)) => assert_eq!(field, expected),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_token_is_used_once() {
    let world = World::new();
    let token = world.token(GOOD).await;
    let new = charge_of(Payer::Token(token), 100_000);
    world.bank.create_charge(world.context(), new.clone()).await.unwrap();
    let again = world.bank.create_charge(world.context(), new).await;
    assert!(matches!(again, Err(BankError::UsedToken)), "{again:?}");
    let customer = NewCustomer { token: Some(token), ..NewCustomer::default() };
    let again = world.bank.create_customer(world.context(), customer).await;
    assert!(matches!(again, Err(BankError::UsedToken)), "{again:?}");
    assert_eq!(world.balance().await.available, 96_094);
}

#[tokio::test]
async fn of_two_who_use_a_token_at_once_one_wins() {
    let world = World::hesitant();
    let new = charge_of(Payer::Token(world.token(GOOD).await), 100_000);
    let (one, other) = tokio::join!(
        world.bank.create_charge(world.context(), new.clone()),
        world.bank.create_charge(world.context(), new),
    );
    assert_eq!(u8::from(one.is_ok()) + u8::from(other.is_ok()), 1, "{one:?} {other:?}");
    let lost = one.err().or(other.err());
    assert!(matches!(lost, Some(BankError::UsedToken)), "{lost:?}");
    assert_eq!(world.balance().await.available, 96_094);
}

#[tokio::test]
async fn another_account_finds_nothing() {
    let world = World::new();
    let token = world.token(GOOD).await;
    let other = Account { id: AccountId(2), ..world.account.clone() };
    let theirs = Context { account: &other, ..world.context() };
    let found = world.bank.token(other.id, token).await;
    assert!(matches!(found, Err(BankError::NotFound(RecordKind::Token))), "{found:?}");
    let charged = world.bank.create_charge(theirs, charge_of(Payer::Token(token), 100_000)).await;
    assert!(matches!(charged, Err(BankError::NotFound(RecordKind::Token))), "{charged:?}");
}

#[tokio::test]
async fn a_seeded_card_goes_by_its_name_and_the_name_is_taken() {
    let world = World::new();
    let named = || CardDetails { given_id: Some("card_gold".into()), ..card(GOOD) };
    let (_, kept) = world.bank.create_token(world.context(), named()).await.unwrap();
    let store = world.bank.store();
    assert!(kept.id.0 < 0);
    assert_eq!(store.named(AccountId(1), RecordKind::Card, "card_gold"), Some(kept.id.0));
    assert_eq!(store.name_of(RecordKind::Card, kept.id.0).as_deref(), Some("card_gold"));
    let again = world.bank.create_token(world.context(), named()).await;
    assert!(matches!(again, Err(BankError::NameTaken(_))), "{again:?}");
}

/// Handlers run on any thread: every future must be able to move.
#[test]
fn what_the_bank_does_can_move_between_threads() {
    fn movable<T: Send>(_: &T) {}
    let world = World::new();
    movable(&world.bank.create_charge(world.context(), charge_of(Payer::Token(1), 1)));
    movable(&world.bank.create_customer(world.context(), NewCustomer::default()));
    movable(&world.bank.run_agenda(world.now));
}
