-- Of all data (`account` 0), or of one account: that they are being moved to here (`state` 0),
-- were moved to here (1), are being moved from here (2), or were (3). `number` is what the move
-- is called in both databases.
CREATE TABLE relocation (
    account BIGINT PRIMARY KEY,
    number BIGINT NOT NULL,
    state BIGINT NOT NULL,
    place TEXT NOT NULL,
    at BIGINT NOT NULL
);

-- Lanes of which nothing runs here any more. A node whose connections broke while an account
-- was moved was told by nobody: it asks with each claim.
CREATE VIEW lane_elsewhere AS
    SELECT account.lane FROM relocation JOIN account ON account.id = relocation.account
    WHERE relocation.state <> 1;
