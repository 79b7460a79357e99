//! What omise-swift's people recorded in 2019, and partly typed in by hand.

use serde_json::{Value, json};

use super::{Capture, PAID, token};
use crate::sandbox::{Opening, Sandbox, id};

const ISSUER: &str = "who issued a number, and as what, is not known here";
const FIRST_DIGITS: &str = "omise-php's captures leave them out";
const NO_PAGE: &str = "there is no page for 3-D Secure";
const TYPED: &str = "it was typed in by hand";
const BANK_SINCE: &str = "since then a bank is told by its name";

async fn open(now: &str) -> Sandbox {
    let opening =
        Opening { now, balance: 60_102_095, email: "john.doe@example.com", ..Opening::default() };
    Sandbox::open_as(opening, |_| ()).await
}

/// A customer with the captured card.
async fn john_doe(sandbox: &Sandbox) -> Value {
    let card = json!({
        "name": "JOHN DOE", "number": PAID, "security_code": "123", "expiration_month": 5,
        "expiration_year": 2021, "city": "Bangkok", "postal_code": "10320", "country": "gb",
    });
    let body = json!({
        "email": "john.doe@example.com", "description": "",
        "card": token(sandbox, card).await,
    });
    sandbox.post("/customers", body).await
}

/// A capture whose card, at this pointer, is told as we can.
fn with_card(capture: Capture, pointer: &str) -> Capture {
    let capture = capture.but(&format!("{pointer}/financing"), "", ISSUER).but(
        &format!("{pointer}/bank"),
        "",
        ISSUER,
    );
    let first_digits = format!("{pointer}/first_digits");
    match capture.shown().pointer(&first_digits) {
        Some(_) => capture.but(&first_digits, Value::Null, FIRST_DIGITS),
        None => capture,
    }
}

/// A capture whose bank account, at this pointer, is told as it is since.
fn with_bank(pointer: &str, capture: Capture) -> Capture {
    capture.but(&format!("{pointer}/brand"), "Test Bank", BANK_SINCE).but(
        &format!("{pointer}/bank_code"),
        "test",
        BANK_SINCE,
    )
}

const MOBILE_TEAM: &str = "recp_test_5fofl6ivu23gypjeqt8";

/// The captured recipient, verified.
async fn mobile_team(sandbox: &Sandbox) -> String {
    let body = json!({
        "type": "individual", "name": "Mobile Team TH", "email": "mobile.omise+th@gmail.com",
        "description": "",
        "bank_account": {"brand": "test", "number": "1234567890", "name": "Mobile Team TH"},
    });
    let recipient = id(&sandbox.post("/recipients", body).await);
    sandbox.patch(&format!("/recipients/{recipient}/verify"), json!({})).await;
    recipient
}

async fn default_recipient(sandbox: &Sandbox) -> String {
    let list = sandbox.get("/recipients").await;
    let list = list["data"].as_array().unwrap();
    id(list.iter().find(|it| it["default"] == true).unwrap())
}

#[tokio::test]
async fn the_account_and_its_balance() {
    let sandbox = open("2017-08-08T12:59:22Z").await;
    let account = sandbox.ask().get("/account").await;
    let today = account.body["supported_currencies"].clone();
    Capture::swift("api.omise.co/account-get")
        .but("/supported_currencies", today, "Omise has added six since")
        .is(&account);
    Capture::swift("api.omise.co/balance-get").is(&sandbox.ask().get("/balance").await);
}

