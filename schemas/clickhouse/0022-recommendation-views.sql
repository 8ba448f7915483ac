-- What came of lists of items. Lists and events are joined by person (0016-person-views.sql): whoever was
-- shown a list as a visitor may click and buy after the login. A list's id in an event counts where the
-- list was this person's, and the item is in it; so an id that is made up, or somebody else's, does not.
--
-- What events say of lists is little beside the lists: it is what joins hold in memory.
CREATE VIEW person_recommendations AS
SELECT
  r.*,
  ifNull(
    nullIf(
      if(
        r.received_at <= o.until,
        o.person,
        arrayFirst(life -> r.received_at <= life.1, o.later).2
      ),
      ''
    ),
    r.customer_id
  ) AS person_id
FROM (SELECT * FROM recommendations) AS r
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
ON r.customer_id = o.known_as;

-- Each product of each order, whichever of a person's ids it was told of, as it was told last. Lines are
-- read as `order_lines` reads them. A line without a list's id has the order's.
CREATE VIEW person_order_lines AS
SELECT
  customer_id,
  order_id,
  ifNull(line.1, '') AS product_id,
  ifNull(line.2, '') AS category,
  ifNull(line.3, '') AS brand,
  if(isFinite(line.4), line.4, NULL) AS price,
  ifNull(if(isFinite(line.5), line.5, 1), 1) AS quantity,
  ordered_at,
  first_ordered_at,
  ifNull(nullIf(line.6, ''), latest_list) AS recommendation_id,
  person_id
FROM (
  SELECT
    argMax(teller, place) AS customer_id,
    order_id,
    argMax(lines, place) AS latest_lines,
    argMax(named, place) AS latest_list,
    max(at) AS ordered_at,
    min(at) AS first_ordered_at,
    person_id
  FROM (
    SELECT
      person_id,
      customer_id AS teller,
      ifNull(nullIf(CAST(properties.order_id, 'Nullable(String)'), ''), message_id) AS order_id,
      ifNull(CAST(properties.recommendationId, 'Nullable(String)'), '') AS named,
      ifNull(toJSONString(properties.products), '[]') AS list,
      if(
        startsWith(dynamicType(properties.products), 'Array(JSON'),
        arrayMap(
          (id, category, brand, price, quantity, shown) -> (
            CAST(id, 'Nullable(String)'),
            CAST(category, 'Nullable(String)'),
            CAST(brand, 'Nullable(String)'),
            accurateCastOrNull(price, 'Float64'),
            accurateCastOrNull(quantity, 'Float64'),
            CAST(shown, 'Nullable(String)')
          ),
          properties.products[].product_id,
          properties.products[].category,
          properties.products[].brand,
          properties.products[].price,
          properties.products[].quantity,
          properties.products[].recommendationId
        ),
        arrayMap(
          text -> (
            JSONExtract(text, 'product_id', 'Nullable(String)'),
            JSONExtract(text, 'category', 'Nullable(String)'),
            JSONExtract(text, 'brand', 'Nullable(String)'),
            JSONExtract(text, 'price', 'Nullable(Float64)'),
            JSONExtract(text, 'quantity', 'Nullable(Float64)'),
            JSONExtract(text, 'recommendationId', 'Nullable(String)')
          ),
          arrayFilter(text -> startsWith(text, '{'), JSONExtractArrayRaw(list))
        )
      ) AS lines,
      timestamp AS at,
      (timestamp, received_at, partition, ledger_id, ordinal) AS place
    FROM person_events
    WHERE type = 'track' AND event = 'Order Completed'
  )
  GROUP BY person_id, order_id
)
ARRAY JOIN latest_lines AS line;

-- Items of lists that were clicked and ordered within 24 hours: each item of each order once, for the last
-- click on it before. A correction of an order does not move it to after a click.
CREATE VIEW recommendation_orders AS
SELECT
  clicked.shown.2 AS recommendation_id,
  clicked.shown.3 AS customer_id,
  clicked.shown.4 AS recommender,
  clicked.shown.5 AS placement,
  bought.item AS item_id,
  clicked.shown.6 AS source,
  clicked.at AS clicked_at,
  bought.ordered_as AS order_id,
  bought.pieces AS quantity,
  bought.money AS revenue,
  bought.at AS ordered_at,
  bought.person AS person_id
