-- Where events are sent. `occurrences` says that it may want to hear of single occurrences;
-- `sequence` and `event` are how far it has come in its account's events (`span`, `event`).
CREATE TABLE webhook_endpoint (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account (id),
    version INTEGER NOT NULL,
    url TEXT NOT NULL,
    form TEXT NOT NULL,
    filter TEXT,
    occurrences INTEGER NOT NULL,
    description TEXT NOT NULL,
    disabled_why INTEGER,
    disabled_since INTEGER,
    secrets BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    delivered_at INTEGER,
    sequence INTEGER NOT NULL,
    event INTEGER NOT NULL
) STRICT;
CREATE INDEX webhook_endpoint_by_account ON webhook_endpoint (account, created_at, id);

-- Endpoints that were deleted and whose deliveries have not all been forgotten yet.
CREATE TABLE webhook_endpoint_gone (
    id INTEGER PRIMARY KEY
) STRICT;

-- What is to be sent to an endpoint (`state` 0), and what was (1), or was given up (2).
-- Of the pending ones of one chain the first alone has `next_at`; the others wait for it.
CREATE TABLE webhook_delivery (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    endpoint INTEGER NOT NULL,
    event INTEGER NOT NULL,
    chain_kind INTEGER NOT NULL,
    chain INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    state INTEGER NOT NULL,
    next_at INTEGER,
    ended_at INTEGER,
    attempts INTEGER NOT NULL,
    latest_at INTEGER,
    latest_milliseconds INTEGER,
    latest_status INTEGER,
    latest_error TEXT,
    UNIQUE (endpoint, event)
) STRICT;
CREATE INDEX webhook_delivery_by_endpoint ON webhook_delivery (endpoint, id);
CREATE INDEX webhook_delivery_by_chain ON webhook_delivery (endpoint, chain_kind, chain, id)
    WHERE state = 0;
CREATE INDEX webhook_delivery_by_time ON webhook_delivery (endpoint, next_at)
    WHERE state = 0 AND next_at IS NOT NULL;
CREATE INDEX webhook_delivery_by_end ON webhook_delivery (ended_at) WHERE ended_at IS NOT NULL;
