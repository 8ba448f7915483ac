import { describe, expect, it } from 'vitest';
import { wholeView } from '../../src/engine/whole-view.ts';
import type { Link } from '../../src/model/identity.ts';
import { type CustomerState, emptyState } from '../../src/model/state.ts';
import { valid } from '../catalog/compile.ts';
import { DAY, HOUR, MINUTE, START } from './support/catalog-builder.ts';
import { Customer } from './support/customer.ts';

const CATALOG = valid(`
catalog: words
timezone: Asia/Shanghai
consent: { marketing: { default: granted }, profiling: { default: denied } }
features:
  views_of_product: { count: Product Viewed, by: properties.product_id, window: 30m }
  visits: { count: [$page, $screen] }
  logins: { count: [Signed In, Signed Up, Back], window: 90m }
  spend: { sum: properties.total, of: Order Completed, window: 90d }
  cheapest: { min: "properties.products[].price", of: Order Completed }
  dearest: { max: "properties.products[].price", of: Order Completed, by: "properties.products[].sku" }
  basket: { mean: properties.total, of: Order Completed, where: "event.properties.total > 5.0" }
  first_seen: { first: "*" }
  last_order: { last: Order Completed, by: properties.store }
  city: { latest: [traits.city, context.place.city], of: $identify }
  stores: { distinct: properties.store, of: Order Completed, window: 1d }
  seen: { recent: properties.product_id, of: Product Viewed, keep: 9 }
  taste: { affinity: properties.category, of: { Product Viewed: 1, Order Completed: 5 }, half_life: 14d }
  gap: { interval: Order Completed }
  active: { days: "*", window: 28d }
  trend: { trend: Product Viewed, window: 7d }
  each: { formula: spend / 2 }
  due: { formula: "now + duration('26h')" }
`);

function described(customer: Customer) {
  return wholeView(customer.program, customer.state, customer.nowMs).described;
}

