-- Since when a schedule stands still, why, and what is to run when it goes on; null where
-- it does not.
ALTER TABLE schedule ADD COLUMN paused BLOB;
