//! What data consist of: the tables, as both databases have them.
//!
//! What follows from other rows is no part: counters, spans, how far a lane was claimed. Nor is
//! what passes, by which nodes of PostgreSQL agree on who does what: turns at telling webhooks,
//! quotes, the pace of an upstream, who moves a clock, leases and holds. Nobody does anything when
//! data are moved, and what is left of it would only be waited for. `LEFT_BEHIND` names all of it.

use std::ops::Range;

use crate::record::RecordKind;

/// Rows of one kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Part {
    /// What people call it: the name of its table.
    pub(crate) name: &'static str,
    /// Its columns. Those of its key come first.
    pub(crate) columns: &'static [&'static str],
    /// How many columns are its key.
    pub(crate) key: usize,
    /// Which rows are an account's: a condition, in which `{account}` and `{lane}` stand for it.
    pub(crate) whose: &'static str,
    /// Where its rows lie, if that differs.
    pub(crate) lies: Lies,
}

/// Where the rows of a part lie.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Lies {
    /// In a table of their own, under the same name in both.
    Alone,
    /// Runs that nobody has claimed.
    Queued,
    /// Runs in flight.
    Claimed,
    /// Events, which are in a list.
    Events,
    /// Records of the bank, which have a place in their account's list of their kind.
    Records(RecordKind),
    /// The bank's journal, whose entries have a place in their account's list.
    Journal,
    /// Webhook endpoints, which have come so far in a list.
    Endpoints,
}

impl Part {
    /// Whether its rows have places in a list, the column after the account's.
    pub(crate) const fn is_ranked(self) -> bool {
        matches!(self.lies, Lies::Records(_) | Lies::Journal)
    }

    /// Which columns no two of its rows have alike.
    pub(crate) const fn unique(self) -> Range<usize> {
        if self.is_ranked() { 2..3 } else { 0..self.key }
    }

    /// The condition for rows of an account.
    pub(crate) fn of(self, account: i64, lane: i64) -> String {
        self.whose.replace("{account}", &account.to_string()).replace("{lane}", &lane.to_string())
    }
}

const fn table(
    name: &'static str,
    key: usize,
    columns: &'static [&'static str],
    whose: &'static str,
) -> Part {
    Part { name, columns, key, whose, lies: Lies::Alone }
}

/// The columns of a record. `place` is its place in its account's list, from 1.
const RECORD: &[&str] =
    &["account", "place", "key", "parent", "created_at", "version", "hidden", "body"];

const fn records(name: &'static str, kind: RecordKind) -> Part {
    Part { name, columns: RECORD, key: 2, whose: ACCOUNT, lies: Lies::Records(kind) }
}

const ACCOUNT: &str = "account = {account}";
const OF_SCHEDULE: &str = "schedule IN (SELECT id FROM schedule WHERE account = {account})";

/// The columns of a run.
const RUN: &[&str] = &[
    "lane",
    "due",
    "schedule",
    "slot",
    "not_before",
    "account",
    "queued_at",
    "through",
    "recorded",
    "quoted",
    "role",
    "attempt",
    "quoted_currency",
    "plan",
];
/// The columns of a run in flight. That nobody works on it any more is sure where data are
/// moved; so its lease is none of them, and it is looked up at once.
const CLAIMED: &[&str] = &[
    "lane",
    "due",
    "schedule",
    "slot",
    "term",
    "account",
    "queued_at",
    "through",
    "recorded",
    "quoted",
    "role",
    "attempt",
    "ending",
    "quoted_currency",
    "plan",
];

/// What of schedules is in files of history.
pub(crate) const MOVED: Part =
    table("moved", 1, &["schedule", "occurrences", "counted", "recorded", "through"], OF_SCHEDULE);

/// The files of history. They are of all accounts, and so of none.
pub(crate) const HISTORY_FILE: Part = table(
    "history_file",
    1,
    &["number", "name", "sha256", "occurrences", "first_slot", "last_slot", "moved_at", "state"],
    "false",
);

