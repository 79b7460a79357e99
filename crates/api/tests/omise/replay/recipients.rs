use serde_json::json;

use super::{Capture, YEARS_OF_HISTORY};
use crate::sandbox::{Opening, Sandbox, id};

const DUA: &str = "recp_test_59uuqzsagk159pa08gc";

#[tokio::test]
async fn a_recipient_of_2017_from_first_to_last() {
    let sandbox = Sandbox::open_at("2017-11-04T12:58:05Z").await;
    let made = id(&Capture::elixir("recipient/create_recipient").replayed(&sandbox).await);
    for name in ["update_recipient", "destroy_recipient"] {
        let capture = Capture::elixir(&format!("recipient/{name}"));
        capture.naming(DUA, &made).replayed(&sandbox).await;
    }
    Capture::elixir("recipient/search_recipients").replayed(&sandbox).await;
}

#[tokio::test]
async fn verified_recipients_of_2017() {
    let opening = Opening {
        now: "2016-08-31T05:22:15Z",
        email: "m.mantastyle@gmail.com",
        balance: 0,
        ..Opening::default()
    };
    let sandbox = Sandbox::open_as(opening, |_| ()).await;
    let mut last = String::new();
    for (at, name, email, tax_id, brand) in [
        ("2016-10-02T05:37:00Z", "Omega", "omega@gmail.com", "1212312121", "tmb"),
        ("2016-10-02T06:08:37Z", "Mary Elizabeth Winstead", "mary@omise.co", "", "bnp"),
    ] {
        sandbox.advance(at).await;
        let body = json!({
            "type": "individual", "name": name, "email": email, "description": "",
            "tax_id": tax_id,
            "bank_account": {"brand": brand, "number": "1234567890", "name": name},
        });
        last = id(&sandbox.post("/recipients", body).await);
        sandbox.patch(&format!("/recipients/{last}/verify"), json!({})).await;
    }
    Capture::elixir("recipient/retrieve_recipient")
        .naming("recp_test_55j2lryr9wfpxm5c7js", &last)
        .replayed(&sandbox)
        .await;
    let list = sandbox.get("/recipients").await;
    let path = format!("/recipients/{}", id(&list["data"][0]));
    sandbox.patch(&path, json!({"name": "The A-Team", "tax_id": ""})).await;
    Capture::elixir("recipient/list_recipients")
        .but("/total", 3, YEARS_OF_HISTORY)
        .replayed(&sandbox)
        .await;
}

#[tokio::test]
async fn recipients_of_2019() {
    let opening = Opening {
        now: "2025-01-13T02:42:11Z",
        email: "rossukhon.l@opn.ooo",
        balance: 0,
        ..Opening::default()
    };
    let sandbox = Sandbox::open_as(opening, |_| ()).await;
    let list =
        Capture::php("api.omise.co/recipients-get").is(&sandbox.ask().get("/recipients").await);
    let path = format!("/recipients/{}", id(&list["data"][0]));
    let captured = "api.omise.co/recipients/recp_test_62e6vi6h2cnhukcqr13";
    Capture::php(&format!("{captured}-get")).is(&sandbox.ask().get(&path).await);
    let change = json!({
        "name": "Nuttanon Tra", "email": "nam@omise.co", "description": "Another description"
    });
    let changed = sandbox.ask().send("PATCH", &path, Some(change)).await;
    Capture::php(&format!("{captured}-patch")).is(&changed);

    let body = json!({
        "name": "Nuttanon T", "email": "nam@omise.co", "type": "individual",
        "description": "Nuttanon T's account",
        "bank_account": {"brand": "scb", "number": "1234567890", "name": "Nuttanon T"},
    });
    let answered = sandbox.ask().post("/recipients", body).await;
    let made = Capture::php("api.omise.co/recipients-post").is(&answered);
    let path = format!("/recipients/{}", id(&made));
    let gone = sandbox.ask().send("DELETE", &path, None).await;
    Capture::php("api.omise.co/recipients/recp_test_6344pqu147cx38i3mm1-delete").is(&gone);
}
