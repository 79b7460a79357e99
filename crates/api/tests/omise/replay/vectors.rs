//! Schedules of captures from 2017 to 2025, replayed from their creation on.

use serde_json::{Value, json};

use super::{PAID, file, token};
use crate::sandbox::{Sandbox, id};

const SHORT_OF_FUNDS: &str = "4111111111140011";

/// Until the end of May 2017 a schedule that started today waited for the next
/// morning; this one was deleted before it came.
const WAITED_FOR_A_MORNING_THAT_NEVER_CAME: &str = "schd_test_58306a2njevec7qiqfz";

/// What was captured of a schedule, whatever the version.
struct Vector(Value);

/// The vectors whose dates do not contradict themselves.
fn consistent() -> impl Iterator<Item = Vector> {
    all().filter(|vector| vector.0["match"] != "no")
}

fn all() -> impl Iterator<Item = Vector> {
    let vectors = file("schedule_vectors.json");
    vectors.as_array().unwrap().clone().into_iter().map(Vector)
}

impl Vector {
    fn text(&self, name: &str) -> &str {
        self.0[name].as_str().unwrap()
    }

    fn created(&self) -> String {
        self.text("created").parse::<jiff::Timestamp>().unwrap().to_string()
    }

    fn occurrences(&self) -> &Vec<Value> {
        self.0["occ"].as_array().unwrap()
    }

    /// The date of the first occurrence that failed.
    fn failed_on(&self) -> Option<jiff::civil::Date> {
        let failed = self.occurrences().iter().find(|it| it["status"] == "failed")?;
        Some(failed["date"].as_str().unwrap().parse().unwrap())
    }

    /// Taken from an event, which shows a schedule as it was before its first run.
    fn is_of_an_event(&self) -> bool {
        self.text("created").ends_with("+07:00")
    }

    async fn made(&self, sandbox: &Sandbox, customer: &str) -> Value {
        let field = |name: &str| self.0[name].clone();
        let body = json!({
            "every": field("every"), "period": field("period"), "on": field("on"),
            "start_date": field("start"), "end_date": field("end"),
            "charge": {"customer": customer, "amount": 10_000},
        });
        sandbox.post("/schedules", body).await
    }

    /// The schedule at the moment of the capture.
    async fn replayed(&self) -> Value {
        let sandbox = Sandbox::open_at(&self.created()).await;
        let fails_at_once =
            self.failed_on().is_some_and(|date| date.to_string() == self.text("start"));
        let number = if fails_at_once { SHORT_OF_FUNDS } else { PAID };
        let customer = customer(&sandbox, number).await;
        let made = id(&self.made(&sandbox, &customer).await);
        if self.is_of_an_event() {
            let events = sandbox.get("/events?limit=100").await;
            let events = events["data"].as_array().unwrap().clone();
            let told = events.into_iter().find(|it| it["key"] == "schedule.create");
            return told.unwrap()["data"].clone();
        }
        if let Some(date) = self.failed_on().filter(|_| !fails_at_once) {
            sandbox.advance(&format!("{}T12:00:00Z", date.yesterday().unwrap())).await;
            empty_the_card(&sandbox, &customer).await;
        }
        if let Some(last) = self.occurrences().last() {
            let at = last["processed_at"].as_str().unwrap();
            // Some were processed in the second of their creation.
            let at = at.max(&self.created()).to_owned();
            sandbox.advance(&at).await;
        }
        let path = format!("/schedules/{made}");
        match self.text("status") {
            "deleted" => sandbox.delete(&path).await,
            _ => sandbox.get(&path).await,
        }
    }

    /// The captured dates, statuses and retries.
    fn runs(&self) -> Vec<Value> {
        if self.text("id") == WAITED_FOR_A_MORNING_THAT_NEVER_CAME {
            return vec![json!([self.text("start"), "successful", null])];
        }
        let run = |it: &Value| json!([it["date"], it["status"], it["retry"]]);
        self.occurrences().iter().map(run).collect()
    }
}

async fn card(sandbox: &Sandbox, number: &str) -> String {
    let card = json!({
        "name": "John Doe", "number": number, "expiration_month": 12, "expiration_year": 2030
    });
    token(sandbox, card).await
}

async fn customer(sandbox: &Sandbox, number: &str) -> String {
    id(&sandbox.post("/customers", json!({"card": card(sandbox, number).await})).await)
}

/// From now on the customer's card fails.
async fn empty_the_card(sandbox: &Sandbox, customer: &str) {
    let path = format!("/customers/{customer}");
    let card = card(sandbox, SHORT_OF_FUNDS).await;
    let changed = sandbox.patch(&path, json!({"card": card})).await;
    let card = &changed["cards"]["data"][1]["id"];
    sandbox.patch(&path, json!({"default_card": card})).await;
}

#[tokio::test]
async fn every_captured_sentence_is_said_of_its_rule() {
    for vector in all() {
        let sandbox = Sandbox::open_at(&vector.created()).await;
        let customer = customer(&sandbox, PAID).await;
        let made = vector.made(&sandbox, &customer).await;
        for name in ["every", "period", "on", "in_words"] {
            assert_eq!(made[name], vector.0[name], "{}", vector.text("id"));
        }
    }
}

#[tokio::test]
async fn every_consistent_capture_has_its_occurrences_and_its_dates_to_come() {
    for vector in consistent() {
        let schedule = vector.replayed().await;
        let run = |it: &Value| json!([it["scheduled_on"], it["status"], it["retry_on"]]);
        let runs: Vec<_> =
            schedule["occurrences"]["data"].as_array().unwrap().iter().map(run).collect();
        let status = match vector.text("status") {
            "active" => "running",
            other => other,
        };
        let name = vector.text("id");
        assert_eq!(runs, vector.runs(), "{name}");
        assert_eq!(schedule["next_occurrences_on"], vector.0["next"], "{name}");
        assert_eq!(schedule["status"], status, "{name}");
    }
}
