// Until when an answer is certain, by hand: the instants that a marketer would expect, what has no
// rule, and what it may cost.

import { describe, expect, test } from 'vitest';
import { segmentUntil } from '../../../src/engine/timers/horizon.ts';
import { NO_INPUTS } from '../../../src/model/inputs.ts';
import { valid } from '../../catalog/compile.ts';
import { DAY, HOUR, MINUTE, START } from '../support/catalog-builder.ts';
import { Customer } from '../support/customer.ts';

const FOREVER = Number.POSITIVE_INFINITY;
const FEATURES = `
  last_order: { last: Order }
  orders: { count: Order }
  orders_90d: { count: Order, window: 90d }
  spend_90d: { sum: properties.total, of: Order, window: 90d }
  views: { count: View, by: properties.id, window: 1h }
  loves: { affinity: properties.id, of: View, half_life: 7d }
  dates: { days: "*", window: 3d }`;

/** A customer of a catalog in Shanghai with one segment, or more. */
function customerOf(condition: string, more = ''): Customer {
  const segment = condition === '' ? '' : `  s: ${JSON.stringify(condition)}\n`;
  return new Customer(
    valid(`catalog: t
timezone: Asia/Shanghai
features:${FEATURES}
segments:
${segment}${more}`),
  );
}

function until(customer: Customer, name = 's', member: string | null = null): number {
  const { program, state, nowMs } = customer;
  const segment = program.catalog.segments.find((one) => one.name === name)!;
  const scope = program.scope.point(state, null, null, NO_INPUTS, nowMs);
  return segmentUntil(segment, member, scope);
}

/** When the bucket leaves a window that an event at a time is in. */
function bucketLeaves(atMs: number, windowMs: number): number {
  const bucketMs = windowMs / 60;
  return (Math.floor(atMs / bucketMs) + 1) * bucketMs + windowMs - 1;
}

