// Conditions of segments, and customers for them, drawn at random: every kind of feature, every part
// of the language that time changes.

import { valid } from '../../catalog/compile.ts';
import type { Random } from '../../support/seeded.ts';
import { Customer } from '../support/customer.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Zones with the start of some days in which their clocks do something. */
export const CLOCKS: readonly (readonly [zone: string, start: string])[] = [
  ['Asia/Shanghai', '2026-02-20T00:00:00Z'],
  ['Europe/Berlin', '2026-03-20T00:00:00Z'],
  ['Europe/Berlin', '2026-10-15T00:00:00Z'],
  ['America/St_Johns', '2006-10-20T00:00:00Z'],
  ['Pacific/Apia', '2011-12-20T00:00:00Z'],
  ['Australia/Lord_Howe', '2026-03-28T00:00:00Z'],
  ['UTC', '2028-02-20T00:00:00Z'],
];

/** YAML of features of all kinds, with windows and half-lives drawn. */
export function drawFeatures(random: Random): string {
  const window = () => random.pick(['7m', '1h', '25h', '7d', '28d']);
  const key = 'by: properties.key';
  return `features:
  n: { count: A, window: ${window()} }
  n_ever: { count: A }
  n_by: { count: A, ${key}, window: ${window()}, keep: 5 }
  paid: { sum: properties.amount, of: A, window: ${window()} }
  paid_by: { sum: properties.amount, of: A, ${key}, window: ${window()} }
  most: { max: properties.amount, of: A, window: ${window()} }
  least: { min: properties.amount, of: A, window: ${window()} }
  mean: { mean: properties.amount, of: "*", window: ${window()} }
  last_a: { last: A }
  last_b: { last: B, window: ${window()} }
  last_by: { last: A, ${key} }
  first_a: { first: A }
  first_b: { first: B, window: ${window()} }
  note: { latest: properties.key, of: A, window: ${window()} }
  kinds: { distinct: properties.key, of: "*", window: ${window()} }
  recently: { recent: properties.key, of: "*", window: ${window()}, keep: 4 }
  loves: { affinity: properties.key, of: { A: 1, B: 2.5 }, half_life: ${random.pick(['1h', '30h', '9d'])} }
  loves_now: { affinity: properties.key, of: A, half_life: ${random.pick(['1h', '9d'])}, window: ${window()} }
  gap: { interval: A }
  gap_lately: { interval: A, window: ${window()} }
  gap_by: { interval: A, ${key} }
  dates: { days: "*", window: ${random.pick(['1d', '3d', '28d'])} }
  trend: { trend: A, window: ${window()} }
  silence: { formula: "since(last_a)" }
  each: { formula: "paid / or(n, 1)" }
  score: { formula: "(n >= 2 ? 10 : 0) + (since(last_a) < duration('3h') ? 5 : 0) + or(mean, 0)" }
  moment: { formula: "or(last_b, now)" }
`;
}

const SPANS = ['20m', '3h', '25h', '2d', '7d', '30d'];
const NUMBERS = ['0', '1', '2', '3', '5', '7.5', '12'];
const ORDERS = ['<', '<=', '>', '>='];
const KEYS = ["'x'", "'y'", "'z'"];

/** A condition whose answer has a rule for all that moves in it. @param segments it may name others */
export function drawCondition(random: Random, depth = 2, segments = true): string {
  const { pick } = random;
  if (depth > 0 && random() < 0.55) {
    const a = drawCondition(random, depth - 1, segments);
    const b = drawCondition(random, depth - 1, segments);
    return pick([
      () => `(${a}) && (${b})`,
      () => `(${a}) || (${b})`,
      () => `!(${a})`,
      () => `(${a}) && (${b}) && traits.vip == true`,
      () => `(${a}) ? (${b}) : (${drawCondition(random, 0, segments)})`,
      () => `or(${a}, ${b})`,
    ])();
  }
  return pick(segments ? [...LEAVES, ...OF_SEGMENTS] : LEAVES)(random);
}

