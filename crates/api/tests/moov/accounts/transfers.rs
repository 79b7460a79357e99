//! `/accounts/{accountID}/transfers`.

use serde_json::{Value, json};

use super::bank_accounts::bank_account;
use super::{account, john};
use crate::sandbox::{Answered, NOW, Sandbox, only, text};

const GOOD: &str = "4111111111111111";
const DECLINED: &str = "4000020000000000";
const KEY: &str = "d7d8f3f5-2c5b-4c0e-9f0a-6a7e2b1a0001";
const OTHER_KEY: &str = "d7d8f3f5-2c5b-4c0e-9f0a-6a7e2b1a0002";
/// The afternoon after the day it is: purchases have been credited.
const CREDITED: &str = "2026-01-06T18:00:00Z";

/// A customer with a card, and the platform that is paid.
struct Shop {
    sandbox: Sandbox,
    customer: String,
    /// The customer's card.
    card: String,
    /// The platform's wallet.
    wallet: String,
}

impl Shop {
    async fn open(number: &str) -> Shop {
        let sandbox = Sandbox::open().await;
        let customer = account(&sandbox, john()).await;
        let card = json!({
            "cardNumber": number, "cardCvv": "123", "expiration": {"month": "04", "year": "40"},
            "holderName": "john doe", "billingAddress": {"postalCode": "12345"},
        });
        let asking = sandbox.ask().header("x-wait-for", "payment-method");
        let linked = asking.post(&format!("/accounts/{customer}/cards"), card).await.ok();
        let card = text(&linked["paymentMethods"][0], "paymentMethodID");
        let wallet = wallet_of(&sandbox, &sandbox.platform).await;
        Shop { sandbox, customer, card, wallet }
    }

    fn path(&self) -> String {
        format!("/accounts/{}/transfers", self.sandbox.platform)
    }

    fn purchase(&self, amount: i64) -> Value {
        transfer(&self.card, &self.wallet, amount)
    }

    /// Asks for a transfer, and waits for all of it.
    async fn make(&self, key: &str, body: Value) -> Answered {
        let asking = self.sandbox.ask().header("x-idempotency-key", key);
        asking.header("x-wait-for", "rail-response").post(&self.path(), body).await
    }

    async fn balance(&self, account: &str) -> Value {
        let wallets = self.sandbox.get(&format!("/accounts/{account}/wallets")).await;
        wallets[0]["availableBalance"]["value"].clone()
    }

    async fn below(&self, transfer: &Value, what: &str, key: &str, body: Value) -> Answered {
        let path = format!("{}/{}/{what}", self.path(), text(transfer, "transferID"));
        self.sandbox.ask().header("x-idempotency-key", key).post(&path, body).await
    }
}

async fn wallet_of(sandbox: &Sandbox, account: &str) -> String {
    let path = format!("/accounts/{account}/payment-methods?paymentMethodType=moov-wallet");
    text(&sandbox.get(&path).await[0], "paymentMethodID")
}

fn transfer(source: &str, destination: &str, amount: i64) -> Value {
    json!({
        "source": {"paymentMethodID": source},
        "destination": {"paymentMethodID": destination},
        "amount": {"currency": "USD", "value": amount},
    })
}

#[tokio::test]
async fn a_purchase_is_confirmed_at_once_and_completes_on_the_next_banking_day() {
    let shop = Shop::open(GOOD).await;
    let mut body = shop.purchase(32_945);
    body["description"] = json!("Yoga");
    body["metadata"] = json!({"order": "7"});
    body["source"]["cardDetails"] = json!({"dynamicDescriptor": "WhlBdy *Yoga 11-12"});
    let made = shop.make(KEY, body).await.ok();
    let expected = json!({
        "createdOn": NOW,
        "status": "pending",
        "amount": {"currency": "USD", "value": 32_945},
        "description": "Yoga",
        "metadata": {"order": "7"},
    });
    assert_eq!(
        only(&made, &["createdOn", "status", "amount", "description", "metadata"]),
        expected
    );
    let source = &made["source"];
    assert_eq!(source["paymentMethodType"], "card-payment");
    assert_eq!(
        source["account"],
        json!({
            "accountID": shop.customer, "email": "noreply@moov.io", "displayName": "John Doe",
        })
    );
    assert_eq!(source["card"]["lastFourCardNumber"], "1111");
    assert_eq!(
        source["cardDetails"],
        json!({
            "status": "confirmed", "initiatedOn": NOW, "confirmedOn": NOW,
            "dynamicDescriptor": "WhlBdy *Yoga 11-12",
        })
    );
    assert_eq!(made["destination"]["paymentMethodType"], "moov-wallet");
    assert_eq!(made["destination"].get("cardDetails"), None);
    assert_eq!(shop.balance(&shop.sandbox.platform).await, 0);
    shop.sandbox.advance(CREDITED).await;
    let path = format!("{}/{}", shop.path(), text(&made, "transferID"));
    let done = shop.sandbox.get(&path).await;
    assert_eq!((&done["status"], &done["completedOn"]), (&json!("completed"), &json!(CREDITED)));
    assert_eq!(done["source"]["cardDetails"]["settledOn"], "2026-01-06T11:00:00Z");
    assert_eq!(shop.balance(&shop.sandbox.platform).await, 32_945);
    // All who have to do with it may see it, and nobody else.
    let id = text(&made, "transferID");
    let seen = shop.sandbox.get(&format!("/accounts/{}/transfers/{id}", shop.customer)).await;
    assert_eq!(seen, done);
    let stranger = account(&shop.sandbox, john()).await;
    let unseen = shop.sandbox.ask().get(&format!("/accounts/{stranger}/transfers/{id}")).await;
    unseen.is_bare(404);
}

