-- The list that a decision had beside its offers: the items that were shown, and all that it takes to decide
-- again with the same list, as JSON text; '' = no list was made.
ALTER TABLE decisions ADD COLUMN IF NOT EXISTS item_ids Array(String), ADD COLUMN IF NOT EXISTS list_source String CODEC(ZSTD(1)) SETTINGS alter_sync = 0;

-- A view keeps the columns that its table had when it was made.
CREATE OR REPLACE VIEW person_decisions AS
SELECT
  d.*,
  ifNull(
    nullIf(
      if(
        d.received_at <= o.until,
        o.person,
        arrayFirst(life -> d.received_at <= life.1, o.later).2
      ),
      ''
    ),
    d.customer_id
  ) AS person_id
FROM (SELECT * FROM decisions) AS d
LEFT JOIN (
  SELECT
    customer_id AS known_as,
    min(ended_at) AS until,
    argMin(canonical_id, ended_at) AS person,
    arrayPopFront(arraySort(groupArray((ended_at, canonical_id)))) AS later
  FROM identity_lives
  WHERE canonical_id != customer_id
  GROUP BY customer_id
) AS o
ON d.customer_id = o.known_as;
