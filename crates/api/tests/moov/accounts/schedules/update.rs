//! `PUT /accounts/{accountID}/schedules/{scheduleID}`.

use serde_json::{Value, json};

use super::cast::{
    Cast, MERCHANT_WALLET, PRODUCT, STRANGER_WALLET, cents, each, member, occurrence, recur,
    run_on, transfer, transfer_with,
};
use crate::sandbox::{only, text};

/// Four Sundays of 2040, and one occurrence added by hand before them.
async fn five(cast: &Cast) -> Value {
    cast.schedule(json!({
        "description": "a simple schedule",
        "recur": recur("FREQ=WEEKLY;COUNT=4", "2040-04-01T00:00:00Z", 100),
        "occurrences": [occurrence("2040-03-01T00:00:00Z", 200)],
    }))
    .await
}

/// Ten days from tomorrow on.
async fn ten_days(cast: &Cast) -> Value {
    cast.schedule(json!({"recur": recur("FREQ=DAILY;COUNT=10", "2026-01-06T00:00:00Z", 100)})).await
}

/// A change of the occurrence at a place.
fn of(schedule: &Value, index: usize, change: &Value) -> Value {
    let mut change = change.clone();
    change["occurrenceID"] = schedule["occurrences"][index]["occurrenceID"].clone();
    change
}

impl Cast {
    async fn change(&self, schedule: &Value, body: Value) -> Value {
        let changed = self.put(&member(schedule), body).await;
        assert_eq!(self.get(&member(schedule)).await, changed);
        let mut sorted = run_on(&changed);
        sorted.sort_by_key(|instant| instant.parse::<jiff::Timestamp>().unwrap());
        assert_eq!(run_on(&changed), sorted);
        changed
    }

    async fn change_occurrence(&self, schedule: &Value, index: usize, change: Value) -> Value {
        self.change(schedule, json!({"occurrences": [of(schedule, index, &change)]})).await
    }

    /// Refuses an edit, and does nothing.
    async fn refuses_change(&self, schedule: &Value, status: u16, body: Value) -> Value {
        let before = self.get(&member(schedule)).await;
        let refused = self.ask().send("PUT", &member(schedule), Some(body)).await;
        assert_eq!(refused.status, status, "{}", refused.text);
        assert_eq!(self.get(&member(schedule)).await, before);
        refused.body()
    }
}

/// All that a schedule says, apart from when it was changed.
fn but_for_updated_on(schedule: &Value) -> Value {
    let mut schedule = schedule.clone();
    schedule.as_object_mut().unwrap().remove("updatedOn");
    schedule
}

/// A schedule as moov-go sends it back: every occurrence in full.
fn sent_back(schedule: &Value) -> Value {
    let occurrences = schedule["occurrences"].as_array().unwrap().iter();
    let occurrences: Vec<Value> =
        occurrences.map(|it| only(it, &["occurrenceID", "runOn", "runTransfer"])).collect();
    let mut body = json!({"occurrences": occurrences});
    for field in ["description", "recur"] {
        if let Some(value) = schedule.get(field) {
            body[field] = value.clone();
        }
    }
    body
}

#[tokio::test]
async fn moov_go_s_own_update_does_what_its_test_expects() {
    let cast = Cast::new().await;
    let created = cast
        .schedule(json!({
            "description": "a simple schedule",
            "recur": recur("FREQ=MONTHLY;COUNT=6", "2040-04-01T00:00:00Z", 100),
            "occurrences": [occurrence("2040-03-01T00:00:00Z", 200)],
        }))
        .await;
    assert_eq!(run_on(&created).len(), 7);
    let mut body = sent_back(&created);
    body["recur"]["runTransfer"] = transfer(200);
    body["occurrences"][0]["runOn"] = json!("2040-03-02T00:00:00Z");
    body["occurrences"][1]["runTransfer"] = transfer(300);
    body["occurrences"][2]["canceled"] = json!(true);
    body["occurrences"].as_array_mut().unwrap().push(occurrence("2040-03-01T01:00:00Z", 1));
    let changed = cast.change(&created, body).await;
    assert_eq!(
        run_on(&changed)[..4],
        [
            "2040-03-01T01:00:00Z",
            "2040-03-02T00:00:00Z",
            "2040-04-01T00:00:00Z",
            "2040-05-01T00:00:00Z",
        ]
    );
    assert_eq!(cents(&changed), [1, 200, 300, 100, 100, 100, 100, 100], "what was sent is its own");
    assert_eq!(changed["occurrences"][3]["canceledOn"], crate::sandbox::NOW);
    let ids = each(&changed, "occurrenceID");
    assert_eq!(ids[1..], each(&created, "occurrenceID"));
}