#[tokio::test]
async fn whoever_does_not_wait_is_told_the_id_alone() {
    let shop = Shop::open(GOOD).await;
    let asking = shop.sandbox.ask().header("x-idempotency-key", KEY);
    let made = asking.post(&shop.path(), shop.purchase(100)).await.ok();
    let id = text(&made, "transferID");
    assert_eq!(made, json!({"transferID": id, "createdOn": NOW}));
}

#[tokio::test]
async fn a_key_makes_one_transfer_for_ever() {
    let shop = Shop::open(GOOD).await;
    let made = shop.make(KEY, shop.purchase(100)).await.ok();
    shop.make(KEY, shop.purchase(100)).await.is(409, &made);
    // Whatever is asked for under it, and however the key is written.
    shop.make(&KEY.to_uppercase(), json!({})).await.is(409, &made);
    let other = shop.make(OTHER_KEY, shop.purchase(100)).await.ok();
    assert_ne!(text(&other, "transferID"), text(&made, "transferID"));
}

#[tokio::test]
async fn a_request_without_a_key_is_not_taken() {
    let shop = Shop::open(GOOD).await;
    let refused = shop.sandbox.ask().post(&shop.path(), shop.purchase(100)).await;
    refused.is(400, &json!({"error": "the header x-idempotency-key is missing; it is a UUID"}));
    let long = shop.make(&"x".repeat(37), shop.purchase(100)).await;
    long.is(400, &json!({"error": "the header x-idempotency-key is longer than 36 characters"}));
}

#[tokio::test]
async fn a_declined_card_makes_a_transfer_that_failed() {
    let shop = Shop::open(DECLINED).await;
    let made = shop.make(KEY, shop.purchase(100)).await.ok();
    assert_eq!(
        only(&made, &["status", "failureReason"]),
        json!({"status": "failed", "failureReason": "source-payment-error"})
    );
    assert_eq!(
        made["source"]["cardDetails"],
        json!({
            "status": "failed", "failureCode": "do-not-honor",
            "initiatedOn": NOW, "failedOn": NOW,
        })
    );
}

#[tokio::test]
async fn a_card_that_fails_in_the_other_dialect_fails_here_in_moovs_words() {
    for (number, code) in [
        ("4111111111140011", "insufficient-funds"),
        ("4111111111130012", "lost-or-stolen"),
        ("4111111111190016", "suspected-fraud"),
        ("4111111111160001", "cvv-mismatch"),
    ] {
        let shop = Shop::open(number).await;
        let failed = shop.make(KEY, shop.purchase(100)).await.ok();
        assert_eq!(failed["source"]["cardDetails"]["failureCode"], code, "{number}");
    }
}

#[tokio::test]
async fn between_wallets_money_is_there_at_once_and_only_what_is_there() {
    let shop = Shop::open(GOOD).await;
    shop.make(KEY, shop.purchase(1_000)).await.ok();
    shop.sandbox.advance(CREDITED).await;
    let to = wallet_of(&shop.sandbox, &shop.customer).await;
    let paid = shop.make(OTHER_KEY, transfer(&shop.wallet, &to, 400)).await.ok();
    assert_eq!((&paid["status"], &paid["completedOn"]), (&json!("completed"), &json!(CREDITED)));
    let key = "third";
    let short = shop.make(key, transfer(&shop.wallet, &to, 601)).await.ok();
    assert_eq!(short["failureReason"], "wallet-insufficient-funds");
    assert_eq!(shop.balance(&shop.sandbox.platform).await, 600);
    assert_eq!(shop.balance(&shop.customer).await, 400);
}

