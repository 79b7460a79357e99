use serde_json::json;

use super::Capture;
use crate::sandbox::{Opening, Sandbox, id};

async fn open(now: &str) -> Sandbox {
    let balance = 100_000_000;
    Sandbox::open_as(Opening { now, balance, ..Opening::default() }, |_| ()).await
}

#[tokio::test]
async fn transfers_of_2017_to_the_default_recipient_and_to_another() {
    let sandbox = open("2017-11-04T14:28:21Z").await;
    let body = json!({
        "type": "individual", "name": "Margot Robbie",
        "bank_account": {"brand": "lhb", "number": "1234567890", "name": "Margot Robbie"},
    });
    let margot = id(&sandbox.post("/recipients", body).await);
    sandbox.patch(&format!("/recipients/{margot}/verify"), json!({})).await;
    Capture::elixir("transfer/create_transfer_to_default_recipient").replayed(&sandbox).await;
    let made = Capture::elixir("transfer/create_transfer_to_third_party_recipient")
        .naming("recp_test_55j2lebbrscmwwdh9gm", &margot)
        .replayed(&sandbox)
        .await;
    for name in ["update_transfer", "destroy_transfer"] {
        let capture = Capture::elixir(&format!("transfer/{name}"));
        capture.naming("trsf_test_59uvmrtx6v57s2xrvh4", &id(&made)).replayed(&sandbox).await;
    }
}

#[tokio::test]
async fn transfers_of_2017_are_read_and_listed() {
    let sandbox = open("2017-10-02T07:32:50Z").await;
    sandbox.post("/transfers", json!({"amount": 50_000})).await;
    let paid = id(&sandbox.post("/transfers", json!({"amount": 100_000})).await);
    for mark in ["mark_as_sent", "mark_as_paid"] {
        sandbox.post(&format!("/transfers/{paid}/{mark}"), json!({})).await;
    }
    Capture::elixir("transfer/retrieve_transfer")
        .naming("trsf_test_59hzc6ttkz93cztqbgk", &paid)
        .replayed(&sandbox)
        .await;
    Capture::elixir("transfer/list_transfers").replayed(&sandbox).await;
}

#[tokio::test]
async fn a_transfer_of_2019_from_first_to_last() {
    let sandbox = open("2025-03-20T10:15:35Z").await;
    let answered = sandbox.ask().post("/transfers", json!({"amount": 100_000})).await;
    let made = Capture::php("api.omise.co/transfers-post").is(&answered);
    let path = format!("/transfers/{}", id(&made));
    let captured = "api.omise.co/transfers/trsf_test_6344mzlz6y6nbeiaoxv";
    Capture::php(&format!("{captured}-get")).is(&sandbox.ask().get(&path).await);
    Capture::php("api.omise.co/transfers-get").is(&sandbox.ask().get("/transfers").await);
    let stale = "the captured net is that of the amount before";
    let changed = sandbox.ask().send("PATCH", &path, Some(json!({"amount": 5_000}))).await;
    Capture::php(&format!("{captured}-patch")).but("/net", 2_000, stale).is(&changed);
    let gone = sandbox.ask().send("DELETE", &path, None).await;
    Capture::php(&format!("{captured}-delete")).but("/net", 2_000, stale).is(&gone);
}
