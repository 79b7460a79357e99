-- What several nodes must agree on to tell webhooks once, and to answer a request once.

-- Which node tells an endpoint: the one that opened the data as the `holder`th, until its
-- lease has passed. One that gave its turn up has a lease of 0.
CREATE TABLE webhook_turn (
    endpoint BIGINT PRIMARY KEY,
    holder BIGINT NOT NULL,
    lease_until BIGINT NOT NULL
);

-- Until when a request that is running holds its key. A node that does not know this leaves it
-- null; then the key is held for so long from `at`.
ALTER TABLE request ADD COLUMN held_until BIGINT;