type Leaf = (random: Random) => string;
const number: Leaf = ({ pick }) =>
  pick([
    ...['n', 'n_ever', `n_by[${pick(KEYS)}]`, 'paid', `paid_by[${pick(KEYS)}]`, 'most', 'least'],
    ...['mean', 'kinds', 'dates', 'trend', 'each', 'score', 'age(traits.born)', 'hour(now)'],
    ...['weekday(now)', 'size(or(recently, []))', 'size(n_by)', 'paid - n', 'n_by[note]'],
    ...[`gap_by[${pick(KEYS)}] / 3600`, 'gap_lately / 3600', 'or(traits.limit, 2)', 'n % 2'],
    ...["now.getHours('America/New_York')", 'now.getDayOfYear()', 'now.getMinutes("+05:45")'],
    ...['since(last_a).getHours()', 'until(timestamp(traits.ends)).getHours()'],
  ]);
const time: Leaf = ({ pick }) =>
  pick([
    ...['last_a', 'last_b', 'first_a', 'first_b', 'moment', 'timestamp(traits.ends)', 'date(now)'],
    ...[`last_by[${pick(KEYS)}]`, 'date(last_a)', 'now', 'or(last_b, first_a)'],
    ...["now - duration('2h')", "last_a + duration('26h')"],
  ]);
const length: Leaf = (random) =>
  random.pick<Leaf>([
    (r) => `since(${time(r)})`,
    (r) => `until(${time(r)})`,
    () => 'silence',
    (r) => `(${time(r)} - ${time(r)})`,
    (r) => `since(last_a) + since(${time(r)})`,
  ])(random);
const LEAVES: readonly Leaf[] = [
  (r) => `${number(r)} ${r.pick(ORDERS)} ${r.pick(NUMBERS)}`,
  (r) => `${r.pick(NUMBERS)} ${r.pick(ORDERS)} ${number(r)}`,
  (r) => `${number(r)} ${r.pick([...ORDERS, '==', '!='])} ${number(r)}`,
  (r) => `${number(r)} in [${r.pick(NUMBERS)}, ${r.pick(NUMBERS)}]`,
  (r) => `${length(r)} ${r.pick(ORDERS)} duration('${r.pick(SPANS)}')`,
  (r) => `${length(r)} ${r.pick(ORDERS)} duration('${r.pick(SPANS)}')`,
  (r) => `${length(r)} ${r.pick(ORDERS)} ${length(r)}`,
  (r) => `${time(r)} ${r.pick([...ORDERS, '==', '!='])} ${time(r)}`,
  (r) => `${r.pick(['loves', 'loves_now'])}[${r.pick(KEYS)}] ${r.pick(ORDERS)} 0.${1 + r.below(9)}`,
  (r) => `loves.x ${r.pick(ORDERS)} or(traits.limit, 2)`,
  (r) => `top(loves) == ${r.pick(KEYS)}`,
  (r) => `top(n_by) == ${r.pick(KEYS)}`,
  (r) => `known(${r.pick(['last_b', 'note', 'gap_lately', 'trend', 'mean', 'traits.ends'])})`,
  (r) => `note ${r.pick(['==', '!='])} ${r.pick(KEYS)}`,
  () => 'last_b == null',
  (r) => `has(n_by.${r.pick(['x', 'y'])})`,
  (r) => `${r.pick(KEYS)} in or(recently, [])`,
  (r) => `or(recently, []).exists(k, k == ${r.pick(KEYS)} && n >= 1)`,
  () => 'consent.marketing',
  () => "in_holdout('web') || bucket('s', 10) < 5",
];

const OF_SEGMENTS: readonly Leaf[] = [
  () => 'segment.other',
  (r) => `segment.stage == ${r.pick(["'few'", "'many'", "''"])}`,
];

/** A customer with a past, at a time: events of hours to weeks, some of them late. */
export function drawCustomer(random: Random, catalog: string, startMs: number): Customer {
  const customer = new Customer(valid(catalog), `u${random.below(1000)}`);
  customer.nowMs = startMs;
  if (random() < 0.8) {
    customer.identify({
      vip: random() < 0.7,
      limit: random.below(4),
      born: random.pick(['2000-02-29', '1990-10-26', '2027-01-01', '2006-10-29', '1984-03-29']),
      ends: new Date(startMs + random.below(40 * DAY)).toISOString(),
    });
  }
  for (let left = random.below(25); left > 0; left--) {
    customer.wait(random.below(random.pick([MINUTE, 3 * HOUR, 2 * DAY])));
    const late = random() < 0.3 ? random.below(2 * DAY) : 0;
    const properties = { key: random.pick(['x', 'y', 'z']), amount: random.below(900) / 100 };
    customer.track(random.pick(['A', 'A', 'B']), properties, { at: customer.nowMs - late });
  }
  return customer;
}
