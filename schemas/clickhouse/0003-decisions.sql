-- Answers given, one row per placement, with every candidate and where its way ended. `trigger` is
-- '' for a decision that was asked for; `inputs` is all the engine was given beside state and event.
CREATE TABLE decisions (
  partition UInt16,
  ledger_id UInt64,
  ordinal UInt16,
  received_at DateTime64(3, 'UTC'),
  decision_id String,
  customer_id String,
  message_id String,
  placement LowCardinality(String),
  trigger LowCardinality(String),
  catalog LowCardinality(String),
  fallback Bool,
  holdout Bool,
  offer_ids Array(LowCardinality(String)),
  decided_at DateTime64(3, 'UTC'),
  logging_propensity Float64,
  candidates Nested (
    offer_id LowCardinality(String),
    stage LowCardinality(String),
    reason LowCardinality(String),
    score Nullable(Float64),
    propensity Nullable(Float64),
    value Nullable(Float64),
    context Nullable(Float64),
    lever Nullable(Float64)
  ),
  inputs JSON,
  INDEX customer customer_id TYPE bloom_filter GRANULARITY 4,
  INDEX decision decision_id TYPE bloom_filter GRANULARITY 4
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(received_at)
ORDER BY (toStartOfHour(received_at), placement, customer_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000;