#[tokio::test]
async fn what_is_left_out_stays() {
    let cast = Cast::new().await;
    let created = five(&cast).await;
    let same = cast.change(&created, json!({})).await;
    assert_eq!(but_for_updated_on(&same), but_for_updated_on(&created));
    let nulls = json!({"description": null, "occurrences": null, "recur": null});
    let same = cast.change(&created, nulls).await;
    assert_eq!(but_for_updated_on(&same), but_for_updated_on(&created));
    let renamed = cast.change(&created, json!({"description": "another"})).await;
    assert_eq!(renamed["description"], "another");
    assert_eq!(renamed["occurrences"], created["occurrences"]);
    let nameless = cast.change(&created, json!({"description": ""})).await;
    assert_eq!(nameless.get("description"), None);
}

#[tokio::test]
async fn what_is_sent_back_as_it_was_shown_changes_nothing() {
    let cast = Cast::new().await;
    let created = five(&cast).await;
    cast.advance("2040-04-10T00:00:00Z").await;
    let before = cast.get(&member(&created)).await;
    assert_eq!(before["occurrences"][2]["ranOn"], "2040-04-08T00:00:00Z");
    let same = cast.change(&created, sent_back(&before)).await;
    assert_eq!(but_for_updated_on(&same), but_for_updated_on(&before));
    assert_eq!(same["updatedOn"], "2040-04-10T00:00:00Z");
}

#[tokio::test]
async fn the_least_that_an_sdk_sends_cancels_one_occurrence() {
    let cast = Cast::new().await;
    let created = five(&cast).await;
    let changed = cast.change_occurrence(&created, 2, json!({"canceled": true})).await;
    let mut wanted = created.clone();
    wanted["occurrences"][2]["canceledOn"] = json!(crate::sandbox::NOW);
    assert_eq!(changed, wanted);
    let again = cast.change_occurrence(&created, 2, json!({"canceled": true})).await;
    assert_eq!(again, changed);
}

#[tokio::test]
async fn what_was_canceled_is_resumed() {
    let cast = Cast::new().await;
    let created = five(&cast).await;
    for index in [0, 2] {
        cast.change_occurrence(&created, index, json!({"canceled": true})).await;
        let resumed = cast.change_occurrence(&created, index, json!({"canceled": false})).await;
        assert_eq!(resumed, created);
    }
}

#[tokio::test]
async fn what_was_canceled_does_not_run_and_what_was_resumed_does() {
    let cast = Cast::new().await;
    let created = ten_days(&cast).await;
    cast.change_occurrence(&created, 0, json!({"canceled": true})).await;
    cast.change_occurrence(&created, 1, json!({"canceled": true})).await;
    cast.change_occurrence(&created, 1, json!({"canceled": false})).await;
    cast.advance("2026-01-07T12:00:00Z").await;
    let ran = each(&cast.get(&member(&created)).await, "ranOn");
    assert_eq!(ran[..2], [Value::Null, json!("2026-01-07T00:00:00Z")]);
}