/// All of them, in an order in which each needs only those before it.
pub(crate) const PARTS: [Part; 40] = [
    table(
        "account",
        1,
        &[
            "id",
            "lane",
            "mode",
            "country",
            "currency",
            "zone",
            "three_d_secure",
            "created_at",
            "attributes",
        ],
        "id = {account}",
    ),
    table(
        "credential",
        1,
        &[
            "sha256",
            "account",
            "kind",
            "domains",
            "expires_at",
            "name",
            "ending",
            "origin",
            "created_at",
        ],
        ACCOUNT,
    ),
    table(
        "access_grant",
        1,
        &["sha256", "kind", "credential", "family", "scopes", "bound", "expires_at"],
        "credential IN (SELECT sha256 FROM credential WHERE account = {account})",
    ),
    table("clock", 1, &["id", "standing_at", "target"], "id = {lane}"),
    table(
        "pulse",
        1,
        &["lane", "beat_at", "doubtful_through", "restored_through", "held_since"],
        "lane = {lane}",
    ),
    table(
        "schedule",
        1,
        &[
            "id",
            "account",
            "lane",
            "kind",
            "status",
            "created_at",
            "updated_at",
            "version",
            "ended_at",
            "first_due",
            "first_slot",
            "first_attempt",
            "since",
            "recorded_detached",
            "request_key",
            "attributes",
            "plan",
            "life",
            "paused",
        ],
        ACCOUNT,
    ),
    table(
        "schedule_party",
        5,
        &["of_account", "of_kind", "party", "made_at", "schedule"],
        "of_account = {account}",
    ),
    table(
        "amendment",
        2,
        &["schedule", "slot", "run_at", "instruction", "canceled_at"],
        OF_SCHEDULE,
    ),
    Part { name: "queue", columns: RUN, key: 4, whose: ACCOUNT, lies: Lies::Queued },
    Part { name: "claimed", columns: CLAIMED, key: 4, whose: ACCOUNT, lies: Lies::Claimed },
    table(
        "awaiting",
        3,
        &[
            "slot",
            "schedule",
            "attempt",
            "role",
            "held",
            "accepted_kind",
            "link_attempt",
            "lane",
            "due",
            "account",
            "queued_at",
            "recorded",
            "through",
            "quoted",
            "accepted",
            "since",
            "link_due",
            "link_slot",
            "quoted_currency",
            "plan",
        ],
        ACCOUNT,
    ),
    table(
        "occurrence",
        3,
        &[
            "slot",
            "schedule",
            "attempt",
            "status",
            "result_kind",
            "link_attempt",
            "account",
            "created_at",
            "processed_at",
            "retry_on",
            "result",
            "ordinal",
            "link_due",
            "link_slot",
            "message",
        ],
        ACCOUNT,
    ),
    HISTORY_FILE,
    MOVED,
    Part {
        name: "event",
        columns: &["id", "account", "at", "kind", "subject", "snapshot"],
        key: 1,
        whose: ACCOUNT,
        lies: Lies::Events,
    },
    table(
        "request",
        2,
        &["account", "key", "fingerprint", "term", "at", "status", "version", "body"],
        ACCOUNT,
    ),
    table("audit", 1, &["id", "account", "at", "actor", "deed", "subject", "reason"], ACCOUNT),
    table("foreign_name", 1, &["id", "account", "kind", "name"], ACCOUNT),
    Part {
        name: "webhook_endpoint",
        columns: &[
            "id",
            "account",
            "version",
            "url",
            "form",
            "filter",
            "occurrences",
            "description",
            "disabled_why",
            "disabled_since",
            "secrets",
            "created_at",
            "updated_at",
            "delivered_at",
            "event",
        ],
        key: 1,
        whose: ACCOUNT,
        lies: Lies::Endpoints,
    },
    // Whose one was that is gone is not known any more.
    table("webhook_endpoint_gone", 1, &["id"], "false"),
    table(
        "webhook_delivery",
        1,
        &[
            "id",
            "endpoint",
            "event",
            "chain_kind",
            "chain",
            "created_at",
            "state",
            "next_at",
            "ended_at",
            "attempts",
            "latest_at",
            "latest_milliseconds",
            "latest_status",
            "latest_error",
        ],
        "endpoint IN (SELECT id FROM webhook_endpoint WHERE account = {account})",
    ),
    records("bank_token", RecordKind::Token),
    records("bank_customer", RecordKind::Customer),
    records("bank_card", RecordKind::Card),
    records("bank_recipient", RecordKind::Recipient),
    records("bank_charge", RecordKind::Charge),
    records("bank_refund", RecordKind::Refund),
    records("bank_transfer", RecordKind::Transfer),
    records("bank_party", RecordKind::Party),
    records("bank_linked_account", RecordKind::LinkedAccount),
    records("bank_wallet", RecordKind::Wallet),
    records("bank_payment_method", RecordKind::PaymentMethod),
    records("bank_remittance", RecordKind::Remittance),
    records("bank_image", RecordKind::Image),
    records("bank_product", RecordKind::Product),
    Part {
        name: "bank_journal",
        columns: &[
            "account",
            "place",
            "key",
            "at",
            "kind",
            "origin_kind",
            "origin",
            "currency",
            "legs",
        ],
        key: 2,
        whose: ACCOUNT,
        lies: Lies::Journal,
    },
    table("bank_name", 3, &["account", "kind", "name", "key"], ACCOUNT),
    table("bank_balance", 4, &["account", "role", "holder", "currency", "amount"], ACCOUNT),
    // Kinds of payments are numbered as such: charges 0, transfers 1, remittances 2.
    table(
        "bank_payment",
        1,
        &["key", "kind", "payment"],
        "(kind, payment) IN (SELECT CASE kind WHEN 4 THEN 0 WHEN 6 THEN 1 ELSE 2 END, key
             FROM bank_record WHERE kind IN (4, 6, 12) AND account = {account})",
    ),
    table(
        "bank_agenda",
        3,
        &["at", "kind", "key"],
        "(kind, key) IN (SELECT kind, key FROM bank_record WHERE account = {account})",
    ),
];

