//! What is said of occurrences that were moved out of the data.

use engine::{Occurrence, Slot};
use jiff::civil::date;
use serde_json::{Value, json};
use store::conformance::history::{move_away, occurrences};
use store::history::MovableQuery;

use crate::sandbox::{Sandbox, id};
use crate::schedules::monthly;

/// A monthly schedule that has run for a while. What of it was moved, all but the newest, and
/// what it listed before.
async fn moved(sandbox: &Sandbox) -> (String, Vec<Occurrence>, Value) {
    let customer = sandbox.customer().await;
    let schedule = id(&sandbox.post("/schedules", monthly(&customer, &json!({}))).await);
    sandbox.advance("2025-06-01T00:00:00Z").await;
    let listed = sandbox.get(&format!("/schedules/{schedule}/occurrences")).await;
    let store = sandbox.runner.store();
    let before = Slot::of_date(date(2025, 12, 1));
    let query = MovableQuery { before, after: None, limit: 1_000 };
    let gone = occurrences(store.movable(query).await.unwrap());
    assert_eq!(listed["total"], gone.len() + 1);
    assert!(!gone.is_empty());
    move_away(store.as_ref(), &gone).await;
    (schedule, gone, listed)
}

#[tokio::test]
async fn an_occurrence_that_was_moved_is_not_found_and_said_where_it_is() {
    let sandbox = Sandbox::open().await;
    let (schedule, gone, before) = moved(&sandbox).await;
    let occurrence = id(&before["data"][0]);
    sandbox.ask().get(&format!("/occurrences/{occurrence}")).await.is_refused(
        404,
        "not_found",
        &format!(
            "occurrence {occurrence} was not found: it was moved on 2026-11-27 into the file \
             history-1.jsonl"
        ),
    );
    // The lists leave it out, and count what they show.
    let listed = sandbox.get(&format!("/schedules/{schedule}/occurrences")).await;
    assert_eq!((&listed["total"], &listed["data"][0]), (&json!(1), &before["data"][gone.len()]));
    let shown = sandbox.get(&format!("/schedules/{schedule}")).await;
    assert_eq!(shown["occurrences"]["total"], 1);
}

#[tokio::test]
async fn a_decision_about_what_was_moved_comes_too_late() {
    let sandbox = Sandbox::open().await;
    let (_, gone, _) = moved(&sandbox).await;
    let gone = &gone[0];
    let name = format!("{}_{}_{}", gone.schedule, gone.slot.stored(), gone.attempt);
    let wish = json!({"verdict": "paid", "reason": "seen at the bank"});
    let path = format!("/kalends/v1/unknowns/{name}/settle");
    let answered = sandbox.ask().post(&path, wish).await;
    let detail =
        format!("{name} was settled, and was moved on 2026-11-27 into the file history-1.jsonl");
    assert_eq!((answered.status, &answered.body["detail"]), (410, &json!(detail)));
}
