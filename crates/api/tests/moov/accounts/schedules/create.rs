//! `POST /accounts/{accountID}/schedules`.

use serde_json::json;

use super::cast::{
    CARD, CUSTOMER, Cast, DEBIT, MERCHANT, MERCHANT_WALLET, PARTNER, PRODUCT, cents, collection,
    each, member, occurrence, recur, run_on, transfer, transfer_with,
};
use crate::sandbox::{NOW, only, text};

#[tokio::test]
async fn a_schedule_of_a_rule_and_an_occurrence_is_shown_whole() {
    let cast = Cast::new().await;
    let created = cast
        .schedule(json!({
            "description": "a simple schedule",
            "recur": recur("FREQ=MONTHLY;COUNT=2", "2040-04-01T00:00:00Z", 100),
            "occurrences": [occurrence("2040-03-01T00:00:00Z", 200)],
        }))
        .await;
    let id = text(&created, "scheduleID");
    let occurrence_ids = each(&created, "occurrenceID");
    let shown = |index: usize, generated: bool, run_on: &str, cents: i64| {
        json!({
            "generated": generated,
            "indefinite": false,
            "mode": "sandbox",
            "occurrenceID": occurrence_ids[index],
            "runOn": run_on,
            "runTransfer": transfer(cents),
            "scheduleID": id,
        })
    };
    assert_eq!(
        created,
        json!({
            "createdOn": NOW,
            "description": "a simple schedule",
            "destinationAccountID": MERCHANT,
            "mode": "sandbox",
            "occurrences": [
                shown(0, false, "2040-03-01T00:00:00Z", 200),
                shown(1, true, "2040-04-01T00:00:00Z", 100),
                shown(2, true, "2040-05-01T00:00:00Z", 100),
            ],
            "ownerAccountID": PARTNER,
            "partnerAccountID": PARTNER,
            "recur": {
                "indefinite": false,
                "recurrenceRule": "FREQ=MONTHLY;COUNT=2",
                "runTransfer": transfer(100),
                "start": "2040-04-01T00:00:00Z",
            },
            "scheduleID": id,
            "sourceAccountID": CUSTOMER,
            "updatedOn": NOW,
        })
    );
    for id in occurrence_ids.iter().chain([&created["scheduleID"]]) {
        assert!(uuid::Uuid::try_parse(id.as_str().unwrap()).is_ok(), "{id}");
    }
}

#[tokio::test]
async fn what_is_made_is_what_is_found() {
    let cast = Cast::new().await;
    let created = cast
        .schedule(json!({
            "recur": recur("FREQ=MONTHLY;COUNT=6", "2040-04-01T12:30:15.123456Z", 100),
            "occurrences": [occurrence("2040-03-01T00:00:00.000000001Z", 200)],
        }))
        .await;
    for account in [PARTNER, CUSTOMER, MERCHANT] {
        let path = format!("{}/{}", collection(account), text(&created, "scheduleID"));
        assert_eq!(cast.get(&path).await, created, "{account}");
        let list = cast.get(&format!("{}?count=10&skip=0", collection(account))).await;
        assert_eq!(list, json!([created]), "{account}");
    }
}

#[tokio::test]
async fn instants_are_echoed_to_the_nanosecond_and_generated_to_the_second() {
    let cast = Cast::new().await;
    let created = cast
        .schedule(json!({
            "recur": recur("FREQ=DAILY;COUNT=1", "2040-04-01T12:30:15.123456Z", 100),
            "occurrences": [
                occurrence("2040-03-01T00:00:00.000Z", 1),
                occurrence("2040-03-01T02:00:00.5+02:00", 2),
                occurrence("2040-03-01T00:00:00.999999999Z", 3),
            ],
        }))
        .await;
    assert_eq!(
        run_on(&created),
        [
            "2040-03-01T00:00:00Z",
            "2040-03-01T00:00:00.5Z",
            "2040-03-01T00:00:00.999999999Z",
            "2040-04-01T12:30:15Z",
        ]
    );
    assert_eq!(created["recur"]["start"], "2040-04-01T12:30:15.123456Z");
}