/// What does not go along: tables, and columns of those that do.
#[cfg(test)]
const LEFT_BEHIND: [&str; 23] = [
    // Made anew from the rows that went along.
    "counter",
    "span",
    "lane",
    "bank_record.kind",
    "bank_journal.shown",
    "event.listed",
    "request.id",
    "webhook_endpoint.sequence",
    // What a database says of itself. Numbers that were given out are set by themselves.
    "identity",
    "key_floor",
    "migration",
    "kalends_migration",
    "kalends_migration_lock",
    "relocation",
    // What passes: who does what, and until when nobody else may.
    "webhook_turn",
    "quoting",
    "asking",
    "pace",
    "clock.mover",
    "clock.mover_until",
    "request.held_until",
    "queue.lease_until",
    "claimed.lease_until",
];

/// Which of a schema's columns, each after its table, neither go along nor are left behind.
#[cfg(test)]
pub(crate) fn forgotten(
    schema: &[(String, String)],
    table_of: impl Fn(Part) -> &'static str,
) -> Vec<String> {
    let goes_along = |table: &str, column: &str| {
        let column = if column == "listed" { "place" } else { column };
        PARTS.iter().any(|part| table_of(*part) == table && part.columns.contains(&column))
    };
    let stays = |name: &str| LEFT_BEHIND.contains(&name);
    schema
        .iter()
        .filter(|(table, column)| !goes_along(table, column) && !stays(table))
        .map(|(table, column)| format!("{table}.{column}"))
        .filter(|name| !stays(name))
        .collect()
}
