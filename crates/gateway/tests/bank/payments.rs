//! The bank as a gateway.

use bank::{ChargeFailure, ChargeStatus};
use engine::{
    AccountId, Currency, Decline, DeclineKind, IdempotencyKey, InstallationId, Outcome,
    PaymentBody, PaymentId, PaymentRequest, Percentage, ScheduleId, Slot,
};
use gateway::{Gateway, Lookup, Quote};

use crate::world::{GOOD, NO_FUNDS, STOLEN, World, at, baht, balance, everything};

/// The first attempt of a schedule on the last of January.
fn request(schedule: i64, body: PaymentBody) -> PaymentRequest {
    let slot = Slot::of_date(jiff::civil::date(2026, 1, 31));
    PaymentRequest {
        key: IdempotencyKey::of(InstallationId(7), ScheduleId(schedule), slot, 0),
        account: AccountId(1),
        schedule: ScheduleId(schedule),
        slot,
        attempt: 0,
        body,
        at: at("2026-01-31T01:30:00Z"),
    }
}

pub(crate) fn charge(
    schedule: i64,
    customer: &bank::Customer,
    amount_minor: i64,
) -> PaymentRequest {
    let body = PaymentBody::Charge {
        customer: customer.id,
        card: None,
        money: baht(amount_minor),
        description: Some("rent".into()),
    };
    request(schedule, body)
}

pub(crate) fn transfer(
    schedule: i64,
    recipient: &bank::Recipient,
    amount_minor: i64,
) -> PaymentRequest {
    let body = PaymentBody::Transfer { recipient: recipient.id, money: baht(amount_minor) };
    request(schedule, body)
}

fn declined(kind: DeclineKind, payment: Option<PaymentId>, message: &str) -> Outcome {
    Outcome::Declined(Decline { payment, kind, message: Some(message.into()) })
}

