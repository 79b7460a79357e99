use serde_json::{Value, json};

use super::{Capture, PAID, YEARS_OF_HISTORY, adele, john_doe, token};
use crate::sandbox::{Sandbox, id};

const MORNING: &str = "2017-11-04T06:36:07Z";
const ADELE: &str = "cust_test_59ur2ob5ltcsl9vjwb4";

#[tokio::test]
async fn charges_of_2017_by_customer_and_by_token() {
    let sandbox = Sandbox::open_at(MORNING).await;
    let customer = adele(&sandbox).await;
    let (key, card) = (id(&customer), customer["default_card"].as_str().unwrap());
    Capture::elixir("charge/create_charge_with_customer")
        .naming(ADELE, &key)
        .replayed(&sandbox)
        .await;
    Capture::elixir("charge/create_charge_with_customer_and_card")
        .naming(ADELE, &key)
        .naming("card_test_59ur2aloj4ofih2m8ct", card)
        .replayed(&sandbox)
        .await;
    Capture::elixir("charge/search_charges")
        .but("/data", oldest_first(), "captured newest first, though it says otherwise")
        .replayed(&sandbox)
        .await;
    let used = john_doe(&sandbox).await;
    for (name, token) in [
        ("create_charge_with_token", "tokn_test_59uscaeyd5kfjg8czrh"),
        ("create_charge_with_used_token", "tokn_test_59usgcsw7es0ilk0514"),
    ] {
        let capture = Capture::elixir(&format!("charge/{name}"));
        capture.naming(token, &used).replayed(&sandbox).await;
    }
    for name in ["invalid_amount", "invalid_currency", "invalid_token"] {
        let capture = Capture::elixir(&format!("charge/create_charge_with_{name}"));
        capture.naming(ADELE, &key).replayed(&sandbox).await;
    }
}

/// The captured search, oldest first.
fn oldest_first() -> Value {
    let mut data = Capture::elixir("charge/search_charges").shown()["data"].clone();
    data.as_array_mut().unwrap().reverse();
    data
}

#[tokio::test]
async fn a_charge_of_2017_is_captured_whole_and_in_part() {
    let sandbox = Sandbox::open_at(MORNING).await;
    for (name, authorization_type, capture_amount) in [
        ("capture_charge", json!(null), json!(null)),
        ("capture_charge_partial", json!("pre_auth"), json!(3_000)),
    ] {
        let body = json!({
            "amount": 50_000, "card": john_doe(&sandbox).await, "capture": false,
            "authorization_type": authorization_type,
        });
        let charge = sandbox.post("/charges", body).await;
        Capture::elixir(&format!("charge/{name}"))
            .naming("chrg_test_59usgo8ll198f7473cs", &id(&charge))
            .sending(json!({"capture_amount": capture_amount}))
            .replayed(&sandbox)
            .await;
    }
}

#[tokio::test]
async fn a_charge_of_2017_is_read_listed_and_described() {
    let sandbox = Sandbox::open_at(MORNING).await;
    let body = json!({"amount": 450_000, "card": john_doe(&sandbox).await});
    let charge = id(&sandbox.post("/charges", body).await);
    for name in ["retrieve_charge", "update_charge"] {
        let capture = Capture::elixir(&format!("charge/{name}"));
        capture.naming("chrg_test_59ur0ja5pn1aywe2czq", &charge).replayed(&sandbox).await;
    }
    for _ in 0..2 {
        let body = json!({"amount": 50_000, "card": john_doe(&sandbox).await});
        sandbox.post("/charges", body).await;
    }
    Capture::elixir("charge/list_charges")
        .but("/total", 3, YEARS_OF_HISTORY)
        .replayed(&sandbox)
        .await;
}

