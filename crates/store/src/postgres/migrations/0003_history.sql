-- Files into which old occurrences were moved. `state` is 0 while the file has no name yet,
-- 1 while what it holds is being deleted here, 2 from then on. The slots are the first and
-- the last that it holds.
CREATE TABLE history_file (
    number BIGINT PRIMARY KEY,
    name TEXT NOT NULL,
    sha256 BYTEA NOT NULL,
    occurrences BIGINT NOT NULL,
    first_slot BIGINT NOT NULL,
    last_slot BIGINT NOT NULL,
    moved_at BIGINT NOT NULL,
    state SMALLINT NOT NULL
);

-- What of a schedule was moved: how many occurrences, how many of them its cadence had
-- counted, the greatest number among these, and the last slot.
CREATE TABLE moved (
    schedule BIGINT PRIMARY KEY,
    occurrences BIGINT NOT NULL,
    counted BIGINT NOT NULL,
    recorded BIGINT NOT NULL,
    through BIGINT NOT NULL
);
