-- Triggers that became true. `key` is the value of the trigger's `per`, '' without one.
CREATE TABLE firings (
  partition UInt16,
  ledger_id UInt64,
  ordinal UInt16,
  received_at DateTime64(3, 'UTC'),
  message_id String,
  customer_id String,
  trigger LowCardinality(String),
  key String,
  fired_at DateTime64(3, 'UTC'),
  INDEX customer customer_id TYPE bloom_filter GRANULARITY 4
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(received_at)
ORDER BY (toStartOfHour(received_at), trigger, customer_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000;