#[tokio::test]
async fn a_customer_and_a_card_from_first_to_last() {
    let sandbox = open("2019-05-21T10:21:20Z").await;
    let customer = john_doe(&sandbox).await;
    let body = json!({"email": "john.doe@example.com", "description": ""});
    sandbox.post("/customers", body).await;
    let path = format!("/customers/{}", id(&customer));
    let cards = "/cards/data/0";
    let captured = "api.omise.co/customers/cust_test_5fz0olfpy32zadv96ek";
    let list = sandbox.ask().get("/customers?order=reverse_chronological").await;
    with_card(Capture::swift("api.omise.co/customers-get"), "/data/1/cards/data/0").is(&list);
    with_card(Capture::swift(&format!("{captured}-get")), cards)
        .is(&sandbox.ask().get(&path).await);
    let listed = sandbox.ask().get(&format!("{path}/cards")).await;
    with_card(Capture::swift(&format!("{captured}/cards-get")), "/data/0").is(&listed);
    let card = customer["cards"]["data"][0]["location"].as_str().unwrap();
    let captured_card = format!("{captured}/cards/card_test_5fzbq7cypephj6fd3zq");
    with_card(Capture::swift(&format!("{captured_card}-get")), "")
        .is(&sandbox.ask().get(card).await);

    let change = json!({
        "email": "john.doe.the.second@example.com", "description": "John Doe (id: 30)"
    });
    let changed = sandbox.ask().send("PATCH", &path, Some(change)).await;
    with_card(Capture::swift(&format!("{captured}-patch")), cards).is(&changed);
    let change = json!({"name": "JOHN W. DOE"});
    let changed = sandbox.ask().send("PATCH", card, Some(change)).await;
    with_card(Capture::swift(&format!("{captured_card}-patch")), "").is(&changed);
    sandbox.patch(card, json!({"name": "JOHN DOE"})).await;
    let gone = sandbox.ask().send("DELETE", card, None).await;
    with_card(Capture::swift(&format!("{captured_card}-delete")), "").is(&gone);
}

#[tokio::test]
async fn a_customer_is_made_and_is_deleted() {
    let sandbox = open("2018-11-19T11:43:16Z").await;
    let card = json!({
        "name": "JOHN DOE", "number": PAID, "security_code": "123", "expiration_month": 11,
        "expiration_year": 2020, "city": "Bangkok", "postal_code": "10320", "country": "us",
    });
    let body = json!({
        "email": "john.doe@example.com", "description": "John Doe",
        "card": token(&sandbox, card).await,
    });
    let made = sandbox.ask().post("/customers", body).await;
    with_card(Capture::swift("api.omise.co/customers-post"), "/cards/data/0").is(&made);

    let customer = id(&john_doe(&sandbox).await);
    let gone = sandbox.ask().send("DELETE", &format!("/customers/{customer}"), None).await;
    let emptied = "omise-php's capture of a deletion has neither cards nor a default";
    Capture::swift("api.omise.co/customers/cust_test_5fz0olfpy32zadv96ek-delete")
        .but("/default_card", Value::Null, emptied)
        .without("/cards/data/0", emptied)
        .but("/cards/total", 0, emptied)
        .is(&gone);
}

#[tokio::test]
async fn what_is_not_there() {
    let sandbox = open("2019-05-21T10:21:20Z").await;
    let customer = john_doe(&sandbox).await;
    let body = json!({"amount": 100_000, "customer": customer["id"]});
    let charge = id(&sandbox.post("/charges", body).await);
    let customer = id(&customer);
    for (capture, path) in [
        (
            Capture::swift("api.omise.co/charges/404-get").but(
                "/message",
                "charge 404 was not found",
                TYPED,
            ),
            "/charges/404".to_owned(),
        ),
        (Capture::swift("api.omise.co/customers/404-get"), "/customers/missing".to_owned()),
        (
            Capture::swift("api.omise.co/customers/cust_test_5fz0olfpy32zadv96ek/cards/404-get")
                .but("/message", "card 404 was not found", TYPED),
            format!("/customers/{customer}/cards/404"),
        ),
        (
            Capture::swift("api.omise.co/charges/chrg_test_5frvn3hgya3qemayzrt/refunds/404-get"),
            format!("/charges/{charge}/refunds/404"),
        ),
    ] {
        let answered = sandbox.ask().get(&path).await;
        assert_eq!(answered.status, 404);
        capture
            .but("/location", "https://www.omise.co/api-errors#not-found", TODAYS_ADDRESS)
            .is(&answered);
    }
}