#[tokio::test]
async fn a_charge_of_2017_is_reversed_unless_it_was_captured() {
    let sandbox = Sandbox::open_at(MORNING).await;
    for (name, captured, capture) in [
        ("reverse_uncaptured_charge", "chrg_test_59usn68i08xgf6fcarq", false),
        ("reverse_captured_charge", "chrg_test_556qgv7yxa759kavn8v", true),
    ] {
        let card = john_doe(&sandbox).await;
        let body = json!({"amount": 50_000, "card": card, "capture": capture});
        let charge = id(&sandbox.post("/charges", body).await);
        let replay = Capture::elixir(&format!("charge/{name}")).naming(captured, &charge);
        replay.replayed(&sandbox).await;
    }
}

#[tokio::test]
async fn refunds_of_2017() {
    let sandbox = Sandbox::open_at("2017-10-01T00:00:00Z").await;
    let charge = async || {
        let body = json!({"amount": 50_000, "card": john_doe(&sandbox).await});
        id(&sandbox.post("/charges", body).await)
    };
    for (day, amount) in [(1, 10_000), (2, 10_000), (3, 10_000), (8, 5_000), (9, 5_000)] {
        let path = format!("/charges/{}/refunds", charge().await);
        sandbox.advance(&format!("2017-10-{:02}T05:43:18Z", day + 2)).await;
        sandbox.post(&path, json!({"amount": amount})).await;
    }
    let captured = "chrg_test_59use551gec8gaockk7";
    let charge = charge().await;
    sandbox.advance("2017-11-04T09:36:45Z").await;
    let refund = Capture::elixir("charge/refund_charge").naming(captured, &charge);
    let refund = id(&refund.replayed(&sandbox).await);
    for name in ["charge/retrieve_refund", "charge/list_refunds", "refund/list_refunds"] {
        Capture::elixir(name)
            .naming(captured, &charge)
            .naming("rfnd_test_59uss4fpv3otofm2ri1", &refund)
            .replayed(&sandbox)
            .await;
    }
}

async fn zin(sandbox: &Sandbox) -> String {
    let card = json!({
        "name": "Zin Kyaw Kyaw", "number": PAID, "security_code": "123", "expiration_month": 11,
        "expiration_year": 2027, "city": "Bangkok", "postal_code": "10320",
    });
    id(&sandbox.post("/customers", json!({"card": token(sandbox, card).await})).await)
}

#[tokio::test]
async fn a_charge_of_2019_is_authorised_read_described_and_refunded() {
    let sandbox = Sandbox::open_at("2025-03-20T09:24:15Z").await;
    let customer = zin(&sandbox).await;
    let order = |authorization_type: Value| {
        json!({
            "amount": 100_000, "currency": "thb", "customer": customer, "ip": "127.0.0.1",
            "description": "Order-123", "capture": false,
            "authorization_type": authorization_type,
        })
    };
    let captured = "api.omise.co/charges/chrg_test_63444wyfsg4mtvvck1z";
    let answered = sandbox.ask().post("/charges", order(Value::Null)).await;
    let charge = Capture::php("api.omise.co/charges-post").is(&answered);
    let path = format!("/charges/{}", id(&charge));
    Capture::php(&format!("{captured}-get")).is(&sandbox.ask().get(&path).await);
    let change = json!({"description": "Another description"});
    let changed = sandbox.ask().send("PATCH", &path, Some(change)).await;
    Capture::php(&format!("{captured}-patch")).is(&changed);
    let reversed = sandbox.post("/charges", order(Value::Null)).await;
    let reversed = format!("/charges/{}/reverse", id(&reversed));
    let reversed = sandbox.ask().post(&reversed, json!({})).await;
    Capture::php(&format!("{captured}/reverse-post")).is(&reversed);

    let part = sandbox.post("/charges", order("pre_auth".into())).await;
    let part = format!("/charges/{}/capture", id(&part));
    let part = sandbox.ask().post(&part, json!({"capture_amount": 50_000})).await;
    Capture::php(&format!("{captured}/capture-post")).is(&part);

    sandbox.post(&format!("{path}/capture"), json!({})).await;
    let refunds = format!("{path}/refunds");
    let answered = sandbox.ask().post(&refunds, json!({"amount": 10_000})).await;
    let refund = Capture::php(&format!("{captured}/refunds-post")).is(&answered);
    Capture::php(&format!("{captured}/refunds/rfnd_test_63444yucggg93yxa027-get"))
        .is(&sandbox.ask().get(&format!("{refunds}/{}", id(&refund))).await);
}

