-- What customers did, by person: all columns of the table, and `person_id`, the customer who is left of
-- all those that were folded together. Only `person_id` costs a join, and a condition on any other column
-- is applied before it.
--
-- A row belongs to the life of its id that ended next after it was received. A fold is stamped no earlier
-- than anything that it folds, by whichever gateway's clock, so that no row of a life is behind its end. A
-- life that leads to the id itself was taken back: it goes on in the one after it. (An ASOF join says the
-- same in fewer words, and takes up to ten times as long.)
CREATE VIEW person_events AS
SELECT
  e.*,
  ifNull(
    nullIf(
      if(
        e.received_at <= o.until,
        o.person,
        arrayFirst(life -> e.received_at <= life.1, o.later).2
      ),
      ''
    ),
    e.customer_id
  ) AS person_id
FROM (SELECT * FROM events) AS e
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
ON e.customer_id = o.known_as;

CREATE VIEW person_decisions AS
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

CREATE VIEW person_outcomes AS
SELECT
  u.*,
  ifNull(
    nullIf(
      if(
        u.received_at <= o.until,
        o.person,
        arrayFirst(life -> u.received_at <= life.1, o.later).2
      ),
      ''
    ),
    u.customer_id
  ) AS person_id
FROM (SELECT * FROM outcomes) AS u
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
ON u.customer_id = o.known_as;

-- Each order once, whichever of a person's ids it was told of, as it was told last. The columns are read
-- as `orders` reads them.
CREATE VIEW person_orders AS
SELECT
  argMax(teller, place) AS customer_id,
  order_id,
  argMax(tuple(amount), place).1 AS total,
  argMax(coin, place) AS currency,
  argMax(product_ids, place) AS products,
  max(at) AS ordered_at,
  person_id
FROM (
  SELECT
    person_id,
    customer_id AS teller,
    ifNull(nullIf(CAST(properties.order_id, 'Nullable(String)'), ''), message_id) AS order_id,
    accurateCastOrNull(properties.total, 'Float64') AS number,
    if(isFinite(number), number, NULL) AS amount,
    ifNull(CAST(properties.currency, 'Nullable(String)'), '') AS coin,
    ifNull(toJSONString(properties.products), '[]') AS list,
    arrayMap(
      id -> ifNull(id, ''),
      if(
        startsWith(dynamicType(properties.products), 'Array(JSON'),
        arrayMap(id -> CAST(id, 'Nullable(String)'), properties.products[].product_id),
        arrayMap(
          text -> JSONExtract(text, 'product_id', 'Nullable(String)'),
          arrayFilter(text -> startsWith(text, '{'), JSONExtractArrayRaw(list))
        )
      )
    ) AS product_ids,
    timestamp AS at,
    (timestamp, received_at, partition, ledger_id, ordinal) AS place
  FROM person_events
  WHERE type = 'track' AND event = 'Order Completed'
)
GROUP BY person_id, order_id;

-- The latest row of each customer; of an id that was folded into another only what came after that.
CREATE OR REPLACE VIEW customers AS
SELECT customer_id, traits, segments, updated_at, partition, ledger_id
FROM (
  SELECT customer_id, traits, segments, updated_at, partition, ledger_id, received_at
  FROM customer_changes
  ORDER BY customer_id, ledger_id DESC
  LIMIT 1 BY customer_id
) AS c
LEFT JOIN (
  SELECT customer_id AS known_as, max(ended_at) AS gone_at
  FROM identity_lives
  WHERE canonical_id != customer_id
  GROUP BY customer_id
) AS o
ON c.customer_id = o.known_as
WHERE c.received_at > ifNull(o.gone_at, toDateTime64(0, 3, 'UTC'));

-- As before, but a visitor's decision and the order after the login are one person's; `customer_id` is
-- the decision's, `person_id` whose both are.
CREATE OR REPLACE VIEW conversions AS
SELECT
  given.decision_id AS decision_id,
  given.customer_id AS customer_id,
  given.place AS placement,
  CAST(arrayJoin(given.offer_ids), 'String') AS offer_id,
  given.decided_at AS decided_at,
  bought.first_id AS order_id,
  bought.first_total AS total,
  bought.at AS ordered_at,
  given.person_id AS person_id
FROM (
  SELECT
    decision_id,
    customer_id,
    person_id,
    CAST(placement, 'String') AS place,
    offer_ids,
    decided_at
  FROM person_decisions
  WHERE notEmpty(offer_ids)
) AS given
ASOF INNER JOIN (
  SELECT
    person_id,
    ordered_at AS at,
    ifNull(min(order_id), '') AS first_id,
    argMin(tuple(total), order_id).1 AS first_total
  FROM person_orders
  GROUP BY person_id, at
) AS bought
ON given.person_id = bought.person_id AND given.decided_at < bought.at
WHERE bought.at <= given.decided_at + INTERVAL 7 DAY;

-- Likewise: persons are counted, each by its first decision.
CREATE OR REPLACE VIEW holdout AS
SELECT
  place AS placement,
  out AS held_out,
  count() AS customers,
  countIf(notEmpty(totals)) AS converters,
  sum(arraySum(totals)) AS revenue
FROM (
  SELECT
    place,
    out,
    arrayMap(
      bought -> bought.2,
      arrayFilter(
        bought -> bought.1 > first_at AND bought.1 <= first_at + INTERVAL 7 DAY,
        purchases.all
      )
    ) AS totals
  FROM (
    SELECT
      person_id,
      CAST(placement, 'String') AS place,
      argMin(holdout, (decided_at, partition, ledger_id, ordinal)) AS out,
      min(decided_at) AS first_at
    FROM person_decisions
    GROUP BY person_id, place
  ) AS firsts
  LEFT JOIN (
    SELECT person_id, groupArray((ordered_at, ifNull(total, 0))) AS all
    FROM person_orders
    GROUP BY person_id
  ) AS purchases
  ON firsts.person_id = purchases.person_id
)
GROUP BY placement, held_out;
