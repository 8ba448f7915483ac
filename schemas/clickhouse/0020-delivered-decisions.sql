-- A view keeps the columns that its table had when it was made: `decisions` has two more since.
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
