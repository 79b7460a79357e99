//! What the doctor finds in data that were tampered with, and that it finds nothing in others.
#![allow(clippy::unwrap_used, reason = "all of it is test")]

use std::path::Path;

use engine::ScheduleId;
use store::conformance::world::{ACCOUNT, PAID, World, account, at, charges_on};
use store::sqlite::{SqliteStore, examine};
use store::webhook::{Chain, Endpoint, EndpointId, Form, NewDelivery, SigningKey};
use store::{AuditEntry, Deed, Event, Store as _, WebhookStore as _};

const NEW_YEAR: &str = "2026-01-01T02:00:00Z";

/// A charge that was made on the 1st of January, and one that is to come on the 1st of
/// February.
async fn write_data(data: &Path) {
    let store = SqliteStore::open(data).unwrap();
    store.create_account(account(), Vec::new()).await.unwrap();
    let world = World::around(store.clone()).await;
    with_an_endpoint(&store, &world).await;
    assert_eq!(findings(data), [""; 0], "in use");
    store.stop().await;
}

/// What does not hold, each with the name of its check.
fn findings(data: &Path) -> Vec<String> {
    let checks = examine(data).unwrap();
    let told = checks.iter().flat_map(|check| {
        check.findings.iter().map(|finding| format!("{}: {finding}", check.what))
    });
    told.collect()
}

fn tampered_with(data: &Path, sql: &str) -> Vec<String> {
    let copy = data.with_extension("copy");
    std::fs::copy(data, &copy).unwrap();
    let connection = rusqlite::Connection::open(&copy).unwrap();
    connection.execute_batch(sql).unwrap();
    connection.close().unwrap();
    findings(&copy)
}

#[tokio::test]
async fn the_doctor_finds_whatever_does_not_hold_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("kalends.db");
    write_data(&data).await;
    assert_eq!(findings(&data), [""; 0]);

    for (sql, expected) in WEBHOOKS {
        assert_eq!(tampered_with(&data, sql), *expected, "{sql}");
    }
    for (sql, expected) in [
        (
            "DELETE FROM schedule",
            &[
                "every run, waiting attempt and record is of a schedule that is there: \
                 schedule 1: an occurrence names it, and it is not there",
                "every run, waiting attempt and record is of a schedule that is there: \
                 schedule 1: the queue names it, and it is not there",
                "what is counted is as much as is there: account 1 has 0 schedules, and the \
                 counter says 1",
                "what is counted is as much as is there: account 1 has 0 Charge schedules, and the \
                 counter says 1",
            ][..],
        ),
        (
            "INSERT INTO queue SELECT lane, due + 1, schedule, slot + 1, term, lease_until,
             not_before, ending, role, account, attempt, queued_at, recorded, through, quoted,
             quoted_currency, plan FROM queue",
            &[
                "no more than one run carries a schedule on: schedule 1: is carried on by 2 runs",
                "what is counted is as much as is there: lane 1 has 2 queued runs, and the \
                 counter says 1",
            ],
        ),
        (
            "DELETE FROM queue",
            &[
                "a schedule that goes on has something to come: schedule 1: is active, and \
                 nothing of it is queued or waits",
                "what is counted is as much as is there: lane 1 has 0 queued runs, and the \
                 counter says 1",
            ],
        ),
        (
            "UPDATE queue SET slot = (SELECT slot FROM occurrence)",
            &["an attempt is queued, or waits, or is recorded: schedule 1, slot 2026-01-01: \
               attempt 0 stands in 2 places"],
        ),
        (
            "INSERT INTO occurrence (slot, schedule, attempt, account, created_at, processed_at,
             status) SELECT slot, schedule, 1, account, created_at, processed_at, status
             FROM occurrence",
            &["attempts at a slot follow one another, and nothing follows its end: schedule 1, \
               slot 2026-01-01: has 2 attempts, the last of which is 1, and 2 ends"],
        ),
        (
            "UPDATE occurrence SET attempt = 1",
            &["attempts at a slot follow one another, and nothing follows its end: schedule 1, \
               slot 2026-01-01: has 1 attempts, the last of which is 1, and 1 ends"],
        ),
        (
            "UPDATE occurrence SET ordinal = 2",
            &["a schedule's records are counted without a gap: schedule 1: has 1 counted records \
               under 1 numbers, the last of which is 2, and 0 that were moved"],
        ),
        (
            "INSERT INTO moved VALUES (1, 1, 0, 1, 14477112115200)",
            &["what was moved is of a schedule and in a file that are there: schedule 1, slot \
               2026-01-01: was moved, and no file holds it"],
        ),
        (
            "INSERT INTO occurrence (slot, schedule, attempt, account, created_at, processed_at,
             status, result_kind, result, ordinal) SELECT slot - 1, schedule, 0, account,
             created_at, processed_at, status, result_kind, result, 2 FROM occurrence",
            &["no payment pays for two slots: schedule 1, slot 2026-01-01: payment 1 is recorded \
               2 times"],
        ),
        (
            "UPDATE queue SET plan = x'00'",
            &[
                "every plan can be read: the queue, schedule 1: a stored plan cannot be read: it is \
               in version 0 of its form",
            ],
        ),
        (
            "INSERT INTO bank_balance VALUES (1, 0, 0, 'THB', 5)",
            &[
                "the built-in bank's books add up: account 1 has 5 THB as Available, and its journal \
               adds up to 0",
            ],
        ),
    ] {
        assert_eq!(tampered_with(&data, sql), expected, "{sql}");
    }
}

