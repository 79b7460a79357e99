//! Random sequences of edits and of time: whatever is asked, in whatever order.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::test_runner::Config;
use serde_json::{Value, json};

use super::cast::{Cast, each, member, occurrence, recur, run_on, transfer};
use crate::sandbox::text;

/// One thing that happens.
#[derive(Clone, Debug)]
enum Step {
    /// The clock goes on by so many hours.
    Hours(u8),
    /// An occurrence is called off.
    Cancel(u8),
    /// It is resumed.
    Resume(u8),
    /// It is moved to so many hours from now.
    Move(u8, u8),
    /// It pays something else.
    Pay(u8, u8),
    /// One is added so many hours from now.
    Add(u8),
    /// Another template.
    Template(u8),
    /// Another rule, each of so many hours.
    Rule(u8),
    /// All is sent back as it was shown.
    SendBack,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        (1..30_u8).prop_map(Step::Hours),
        any::<u8>().prop_map(Step::Cancel),
        any::<u8>().prop_map(Step::Resume),
        (any::<u8>(), 1..100_u8).prop_map(|(which, hours)| Step::Move(which, hours)),
        (any::<u8>(), 1..100_u8).prop_map(|(which, cents)| Step::Pay(which, cents)),
        (1..100_u8).prop_map(Step::Add),
        (1..100_u8).prop_map(Step::Template),
        (2..30_u8).prop_map(Step::Rule),
        Just(Step::SendBack),
    ];
    prop::collection::vec(step, 1..12)
}

/// A schedule, and all that was ever seen of it.
struct Told {
    cast: Cast,
    shown: Value,
    now: jiff::Timestamp,
    /// What had run, by id, as it was shown first.
    ran: BTreeMap<String, Value>,
}

impl Told {
    async fn new() -> Told {
        let cast = Cast::new().await;
        let body =
            json!({"recur": recur("FREQ=HOURLY;INTERVAL=12;COUNT=6", "2026-01-05T16:00:00Z", 1)});
        let shown = cast.schedule(body).await;
        let now = crate::sandbox::NOW.parse().unwrap();
        Told { cast, shown, now, ran: BTreeMap::new() }
    }

    fn in_hours(&self, hours: u8) -> String {
        (self.now + jiff::SignedDuration::from_hours(hours.into())).to_string()
    }

    fn which(&self, which: u8) -> Value {
        let ids = each(&self.shown, "occurrenceID");
        ids[usize::from(which) % ids.len()].clone()
    }

    async fn happen(&mut self, step: &Step) {
        let one = |change: Value| json!({"occurrences": [change]});
        let rule = |rule: &str, cents: &Value| json!({"recur": {"recurrenceRule": rule, "start": "2026-01-05T16:00:00Z", "runTransfer": cents}});
        let body = match step {
            Step::Hours(hours) => {
                let to = self.in_hours(*hours);
                self.cast.advance(&to).await;
                self.now = to.parse().unwrap();
                return self.look(true).await;
            }
            Step::Cancel(which) => {
                one(json!({"occurrenceID": self.which(*which), "canceled": true}))
            }
            Step::Resume(which) => {
                one(json!({"occurrenceID": self.which(*which), "canceled": false}))
            }
            Step::Move(which, hours) => {
                one(json!({"occurrenceID": self.which(*which), "runOn": self.in_hours(*hours)}))
            }
            Step::Pay(which, cents) => one(
                json!({"occurrenceID": self.which(*which), "runTransfer": transfer(i64::from(*cents))}),
            ),
            Step::Add(hours) => one(occurrence(&self.in_hours(*hours), 9)),
            Step::Template(cents) => {
                let rule_now = text(&self.shown["recur"], "recurrenceRule");
                rule(&rule_now, &transfer(i64::from(*cents)))
            }
            Step::Rule(hours) => {
                let text = format!("FREQ=HOURLY;INTERVAL={hours};COUNT=6");
                rule(&text, &self.shown["recur"]["runTransfer"])
            }
            Step::SendBack => self.sent_back(),
        };
        let answered = self.cast.ask().send("PUT", &member(&self.shown), Some(body)).await;
        assert!([200, 409, 422].contains(&answered.status), "{step:?}: {}", answered.text);
        let is_as_before = answered.status != 200 || matches!(step, Step::SendBack);
        let before = self.shown["occurrences"].clone();
        self.look(!matches!(step, Step::Rule(_))).await;
        if is_as_before {
            assert_eq!(self.shown["occurrences"], before, "{step:?}");
        }
    }

    fn sent_back(&self) -> Value {
        let field = |it: &Value, name: &str| it[name].clone();
        let occurrences: Vec<Value> = self.shown["occurrences"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| {
                json!({
                    "occurrenceID": field(it, "occurrenceID"),
                    "runOn": field(it, "runOn"),
                    "runTransfer": field(it, "runTransfer"),
                })
            })
            .collect();
        json!({"occurrences": occurrences, "recur": self.shown["recur"]})
    }

    /// Looks at the schedule, and at what may never be.
    async fn look(&mut self, has_same_rule: bool) {
        let before = std::mem::replace(&mut self.shown, Value::Null);
        self.shown = self.cast.get(&member(&before)).await;
        let mut sorted = run_on(&self.shown);
        sorted.sort_by_key(|it| it.parse::<jiff::Timestamp>().unwrap());
        assert_eq!(run_on(&self.shown), sorted, "sorted by when they run");
        let occurrences = self.shown["occurrences"].as_array().unwrap();
        let by_id: BTreeMap<String, &Value> =
            occurrences.iter().map(|it| (text(it, "occurrenceID"), it)).collect();
        assert_eq!(by_id.len(), occurrences.len(), "each is shown once");
        if has_same_rule {
            for id in each(&before, "occurrenceID") {
                assert!(by_id.contains_key(id.as_str().unwrap()), "{id} vanished");
            }
        }
        for (id, ran) in &self.ran {
            let mut now = by_id[id].clone();
            if ran["status"] == "pending" {
                // All that becomes of it is that it is over.
                now["status"] = "pending".into();
            }
            assert_eq!(&now, ran, "what has run stays as it was");
        }
        for (id, shown) in by_id {
            let run_on: jiff::Timestamp = text(shown, "runOn").parse().unwrap();
            let is_off = shown.get("canceledOn").is_some();
            assert_eq!(shown.get("ranOn").is_some(), run_on <= self.now && !is_off, "{shown}");
            if shown.get("ranOn").is_some() {
                self.ran.insert(id, shown.clone());
            }
        }
    }
}

proptest! {
    #![proptest_config(Config { cases: 24, ..Config::default() })]

    #[test]
    fn whatever_is_asked_nothing_runs_twice_or_vanishes_and_ids_stay(steps in steps()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut told = Told::new().await;
            for step in &steps {
                told.happen(step).await;
            }
            told.cast.advance("2026-03-01T00:00:00Z").await;
            told.now = "2026-03-01T00:00:00Z".parse().unwrap();
            told.look(true).await;
        });
    }
}
