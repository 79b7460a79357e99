//! What the doctor finds in data that were tampered with, and that it finds nothing in others.
#![allow(clippy::unwrap_used, reason = "all of it is test")]

use std::path::Path;

use store::Store as _;
use store::conformance::world::{PAID, World, charges_on};
use store::sqlite::{SqliteStore, examine};

const NEW_YEAR: &str = "2026-01-01T02:00:00Z";

/// A charge that was made on the 1st of January, and one that is to come on the 1st of
/// February.
async fn write_data(data: &Path) {
    let store = SqliteStore::open(data).unwrap();
    let world = World::around(store.clone()).await;
    world.schedule(charges_on(1)).await;
    world.run(PAID, NEW_YEAR).await;
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
               under 1 numbers, the last of which is 2"],
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
