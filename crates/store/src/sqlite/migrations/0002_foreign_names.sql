-- What upstreams call the things that are theirs.
--
-- A row is appended when something is first heard of, and never changed. `id` counts up,
-- over all kinds, so that rows are appended in the order in which they are read: the key
-- that stands for a name is -2^40 - id, far below those of records that a seed named.

CREATE TABLE foreign_name (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    name TEXT NOT NULL,
    UNIQUE (account, kind, name)
) STRICT;
