-- What was declared of items: the latest row of an item is what holds. `version` only grows; `deleted` rows
-- have no other columns. `properties` is the JSON text of an object.
CREATE TABLE items (
  partition UInt16,
  ledger_id UInt64,
  ordinal UInt16,
  received_at DateTime64(3, 'UTC'),
  item_id String,
  version UInt64 DEFAULT ledger_id,
  deleted Bool,
  name String,
  category LowCardinality(String),
  brand LowCardinality(String),
  price Nullable(Float64),
  in_stock Bool DEFAULT true,
  tags Array(String),
  accessories Array(String),
  starts Nullable(DateTime64(3, 'UTC')),
  ends Nullable(DateTime64(3, 'UTC')),
  properties String DEFAULT '{}',
  batch LowCardinality(String) DEFAULT getSetting('insert_deduplication_token')
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(received_at)
ORDER BY (item_id, ledger_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000;

-- Lists as they were answered; `item_ids`, `sources` and `scores` belong together. `placement` is '' where a
-- list was asked for by itself, `model_version` where nothing had been learned yet.
CREATE TABLE recommendations (
  partition UInt16,
  ledger_id UInt64,
  ordinal UInt16,
  received_at DateTime64(3, 'UTC'),
  recommendation_id String,
  customer_id String,
  recommender LowCardinality(String),
  placement LowCardinality(String),
  seeds Array(String),
  item_ids Array(String),
  sources Array(LowCardinality(String)),
  scores Array(Float64),
  model_version String,
  recommended_at DateTime64(3, 'UTC'),
  batch LowCardinality(String) DEFAULT getSetting('insert_deduplication_token'),
  INDEX customer customer_id TYPE bloom_filter GRANULARITY 4,
  INDEX recommendation recommendation_id TYPE bloom_filter GRANULARITY 4
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(received_at)
ORDER BY (toStartOfHour(received_at), recommender)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000;
