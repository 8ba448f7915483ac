-- Which insert brought a row: its query id, which is also its deduplication token. Of two copies of
-- a row one can then be removed without the other. Rows from before this column, and rows of other
-- programs, read '' (nobody who reads has a token).
ALTER TABLE events ADD COLUMN IF NOT EXISTS batch LowCardinality(String) DEFAULT getSetting('insert_deduplication_token');
ALTER TABLE firings ADD COLUMN IF NOT EXISTS batch LowCardinality(String) DEFAULT getSetting('insert_deduplication_token');
ALTER TABLE decisions ADD COLUMN IF NOT EXISTS batch LowCardinality(String) DEFAULT getSetting('insert_deduplication_token');
ALTER TABLE outcomes ADD COLUMN IF NOT EXISTS batch LowCardinality(String) DEFAULT getSetting('insert_deduplication_token');
ALTER TABLE rejected ADD COLUMN IF NOT EXISTS batch LowCardinality(String) DEFAULT getSetting('insert_deduplication_token');
ALTER TABLE customer_changes ADD COLUMN IF NOT EXISTS batch LowCardinality(String) DEFAULT getSetting('insert_deduplication_token');
