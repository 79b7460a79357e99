use serde_json::{Value, json};

use super::monthly;
use crate::sandbox::{Sandbox, captured, id, keys, only};

const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn a_schedule_that_starts_today_has_run_when_the_answer_comes() {
    let sandbox = Sandbox::open().await;
    let customer = sandbox.customer().await;
    let body = json!({
        "every": 2, "period": "day", "start_date": "2025-03-20", "end_date": "2025-05-20",
        "charge": {"customer": customer, "amount": 100_000, "description": "Membership fee"},
    });
    let schedule = sandbox.post("/schedules", body).await;
    let shown = captured("2019-05-29/php/api.omise.co/schedules-post.json");
    assert_eq!(keys(&schedule), keys(&shown));
    assert_eq!(keys(&schedule["charge"]), keys(&shown["charge"]));
    assert_eq!(keys(&schedule["occurrences"]), keys(&shown["occurrences"]));
    let occurrence = &schedule["occurrences"]["data"][0];
    assert_eq!(keys(occurrence), keys(&shown["occurrences"]["data"][0]));
    assert_eq!(
        only(occurrence, &["status", "message", "scheduled_on", "retry_on", "schedule"]),
        json!({
            "status": "successful", "message": null, "scheduled_on": "2025-03-20",
            "retry_on": null, "schedule": schedule["id"]
        })
    );
    assert_eq!(schedule["next_occurrences_on"], shown["next_occurrences_on"]);
    assert_eq!(
        only(&schedule, &["in_words", "on", "status", "active", "deleted", "ended_at"]),
        json!({
            "in_words": "Every 2 day(s)", "on": {}, "status": "running", "active": true,
            "deleted": false, "ended_at": null
        })
    );
    let charge = sandbox.get(&format!("/charges/{}", occurrence["result"].as_str().unwrap())).await;
    assert_eq!(
        only(&charge, &["amount", "status", "schedule", "customer", "description"]),
        json!({
            "amount": 100_000, "status": "successful", "schedule": schedule["id"],
            "customer": customer, "description": "Membership fee"
        })
    );
}

#[tokio::test]
async fn json_rails_and_php_make_the_same_schedule() {
    let sandbox = Sandbox::open().await;
    let customer = sandbox.customer().await;
    let json = monthly(&customer, &json!({"on": {"days_of_month": [1, 16]}}));
    let expected = sandbox.post("/schedules", json).await;
    let rest = format!(
        "every=1&period=month&start_date=2025-03-21&end_date=2025-06-30&charge[customer]={customer}\
         &charge[amount]=100000&charge[description]=Membership+fee"
    );
    for on in [
        "on[days_of_month][]=1&on[days_of_month][]=16",
        "on%5Bdays_of_month%5D%5B0%5D=1&on%5Bdays_of_month%5D%5B1%5D=16",
    ] {
        let body = format!("{on}&{rest}");
        let made = sandbox.ask().send_as("POST", "/schedules/", FORM, body).await.ok();
        let told = ["on", "in_words", "start_on", "end_on", "next_occurrences_on"];
        assert_eq!(only(&made, &told), only(&expected, &told));
        let told = ["amount", "currency", "customer", "card", "default_card", "description"];
        assert_eq!(only(&made["charge"], &told), only(&expected["charge"], &told));
    }
}

#[tokio::test]
async fn the_version_of_2017_answers_in_its_own_words() {
    let sandbox = Sandbox::open().await;
    let customer = sandbox.customer().await;
    let answered = sandbox.ask_2017().post("/schedules", monthly(&customer, &json!({}))).await;
    assert_eq!(answered.version.as_deref(), Some("2017-11-02"));
    let schedule = answered.ok();
    let shown = captured("2017-11-02/elixir/schedule/create_charge_schedule.json");
    assert_eq!(keys(&schedule), keys(&shown));
    assert_eq!(keys(&schedule["charge"]), keys(&shown["charge"]));
    assert_eq!(
        only(&schedule, &["status", "start_date", "end_date", "next_occurrence_dates"]),
        json!({
            "status": "active", "start_date": "2025-03-21", "end_date": "2025-06-30",
            "next_occurrence_dates": ["2025-03-31", "2025-04-30", "2025-05-31", "2025-06-30"]
        })
    );
    assert_eq!(schedule["charge"]["card"], Value::Null);
}

