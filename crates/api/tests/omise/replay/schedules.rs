use serde_json::{Value, json};

use super::{Capture, PAID, adele};
use crate::sandbox::{Opening, Sandbox, id};

/// More than enough for a quarter to be left after every share.
const PLENTY: i64 = 10_000_000_000;

async fn open(now: &str) -> Sandbox {
    let opening = Opening { now, balance: PLENTY, ..Opening::default() };
    Sandbox::open_as(opening, |_| ()).await
}

async fn payee(sandbox: &Sandbox) -> String {
    let body = json!({
        "type": "individual", "name": "Mary Elizabeth Winstead",
        "bank_account": {"brand": "bnp", "number": "1234567890", "name": "Mary"},
    });
    let payee = id(&sandbox.post("/recipients", body).await);
    sandbox.patch(&format!("/recipients/{payee}/verify"), json!({})).await;
    payee
}

#[tokio::test]
async fn a_charge_schedule_of_2017() {
    let sandbox = open("2017-11-04T13:47:24Z").await;
    Capture::elixir("schedule/create_charge_schedule")
        .naming("cust_test_59ur2ob5ltcsl9vjwb4", &id(&adele(&sandbox).await))
        .replayed(&sandbox)
        .await;
}

#[tokio::test]
async fn a_transfer_schedule_of_2017_is_made_deleted_and_listed() {
    let sandbox = open("2017-11-04T13:43:19Z").await;
    let made = Capture::elixir("schedule/create_transfer_schedule")
        .naming("recp_test_55j2lryr9wfpxm5c7js", &payee(&sandbox).await)
        .replayed(&sandbox)
        .await;
    Capture::elixir("schedule/destroy_schedule")
        .naming("schd_test_59uv6x4k6oj4swchy3c", &id(&made))
        .replayed(&sandbox)
        .await;
    Capture::elixir("transfer/list_schedules").replayed(&sandbox).await;
}

/// The captured schedule of three quarters of the balance, made of what it shows.
async fn three_quarters(sandbox: &Sandbox, shown: &Value, recipient: &str) -> Value {
    let mut body = shown.clone();
    body["transfer"] = json!({"recipient": recipient, "percentage_of_balance": 75});
    sandbox.post("/schedules", body).await
}

#[tokio::test]
async fn schedules_of_2017_are_read_and_listed_newest_first() {
    let sandbox = open("2017-10-02T07:02:26Z").await;
    let payee = payee(&sandbox).await;
    let capture = Capture::elixir("schedule/retrieve_schedule");
    let mut last = String::new();
    for _ in 0..9 {
        last = id(&three_quarters(&sandbox, capture.shown(), &payee).await);
    }
    capture.naming("schd_test_59hulv2s8cebp5davso", &last).replayed(&sandbox).await;
    Capture::elixir("schedule/list_schedules").replayed(&sandbox).await;
}

#[tokio::test]
async fn the_charge_schedules_of_2017_by_customer_and_all() {
    let sandbox = open("2017-05-30T07:25:10Z").await;
    let customer = id(&adele(&sandbox).await);
    for place in 0..18 {
        let body = json!({
            "every": 1, "period": "day", "start_date": "2017-05-30", "end_date": "2018-05-30",
            "charge": {
                "customer": customer, "amount": 10_000, "description": "Let the rain come down!"
            },
        });
        let made = id(&sandbox.post("/schedules", body).await);
        if place == 0 {
            sandbox.delete(&format!("/schedules/{made}")).await;
        }
    }
    Capture::elixir("charge/list_charge_schedules").replayed(&sandbox).await;
    Capture::elixir("customer/list_schedules")
        .naming("cust_test_55c6cjwyr9kl4rt4jso", &customer)
        .replayed(&sandbox)
        .await;
}

#[tokio::test]
async fn the_transfer_schedules_of_a_recipient_of_2017() {
    let sandbox = open("2017-07-07T12:05:58Z").await;
    let capture = Capture::elixir("recipient/list_schedules");
    let recipients = sandbox.get("/recipients").await;
    let recipient = id(&recipients["data"][0]);
    three_quarters(&sandbox, &capture.shown()["data"][0], &recipient).await;
    sandbox.advance("2017-10-02T06:55:00Z").await;
    let mut body = capture.shown()["data"][1].clone();
    body["transfer"]["recipient"] = recipient.clone().into();
    sandbox.post("/schedules", body).await;
    sandbox.advance("2017-11-04T13:12:42Z").await;
    capture.naming("recp_test_556jkf7u174ptxuytac", &recipient).replayed(&sandbox).await;
}

#[tokio::test]
async fn the_occurrences_of_2017_are_listed_and_read() {
    let sandbox = open("2017-10-02T03:38:44Z").await;
    let customer = id(&adele(&sandbox).await);
    let made = json!({
        "every": 2, "period": "day", "start_date": "2017-10-10", "end_date": "2018-10-10",
        "charge": {"customer": customer, "amount": 10_000},
    });
    let made = id(&sandbox.post("/schedules", made).await);
    sandbox.advance("2017-11-04T13:33:08Z").await;
    Capture::elixir("schedule/list_occurrences")
        .naming("schd_test_59hsm5nodt6erfvkxda", &made)
        .replayed(&sandbox)
        .await;
}

#[tokio::test]
async fn an_occurrence_of_2017_is_read() {
    let sandbox = open("2017-09-25T01:00:00Z").await;
    let customer = id(&adele(&sandbox).await);
    let made = json!({
        "every": 2, "period": "day", "start_date": "2017-09-25", "end_date": "2018-10-10",
        "charge": {"customer": customer, "amount": 10_000},
    });
    let made = id(&sandbox.post("/schedules", made).await);
    sandbox.advance("2017-09-27T01:30:02Z").await;
    let occurrences = sandbox.get(&format!("/schedules/{made}/occurrences")).await;
    Capture::elixir("occurrence/retrieve_occurrence")
        .naming("occu_test_59f0sida1ola85gf8pn", &id(&occurrences["data"][1]))
        .replayed(&sandbox)
        .await;
}

#[tokio::test]
async fn a_schedule_of_2019_that_starts_today_and_its_occurrence() {
    let sandbox = open("2025-03-20T10:07:40Z").await;
    let card = sandbox.token(PAID).await;
    let customer = sandbox.post("/customers", json!({"card": card})).await;
    let body = json!({
        "every": 2, "period": "day", "start_date": "2025-03-20", "end_date": "2025-05-20",
        "charge": {
            "customer": id(&customer), "card": customer["default_card"], "amount": 100_000,
            "description": "Membership fee",
        },
    });
    let answered = sandbox.ask().post("/schedules", body).await;
    let made = Capture::php("api.omise.co/schedules-post").is(&answered);
    let path = made["occurrences"]["data"][0]["location"].as_str().unwrap();
    Capture::php("api.omise.co/occurrences/occu_test_6344k76ztk6c26m7gmi-get")
        .is(&sandbox.ask().get(path).await);
}
