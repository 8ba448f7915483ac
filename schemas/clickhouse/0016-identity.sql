-- Who turned out to be whom. The first row of a record tells of a customer (`from_id`) who was folded
-- into another, with the documents of both states as they were, in base64, and how many records the first
-- had had; further rows say the same of
-- ids that had been folded into that one before, so that one look leads to the survivor. Where a fold is
-- taken back, `canonical_id` is the id itself. Where it is empty, the customer lost a name to somebody
-- else, and what was stays as it was. `customer_id` is the customer whose record it is.
CREATE TABLE identity_changes (
  partition UInt16,
  ledger_id UInt64,
  ordinal UInt16,
  received_at DateTime64(3, 'UTC'),
  customer_id String,
  from_id String,
  canonical_id String,
  merge_id String,
  overridden_at DateTime64(3, 'UTC'),
  from_records UInt64,
  from_state String CODEC(ZSTD(1)),
  into_state String CODEC(ZSTD(1)),
  step_record UInt64,
  step_mode UInt8,
  step_clock DateTime64(3, 'UTC'),
  step_publication UInt64,
  step_catalog LowCardinality(String),
  batch LowCardinality(String) DEFAULT getSetting('insert_deduplication_token'),
  INDEX customer customer_id TYPE bloom_filter GRANULARITY 4,
  INDEX merged from_id TYPE bloom_filter GRANULARITY 4,
  INDEX merge merge_id TYPE bloom_filter GRANULARITY 4
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(received_at)
ORDER BY (toStartOfHour(received_at), from_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000;

-- Names and customers that were not joined, and why.
CREATE TABLE refused_merges (
  partition UInt16,
  ledger_id UInt64,
  ordinal UInt16,
  received_at DateTime64(3, 'UTC'),
  customer_id String,
  from_id String,
  to_id String,
  reason LowCardinality(String),
  at DateTime64(3, 'UTC'),
  batch LowCardinality(String) DEFAULT getSetting('insert_deduplication_token'),
  INDEX customer customer_id TYPE bloom_filter GRANULARITY 4
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(received_at)
ORDER BY (toStartOfHour(received_at), reason)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000;

-- Who used which door for what. A customer in it is a keyed hash, so no row belongs to a customer.
CREATE TABLE audit (
  partition UInt16,
  ledger_id UInt64,
  ordinal UInt16,
  received_at DateTime64(3, 'UTC'),
  at DateTime64(3, 'UTC'),
  key_name String,
  kind LowCardinality(String),
  action LowCardinality(String),
  target String,
  detail String CODEC(ZSTD(1)),
  batch LowCardinality(String) DEFAULT getSetting('insert_deduplication_token')
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(received_at)
ORDER BY (toStartOfHour(received_at), action)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000;

-- Where an id leads: the last row about it. The table of this name was never written to.
DROP TABLE IF EXISTS identity_overrides;
CREATE VIEW identity_overrides AS
SELECT
  from_id AS customer_id,
  last.1 AS canonical_id,
  last.2 AS merge_id,
  last.3 AS overridden_at
FROM (
  SELECT
    from_id,
    argMax(
      (canonical_id, merge_id, overridden_at),
      (overridden_at, partition, ledger_id, ordinal)
    ) AS last
  FROM identity_changes
  WHERE canonical_id != ''
  GROUP BY from_id
);
