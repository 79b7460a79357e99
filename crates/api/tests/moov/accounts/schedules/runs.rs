//! What becomes of an occurrence when its time has come.

use serde_json::{Value, json};

use super::cast::{
    CUSTOMER, Cast, DEBIT, MERCHANT_WALLET, PARTNER, PARTNER_WALLET, each, member, recur, run_on,
    transfer_with,
};
use crate::sandbox::{only, text};

/// A Tuesday.
const TUESDAY: &str = "2026-01-06T15:00:00Z";
/// A card that is declined.
const DECLINED: &str = "00000000-0000-4000-8000-00000000dec1";

impl Cast {
    /// A transfer on Tuesday, otherwise than from card to wallet.
    async fn on_tuesday(&self, otherwise: Value) -> Value {
        let body = json!({"runOn": TUESDAY, "runTransfer": transfer_with(&otherwise)});
        self.schedule(json!({"occurrences": [body]})).await
    }

    /// What has become of its occurrence.
    async fn run(&self, schedule: &Value, now: &str) -> Value {
        self.advance(now).await;
        let shown = self.get(&member(schedule)).await;
        let occurrence = &shown["occurrences"][0];
        let path = format!("{}/occurrences/latest", member(schedule));
        assert_eq!(&self.get(&path).await, occurrence);
        occurrence.clone()
    }

    /// The transfer that it made.
    async fn transfer_of(&self, occurrence: &Value) -> Value {
        let id = text(occurrence, "ranTransferID");
        self.get(&format!("/accounts/{PARTNER}/transfers/{id}")).await
    }
}

#[tokio::test]
async fn an_occurrence_is_pending_until_its_transfer_is_final_and_then_completed() {
    let cast = Cast::new().await;
    let created = cast.on_tuesday(json!({})).await;
    let mut wanted = created["occurrences"][0].clone();
    assert_eq!(only(&wanted, &["status", "ranOn"]), json!({"status": null, "ranOn": null}));
    let pending = cast.run(&created, TUESDAY).await;
    wanted["ranOn"] = json!(TUESDAY);
    wanted["ranTransferID"] = pending["ranTransferID"].clone();
    wanted["status"] = json!("pending");
    assert_eq!(pending, wanted);
    let completed = cast.run(&created, "2026-01-07T18:00:00Z").await;
    wanted["status"] = json!("completed");
    assert_eq!(completed, wanted);
}

#[tokio::test]
async fn a_transfer_says_which_occurrence_it_pays() {
    let cast = Cast::new().await;
    let created = cast.on_tuesday(json!({"description": "Gym dues"})).await;
    let ran = cast.run(&created, TUESDAY).await;
    assert_eq!(
        only(
            &cast.transfer_of(&ran).await,
            &["transferID", "scheduleID", "occurrenceID", "description", "createdOn"]
        ),
        json!({
            "transferID": ran["ranTransferID"],
            "scheduleID": created["scheduleID"],
            "occurrenceID": ran["occurrenceID"],
            "description": "Gym dues",
            "createdOn": TUESDAY,
        })
    );
}

#[tokio::test]
async fn card_schemes_are_told_which_transfers_recur() {
    let cast = Cast::new().await;
    let fee = json!({"runOn": TUESDAY, "runTransfer": transfer_with(&json!({}))});
    let rule = recur("FREQ=DAILY;COUNT=4", TUESDAY, 100);
    let created = cast.schedule(json!({"recur": rule, "occurrences": [fee]})).await;
    // The first is the first that was not called off.
    let of_rule = created["occurrences"].as_array().unwrap().iter();
    let canceled = of_rule.clone().find(|it| it["generated"] == json!(true)).unwrap();
    let canceled = json!({"occurrenceID": canceled["occurrenceID"], "canceled": true});
    cast.put(&member(&created), json!({"occurrences": [canceled]})).await;
    cast.advance("2026-01-31T00:00:00Z").await;
    let shown = cast.get(&member(&created)).await;
    let mut told = Vec::new();
    for occurrence in shown["occurrences"].as_array().unwrap() {
        if occurrence.get("ranTransferID").is_some() {
            let transfer = cast.transfer_of(occurrence).await;
            let card = &transfer["source"]["cardDetails"];
            told.push((occurrence["generated"].clone(), card["transactionSource"].clone()));
        }
    }
    let said = |generated: bool, source: &str| (json!(generated), json!(source));
    let expected = [
        said(false, "unscheduled"),
        said(true, "first-recurring"),
        said(true, "recurring"),
        said(true, "recurring"),
    ];
    assert_eq!(told, expected);
}

