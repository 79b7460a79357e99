-- Kalends' first schema on PostgreSQL.
--
-- Instants are nanoseconds since 1970 in UTC; slots grow with civil time (`Slot` says how).
-- What is enumerated is an integer; `columns.rs` says which.
--
-- Several nodes write at once. Whoever changes more of a schedule than the row of its own
-- run locks the schedule's row first; then come rows of `queue` and `claimed`, then those of
-- `awaiting`, then the bank's, and `counter` last, each in the order of its key.

-- What time it is by the database: at the moment it is asked, not at the transaction's
-- beginning. Leases and holds are judged by it, so that nodes need not agree on theirs.
CREATE FUNCTION database_now() RETURNS BIGINT LANGUAGE SQL VOLATILE AS
    'SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint * 1000';

-- Who this installation is, how often a node was started and a store opened, and the last
-- keys of accounts and schedules that were given out.
CREATE TABLE identity (
    one SMALLINT PRIMARY KEY CHECK (one = 1),
    installation BIGINT NOT NULL,
    term BIGINT NOT NULL,
    opened BIGINT NOT NULL,
    account BIGINT NOT NULL,
    schedule BIGINT NOT NULL
);

-- Lists by owner: how many entries one shows, and how many were ever appended. Whoever
-- appends to a list holds its row until it commits, so that an account's entries are
-- numbered in the order in which they are committed.
CREATE TABLE counter (
    list BIGINT NOT NULL,
    owner BIGINT NOT NULL,
    value BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    PRIMARY KEY (list, owner)
);

CREATE TABLE account (
    id BIGINT PRIMARY KEY,
    lane BIGINT NOT NULL,
    mode BIGINT NOT NULL,
    country TEXT NOT NULL,
    currency TEXT NOT NULL,
    zone TEXT NOT NULL,
    three_d_secure BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    attributes TEXT NOT NULL
);

-- Keys that open accounts, as SHA-256; the keys themselves are stored nowhere. Those that
-- people handle have a name.
CREATE TABLE credential (
    sha256 BYTEA PRIMARY KEY,
    account BIGINT NOT NULL REFERENCES account (id),
    kind BIGINT NOT NULL,
    domains TEXT NOT NULL,
    expires_at BIGINT,
    name TEXT,
    ending TEXT,
    origin BIGINT,
    created_at BIGINT
);
CREATE INDEX credential_by_account ON credential (account);

