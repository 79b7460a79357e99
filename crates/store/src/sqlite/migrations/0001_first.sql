-- Kalends' first schema.
--
-- Instants are nanoseconds since 1970 in UTC; slots grow with civil time
-- (`Slot` says how). What is enumerated is an integer; `columns.rs` says which.
--
-- What is due together lies together: the queue is clustered by due time, occurrences
-- by slot, payment keys by slot too (their text sorts so), and everything else that a
-- run writes is appended. No index below is touched at random by a run.

-- Who this installation is, and how often it was started.
CREATE TABLE identity (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    installation INTEGER NOT NULL,
    term INTEGER NOT NULL
) STRICT;

-- What is counted in the commit that changes it: entries of a list (`listing.rs`).
CREATE TABLE counter (
    list INTEGER NOT NULL,
    owner INTEGER NOT NULL,
    value INTEGER NOT NULL,
    PRIMARY KEY (list, owner)
) STRICT, WITHOUT ROWID;

-- Lists by account: what one commit appends to one list of one account is one row, so
-- that a batch of a thousand costs what one costs. Its keys run from `first` to `last`;
-- where other accounts' lie between them, `further` says where the later runs are.
CREATE TABLE span (
    list INTEGER NOT NULL,
    account INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    first INTEGER NOT NULL,
    last INTEGER NOT NULL,
    further BLOB,
    shown INTEGER NOT NULL,
    earliest INTEGER NOT NULL,
    latest INTEGER NOT NULL,
    PRIMARY KEY (list, account, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE account (
    id INTEGER PRIMARY KEY,
    lane INTEGER NOT NULL,
    mode INTEGER NOT NULL,
    country TEXT NOT NULL,
    currency TEXT NOT NULL,
    zone TEXT NOT NULL,
    three_d_secure INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    attributes TEXT NOT NULL
) STRICT;

-- Keys that open accounts, as SHA-256; the keys themselves are stored nowhere.
CREATE TABLE credential (
    sha256 BLOB PRIMARY KEY,
    account INTEGER NOT NULL REFERENCES account (id),
    kind INTEGER NOT NULL,
    domains TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX credential_by_account ON credential (account);

-- Tokens that stand in the place of credentials, as SHA-256. `family` is the same for all
-- that came of one grant; `expires_at` is of the wall clock.
CREATE TABLE access_grant (
    sha256 BLOB PRIMARY KEY,
    kind INTEGER NOT NULL,
    credential BLOB NOT NULL,
    family BLOB NOT NULL,
    scopes TEXT NOT NULL,
    bound INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX access_grant_by_family ON access_grant (family);
CREATE INDEX access_grant_by_expiry ON access_grant (expires_at);

CREATE TABLE clock (
    id INTEGER PRIMARY KEY,
    standing_at INTEGER,
    target INTEGER
) STRICT;

CREATE TABLE schedule (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL,
    lane INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    status INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    ended_at INTEGER,
    first_due INTEGER,
    first_slot INTEGER,
    first_attempt INTEGER,
    since INTEGER NOT NULL,
    recorded_detached INTEGER NOT NULL,
    request_key TEXT,
    attributes TEXT NOT NULL,
    plan BLOB NOT NULL,
    life BLOB NOT NULL
) STRICT;
CREATE INDEX schedule_by_account ON schedule (account, created_at);
CREATE UNIQUE INDEX schedule_by_request ON schedule (account, request_key)
    WHERE request_key IS NOT NULL;

-- Whose lists show a schedule.
CREATE TABLE schedule_party (
    of_account INTEGER NOT NULL,
    of_kind INTEGER NOT NULL,
    party INTEGER NOT NULL,
    made_at INTEGER NOT NULL,
    schedule INTEGER NOT NULL,
    PRIMARY KEY (of_account, of_kind, party, made_at, schedule)
) STRICT, WITHOUT ROWID;

-- What an owner did to single slots of a schedule.
CREATE TABLE amendment (
    schedule INTEGER NOT NULL,
    slot INTEGER NOT NULL,
    run_at INTEGER,
    instruction BLOB,
    canceled_at INTEGER,
    PRIMARY KEY (schedule, slot)
) STRICT, WITHOUT ROWID;

-- One queued attempt at one slot, with all that running it needs. `term` is 2^32 until it
-- is claimed, then 2^32 more than the claimer's; `lease_until` is the least integer until
-- then. So both always take the same number of bytes, and a claim is written over the row
-- where it lies, without moving its neighbours. `ending` says that its schedule ended
-- while it was in flight.
CREATE TABLE queue (
    lane INTEGER NOT NULL,
    due INTEGER NOT NULL,
    schedule INTEGER NOT NULL,
    slot INTEGER NOT NULL,
    term INTEGER NOT NULL DEFAULT 4294967296,
    lease_until INTEGER NOT NULL DEFAULT -9223372036854775808,
    not_before INTEGER,
    ending INTEGER NOT NULL DEFAULT 0,
    role INTEGER NOT NULL,
    account INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    queued_at INTEGER NOT NULL,
    recorded INTEGER NOT NULL,
    through INTEGER NOT NULL,
    quoted INTEGER,
    quoted_currency TEXT,
    plan BLOB NOT NULL,
    PRIMARY KEY (lane, due, schedule, slot)
) STRICT, WITHOUT ROWID;
-- The few runs that no link of a schedule leads to.
CREATE INDEX queue_detached ON queue (schedule) WHERE role <> 0;

-- How far a lane was ever claimed: what was left behind is looked for up to here.
CREATE TABLE lane (
    lane INTEGER PRIMARY KEY,
    claimed_through INTEGER NOT NULL
) STRICT;

CREATE TABLE occurrence (
    slot INTEGER NOT NULL,
    schedule INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    account INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    processed_at INTEGER NOT NULL,
    retry_on INTEGER,
    status INTEGER NOT NULL,
    message TEXT,
    result_kind INTEGER,
    result INTEGER,
    ordinal INTEGER,
    link_due INTEGER,
    link_slot INTEGER,
    link_attempt INTEGER,
    PRIMARY KEY (slot, schedule, attempt)
) STRICT, WITHOUT ROWID;

-- Attempts whose outcome is not known, or not final.
CREATE TABLE awaiting (
    slot INTEGER NOT NULL,
    schedule INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    lane INTEGER NOT NULL,
    due INTEGER NOT NULL,
    account INTEGER NOT NULL,
    queued_at INTEGER NOT NULL,
    role INTEGER NOT NULL,
    recorded INTEGER NOT NULL,
    through INTEGER NOT NULL,
    quoted INTEGER,
    quoted_currency TEXT,
    plan BLOB NOT NULL,
    accepted_kind INTEGER,
    accepted INTEGER,
    since INTEGER NOT NULL,
    link_due INTEGER,
    link_slot INTEGER,
    link_attempt INTEGER,
    PRIMARY KEY (slot, schedule, attempt)
) STRICT, WITHOUT ROWID;

CREATE TABLE event (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL,
    at INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    subject INTEGER NOT NULL,
    snapshot TEXT
) STRICT;

-- Clients' own keys for single requests; `status` is null while one is running.
CREATE TABLE request (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL,
    key TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    term INTEGER NOT NULL,
    at INTEGER NOT NULL,
    status INTEGER,
    version TEXT,
    body BLOB,
    UNIQUE (account, key)
) STRICT;
CREATE INDEX request_by_time ON request (at);

-- The built-in bank's records, a table for each kind, appended in the order of their
-- keys. `listed` is the `sequence` of the span that holds them.
CREATE TABLE bank_token (
    key INTEGER PRIMARY KEY, account INTEGER NOT NULL, parent INTEGER, created_at INTEGER NOT NULL,
    version INTEGER NOT NULL, hidden INTEGER NOT NULL, listed INTEGER NOT NULL, body BLOB NOT NULL
) STRICT;
CREATE TABLE bank_customer (
    key INTEGER PRIMARY KEY, account INTEGER NOT NULL, parent INTEGER, created_at INTEGER NOT NULL,
    version INTEGER NOT NULL, hidden INTEGER NOT NULL, listed INTEGER NOT NULL, body BLOB NOT NULL
) STRICT;
CREATE TABLE bank_card (
    key INTEGER PRIMARY KEY, account INTEGER NOT NULL, parent INTEGER, created_at INTEGER NOT NULL,
    version INTEGER NOT NULL, hidden INTEGER NOT NULL, listed INTEGER NOT NULL, body BLOB NOT NULL
) STRICT;
CREATE INDEX bank_card_by_parent ON bank_card (parent);
CREATE TABLE bank_recipient (
    key INTEGER PRIMARY KEY, account INTEGER NOT NULL, parent INTEGER, created_at INTEGER NOT NULL,
    version INTEGER NOT NULL, hidden INTEGER NOT NULL, listed INTEGER NOT NULL, body BLOB NOT NULL
) STRICT;
CREATE TABLE bank_charge (
    key INTEGER PRIMARY KEY, account INTEGER NOT NULL, parent INTEGER, created_at INTEGER NOT NULL,
    version INTEGER NOT NULL, hidden INTEGER NOT NULL, listed INTEGER NOT NULL, body BLOB NOT NULL
) STRICT;
CREATE TABLE bank_refund (
    key INTEGER PRIMARY KEY, account INTEGER NOT NULL, parent INTEGER, created_at INTEGER NOT NULL,
    version INTEGER NOT NULL, hidden INTEGER NOT NULL, listed INTEGER NOT NULL, body BLOB NOT NULL
) STRICT;
CREATE INDEX bank_refund_by_parent ON bank_refund (parent);
CREATE TABLE bank_transfer (
    key INTEGER PRIMARY KEY, account INTEGER NOT NULL, parent INTEGER, created_at INTEGER NOT NULL,
    version INTEGER NOT NULL, hidden INTEGER NOT NULL, listed INTEGER NOT NULL, body BLOB NOT NULL
) STRICT;
CREATE TABLE bank_party (
    key INTEGER PRIMARY KEY, account INTEGER NOT NULL, parent INTEGER, created_at INTEGER NOT NULL,
    version INTEGER NOT NULL, hidden INTEGER NOT NULL, listed INTEGER NOT NULL, body BLOB NOT NULL
) STRICT;
CREATE TABLE bank_linked_account (
    key INTEGER PRIMARY KEY, account INTEGER NOT NULL, parent INTEGER, created_at INTEGER NOT NULL,
    version INTEGER NOT NULL, hidden INTEGER NOT NULL, listed INTEGER NOT NULL, body BLOB NOT NULL
) STRICT;
CREATE INDEX bank_linked_account_by_parent ON bank_linked_account (parent);
CREATE TABLE bank_wallet (
    key INTEGER PRIMARY KEY, account INTEGER NOT NULL, parent INTEGER, created_at INTEGER NOT NULL,
    version INTEGER NOT NULL, hidden INTEGER NOT NULL, listed INTEGER NOT NULL, body BLOB NOT NULL
) STRICT;
CREATE INDEX bank_wallet_by_parent ON bank_wallet (parent);
CREATE TABLE bank_payment_method (
    key INTEGER PRIMARY KEY, account INTEGER NOT NULL, parent INTEGER, created_at INTEGER NOT NULL,
    version INTEGER NOT NULL, hidden INTEGER NOT NULL, listed INTEGER NOT NULL, body BLOB NOT NULL
) STRICT;
CREATE INDEX bank_payment_method_by_parent ON bank_payment_method (parent);
CREATE TABLE bank_remittance (
    key INTEGER PRIMARY KEY, account INTEGER NOT NULL, parent INTEGER, created_at INTEGER NOT NULL,
    version INTEGER NOT NULL, hidden INTEGER NOT NULL, listed INTEGER NOT NULL, body BLOB NOT NULL
) STRICT;
CREATE TABLE bank_image (
    key INTEGER PRIMARY KEY, account INTEGER NOT NULL, parent INTEGER, created_at INTEGER NOT NULL,
    version INTEGER NOT NULL, hidden INTEGER NOT NULL, listed INTEGER NOT NULL, body BLOB NOT NULL
) STRICT;
CREATE INDEX bank_image_by_parent ON bank_image (parent);
CREATE TABLE bank_product (
    key INTEGER PRIMARY KEY, account INTEGER NOT NULL, parent INTEGER, created_at INTEGER NOT NULL,
    version INTEGER NOT NULL, hidden INTEGER NOT NULL, listed INTEGER NOT NULL, body BLOB NOT NULL
) STRICT;
CREATE INDEX bank_product_by_parent ON bank_product (parent);

-- Names of the user's choosing, for records whose keys are below zero.
CREATE TABLE bank_name (
    account INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    name TEXT NOT NULL,
    key INTEGER NOT NULL,
    PRIMARY KEY (account, kind, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE bank_journal (
    key INTEGER PRIMARY KEY,
    account INTEGER NOT NULL,
    at INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    origin_kind INTEGER NOT NULL,
    origin INTEGER NOT NULL,
    currency TEXT NOT NULL,
    legs BLOB NOT NULL
) STRICT;

-- What stands where. `holder` is the key of the wallet, where it is one, else 0.
CREATE TABLE bank_balance (
    account INTEGER NOT NULL,
    role INTEGER NOT NULL,
    holder INTEGER NOT NULL,
    currency TEXT NOT NULL,
    amount INTEGER NOT NULL,
    PRIMARY KEY (account, role, holder, currency)
) STRICT, WITHOUT ROWID;

CREATE TABLE bank_payment (
    key TEXT PRIMARY KEY,
    kind INTEGER NOT NULL,
    payment INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE bank_agenda (
    at INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    key INTEGER NOT NULL,
    PRIMARY KEY (at, kind, key)
) STRICT, WITHOUT ROWID;
