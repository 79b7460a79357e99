use serde_json::{Value, json};

use crate::sandbox::{OPENING, Sandbox, captured, id, keys, only};

const PAID: &str = "4242424242424242";
const SHORT_OF_FUNDS: &str = "4111111111140011";

const STATE: [&str; 7] =
    ["status", "authorized", "capturable", "reversible", "paid", "refundable", "net"];

async fn authorised(sandbox: &Sandbox) -> String {
    let card = sandbox.token(PAID).await;
    let body = json!({"amount": 100_000, "currency": "THB", "card": card, "capture": 0});
    id(&sandbox.post("/charges", body).await)
}

#[tokio::test]
async fn a_charge_of_a_customers_default_card_succeeds_and_looks_as_captured() {
    let sandbox = Sandbox::open().await;
    let customer = sandbox.customer().await;
    let body = json!({"amount": 100_000, "currency": "thb", "customer": customer, "ip": "127.0.0.1",
        "description": "Order-123"});
    let charge = sandbox.post("/charges", body).await;
    let shown = captured("2019-05-29/php/api.omise.co/charges-post.json");
    assert_eq!(keys(&charge), keys(&shown));
    assert_eq!(
        only(&charge, &STATE),
        json!({
            "status": "successful", "authorized": true, "capturable": false, "reversible": false,
            "paid": true, "refundable": true, "net": 96_094
        })
    );
    assert_eq!(
        only(&charge, &["customer", "ip", "return_uri", "fee", "fee_vat", "expires_at"]),
        json!({
            "customer": customer, "ip": "127.0.0.1", "return_uri": null, "fee": 3_650,
            "fee_vat": 256, "expires_at": "2025-03-27T09:00:00Z"
        })
    );
    let balance = sandbox.get("/balance").await;
    assert_eq!(balance["total"], OPENING + 96_094);

    let path = charge["location"].as_str().unwrap();
    let then = sandbox.ask_2017().get(path).await.ok();
    let shown = captured("2017-11-02/elixir/charge/create_charge_with_customer.json");
    assert_eq!(keys(&then), keys(&shown));
    assert_eq!(keys(&then["card"]), keys(&shown["card"]));
    assert_eq!(then["transaction"], charge["transaction"]);
}

#[tokio::test]
async fn listed_charges_tell_what_was_authorised_and_captured() {
    let sandbox = Sandbox::open().await;
    authorised(&sandbox).await;
    let list = sandbox.get("/charges").await;
    let shown = captured("2019-05-29/php/api.omise.co/charges-get.json");
    assert_eq!(keys(&list), keys(&shown));
    assert_eq!(keys(&list["data"][0]), keys(&shown["data"][0]));
    assert_eq!((&list["total"], &list["location"]), (&json!(1), &json!("/charges")));
}

#[tokio::test]
async fn a_refused_charge_is_an_answer_and_not_an_error() {
    let sandbox = Sandbox::open().await;
    let card = sandbox.token(SHORT_OF_FUNDS).await;
    let charge = sandbox.post("/charges", json!({"amount": 80_245, "card": card})).await;
    assert_eq!(
        only(&charge, &["status", "failure_code", "failure_message", "transaction", "paid"]),
        json!({
            "status": "failed", "failure_code": "insufficient_fund",
            "failure_message":
                "insufficient funds in the account or the card has reached the credit limit",
            "transaction": null, "paid": false
        })
    );
}