#[tokio::test]
async fn what_is_wrong_with_a_transfer_is_told_at_once_by_its_keys() {
    let shop = Shop::open(GOOD).await;
    let body = json!({
        "source": {
            "paymentMethodID": "c520f1b9-0ba7-42f5-b977-248cdbe41c69",
            "achDetails": {"companyEntryDescription": "abc", "secCode": "XYZ"},
        },
        "destination": {},
        "amount": {"currency": "USD", "value": 0},
        "description": "x".repeat(257),
        "facilitatorFee": {"total": -1},
        "metadata": {"count": 7},
    });
    let refused = shop.make(KEY, body).await;
    let problems = json!({
        "source": "achDetails.secCode is \"XYZ\"; it would be one of WEB, PPD, CCD, TEL; \
                   source.achDetails.companyEntryDescription would be 4 to 10 characters long",
        "metadata": "\"count\" is not a text",
        "FacilitatorFee.TotalDecimal": "is -1; it would be at least 0",
        "amount": "amount.value is 0; it would be at least 1",
        "sourcePaymentMethodID": "source.paymentMethodID names no payment method",
        "destinationPaymentMethodID": "destination.paymentMethodID is missing",
        "description": "description is longer than 256 characters",
    });
    refused.is(422, &problems);
    let undecodable = shop.make(KEY, json!({"amount": 7})).await;
    assert_eq!(undecodable.status, 400);
}

#[tokio::test]
async fn a_method_pays_or_is_paid_as_its_rail_has_it() {
    let shop = Shop::open(GOOD).await;
    let backwards = shop.make(KEY, transfer(&shop.wallet, &shop.card, 100)).await;
    let told = "destination.paymentMethodID names a payment method that cannot be a destination";
    backwards.is(422, &json!({ "destinationPaymentMethodID": told }));
}

#[tokio::test]
async fn tax_is_told_as_the_version_has_it() {
    let shop = Shop::open(GOOD).await;
    let mut body = shop.purchase(1_080);
    body["salesTaxAmount"] = json!({"currency": "USD", "value": 80});
    let made = shop.make(KEY, body).await.ok();
    assert_eq!(made["salesTaxAmount"], json!({"currency": "USD", "value": 80}));
    assert_eq!(made.get("amountDetails"), None);
    let path = format!("{}/{}", shop.path(), text(&made, "transferID"));
    let newer = shop.sandbox.ask().header("x-moov-version", "v2026.07.00").get(&path).await.ok();
    let details = json!({"tax": {"currency": "USD", "valueDecimal": "0.80"}});
    assert_eq!((&newer["amountDetails"], newer.get("salesTaxAmount")), (&details, None));
    let mut body = shop.purchase(1_080);
    body["amountDetails"] = details.clone();
    let made = shop.make(OTHER_KEY, body).await.ok();
    assert_eq!(made["salesTaxAmount"], json!({"currency": "USD", "value": 80}));
}

#[tokio::test]
async fn parts_of_an_amount_are_shown_as_they_were_sent_and_are_no_more_than_it() {
    let shop = Shop::open(GOOD).await;
    let usd = |value: &str| json!({"currency": "USD", "valueDecimal": value});
    let details = json!({"tip": usd("1.005"), "tax": usd("0.80"), "surcharge": usd("0.10")});
    let mut body = shop.purchase(1_080);
    body["amountDetails"] = details.clone();
    let path = format!("{}/{}", shop.path(), {
        let made = shop.make(KEY, body.clone()).await.ok();
        text(&made, "transferID")
    });
    let newer = shop.sandbox.ask().header("x-moov-version", "v2026.07.00").get(&path).await.ok();
    assert_eq!(newer["amountDetails"], details);
    body["amountDetails"]["tax"] = json!({"currency": "EUR", "valueDecimal": "-1"});
    body["amountDetails"]["tip"] = usd("10.71");
    let told = json!({
        "tax": "currency would be USD",
        "surcharge": "is part of the amount, and makes it more than that",
    });
    shop.make(OTHER_KEY, body).await.is(422, &json!({ "amountDetails": told }));
    // A tax that is too much is told where it was sent, and nowhere else.
    for (field, tax, told) in [
        (
            "amountDetails",
            json!({"tax": usd("10.81")}),
            json!({"tax": "is part of the amount, and makes it more than that"}),
        ),
        (
            "salesTaxAmount",
            json!({"currency": "USD", "value": 1_081}),
            json!("salesTaxAmount is part of amount, and is not greater"),
        ),
    ] {
        let mut body = shop.purchase(1_080);
        body[field] = tax;
        shop.make(OTHER_KEY, body).await.is(422, &json!({ field: told }));
    }
}

