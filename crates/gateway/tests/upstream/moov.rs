//! A platform with Moov.

use engine::{Outcome, PaymentId};
use gateway::Lookup;
use gateway::moov::{MoovGateway, MoovPlatform, Showing};
use gateway::upstream::Secret;
use serde_json::{Value, json};

use crate::script::{Reply, Script};
use crate::world::{LIMITS, World, look_up, pay};

const KEY: &str = "kalends-80000d2fa8c00000-00000007-1-1";

fn gateway(world: &World, script: &Script) -> MoovGateway {
    let platform = MoovPlatform {
        url: script.url.clone(),
        public_key: "public".into(),
        secret_key: Secret::new("secret"),
        origin: Some("https://shop.example".into()),
        showing: Showing::Pair,
        limits: LIMITS,
    };
    MoovGateway::new(platform, world.names()).unwrap()
}

fn transfer(status: &str, key: &str) -> Value {
    json!({"transferID": "t-1", "status": status, "metadata": {"kalends_key": key}})
}

#[tokio::test]
async fn a_transfer_is_asked_for_under_a_uuid_of_its_key() {
    let world = World::new();
    let script = Script::always(Reply::Json(200, transfer("completed", KEY)));
    let gateway = gateway(&world, &script);
    let outcome = pay(&gateway, world.remittance(1).await).await;
    let Outcome::Succeeded(payment @ PaymentId::Remittance(_)) = outcome else {
        panic!("{outcome:?}");
    };
    assert_eq!(world.name(payment).await.as_deref(), Some("t-1"));
    assert_eq!(pay(&gateway, world.remittance(1).await).await, outcome);
    pay(&gateway, world.remittance(2).await).await;

    let seen = script.seen();
    assert_eq!(
        format!("{} {}", seen[0].method, seen[0].path),
        "POST /v1/accounts/partner-1/transfers"
    );
    assert_eq!(seen[0].header("authorization"), Some("Basic cHVibGljOnNlY3JldA=="));
    assert_eq!(seen[0].header("origin"), Some("https://shop.example"));
    assert_eq!(seen[0].header("x-moov-version"), Some("v2026.01.00"));
    let keys: Vec<&str> =
        seen.iter().map(|seen| seen.header("x-idempotency-key").unwrap()).collect();
    assert_eq!((keys[0].len(), &keys[0][14..15]), (36, "8"), "a UUID of version 8");
    assert_eq!(keys[0], keys[1]);
    assert_ne!(keys[0], keys[2]);
    assert_eq!(
        seen[0].json(),
        json!({
            "source": {"paymentMethodID": "source-1"},
            "destination": {"paymentMethodID": "destination-1"},
            "amount": {"currency": "USD", "value": 2_500},
            "description": "Dues",
            "metadata": {
                "kalends_key": KEY, "kalends_schedule": "1",
                "kalends_slot": "2026-01-31T00:00:00", "kalends_attempt": "1",
            },
        })
    );
}

#[tokio::test]
async fn what_travels_with_a_transfer_is_asked_for_in_moovs_form() {
    let world = World::new();
    let script = Script::always(Reply::Json(200, transfer("completed", KEY)));
    let mut request = world.remittance(1).await;
    if let engine::PaymentBody::Remittance(it) = &mut request.body {
        it.particulars = json!({
            "description": "", "salesTaxMinor": 175,
            "source": {"cardDetails": {"dynamicDescriptor": "GYM"}},
            "lineItems": [{"name": "Tea", "quantity": 1, "images": [{"imageID": "i-1", "link": "x"}],
                           "options": [{"name": "Ice", "quantity": 1, "images": [{"imageID": "i-2"}]}]}],
        })
        .to_string()
        .into();
    }
    pay(&gateway(&world, &script), request).await;
    let body = script.seen()[0].json();
    assert_eq!(
        body["source"],
        json!({"cardDetails": {"dynamicDescriptor": "GYM"}, "paymentMethodID": "source-1"})
    );
    assert_eq!(body["salesTaxAmount"], json!({"currency": "USD", "value": 175}));
    assert_eq!(
        body["lineItems"],
        json!({"items": [{"name": "Tea", "quantity": 1, "imageIDs": ["i-1"],
                          "options": [{"name": "Ice", "quantity": 1, "imageIDs": ["i-2"]}]}]})
    );
}

#[tokio::test]
async fn a_used_key_is_answered_with_what_was_made_under_it() {
    let world = World::new();
    let script = Script::always(Reply::Json(409, transfer("pending", KEY)));
    let outcome = pay(&gateway(&world, &script), world.remittance(1).await).await;
    assert!(matches!(outcome, Outcome::Accepted(_)), "{outcome:?}");
}