#[tokio::test]
async fn what_was_canceled_and_whose_time_has_passed_is_resumed_with_a_later_one() {
    let cast = Cast::new().await;
    let created = ten_days(&cast).await;
    cast.change_occurrence(&created, 0, json!({"canceled": true})).await;
    cast.advance("2026-01-06T12:00:00Z").await;
    let resume = json!({"occurrences": [of(&created, 0, &json!({"canceled": false}))]});
    assert_eq!(
        cast.refuses_change(&created, 422, resume).await,
        json!({"occurrences": {"0": "runOn has passed; it would be now or later"}})
    );
    let later = json!({"canceled": false, "runOn": "2026-01-06T18:00:00Z"});
    let resumed = cast.change_occurrence(&created, 0, later).await;
    assert_eq!(run_on(&resumed)[0], "2026-01-06T18:00:00Z");
    cast.advance("2026-01-06T20:00:00Z").await;
    let ran = each(&cast.get(&member(&created)).await, "ranOn");
    assert_eq!(ran[..2], [json!("2026-01-06T18:00:00Z"), Value::Null]);
}

#[tokio::test]
async fn another_template_is_what_generated_occurrences_pay_that_are_not_named() {
    let cast = Cast::new().await;
    let created = five(&cast).await;
    let mut body = json!({"recur": created["recur"]});
    body["recur"]["runTransfer"] = transfer(150);
    body["occurrences"] = json!([of(&created, 1, &json!({"runTransfer": transfer(300)}))]);
    let changed = cast.change(&created, body).await;
    assert_eq!(cents(&changed), [200, 300, 150, 150, 150]);
    assert_eq!(each(&changed, "occurrenceID"), each(&created, "occurrenceID"));
    assert_eq!(
        each(&changed, "modified"),
        [Value::Null, json!(true), Value::Null, Value::Null, Value::Null]
    );
}

#[tokio::test]
async fn a_modified_occurrence_keeps_its_own_transfer_when_the_template_changes_later() {
    let cast = Cast::new().await;
    let created = five(&cast).await;
    cast.change_occurrence(&created, 1, json!({"runTransfer": transfer(300)})).await;
    cast.change_occurrence(&created, 2, json!({"runOn": "2040-04-09T00:00:00Z"})).await;
    let mut template = created["recur"].clone();
    template["runTransfer"] = transfer(150);
    let changed = cast.change(&created, json!({"recur": template})).await;
    assert_eq!(cents(&changed), [200, 300, 150, 150, 150]);
    let as_template =
        cast.change_occurrence(&created, 1, json!({"runTransfer": transfer(150)})).await;
    assert_eq!(as_template["occurrences"][1].get("modified"), None);
}

#[tokio::test]
async fn what_has_run_shows_what_it_ran_with_whatever_the_template_says_later() {
    let cast = Cast::new().await;
    let created = ten_days(&cast).await;
    let mut template = created["recur"].clone();
    for (now, cents) in [("2026-01-07T12:00:00Z", 150), ("2026-01-08T12:00:00Z", 200)] {
        cast.advance(now).await;
        template["runTransfer"] = transfer(cents);
        cast.change(&created, json!({"recur": template})).await;
    }
    let changed = cast.get(&member(&created)).await;
    assert_eq!(cents(&changed), [100, 100, 150, 200, 200, 200, 200, 200, 200, 200]);
    let same = cast.change(&created, sent_back(&changed)).await;
    assert_eq!(same["occurrences"], changed["occurrences"]);
}

#[tokio::test]
async fn the_same_rule_in_other_words_leaves_every_occurrence_as_it_is() {
    let cast = Cast::new().await;
    let created = five(&cast).await;
    let changed = cast.change_occurrence(&created, 3, json!({"canceled": true})).await;
    let mut rule = created["recur"].clone();
    rule["recurrenceRule"] = json!("RRULE:COUNT=4;INTERVAL=1;FREQ=WEEKLY");
    let renamed = cast.change(&created, json!({"recur": rule})).await;
    assert_eq!(renamed["occurrences"], changed["occurrences"]);
    assert_eq!(renamed["recur"], rule);
}

#[tokio::test]
async fn a_rule_without_a_start_keeps_the_one_it_had() {
    let cast = Cast::new().await;
    let created = five(&cast).await;
    let rule = json!({"recurrenceRule": "FREQ=WEEKLY;COUNT=4", "runTransfer": transfer(100)});
    let changed = cast.change(&created, json!({"recur": rule})).await;
    assert_eq!(changed["recur"], created["recur"]);
    assert_eq!(changed["occurrences"], created["occurrences"]);
}