/// What is done to two deliveries of one schedule to one endpoint, and what is found then.
const WEBHOOKS: &[(&str, &[&str])] = &[
    (
        "DELETE FROM webhook_endpoint",
        &[
            "every delivery is of an endpoint and an event that are there: delivery 1 is of an \
             endpoint that is not there",
            "every delivery is of an endpoint and an event that are there: delivery 2 is of an \
             endpoint that is not there",
        ],
    ),
    (
        "UPDATE webhook_delivery SET event = 99 WHERE id = 1",
        &[
            "every delivery is of an endpoint and an event that are there: delivery 1 is of an event \
           that is not there",
        ],
    ),
    (
        "UPDATE webhook_delivery SET next_at = 1",
        &["of what waits in one chain of deliveries, the first alone is due: delivery 2 is due \
           before one of its chain that came earlier"],
    ),
    (
        "UPDATE webhook_delivery SET next_at = NULL",
        &["of what waits in one chain of deliveries, the first alone is due: delivery 1 is the \
           first of its chain, and never due"],
    ),
    (
        "UPDATE webhook_delivery SET ended_at = 1 WHERE id = 1",
        &["a delivery has ended, or is to be tried: delivery 1 is in state 0, and has ended"],
    ),
    (
        "UPDATE webhook_endpoint SET event = 99",
        &["no webhook endpoint has seen what has not happened: endpoint 7 has seen event 99"],
    ),
    (
        "UPDATE webhook_endpoint SET secrets = x'00'",
        &["every webhook endpoint can be read: endpoint 7: a stored endpoint's secrets cannot be \
           read: it is in version 0 of its form"],
    ),
];

/// An endpoint, to which two events of one schedule are to be sent.
async fn with_an_endpoint(store: &SqliteStore, world: &World) {
    let endpoint = Endpoint {
        id: EndpointId(7),
        account: ACCOUNT,
        version: 0,
        url: "https://example.com/".into(),
        form: Form("plain".into()),
        filter: None,
        hears_occurrences: true,
        description: "".into(),
        disabled: None,
        secrets: vec![SigningKey { bytes: vec![1], until: None }],
        created_at: at(NEW_YEAR),
        updated_at: at(NEW_YEAR),
        delivered_at: None,
    };
    let entry = AuditEntry {
        account: ACCOUNT,
        at: at(NEW_YEAR),
        actor: "test".into(),
        deed: Deed::EndpointCreated,
        subject: "".into(),
        reason: "".into(),
    };
    assert!(store.create_endpoint(endpoint, entry).await.unwrap());
    world.schedule(charges_on(1)).await;
    world.run(PAID, NEW_YEAR).await;
    let unseen = store.unseen(EndpointId(7), 10).await.unwrap().unwrap();
    let chain = |event: &Event| Chain::Schedule(ScheduleId(event.body.subject));
    let new = unseen.events.iter().map(|it| NewDelivery { event: it.id, chain: chain(it) });
    store.enqueue(EndpointId(7), unseen.mark, new.collect(), at(NEW_YEAR)).await.unwrap();
}

#[test]
fn what_is_not_data_of_kalends_is_not_examined() {
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("other.db");
    rusqlite::Connection::open(&other).unwrap().execute_batch("CREATE TABLE a (b)").unwrap();
    let refused = examine(&other).unwrap_err().to_string();
    assert_eq!(
        refused,
        format!(
            "the database failed while examining the data: {} is not data of Kalends",
            other.display()
        )
    );
}
