//! `recur.recurrenceRule`: which occurrences it generates.

use serde_json::{Value, json};

use super::cast::{Cast, each, member, recur, run_on, transfer};

/// Computed with python-dateutil, from which rrule-go was ported, of rules that stand in
/// Moov's documents and in moov-go's tests.
const VECTORS: &str = include_str!("../../fixtures/rrule_vectors.json");

#[tokio::test]
async fn every_rule_of_moovs_documents_gives_what_its_library_gives() {
    let vectors: Value = serde_json::from_str(VECTORS).unwrap();
    let cast = Cast::new().await;
    for case in vectors["cases"].as_array().unwrap() {
        let start = case["start"].as_str();
        // A schedule generates nothing before it is made.
        if start.is_some_and(|start| start < "2026-02") {
            continue;
        }
        let mut recur = recur(case["recurrenceRule"].as_str().unwrap(), "", 100);
        match start {
            Some(start) => recur["start"] = json!(start),
            None => drop(recur.as_object_mut().unwrap().remove("start")),
        }
        let created = cast.schedule(json!({"recur": recur})).await;
        let wanted: Vec<&str> =
            case["occurrences"].as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
        let found = run_on(&created);
        let endless = created["recur"]["indefinite"] == true;
        let found = if endless { &found[..wanted.len().min(found.len())] } else { &found[..] };
        assert_eq!(found, &wanted[..found.len()], "{}", case["name"]);
        assert!(endless || found.len() == wanted.len(), "{}", case["name"]);
    }
}

#[tokio::test]
async fn a_rule_without_an_end_shows_the_next_twelve_months() {
    let cast = Cast::new().await;
    let created =
        cast.schedule(json!({"recur": recur("FREQ=MONTHLY", "2026-02-01T00:00:00Z", 100)})).await;
    assert_eq!(created["recur"]["indefinite"], true);
    let shown = run_on(&created);
    assert_eq!((shown.len(), shown[0].as_str()), (12, "2026-02-01T00:00:00Z"));
    assert_eq!(shown[11], "2027-01-01T00:00:00Z");
    assert!(each(&created, "indefinite").iter().all(|it| it == true));
}

#[tokio::test]
async fn a_rule_without_an_end_shows_one_occurrence_at_least_and_a_hundred_to_come_at_most() {
    let cast = Cast::new().await;
    let late =
        cast.schedule(json!({"recur": recur("FREQ=MONTHLY", "2040-03-10T12:00:00Z", 100)})).await;
    assert_eq!(run_on(&late), ["2040-03-10T12:00:00Z"]);
    let often =
        cast.schedule(json!({"recur": recur("FREQ=MINUTELY", "2026-01-05T15:01:00Z", 100)})).await;
    let shown = run_on(&often);
    assert_eq!((shown.len(), shown[99].as_str()), (100, "2026-01-05T16:40:00Z"));
}

#[tokio::test]
async fn a_rule_with_an_end_shows_all_it_gives_and_may_give_five_thousand() {
    let cast = Cast::new().await;
    let rule = |count: u32| json!({"recur": recur(&format!("FREQ=HOURLY;COUNT={count}"), "2040-01-01T00:00:00Z", 1)});
    let created = cast.schedule(rule(5_000)).await;
    assert_eq!(run_on(&created).len(), 5_000);
    assert_eq!(
        cast.refuses(rule(5_001)).await,
        json!({"recur": "recurrenceRule gives more than 5000 occurrences; it would give fewer, or have no end"})
    );
    let until = recur("FREQ=MINUTELY;UNTIL=99991231T000000Z", "2040-01-01T00:00:00Z", 1);
    assert_eq!(
        cast.refuses(json!({"recur": until})).await,
        json!({"recur": "recurrenceRule gives more than 5000 occurrences; it would give fewer, or have no end"})
    );
}

#[tokio::test]
async fn a_rule_may_give_an_occurrence_every_minute_and_no_more() {
    let cast = Cast::new().await;
    let rule = |rule: &str| json!({"recur": recur(rule, "2040-01-01T00:00:00Z", 1)});
    cast.schedule(rule("FREQ=MINUTELY")).await;
    cast.schedule(rule("FREQ=SECONDLY;INTERVAL=60")).await;
    for crowded in
        ["FREQ=SECONDLY;INTERVAL=59", "FREQ=SECONDLY;COUNT=2000", "FREQ=MINUTELY;BYSECOND=0,30"]
    {
        let refused = cast.refuses(rule(crowded)).await;
        let wanted = json!({"recur": "recurrenceRule gives more than 1440 occurrences in a day"});
        assert_eq!(refused, wanted, "{crowded}");
    }
}

#[tokio::test]
async fn a_start_may_stand_in_the_rule_and_is_shown() {
    let cast = Cast::new().await;
    let rule = "FREQ=DAILY;DTSTART=20460101T150405Z;COUNT=2";
    let body = json!({"recur": {"recurrenceRule": rule, "runTransfer": transfer(1)}});
    let created = cast.schedule(body).await;
    assert_eq!(created["recur"]["start"], "2046-01-01T15:04:05Z");
    assert_eq!(created["recur"]["recurrenceRule"], rule);
    assert_eq!(run_on(&created), ["2046-01-01T15:04:05Z", "2046-01-02T15:04:05Z"]);
    assert_eq!(
        cast.refuses(json!({"recur": recur(rule, "2046-01-02T15:04:05Z", 1)})).await,
        json!({"recur": "start and the DTSTART of recurrenceRule are different times"})
    );
}

#[tokio::test]
async fn a_rule_may_give_its_last_occurrence_in_the_year_2261_and_not_later() {
    let cast = Cast::new().await;
    let rule = |count: u32| json!({"recur": recur(&format!("FREQ=YEARLY;COUNT={count}"), "2240-01-01T00:00:00Z", 1)});
    assert_eq!(run_on(&cast.schedule(rule(22)).await)[21], "2261-01-01T00:00:00Z");
    assert_eq!(
        cast.refuses(rule(24)).await,
        json!({"recur": "recurrenceRule gives occurrences beyond the year 2261"})
    );
}

#[tokio::test]
async fn what_has_passed_of_a_rule_without_an_end_stays_and_is_the_newest_thousand() {
    let cast = Cast::new().await;
    let created =
        cast.schedule(json!({"recur": recur("FREQ=MINUTELY", "2026-01-05T15:01:00Z", 100)})).await;
    cast.advance("2026-01-05T15:10:00Z").await;
    let shown = run_on(&cast.get(&member(&created)).await);
    assert_eq!((shown.len(), shown[0].as_str()), (110, "2026-01-05T15:01:00Z"));
    cast.advance("2026-01-06T15:00:00Z").await;
    let shown = run_on(&cast.get(&member(&created)).await);
    assert_eq!((shown.len(), shown[0].as_str()), (1_100, "2026-01-05T22:21:00Z"));
    let oldest = format!("{}/occurrences/2026-01-05T15:01:30Z", member(&created));
    assert_eq!(cast.get(&oldest).await["runOn"], "2026-01-05T15:01:00Z");
    let by_id = format!(
        "{}/occurrences/{}",
        member(&created),
        created["occurrences"][0]["occurrenceID"].as_str().unwrap()
    );
    assert_eq!(cast.get(&by_id).await["runOn"], "2026-01-05T15:01:00Z");
}