const TODAYS_ADDRESS: &str = "errors have been described elsewhere since";

#[tokio::test]
async fn a_charge_of_a_customer_and_all_that_it_names() {
    let sandbox = open("2019-05-22T07:10:24Z").await;
    let customer = john_doe(&sandbox).await;
    let body = json!({
        "amount": 1_000_000, "customer": customer["id"], "return_uri": "https://omise.co"
    });
    let answered = sandbox.ask().post("/charges", body).await;
    let page = Value::Null;
    let made = with_card(Capture::swift("api.omise.co/charges-cust_test_customer-post"), "/card")
        .but("/authorize_uri", page.clone(), NO_PAGE)
        .is(&answered);
    let path = format!("/charges/{}?expand=true", id(&made));
    let captured = Capture::swift("api.omise.co/charges/chrg_test_5fzbqf68stewg2nkzil-get");
    with_card(with_card(captured, "/card"), "/customer/cards/data/0")
        .but("/authorize_uri", page, NO_PAGE)
        .is(&sandbox.ask().get(&path).await);
}

#[tokio::test]
async fn a_charge_is_read_and_described() {
    let sandbox = open("2019-05-22T05:09:28Z").await;
    let card = json!({
        "name": "John Doe", "number": PAID, "security_code": "123", "expiration_month": 12,
        "expiration_year": 2020, "city": "Bangkok", "postal_code": "10240", "country": "gb",
    });
    let body = json!({"amount": 1_000_000, "card": token(&sandbox, card).await});
    let path = format!("/charges/{}", id(&sandbox.post("/charges", body).await));
    let told = |name: &str| {
        let captured = "api.omise.co/charges/chrg_test_5fzbppsjk5q9cxqjz0o";
        with_card(Capture::swift(&format!("{captured}-{name}")), "/card").but(
            "/authorize_uri",
            Value::Null,
            NO_PAGE,
        )
    };
    told("get").is(&sandbox.ask().get(&path).await);
    let change = json!({
        "description": "Charge for order 3947 (XXL)",
        "metadata": {
            "user-id": "a-user-id",
            "user": {"name": "John Appleseed", "tel": "08-xxxx-xxxx"},
        },
    });
    told("patch").is(&sandbox.ask().send("PATCH", &path, Some(change)).await);
}

#[tokio::test]
async fn a_charge_is_voided_on_its_day() {
    let sandbox = open("2019-05-03T04:14:24Z").await;
    let card = json!({
        "name": "John Doe", "number": PAID, "security_code": "123", "expiration_month": 12,
        "expiration_year": 2020, "city": "Bangkok", "postal_code": "10240", "country": "gb",
    });
    let card = token(&sandbox, card).await;
    let body = json!({"amount": 100_000, "card": card, "capture": false});
    let path = format!("/charges/{}", id(&sandbox.post("/charges", body).await));
    sandbox.post(&format!("{path}/capture"), json!({})).await;
    let refunds = format!("{path}/refunds");
    let answered = sandbox.ask().post(&refunds, json!({"amount": 100_000, "void": true})).await;
    let captured = "api.omise.co/charges/chrg_test_5frvn3hgya3qemayzrt";
    let refund = Capture::swift(&format!("{captured}/refunds-post")).is(&answered);
    Capture::swift(&format!("{captured}/refunds/rfnd_test_5frz1pdm34u27646j5p-get"))
        .is(&sandbox.ask().get(&format!("{refunds}/{}", id(&refund))).await);
    Capture::swift(&format!("{captured}/refunds-get")).is(&sandbox.ask().get(&refunds).await);
    sandbox.advance("2019-05-22T07:09:22Z").await;
    with_card(Capture::swift(&format!("{captured}-get")), "/card")
        .is(&sandbox.ask().get(&path).await);
}