#[tokio::test]
async fn occurrences_are_sorted_by_when_they_run() {
    let cast = Cast::new().await;
    let created = cast
        .schedule(json!({
            "occurrences": [
                occurrence("2040-03-03T00:00:00Z", 3),
                occurrence("2040-03-01T00:00:00Z", 1),
                occurrence("2040-03-02T00:00:00Z", 2),
            ],
        }))
        .await;
    assert_eq!(cents(&created), [1, 2, 3]);
    assert_eq!(created.get("recur"), None);
}

#[tokio::test]
async fn several_occurrences_may_run_at_one_moment() {
    let cast = Cast::new().await;
    let moment = "2040-03-01T00:00:00Z";
    let created = cast
        .schedule(json!({
            "recur": recur("FREQ=DAILY;COUNT=1", moment, 1),
            "occurrences": [occurrence(moment, 2), occurrence(moment, 3)],
        }))
        .await;
    assert_eq!(cents(&created), [1, 2, 3]);
    let mut ids = each(&created, "occurrenceID");
    ids.dedup();
    assert_eq!(ids.len(), 3);
}

#[tokio::test]
async fn the_example_of_the_api_reference_is_shown_field_by_field() {
    let cast = Cast::new().await;
    let side = |method: &str| {
        json!({
            "achDetails": {
                "companyEntryDescription": "Gym dues",
                "originatingCompanyName": "Whole Body Fit",
            },
            "cardDetails": {"dynamicDescriptor": "WhlBdy *Yoga 11-12"},
            "paymentMethodID": method,
        })
    };
    let transfer = json!({
        "amount": {"currency": "USD", "value": 1204},
        "description": "string",
        "destination": side(MERCHANT_WALLET),
        "partnerAccountID": PARTNER,
        "source": side(CARD),
    });
    let created = cast
        .schedule(json!({
            "occurrences": [
                {"runOn": "2040-08-24T14:15:22Z", "runTransfer": transfer, "canceled": true},
            ],
        }))
        .await;
    let shown = &created["occurrences"][0];
    let id = text(shown, "occurrenceID");
    assert_eq!(
        cast.ask().get(&format!("{}/occurrences/{id}", member(&created))).await.text,
        json!({
            "canceledOn": NOW,
            "generated": false,
            "indefinite": false,
            "mode": "sandbox",
            "occurrenceID": id,
            "runOn": "2040-08-24T14:15:22Z",
            "runTransfer": transfer,
            "scheduleID": created["scheduleID"],
        })
        .to_string()
    );
}

#[tokio::test]
async fn line_items_and_sales_tax_are_shown_as_they_were_sent() {
    let cast = Cast::new().await;
    let price = |decimal: &str| json!({"currency": "USD", "valueDecimal": decimal});
    let items = json!({"items": [
        {
            "basePrice": price("4.00"),
            "name": "Cappuccino",
            "options": [
                {"group": "Milk", "name": "Oat Milk", "priceModifier": price("1.50"), "quantity": 1},
            ],
            "productID": PRODUCT,
            "quantity": 2,
        },
        {"basePrice": price("0.50"), "name": "Biscuit", "quantity": 1},
    ]});
    let transfer = transfer_with(&json!({
        "amount": {"value": 1250},
        "lineItems": items,
        "salesTaxAmount": {"currency": "USD", "value": 100},
    }));
    let created = cast
        .schedule(json!({
            "recur": {"recurrenceRule": "FREQ=DAILY", "runTransfer": transfer, "start": "2040-01-01T00:00:00Z"},
        }))
        .await;
    assert_eq!(created["recur"]["runTransfer"], transfer);
    assert_eq!(created["occurrences"][0]["runTransfer"], transfer);
}

#[tokio::test]
async fn a_currency_in_small_letters_is_shown_in_capitals() {
    let cast = Cast::new().await;
    let transfer = transfer_with(&json!({"amount": {"currency": "usd"}}));
    let created = cast
        .schedule(
            json!({"occurrences": [{"runOn": "2040-03-01T00:00:00Z", "runTransfer": transfer}]}),
        )
        .await;
    assert_eq!(created["occurrences"][0]["runTransfer"], self::transfer(100));
}