-- Tokens that stand in the place of credentials, as SHA-256.
CREATE TABLE access_grant (
    sha256 BYTEA PRIMARY KEY,
    kind BIGINT NOT NULL,
    credential BYTEA NOT NULL,
    family BYTEA NOT NULL,
    scopes TEXT NOT NULL,
    bound BOOLEAN NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX access_grant_by_family ON access_grant (family);
CREATE INDEX access_grant_by_expiry ON access_grant (expires_at);

-- `mover` is the term of the node that moves it to `target`, which it does until its hold has
-- passed.
CREATE TABLE clock (
    id BIGINT PRIMARY KEY,
    standing_at BIGINT,
    target BIGINT,
    mover BIGINT,
    mover_until BIGINT
);

-- Which node, by its term, has a quote of a lane's balances open, until its hold has passed.
CREATE TABLE quoting (
    lane BIGINT PRIMARY KEY,
    term BIGINT NOT NULL,
    held_until BIGINT NOT NULL
);

-- From when on the next request may leave to the upstream of a lane that bounds how often.
CREATE TABLE pace (
    lane BIGINT PRIMARY KEY,
    free_at BIGINT NOT NULL
);

CREATE TABLE schedule (
    id BIGINT PRIMARY KEY,
    account BIGINT NOT NULL,
    lane BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    status BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    ended_at BIGINT,
    first_due BIGINT,
    first_slot BIGINT,
    first_attempt SMALLINT,
    since BIGINT NOT NULL,
    recorded_detached BIGINT NOT NULL,
    request_key TEXT,
    attributes TEXT NOT NULL,
    plan BYTEA NOT NULL,
    life BYTEA NOT NULL,
    paused BYTEA
);
CREATE INDEX schedule_by_account ON schedule (account, created_at, id);
CREATE UNIQUE INDEX schedule_by_request ON schedule (account, request_key)
    WHERE request_key IS NOT NULL;

-- Whose lists show a schedule.
CREATE TABLE schedule_party (
    of_account BIGINT NOT NULL,
    of_kind BIGINT NOT NULL,
    party BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    schedule BIGINT NOT NULL,
    PRIMARY KEY (of_account, of_kind, party, made_at, schedule)
);

-- What an owner did to single slots of a schedule.
CREATE TABLE amendment (
    schedule BIGINT NOT NULL,
    slot BIGINT NOT NULL,
    run_at BIGINT,
    instruction BYTEA,
    canceled_at BIGINT,
    PRIMARY KEY (schedule, slot)
);

-- Attempts that nobody has claimed, each with all that running it needs, by due time. A
-- claim moves rows from here to `claimed`, so that what is in flight never lies between the
-- head of the queue and what is due next.
CREATE TABLE queue (
    lane BIGINT NOT NULL,
    due BIGINT NOT NULL,
    schedule BIGINT NOT NULL,
    slot BIGINT NOT NULL,
    not_before BIGINT,
    account BIGINT NOT NULL,
    queued_at BIGINT NOT NULL,
    through BIGINT NOT NULL,
    recorded BIGINT NOT NULL,
    quoted BIGINT,
    role SMALLINT NOT NULL,
    attempt SMALLINT NOT NULL,
    quoted_currency TEXT,
    plan BYTEA NOT NULL,
    PRIMARY KEY (lane, due, schedule, slot)
);
CREATE INDEX queue_by_schedule ON queue (schedule);

-- Attempts in flight, under the claimer's term until its lease has passed. `ending` says
-- that its schedule ended meanwhile. One of the term -1 does not read as what was written,
-- and is left for a person to look at.
CREATE TABLE claimed (
    lane BIGINT NOT NULL,
    due BIGINT NOT NULL,
    schedule BIGINT NOT NULL,
    slot BIGINT NOT NULL,
    term BIGINT NOT NULL,
    lease_until BIGINT NOT NULL,
    account BIGINT NOT NULL,
    queued_at BIGINT NOT NULL,
    through BIGINT NOT NULL,
    recorded BIGINT NOT NULL,
    quoted BIGINT,
    role SMALLINT NOT NULL,
    attempt SMALLINT NOT NULL,
    ending BOOLEAN NOT NULL,
    quoted_currency TEXT,
    plan BYTEA NOT NULL,
    PRIMARY KEY (schedule, slot, due, lane)
);
CREATE INDEX claimed_by_lease ON claimed (lane, lease_until);

-- By slot first, so that history is appended in time order and can be partitioned by it.
CREATE TABLE occurrence (
    slot BIGINT NOT NULL,
    schedule BIGINT NOT NULL,
    attempt SMALLINT NOT NULL,
    status SMALLINT NOT NULL,
    result_kind SMALLINT,
    link_attempt SMALLINT,
    account BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    processed_at BIGINT NOT NULL,
    retry_on BIGINT,
    result BIGINT,
    ordinal BIGINT,
    link_due BIGINT,
    link_slot BIGINT,
    message TEXT,
    PRIMARY KEY (slot, schedule, attempt)
);

-- Attempts whose outcome is not known, or not final.
CREATE TABLE awaiting (
    slot BIGINT NOT NULL,
    schedule BIGINT NOT NULL,
    attempt SMALLINT NOT NULL,
    role SMALLINT NOT NULL,
    held SMALLINT NOT NULL,
    accepted_kind SMALLINT,
    link_attempt SMALLINT,
    lane BIGINT NOT NULL,
    due BIGINT NOT NULL,
    account BIGINT NOT NULL,
    queued_at BIGINT NOT NULL,
    recorded BIGINT NOT NULL,
    through BIGINT NOT NULL,
    quoted BIGINT,
    accepted BIGINT,
    since BIGINT NOT NULL,
    link_due BIGINT,
    link_slot BIGINT,
    quoted_currency TEXT,
    plan BYTEA NOT NULL,
    PRIMARY KEY (slot, schedule, attempt)
);

-- What happened. An account's events are numbered in the order in which they are committed.
CREATE SEQUENCE event_number;
CREATE TABLE event (
    id BIGINT PRIMARY KEY,
    account BIGINT NOT NULL,
    at BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    subject BIGINT NOT NULL,
    listed BOOLEAN NOT NULL,
    snapshot TEXT
);
CREATE INDEX event_by_account ON event (account, id);

-- Clients' own keys for single requests; `status` is null while one is running.
CREATE TABLE request (
    account BIGINT NOT NULL,
    key TEXT NOT NULL,
    fingerprint BYTEA NOT NULL,
    term BIGINT NOT NULL,
    at BIGINT NOT NULL,
    status BIGINT,
    version TEXT,
    body BYTEA,
    PRIMARY KEY (account, key)
);
CREATE INDEX request_by_time ON request (at);

-- When a lane was last worked, by the wall clock; up to which due time its runs are looked
-- up before they are first sent; how far the original of restored data may have come; and
-- since when nothing of it runs until a person says so.
CREATE TABLE pulse (
    lane BIGINT PRIMARY KEY,
    beat_at BIGINT,
    doubtful_through BIGINT,
    restored_through BIGINT,
    held_since BIGINT
);

-- What people did that no rule would have done, and why.
CREATE SEQUENCE audit_number;
CREATE TABLE audit (
    id BIGINT PRIMARY KEY,
    account BIGINT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    deed BIGINT NOT NULL,
    subject TEXT NOT NULL,
    reason TEXT NOT NULL
);
CREATE INDEX audit_by_account ON audit (account, id);

-- What upstreams call the things that are theirs: the key of a name is -2^40 - id.
CREATE SEQUENCE foreign_name_number;
CREATE TABLE foreign_name (
    id BIGINT PRIMARY KEY,
    account BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    name TEXT NOT NULL,
    UNIQUE (account, kind, name)
);

-- Where events are sent; `event` is how far it has come in its account's events.
CREATE TABLE webhook_endpoint (
    id BIGINT PRIMARY KEY,
    account BIGINT NOT NULL REFERENCES account (id),
    version BIGINT NOT NULL,
    url TEXT NOT NULL,
    form TEXT NOT NULL,
    filter TEXT,
    occurrences BOOLEAN NOT NULL,
    description TEXT NOT NULL,
    disabled_why BIGINT,
    disabled_since BIGINT,
    secrets BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    delivered_at BIGINT,
    event BIGINT NOT NULL
);
CREATE INDEX webhook_endpoint_by_account ON webhook_endpoint (account, created_at, id);

-- Endpoints that were deleted and whose deliveries have not all been forgotten yet.
CREATE TABLE webhook_endpoint_gone (
    id BIGINT PRIMARY KEY
);

-- What is to be sent to an endpoint (`state` 0), and what was (1), or was given up (2).
-- Of the pending ones of one chain the first alone has `next_at`; the others wait for it.
CREATE SEQUENCE webhook_delivery_number;
CREATE TABLE webhook_delivery (
    id BIGINT PRIMARY KEY,
    endpoint BIGINT NOT NULL,
    event BIGINT NOT NULL,
    chain_kind BIGINT NOT NULL,
    chain BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    state BIGINT NOT NULL,
    next_at BIGINT,
    ended_at BIGINT,
    attempts BIGINT NOT NULL,
    latest_at BIGINT,
    latest_milliseconds BIGINT,
    latest_status BIGINT,
    latest_error TEXT,
    UNIQUE (endpoint, event)
);
CREATE INDEX webhook_delivery_by_endpoint ON webhook_delivery (endpoint, id);
CREATE INDEX webhook_delivery_by_chain ON webhook_delivery (endpoint, chain_kind, chain, id)
    WHERE state = 0;
CREATE INDEX webhook_delivery_by_time ON webhook_delivery (endpoint, next_at)
    WHERE state = 0 AND next_at IS NOT NULL;
CREATE INDEX webhook_delivery_by_end ON webhook_delivery (ended_at) WHERE ended_at IS NOT NULL;

-- The built-in bank's records. `listed` is a record's place in its account's list of its kind.
CREATE TABLE bank_record (
    kind SMALLINT NOT NULL,
    hidden BOOLEAN NOT NULL,
    key BIGINT NOT NULL,
    account BIGINT NOT NULL,
    parent BIGINT,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    listed BIGINT NOT NULL,
    body BYTEA NOT NULL,
    PRIMARY KEY (kind, key)
);
CREATE INDEX bank_record_by_account ON bank_record (account, kind, listed);
-- Where those of one parent are few: cards, refunds, linked accounts, wallets, payment
-- methods, images and products.
CREATE INDEX bank_record_by_parent ON bank_record (parent, kind)
    WHERE kind IN (2, 5, 9, 10, 11, 13, 14);

-- Names of the user's choosing, for records whose keys are below zero.
CREATE TABLE bank_name (
    account BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    name TEXT NOT NULL,
    key BIGINT NOT NULL,
    PRIMARY KEY (account, kind, name)
);

CREATE TABLE bank_journal (
    key BIGINT PRIMARY KEY,
    account BIGINT NOT NULL,
    at BIGINT NOT NULL,
    origin BIGINT NOT NULL,
    listed BIGINT NOT NULL,
    kind SMALLINT NOT NULL,
    origin_kind SMALLINT NOT NULL,
    shown BOOLEAN NOT NULL,
    currency TEXT NOT NULL,
    legs BYTEA NOT NULL
);
CREATE INDEX bank_journal_by_account ON bank_journal (account, listed);

-- What stands where. `holder` is the key of the wallet, where it is one, else 0.
CREATE TABLE bank_balance (
    account BIGINT NOT NULL,
    role BIGINT NOT NULL,
    holder BIGINT NOT NULL,
    currency TEXT NOT NULL,
    amount BIGINT NOT NULL,
    PRIMARY KEY (account, role, holder, currency)
);

CREATE TABLE bank_payment (
    key TEXT PRIMARY KEY,
    kind SMALLINT NOT NULL,
    payment BIGINT NOT NULL
);

CREATE TABLE bank_agenda (
    at BIGINT NOT NULL,
    kind BIGINT NOT NULL,
    key BIGINT NOT NULL,
    PRIMARY KEY (at, kind, key)
);