describe('until when an answer is certain', () => {
  test('silence ends in the instant that it is long enough, and lasts', () => {
    const customer = customerOf("since(last_order) >= duration('30d')");
    expect(until(customer)).toBe(FOREVER);
    customer.track('Order');
    expect(until(customer)).toBe(START + 30 * DAY);
    customer.wait(30 * DAY);
    expect(until(customer)).toBe(FOREVER);
  });

  test('a window is left with the bucket that the answer hangs on', () => {
    const customer = customerOf('spend_90d >= 100 && orders_90d >= 2');
    customer.track('Order', { total: 60 });
    expect(until(customer)).toBe(FOREVER);
    customer.wait(10 * DAY).track('Order', { total: 60 });
    customer.wait(10 * DAY).track('Order', { total: 60 });
    expect(until(customer)).toBe(bucketLeaves(START + 10 * DAY, 90 * DAY));
  });

  test('what is false is certain as long as any of what makes it false', () => {
    const customer = customerOf("orders >= 2 && since(last_order) >= duration('5d')");
    customer.track('Order');
    expect(until(customer)).toBe(FOREVER);
    const other = customerOf("since(last_order) >= duration('5d') && orders_90d < 1");
    other.track('Order');
    expect(until(other)).toBe(bucketLeaves(START, 90 * DAY));
  });

  test('a member of a group waits for those before it', () => {
    const customer = customerOf(
      '',
      `  g:
    - fresh: since(last_order) < duration('2d')
    - old: since(last_order) >= duration('1d')
`,
    );
    customer.track('Order');
    const [fresh, old] = ['fresh', 'old'].map((member) => until(customer, 'g', member));
    expect([fresh, old]).toEqual([START + 2 * DAY, START + 2 * DAY]);
    expect(until(customer, 'g')).toBe(START + 2 * DAY);
    customer.wait(2 * DAY);
    expect(until(customer, 'g', 'old')).toBe(FOREVER);
    expect(until(customer, 'g', 'fresh')).toBe(FOREVER);
  });

  test('formulas and segments within are followed', () => {
    const customer = customerOf(
      "segment.quiet && segment.stage != 'b'",
      `  quiet: since(last_order) > duration('1h')
  stage:
    - a: dates >= 1
    - b: orders > 0
`,
    );
    customer.track('Order');
    // First it is quiet; then, three dates later, it is of stage b.
    expect(until(customer)).toBe(START + HOUR + 1);
    customer.wait(DAY);
    expect(until(customer)).toBe(Date.parse('2026-11-25T00:00:00+08:00'));
  });

  test('a length of time that stands still is passed by one that does not', () => {
    for (const condition of [
      "since(last_order) > since(now - duration('2h'))",
      "until(now + duration('2h')) < now - last_order",
    ]) {
      const customer = customerOf(condition);
      customer.track('Order');
      expect(until(customer)).toBe(START + 2 * HOUR + 1);
    }
  });

  test('one is as old as one will be until the birthday: on February 29th, March 1st', () => {
    const customer = customerOf('age(traits.born) >= 27');
    customer.identify({ born: '2000-02-29' });
    expect(until(customer)).toBe(Date.parse('2027-03-01T00:00:00+08:00'));
    customer.identify({ born: '2000-11-30' });
    expect(until(customer)).toBe(Date.parse('2027-11-30T00:00:00+08:00'));
  });

  test('a weight that fades passes its limit once', () => {
    const customer = customerOf("loves['x'] > 0.25");
    customer.track('View', { id: 'x' });
    expect(until(customer)).toBe(START + 14 * DAY);
    customer.wait(14 * DAY);
    expect(until(customer)).toBe(FOREVER);
  });

  test('which key is largest does not change by fading alone', () => {
    const customer = customerOf("top(loves) == 'x'");
    customer.track('View', { id: 'x' }).state;
    customer.wait(HOUR).track('View', { id: 'y' });
    expect(until(customer)).toBeGreaterThan(START + 5_000 * DAY);
  });

  test('what has no rule is looked at once a minute, and nothing is certain by hand', () => {
    for (const condition of ["string(now).endsWith('00Z')", "loves['x'] * 2 > 1"]) {
      const customer = customerOf(condition);
      customer.track('View', { id: 'x' });
      expect(until(customer)).toBe(START + MINUTE);
    }
    const byHand = new Customer({ segments: { s: () => true } });
    expect(until(byHand)).toBe(START + MINUTE);
  });

  test('looking ahead counts nothing, and leaves the scope at its time', () => {
    const customer = customerOf('traits.a > 1 && segment.t', '  t: traits.b > 1 && dates >= 1\n');
    customer.track('Order');
    const { counters, scope } = customer.program;
    const before = { ...counters };
    expect(until(customer)).toBe(FOREVER);
    expect(counters).toEqual(before);
    expect(scope.nowMs).toBe(START);
    expect(scope.feature(6)).toBe(1);
  });

  test('a chain of formulas that read each other twice is reckoned once', () => {
    const chain = Array.from(
      { length: 45 },
      (_, i) => `  f${i + 1}: { formula: "f${i} + (f${i} > 3 ? f${i} : 1)" }`,
    );
    const catalog = valid(`catalog: t
features:
  f0: { count: View, window: 1h }
${chain.join('\n')}
segments: { s: f45 > 10 }
`);
    const customer = new Customer(catalog);
    for (let i = 0; i < 50; i++) customer.wait(MINUTE).track('View');
    const { nowMs } = customer;
    const answer = until(customer);
    expect(answer).toBeGreaterThan(nowMs);
    expect(answer).toBeLessThan(nowMs + 2 * HOUR);
  });

  test('only segments and formulas are asked, and what nobody asks is not compiled', () => {
    const { segments, triggers } = valid(`catalog: t
features:${FEATURES}
segments: { s: orders > 1 }
triggers: { t: { on: Order, when: orders > 1, decide: web } }
offers: { o: { treatments: { web: {} } } }
placements: { web: {} }
`);
    expect(segments[0]!.condition!.until).toBeTypeOf('function');
    expect(triggers[0]!.when!.until).toBeUndefined();
  });
});