#[tokio::test]
async fn another_currency_than_that_of_wallets_is_refused_wherever_money_goes() {
    let shop = Shop::open(GOOD).await;
    let mut body = shop.purchase(100);
    body["amount"]["currency"] = json!("EUR");
    let told = json!({"amount": "amount.currency is \"EUR\"; it would be USD"});
    shop.make(KEY, body.clone()).await.is(422, &told);
    // Nor between a card and a bank account, where no wallet is touched.
    let bank_accounts = format!("/accounts/{}/bank-accounts", shop.customer);
    shop.sandbox.post(&bank_accounts, bank_account()).await;
    let methods = format!("/accounts/{}/payment-methods", shop.customer);
    let credit = format!("{methods}?paymentMethodType=ach-credit-standard");
    let credit = text(&shop.sandbox.get(&credit).await[0], "paymentMethodID");
    body["destination"]["paymentMethodID"] = json!(credit);
    shop.make(KEY, body).await.is(422, &told);
}

#[tokio::test]
async fn what_is_wrong_with_line_items_is_told_at_their_own_places() {
    let shop = Shop::open(GOOD).await;
    let mut body = shop.purchase(100);
    let options = json!([{"name": "Oat Milk", "quantity": 0}]);
    let price = json!({"currency": "USD", "valueDecimal": "a lot"});
    body["lineItems"] = json!({"items": [
        {"name": "", "quantity": 1},
        {"name": "Latte", "quantity": 1, "basePrice": price, "options": options},
    ]});
    let form = "would be a decimal such as 12.99, of at most 9 decimals";
    let told = json!({"lineItems": {"items": {
        "0": {"name": "is missing", "basePrice": {"valueDecimal": "is missing"}},
        "1": {
            "basePrice": {"valueDecimal": form},
            "options": {"0": {"quantity": "is 0; it would be at least 1"}},
        },
    }}});
    shop.make(KEY, body).await.is(422, &told);
}

/// A bank account that was proved, and its payment methods by their types.
async fn proved_bank_account(shop: &Shop) -> (String, Vec<(String, String)>) {
    let path = format!("/accounts/{}/bank-accounts", shop.customer);
    let linked = shop.sandbox.post(&path, bank_account()).await;
    let path = format!("{path}/{}", text(&linked, "bankAccountID"));
    let deposits = format!("{path}/micro-deposits");
    shop.sandbox.ask().send("POST", &deposits, None).await.is_bare(204);
    shop.sandbox.put(&deposits, json!({"amounts": [0, 0]})).await;
    let methods = format!("/accounts/{}/payment-methods", shop.customer);
    let methods = format!("{methods}?sourceID={}", text(&linked, "bankAccountID"));
    let methods = shop.sandbox.get(&methods).await;
    let named = methods.as_array().unwrap().iter();
    let named = named.map(|it| (text(it, "paymentMethodType"), text(it, "paymentMethodID")));
    (path, named.collect())
}