#[tokio::test]
async fn transfers() {
    let sandbox = open("2019-05-22T06:47:54Z").await;
    let recipient = mobile_team(&sandbox).await;
    let body = json!({"amount": 1_000_000, "recipient": recipient});
    let paid = id(&sandbox.post("/transfers", body).await);
    for mark in ["mark_as_sent", "mark_as_paid"] {
        sandbox.post(&format!("/transfers/{paid}/{mark}"), json!({})).await;
    }
    with_bank(
        "/bank_account",
        Capture::swift("api.omise.co/transfers/trsf_test_5fzcod53tdr6vqdph0r-get"),
    )
    .is(&sandbox.ask().get(&format!("/transfers/{paid}")).await);

    let to_default = |capture: Capture| {
        with_bank("/bank_account", capture).but(
            "/bank_account/last_digits",
            "6789",
            DEFAULT_ACCOUNT,
        )
    };
    let captured = "api.omise.co/transfers/trsf_test_5fqeuv5ozoo0kffs0ji";
    let made = sandbox.ask().post("/transfers", json!({"amount": 6_585_657})).await;
    let made = to_default(Capture::swift("api.omise.co/transfers-post")).is(&made);
    let path = format!("/transfers/{}", id(&made));
    to_default(Capture::swift(&format!("{captured}-get"))).is(&sandbox.ask().get(&path).await);
    let gone = sandbox.ask().send("DELETE", &path, None).await;
    to_default(Capture::swift(&format!("{captured}-delete"))).is(&gone);

    let made = sandbox.post("/transfers", json!({"amount": 8_000_000})).await;
    let path = format!("/transfers/{}", id(&made));
    to_default(Capture::swift("api.omise.co/transfers/trsf_test_5fzp03ssdediv44ysmq-get"))
        .but("/failure_code", Value::Null, TYPED)
        .but("/failure_message", Value::Null, TYPED)
        .is(&sandbox.ask().get(&path).await);
    let changed = sandbox.ask().send("PATCH", &path, Some(json!({"amount": 1_000_000}))).await;
    to_default(Capture::swift(&format!("{captured}-patch"))).is(&changed);
}

#[tokio::test]
async fn transfers_newest_first() {
    let mut capture = Capture::swift("api.omise.co/transfers-get");
    let entries = capture.shown()["data"].as_array().unwrap().clone();
    let sandbox = open("2019-05-22T06:47:54Z").await;
    let recipients = [mobile_team(&sandbox).await, default_recipient(&sandbox).await];
    for (place, shown) in entries.iter().enumerate().rev() {
        let to_team = shown["recipient"] == MOBILE_TEAM;
        let recipient = &recipients[usize::from(!to_team)];
        let body = json!({"amount": shown["amount"], "recipient": recipient});
        let transfer = id(&sandbox.post("/transfers", body).await);
        if shown["sent"] == true {
            for mark in ["mark_as_sent", "mark_as_paid"] {
                sandbox.post(&format!("/transfers/{transfer}/{mark}"), json!({})).await;
            }
        }
        let account = format!("/data/{place}/bank_account");
        capture = with_bank(&account, capture);
        if !to_team {
            capture = capture.but(&format!("{account}/last_digits"), "6789", DEFAULT_ACCOUNT);
        }
    }
    capture.is(&sandbox.ask().get("/transfers?order=reverse_chronological").await);
}

const DEFAULT_ACCOUNT: &str = "the default recipient's account number ends in 6789 here";

#[tokio::test]
async fn recipients_newest_first() {
    let now = "2017-08-08T12:59:22Z";
    let opening =
        Opening { now, balance: 0, email: "mobile.omise+th@gmail.com", ..Opening::default() };
    let sandbox = Sandbox::open_as(opening, |_| ()).await;
    mobile_team(&sandbox).await;
    let list = sandbox.ask().get("/recipients?order=reverse_chronological").await;
    let captured = Capture::swift("api.omise.co/recipients-get");
    with_bank("/data/0/bank_account", with_bank("/data/1/bank_account", captured))
        .but("/data/1/bank_account/last_digits", "6789", DEFAULT_ACCOUNT)
        .but("/data/1/email", "mobile.omise+th@gmail.com", TYPED)
        .is(&list);
}

