-- Until when a key opens its account, by the wall clock; and of those that people handle,
-- what it is called, how it ends, where it comes from and since when it is there.
ALTER TABLE credential ADD COLUMN expires_at INTEGER;
ALTER TABLE credential ADD COLUMN name TEXT;
ALTER TABLE credential ADD COLUMN ending TEXT;
ALTER TABLE credential ADD COLUMN origin INTEGER;
ALTER TABLE credential ADD COLUMN created_at INTEGER;