fn charge_id(outcome: &Outcome) -> engine::ChargeId {
    match outcome {
        Outcome::Succeeded(PaymentId::Charge(id))
        | Outcome::Declined(Decline { payment: Some(PaymentId::Charge(id)), .. }) => *id,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_stolen_card_is_declined_for_good() {
    let world = World::new();
    let robbed = world.customer(STOLEN).await;
    let outcomes = world.pay(vec![charge(1, &robbed, 100_000)]).await;
    let payment = Some(PaymentId::Charge(charge_id(&outcomes[0])));
    let message = "charge could not be captured";
    assert_eq!(outcomes, [declined(DeclineKind::PayerForGood, payment, message)]);
}

#[tokio::test]
async fn a_batch_answers_each_request_in_order() {
    let world = World::new();
    world.has(100_000).await;
    let good = world.customer(GOOD).await;
    let poor = world.customer(NO_FUNDS).await;
    let payee = world.payable().await;
    let outcomes = world
        .pay(vec![
            charge(1, &good, 100_000),
            charge(2, &poor, 100_000),
            transfer(3, &payee, 50_000),
            charge(4, &good, 50_000),
        ])
        .await;

    let paid = world.bank.charge(AccountId(1), charge_id(&outcomes[0])).await.unwrap();
    assert_eq!((paid.status, paid.schedule), (ChargeStatus::Successful, Some(ScheduleId(1))));
    assert_eq!(paid.description.as_deref(), Some("rent"));
    assert_eq!(paid.created_at, at("2026-01-31T01:30:00Z"));

    let refused = charge_id(&outcomes[1]);
    assert_eq!(
        outcomes[1],
        declined(
            DeclineKind::Payer,
            Some(PaymentId::Charge(refused)),
            "charge could not be captured"
        )
    );
    let refused = world.bank.charge(AccountId(1), refused).await.unwrap();
    assert_eq!(refused.failure, Some(ChargeFailure::InsufficientFund));

    assert!(matches!(outcomes[2], Outcome::Succeeded(PaymentId::Transfer(_))));
    assert!(matches!(outcomes[3], Outcome::Succeeded(PaymentId::Charge(_))));
    assert_eq!(world.balance().await, balance(100_000 + 96_094 + 48_047 - 50_000, 50_000));
    world.audit().await;
}

#[tokio::test]
async fn a_payment_asked_for_twice_under_one_key_is_made_once() {
    let world = World::new();
    world.has(60_000).await;
    let good = world.customer(GOOD).await;
    let poor = world.customer(NO_FUNDS).await;
    let payee = world.payable().await;
    let batch =
        || vec![charge(1, &good, 2_000), charge(2, &poor, 2_000), transfer(3, &payee, 60_000)];
    let once = world.pay(batch()).await;
    let before = world.balance().await;
    // Whatever has become of everybody meanwhile.
    world.bank.destroy_customer(world.context(), good.id).await.unwrap();
    world.bank.destroy_recipient(world.context(), payee.id).await.unwrap();
    assert_eq!(world.pay(batch()).await, once);
    assert_eq!(world.balance().await, before);
    let twice_in_one = world.pay([batch(), batch()].concat()).await;
    assert_eq!(twice_in_one, [once.clone(), once].concat());
}

#[tokio::test]
async fn a_key_twice_in_one_batch_pays_once() {
    let world = World::new();
    let good = world.customer(GOOD).await;
    let outcomes = world.pay(vec![charge(1, &good, 100_000); 3]).await;
    assert_eq!(outcomes, vec![outcomes[0].clone(); 3]);
    assert_eq!(world.balance().await, balance(96_094, 0));
}

#[tokio::test]
async fn a_balance_that_runs_out_half_way_pays_those_who_came_first() {
    let world = World::new();
    world.has(100_000).await;
    let payee = world.payable().await;
    let outcomes = world
        .pay(vec![
            transfer(1, &payee, 60_000),
            transfer(2, &payee, 60_000),
            transfer(3, &payee, 40_000),
        ])
        .await;
    assert!(matches!(outcomes[0], Outcome::Succeeded(_)));
    assert_eq!(
        outcomes[1],
        declined(DeclineKind::BalanceShort, None, "balance is too small for the transfer")
    );
    assert!(matches!(outcomes[2], Outcome::Succeeded(_)));
    assert_eq!(world.balance().await, balance(0, 100_000));
    world.audit().await;
}

#[tokio::test]
async fn a_charge_without_a_card_fails_and_says_why() {
    let world = World::new();
    let deleted = world.customer(GOOD).await;
    world.bank.destroy_customer(world.context(), deleted.id).await.unwrap();
    let bare = world.customer(GOOD).await;
    let card = bare.default_card.unwrap();
    world.bank.destroy_card(world.context(), bare.id, card).await.unwrap();
    let mut named = charge(3, &bare, 100_000);
    if let PaymentBody::Charge { card: named, .. } = &mut named.body {
        *named = Some(card);
    }
    let batch = vec![charge(1, &deleted, 100_000), charge(2, &bare, 100_000), named];
    let outcomes = world.pay(batch.clone()).await;
    let said = ["customer was deleted", "customer has no card", "card was deleted"];
    for (outcome, said) in outcomes.iter().zip(said) {
        let payment = charge_id(outcome);
        assert_eq!(*outcome, declined(DeclineKind::Payer, Some(PaymentId::Charge(payment)), said));
        let booked = world.bank.charge(AccountId(1), payment).await.unwrap();
        assert_eq!(booked.failure, Some(ChargeFailure::NoCard));
    }
    let found = world.look_up(batch).await;
    assert_eq!(found, outcomes.into_iter().map(Lookup::Found).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_payee_who_cannot_be_paid_is_declined_without_a_payment() {
    let world = World::new();
    world.has(500_000).await;
    let unverified = world.unverified().await;
    let gone = world.payable().await;
    world.bank.destroy_recipient(world.context(), gone.id).await.unwrap();
    let mut theirs = transfer(3, &world.payable().await, 50_000);
    theirs.account = AccountId(2);
    let outcomes =
        world.pay(vec![transfer(1, &unverified, 50_000), transfer(2, &gone, 50_000), theirs]).await;
    let payee = |message| declined(DeclineKind::Payee, None, message);
    assert_eq!(
        outcomes,
        [
            payee("recipient is not verified"),
            payee("recipient was deleted"),
            payee("recipient was not found")
        ]
    );
    assert_eq!(world.balance().await, balance(500_000, 0));
}

#[tokio::test]
async fn a_customer_of_another_account_is_not_charged() {
    let world = World::new();
    let good = world.customer(GOOD).await;
    let mut theirs = charge(1, &good, 100_000);
    theirs.account = AccountId(2);
    let outcomes = world.pay(vec![theirs]).await;
    assert_eq!(outcomes, [declined(DeclineKind::Payer, None, "customer was not found")]);
    assert_eq!(world.bank.charges(AccountId(2), everything()).await.unwrap().total, 0);
}

#[tokio::test]
async fn what_was_never_asked_for_is_absent_for_certain_at_once() {
    let world = World::new();
    let good = world.customer(GOOD).await;
    let paid = charge(1, &good, 100_000);
    let never = charge(2, &good, 100_000);
    let outcomes = world.pay(vec![paid.clone()]).await;
    let found = world.look_up(vec![never, paid]).await;
    assert_eq!(found, [Lookup::Absent, Lookup::Found(outcomes[0].clone())]);
    let character = world.bank.character();
    assert_eq!(character.absence_conclusive_after, Some(std::time::Duration::ZERO));
    assert_eq!(character.key_window, None);
}

#[tokio::test]
async fn a_share_is_quoted_of_what_is_available_and_must_be_worth_a_transfer() {
    let world = World::new();
    world.has(100_001).await;
    let payee = world.payable().await;
    let quote = |share: &str| Quote {
        account: AccountId(1),
        currency: Currency::THB,
        share: Percentage::parse(share).unwrap(),
        at: world.now,
    };
    let below = "amount is below the least that can be transferred";
    let short = Err(declined(DeclineKind::BalanceShort, None, below));
    let quoted = world.bank.quote(vec![quote("75"), quote("2"), quote("100")]).await;
    assert_eq!(quoted, [Ok(baht(75_000)), short.clone(), Ok(baht(100_001))]);
    world.transfer(&payee, 100_001).await;
    assert_eq!(world.bank.quote(vec![quote("100")]).await, [short]);
}

#[tokio::test]
async fn an_empty_batch_is_answered_with_nothing() {
    let world = World::new();
    assert_eq!(world.pay(Vec::new()).await, []);
    assert_eq!(world.look_up(Vec::new()).await, []);
}
