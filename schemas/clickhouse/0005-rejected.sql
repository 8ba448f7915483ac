-- What was not accepted and why. `source` is '' for a request that was refused; else it names the
-- table that would not take this row, and `body` is the row as text.
CREATE TABLE rejected (
  partition UInt16,
  ledger_id UInt64,
  ordinal UInt16,
  received_at DateTime64(3, 'UTC'),
  source LowCardinality(String),
  code LowCardinality(String),
  message String,
  path String,
  body String CODEC(ZSTD),
  key_id String,
  customer_id String,
  message_id String
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(received_at)
ORDER BY (toStartOfHour(received_at), code)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000;
