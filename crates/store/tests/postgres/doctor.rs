//! What the doctor finds in a database that was tampered with, and nothing in others: the same
//! as in a file.

use cluster::{administer, database, empty_database, settings};
use engine::ScheduleId;
use store::conformance::world::{ACCOUNT, PAID, World, account, at, charges_on};
use store::postgres::{PostgresStore, census, examine};
use store::webhook::{Chain, Endpoint, EndpointId, Form, NewDelivery, SigningKey};
use store::{AuditEntry, Deed, Event, Store as _, WebhookStore as _};

const NEW_YEAR: &str = "2026-01-01T02:00:00Z";

/// A charge that was made on the 1st of January, one that is to come on the 1st of February,
/// one that is in flight, and an endpoint to which two events are to be sent.
async fn written() -> String {
    let database = database().await;
    let store = PostgresStore::open(&settings(&database)).await.unwrap();
    store.create_account(account(), Vec::new()).await.unwrap();
    let world = World::around(store.clone()).await;
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
    world.schedule(charges_on(2)).await;
    assert_eq!(world.claim("2026-01-02T02:00:00Z").await.len(), 1);
    assert_eq!(findings(&database).await, [""; 0], "in use");
    store.stop().await;
    database
}

/// What does not hold, each with the name of its check.
async fn findings(database: &str) -> Vec<String> {
    let checks = examine(&settings(database)).await.unwrap();
    let told = checks.iter().flat_map(|check| {
        check.findings.iter().map(|finding| format!("{}: {finding}", check.what))
    });
    told.collect()
}