#[tokio::test]
async fn a_transfer_is_of_an_amount_or_a_share_or_everything() {
    let sandbox = Sandbox::open().await;
    let recipients = sandbox.get("/recipients").await;
    let default = id(&recipients["data"][0]);
    for (transfer, shown) in [
        (json!({"amount": 50_000}), json!({"amount": 50_000, "percentage_of_balance": null})),
        (
            json!({"recipient": default, "percentage_of_balance": 75, "amount": 0}),
            json!({"amount": null, "percentage_of_balance": 75.0}),
        ),
        (
            json!({"percentage_of_balance": "12.5"}),
            json!({"amount": null, "percentage_of_balance": 12.5}),
        ),
        (json!({}), json!({"amount": null, "percentage_of_balance": 100.0})),
    ] {
        let body = json!({
            "every": 1, "period": "week", "on": {"weekdays": ["Friday"]},
            "start_date": "2025-03-21", "end_date": "2025-06-30", "transfer": transfer,
        });
        let schedule = sandbox.post("/schedules", body).await;
        assert_eq!(only(&schedule["transfer"], &["amount", "percentage_of_balance"]), shown);
        assert_eq!(schedule["transfer"]["recipient"], json!(default));
        assert_eq!(schedule["transfer"]["currency"], "THB");
        assert_eq!(schedule.get("charge"), None);
    }
}

#[tokio::test]
async fn what_cannot_be_scheduled_is_refused_in_words() {
    let sandbox = Sandbox::open().await;
    let customer = sandbox.customer().await;
    let other = sandbox.customer().await;
    let others_card = sandbox.get(&format!("/customers/{other}")).await["default_card"].clone();
    let charge = |more: Value| {
        let mut charge = json!({"customer": customer, "amount": 100_000});
        charge.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"charge": charge})
    };
    for (more, status, code, message) in [
        (
            json!({"on": null, "every": 0}),
            400,
            "bad_request",
            "every must be an integer from 1 to 1000 and on must be an object and on must contain one of these keys: days_of_month, weekday_of_month",
        ),
        (
            json!({"start_date": "2025-03-19"}),
            400,
            "bad_request",
            "start_date must be today or later",
        ),
        (json!({"end_date": null}), 400, "bad_request", "end_date is missing"),
        (
            json!({"start_date": "2025-04-01", "end_date": "2025-04-29"}),
            400,
            "bad_request",
            "the schedule has no date between 2025-04-01 and 2025-04-29",
        ),
        (
            json!({"charge": null}),
            400,
            "bad_request",
            "one of these keys is missing: charge, transfer",
        ),
        (
            json!({"transfer": {}}),
            400,
            "bad_request",
            "only one of these keys is allowed: charge, transfer",
        ),
        (
            json!({"charge": {}}),
            400,
            "bad_request",
            "charge [customer] is missing and charge [amount] is not a number",
        ),
        (
            charge(json!({"amount": 1_999})),
            400,
            "invalid_charge",
            "amount must be greater than or equal to 2000 (thb subunits)",
        ),
        (
            charge(json!({"currency": "sek"})),
            400,
            "invalid_charge",
            "currency is currently not supported",
        ),
        (
            charge(json!({"customer": "cust_test_missing"})),
            404,
            "not_found",
            "customer cust_test_missing was not found",
        ),
        (
            charge(json!({"card": others_card})),
            404,
            "not_found",
            &format!("card {} was not found", others_card.as_str().unwrap()),
        ),
    ] {
        let body = monthly(&customer, &more);
        sandbox.ask().post("/schedules", body).await.is_refused(status, code, message);
    }
    assert_eq!(sandbox.get("/schedules").await["total"], 0);
}

