-- Of all data (`account` 0), or of one account: that they are being moved to here (`state` 0),
-- were moved to here (1), are being moved from here (2), or were (3). `number` is what the move
-- is called in both databases.
CREATE TABLE relocation (
    account INTEGER PRIMARY KEY,
    number INTEGER NOT NULL,
    state INTEGER NOT NULL,
    place TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;

-- What keys and numbers come after, whatever is there: others of this installation may have
-- been given out by another database. Schedules come after `schedule`, and before the first
-- that was there then.
CREATE TABLE key_floor (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    schedule INTEGER NOT NULL,
    schedule_until INTEGER NOT NULL,
    record INTEGER NOT NULL,
    event INTEGER NOT NULL,
    audit INTEGER NOT NULL,
    foreign_name INTEGER NOT NULL
) STRICT;
INSERT INTO key_floor VALUES (1, 0, 9223372036854775807, 0, 0, 0, 0);