#[tokio::test]
async fn a_transfer_without_a_name_is_looked_for_in_its_partners_list() {
    let world = World::new();
    let list = json!([transfer("failed", "somebody-elses"), transfer("completed", KEY)]);
    let script = Script::always(Reply::Json(200, list));
    let lookup = look_up(&gateway(&world, &script), world.remittance(1).await, None).await;
    assert!(matches!(lookup, Lookup::Found(Outcome::Succeeded(_))), "{lookup:?}");
    assert_eq!(
        script.seen()[0].path,
        "/v1/accounts/partner-1/transfers?startDateTime=2026-01-31T00%3A30%3A00Z&count=200&skip=0"
    );
    let nothing = Script::always(Reply::Json(200, json!([])));
    let lookup = look_up(&gateway(&world, &nothing), world.remittance(1).await, None).await;
    assert_eq!(lookup, Lookup::Absent);
}

#[tokio::test]
async fn what_was_accepted_is_looked_up_by_its_id() {
    let world = World::new();
    let script = Script::of(|seen| {
        let status = if seen.method == "POST" { "pending" } else { "completed" };
        Reply::Json(200, transfer(status, KEY))
    });
    let gateway = gateway(&world, &script);
    let outcome = pay(&gateway, world.remittance(1).await).await;
    let Outcome::Accepted(payment) = outcome else { panic!("{outcome:?}") };
    let lookup = look_up(&gateway, world.remittance(1).await, Some(payment)).await;
    assert_eq!(lookup, Lookup::Found(Outcome::Succeeded(payment)));
    assert_eq!(script.seen()[1].path, "/v1/accounts/partner-1/transfers/t-1");
}

/// A gateway that shows tokens, in front of a server that gives them out numbered; transfers
/// are taken from whoever shows one of `good`.
fn by_token(world: &World, good: &'static [&'static str]) -> (MoovGateway, Script) {
    let given = std::sync::atomic::AtomicU32::new(1);
    let script = Script::of(move |seen| {
        if seen.path.ends_with("/oauth2/token") {
            let number = given.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            return Reply::Json(
                200,
                json!({"token_type": "Bearer", "access_token": format!("t-{number}"),
                       "refresh_token": "r", "expires_in": 3_600, "scope": "x"}),
            );
        }
        let shown = seen.header("authorization").unwrap();
        if good.contains(&shown) {
            Reply::Json(200, transfer("completed", KEY))
        } else {
            Reply::Text(401, "")
        }
    });
    let platform = MoovPlatform {
        url: script.url.clone(),
        public_key: "public".into(),
        secret_key: Secret::new("secret"),
        origin: None,
        showing: Showing::Token,
        limits: LIMITS,
    };
    (MoovGateway::new(platform, world.names()).unwrap(), script)
}

#[tokio::test]
async fn a_pair_of_keys_is_exchanged_for_a_token_that_is_used_again() {
    let world = World::new();
    let (gateway, script) = by_token(&world, &["Bearer t-1"]);
    for number in [1, 2] {
        let outcome = pay(&gateway, world.remittance(number).await).await;
        assert!(matches!(outcome, Outcome::Succeeded(_)), "{outcome:?}");
    }
    let seen = script.seen();
    let paths: Vec<&str> = seen.iter().map(|seen| seen.path.as_str()).collect();
    let transfers = "/v1/accounts/partner-1/transfers";
    assert_eq!(paths, ["/v1/oauth2/token", transfers, transfers]);
    assert_eq!(
        seen[0].json(),
        json!({
            "grant_type": "client_credentials", "client_id": "public", "client_secret": "secret",
            "client_type": "service",
            "scope": "/accounts/partner-1/transfers.read /accounts/partner-1/transfers.write",
        })
    );
}

#[tokio::test]
async fn a_token_that_is_no_longer_taken_is_asked_for_anew() {
    let world = World::new();
    let (gateway, _script) = by_token(&world, &["Bearer t-2"]);
    let outcome = pay(&gateway, world.remittance(1).await).await;
    assert_eq!(outcome, Outcome::NotSent(engine::NotSent::Unauthorised));
    let outcome = pay(&gateway, world.remittance(1).await).await;
    assert!(matches!(outcome, Outcome::Succeeded(_)), "{outcome:?}");
}

#[tokio::test]
async fn without_a_token_nothing_is_asked_for() {
    let world = World::new();
    let (gateway, script) = by_token(&world, &[]);
    pay(&gateway, world.remittance(1).await).await;
    let refusing = Script::always(Reply::Json(422, json!({"scope": "is none"})));
    let platform = MoovPlatform {
        url: refusing.url.clone(),
        public_key: "public".into(),
        secret_key: Secret::new("secret"),
        origin: None,
        showing: Showing::Token,
        limits: LIMITS,
    };
    let gateway = MoovGateway::new(platform, world.names()).unwrap();
    let outcome = pay(&gateway, world.remittance(2).await).await;
    assert_eq!(outcome, Outcome::NotSent(engine::NotSent::Unauthorised));
    assert_eq!(refusing.seen().len(), 1, "nothing but the token was asked for");
    assert_eq!(script.seen().len(), 2);
}