#[tokio::test]
async fn the_default_recipient() {
    let now = "2017-08-08T12:59:22Z";
    let opening =
        Opening { now, balance: 0, email: "mobile.omise+th@gmail.com", ..Opening::default() };
    let sandbox = Sandbox::open_as(opening, |_| ()).await;
    let recipient = &sandbox.get("/recipients").await["data"][0];
    let path = format!("/recipients/{}", id(recipient));
    let captured = "api.omise.co/recipients/recp_test_58wfnlx6q8euvpw4py7";
    with_bank("/bank_account", Capture::swift(&format!("{captured}-get")))
        .but("/bank_account/last_digits", "6789", DEFAULT_ACCOUNT)
        .is(&sandbox.ask().get(&path).await);
    with_bank("/bank_account", Capture::swift(&format!("{captured}-patch")))
        .is(&sandbox.ask().send("PATCH", &path, Some(json!({}))).await);
}

#[tokio::test]
async fn schedules() {
    let list = Capture::swift("api.omise.co/schedules-get");
    let entries = list.shown()["data"].as_array().unwrap().clone();
    let created = |shown: &Value| shown["created_at"].as_str().unwrap().to_owned();
    let sandbox = open(&created(entries.last().unwrap())).await;
    let customer = john_doe(&sandbox).await;
    let recipients = [mobile_team(&sandbox).await, default_recipient(&sandbox).await];
    let mut made = Vec::new();
    for shown in entries.iter().rev() {
        sandbox.advance(&created(shown)).await;
        let mut body = json!({"start_date": shown["start_on"], "end_date": shown["end_on"]});
        for name in ["every", "period", "on"] {
            body[name] = shown[name].clone();
        }
        for name in ["charge", "transfer"] {
            if let Some(payment) = shown.get(name) {
                let description = &payment["description"];
                let amount = &payment["amount"];
                body[name] = json!({"amount": amount, "description": description});
            }
        }
        if let Some(charge) = body.get_mut("charge") {
            charge["customer"] = customer["id"].clone();
        }
        if let Some(transfer) = body.get_mut("transfer") {
            let to_team = shown["transfer"]["recipient"] == MOBILE_TEAM;
            transfer["recipient"] = recipients[usize::from(!to_team)].clone().into();
        }
        let schedule = id(&sandbox.post("/schedules", body).await);
        if shown["deleted"] == true {
            sandbox.delete(&format!("/schedules/{schedule}")).await;
        }
        made.push((shown["id"].as_str().unwrap().to_owned(), schedule));
    }
    let answered = sandbox.ask().get("/schedules?order=reverse_chronological").await;
    list.is(&answered);
    for (captured, here) in made {
        let name = format!("api.omise.co/schedules/{captured}-get");
        if !SCHEDULES_READ.contains(&name.as_str()) {
            continue;
        }
        let answered = sandbox.ask().get(&format!("/schedules/{here}")).await;
        Capture::swift(&name).is(&answered);
    }
}

/// Those of the list that were captured alone too.
const SCHEDULES_READ: [&str; 5] = [
    "api.omise.co/schedules/schd_test_5fzoyq0dpywer0738br-get",
    "api.omise.co/schedules/schd_test_5fzoz616kap3j82u92b-get",
    "api.omise.co/schedules/schd_test_5fzozh3os3a2lnjyni0-get",
    "api.omise.co/schedules/schd_test_5fzoznrnfbwhyxx2slg-get",
    "api.omise.co/schedules/schd_test_5fzpgks1yf8me0wabse-get",
];

#[tokio::test]
async fn transactions_newest_first() {
    let sandbox = open("2019-05-10T01:39:31Z").await;
    for _ in 0..20 {
        let body = json!({"amount": 2_000, "card": sandbox.token(PAID).await});
        sandbox.post("/charges", body).await;
    }
    let answered = sandbox.ask().get("/transactions?order=reverse_chronological").await;
    let opened = "with what the balance was opened with";
    Capture::swift("api.omise.co/transactions-get").but("/total", 21, opened).is(&answered);
}
