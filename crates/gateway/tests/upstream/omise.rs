//! An account with Omise.

use engine::{Currency, DeclineKind, Money, NotSent, Outcome, PaymentId, Percentage};
use gateway::omise::{OmiseAccount, OmiseGateway};
use gateway::upstream::Secret;
use gateway::{Gateway as _, Inquiry, Lookup, Quote};
use serde_json::{Value, json};

use crate::script::{Reply, Script};
use crate::world::{ACCOUNT, LIMITS, World, look_up, now, pay};

const KEY: &str = "kalends-80000d2fa8c00000-00000007-1-1";

fn gateway(world: &World, script: &Script) -> OmiseGateway {
    let secret_key = Secret::new("skey_test_1");
    let account = OmiseAccount { url: script.url.clone(), secret_key, limits: LIMITS };
    OmiseGateway::new(account, world.names()).unwrap()
}

fn charge(id: &str, key: &str) -> Value {
    json!({"object": "charge", "id": id, "status": "successful", "failure_code": null,
           "metadata": {"kalends_key": key}})
}

#[tokio::test]
async fn a_charge_is_asked_for_with_its_marks() {
    let world = World::new();
    let script = Script::always(Reply::Json(200, charge("chrg_test_1", KEY)));
    let outcome = pay(&gateway(&world, &script), world.charge(1).await).await;
    let Outcome::Succeeded(payment @ PaymentId::Charge(_)) = outcome else { panic!("{outcome:?}") };
    assert_eq!(world.name(payment).await.as_deref(), Some("chrg_test_1"));
    let seen = script.seen().remove(0);
    assert_eq!(format!("{} {}", seen.method, seen.path), "POST /v1/charges");
    assert_eq!(seen.header("authorization"), Some("Basic c2tleV90ZXN0XzE6"));
    assert_eq!(seen.header("omise-version"), Some("2019-05-29"));
    assert_eq!(seen.header("idempotency-key"), Some(KEY));
    assert_eq!(
        seen.json(),
        json!({
            "amount": 100_000, "currency": "thb", "customer": "cust_test_1",
            "card": "card_test_1", "description": "Rent",
            "metadata": {
                "kalends_key": KEY, "kalends_schedule": "1",
                "kalends_slot": "2026-01-31T00:00:00", "kalends_attempt": "1",
            },
        })
    );
}

#[tokio::test]
async fn a_transfer_fails_at_once_if_it_cannot_be_sent() {
    let world = World::new();
    let failed = json!({"object": "transfer", "id": "trsf_test_1",
                        "failure_code": "insufficient_balance", "failure_message": null});
    let script = Script::always(Reply::Json(200, failed));
    let outcome = pay(&gateway(&world, &script), world.transfer(1).await).await;
    let Outcome::Declined(decline) = outcome else { panic!("{outcome:?}") };
    assert_eq!(decline.kind, DeclineKind::BalanceShort);
    let body = script.seen()[0].json();
    assert_eq!((&body["recipient"], &body["fail_fast"]), (&json!("recp_test_1"), &json!(true)));
}

#[tokio::test]
async fn a_remittance_is_none_of_omises() {
    let world = World::new();
    let script = Script::always(Reply::HangUp);
    let outcome = pay(&gateway(&world, &script), world.remittance(1).await).await;
    assert_eq!(outcome, Outcome::NotSent(NotSent::KeptBack));
    assert_eq!(script.seen().len(), 0);
}

/// 150 charges of somebody else's, and behind them the one that is looked for.
fn crowded() -> Script {
    Script::of(|seen| {
        let (first, last) = if seen.path.ends_with("offset=0") { (0, 100) } else { (100, 151) };
        let data: Vec<Value> = (first..last)
            .map(|number| charge(&format!("chrg_{number}"), if number == 150 { KEY } else { "" }))
            .collect();
        Reply::Json(200, json!({"object": "list", "total": 151, "data": data}))
    })
}

#[tokio::test]
async fn a_charge_is_looked_for_from_an_hour_before_it_was_due_page_by_page() {
    let world = World::new();
    let script = crowded();
    let gateway = gateway(&world, &script);
    let mut asked = Vec::new();
    for schedule in [1, 2] {
        let request = world.charge(schedule).await;
        asked.push(Inquiry { request, due: now(), accepted: None });
    }
    let lookups = gateway.look_up(asked).await;
    let Lookup::Found(Outcome::Succeeded(payment)) = &lookups[0] else { panic!("{lookups:?}") };
    assert_eq!(world.name(*payment).await.as_deref(), Some("chrg_150"));
    assert_eq!(lookups[1], Lookup::Absent);
    let paths: Vec<String> = script.seen().into_iter().map(|seen| seen.path).collect();
    let page = |offset| {
        format!(
            "/v1/charges?from=2026-01-31T00%3A30%3A00Z&order=chronological&limit=100&offset={offset}"
        )
    };
    assert_eq!(paths, [page(0), page(100)]);
}

#[tokio::test]
async fn a_list_that_cannot_be_read_says_nothing_of_what_is_absent() {
    let world = World::new();
    for reply in [Reply::Text(500, ""), Reply::Text(401, ""), Reply::HangUp] {
        let script = Script::always(reply);
        let lookup = look_up(&gateway(&world, &script), world.charge(1).await, None).await;
        assert_eq!(lookup, Lookup::Unreachable);
    }
}

#[tokio::test]
async fn what_was_accepted_is_looked_up_by_its_id() {
    let world = World::new();
    let script = Script::of(|seen| {
        let status = if seen.method == "POST" { "pending" } else { "failed" };
        let mut charge = charge("chrg_test_1", KEY);
        charge["status"] = json!(status);
        Reply::Json(200, charge)
    });
    let gateway = gateway(&world, &script);
    let outcome = pay(&gateway, world.charge(1).await).await;
    let Outcome::Accepted(payment) = outcome else { panic!("{outcome:?}") };
    let lookup = look_up(&gateway, world.charge(1).await, Some(payment)).await;
    let Lookup::Found(Outcome::Declined(decline)) = lookup else { panic!("{lookup:?}") };
    assert_eq!((decline.payment, decline.kind), (Some(payment), DeclineKind::Payer));
    assert_eq!(script.seen()[1].path, "/v1/charges/chrg_test_1");
}

#[tokio::test]
async fn a_share_is_taken_of_what_can_be_transferred() {
    let balance = json!({"object": "balance", "currency": "THB", "transferable": 1_001});
    let script = Script::always(Reply::Json(200, balance));
    let share = Percentage::parse("50").unwrap();
    let quote = Quote { account: ACCOUNT, currency: Currency::THB, share, at: now() };
    let share = gateway(&World::new(), &script).quote(vec![quote]).await;
    assert_eq!(share, [Ok(Money::new(500, Currency::THB))]);
}

#[test]
fn absence_is_never_conclusive_and_no_key_is_relied_on() {
    let script = Script::always(Reply::HangUp);
    let character = gateway(&World::new(), &script).character();
    assert_eq!(character.key_window, Some(std::time::Duration::ZERO));
    assert_eq!(character.absence_conclusive_after, None);
}
