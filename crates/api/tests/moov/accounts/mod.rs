//! `/accounts`.

mod bank_accounts;
mod capabilities;
mod cards;
mod images;
mod payment_methods;
mod products;
pub(crate) mod schedules;
mod transfers;
mod wallets;

use serde_json::{Value, json};

use crate::sandbox::{NOW, Sandbox, only, text};

/// A person as moov-go's tests make them.
pub(crate) fn john() -> Value {
    json!({
        "accountType": "individual",
        "profile": {"individual": {
            "name": {"firstName": "John", "lastName": "Doe"},
            "phone": {"number": "555-555-5555", "countryCode": "1"},
            "email": "noreply@moov.io",
        }},
    })
}

fn business(name: &str) -> Value {
    json!({
        "accountType": "business",
        "profile": {"business": {"legalBusinessName": name, "email": "shop@example.com"}},
    })
}

/// A new account's id.
pub(crate) async fn account(sandbox: &Sandbox, body: Value) -> String {
    text(&sandbox.post("/accounts", body).await, "accountID")
}

#[tokio::test]
async fn a_new_account_is_verified_and_may_do_everything() {
    let sandbox = Sandbox::open().await;
    let made = sandbox.post("/accounts", john()).await;
    let id = text(&made, "accountID");
    let enabled = |name: &str| json!({"capability": name, "status": "enabled"});
    let expected = json!({
        "mode": "sandbox",
        "accountID": id,
        "accountType": "individual",
        "displayName": "John Doe",
        "profile": {"individual": {
            "name": {"firstName": "John", "lastName": "Doe"},
            "birthDateProvided": false,
            "governmentIDProvided": false,
            "phone": {"number": "5555555555", "countryCode": "1"},
            "email": "noreply@moov.io",
        }},
        "capabilities":
            (["transfers", "send-funds", "collect-funds", "wallet"].map(enabled)),
        "verification": {"verificationStatus": "verified", "status": "verified"},
        "settings": {"achPayment": {"companyName": "John Doe"}},
        "createdOn": NOW,
        "updatedOn": NOW,
    });
    assert_eq!(made, expected);
    assert_eq!(sandbox.get(&format!("/accounts/{id}")).await, made);
}

#[tokio::test]
async fn a_business_is_named_on_statements_by_its_legal_name() {
    let sandbox = Sandbox::open().await;
    let made = sandbox.post("/accounts", business("Whole Body Fitness LLC")).await;
    let expected = json!({
        "displayName": "Whole Body Fitness LLC",
        "settings": {
            "cardPayment": {"statementDescriptor": "Whole Body Fitness LLC"},
            "achPayment": {"companyName": "Whole Body Fitne"},
        },
    });
    assert_eq!(only(&made, &["displayName", "settings"]), expected);
    assert_eq!(made["profile"]["business"]["ownersProvided"], false);
}

#[tokio::test]
async fn what_is_wrong_with_an_account_is_told_in_the_shape_of_its_version() {
    let sandbox = Sandbox::open().await;
    let body = json!({
        "accountType": "cartel",
        "profile": {"individual": {"name": {"firstName": "John"}, "email": "nowhere"}},
        "foreignID": "x".repeat(65),
        "capabilities": ["transfers", "fly"],
    });
    let problems = json!({
        "accountType": "is not one of individual, business",
        "profile": {"individual": {
            "email": "is no e-mail address of at most 255 characters",
            "name": {"lastName": "is missing"},
        }},
        "foreignID": "has 65 characters; it would be 0 to 64",
        "capabilities": {"1": "is no capability"},
    });
    let refused = sandbox.ask().post("/accounts", body.clone()).await;
    refused.is(422, &json!({ "error": problems }));
    let newer = sandbox.ask().header("x-moov-version", "v2026.07.00").post("/accounts", body).await;
    newer.is(422, &problems);
    let undecodable = sandbox.ask().post("/accounts", json!({"accountType": 7})).await;
    assert_eq!(undecodable.status, 400);
}