#[tokio::test]
async fn wrong_charges_are_refused_in_the_captured_words() {
    let sandbox = Sandbox::open().await;
    let customer = sandbox.customer().await;
    let with = |more: Value| {
        let mut body = json!({"amount": 50_000, "currency": "thb", "customer": customer});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    for (body, path) in [
        (with(json!({"amount": 10})), "create_charge_with_invalid_amount"),
        (with(json!({"currency": "invalid"})), "create_charge_with_invalid_currency"),
        (
            with(json!({"customer": null, "card": "invalid_token"})),
            "create_charge_with_invalid_token",
        ),
    ] {
        let shown = captured(&format!("2017-11-02/elixir/charge/{path}.json"));
        let answered = sandbox.ask().post("/charges", body).await;
        assert_eq!(answered.body.to_string(), shown.to_string(), "{path}");
    }
    let cases = [
        (json!({"currency": "xyz"}), "invalid_charge", "currency is currently not supported"),
        (
            json!({"currency": "invalid", "amount": "ten"}),
            "invalid_charge",
            "currency is currently not supported and amount is not a number",
        ),
        (json!({"source": "src_test_1"}), "bad_request", "type is currently not supported"),
        (json!({"customer": null}), "missing_card", "request contains no card parameters"),
    ];
    for (more, code, message) in cases {
        sandbox.ask().post("/charges", with(more)).await.is_refused(400, code, message);
    }
    assert_eq!(sandbox.get("/charges").await["total"], 0);
}

#[tokio::test]
async fn an_authorised_charge_is_captured_once() {
    let sandbox = Sandbox::open().await;
    let path = format!("/charges/{}", authorised(&sandbox).await);
    let pending = sandbox.get(&path).await;
    assert_eq!(
        only(&pending, &STATE),
        json!({
            "status": "pending", "authorized": true, "capturable": true, "reversible": true,
            "paid": false, "refundable": false, "net": 96_094
        })
    );
    let captured = sandbox.post(&format!("{path}/capture"), json!({})).await;
    assert_eq!(
        only(&captured, &["status", "paid", "capture", "funding_amount"]),
        json!({"status": "successful", "paid": true, "capture": false, "funding_amount": 100_000})
    );
    let again = sandbox.ask().post(&format!("{path}/capture"), json!({})).await;
    again.is_refused(400, "failed_capture", "charge was already captured");
}

#[tokio::test]
async fn a_part_of_a_charge_is_captured_as_it_was_captured() {
    let sandbox = Sandbox::open().await;
    let card = sandbox.token(PAID).await;
    let body = json!({
        "amount": 100_000, "card": card, "capture": false, "authorization_type": "pre_auth"
    });
    let charge = sandbox.post("/charges", body).await;
    let path = format!("/charges/{}/capture", id(&charge));
    let part = sandbox.post(&path, json!({"capture_amount": 50_000})).await;
    let shown = captured(
        "2019-05-29/php/api.omise.co/charges/chrg_test_63444wyfsg4mtvvck1z/capture-post.json",
    );
    assert_eq!(keys(&part), keys(&shown));
    let fields = [
        "amount",
        "authorization_type",
        "authorized_amount",
        "captured_amount",
        "net",
        "fee",
        "fee_vat",
        "funding_amount",
        "status",
        "capturable",
        "refundable",
    ];
    assert_eq!(only(&part, &fields), only(&shown, &fields));
}

#[tokio::test]
async fn only_authorised_charges_are_reversed() {
    let sandbox = Sandbox::open().await;
    let path = format!("/charges/{}", authorised(&sandbox).await);
    let reversed = sandbox.post(&format!("{path}/reverse"), json!({})).await;
    assert_eq!(
        only(&reversed, &["status", "reversed", "reversible", "reversed_at"]),
        json!({
            "status": "reversed", "reversed": true, "reversible": false,
            "reversed_at": "2025-03-20T09:00:00Z"
        })
    );
    let again = sandbox.ask().post(&format!("{path}/reverse"), json!({})).await;
    let shown = captured("2017-11-02/elixir/charge/reverse_captured_charge.json");
    assert_eq!(again.body.to_string(), shown.to_string());
}

#[tokio::test]
async fn a_charge_that_lapsed_says_so_and_cannot_be_captured() {
    let sandbox = Sandbox::open().await;
    let path = format!("/charges/{}", authorised(&sandbox).await);
    sandbox.advance("2025-03-28T00:00:00Z").await;
    assert_eq!(
        only(&sandbox.get(&path).await, &["status", "expired", "expired_at", "capturable"]),
        json!({
            "status": "expired", "expired": true, "expired_at": "2025-03-27T09:00:00Z",
            "capturable": false
        })
    );
    let late = sandbox.ask().post(&format!("{path}/capture"), json!({})).await;
    late.is_refused(400, "expired_charge", "charge expired");
}

#[tokio::test]
async fn a_pending_charge_is_expired_paid_or_failed_by_hand() {
    let sandbox = Sandbox::open().await;
    for (action, body, expected) in [
        ("expire", json!({}), json!({"status": "expired", "failure_code": null})),
        ("mark_as_paid", json!({}), json!({"status": "successful", "failure_code": null})),
        (
            "mark_as_failed",
            json!({"failure_code": "payment_rejected"}),
            json!({"status": "failed", "failure_code": "payment_rejected"}),
        ),
    ] {
        let path = format!("/charges/{}/{action}", authorised(&sandbox).await);
        let charge = sandbox.post(&path, body).await;
        assert_eq!(only(&charge, &["status", "failure_code"]), expected, "{action}");
        assert_eq!(sandbox.ask().post(&path, json!({})).await.status, 400, "{action}");
    }
    let path = format!("/charges/{}/mark_as_failed", authorised(&sandbox).await);
    sandbox.ask().post(&path, json!({"failure_code": "whim"})).await.is_refused(
        400,
        "bad_request",
        "failure_code is not supported",
    );
}

#[tokio::test]
async fn a_charges_description_and_metadata_change() {
    let sandbox = Sandbox::open().await;
    let path = format!("/charges/{}", authorised(&sandbox).await);
    let change = json!({"description": "Another description", "metadata": {"order": 7}});
    let changed = sandbox.patch(&path, change).await;
    assert_eq!(
        only(&changed, &["description", "metadata", "status"]),
        json!({
            "description": "Another description", "metadata": {"order": 7}, "status": "pending"
        })
    );
}

#[tokio::test]
async fn the_same_idempotency_key_charges_once() {
    let sandbox = Sandbox::open().await;
    let customer = sandbox.customer().await;
    let body = json!({"amount": 50_000, "customer": customer});
    let ask = || sandbox.ask().header("Idempotency-Key", "order-7");
    let one = ask().post("/charges", body.clone()).await.ok();
    let again = ask().post("/charges", body).await.ok();
    assert_eq!(one, again);
    assert_eq!(sandbox.get("/charges").await["total"], 1);
}

#[tokio::test]
async fn a_key_that_comes_back_with_another_payment_is_refused_however_late() {
    let sandbox = Sandbox::open().await;
    let customer = sandbox.customer().await;
    let ask = || sandbox.ask().header("Idempotency-Key", "order-7");
    let body = |amount: i64| json!({"amount": amount, "customer": customer});
    let first = ask().post("/charges", body(50_000)).await.ok();
    sandbox.advance("2025-03-22T00:00:00Z").await;
    let used = "Idempotency-Key was used for a different request";
    ask().post("/charges", body(60_000)).await.is_refused(422, "bad_request", used);
    let token = json!({"amount": 50_000, "card": sandbox.token("4242424242424242").await});
    ask().post("/charges", token).await.is_refused(422, "bad_request", used);
    let transfer = json!({"amount": 50_000});
    ask().post("/transfers", transfer).await.is_refused(422, "bad_request", used);
    assert_eq!(ask().post("/charges", body(50_000)).await.ok()["id"], first["id"]);
    assert_eq!(sandbox.get("/charges").await["total"], 1);
}

#[tokio::test]
async fn an_authorisation_lapses_later_than_it_is_made() {
    let sandbox = Sandbox::open().await;
    let customer = sandbox.customer().await;
    let lapsing = async |at: &str| {
        let body = json!({
            "amount": 50_000, "customer": customer, "capture": false, "expires_at": at,
        });
        sandbox.ask().post("/charges", body).await
    };
    let refused = "expires_at must be in the future";
    lapsing("2025-03-20T09:00:00Z").await.is_refused(400, "bad_request", refused);
    lapsing("0001-01-01T00:00:00Z").await.is_refused(
        400,
        "bad_request",
        "expires_at must be a date and time in the form YYYY-MM-DDThh:mm:ssZ",
    );
    lapsing("2025-03-20T09:00:01Z").await.ok();
}

#[tokio::test]
async fn expanding_shows_the_customer_and_the_transaction() {
    let sandbox = Sandbox::open().await;
    let customer = sandbox.customer().await;
    let charge = sandbox.post("/charges", json!({"amount": 50_000, "customer": customer})).await;
    let path = format!("{}?expand=true", charge["location"].as_str().unwrap());
    let shown = sandbox.get(&path).await;
    assert_eq!(shown["customer"], sandbox.get(&format!("/customers/{customer}")).await);
    assert_eq!(shown["transaction"]["key"], "charge.captured.net");
    assert_eq!(shown["transaction"]["origin"], charge["id"]);
    assert_eq!(shown["schedule"], Value::Null);
}

#[tokio::test]
async fn what_happened_to_a_charge_is_listed_and_nothing_else() {
    let sandbox = Sandbox::open().await;
    let (one, other) = (authorised(&sandbox).await, authorised(&sandbox).await);
    sandbox.post(&format!("/charges/{other}/reverse"), json!({})).await;
    sandbox.post(&format!("/charges/{one}/capture"), json!({})).await;
    let path = format!("/charges/{one}/events");
    let keys_of = |list: &Value| {
        let events = list["data"].as_array().unwrap();
        events.iter().map(|event| event["key"].clone()).collect::<Vec<_>>()
    };
    let list = sandbox.get(&path).await;
    assert_eq!(keys_of(&list), ["charge.create", "charge.capture"]);
    assert_eq!(only(&list, &["total", "location"]), json!({"total": 2, "location": path}));
    let newest = sandbox.get(&format!("{path}?order=reverse_chronological&limit=1")).await;
    assert_eq!((keys_of(&newest), &newest["total"]), (vec![json!("charge.capture")], &json!(2)));
}

#[tokio::test]
async fn a_scheduled_charge_names_its_schedule_and_expands_it() {
    let sandbox = Sandbox::open().await;
    let customer = sandbox.customer().await;
    let body = json!({
        "every": 2, "period": "day", "start_date": "2025-03-20", "end_date": "2025-05-20",
        "charge": {"customer": customer, "amount": 100_000, "description": "Membership fee"}
    });
    let schedule = sandbox.post("/schedules", body).await;
    let charge = schedule["occurrences"]["data"][0]["result"].as_str().unwrap().to_owned();
    let shown = sandbox.get(&format!("/charges/{charge}")).await;
    assert_eq!(
        only(&shown, &["schedule", "customer", "description", "status"]),
        json!({
            "schedule": schedule["id"], "customer": customer, "description": "Membership fee",
            "status": "successful"
        })
    );
    let expanded = sandbox.get(&format!("/charges/{charge}?expand=true")).await;
    assert_eq!(
        only(&expanded["schedule"], &["object", "id", "in_words"]),
        json!({"object": "schedule", "id": schedule["id"], "in_words": "Every 2 day(s)"})
    );
}
