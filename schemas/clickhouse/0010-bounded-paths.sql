-- How many paths of a JSON column are kept as columns of their own; the others share one, which is
-- read nearly as fast. By default there are 1,024, of 32 types each: events with ever other property
-- names made parts of 15,000 files, and merges and queries ran out of file descriptors. Parts below
-- 256 MB are one file each, whatever they hold.
ALTER TABLE events MODIFY SETTING min_bytes_for_wide_part = 268435456;
ALTER TABLE events MODIFY COLUMN properties JSON(max_dynamic_paths = 64, max_dynamic_types = 8), MODIFY COLUMN traits JSON(max_dynamic_paths = 32, max_dynamic_types = 8), MODIFY COLUMN context JSON(max_dynamic_paths = 32, max_dynamic_types = 8) SETTINGS alter_sync = 0;
ALTER TABLE decisions MODIFY SETTING min_bytes_for_wide_part = 268435456;
ALTER TABLE decisions MODIFY COLUMN inputs JSON(max_dynamic_paths = 32, max_dynamic_types = 8) SETTINGS alter_sync = 0;
ALTER TABLE customer_changes MODIFY SETTING min_bytes_for_wide_part = 268435456;
ALTER TABLE customer_changes MODIFY COLUMN traits JSON(max_dynamic_paths = 64, max_dynamic_types = 8) SETTINGS alter_sync = 0;

-- A view keeps the types that its table had when it was made.
CREATE OR REPLACE VIEW customers AS
SELECT customer_id, traits, segments, updated_at, partition, ledger_id
FROM customer_changes
ORDER BY customer_id, ledger_id DESC
LIMIT 1 BY customer_id;