FROM (
  SELECT
    person_id AS person,
    order_id AS ordered_as,
    product_id AS item,
    ifNull(sum(quantity), 0) AS pieces,
    sum(price * quantity) AS money,
    first_ordered_at AS at
  FROM person_order_lines
  WHERE product_id != ''
  GROUP BY person, ordered_as, item, at
) AS bought
ASOF INNER JOIN (
  SELECT
    lists.person AS person,
    click.1 AS item,
    click.2 AS at,
    -- Of two at once the list that was given later.
    arrayReverseSort(
      groupArray(
        (
          lists.shown_at,
          lists.id,
          lists.whose,
          lists.rule,
          lists.place,
          lists.models[indexOf(lists.items, click.1)]
        )
      )
    )[1] AS shown
  FROM (
    SELECT
      recommendation_id AS id,
      person_id AS person,
      customer_id AS whose,
      CAST(recommender, 'String') AS rule,
      CAST(placement, 'String') AS place,
      item_ids AS items,
      CAST(sources, 'Array(String)') AS models,
      recommended_at AS shown_at
    FROM person_recommendations
    WHERE notEmpty(item_ids)
  ) AS lists
  INNER JOIN (
    SELECT named, person, groupUniqArray((item, told_at)) AS clicks
    FROM (
      SELECT
        person_id AS person,
        ifNull(CAST(properties.recommendationId, 'Nullable(String)'), '') AS named,
        ifNull(CAST(properties.product_id, 'Nullable(String)'), '') AS item,
        timestamp AS told_at
      FROM person_events
      WHERE type = 'track' AND event = 'Product Clicked'
    )
    WHERE named != '' AND item != ''
    GROUP BY named, person
  ) AS told
  ON lists.id = told.named AND lists.person = told.person
  ARRAY JOIN arrayFilter(click -> has(lists.items, click.1), told.clicks) AS click
  GROUP BY person, item, at
) AS clicked
ON bought.person = clicked.person AND bought.item = clicked.item AND bought.at > clicked.at
WHERE bought.at <= clicked.at + INTERVAL 24 HOUR;

-- Each item of each list, and what came of it.
CREATE VIEW recommendation_items AS
SELECT
  shown.id AS recommendation_id,
  shown.whose AS customer_id,
  shown.rule AS recommender,
  shown.place AS placement,
  shown.shown_at AS recommended_at,
  CAST(shown.nth, 'UInt16') AS position,
  shown.item AS item_id,
  shown.model AS source,
  told.clicked AS clicked_at,
  told.added AS added_at,
  told.ordered AS ordered_at,
  ifNull(told.ordered_for, 0) AS revenue_ordered,
  ifNull(told.soon, false) AS ordered_24h,
  ifNull(told.soon_for, 0) AS revenue_24h,
  shown.person AS person_id
FROM (
  SELECT id, whose, rule, place, shown_at, person, nth, item, model
  FROM (
    SELECT
      recommendation_id AS id,
      customer_id AS whose,
      CAST(recommender, 'String') AS rule,
      CAST(placement, 'String') AS place,
      recommended_at AS shown_at,
      person_id AS person,
      item_ids AS items,
      CAST(sources, 'Array(String)') AS models
    FROM person_recommendations
  )
  ARRAY JOIN items AS item, models AS model, arrayEnumerate(items) AS nth
) AS shown
LEFT JOIN (
  SELECT
    named,
    who,
    item,
    minOrNullIf(at, what = 'Product Clicked') AS clicked,
    minOrNullIf(at, what = 'Product Added') AS added,
    minOrNullIf(at, what = 'ordered') AS ordered,
    sumIf(money, what = 'ordered') AS ordered_for,
    CAST(max(what = 'soon'), 'Bool') AS soon,
    sumIf(money, what = 'soon') AS soon_for
  FROM (
    SELECT
      ifNull(CAST(properties.recommendationId, 'Nullable(String)'), '') AS named,
      person_id AS who,
      ifNull(CAST(properties.product_id, 'Nullable(String)'), '') AS item,
      CAST(event, 'String') AS what,
      timestamp AS at,
      toFloat64(0) AS money
    FROM person_events
    WHERE type = 'track' AND event IN ('Product Clicked', 'Product Added')
    UNION ALL
    SELECT
      recommendation_id,
      person_id,
      product_id,
      'ordered',
      first_ordered_at,
      ifNull(price * quantity, 0)
    FROM person_order_lines
    UNION ALL
    SELECT recommendation_id, person_id, item_id, 'soon', ordered_at, ifNull(revenue, 0)
    FROM recommendation_orders
  )
  WHERE named != '' AND item != ''
  GROUP BY named, who, item
) AS told
ON shown.id = told.named AND shown.person = told.who AND shown.item = told.item;

-- What came of lists, by the day they were given.
CREATE VIEW recommendation_funnel AS
SELECT
  toDate(given_at, 'UTC') AS day,
  rule AS recommender,
  place AS placement,
  countIf(nth = 1) AS lists,
  countIf(nth = 0) AS empty_lists,
  countIf(nth > 0) AS items,
  uniqExactIf(id, was_clicked) AS lists_clicked,
  countIf(was_clicked) AS clicks,
  countIf(was_added) AS added,
  countIf(was_ordered) AS ordered,
  sum(ordered_for) AS revenue_ordered,
  countIf(soon) AS ordered_24h,
  sum(soon_for) AS revenue_24h
FROM (
  SELECT
    recommended_at AS given_at,
    recommender AS rule,
    placement AS place,
    position AS nth,
    recommendation_id AS id,
    isNotNull(clicked_at) AS was_clicked,
    isNotNull(added_at) AS was_added,
    isNotNull(ordered_at) AS was_ordered,
    revenue_ordered AS ordered_for,
    ordered_24h AS soon,
    revenue_24h AS soon_for
  FROM recommendation_items
  UNION ALL
  SELECT
    recommended_at,
    CAST(recommender, 'String'),
    CAST(placement, 'String'),
    0,
    recommendation_id,
    0,
    0,
    0,
    0,
    false,
    0
  FROM recommendations
  WHERE empty(item_ids)
)
GROUP BY day, recommender, placement;
