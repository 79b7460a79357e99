//! `/kalends/v1/keys`: made, rolled, revoked.

use serde_json::{Value, json};

use crate::sandbox::{Sandbox, only};

const SEEN: [&str; 5] = ["name", "kind", "origin", "open", "expires_at"];

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap()
}

async fn listed(sandbox: &Sandbox) -> Vec<Value> {
    sandbox.get("/kalends/v1/keys").await["keys"].as_array().unwrap().clone()
}

/// Whether a key opens the account.
async fn opens(sandbox: &Sandbox, key: &str) -> bool {
    let ours = sandbox.ask_with(key).get("/kalends/v1/lane").await.status;
    let omises = sandbox.ask_with(key).get("/schedules").await.status;
    assert_eq!(ours, omises);
    ours == 200
}

#[tokio::test]
async fn a_key_is_shown_once_and_opens_until_it_is_revoked() {
    let sandbox = Sandbox::open().await;
    let made = sandbox.post("/kalends/v1/keys", json!({ "name": "Nightly job" })).await;
    let key = text(&made, "key");
    assert!(key.starts_with("kalends_test_") && key.ends_with(text(&made, "ending")), "{key}");
    let expected = json!({
        "name": "Nightly job", "kind": "secret", "origin": "made", "open": true,
        "expires_at": null,
    });
    assert_eq!(only(&made, &SEEN), expected);
    assert!(opens(&sandbox, key).await);
    let shown = listed(&sandbox).await;
    assert_eq!(shown.iter().map(|it| only(it, &SEEN)).collect::<Vec<_>>(), [expected]);
    assert!(shown.iter().all(|it| it.get("key").is_none()), "{shown:?}");

    let path = format!("/kalends/v1/keys/{}", text(&made, "id"));
    assert_eq!(sandbox.delete(&path).await["open"], false);
    assert!(!opens(&sandbox, key).await);
    let again = sandbox.ask().send("DELETE", &path, None).await;
    assert_eq!(again.status, 404);
}

#[tokio::test]
async fn a_rolled_key_opens_beside_the_new_one_for_as_long_as_was_said() {
    let sandbox = Sandbox::open().await;
    let old = sandbox.post("/kalends/v1/keys", json!({ "name": "Till" })).await;
    let roll = format!("/kalends/v1/keys/{}/roll", text(&old, "id"));
    let new = sandbox.post(&roll, json!({})).await;
    assert_eq!(new["replaces"]["id"], old["id"]);
    assert!(new["replaces"]["expires_at"].is_string());
    assert!(opens(&sandbox, text(&old, "key")).await);
    assert!(opens(&sandbox, text(&new, "key")).await);
    let last = sandbox.post(&roll, json!({ "overlap_seconds": 0 })).await;
    assert!(!opens(&sandbox, text(&old, "key")).await);
    assert!(opens(&sandbox, text(&last, "key")).await);
}

#[tokio::test]
async fn what_was_done_to_keys_is_on_record() {
    let sandbox = Sandbox::open().await;
    let made = sandbox.post("/kalends/v1/keys", json!({ "name": "Till" })).await;
    let path = format!("/kalends/v1/keys/{}", text(&made, "id"));
    let rolled = sandbox.post(&format!("{path}/roll"), json!({})).await;
    sandbox.delete(&format!("/kalends/v1/keys/{}", text(&rolled, "id"))).await;
    let audit = sandbox.get("/kalends/v1/audit").await;
    let entries = audit["audit"].as_array().unwrap().iter();
    let entries: Vec<_> = entries.map(|it| only(it, &["deed", "subject", "reason"])).collect();
    let entry = |deed, key: &Value| json!({ "deed": deed, "subject": key["id"], "reason": "Till" });
    assert_eq!(
        entries,
        [entry("revoked_key", &rolled), entry("rolled_key", &made), entry("made_key", &made)]
    );
}

#[tokio::test]
async fn a_key_needs_a_name_and_a_roll_a_sensible_overlap() {
    let sandbox = Sandbox::open().await;
    for wrong in [json!({}), json!({ "name": " " }), json!({ "name": "x".repeat(101) })] {
        let refused = sandbox.ask().post("/kalends/v1/keys", wrong).await;
        assert_eq!(refused.status, 400);
        assert_eq!(
            refused.body["detail"],
            "name must be 1 to 100 characters that say who uses the key"
        );
    }
    let made = sandbox.post("/kalends/v1/keys", json!({ "name": "Till" })).await;
    let roll = format!("/kalends/v1/keys/{}/roll", text(&made, "id"));
    let refused = sandbox.ask().post(&roll, json!({ "overlap_seconds": -1 })).await;
    assert_eq!(
        (refused.status, &refused.body["detail"]),
        (400, &json!("overlap_seconds must be 0 to 2592000 (30 days)"))
    );
    let unknown = sandbox.ask().post("/kalends/v1/keys/key_0/roll", json!({})).await;
    assert_eq!(unknown.status, 404);
}

