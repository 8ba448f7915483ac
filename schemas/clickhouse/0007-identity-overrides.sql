-- Customers that turned out to be one person: rows of `customer_id` belong to `canonical_id`.
CREATE TABLE identity_overrides (
  customer_id String,
  canonical_id String,
  version UInt64,
  overridden_at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree(version)
ORDER BY customer_id
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;
