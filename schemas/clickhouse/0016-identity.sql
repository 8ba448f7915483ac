-- Who turned out to be whom. The first row of a record tells of a customer (`from_id`) who was folded
-- into another, with the documents of both states as they were, in base64, and how many records the first
-- had had; further rows say the same of
-- ids that had been folded into that one before, so that one look leads to the survivor. Where a fold is
-- taken back, `canonical_id` is the id itself. Where it is empty, the customer lost a name to somebody
-- else, and what was stays as it was. `customer_id` is the customer whose record it is.
--
-- An id can live more than once: after a logout it is a stranger's, who may be folded into another person.
-- `life` says which of its lives a row is about: the merge that ended it.
CREATE TABLE identity_changes (
  partition UInt16,
  ledger_id UInt64,
  ordinal UInt16,
  received_at DateTime64(3, 'UTC'),
  customer_id String,
  from_id String,
  canonical_id String,
  merge_id String,
  life String,
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

-- Where each life of an id leads: the last row about it. It ended when it was first said to be folded.
CREATE VIEW identity_lives AS
SELECT
  c.from_id AS customer_id,
  argMax(c.canonical_id, (c.overridden_at, c.partition, c.ledger_id, c.ordinal)) AS canonical_id,
  argMax(c.merge_id, (c.overridden_at, c.partition, c.ledger_id, c.ordinal)) AS merge_id,
  max(c.overridden_at) AS overridden_at,
  c.life AS life,
  min(c.overridden_at) AS ended_at
FROM (SELECT * FROM identity_changes) AS c
WHERE c.canonical_id != ''
GROUP BY c.from_id, c.life;

-- Where an id leads: of its lives the latest. The table of this name was never written to.
DROP TABLE IF EXISTS identity_overrides;
CREATE VIEW identity_overrides AS
SELECT
  l.customer_id AS customer_id,
  argMax(l.canonical_id, (l.ended_at, l.life)) AS canonical_id,
  argMax(l.merge_id, (l.ended_at, l.life)) AS merge_id,
  argMax(l.overridden_at, (l.ended_at, l.life)) AS overridden_at
FROM (SELECT * FROM identity_lives) AS l
GROUP BY l.customer_id;