/// What is done to data, and what is found then. It is undone by what comes third.
const TAMPERED: &[(&str, &[&str], &str)] = &[
    (
        "UPDATE schedule SET id = 99 WHERE id = 1",
        &[
            "every run, waiting attempt and record is of a schedule that is there: schedule 1: an \
             occurrence names it, and it is not there",
            "every run, waiting attempt and record is of a schedule that is there: schedule 1: the \
             queue names it, and it is not there",
            "a schedule that goes on has something to come: schedule 99: is active, and nothing of \
             it is queued or waits",
        ],
        "UPDATE schedule SET id = 1 WHERE id = 99",
    ),
    (
        "INSERT INTO queue SELECT lane, due + 1, schedule, slot + 1, not_before, account,
         queued_at, through, recorded, quoted, role, attempt, quoted_currency, plan FROM queue",
        &[
            "no more than one run carries a schedule on: schedule 1: is carried on by 2 runs",
            "what is counted is as much as is there: lane 1 has 3 queued runs, and the counter \
             says 2",
        ],
        "DELETE FROM queue WHERE due = (SELECT max(due) FROM queue)",
    ),
    (
        "UPDATE claimed SET schedule = 1",
        &[
            "no more than one run carries a schedule on: schedule 1: is carried on by 2 runs",
            "a schedule that goes on has something to come: schedule 2: is active, and nothing of \
             it is queued or waits",
        ],
        "UPDATE claimed SET schedule = 2",
    ),
    (
        "UPDATE schedule SET paused = '\\x00' WHERE id = 2",
        &[
            "nothing of a paused schedule is queued: schedule 2, slot 2026-01-02: is queued, and its \
           schedule is paused",
        ],
        "UPDATE schedule SET paused = NULL",
    ),
    (
        "INSERT INTO occurrence SELECT slot, schedule, attempt, 2, NULL, NULL, account, 0, 0, NULL,
         NULL, NULL, NULL, NULL, NULL FROM claimed",
        &[
            "an attempt is queued, or waits, or is recorded: schedule 2, slot 2026-01-02: attempt 0 \
           stands in 2 places",
        ],
        "DELETE FROM occurrence WHERE schedule = 2",
    ),
    (
        "UPDATE occurrence SET attempt = 1",
        &["attempts at a slot follow one another, and nothing follows its end: schedule 1, slot \
           2026-01-01: has 1 attempts, the last of which is 1, and 1 ends"],
        "UPDATE occurrence SET attempt = 0",
    ),
    (
        "UPDATE occurrence SET ordinal = 2",
        &[
            "a schedule's records are counted without a gap: schedule 1: has 1 counted records under \
           1 numbers, the last of which is 2, and 0 that were moved",
        ],
        "UPDATE occurrence SET ordinal = 1",
    ),
    (
        "INSERT INTO moved VALUES (1, 1, 1, 1, 14477112115200)",
        &[
            "a schedule's records are counted without a gap: schedule 1: has 1 counted records under \
           1 numbers, the last of which is 1, and 1 that were moved",
            "what was moved is of a schedule and in a file that are there: schedule 1, slot \
             2026-01-01: was moved, and no file holds it",
        ],
        "DELETE FROM moved",
    ),
    (
        "INSERT INTO moved VALUES (99, 1, 0, 0, 0)",
        &["what was moved is of a schedule and in a file that are there: schedule 99: something \
           of it was moved, and it is not there"],
        "DELETE FROM moved",
    ),
    (
        "INSERT INTO occurrence (slot, schedule, attempt, account, created_at, processed_at,
         status, result_kind, result, ordinal) SELECT slot - 1, schedule, 0, account, created_at,
         processed_at, status, result_kind, result, 2 FROM occurrence",
        &["no payment pays for two slots: schedule 1, slot 2026-01-01: payment 1 is recorded 2 \
           times"],
        "DELETE FROM occurrence WHERE ordinal = 2",
    ),
    (
        "UPDATE queue SET plan = '\\x00' || plan",
        &["every plan can be read: the queue, schedule 1: a stored plan cannot be read: it is in \
           version 0 of its form"],
        "UPDATE queue SET plan = substr(plan, 2)",
    ),
    (
        "UPDATE claimed SET plan = '\\x00' || plan",
        &["every plan can be read: a claim, schedule 2: a stored plan cannot be read: it is in \
           version 0 of its form"],
        "UPDATE claimed SET plan = substr(plan, 2)",
    ),
    (
        "UPDATE schedule SET plan = '\\x00' || plan WHERE id = 2",
        &[
            "every plan can be read: a schedule, schedule 2: a stored plan cannot be read: it is in \
           version 0 of its form",
        ],
        "UPDATE schedule SET plan = substr(plan, 2) WHERE id = 2",
    ),
    (
        "INSERT INTO bank_balance VALUES (1, 0, 0, 'THB', 5)",
        &["the built-in bank's books add up: account 1 has 5 THB as Available, and its journal \
           adds up to 0"],
        "DELETE FROM bank_balance",
    ),
    (
        "UPDATE counter SET value = 7 WHERE list = 65",
        &[
            "what is counted is as much as is there: account 1 has 2 schedules, and the counter says \
           7",
        ],
        "UPDATE counter SET value = 2 WHERE list = 65",
    ),
    (
        "UPDATE webhook_endpoint SET id = 8",
        &[
            "every delivery is of an endpoint and an event that are there: delivery 1 is of an \
             endpoint that is not there",
            "every delivery is of an endpoint and an event that are there: delivery 2 is of an \
             endpoint that is not there",
        ],
        "UPDATE webhook_endpoint SET id = 7",
    ),
    (
        "UPDATE webhook_delivery SET event = event + 90 WHERE id = 1",
        &[
            "every delivery is of an endpoint and an event that are there: delivery 1 is of an event \
           that is not there",
        ],
        "UPDATE webhook_delivery SET event = event - 90 WHERE id = 1",
    ),
    (
        "UPDATE webhook_delivery SET next_at = 1 WHERE id = 2",
        &["of what waits in one chain of deliveries, the first alone is due: delivery 2 is due \
           before one of its chain that came earlier"],
        "UPDATE webhook_delivery SET next_at = NULL WHERE id = 2",
    ),
    (
        "UPDATE webhook_delivery SET ended_at = 1 WHERE id = 1",
        &["a delivery has ended, or is to be tried: delivery 1 is in state 0, and has ended"],
        "UPDATE webhook_delivery SET ended_at = NULL",
    ),
    (
        "UPDATE webhook_endpoint SET event = event + 90",
        &["no webhook endpoint has seen what has not happened: endpoint 7 has seen event 92"],
        "UPDATE webhook_endpoint SET event = event - 90",
    ),
    (
        "UPDATE webhook_endpoint SET secrets = '\\x00' || secrets",
        &["every webhook endpoint can be read: endpoint 7: a stored endpoint's secrets cannot be \
           read: it is in version 0 of its form"],
        "UPDATE webhook_endpoint SET secrets = substr(secrets, 2)",
    ),
    (
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'queue_by_schedule'::regclass",
        &["every index can be used: queue_by_schedule is not valid: REINDEX it"],
        "UPDATE pg_index SET indisvalid = true WHERE indexrelid = 'queue_by_schedule'::regclass",
    ),
];

#[tokio::test]
async fn the_doctor_finds_whatever_does_not_hold_and_nothing_else() {
    let database = written().await;
    for (sql, expected, undo) in TAMPERED {
        administer(&database, sql).await;
        assert_eq!(findings(&database).await, *expected, "{sql}");
        administer(&database, undo).await;
    }
    assert_eq!(findings(&database).await, [""; 0]);
}

#[tokio::test]
async fn a_database_without_data_is_neither_examined_nor_made() {
    let database = empty_database().await;
    let told = "the database failed while looking for data: there are no data of Kalends in the \
                database";
    assert_eq!(examine(&settings(&database)).await.unwrap_err().to_string(), told);
    assert_eq!(census(&settings(&database)).await.unwrap_err().to_string(), told);
    let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
    assert_eq!(administer(&database, tables).await.as_deref(), Some("0"));
    PostgresStore::open(&settings(&database)).await.unwrap();
    administer(&database, "UPDATE kalends_migration SET sha256 = '' WHERE number = 1").await;
    let error = examine(&settings(&database)).await.unwrap_err().to_string();
    assert!(error.contains("another version of Kalends"), "{error}");
}
