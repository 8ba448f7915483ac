-- Whose history this is: the id that the deployment's Redis carries. A worker of another Redis, or of
-- one that lost its data, would take the same positions for its own, and must not write here.
CREATE TABLE deployments (
  id String,
  claimed_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = MergeTree
ORDER BY claimed_at
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, non_replicated_deduplication_window = 0;