#[tokio::test]
async fn a_public_key_neither_sees_nor_makes_keys() {
    let sandbox = Sandbox::open().await;
    assert_eq!(sandbox.ask_publicly().get("/kalends/v1/keys").await.status, 401);
    let refused = sandbox.ask_publicly().post("/kalends/v1/keys", json!({ "name": "x" })).await;
    assert_eq!(refused.status, 401);
}

#[tokio::test]
async fn a_restricted_key_opens_what_its_scopes_allow_and_nothing_else() {
    let sandbox = Sandbox::open().await;
    let asked = json!({ "name": "Reports", "scopes": ["schedules.write", "payments.read"] });
    let made = sandbox.post("/kalends/v1/keys", asked).await;
    assert_eq!(
        only(&made, &["kind", "scopes"]),
        json!({ "kind": "restricted", "scopes": ["schedules.write", "payments.read"] })
    );
    let key = text(&made, "key");
    let status = async |method: &str, path: &str| {
        sandbox.ask_with(key).send(method, path, None).await.status
    };
    assert_eq!(status("GET", "/schedules").await, 200);
    assert_eq!(status("GET", "/kalends/v1/schedules").await, 200);
    assert_eq!(status("POST", "/schedules").await, 400, "it may, and says nothing");
    assert_eq!(status("GET", "/charges").await, 200);
    let refused = sandbox.ask_with(key).post("/charges", json!({})).await;
    let told = "this key is restricted, and has not the scope payments.write";
    refused.is_refused(403, "insufficient_scope", told);
    for path in ["/kalends/v1/keys", "/kalends/v1/audit", "/kalends/v1/webhook-endpoints"] {
        assert_eq!(status("GET", path).await, 403, "{path}");
    }
}

#[tokio::test]
async fn a_restricted_key_handles_no_key_that_reaches_further_than_itself() {
    let sandbox = Sandbox::open().await;
    let scopes = json!(["keys.write", "schedules.read"]);
    let own = sandbox.post("/kalends/v1/keys", json!({ "name": "HR", "scopes": scopes })).await;
    let secret = sandbox.post("/kalends/v1/keys", json!({ "name": "Shop" })).await;
    let ask = async |method: &str, path: &str, body: Value| {
        let asked = sandbox.ask_with(text(&own, "key"));
        asked.send(method, &format!("/kalends/v1/keys{path}"), Some(body)).await.status
    };
    let made = |scope: &str| json!({ "name": "Intern", "scopes": [scope] });
    assert_eq!(ask("POST", "", made("schedules.read")).await, 200);
    assert_eq!(ask("POST", "", made("schedules.write")).await, 403);
    assert_eq!(ask("POST", "", json!({ "name": "Intern" })).await, 403);
    let of_secret = format!("/{}", text(&secret, "id"));
    assert_eq!(ask("POST", &format!("{of_secret}/roll"), json!({})).await, 403);
    assert_eq!(ask("DELETE", &of_secret, json!({})).await, 403);
    assert!(opens(&sandbox, text(&secret, "key")).await);
}

#[tokio::test]
async fn a_key_that_is_asked_for_again_is_another_and_no_secret_is_kept_to_be_shown_again() {
    let sandbox = Sandbox::open().await;
    let asked = async || {
        let asked = sandbox.ask().header("Idempotency-Key", "one");
        asked.post("/kalends/v1/keys", json!({ "name": "Till" })).await
    };
    let (first, second) = (asked().await, asked().await);
    assert_ne!(first.body["key"], second.body["key"]);
    assert_eq!(second.headers.get("idempotent-replayed"), None);
    assert_eq!(listed(&sandbox).await.len(), 2);
}

#[tokio::test]
async fn a_public_key_is_made_for_pages_and_what_a_key_cannot_be_is_refused() {
    let sandbox = Sandbox::open().await;
    let made = sandbox.post("/kalends/v1/keys", json!({ "name": "Page", "kind": "public" })).await;
    assert_eq!(made["kind"], "public");
    let public = sandbox.ask_with(text(&made, "key"));
    assert_eq!(public.get("/schedules").await.status, 401);
    for asked in [
        json!({ "name": "x", "scopes": [] }),
        json!({ "name": "x", "scopes": ["everything"] }),
        json!({ "name": "x", "scopes": "schedules.read" }),
        json!({ "name": "x", "kind": "restricted" }),
        json!({ "name": "x", "kind": "secret", "scopes": ["keys.read"] }),
        json!({ "name": "x", "kind": "royal" }),
    ] {
        let refused = sandbox.ask().post("/kalends/v1/keys", asked.clone()).await;
        assert_eq!(refused.status, 400, "{asked}");
    }
}
