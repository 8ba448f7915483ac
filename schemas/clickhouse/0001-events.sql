-- What customers did. One row per accepted event; `partition` and `ledger_id` are its position in
-- the ledger, gapless per partition over all tables together.
CREATE TABLE events (
  partition UInt16,
  ledger_id UInt64,
  ordinal UInt16,
  received_at DateTime64(3, 'UTC'),
  message_id String,
  customer_id String,
  user_id String,
  anonymous_id String,
  type LowCardinality(String),
  event LowCardinality(String),
  label String,
  timestamp DateTime64(3, 'UTC'),
  properties JSON,
  traits JSON,
  context JSON,
  INDEX customer customer_id TYPE bloom_filter GRANULARITY 4
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(received_at)
ORDER BY (toStartOfHour(received_at), event, customer_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000;
