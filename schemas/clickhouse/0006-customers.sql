-- Traits and segments of customers: every change is a row, so that what was written can be counted
-- (a replacing table drops rows in merges, and reading positions back would see gaps).
CREATE TABLE customer_changes (
  partition UInt16,
  ledger_id UInt64,
  ordinal UInt16,
  received_at DateTime64(3, 'UTC'),
  customer_id String,
  traits JSON,
  segments Map(LowCardinality(String), String),
  updated_at DateTime64(3, 'UTC')
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(received_at)
ORDER BY (toStartOfHour(received_at), customer_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000;

-- The latest row of each customer. A customer lives in one partition, so its ledger ids are in order.
CREATE VIEW customers AS
SELECT customer_id, traits, segments, updated_at, partition, ledger_id
FROM customer_changes
ORDER BY customer_id, ledger_id DESC
LIMIT 1 BY customer_id;
