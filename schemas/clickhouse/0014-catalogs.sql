-- Every published version of the catalog, so that what decided can be read when Redis has lost it. A
-- worker that is killed between insert and answer inserts a version again, on a cluster maybe into
-- another shard: such rows are one to whoever reads the view, and merges drop them.
CREATE TABLE catalog_versions (
  publication UInt64,
  hash String,
  name String,
  published_at DateTime64(3, 'UTC'),
  author String,
  note String,
  files Array(Tuple(path String, text String))
)
ENGINE = ReplacingMergeTree
ORDER BY (publication, hash)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1;

CREATE VIEW catalogs AS
SELECT publication, hash, name, published_at, author, note, files
FROM catalog_versions
ORDER BY publication, hash
LIMIT 1 BY publication, hash;
