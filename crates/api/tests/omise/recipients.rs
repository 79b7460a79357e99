use serde_json::{Value, json};

use crate::sandbox::{Sandbox, captured, id, keys, only};

fn nuttanon() -> Value {
    json!({
        "name": "Nuttanon T", "email": "nam@omise.co", "type": "individual",
        "description": "Nuttanon T's account",
        "bank_account": {"brand": "scb", "number": "1234567890", "name": "Nuttanon T"},
    })
}

#[tokio::test]
async fn a_recipient_looks_as_captured_and_is_not_verified_at_first() {
    let sandbox = Sandbox::open().await;
    let recipient = sandbox.post("/recipients", nuttanon()).await;
    let mut shown = captured("2019-05-29/php/api.omise.co/recipients-post.json");
    for field in ["id", "location", "created_at"] {
        shown[field] = recipient[field].clone();
    }
    shown["bank_account"]["created_at"] = recipient["created_at"].clone();
    assert_eq!(recipient.to_string(), shown.to_string());

    let path = format!("/recipients/{}", id(&recipient));
    let then = sandbox.ask_2017().get(&path).await.ok();
    assert_eq!(keys(&then), keys(&captured("2017-11-02/elixir/recipient/create_recipient.json")));
}

#[tokio::test]
async fn a_recipient_is_verified_by_patch_and_by_post() {
    let sandbox = Sandbox::open().await;
    for method in ["PATCH", "POST"] {
        let recipient = sandbox.post("/recipients", nuttanon()).await;
        let path = format!("/recipients/{}/verify", id(&recipient));
        let verified = sandbox.ask().send(method, &path, None).await.ok();
        assert_eq!(
            only(&verified, &["verified", "active", "verified_at", "activated_at"]),
            json!({
                "verified": true, "active": true, "verified_at": "2025-03-20T09:00:00Z",
                "activated_at": "2025-03-20T09:00:00Z"
            }),
            "{method}"
        );
    }
}

#[tokio::test]
async fn another_bank_account_must_be_verified_anew_and_keeps_what_is_not_sent() {
    let sandbox = Sandbox::open().await;
    let path = format!("/recipients/{}", id(&sandbox.post("/recipients", nuttanon()).await));
    sandbox.patch(&format!("{path}/verify"), json!({})).await;
    let renamed = sandbox.patch(&path, json!({"name": "Nuttanon Tra"})).await;
    assert_eq!(
        only(&renamed, &["name", "verified"]),
        json!({"name": "Nuttanon Tra", "verified": true})
    );
    let moved = sandbox.patch(&path, json!({"bank_account": {"number": "999"}})).await;
    assert_eq!(moved["verified"], false);
    assert_eq!(
        only(&moved["bank_account"], &["account_number", "last_digits", "bank_code", "name"]),
        json!({
            "account_number": "999", "last_digits": "999", "bank_code": "scb",
            "name": "Nuttanon T"
        })
    );
}

#[tokio::test]
async fn a_wrong_recipient_is_refused_with_what_is_wrong() {
    let sandbox = Sandbox::open().await;
    sandbox.ask().post("/recipients", json!({"type": "robot"})).await.is_refused(
        400,
        "invalid_recipient",
        "name can't be blank and type must be one of these: individual, corporation",
    );
    let mut body = nuttanon();
    body["bank_account"] = json!({"brand": "piggy", "name": "N"});
    sandbox.ask().post("/recipients", body).await.is_refused(
        400,
        "invalid_bank_account",
        "brand is not included in the list and number can't be blank",
    );
}

#[tokio::test]
async fn a_deleted_recipient_is_told_and_no_longer_listed() {
    let sandbox = Sandbox::open().await;
    let recipient = sandbox.post("/recipients", nuttanon()).await;
    let path = format!("/recipients/{}", id(&recipient));
    assert_eq!(sandbox.get("/recipients").await["total"], 2);
    let gone = sandbox.delete(&path).await;
    assert_eq!((&gone["deleted"], &gone["name"]), (&json!(true), &json!("Nuttanon T")));
    assert_eq!(sandbox.get("/recipients").await["total"], 1);
    assert_eq!(sandbox.get(&path).await["deleted"], true);
}