#[tokio::test]
async fn the_account_of_the_path_runs_what_names_no_partner_and_owns_the_schedule() {
    let cast = Cast::new().await;
    for partner in [json!(null), json!("")] {
        let transfer = transfer_with(&json!({"partnerAccountID": partner}));
        let body =
            json!({"occurrences": [{"runOn": "2040-03-01T00:00:00Z", "runTransfer": transfer}]});
        let created = cast.post(&collection(MERCHANT), body).await;
        assert_eq!(
            only(&created, &["ownerAccountID", "partnerAccountID", "sourceAccountID"]),
            json!({
                "ownerAccountID": MERCHANT,
                "partnerAccountID": MERCHANT,
                "sourceAccountID": CUSTOMER,
            })
        );
    }
}

#[tokio::test]
async fn a_wallet_may_pay_itself() {
    let cast = Cast::new().await;
    let transfer = transfer_with(&json!({"source": {"paymentMethodID": MERCHANT_WALLET}}));
    let body = json!({"occurrences": [{"runOn": "2040-03-01T00:00:00Z", "runTransfer": transfer}]});
    let created = cast.schedule(body).await;
    assert_eq!(created["sourceAccountID"], MERCHANT);
    assert_eq!(created["destinationAccountID"], MERCHANT);
}

#[tokio::test]
async fn a_rule_without_a_start_begins_with_the_moment_at_which_its_schedule_is_made() {
    let cast = Cast::new().await;
    let created = cast
        .schedule(json!({"recur": {"recurrenceRule": "FREQ=DAILY;COUNT=2", "runTransfer": transfer(100)}}))
        .await;
    assert_eq!(created["recur"]["start"], NOW);
    assert_eq!(run_on(&created), [NOW, "2026-01-06T15:00:00Z"]);
    assert_eq!(created["occurrences"][0]["ranOn"], NOW, "the first has run");
    assert_eq!(created["occurrences"][1].get("ranOn"), None);
    assert_eq!(cast.get(&member(&created)).await, created);
}

#[tokio::test]
async fn what_lies_before_now_is_not_made_up_for() {
    let cast = Cast::new().await;
    let created = cast
        .schedule(json!({"recur": recur("FREQ=DAILY;COUNT=5", "2026-01-03T15:00:00Z", 100)}))
        .await;
    assert_eq!(
        run_on(&created),
        ["2026-01-05T15:00:00Z", "2026-01-06T15:00:00Z", "2026-01-07T15:00:00Z"]
    );
}

#[tokio::test]
async fn an_occurrence_may_run_now() {
    let cast = Cast::new().await;
    let created = cast.schedule(json!({"occurrences": [occurrence(NOW, 100)]})).await;
    assert_eq!(created["occurrences"][0]["ranOn"], NOW);
    assert_eq!(cast.get(&member(&created)).await, created);
}

#[tokio::test]
async fn a_bank_account_may_be_debited() {
    let cast = Cast::new().await;
    let transfer = transfer_with(&json!({"source": {"paymentMethodID": DEBIT}}));
    let body = json!({"occurrences": [{"runOn": "2040-03-01T00:00:00Z", "runTransfer": transfer}]});
    assert_eq!(cast.schedule(body).await["occurrences"][0]["runTransfer"], transfer);
}

#[tokio::test]
async fn line_items_show_the_images_that_are_named_or_else_those_of_their_product() {
    let cast = Cast::new().await;
    let named = cast.image("named").await;
    let of_product = cast.image("of the product").await;
    let product = cast.product_with(&of_product).await;
    let price = json!({"currency": "USD", "valueDecimal": "0.50"});
    let item = json!({"basePrice": price, "name": "Latte", "productID": product, "quantity": 1});
    let mut asked = item.clone();
    asked["imageIDs"] = json!([named["imageID"]]);
    asked["options"] = json!([{"imageIDs": [named["imageID"]], "name": "Oat", "quantity": 1}]);
    let items = json!({"items": [item, asked]});
    let transfer = transfer_with(&json!({"lineItems": items}));
    let body = json!({"occurrences": [{"runOn": "2040-03-01T00:00:00Z", "runTransfer": transfer}]});
    let created = cast.schedule(body).await;
    let shown = &created["occurrences"][0]["runTransfer"]["lineItems"]["items"];
    assert_eq!(shown[0]["images"], json!([of_product]));
    assert_eq!(shown[1]["images"], json!([named]));
    assert_eq!(shown[1]["options"][0]["images"], json!([named]));
    assert_eq!(shown[1].get("imageIDs"), None);
    assert_eq!(text(&named, "publicID").len(), 21);
}
