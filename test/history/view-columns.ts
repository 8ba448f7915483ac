// The columns of the analysts' views: others rely on their names and types.

export const VIEW_COLUMNS = {
  orders: `customer_id String, order_id String, total Nullable(Float64), currency String,
    products Array(String), ordered_at DateTime64(3, 'UTC')`,
  order_lines: `customer_id String, order_id String, product_id String, category String, brand String,
    price Nullable(Float64), quantity Float64, ordered_at DateTime64(3, 'UTC')`,
  offer_funnel: `day Date, placement String, offer_id String, decided UInt64, impressions UInt64,
    clicks UInt64, accepts UInt64, redeems UInt64, dismisses UInt64`,
  conversions: `decision_id String, customer_id String, placement String, offer_id String,
    decided_at DateTime64(3, 'UTC'), order_id String, total Nullable(Float64),
    ordered_at DateTime64(3, 'UTC'), person_id String`,
  person_orders: `customer_id String, order_id String, total Nullable(Float64), currency String,
    products Array(String), ordered_at DateTime64(3, 'UTC'), person_id String`,
  identity_lives: `customer_id String, canonical_id String, merge_id String,
    overridden_at DateTime64(3, 'UTC'), life String, ended_at DateTime64(3, 'UTC')`,
  identity_overrides: `customer_id String, canonical_id String, merge_id String,
    overridden_at DateTime64(3, 'UTC')`,
  holdout: `placement String, held_out Bool, customers UInt64, converters UInt64, revenue Float64`,
};

export const RECOMMENDATION_VIEW_COLUMNS = {
  person_order_lines: `customer_id String, order_id String, product_id String, category String,
    brand String, price Nullable(Float64), quantity Float64, ordered_at DateTime64(3, 'UTC'),
    first_ordered_at DateTime64(3, 'UTC'), recommendation_id String, person_id String`,
  recommendation_orders: `recommendation_id String, customer_id String, recommender String,
    placement String, item_id String, source String, clicked_at DateTime64(3, 'UTC'),
    order_id String, quantity Float64, revenue Nullable(Float64), ordered_at DateTime64(3, 'UTC'),
    person_id String`,
  recommendation_items: `recommendation_id String, customer_id String, recommender String,
    placement String, recommended_at DateTime64(3, 'UTC'), position UInt16, item_id String,
    source String, clicked_at Nullable(DateTime64(3, 'UTC')),
    added_at Nullable(DateTime64(3, 'UTC')), ordered_at Nullable(DateTime64(3, 'UTC')),
    revenue_ordered Float64, ordered_24h Bool, revenue_24h Float64, person_id String`,
  recommendation_funnel: `day Date, recommender String, placement String, lists UInt64,
    empty_lists UInt64, items UInt64, lists_clicked UInt64, clicks UInt64, added UInt64,
    ordered UInt64, revenue_ordered Float64, ordered_24h UInt64, revenue_24h Float64`,
};

/** None of them may change a row. */
export const STRANGE_SETTINGS = `SETTINGS join_use_nulls = 1, group_by_use_nulls = 1,
  session_timezone = 'Asia/Shanghai', prefer_column_name_to_alias = 1, transform_null_in = 1,
  short_circuit_function_evaluation = 'disable', data_type_default_nullable = 1,
  cast_keep_nullable = 1, aggregate_functions_null_for_empty = 1,
  allow_suspicious_types_in_group_by = 0, allow_suspicious_types_in_order_by = 0`;