#[tokio::test]
async fn a_list_of_charges_of_2019() {
    let mut capture = Capture::php("api.omise.co/charges-get");
    let sandbox = Sandbox::open_at("2025-01-15T00:00:00Z").await;
    let made = charge_like(&sandbox, capture.shown()["data"].as_array().unwrap()).await;
    sandbox.advance("2025-03-20T09:24:15Z").await;
    let total = made.len();
    capture = capture.but("/data", made, NO_SOURCES);
    capture.but("/total", total, YEARS_OF_HISTORY).is(&sandbox.ask().get("/charges").await);
}

pub(super) const NO_SOURCES: &str = "sources and disputes are not built, nor what a payer does \
     on a page for 3-D Secure, nor who issued a card; and a UnionPay number failed that is not \
     published";

/// Numbers that are none of the published ones; their holders passed 3-D Secure.
const ENROLLED_VISA: &str = "4111111111070002";
const ENROLLED_MASTERCARD: &str = "5555551111040002";

/// Charges cards as captured charges were, one after the other in time, and tells what
/// of the captured is to be seen.
pub(super) async fn charge_like(sandbox: &Sandbox, captured: &[Value]) -> Vec<Value> {
    let mut captured: Vec<Value> = captured.to_vec();
    captured.retain(|charge| {
        charge["source"].is_null()
            && charge["dispute"].is_null()
            && charge["card"]["last_digits"] != "0055"
    });
    captured.sort_by_key(|charge| charge["created_at"].to_string());
    for charge in &mut captured {
        sandbox.advance(charge["created_at"].as_str().unwrap()).await;
        let mut body = json!({"card": token(sandbox, card_like(&charge["card"])).await});
        let mut customer = Value::Null;
        if !charge["customer"].is_null() {
            customer = sandbox.post("/customers", body).await;
            body = json!({"customer": customer["id"]});
        }
        for name in ["amount", "currency", "description", "metadata", "return_uri", "capture", "ip"]
        {
            body[name] = charge[name].clone();
        }
        body["authorization_type"] = charge["authorization_type"].clone();
        let made = sandbox.post("/charges", body).await;
        if charge["capture"] == false && charge["paid"] == true {
            let part = json!({"capture_amount": charge["captured_amount"]});
            sandbox.post(&format!("/charges/{}/capture", id(&made)), part).await;
        }
        if charge["card"]["deleted"] == true {
            let card = &customer["cards"]["data"][0]["location"];
            sandbox.delete(card.as_str().unwrap()).await;
        }
        charge["authorize_uri"] = Value::Null;
        charge["card"]["financing"] = "".into();
        charge["card"]["bank"] = "".into();
    }
    captured
}

/// A card to be typed in, like a captured one.
fn card_like(shown: &Value) -> Value {
    let number = match (shown["brand"].as_str(), shown["last_digits"].as_str()) {
        (Some("Visa"), Some("0002")) => ENROLLED_VISA,
        (Some("MasterCard"), Some("0002")) => ENROLLED_MASTERCARD,
        (Some("Visa"), Some("0011")) => "4111111111140011",
        (_, Some("4242")) => PAID,
        other => panic!("{other:?}"),
    };
    let mut card = json!({"number": number, "security_code": "123"});
    for name in ["name", "expiration_month", "expiration_year", "city", "postal_code", "country"] {
        card[name] = shown[name].clone();
    }
    card
}
