-- Attempts to deliver decisions outside of a response: `sent`, `failed` (tried again at `next_at`, or not,
-- where that is NULL), `suppressed` (consent or the placement's condition are not what they were),
-- `expired` (nobody listened, or its offers had expired). Attempts count from 1; of what was not attempted it is 0.
CREATE TABLE deliveries (
  partition UInt16,
  ledger_id UInt64,
  ordinal UInt16,
  received_at DateTime64(3, 'UTC'),
  delivery_id String,
  decision_id String,
  customer_id String,
  placement LowCardinality(String),
  channel LowCardinality(String),
  status LowCardinality(String),
  reason LowCardinality(String),
  attempt UInt16,
  at DateTime64(3, 'UTC'),
  next_at Nullable(DateTime64(3, 'UTC')),
  batch LowCardinality(String) DEFAULT getSetting('insert_deduplication_token'),
  INDEX customer customer_id TYPE bloom_filter GRANULARITY 4
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(received_at)
ORDER BY (toStartOfHour(received_at), channel, status)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000;

-- Where a decision went beside its answer; '' = nowhere.
ALTER TABLE decisions ADD COLUMN IF NOT EXISTS delivery_id String, ADD COLUMN IF NOT EXISTS delivery_channel LowCardinality(String) SETTINGS alter_sync = 0;
