-- Which node, by its term, asks a gateway again for what waits on a lane, or decides about it,
-- until its hold has passed.
CREATE TABLE asking (
    lane BIGINT PRIMARY KEY,
    term BIGINT NOT NULL,
    held_until BIGINT NOT NULL
);

-- Each lane looks through its own.
CREATE INDEX awaiting_by_lane ON awaiting (lane, slot, schedule, attempt);
