// Three catalogs that differ in one feature and in what an offer says, so that it shows which one is
// in force. All have a customer with every section of a state: traits, consent, features of each kind,
// orphans, cooldowns, caps, contacts, decisions and answers.

/** Most `few_times` of a customer, whatever asked for them. */
export const FEW_TIMES = 15;
/** So many clicks, and no `until_clicked` any more. */
export const CLICKS = 3;
/** Most letters of a customer. */
export const LETTERS = 4;
export const CATEGORIES = 8;
/** Each fires once for each customer. */
export const PRODUCTS = 60;

/** The features that each catalog has alone. They sum what is 1 in every purchase. */
export const OWN = { a: 'a_only', b: 'b_only', c: 'c_only' } as const;
export type CatalogName = keyof typeof OWN;

export const catalogText = (name: CatalogName): string => `
catalog: two_versions
timezone: Asia/Shanghai
consent:
  marketing: { default: denied }
features:
  n_count: { count: Bought }
  n_count_by: { count: Bought, by: properties.category, window: 90d }
  n_sum: { sum: properties.price, of: Bought }
  n_min: { min: properties.price, of: Bought }
  n_max: { max: properties.price, of: Bought, window: 30d }
  n_mean: { mean: properties.price, of: Bought }
  n_first: { first: Bought }
  n_last: { last: Bought }
  n_latest: { latest: properties.store, of: Bought, by: properties.category }
  n_distinct: { distinct: properties.store, of: Bought, window: 90d }
  n_recent: { recent: properties.store, of: Bought, keep: 5 }
  n_affinity: { affinity: properties.category, of: { Bought: 2 }, half_life: 7d }
  n_interval: { interval: Bought, by: properties.category }
  n_days: { days: "*", window: 28d }
  n_trend: { trend: Bought, window: 14d }
  n_formula: { formula: "n_count * 2.0" }
  ${OWN[name]}: { sum: properties.${name}, of: Bought }
segments:
  regular: n_count >= 3
  stage:
    - some: n_count >= 1
triggers:
  first_of_product: { on: Bought, decide: slot, cooldown: 1d, per: properties.product }
offers:
  few_times:
    caps: [{ max: ${FEW_TIMES}, window: 1d }]
    treatments: { slot: { title: "${name} {{ n_count }}" } }
  until_clicked:
    caps: [{ max: ${CLICKS}, of: click }]
    treatments: { banner: { title: "${name}" } }
  news:
    treatments: { letter: { title: "${name}" } }
placements:
  slot: { channel: web }
  banner: {}
  letter: { channel: mail, consent: marketing }
contact_policy:
  - { max: ${LETTERS}, window: 1d, channels: [mail] }
`;
