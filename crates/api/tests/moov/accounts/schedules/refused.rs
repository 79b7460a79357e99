//! What a schedule cannot be, and how that is told.

use serde_json::{Value, json};

use super::cast::{
    CARD, CREDIT, CUSTOMER, Cast, MERCHANT, MERCHANT_WALLET, PARTNER, STRANGER_WALLET, collection,
    member, occurrence, recur, transfer, transfer_with,
};

const MOMENT: &str = "2040-03-01T00:00:00Z";

/// What is wrong with a transfer, told for an occurrence; it is told alike for a rule.
async fn wrong(cast: &Cast, otherwise: Value) -> String {
    let transfer = transfer_with(&otherwise);
    let added = json!({"runOn": MOMENT, "runTransfer": transfer});
    let of_occurrence = cast.refuses(json!({"occurrences": [added]})).await;
    let rule = json!({"recurrenceRule": "FREQ=DAILY", "runTransfer": transfer});
    let of_rule = cast.refuses(json!({"recur": rule})).await;
    assert_eq!(of_occurrence, json!({"occurrences": {"0": of_rule["recur"]}}));
    of_rule["recur"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_schedule_has_a_rule_or_an_occurrence() {
    let cast = Cast::new().await;
    let missing = json!({"recur": "is missing; there would be a rule, an occurrence, or both"});
    assert_eq!(cast.refuses(json!({})).await, missing);
    assert_eq!(cast.refuses(json!({"occurrences": [], "recur": null})).await, missing);
}

#[tokio::test]
async fn a_rule_has_a_text_and_a_transfer() {
    let cast = Cast::new().await;
    assert_eq!(
        cast.refuses(json!({"recur": {}})).await,
        json!({"recur": "recurrenceRule is missing; runTransfer is missing"})
    );
    let nonsense = json!({"recurrenceRule": "FREQ=DAILY;EVERY=2", "runTransfer": transfer(1)});
    assert_eq!(
        cast.refuses(json!({"recur": nonsense})).await,
        json!({"recur": "recurrenceRule has an unknown RRULE property: EVERY"})
    );
    assert_eq!(
        cast.refuses(json!({"recur": recur("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", MOMENT, 1)}))
            .await,
        json!({"recur": "recurrenceRule gives no occurrence at all"})
    );
    assert_eq!(
        cast.refuses(json!({"recur": recur("FREQ=DAILY;COUNT=3", "2026-01-01T00:00:00Z", 1)}))
            .await,
        json!({"recur": "recurrenceRule gives no occurrence from now on"})
    );
    assert_eq!(
        cast.refuses(json!({"recur": recur("FREQ=DAILY", "2300-01-01T00:00:00Z", 1)})).await,
        json!({"recur": "start lies outside the years 1678 to 2261"})
    );
}

#[tokio::test]
async fn an_occurrence_that_is_added_has_a_time_to_come_and_a_transfer() {
    let cast = Cast::new().await;
    assert_eq!(
        cast.refuses(
            json!({"occurrences": [{}, occurrence(MOMENT, 1), {"runOn": "0001-01-01T00:00:00Z"}]})
        )
        .await,
        json!({"occurrences": {
            "0": "runOn is missing; runTransfer is missing",
            "2": "runOn is missing; runTransfer is missing",
        }})
    );
    assert_eq!(
        cast.refuses(json!({"occurrences": [occurrence("2026-01-05T14:59:59.999Z", 1)]})).await,
        json!({"occurrences": {"0": "runOn has passed; it would be now or later"}})
    );
    assert_eq!(
        cast.refuses(json!({"occurrences": [occurrence("2300-01-01T00:00:00Z", 1)]})).await,
        json!({"occurrences": {"0": "runOn lies outside the years 1678 to 2261"}})
    );
}

#[tokio::test]
async fn an_occurrence_that_is_added_has_no_id_yet() {
    let cast = Cast::new().await;
    let mut known = occurrence(MOMENT, 1);
    known["occurrenceID"] = json!("74fabb88-d79e-4e9e-b63b-2ddc96054e61");
    let mut nonsense = occurrence(MOMENT, 1);
    nonsense["occurrenceID"] = json!("74fabb88");
    assert_eq!(
        cast.refuses(json!({"occurrences": [known, nonsense]})).await,
        json!({"occurrences": {
            "0": "occurrenceID names no occurrence of the schedule",
            "1": "occurrenceID is not a UUID",
        }})
    );
    for none in [json!(null), json!("")] {
        let mut added = occurrence(MOMENT, 1);
        added["occurrenceID"] = none;
        cast.schedule(json!({"occurrences": [added]})).await;
    }
}

#[tokio::test]
async fn a_transfer_has_an_amount_of_money() {
    let cast = Cast::new().await;
    let amount = async |amount: Value| wrong(&cast, json!({"amount": amount})).await;
    assert_eq!(amount(json!(null)).await, "runTransfer.amount is missing");
    assert_eq!(
        amount(json!({"value": 0})).await,
        "runTransfer.amount.value is 0; it would be at least 1"
    );
    assert_eq!(
        amount(json!({"value": null})).await,
        "runTransfer.amount.value is 0; it would be at least 1"
    );
    assert_eq!(
        amount(json!({"value": -1})).await,
        "runTransfer.amount.value is -1; it would be at least 1"
    );
    let currency = "it would be USD";
    assert_eq!(
        amount(json!({"currency": null})).await,
        format!("runTransfer.amount.currency is missing; {currency}")
    );
    for code in ["US", "USDX", "XYZ", "U$D", "EUR"] {
        assert_eq!(
            amount(json!({"currency": code})).await,
            format!("runTransfer.amount.currency is {code:?}; {currency}")
        );
    }
}

#[tokio::test]
async fn what_moovs_own_samples_write_wrongly_is_told_as_it_would_be_right() {
    let cast = Cast::new().await;
    assert_eq!(
        wrong(&cast, json!({"amount": {"value": null, "amount": 1000}})).await,
        "runTransfer.amount.value is missing; it was given as amount.amount"
    );
    assert_eq!(
        wrong(&cast, json!({"partnerAccountID": null, "accountID": PARTNER})).await,
        "runTransfer.accountID is no field of it; it would be partnerAccountID"
    );
}

#[tokio::test]
async fn a_transfer_goes_between_payment_methods_that_are_there_and_fit() {
    let cast = Cast::new().await;
    let methods = async |source: Value, destination: Value| {
        let otherwise = json!({
            "source": {"paymentMethodID": source}, "destination": {"paymentMethodID": destination},
        });
        wrong(&cast, otherwise).await
    };
    let nobody = "00000000-0000-4000-8000-000000000000";
    assert_eq!(
        wrong(&cast, json!({"source": null, "destination": null})).await,
        "runTransfer.source is missing; runTransfer.destination is missing"
    );
    assert_eq!(
        methods(json!(null), json!("")).await,
        "runTransfer.source.paymentMethodID is missing; \
         runTransfer.destination.paymentMethodID is missing"
    );
    assert_eq!(
        methods(json!(nobody), json!("wallet")).await,
        "runTransfer.source.paymentMethodID names no payment method; \
         runTransfer.destination.paymentMethodID names no payment method"
    );
    assert_eq!(
        methods(json!(CREDIT), json!(CARD)).await,
        "runTransfer.source.paymentMethodID names a payment method that cannot be a source; \
         runTransfer.destination.paymentMethodID names a payment method that cannot be a destination"
    );
}

#[tokio::test]
async fn a_payment_method_that_is_disabled_is_none() {
    let cast = Cast::new().await;
    let bank = cast.runner.bank();
    let customer = cast.find(CUSTOMER);
    let context =
        gateway::bank::Context { account: &cast.account, now: cast.runner.now(), key: None };
    bank.disconnect_party(context, customer).await.unwrap();
    assert_eq!(
        wrong(&cast, json!({})).await,
        "runTransfer.source.paymentMethodID names no payment method"
    );
}

#[tokio::test]
async fn a_partner_is_an_account() {
    let cast = Cast::new().await;
    for nobody in ["00000000-0000-4000-8000-000000000000", "partner"] {
        assert_eq!(
            wrong(&cast, json!({"partnerAccountID": nobody})).await,
            "runTransfer.partnerAccountID names no account"
        );
    }
}

#[tokio::test]
async fn all_transfers_of_a_schedule_go_between_the_same_accounts() {
    let cast = Cast::new().await;
    let differs = "runTransfer: all transfers of a schedule have the same source account, \
                   destination account and partnerAccountID";
    let with =
        |otherwise: Value| json!({"runOn": MOMENT, "runTransfer": transfer_with(&otherwise)});
    assert_eq!(
        cast.refuses(json!({
            "recur": recur("FREQ=DAILY", MOMENT, 1),
            "occurrences": [
                with(json!({})),
                with(json!({"destination": {"paymentMethodID": STRANGER_WALLET}})),
                with(json!({"source": {"paymentMethodID": MERCHANT_WALLET}})),
                with(json!({"partnerAccountID": MERCHANT})),
            ],
        }))
        .await,
        json!({"occurrences": {"1": differs, "2": differs, "3": differs}})
    );
}

#[tokio::test]
async fn descriptions_and_descriptors_have_bounds() {
    let cast = Cast::new().await;
    assert_eq!(
        wrong(&cast, json!({"description": null})).await,
        "runTransfer.description is missing"
    );
    assert_eq!(
        wrong(&cast, json!({"description": "ü".repeat(257)})).await,
        "runTransfer.description is longer than 256 characters"
    );
    let details = |entry: &str, name: &str, descriptor: &str| {
        json!({
            "achDetails": {"companyEntryDescription": entry, "originatingCompanyName": name},
            "cardDetails": {"dynamicDescriptor": descriptor},
        })
    };
    let transfer = json!({"source": details("Gym", "Gym", "Gym"), "destination": details(&"G".repeat(11), &"G".repeat(17), &"G".repeat(23))});
    assert_eq!(
        wrong(&cast, transfer).await,
        "runTransfer.source.achDetails.companyEntryDescription would be 4 to 10 characters long; \
         runTransfer.source.achDetails.originatingCompanyName would be 4 to 16 characters long; \
         runTransfer.source.cardDetails.dynamicDescriptor would be 4 to 22 characters long; \
         runTransfer.destination.achDetails.companyEntryDescription would be 4 to 10 characters long; \
         runTransfer.destination.achDetails.originatingCompanyName would be 4 to 16 characters long; \
         runTransfer.destination.cardDetails.dynamicDescriptor would be 4 to 22 characters long"
    );
    let longest = "ü".repeat(257);
    assert_eq!(
        cast.refuses(json!({"description": longest, "occurrences": [occurrence(MOMENT, 1)]})).await,
        json!({"description": "is longer than 256 characters"})
    );
}

#[tokio::test]
async fn sales_tax_is_part_of_the_amount() {
    let cast = Cast::new().await;
    let part = "runTransfer.salesTaxAmount is part of amount, and is not greater";
    let tax = async |tax: Value| wrong(&cast, json!({"salesTaxAmount": tax})).await;
    assert_eq!(tax(json!({"currency": "USD", "value": 101})).await, part);
    assert_eq!(
        tax(json!({"currency": "EUR", "value": 1})).await,
        "runTransfer.salesTaxAmount.currency is \"EUR\"; it would be USD"
    );
    assert_eq!(
        tax(json!({"currency": "USD", "value": -1})).await,
        "runTransfer.salesTaxAmount.value is -1; it would be at least 0"
    );
}

#[tokio::test]
async fn line_items_are_whole_and_add_up() {
    let cast = Cast::new().await;
    let items = async |items: Value| wrong(&cast, json!({"lineItems": {"items": items}})).await;
    assert_eq!(
        items(json!([{}])).await,
        "runTransfer.lineItems.items[0].name is missing; \
         runTransfer.lineItems.items[0].basePrice is missing; \
         runTransfer.lineItems.items[0].quantity is missing"
    );
    let price = |decimal: &str| json!({"currency": "USD", "valueDecimal": decimal});
    let item = |decimal: &str| json!({"name": "Latte", "basePrice": price(decimal), "quantity": 1});
    assert_eq!(
        items(json!([item("0.99")])).await,
        "runTransfer.lineItems do not add up to amount less salesTaxAmount: each item counts its \
         quantity times the basePrice with the priceModifiers of its options"
    );
    assert_eq!(
        items(json!([item("1.0000000001")])).await,
        "runTransfer.lineItems.items[0].basePrice.valueDecimal would be a decimal such as 12.99, \
         of at most 9 decimals"
    );
    assert_eq!(
        items(json!([item("-1.00")])).await,
        "runTransfer.lineItems.items[0].basePrice.valueDecimal is negative"
    );
    let nobody = "00000000-0000-4000-8000-000000000000";
    let mut unknown = item("1.00");
    unknown["productID"] = json!(nobody);
    unknown["imageIDs"] = json!([nobody]);
    unknown["basePrice"]["currency"] = json!("EUR");
    unknown["options"] = json!([{"name": "", "quantity": 0, "imageIDs": [nobody]}]);
    assert_eq!(
        items(json!([unknown])).await,
        "runTransfer.lineItems.items[0].basePrice.currency would be that of amount, USD; \
         runTransfer.lineItems.items[0].options[0].name is missing; \
         runTransfer.lineItems.items[0].options[0].quantity is 0; it would be at least 1; \
         runTransfer.lineItems.items[0].options[0].imageIDs names no image; \
         runTransfer.lineItems.items[0].productID names no product; \
         runTransfer.lineItems.items[0].imageIDs names no image"
    );
}

#[tokio::test]
async fn what_cannot_be_decoded_is_refused_with_its_place() {
    let cast = Cast::new().await;
    let path = collection(PARTNER);
    let malformed = async |body: &str| {
        let refused = cast.ask().send_as("POST", &path, "application/json", body.to_owned()).await;
        assert_eq!(refused.status, 400, "{}", refused.text);
        refused.body()["error"].as_str().unwrap().to_owned()
    };
    assert_eq!(malformed("").await, "the body is empty; it would be JSON");
    assert_eq!(
        malformed(r#"{"occurrences": [{"runOn": "soon"}]}"#).await,
        "occurrences[0].runOn: \"soon\" is no date and time in the form 2040-03-01T00:00:00Z \
         (line 1, column 34)"
    );
    assert_eq!(
        malformed(r#"{"recur": {"runTransfer": {"amount": {"value": "12.04"}}}}"#).await,
        "recur.runTransfer.amount.value: invalid type: string \"12.04\", expected i64 \
         (line 1, column 54)"
    );
    assert_eq!(
        malformed(r#"{"occurrences": {}}"#).await,
        "occurrences: invalid type: map, expected a sequence (line 1, column 16)"
    );
}

#[tokio::test]
async fn only_the_owner_may_change_a_schedule_and_who_has_no_part_in_it_does_not_see_it() {
    let cast = Cast::new().await;
    let created = cast.schedule(json!({"occurrences": [occurrence(MOMENT, 1)]})).await;
    let id = created["scheduleID"].as_str().unwrap();
    let at = |account: &str| format!("{}/{id}", collection(account));
    for account in [CUSTOMER, MERCHANT] {
        cast.ask().send("PUT", &at(account), Some(json!({}))).await.is_bare(403);
        cast.ask().send("DELETE", &at(account), None).await.is_bare(403);
    }
    let stranger = at(super::cast::STRANGER);
    cast.ask().get(&stranger).await.is_bare(404);
    cast.ask().get(&format!("{stranger}/occurrences/latest")).await.is_bare(404);
    cast.ask().send("PUT", &stranger, Some(json!({}))).await.is_bare(404);
    cast.ask().send("DELETE", &stranger, None).await.is_bare(404);
    assert_eq!(cast.get(&collection(super::cast::STRANGER)).await, json!([]));
    assert_eq!(cast.get(&member(&created)).await, created);
}
