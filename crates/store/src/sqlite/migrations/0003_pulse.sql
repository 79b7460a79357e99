-- What waits for a person: attempts that came too late to be sent unseen (1).
ALTER TABLE awaiting ADD COLUMN held INTEGER NOT NULL DEFAULT 0;

-- When a lane was last worked, by the wall clock; up to which due time its runs are looked
-- up before they are first sent; how far the original of restored data may have come; and
-- since when nothing of it runs until a person says so.
CREATE TABLE pulse (
    lane INTEGER PRIMARY KEY,
    beat_at INTEGER,
    doubtful_through INTEGER,
    restored_through INTEGER,
    held_since INTEGER
) STRICT;

-- What people did that no rule would have done, and why.
CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    account INTEGER NOT NULL,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    deed INTEGER NOT NULL,
    subject TEXT NOT NULL,
    reason TEXT NOT NULL
) STRICT;
CREATE INDEX audit_by_account ON audit (account, id);
