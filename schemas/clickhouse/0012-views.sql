-- Views for an analyst's first questions: plain types, so that nothing needs a cast, and days in UTC.
-- What each means is told in docs/sql.md; why they are written so:
--
-- No setting of whoever asks may change a row. What can be NULL says so, the only join that may find
-- nothing finds an empty list, and nothing is grouped or ordered by a Dynamic value.
--
-- Every table is read in a subquery of its own, and joined or grouped outside of it: on a cluster a
-- table spans all shards, and rows that belong together lie apart.
--
-- A list of products is mostly an Array(JSON), whose paths are columns. But once an insert has a list
-- of mixed values (`[{…}, "x"]`), the lists after it get its type, Array(Dynamic), in which
-- `properties.products[].product_id` finds nothing: those are read from their text, which takes 10
-- times as long.
--
-- `argMax(tuple(x), …).1`: without the tuple the latest value is passed over where it is NULL.

-- Each order once, as it was told last.
CREATE VIEW orders AS
SELECT
  customer_id,
  order_id,
  argMax(tuple(amount), place).1 AS total,
  argMax(coin, place) AS currency,
  argMax(product_ids, place) AS products,
  max(at) AS ordered_at
FROM (
  SELECT
    customer_id,
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
    (timestamp, ledger_id, ordinal) AS place
  FROM events
  WHERE type = 'track' AND event = 'Order Completed'
)
GROUP BY customer_id, order_id;

-- Each product of each order, of the order as it was told last.
CREATE VIEW order_lines AS
SELECT
  customer_id,
  order_id,
  ifNull(line.1, '') AS product_id,
  ifNull(line.2, '') AS category,
  ifNull(line.3, '') AS brand,
  if(isFinite(line.4), line.4, NULL) AS price,
  ifNull(if(isFinite(line.5), line.5, 1), 1) AS quantity,
  ordered_at
FROM (
  SELECT customer_id, order_id, argMax(lines, place) AS latest_lines, max(at) AS ordered_at
  FROM (
    SELECT
      customer_id,
      ifNull(nullIf(CAST(properties.order_id, 'Nullable(String)'), ''), message_id) AS order_id,
      ifNull(toJSONString(properties.products), '[]') AS list,
      if(
        startsWith(dynamicType(properties.products), 'Array(JSON'),
        arrayMap(
          (id, category, brand, price, quantity) -> (
            CAST(id, 'Nullable(String)'),
            CAST(category, 'Nullable(String)'),
            CAST(brand, 'Nullable(String)'),
            accurateCastOrNull(price, 'Float64'),
            accurateCastOrNull(quantity, 'Float64')
          ),
          properties.products[].product_id,
          properties.products[].category,
          properties.products[].brand,
          properties.products[].price,
          properties.products[].quantity
        ),
        arrayMap(
          text -> (
            JSONExtract(text, 'product_id', 'Nullable(String)'),
            JSONExtract(text, 'category', 'Nullable(String)'),
            JSONExtract(text, 'brand', 'Nullable(String)'),
            JSONExtract(text, 'price', 'Nullable(Float64)'),
            JSONExtract(text, 'quantity', 'Nullable(Float64)')
          ),
          arrayFilter(text -> startsWith(text, '{'), JSONExtractArrayRaw(list))
        )
      ) AS lines,
      timestamp AS at,
      (timestamp, ledger_id, ordinal) AS place
    FROM events
    WHERE type = 'track' AND event = 'Order Completed'
  )
  GROUP BY customer_id, order_id
)
ARRAY JOIN latest_lines AS line;

-- What became of offers, by the day of the decision that gave them.
CREATE VIEW offer_funnel AS
SELECT
  toDate(given_at, 'UTC') AS day,
  place AS placement,
  offer AS offer_id,
  count() AS decided,
  sum(seen) AS impressions,
  sum(clicked) AS clicks,
  sum(accepted) AS accepts,
  sum(redeemed) AS redeems,
  sum(dismissed) AS dismisses
FROM (
  SELECT
    decision,
    offer,
    max(at) AS given_at,
    max(where_given) AS place,
    countIf(told = '') AS given,
    countIf(told = 'impression') AS seen,
    countIf(told = 'click') AS clicked,
    countIf(told = 'accept') AS accepted,
    countIf(told = 'redeem') AS redeemed,
    countIf(told = 'dismiss') AS dismissed
  FROM (
    SELECT
      decision_id AS decision,
      CAST(arrayJoin(offer_ids), 'String') AS offer,
      decided_at AS at,
      CAST(placement, 'String') AS where_given,
      '' AS told
    FROM decisions
    UNION ALL
    SELECT decision_id, CAST(offer_id, 'String'), toDateTime64(0, 3, 'UTC'), '', CAST(outcome, 'String')
    FROM outcomes
  )
  GROUP BY decision, offer
)
WHERE given > 0
GROUP BY day, placement, offer_id;

-- The first order after a decision that had offers, within 7 days; one row for each of its offers.
CREATE VIEW conversions AS
SELECT
  given.decision_id AS decision_id,
  given.customer_id AS customer_id,
  given.place AS placement,
  CAST(arrayJoin(given.offer_ids), 'String') AS offer_id,
  given.decided_at AS decided_at,
  bought.first_id AS order_id,
  bought.first_total AS total,
  bought.at AS ordered_at
FROM (
  SELECT decision_id, customer_id, CAST(placement, 'String') AS place, offer_ids, decided_at
  FROM decisions
  WHERE notEmpty(offer_ids)
) AS given
ASOF INNER JOIN (
  SELECT
    customer_id,
    ordered_at AS at,
    ifNull(min(order_id), '') AS first_id,
    argMin(tuple(total), order_id).1 AS first_total
  FROM orders
  GROUP BY customer_id, at
) AS bought
ON given.customer_id = bought.customer_id AND given.decided_at < bought.at
WHERE bought.at <= given.decided_at + INTERVAL 7 DAY;

-- What customers bought in the 7 days after their first decision at a placement, by whether that was
-- held out.
CREATE VIEW holdout AS
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
      customer_id,
      CAST(placement, 'String') AS place,
      argMin(holdout, (decided_at, ledger_id, ordinal)) AS out,
      min(decided_at) AS first_at
    FROM decisions
    GROUP BY customer_id, place
  ) AS firsts
  LEFT JOIN (
    SELECT customer_id, groupArray((ordered_at, ifNull(total, 0))) AS all
    FROM orders
    GROUP BY customer_id
  ) AS purchases
  ON firsts.customer_id = purchases.customer_id
)
GROUP BY placement, held_out;
