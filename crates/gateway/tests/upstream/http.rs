//! An endpoint of the user's own.

use base64::Engine as _;
use engine::{Currency, Decline, DeclineKind, Money, NotSent, Outcome, PaymentId, Percentage};
use gateway::{Gateway as _, Lookup, Quote};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;

use crate::script::{Reply, Script, Seen};
use crate::world::{ACCOUNT, LIMITS, SECRET, World, charge_id, look_up, now, pay};

const KEY: &str = "kalends-80000d2fa8c00000-00000007-1-1";

fn told(body: Value) -> Script {
    Script::always(Reply::Json(200, body))
}

/// Checks a signature as an endpoint would.
fn check_signature(seen: &Seen, id: &str) {
    let secret = SECRET.strip_prefix("whsec_").unwrap();
    let secret = base64::prelude::BASE64_STANDARD.decode(secret).unwrap();
    let mut hmac = Hmac::<Sha256>::new_from_slice(&secret).unwrap();
    hmac.update(format!("{id}.1769823000.").as_bytes());
    hmac.update(&seen.body);
    let signature = base64::prelude::BASE64_STANDARD.encode(hmac.finalize().into_bytes());
    assert_eq!(seen.header("webhook-id"), Some(id));
    assert_eq!(seen.header("webhook-timestamp"), Some("1769823000"));
    assert_eq!(seen.header("webhook-signature"), Some(format!("v1,{signature}").as_str()));
}

#[tokio::test]
async fn a_charge_is_asked_for_under_its_key_and_signed() {
    let world = World::new();
    let script = told(json!({"status": "succeeded", "payment": "pay_77"}));
    let gateway = world.endpoint(&script.url, LIMITS);
    let Outcome::Succeeded(payment @ PaymentId::Charge(_)) =
        pay(&gateway, world.charge(1).await).await
    else {
        panic!("it was paid");
    };
    assert_eq!(world.name(payment).await.as_deref(), Some("pay_77"));
    let seen = script.seen().remove(0);
    assert_eq!((seen.method.as_str(), seen.path.as_str()), ("POST", "/v1/payments"));
    assert_eq!(seen.header("idempotency-key"), Some(KEY));
    assert_eq!(seen.header("kalends-time"), Some("2026-01-31T01:30:00Z"));
    assert_eq!(seen.header("content-type"), Some("application/json"));
    check_signature(&seen, KEY);
    assert_eq!(
        seen.json(),
        json!({
            "key": KEY, "account": "1", "schedule": "1", "slot": "2026-01-31T00:00:00",
            "attempt": 1, "amount": 100_000, "currency": "THB", "kind": "charge",
            "customer": "cust_test_1", "card": "card_test_1", "description": "Rent",
        })
    );
}

#[tokio::test]
async fn what_is_asked_under_a_key_is_the_same_every_time() {
    let world = World::new();
    let script = told(json!({"status": "accepted", "payment": "pay_1"}));
    let gateway = world.endpoint(&script.url, LIMITS);
    let request = world.charge(1).await;
    let later = engine::PaymentRequest { at: request.at.plus_seconds(90), ..request.clone() };
    let first = pay(&gateway, request).await;
    assert_eq!(pay(&gateway, later).await, first);
    let seen = script.seen();
    assert_eq!(seen[0].body, seen[1].body);
}

#[tokio::test]
async fn a_transfer_and_a_remittance_say_whom_they_are_for() {
    let world = World::new();
    let script = told(json!({"status": "accepted", "payment": "pay_1"}));
    let gateway = world.endpoint(&script.url, LIMITS);
    let outcome = pay(&gateway, world.transfer(2).await).await;
    assert!(matches!(outcome, Outcome::Accepted(PaymentId::Transfer(_))), "{outcome:?}");
    let outcome = pay(&gateway, world.remittance(3).await).await;
    assert!(matches!(outcome, Outcome::Accepted(PaymentId::Remittance(_))), "{outcome:?}");
    let [transfer, remittance] = [0, 1].map(|index: usize| script.seen()[index].json());
    assert_eq!(transfer["kind"], "transfer");
    assert_eq!(transfer["recipient"], "recp_test_1");
    assert_eq!(
        remittance,
        json!({
            "key": "kalends-80000d2fa8c00000-00000007-3-1", "account": "1", "schedule": "3",
            "slot": "2026-01-31T00:00:00", "attempt": 1, "amount": 2_500, "currency": "USD",
            "kind": "remittance", "partner": "partner-1", "source": "source-1",
            "destination": "destination-1", "particulars": {"description": "Dues"},
        })
    );
}

#[tokio::test]
async fn a_refusal_keeps_its_payment_its_kind_and_its_words() {
    let world = World::new();
    let script = told(json!({
        "status": "declined", "payment": "pay_9", "decline": "balance_short",
        "message": "x".repeat(1_000),
    }));
    let outcome = pay(&world.endpoint(&script.url, LIMITS), world.charge(1).await).await;
    let Outcome::Declined(Decline { payment: Some(payment), kind, message }) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(world.name(payment).await.as_deref(), Some("pay_9"));
    assert_eq!((kind, message), (DeclineKind::BalanceShort, Some("x".repeat(500).into())));
}

#[tokio::test]
async fn a_refusal_says_whose_it_is_and_is_the_payer_s_where_it_does_not() {
    for (decline, expected) in [
        (json!("payer"), DeclineKind::Payer),
        (json!("payer_for_good"), DeclineKind::PayerForGood),
        (json!("balance_short"), DeclineKind::BalanceShort),
        (json!("payee"), DeclineKind::Payee),
        (Value::Null, DeclineKind::Payer),
    ] {
        let world = World::new();
        let script = told(json!({"status": "declined", "decline": decline}));
        let outcome = pay(&world.endpoint(&script.url, LIMITS), world.charge(1).await).await;
        let declined = Decline { payment: None, kind: expected, message: None };
        assert_eq!(outcome, Outcome::Declined(declined));
    }
}