#[tokio::test]
async fn a_bank_account_that_a_return_shows_to_be_of_no_use_is_errored_and_loses_its_methods() {
    for (amount, reason, code) in
        [(5_502, "ach-debit-return", "R02"), (5_503, "ach-credit-return", "R03")]
    {
        let shop = Shop::open(GOOD).await;
        let (path, methods) = proved_bank_account(&shop).await;
        let on = |wanted: &str| &methods.iter().find(|(kind, _)| kind == wanted).unwrap().1;
        let body = match code {
            "R02" => transfer(on("ach-debit-collect"), &shop.wallet, amount),
            _ => transfer(on("ach-debit-fund"), on("ach-credit-standard"), amount),
        };
        shop.make(KEY, body.clone()).await.ok();
        shop.sandbox.advance("2026-01-07T15:00:00Z").await;
        let errored = shop.sandbox.get(&path).await;
        let expected = json!({"status": "errored", "statusReason": reason});
        assert_eq!(only(&errored, &["status", "statusReason"]), expected);
        assert_eq!(errored.get("exceptionDetails"), None);
        let newer = shop.sandbox.ask().header("x-moov-version", "v2026.01.00").get(&path).await;
        assert_eq!(newer.ok()["exceptionDetails"]["achReturnCode"], code);
        let listed = format!("/accounts/{}/payment-methods", shop.customer);
        let listed = shop.sandbox.get(&listed).await;
        let kinds = listed.as_array().unwrap().iter().map(|it| text(it, "paymentMethodType"));
        let left = ["moov-wallet", "card-payment", "push-to-card", "pull-from-card"];
        assert_eq!(kinds.collect::<Vec<_>>(), left);
        // Neither a transfer nor a schedule can be made with one of them.
        let told = json!("source.paymentMethodID names no payment method");
        let refused = shop.make(OTHER_KEY, body.clone()).await;
        assert_eq!((refused.status, &refused.body()["sourcePaymentMethodID"]), (422, &told));
        let mut run = body;
        run["description"] = json!("rent");
        let occurrence = json!({"runOn": "2026-02-01T00:00:00Z", "runTransfer": run});
        let schedules = format!("/accounts/{}/schedules", shop.sandbox.platform);
        let schedule = json!({ "occurrences": [occurrence] });
        let refused = shop.sandbox.ask().post(&schedules, schedule).await;
        let told = refused.body()["occurrences"]["0"].as_str().unwrap().to_owned();
        let named = "runTransfer.source.paymentMethodID names no payment method";
        assert!(told.starts_with(named), "{told}");
    }
}

#[tokio::test]
async fn options_are_the_methods_by_which_money_could_go() {
    let shop = Shop::open(GOOD).await;
    shop.sandbox.post(&format!("/accounts/{}/bank-accounts", shop.customer), bank_account()).await;
    let platform = &shop.sandbox.platform;
    let body = json!({
        "source": {"accountID": shop.customer},
        "destination": {"paymentMethodID": shop.wallet},
        "amount": {"currency": "USD", "value": 100},
    });
    let older = shop.sandbox.post("/transfer-options", body.clone()).await;
    let path = format!("/accounts/{platform}/transfer-options");
    let options = shop.sandbox.post(&path, body).await;
    assert_eq!(options, older);
    let kinds = |options: &Value| -> Vec<String> {
        let each = options.as_array().unwrap().iter();
        each.map(|method| text(method, "paymentMethodType")).collect()
    };
    let sources = ["moov-wallet", "card-payment", "pull-from-card"];
    assert_eq!(kinds(&options["sourceOptions"]), sources);
    let wallet = format!("/accounts/{platform}/payment-methods/{}", shop.wallet);
    assert_eq!(options["destinationOptions"], json!([shop.sandbox.get(&wallet).await]));
    let body = json!({
        "destination": {"accountID": shop.customer},
        "amount": {"currency": "USD", "value": 100},
    });
    let options = shop.sandbox.post(&path, body).await;
    assert_eq!(options.get("sourceOptions"), None);
    let destinations =
        ["moov-wallet", "push-to-card", "ach-credit-standard", "ach-credit-same-day", "rtp-credit"];
    assert_eq!(kinds(&options["destinationOptions"]), destinations);
}

#[tokio::test]
async fn options_of_nobody_are_refused() {
    let shop = Shop::open(GOOD).await;
    let path = format!("/accounts/{}/transfer-options", shop.sandbox.platform);
    let nobody = "c520f1b9-0ba7-42f5-b977-248cdbe41c69";
    let body = json!({
        "source": {"accountID": nobody}, "destination": {"paymentMethodID": nobody},
        "amount": {"currency": "EUR", "value": 1},
    });
    let told = json!({
        "amount": "amount.currency is \"EUR\"; it would be USD",
        "source": "accountID names no account",
        "destination": "paymentMethodID names no payment method",
    });
    shop.sandbox.ask().post(&path, body).await.is(422, &told);
    let told = json!({"source": "names neither an account nor a payment method"});
    let amount = json!({"currency": "USD", "value": 1});
    shop.sandbox.ask().post(&path, json!({ "amount": amount })).await.is(422, &told);
}

