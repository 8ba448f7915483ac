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
