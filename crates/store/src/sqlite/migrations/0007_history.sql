-- Files into which old occurrences were moved. `state` is 0 while the file has no name yet,
-- 1 while what it holds is being deleted here, 2 from then on. The slots are the first and
-- the last that it holds.
CREATE TABLE history_file (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    sha256 BLOB NOT NULL,
    occurrences INTEGER NOT NULL,
    first_slot INTEGER NOT NULL,
    last_slot INTEGER NOT NULL,
    moved_at INTEGER NOT NULL,
    state INTEGER NOT NULL
) STRICT;

-- What of a schedule was moved: how many occurrences, how many of them its cadence had
-- counted, the greatest number among these, and the last slot.
CREATE TABLE moved (
    schedule INTEGER PRIMARY KEY,
    occurrences INTEGER NOT NULL,
    counted INTEGER NOT NULL,
    recorded INTEGER NOT NULL,
    through INTEGER NOT NULL
) STRICT;