#[tokio::test]
async fn transfers_are_listed_newest_first_by_what_is_asked() {
    let shop = Shop::open(GOOD).await;
    let first = shop.make("1", shop.purchase(100)).await.ok();
    shop.sandbox.advance(CREDITED).await;
    let to = wallet_of(&shop.sandbox, &shop.customer).await;
    let second = shop.make("2", transfer(&shop.wallet, &to, 40)).await.ok();
    let third = shop.make("3", transfer(&shop.wallet, &to, 999)).await.ok();
    let ids = async |query: &str| -> Vec<String> {
        let list = shop.sandbox.get(&format!("{}{query}", shop.path())).await;
        list.as_array().unwrap().iter().map(|transfer| text(transfer, "transferID")).collect()
    };
    let [first, second, third] = [first, second, third].map(|it| text(&it, "transferID"));
    assert_eq!(ids("").await, [&*third, &*second, &*first]);
    assert_eq!(ids("?status=completed").await, [&*second, &*first]);
    assert_eq!(ids("?skip=1&count=1").await, [&*second]);
    assert_eq!(ids("?startDateTime=2026-01-06T18:00:00Z").await, [&*third, &*second]);
    assert_eq!(ids("?endDateTime=2026-01-06T18:00:00Z").await, [&*first]);
    assert_eq!(ids(&format!("?accountIDs={}", shop.customer)).await.len(), 3);
    for nothing in [
        "?status=queued",
        "?refunded=true",
        "?disputed=true",
        "?groupID=c520f1b9-0ba7-42f5-b977-248cdbe41c69",
        "?scheduleID=c520f1b9-0ba7-42f5-b977-248cdbe41c69",
        "?accountIDs=c520f1b9-0ba7-42f5-b977-248cdbe41c69",
    ] {
        assert_eq!(ids(nothing).await, [""; 0], "{nothing}");
    }
    for malformed in ["?skip=abc", "?status=lost", "?startDateTime=today", "?refunded=maybe"] {
        let refused = shop.sandbox.ask().get(&format!("{}{malformed}", shop.path())).await;
        assert_eq!(refused.status, 400, "{malformed}");
    }
    let found = shop.sandbox.get(&format!("/accounts/{}/transfers", shop.customer)).await;
    assert_eq!(found.as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn a_transfer_s_own_data_are_replaced_and_cleared() {
    let shop = Shop::open(GOOD).await;
    let made = shop.make(KEY, shop.purchase(100)).await.ok();
    let path = format!("{}/{}", shop.path(), text(&made, "transferID"));
    let changed = shop.sandbox.patch(&path, json!({"metadata": {"a": "1"}})).await;
    assert_eq!(changed["metadata"], json!({"a": "1"}));
    assert_eq!(shop.sandbox.patch(&path, json!({})).await, changed);
    let cleared = shop.sandbox.patch(&path, json!({"metadata": null})).await;
    assert_eq!(cleared, made);
}

#[tokio::test]
async fn a_purchase_is_refunded_once_it_is_there() {
    let shop = Shop::open(GOOD).await;
    let made = shop.make(KEY, shop.purchase(1_000)).await.ok();
    let early = shop.below(&made, "refunds", OTHER_KEY, json!({})).await;
    let told = "the transfer has not completed, so nothing can go back";
    early.is(422, &json!({ "error": told }));
    shop.sandbox.advance(CREDITED).await;
    let refund = shop.below(&made, "refunds", OTHER_KEY, json!({"amount": 400})).await.ok();
    let id = text(&refund, "refundID");
    let amount = json!({"currency": "USD", "value": 400});
    assert_eq!(refund, json!({"refundID": id, "createdOn": CREDITED, "amount": amount}));
    let whole = json!({
        "refundID": id, "createdOn": CREDITED, "updatedOn": CREDITED,
        "status": "pending", "amount": amount,
        "cardDetails": {"status": "confirmed", "initiatedOn": CREDITED, "confirmedOn": CREDITED},
    });
    let again = shop.below(&made, "refunds", OTHER_KEY, json!({"amount": 400})).await;
    again.is(409, &whole);
    let capitals = json!({"transferID": text(&made, "transferID").to_ascii_uppercase()});
    let in_capitals = shop.below(&capitals, "refunds", OTHER_KEY, json!({"amount": 400})).await;
    in_capitals.is(409, &whole);
    let much = shop.below(&made, "refunds", "more", json!({"amount": 601})).await;
    much.is(422, &json!({"amount": "only 600 can still be refunded"}));
    let path = format!("{}/{}", shop.path(), text(&made, "transferID"));
    assert_eq!(shop.sandbox.get(&format!("{path}/refunds")).await, json!([whole]));
    assert_eq!(shop.sandbox.get(&format!("{path}/refunds/{id}")).await, whole);
    let shown = shop.sandbox.get(&path).await;
    assert_eq!((&shown["refundedAmount"], &shown["refunds"]), (&amount, &json!([whole])));
    assert_eq!(shop.balance(&shop.sandbox.platform).await, 600);
    shop.sandbox.advance("2026-01-07T18:00:00Z").await;
    let done = shop.sandbox.get(&format!("{path}/refunds/{id}")).await;
    assert_eq!(done["status"], "completed");
}

#[tokio::test]
async fn a_reversal_cancels_before_settlement_and_refunds_after() {
    let shop = Shop::open(GOOD).await;
    let early = shop.make("1", shop.purchase(100)).await.ok();
    let late = shop.make("2", shop.purchase(200)).await.ok();
    let reversed = shop.below(&early, "reversals", "3", json!({"amount": 100})).await.ok();
    let cancellation = &reversed["cancellation"];
    assert_eq!(
        only(cancellation, &["status", "createdOn"]),
        json!({"status": "completed", "createdOn": NOW})
    );
    let again = shop.below(&early, "reversals", "4", json!({})).await.ok();
    assert_eq!(&again["cancellation"], cancellation);
    let path = format!("{}/{}", shop.path(), text(&early, "transferID"));
    let canceled = shop.sandbox.get(&path).await;
    assert_eq!(canceled["status"], "canceled");
    assert_eq!(canceled["cancellations"], json!([cancellation]));
    let id = text(cancellation, "cancellationID");
    assert_eq!(&shop.sandbox.get(&format!("{path}/cancellations/{id}")).await, cancellation);
    let partial = shop.below(&late, "reversals", "5", json!({"amount": 50})).await;
    assert_eq!(partial.status, 409);
    shop.sandbox.advance(CREDITED).await;
    let refunded = shop.below(&late, "reversals", "5", json!({"amount": 50})).await.ok();
    assert_eq!(refunded["refund"]["amount"]["value"], 50);
    let same = shop.below(&late, "reversals", "5", json!({"amount": 50})).await.ok();
    assert_eq!(same, refunded);
    let gone = shop.below(&late, "cancellations", "6", json!({})).await;
    gone.is(400, &json!({"error": "the transfer has left, so it cannot be canceled any more"}));
}

#[tokio::test]
async fn a_bank_account_is_debited_in_an_hour_and_a_return_undoes_it() {
    let shop = Shop::open(GOOD).await;
    let path = format!("/accounts/{}/bank-accounts", shop.customer);
    let bank_account = json!({"account": {
        "holderName": "John Doe", "holderType": "individual", "bankAccountType": "checking",
        "accountNumber": "0004321567000", "routingNumber": "273976369",
    }});
    let linked = shop.sandbox.post(&path, bank_account).await;
    let deposits = format!("{path}/{}/micro-deposits", text(&linked, "bankAccountID"));
    let started = shop.sandbox.ask().send("POST", &deposits, None).await;
    assert_eq!(started.status, 204, "{}", started.text);
    let told = shop.sandbox.ask().send("PUT", &deposits, Some(json!({"amounts": [0, 0]}))).await;
    assert_eq!(told.status, 200, "{}", told.text);
    let methods =
        format!("/accounts/{}/payment-methods?paymentMethodType=ach-debit-collect", shop.customer);
    let collect = text(&shop.sandbox.get(&methods).await[0], "paymentMethodID");
    let good = shop.make("1", transfer(&collect, &shop.wallet, 100)).await.ok();
    let returned = shop.make("2", transfer(&collect, &shop.wallet, 5_501)).await.ok();
    assert_eq!(good["source"]["achDetails"]["status"], "initiated");
    shop.sandbox.advance("2026-01-05T16:00:00Z").await;
    let read = async |made: &Value| {
        shop.sandbox.get(&format!("{}/{}", shop.path(), text(made, "transferID"))).await
    };
    let good = read(&good).await;
    assert_eq!(good["status"], "completed");
    assert_eq!(good["source"]["achDetails"]["originatedOn"], "2026-01-05T15:30:00Z");
    assert_eq!(text(&good["source"]["achDetails"], "traceNumber").len(), 15);
    let returned = read(&returned).await;
    assert_eq!(returned["status"], "failed");
    assert_eq!(
        returned["source"]["achDetails"]["return"],
        json!({
            "code": "R01", "reason": "Insufficient Funds",
            "description": "The balance is not enough for the debit",
        })
    );
    assert_eq!(shop.balance(&shop.sandbox.platform).await, 100);
}

#[tokio::test]
async fn the_partner_is_credited_with_its_fee() {
    let shop = Shop::open(GOOD).await;
    let merchant = account(&shop.sandbox, john()).await;
    let to = wallet_of(&shop.sandbox, &merchant).await;
    let mut body = transfer(&shop.card, &to, 1_000);
    body["facilitatorFee"] = json!({"totalDecimal": "0.25"});
    let made = shop.make(KEY, body).await.ok();
    assert_eq!(made["facilitatorFee"], json!({"totalDecimal": "0.25"}));
    shop.sandbox.advance(CREDITED).await;
    assert_eq!(shop.balance(&merchant).await, 975);
    assert_eq!(shop.balance(&shop.sandbox.platform).await, 25);
}

#[tokio::test]
async fn who_only_pays_may_look_and_change_nothing() {
    let shop = Shop::open(GOOD).await;
    let merchant = account(&shop.sandbox, john()).await;
    let to = wallet_of(&shop.sandbox, &merchant).await;
    let made = shop.make(KEY, transfer(&shop.card, &to, 1_000)).await.ok();
    let id = text(&made, "transferID");
    let path = |account: &str, below: &str| format!("/accounts/{account}/transfers/{id}{below}");
    let payer = &shop.customer;
    assert_eq!(shop.sandbox.get(&path(payer, "")).await["transferID"], id);
    let asking = || shop.sandbox.ask().header("x-idempotency-key", OTHER_KEY);
    asking().send("PATCH", &path(payer, ""), Some(json!({"metadata": {}}))).await.is_bare(403);
    for below in ["/cancellations", "/refunds", "/reversals"] {
        asking().post(&path(payer, below), json!({})).await.is_bare(403);
    }
    // Who is paid may, and so may who runs it.
    let said = json!({"metadata": {"till": "3"}});
    assert_eq!(
        shop.sandbox.patch(&path(&merchant, ""), said.clone()).await["metadata"]["till"],
        "3"
    );
    asking().post(&path(&merchant, "/cancellations"), json!({})).await.ok();
}

#[tokio::test]
async fn a_key_of_a_transfer_that_was_refused_can_be_used_again() {
    let shop = Shop::open(GOOD).await;
    assert_eq!(shop.make(KEY, shop.purchase(0)).await.status, 422);
    shop.make(KEY, shop.purchase(100)).await.ok();
}

#[tokio::test]
async fn the_platforms_own_id_of_a_transfer_is_kept_and_looked_for() {
    let shop = Shop::open(GOOD).await;
    let named = |foreign_id: &str| {
        let mut body = shop.purchase(100);
        body["foreignID"] = json!(foreign_id);
        body
    };
    let made = shop.make(KEY, named("order-7")).await.ok();
    assert_eq!(made["foreignID"], "order-7");
    shop.make(OTHER_KEY, shop.purchase(100)).await.ok();
    let found = shop.sandbox.get(&format!("{}?foreignID=order-7", shop.path())).await;
    assert_eq!(found, json!([made]));
    let long = shop.make("long", named(&"x".repeat(65))).await;
    long.is(422, &json!({"foreignID": "is longer than 64 characters"}));
}

#[tokio::test]
async fn what_is_not_simulated_of_a_source_is_said() {
    let shop = Shop::open(GOOD).await;
    for (field, told) in [
        ("transferID", "transfer groups are not simulated; name a paymentMethodID"),
        ("paymentToken", "payment tokens are not simulated; name a paymentMethodID"),
    ] {
        let mut body = shop.purchase(100);
        body["source"][field] = json!(KEY);
        shop.make(KEY, body).await.is(422, &json!({ "source": told }));
    }
}

#[tokio::test]
async fn an_instant_credit_says_which_network_took_it_since_2026() {
    let shop = Shop::open(GOOD).await;
    shop.sandbox.fill_wallet(&shop.sandbox.platform, 100).await;
    shop.sandbox.post(&format!("/accounts/{}/bank-accounts", shop.customer), bank_account()).await;
    let credit =
        format!("/accounts/{}/payment-methods?paymentMethodType=rtp-credit", shop.customer);
    let credit = text(&shop.sandbox.get(&credit).await[0], "paymentMethodID");
    let made = shop.make(KEY, transfer(&shop.wallet, &credit, 100)).await.ok();
    let marks = json!({"status": "completed", "initiatedOn": NOW, "completedOn": NOW});
    assert_eq!(made["destination"]["rtpDetails"], marks);
    assert_eq!(made["destination"].get("instantBankDetails"), None);
    let path = format!("{}/{}", shop.path(), text(&made, "transferID"));
    let newer = shop.sandbox.ask().header("x-moov-version", "v2026.01.00").get(&path).await.ok();
    let mut marks = marks;
    marks["network"] = json!("rtp");
    assert_eq!(newer["destination"]["instantBankDetails"], marks);
    assert_eq!(newer["destination"].get("rtpDetails"), None);
}