#[tokio::test]
async fn another_rule_gives_anew_what_has_not_run_and_leaves_what_has_and_what_was_added() {
    let cast = Cast::new().await;
    let created = cast
        .schedule(json!({
            "recur": recur("FREQ=DAILY;COUNT=10", "2026-01-06T00:00:00Z", 100),
            "occurrences": [occurrence("2026-01-20T00:00:00Z", 200)],
        }))
        .await;
    cast.advance("2026-01-08T12:00:00Z").await;
    let before = cast.get(&member(&created)).await;
    let weekly = recur("FREQ=WEEKLY;COUNT=3", "2026-01-07T00:00:00Z", 100);
    let changed = cast.change(&created, json!({"recur": weekly})).await;
    assert_eq!(
        run_on(&changed),
        [
            "2026-01-06T00:00:00Z",
            "2026-01-07T00:00:00Z",
            "2026-01-08T00:00:00Z",
            "2026-01-14T00:00:00Z",
            "2026-01-20T00:00:00Z",
            "2026-01-21T00:00:00Z",
        ]
    );
    assert_eq!(
        changed["occurrences"].as_array().unwrap()[..3],
        before["occurrences"].as_array().unwrap()[..3]
    );
    assert_eq!(changed["occurrences"][4], before["occurrences"][10]);
    cast.advance("2026-02-01T00:00:00Z").await;
    let after = cast.get(&member(&created)).await;
    assert_eq!(
        each(&after, "ranOn"),
        run_on(&changed).iter().map(|it| json!(it)).collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn what_was_canceled_or_modified_stays_so_where_another_rule_gives_it_too() {
    let cast = Cast::new().await;
    let created = five(&cast).await;
    cast.change_occurrence(&created, 1, json!({"canceled": true})).await;
    cast.change_occurrence(&created, 2, json!({"runTransfer": transfer(300)})).await;
    let before =
        cast.change_occurrence(&created, 3, json!({"runOn": "2040-04-16T00:00:00Z"})).await;
    let longer = recur("FREQ=WEEKLY;COUNT=6", "2040-04-01T00:00:00Z", 100);
    let changed = cast.change(&created, json!({"recur": longer})).await;
    assert_eq!(
        changed["occurrences"].as_array().unwrap()[..5],
        before["occurrences"].as_array().unwrap()[..]
    );
    assert_eq!(run_on(&changed).len(), 7);
}

#[tokio::test]
async fn another_rule_may_come_with_all_occurrences_sent_back() {
    let cast = Cast::new().await;
    let created = five(&cast).await;
    let mut body = sent_back(&created);
    body["recur"]["recurrenceRule"] = json!("FREQ=WEEKLY;INTERVAL=2;COUNT=2");
    let changed = cast.change(&created, body.clone()).await;
    assert_eq!(
        run_on(&changed),
        ["2040-03-01T00:00:00Z", "2040-04-01T00:00:00Z", "2040-04-15T00:00:00Z"]
    );
    let ids = each(&created, "occurrenceID");
    assert_eq!(each(&changed, "occurrenceID"), [ids[0].clone(), ids[1].clone(), ids[3].clone()]);
    let created = five(&cast).await;
    let mut body = sent_back(&created);
    body["recur"]["recurrenceRule"] = json!("FREQ=WEEKLY;INTERVAL=2;COUNT=2");
    body["occurrences"][2]["runTransfer"] = transfer(300);
    assert_eq!(
        cast.refuses_change(&created, 422, body).await,
        json!({"occurrences": {"2": "recurrenceRule no longer gives this occurrence"}})
    );
}

#[tokio::test]
async fn a_rule_can_be_added_to_a_schedule_without_one_and_be_brought_to_its_end() {
    let cast = Cast::new().await;
    let body = json!({"occurrences": [occurrence("2026-01-10T00:00:00Z", 200)]});
    let created = cast.schedule(body).await;
    let daily = recur("FREQ=DAILY", "2026-01-06T00:00:00Z", 100);
    let with_rule = cast.change(&created, json!({"recur": daily})).await;
    assert_eq!(run_on(&with_rule).len(), 101);
    assert_eq!(cents(&with_rule)[..6], [100, 100, 100, 100, 100, 200]);
    cast.advance("2026-01-07T12:00:00Z").await;
    let ended = recur("FREQ=DAILY;UNTIL=20260107T000000Z", "2026-01-06T00:00:00Z", 100);
    let ended = cast.change(&created, json!({"recur": ended})).await;
    assert_eq!(
        run_on(&ended),
        ["2026-01-06T00:00:00Z", "2026-01-07T00:00:00Z", "2026-01-10T00:00:00Z"]
    );
}

#[tokio::test]
async fn an_occurrence_without_an_id_is_added() {
    let cast = Cast::new().await;
    let created = five(&cast).await;
    let added = [occurrence("2040-04-01T00:00:00Z", 7), occurrence("2040-03-01T00:00:00Z", 8)];
    let changed = cast.change(&created, json!({"occurrences": added})).await;
    assert_eq!(cents(&changed), [200, 8, 100, 7, 100, 100, 100]);
    assert_eq!(
        each(&changed, "generated"),
        [false, false, true, false, true, true, true].map(|it| json!(it))
    );
    let mut ids: Vec<String> =
        each(&changed, "occurrenceID").iter().map(Value::to_string).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 7);
}

#[tokio::test]
async fn an_occurrence_that_is_moved_keeps_its_id_and_is_sorted_anew() {
    let cast = Cast::new().await;
    let created = five(&cast).await;
    let changed =
        cast.change_occurrence(&created, 4, json!({"runOn": "2040-02-01T00:00:00.25Z"})).await;
    let ids = each(&created, "occurrenceID");
    assert_eq!(
        each(&changed, "occurrenceID"),
        [4, 0, 1, 2, 3].map(|index: usize| ids[index].clone())
    );
    assert_eq!(changed["occurrences"][0]["runOn"], "2040-02-01T00:00:00.25Z");
    assert_eq!(changed["occurrences"][0]["modified"], true);
    let back = cast.change_occurrence(&created, 4, json!({"runOn": "2040-04-22T00:00:00Z"})).await;
    assert_eq!(back, created);
}

#[tokio::test]
async fn a_time_that_go_did_not_set_is_left_as_it_is() {
    let cast = Cast::new().await;
    let created = five(&cast).await;
    let unset = json!({"runOn": "0001-01-01T00:00:00Z"});
    assert_eq!(cast.change_occurrence(&created, 1, unset).await, created);
}

#[tokio::test]
async fn an_occurrence_cannot_be_moved_into_the_past() {
    let cast = Cast::new().await;
    let created = five(&cast).await;
    let past = json!({"occurrences": [of(&created, 1, &json!({"runOn": "2026-01-05T14:59:59Z"}))]});
    assert_eq!(
        cast.refuses_change(&created, 422, past).await,
        json!({"occurrences": {"0": "runOn has passed; it would be now or later"}})
    );
}

#[tokio::test]
async fn an_id_that_is_not_the_schedules_fails_the_whole_request() {
    let cast = Cast::new().await;
    let created = five(&cast).await;
    let other = five(&cast).await;
    let body = json!({
        "description": "never",
        "occurrences": [
            of(&created, 0, &json!({"canceled": true})),
            of(&other, 0, &json!({"canceled": true})),
            of(&created, 0, &json!({"canceled": false})),
            {"occurrenceID": "none", "canceled": true},
        ],
    });
    assert_eq!(
        cast.refuses_change(&created, 422, body).await,
        json!({"occurrences": {
            "1": "occurrenceID names no occurrence of the schedule",
            "2": "occurrenceID is named twice",
            "3": "occurrenceID is not a UUID",
        }})
    );
}

#[tokio::test]
async fn what_has_run_cannot_be_changed() {
    let cast = Cast::new().await;
    let created = ten_days(&cast).await;
    cast.advance("2026-01-06T12:00:00Z").await;
    for change in [
        json!({"canceled": true}),
        json!({"runOn": "2026-02-01T00:00:00Z"}),
        json!({"runTransfer": transfer(1)}),
    ] {
        let body = json!({"occurrences": [of(&created, 1, &json!({})), of(&created, 0, &change)]});
        assert_eq!(
            cast.refuses_change(&created, 409, body).await,
            json!({"error": "occurrences[1] has run and cannot be changed"})
        );
    }
}

#[tokio::test]
async fn what_was_moved_forward_and_ran_is_not_given_again_by_another_rule() {
    let cast = Cast::new().await;
    let created = ten_days(&cast).await;
    cast.change_occurrence(&created, 8, json!({"runOn": "2026-01-06T06:00:00Z"})).await;
    cast.advance("2026-01-06T12:00:00Z").await;
    let longer = recur("FREQ=DAILY;COUNT=12", "2026-01-06T00:00:00Z", 100);
    let changed = cast.change(&created, json!({"recur": longer})).await;
    assert_eq!(run_on(&changed).len(), 12);
    assert_eq!(run_on(&changed)[1], "2026-01-06T06:00:00Z");
    cast.advance("2026-02-01T00:00:00Z").await;
    let after = cast.get(&member(&created)).await;
    assert_eq!(
        each(&after, "ranOn"),
        run_on(&changed).iter().map(|it| json!(it)).collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn a_schedule_stays_between_the_same_accounts() {
    let cast = Cast::new().await;
    let created = five(&cast).await;
    let differs = "runTransfer: all transfers of a schedule have the same source account, \
                   destination account and partnerAccountID";
    let elsewhere = transfer_with(&json!({"destination": {"paymentMethodID": STRANGER_WALLET}}));
    let mut template = created["recur"].clone();
    template["runTransfer"] = elsewhere.clone();
    let body = json!({"recur": template, "occurrences": [of(&created, 0, &json!({"runTransfer": elsewhere}))]});
    assert_eq!(
        cast.refuses_change(&created, 422, body).await,
        json!({"recur": differs, "occurrences": {"0": differs}})
    );
}

#[tokio::test]
async fn line_items_of_a_template_are_passed_on_to_its_occurrences() {
    let cast = Cast::new().await;
    let price = |decimal: &str| json!({"currency": "USD", "valueDecimal": decimal});
    let option = |name: &str, decimal: &str| json!({"name": name, "quantity": 1, "priceModifier": price(decimal)});
    let with = |name: &str, cents: i64, options: &[Value]| {
        transfer_with(&json!({
            "amount": {"value": cents},
            "destination": {"paymentMethodID": MERCHANT_WALLET},
            "lineItems": {"items": [
                {"name": name, "basePrice": price("4.00"), "quantity": 1, "productID": PRODUCT, "options": options},
            ]},
        }))
    };
    let milk = option("Oat Milk", "1.50");
    let of_rule = with("Cappuccino", 550, std::slice::from_ref(&milk));
    let created = cast
        .schedule(json!({
            "recur": {"recurrenceRule": "FREQ=MONTHLY;COUNT=3", "start": "2040-04-01T00:00:00Z", "runTransfer": of_rule},
            "occurrences": [{"runOn": "2040-03-01T00:00:00Z", "runTransfer": of_rule}],
        }))
        .await;
    let mut syrup = option("Vanilla Syrup", "0.75");
    syrup["group"] = json!("Flavors");
    let mut recur = created["recur"].clone();
    recur["runTransfer"] = with("Latte", 550, std::slice::from_ref(&milk));
    let own = with("Cappuccino", 625, &[milk, syrup]);
    let body =
        json!({"recur": recur, "occurrences": [of(&created, 0, &json!({"runTransfer": own}))]});
    let changed = cast.change(&created, body).await;
    assert_eq!(changed["occurrences"][0]["runTransfer"], own);
    for index in 1..4 {
        assert_eq!(changed["occurrences"][index]["runTransfer"], recur["runTransfer"]);
    }
    assert_eq!(text(&changed, "scheduleID"), text(&created, "scheduleID"));
}