#[tokio::test]
async fn a_key_that_was_used_for_something_else_leaves_the_outcome_unknown() {
    let world = World::new();
    let script = Script::always(Reply::Json(409, json!({"message": "another body"})));
    let outcome = pay(&world.endpoint(&script.url, LIMITS), world.charge(1).await).await;
    assert_eq!(outcome, Outcome::Unknown);
}

#[tokio::test]
async fn a_payment_without_a_usable_name_leaves_the_outcome_unknown() {
    for name in [String::new(), "x".repeat(256)] {
        let world = World::new();
        let script = told(json!({"status": "succeeded", "payment": name}));
        let outcome = pay(&world.endpoint(&script.url, LIMITS), world.charge(1).await).await;
        assert_eq!(outcome, Outcome::Unknown);
    }
}

#[tokio::test]
async fn a_payment_of_something_without_a_name_is_kept_back() {
    let world = World::new();
    let script = told(json!({"status": "succeeded", "payment": "pay_1"}));
    let mut request = world.charge(1).await;
    if let engine::PaymentBody::Charge { customer, .. } = &mut request.body {
        *customer = engine::CustomerId(5);
    }
    let outcome = pay(&world.endpoint(&script.url, LIMITS), request).await;
    assert_eq!(outcome, Outcome::NotSent(NotSent::KeptBack));
    assert_eq!(script.seen().len(), 0);
}

#[tokio::test]
async fn a_batch_is_answered_in_its_order() {
    let world = World::new();
    let script = Script::of(|seen| {
        let name = format!("pay_for_{}", seen.json()["schedule"].as_str().unwrap());
        Reply::Json(200, json!({"status": "succeeded", "payment": name}))
    });
    let gateway = world.endpoint(&script.url, LIMITS);
    let mut requests = Vec::new();
    for schedule in 0..20 {
        requests.push(world.charge(schedule).await);
    }
    let outcomes = gateway.pay(requests, gateway::Permit::unlimited()).await;
    for (schedule, outcome) in outcomes.into_iter().enumerate() {
        let Outcome::Succeeded(payment) = outcome else { panic!("{outcome:?}") };
        assert_eq!(world.name(payment).await, Some(format!("pay_for_{schedule}").into()));
    }
}

#[tokio::test]
async fn a_payment_is_looked_up_by_its_key() {
    let world = World::new();
    let script = told(json!({"status": "succeeded", "payment": "pay_1"}));
    let gateway = world.endpoint(&script.url, LIMITS);
    let lookup = look_up(&gateway, world.charge(1).await, None).await;
    let Lookup::Found(Outcome::Succeeded(payment)) = lookup else { panic!("{lookup:?}") };
    assert_eq!(world.name(payment).await.as_deref(), Some("pay_1"));
    let seen = script.seen().remove(0);
    assert_eq!(format!("{} {}", seen.method, seen.path), format!("GET /v1/payments/{KEY}"));
    check_signature(&seen, KEY);
}

#[tokio::test]
async fn a_payment_is_absent_only_if_the_endpoint_says_so() {
    let world = World::new();
    for (reply, expected) in [
        (Reply::Json(404, json!({"status": "absent"})), Lookup::Absent),
        (Reply::Text(404, "no such page"), Lookup::Unreachable),
        (Reply::Text(500, ""), Lookup::Unreachable),
        (Reply::Text(401, ""), Lookup::Unreachable),
        (Reply::HangUp, Lookup::Unreachable),
    ] {
        let script = Script::always(reply.clone());
        let gateway = world.endpoint(&script.url, LIMITS);
        let lookup = look_up(&gateway, world.charge(1).await, Some(charge_id(5))).await;
        assert_eq!(lookup, expected, "{reply:?}");
    }
}

async fn share_of(reply: Reply, share: &str) -> (Result<Money, Outcome>, Vec<Seen>) {
    let script = Script::always(reply);
    let gateway = World::new().endpoint(&script.url, LIMITS);
    let share = Percentage::parse(share).unwrap();
    let quote = Quote { account: ACCOUNT, currency: Currency::THB, share, at: now() };
    (gateway.quote(vec![quote]).await.remove(0), script.seen())
}

#[tokio::test]
async fn a_share_is_taken_of_what_the_endpoint_says_is_available() {
    let (share, seen) = share_of(Reply::Json(200, json!({"available": 1_001})), "50").await;
    assert_eq!(share, Ok(Money::new(500, Currency::THB)));
    assert_eq!(seen[0].path, "/v1/balances/THB?account=1");
    check_signature(&seen[0], "balances/THB");
}

#[tokio::test]
async fn a_share_of_nothing_is_declined_and_one_of_nobody_knows_what_waits() {
    let (share, _) = share_of(Reply::Json(200, json!({"available": -5})), "50").await;
    assert!(
        matches!(share, Err(Outcome::Declined(Decline { kind: DeclineKind::BalanceShort, .. }))),
        "{share:?}"
    );
    let unreachable = Err(Outcome::NotSent(NotSent::Unreachable));
    assert_eq!(share_of(Reply::Text(404, ""), "50").await.0, unreachable);
    assert_eq!(share_of(Reply::HangUp, "50").await.0, unreachable);
    let unauthorised = Err(Outcome::NotSent(NotSent::Unauthorised));
    assert_eq!(share_of(Reply::Text(401, ""), "50").await.0, unauthorised);
}