describe('features in words', () => {
  it('of a customer of whom nothing is known', () => {
    expect(described(new Customer(CATALOG))).toEqual({
      views_of_product: 'How often Product Viewed in the last 30 minutes, by product_id: never',
      visits: 'How often Page Viewed or Screen Viewed so far: never',
      logins: 'How often Signed In, Signed Up or Back in the last 1 hour 30 minutes: never',
      spend: 'Sum of total in Order Completed in the last 90 days: 0',
      cheapest: 'Smallest price of products in Order Completed: none',
      dearest: 'Largest price of products in Order Completed, by sku of products: none',
      basket: 'Average total in Order Completed, only where total > 5.0: none',
      first_seen: 'First event: never',
      last_order: 'Last Order Completed, by store: never',
      city: 'Latest city of the stated traits or city of place in Traits Stated: none',
      stores: 'How many different values of store in Order Completed in the last day: none',
      seen: 'Last values of product_id in Product Viewed, newest first: none',
      taste:
        'Leaning to each category, judged by Product Viewed or Order Completed ' +
        '(counts half after 14 days): none',
      gap: 'Average time from one Order Completed to the next: not known yet',
      active: 'Days with any event in the last 28 days: none',
      trend:
        'How often Product Viewed in the last 7 days, compared with the 7 days before: ' +
        'nothing to compare with',
      each: 'Worked out as spend / 2: 0',
      due: "Worked out as now + duration('26h'): in 1 day (2026-11-23 12:00)",
    });
  });

  it('of one of whom much is', () => {
    const customer = new Customer(CATALOG);
    customer.identify({ city: 'SH' });
    const products = [
      { sku: 'a', price: 1_299 },
      { sku: 'b', price: 0.123_4 },
    ];
    customer.track('Order Completed', {
      total: 1_299.129,
      store: 'north',
      category: 'phone',
      products,
    });
    customer.wait(3 * DAY + HOUR).track('Order Completed', { total: 7, store: 'north' });
    customer.track('Product Viewed', { product_id: 42, category: 'tea' });
    for (let i = 0; i < 3; i++) customer.track('Product Viewed', { product_id: 'p9' });
    customer.wait(MINUTE);
    expect(described(customer)).toMatchObject({
      views_of_product:
        'How often Product Viewed in the last 30 minutes, by product_id: p9 3 times, 42 once',
      spend: 'Sum of total in Order Completed in the last 90 days: 1,306.13',
      cheapest: 'Smallest price of products in Order Completed: 0.123',
      dearest:
        'Largest price of products in Order Completed, by sku of products: a = 1,299, b = 0.123',
      first_seen: 'First event: 3 days ago (2026-11-22 10:00)',
      last_order: 'Last Order Completed, by store: north = 1 minute ago (2026-11-25 11:00)',
      city: expect.stringMatching(/: SH$/),
      stores: expect.stringMatching(/: 1$/),
      seen: 'Last values of product_id in Product Viewed, newest first: p9, 42',
      taste: expect.stringMatching(/: phone = 4\.3, tea = 1$/),
      gap: 'Average time from one Order Completed to the next: 3 days 1 hour',
      active: expect.stringMatching(/: 2 days$/),
      each: 'Worked out as spend / 2: 653.06',
    });
    customer.wait(8 * DAY);
    expect(described(customer).trend).toMatch(/the 7 days before: not at all any more$/);
    customer.track('Product Viewed', { product_id: 'p9' });
    expect(described(customer).trend).toMatch(/before: 0\.25 times$/);
  });

  it('stays short and on one line, whatever events say', () => {
    const customer = new Customer(CATALOG);
    for (let i = 0; i < 9; i++) customer.track('Product Viewed', { product_id: `p${i}` });
    customer.identify({ city: `a\n\u001b[2J\u202eb${'x'.repeat(500)}` });
    customer.track('Product Viewed', { product_id: `${'k'.repeat(90)}` });
    const { city, seen, views_of_product: views } = described(customer);
    expect(city).toMatch(/: a \[2J bx+…$/);
    expect(city!.length).toBeLessThan(160);
    expect(seen).toMatch(/: k{79}…, p8, p7, p6, p5 and 4 more$/);
    expect(views).toMatch(/: k{59}… once, p0 once, p1 once, p2 once, p3 once and 5 more$/);
  });
});

describe('who it is', () => {
  const link = (id: string, kind: string, value: string | null = null): Link => ({
    ...{ id, kind, value, linkedAtMs: START, renewedAtMs: START },
  });
  const shown = (state: Partial<CustomerState>) =>
    wholeView(new Customer(CATALOG).program, { ...emptyState('u1'), ...state }, START);

  it('has every name once, identifiers by what they stand for', () => {
    const links = [
      link('phone:0123456789012345678901', 'phone', '+8613800138000'),
      link('anonymous:a1', 'anonymous'),
      link('card:0123456789012345678901', 'card'),
      link('u0', 'user', 'u0'),
    ];
    expect(shown({ links, aliases: ['anonymous:old', 'anonymous:a1'] }).aliases).toEqual([
      ...['phone:+8613800138000', 'anonymous:a1', 'card:0123456789012345678901', 'u0'],
      'anonymous:old',
    ]);
  });

  it('has who was folded into it, and what was stated of consent', () => {
    const merges = [{ mergeId: 'm1', from: 'anonymous:a1', atMs: START }];
    const consent = new Map([['marketing', { granted: false, atMs: START }]]);
    expect(shown({ merges, consent })).toMatchObject({
      merged: [{ mergeId: 'm1', from: 'anonymous:a1', at: '2026-11-22T02:00:00.000Z' }],
      consent: { marketing: false, profiling: false },
      consentStated: { marketing: { granted: false, at: '2026-11-22T02:00:00.000Z' } },
    });
  });
});

describe('what time brings', () => {
  const timer = { key: null, cause: 'absence', of: '', placements: null, event: '' } as const;
  const waiting = { key: null, placements: ['app'], firedAtMs: START, event: '' };
  const customer = new Customer(CATALOG);
  customer.state = {
    ...emptyState('u1'),
    timers: [
      { ...timer, trigger: 'cart', dueAtMs: START + HOUR },
      { ...timer, trigger: 'ticket', key: 'T7', placements: ['sms'], dueAtMs: START + DAY },
    ],
    waiting: [
      { ...waiting, trigger: 'over', untilMs: START },
      { ...waiting, trigger: 'refill', key: 'tea', untilMs: START + 1 },
      { ...waiting, trigger: 'back', placements: ['app', 'sms'], untilMs: START + DAY },
    ],
  };
  const [firedAt, until] = ['2026-11-22T02:00:00.000Z', '2026-11-23T02:00:00.000Z'];

  it('is when it does, and what waits for which placement until when', () => {
    expect(wholeView(customer.program, customer.state, START)).toMatchObject({
      timers: [
        { trigger: 'cart', key: null, dueAt: '2026-11-22T03:00:00.000Z' },
        { trigger: 'ticket', key: 'T7', dueAt: until },
      ],
      waiting: [
        {
          ...{ placement: 'app', trigger: 'refill', key: 'tea', firedAt },
          until: '2026-11-22T02:00:00.001Z',
        },
        { placement: 'app', trigger: 'back', key: null, firedAt, until },
        { placement: 'sms', trigger: 'back', key: null, firedAt, until },
      ],
    });
  });
});
