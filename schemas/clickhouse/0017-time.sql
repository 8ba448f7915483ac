-- Timers that came due, and what became of each: `fired`, `missed` (too late, or its trigger is gone),
-- `not_true` (its `when`, or the segment was left), `cooldown`, `moved` (by
-- another catalog it is due at another time); and looks at what customers came into, by
-- time or by a new catalog: `looked`, with a `trigger` of ''.
CREATE TABLE due_timers (
  partition UInt16,
  ledger_id UInt64,
  ordinal UInt16,
  received_at DateTime64(3, 'UTC'),
  message_id String,
  customer_id String,
  trigger LowCardinality(String),
  key String,
  due_at DateTime64(3, 'UTC'),
  result LowCardinality(String),
  step_record UInt64,
  step_mode UInt8,
  step_clock DateTime64(3, 'UTC'),
  step_publication UInt64,
  step_catalog LowCardinality(String),
  batch LowCardinality(String) DEFAULT getSetting('insert_deduplication_token'),
  INDEX customer customer_id TYPE bloom_filter GRANULARITY 4
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(received_at)
ORDER BY (toStartOfHour(received_at), trigger, customer_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 1000;

-- What brought a firing about: `event`, `absence`, `enter`, `date` or `predict`; whether it `fired` or was
-- `missed`, too late to decide anything; and when it should have been.
ALTER TABLE firings ADD COLUMN IF NOT EXISTS cause LowCardinality(String) DEFAULT 'event', ADD COLUMN IF NOT EXISTS status LowCardinality(String) DEFAULT 'fired', ADD COLUMN IF NOT EXISTS due_at DateTime64(3, 'UTC') DEFAULT fired_at SETTINGS alter_sync = 0;

-- Whether what time had fired had waited for the question that was answered.
ALTER TABLE decisions ADD COLUMN IF NOT EXISTS waiting Bool SETTINGS alter_sync = 0;