#[tokio::test]
async fn an_occurrence_fails_with_its_card_says_why_and_is_not_tried_again() {
    let cast = Cast::new().await;
    let customer = cast.find(CUSTOMER);
    cast.card(customer, "4000020000000000", DECLINED).await;
    let mut rule = recur("FREQ=DAILY;COUNT=3", TUESDAY, 100);
    rule["runTransfer"]["source"]["paymentMethodID"] = json!(DECLINED);
    let created = cast.schedule(json!({"recur": rule})).await;
    let failed = cast.run(&created, TUESDAY).await;
    assert_eq!(only(&failed, &["status", "ranOn"]), json!({"status": "failed", "ranOn": TUESDAY}));
    assert!(!text(&failed["error"], "message").is_empty());
    assert_eq!(cast.transfer_of(&failed).await["status"], "failed");
    cast.advance("2026-02-01T00:00:00Z").await;
    let shown = cast.get(&member(&created)).await;
    assert_eq!(shown["occurrences"][0], failed);
    assert_eq!(each(&shown, "status"), ["failed", "failed", "failed"]);
    assert_eq!(
        each(&shown, "ranOn"),
        run_on(&shown).iter().map(|it| json!(it)).collect::<Vec<_>>()
    );
    assert_eq!(shown.get("disabledOn"), None);
}

#[tokio::test]
async fn an_occurrence_fails_with_an_empty_wallet() {
    let cast = Cast::new().await;
    let otherwise = json!({
        "source": {"paymentMethodID": PARTNER_WALLET},
        "destination": {"paymentMethodID": MERCHANT_WALLET},
    });
    let created = cast.on_tuesday(otherwise).await;
    let failed = cast.run(&created, TUESDAY).await;
    assert_eq!(failed["status"], "failed");
    assert!(!text(&failed["error"], "message").is_empty());
}

#[tokio::test]
async fn an_occurrence_fails_when_its_debit_is_returned() {
    let cast = Cast::new().await;
    let otherwise = json!({"amount": {"value": 5_501}, "source": {"paymentMethodID": DEBIT}});
    let created = cast.on_tuesday(otherwise).await;
    let pending = cast.run(&created, TUESDAY).await;
    assert_eq!((&pending["status"], pending.get("error")), (&json!("pending"), None));
    let failed = cast.run(&created, "2026-01-06T18:00:00Z").await;
    let mut wanted = pending;
    wanted["status"] = json!("failed");
    wanted["error"] = failed["error"].clone();
    assert_eq!(failed, wanted);
    assert!(!text(&failed["error"], "message").is_empty());
}

#[tokio::test]
async fn what_runs_says_what_its_schedule_said_when_it_ran() {
    let cast = Cast::new().await;
    let price = |decimal: &str| json!({"currency": "USD", "valueDecimal": decimal});
    let items = json!({"items": [{"basePrice": price("0.90"), "name": "Latte", "quantity": 1}]});
    let created = cast
        .on_tuesday(json!({
            "lineItems": items,
            "salesTaxAmount": {"currency": "USD", "value": 10},
            "source": {"cardDetails": {"dynamicDescriptor": "WhlBdy *Yoga 11-12"}},
        }))
        .await;
    let ran = cast.run(&created, TUESDAY).await;
    let transfer = cast.transfer_of(&ran).await;
    assert_eq!(
        only(&transfer, &["amount", "lineItems"]),
        json!({"amount": {"currency": "USD", "value": 100}, "lineItems": items})
    );
    assert_eq!(transfer["source"]["cardDetails"]["dynamicDescriptor"], "WhlBdy *Yoga 11-12");
}