#[tokio::test]
async fn a_guest_is_one_in_newer_versions_alone() {
    let sandbox = Sandbox::open().await;
    let body = json!({"accountType": "guest", "profile": {"guest": {"email": "a@example.com"}}});
    assert_eq!(sandbox.ask().post("/accounts", body.clone()).await.status, 422);
    let asked = sandbox.ask().header("x-moov-version", "v2026.07.00");
    let made = asked.post("/accounts", body).await.ok();
    let name = format!("Guest {}", &text(&made, "accountID")[..8]);
    assert_eq!(made["displayName"], name);
    assert_eq!(made["profile"]["guest"], json!({"name": name, "email": "a@example.com"}));
}

#[tokio::test]
async fn a_number_of_the_tax_office_is_never_said_again() {
    let sandbox = Sandbox::open().await;
    let mut body = john();
    body["profile"]["individual"]["governmentID"] = json!({"ssn": {"full": "123-45-6789"}});
    body["profile"]["individual"]["birthDate"] = json!({"day": 9, "month": 11, "year": 1989});
    let made = sandbox.post("/accounts", body).await;
    let individual = &made["profile"]["individual"];
    let flags = json!({"birthDateProvided": true, "governmentIDProvided": true});
    assert_eq!(only(individual, &["birthDateProvided", "governmentIDProvided"]), flags);
    assert!(!made.to_string().contains("6789") && !made.to_string().contains("1989"), "{made}");
}

#[tokio::test]
async fn terms_are_accepted_by_token_or_by_hand() {
    let sandbox = Sandbox::open().await;
    let by_hand = json!({
        "acceptedDate": "2025-12-31T08:00:00.5Z",
        "acceptedIP": "192.0.2.1",
        "acceptedUserAgent": "Mozilla",
        "acceptedDomain": "https://shop.example",
    });
    let shown = json!({"acceptedDate": "2025-12-31T08:00:00.5Z", "acceptedIP": "192.0.2.1"});
    let token = json!({"acceptedDate": NOW, "acceptedIP": "127.0.0.1"});
    for (given, shown) in [
        (by_hand.clone(), &shown),
        (json!({ "manual": by_hand }), &shown),
        (json!({"token": "eyJ"}), &token),
    ] {
        let mut body = john();
        body["termsOfService"] = given;
        assert_eq!(&sandbox.post("/accounts", body).await["termsOfService"], shown);
    }
}

#[tokio::test]
async fn accounts_are_listed_newest_first_and_by_what_is_asked() {
    let sandbox = Sandbox::open().await;
    let john = account(&sandbox, john()).await;
    let mut shop = business("Lincoln National Corporation");
    shop["foreignID"] = json!("shop-1");
    let shop = account(&sandbox, shop).await;
    let gone = account(&sandbox, business("Gone LLC")).await;
    sandbox.delete(&format!("/accounts/{gone}")).await;
    let ids = async |query: &str| -> Vec<String> {
        let list = sandbox.get(&format!("/accounts{query}")).await;
        list.as_array().unwrap().iter().map(|account| text(account, "accountID")).collect()
    };
    assert_eq!(ids("").await, [&*shop, &*john]);
    assert_eq!(ids("?count=1").await, [&*shop]);
    assert_eq!(ids("?skip=1&count=1").await, [&*john]);
    assert_eq!(ids("?name=Lincoln+National+Corporation").await, [&*shop]);
    assert_eq!(ids("?name=doe").await, [&*john]);
    assert_eq!(ids("?email=NoReply%40moov.io").await, [&*john]);
    assert_eq!(ids("?type=business&includeDisconnected=true").await, [&*gone, &*shop]);
    assert_eq!(ids("?foreignID=shop-1").await, [&*shop]);
    assert_eq!(ids("?capability=wallet&capabilityStatus=enabled").await, [&*shop, &*john]);
    assert_eq!(ids("?capability=card-issuing").await, [""; 0]);
    assert_eq!(ids("?capabilityStatus=pending").await, [""; 0]);
    assert_eq!(sandbox.ask().get("/accounts?type=ghost").await.status, 400);
}

