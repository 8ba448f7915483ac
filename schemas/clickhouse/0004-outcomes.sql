-- What became of offers that were shown; each outcome of an offer of a decision once.
CREATE TABLE outcomes (
  partition UInt16,
  ledger_id UInt64,
  ordinal UInt16,
  received_at DateTime64(3, 'UTC'),
  message_id String,
  decision_id String,
  customer_id String,
  offer_id LowCardinality(String),
  outcome LowCardinality(String),
  timestamp DateTime64(3, 'UTC'),
  INDEX customer customer_id TYPE bloom_filter GRANULARITY 4,
  INDEX decision decision_id TYPE bloom_filter GRANULARITY 4
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(received_at)
ORDER BY (toStartOfHour(received_at), offer_id, customer_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000;