#[tokio::test]
async fn an_account_with_3_d_secure_gets_no_charge_schedules() {
    let sandbox = Sandbox::open_with(|account| account.three_d_secure = true).await;
    let customer = sandbox.customer().await;
    sandbox.ask().post("/schedules", monthly(&customer, &json!({}))).await.is_refused(
        400,
        "bad_request",
        "charge schedules are not available on an account that uses 3-D Secure",
    );
}

#[tokio::test]
async fn an_idempotency_key_makes_one_schedule() {
    let sandbox = Sandbox::open().await;
    let customer = sandbox.customer().await;
    let ask = || sandbox.ask().header("Idempotency-Key", "order-7");
    let first = ask().post("/schedules", monthly(&customer, &json!({}))).await;
    let again = ask().post("/schedules", monthly(&customer, &json!({}))).await;
    assert_eq!(first.headers.get("idempotent-replayed"), None);
    assert_eq!(again.headers["idempotent-replayed"], "true");
    assert_eq!((again.text, again.version), (first.text, first.version));
    assert_eq!(sandbox.get("/schedules").await["total"], 1);
    ask().post("/schedules", monthly(&customer, &json!({"every": 2}))).await.is_refused(
        422,
        "bad_request",
        "Idempotency-Key was used for a different request",
    );
}

#[tokio::test]
async fn a_key_that_comes_back_with_another_schedule_is_refused_however_late() {
    let sandbox = Sandbox::open().await;
    let customer = sandbox.customer().await;
    let ask = || sandbox.ask().header("Idempotency-Key", "order-7");
    let first = ask().post("/schedules", monthly(&customer, &json!({}))).await.ok();
    sandbox.advance("2025-03-23T00:00:00Z").await;
    let later = |more: &Value| {
        let mut body = monthly(&customer, &json!({"start_date": "2025-03-24"}));
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    for other in [json!({"every": 2}), json!({"charge": {"customer": customer, "amount": 5_000}})] {
        ask().post("/schedules", later(&other)).await.is_refused(
            422,
            "bad_request",
            "Idempotency-Key was used for a different request",
        );
    }
    let again = ask().post("/schedules", later(&json!({}))).await.ok();
    assert_eq!(again["id"], first["id"]);
    assert_eq!(sandbox.get("/schedules").await["total"], 1);
}

#[tokio::test]
async fn a_refusal_gives_the_idempotency_key_back() {
    let sandbox = Sandbox::open().await;
    let customer = sandbox.customer().await;
    let ask = || sandbox.ask().header("Idempotency-Key", "order-8");
    let wrong = ask().post("/schedules", monthly(&customer, &json!({"every": 0}))).await;
    assert_eq!(wrong.status, 400);
    ask().post("/schedules", monthly(&customer, &json!({}))).await.ok();
}

#[tokio::test]
async fn metadata_and_a_named_card_are_kept() {
    let sandbox = Sandbox::open().await;
    let customer = sandbox.customer().await;
    let card = sandbox.get(&format!("/customers/{customer}")).await["default_card"].clone();
    let charge = json!({
        "customer": customer, "amount": "100000", "card": card, "currency": "thb",
        "metadata": {"answer": 42, "nested": {"a": null}},
    });
    let body = monthly(&customer, &json!({"charge": charge}));
    let schedule = sandbox.post("/schedules", body).await;
    assert_eq!(
        only(&schedule["charge"], &["metadata", "card", "default_card", "currency"]),
        json!({
            "metadata": {"answer": 42, "nested": {"a": null}}, "card": card,
            "default_card": false, "currency": "THB"
        })
    );
    let path = format!("/schedules/{}?expand=true", id(&schedule));
    let expanded = sandbox.get(&path).await;
    assert_eq!(expanded["charge"]["customer"]["object"], "customer");
    assert_eq!(expanded["charge"]["card"]["object"], "card");
}
