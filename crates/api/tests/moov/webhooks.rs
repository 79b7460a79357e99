//! What webhooks tell in Moov's words.

use serde_json::{Value, json};

use crate::accounts::schedules::cast::{CARD, CUSTOMER, Cast, PARTNER, transfer_with};
use crate::receiver::{Received, Receiver};
use crate::sandbox::{instant, text};
use crate::verification::verifies_at;

const TUESDAY: &str = "2026-01-06T15:00:00Z";

fn json_of(received: &Received) -> Value {
    serde_json::from_str(&received.body).unwrap()
}

#[tokio::test]
async fn a_transfer_is_told_from_its_making_to_its_arrival() {
    let cast = Cast::new().await;
    let receiver = Receiver::new().await;
    let body = json!({"url": receiver.url("/moov"), "dialect": "moov"});
    let made = cast.post("/kalends/v1/webhook-endpoints", body).await;
    let occurrence = json!({"runOn": TUESDAY, "runTransfer": transfer_with(&json!({}))});
    cast.schedule(json!({"occurrences": [occurrence]})).await;
    cast.advance("2026-01-08T18:00:00Z").await;
    cast.deliver().await;
    let received = receiver.rest().await;
    let told: Vec<Value> = received.iter().map(json_of).collect();
    let created = &told[0];
    let transfer = text(&created["data"], "transferID");
    assert_eq!(
        *created,
        json!({
            "eventID": created["eventID"], "type": "transfer.created",
            "data": {"accountID": PARTNER, "transferID": transfer, "status": "pending"},
            "createdOn": TUESDAY,
        })
    );
    let steps: Vec<_> = told[1..]
        .iter()
        .map(|it| {
            assert_eq!(it["type"], "transfer.updated");
            let source = json!({"accountID": CUSTOMER, "paymentMethodID": CARD});
            assert_eq!(it["data"]["source"], source);
            assert_eq!(it["data"]["transferID"], transfer.as_str());
            text(&it["data"], "status")
        })
        .collect();
    assert_eq!(steps, ["source.settled", "completed"]);
    let secret = text(&made, "secret");
    let now = Some(instant("2026-01-05T15:00:00Z").nanoseconds() / 1_000_000_000);
    let mut ids: Vec<_> = received.iter().map(|it| it.header("x-webhook-id")).collect();
    for it in &received {
        assert!(verifies_at("is_moov", &secret, it, now), "{it:?}");
        assert!(!verifies_at("is_moov", "another", it, now));
        assert_eq!(it.header("x-account-id"), cast.platform);
    }
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), received.len());
}

#[tokio::test]
async fn while_two_secrets_are_accepted_the_older_signs() {
    let cast = Cast::new().await;
    let receiver = Receiver::new().await;
    let body = json!({"url": receiver.url("/"), "dialect": "moov"});
    let made = cast.post("/kalends/v1/webhook-endpoints", body).await;
    let roll = format!("/kalends/v1/webhook-endpoints/{}/roll", text(&made, "id"));
    let rolled = cast.post(&roll, json!({"overlap_seconds": 60})).await;
    let occurrence = json!({"runOn": TUESDAY, "runTransfer": transfer_with(&json!({}))});
    cast.schedule(json!({"occurrences": [occurrence]})).await;
    cast.advance(TUESDAY).await;
    cast.deliver().await;
    let now = instant("2026-01-05T15:00:00Z").nanoseconds() / 1_000_000_000;
    let first = receiver.next().await;
    assert!(verifies_at("is_moov", &text(&made, "secret"), &first, Some(now)));
    receiver.rest().await;
    cast.wait_seconds(60);
    cast.advance("2026-01-08T18:00:00Z").await;
    cast.deliver().await;
    let later = receiver.next().await;
    assert!(verifies_at("is_moov", &text(&rolled, "secret"), &later, Some(now + 60)));
    assert!(!verifies_at("is_moov", &text(&rolled, "secret"), &later, Some(now + 600)));
}