#[tokio::test]
async fn a_change_leaves_what_it_does_not_name() {
    let sandbox = Sandbox::open().await;
    let mut body = john();
    body["metadata"] = json!({"a": "1", "b": "2"});
    let id = account(&sandbox, body).await;
    let path = format!("/accounts/{id}");
    let change = json!({
        "profile": {"individual": {"name": {"firstName": "David"}, "address": {
            "addressLine1": "123 Main Street", "city": "Boulder", "stateOrProvince": "CO",
            "postalCode": "80301", "country": "US",
        }}},
        "metadata": {"c": "3"},
    });
    sandbox.advance("2026-01-06T00:00:00Z").await;
    let changed = sandbox.patch(&path, change).await;
    assert_eq!(changed["displayName"], "David Doe");
    assert_eq!(changed["metadata"], json!({"c": "3"}));
    assert_eq!(changed["profile"]["individual"]["email"], "noreply@moov.io");
    let times = json!({"createdOn": NOW, "updatedOn": "2026-01-06T00:00:00Z"});
    assert_eq!(only(&changed, &["createdOn", "updatedOn"]), times);
    let change = json!({"profile": {"individual": {"address": {"city": "Golden"}}}});
    let address = &sandbox.patch(&path, change).await["profile"]["individual"]["address"];
    assert_eq!((&address["city"], &address["postalCode"]), (&json!("Golden"), &json!("80301")));
    assert_eq!(sandbox.get(&path).await["profile"]["individual"]["address"], *address);
}

#[tokio::test]
async fn half_an_address_is_refused() {
    let sandbox = Sandbox::open().await;
    let path = format!("/accounts/{}", account(&sandbox, john()).await);
    let change = json!({"profile": {"individual": {"address": {"city": "Golden"}}}});
    let refused = sandbox.ask().send("PATCH", &path, Some(change)).await;
    let missing = json!({
        "addressLine1": "is missing", "stateOrProvince": "is missing",
        "postalCode": "is missing", "country": "is missing",
    });
    refused.is(422, &json!({"error": {"profile": {"individual": {"address": missing}}}}));
}

#[tokio::test]
async fn a_disconnected_account_is_read_and_nothing_else() {
    let sandbox = Sandbox::open().await;
    let id = account(&sandbox, john()).await;
    let path = format!("/accounts/{id}");
    let card = cards::link(&sandbox, &id, "4111111111111111").await;
    let card = format!("{path}/cards/{}", text(&card, "cardID"));
    sandbox.delete(&path).await;
    sandbox.delete(&path).await;
    assert_eq!(sandbox.get(&path).await["disconnectedOn"], NOW);
    assert_eq!(sandbox.ask().send("DELETE", &card, None).await.status, 409);
    let change = sandbox.ask().send("PATCH", &path, Some(json!({"foreignID": "x"}))).await;
    change.is(409, &json!({"error": "the account is disconnected: it can only be read"}));
}

#[tokio::test]
async fn the_platform_is_an_account_that_stays() {
    let sandbox = Sandbox::open().await;
    let path = format!("/accounts/{}", sandbox.platform);
    assert_eq!(sandbox.get(&path).await["accountType"], "business");
    let refused = sandbox.ask().send("DELETE", &path, None).await;
    assert_eq!(refused.status, 409);
}

#[tokio::test]
async fn what_is_no_account_is_not_found() {
    let sandbox = Sandbox::open().await;
    for id in ["c520f1b9-0ba7-42f5-b977-248cdbe41c69", "latest"] {
        for below in [
            "",
            "/cards",
            "/bank-accounts",
            "/wallets",
            "/payment-methods",
            "/capabilities",
            "/images",
            "/products",
        ] {
            sandbox.ask().get(&format!("/accounts/{id}{below}")).await.is_bare(404);
        }
    }
}
