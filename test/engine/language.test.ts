// The engine under catalogs in their own language: what CATALOG.md promises, from YAML to answer.

import { describe, expect, it } from 'vitest';
import { compileCatalog } from '../../src/catalog/compile-catalog.ts';
import type { Catalog } from '../../src/model/catalog.ts';
import { DAY, HOUR, MINUTE } from './support/catalog-builder.ts';
import { Customer, fateOf, offersOf, only } from './support/customer.ts';

const RETAIL = `
catalog: retail
timezone: Asia/Shanghai
consent:
  marketing: { default: denied }
features:
  views_of_product: { count: Product Viewed, by: properties.product_id, window: 30m }
  orders:           { count: Order Completed }
  orders_90d:       { count: Order Completed, window: 90d }
  spend_90d:        { sum: properties.total, of: Order Completed, window: 90d }
  bought_category:  { count: Order Completed, by: "properties.products[].category", window: 90d }
  last_order:       { last: Order Completed }
  first_order:      { first: Order Completed }
  points_earned:    { sum: properties.points, of: Points Earned }
  points_spent:     { sum: properties.points, of: Points Spent }
  points:           { formula: "points_earned - points_spent" }
segments:
  vip:    spend_90d >= 5000 && orders_90d >= 2
  lapsed: since(last_order) >= duration('30d')
  lifecycle:
    - new:   orders == 1 && since(first_order) < duration('30d')
    - loyal: orders_90d >= 4
triggers:
  phone_interest:
    on: Product Viewed
    when: event.properties.category == 'phone' && views_of_product[event.properties.product_id] >= 3
    decide: web_popup
    offers: ["#accessory"]
    cooldown: 1d
  usual_yoghurt:
    on: Shelf Approached
    when: bought_category[event.properties.category] >= 3
    decide: shelf_label
    cooldown: 1d
    per: properties.category
  comeback:
    on: Order Completed
    when: since(before.last_order) > duration('60d')
    decide: app_home
  became_vip:
    on: Order Completed
    when: segment.vip && !before.segment.vip
    decide: [app_home, sms]
offers:
  phone_accessories:
    tags: [accessory]
    propensity: 0.08
    value: 30
    applicability: "!segment.lapsed"
    expires: 15m
    treatments:
      web_popup: { title: "Made for your {{ event.properties.name }}", discount_percent: 20 }
  yoghurt_bogo:
    treatments: { shelf_label: { line: "Buy one {{ firing.key }}, get one" } }
  thanks:
    treatments:
      app_home: { title: "Dear {{ or(traits.name, 'you') }}", orders: "{{ orders }}", gone: "{{ traits.nope }}" }
      sms: { text: "Thank you" }
  welcome:
    treatments: { web_popup: { title: "Welcome" }, app_home: { title: "Welcome" } }
placements:
  web_popup:   { channel: web, limit: 1, fallback: welcome }
  app_home:    { channel: app, limit: 3, fallback: welcome }
  shelf_label: { channel: shelf, limit: 1 }
  sms:         { channel: sms, limit: 1, consent: marketing }
contact_policy:
  - { max: 0, channels: [web], when: "or(traits.nps, 10) <= 6" }
`;

const compiled = (text: string): Catalog => {
  const result = compileCatalog([{ path: 'catalog.yaml', text }]);
  if (!result.ok) throw new Error(result.faults.map((f) => f.message).join('\n'));
  return result.catalog;
};

const retail = compiled(RETAIL);
const phone = { product_id: 'p9', category: 'phone', name: 'P9' };

describe('a retail catalog', () => {
  it('answers the third view of a phone in 30 minutes, once a day', () => {
    const customer = new Customer(retail);
    expect(customer.track('Product Viewed', phone).answer).toBe('[]');
    expect(customer.wait(MINUTE).track('Product Viewed', phone).answer).toBe('[]');
    const decision = only(customer.wait(MINUTE).track('Product Viewed', phone));
    expect(decision.offers).toEqual([
      {
        offerId: 'phone_accessories',
        treatment: { title: 'Made for your P9', discount_percent: 20 },
        expiresAtMs: customer.nowMs + 15 * MINUTE,
      },
    ]);
    expect(decision.candidates[0]).toMatchObject({ score: 0.08 * 30, reason: 'chosen' });
    expect(customer.wait(MINUTE).track('Product Viewed', phone).answer).toBe('[]');
    customer.wait(DAY);
    for (const fires of [0, 0, 1]) {
      expect(customer.track('Product Viewed', phone).firings).toHaveLength(fires);
    }
  });

  it('forgets views that are too long ago', () => {
    const customer = new Customer(retail);
    for (let i = 0; i < 5; i++) {
      expect(customer.wait(16 * MINUTE).track('Product Viewed', phone).firings).toHaveLength(0);
    }
  });

  it('falls back for a lapsed customer, and contacts an unhappy one not at all', () => {
    const customer = new Customer(retail);
    customer.track('Order Completed', { total: 1 });
    customer.wait(31 * DAY);
    const view = () => customer.track('Product Viewed', phone);
    view();
    view();
    const decision = only(view());
    expect(decision).toMatchObject({ fallback: true, trigger: 'phone_interest' });
    expect(fateOf(decision, 'phone_accessories')).toBe('applicability/not_applicable');
    expect(offersOf(decision)).toEqual(['welcome']);
    customer.identify({ nps: 6 });
    customer.wait(DAY);
    view();
    view();
    const silent = only(view());
    expect(silent).toMatchObject({ fallback: false, offers: [] });
    expect(fateOf(silent, 'welcome')).toBe('contact_policy/contact_policy');
  });

  it('knows what a customer usually buys, per category', () => {
    const customer = new Customer(retail);
    const order = { total: 9, products: [{ category: 'yoghurt' }, { category: 'tea' }] };
    for (let i = 0; i < 3; i++) customer.wait(HOUR).track('Order Completed', order);
    const decision = only(customer.track('Shelf Approached', { category: 'yoghurt' }));
    expect(decision.offers[0]!.treatment).toEqual({ line: 'Buy one yoghurt, get one' });
    expect(customer.track('Shelf Approached', { category: 'yoghurt' }).firings).toEqual([]);
    expect(customer.track('Shelf Approached', { category: 'tea' }).firings).toHaveLength(1);
    expect(customer.track('Shelf Approached', { category: 'milk' }).firings).toEqual([]);
    expect(customer.track('Shelf Approached').firings).toEqual([]);
  });

  it('sees what an order changed against the moment before it', () => {
    const customer = new Customer(retail);
    expect(customer.track('Order Completed', { total: 1 }).firings).toEqual([]);
    expect(customer.view().segments).toEqual({ vip: false, lapsed: false, lifecycle: 'new' });
    customer.identify({ name: 'Li' });
    const back = customer.wait(61 * DAY).track('Order Completed', { total: 4_999 });
    expect(back.firings.map((f) => f.trigger)).toEqual(['comeback', 'became_vip']);
    expect(back.decisions.map((d) => [d.placement, d.trigger, offersOf(d)])).toEqual([
      ['app_home', 'comeback', ['thanks']],
      ['sms', 'became_vip', []],
    ]);
    expect(back.decisions[0]!.offers[0]!.treatment).toEqual({
      title: 'Dear Li',
      orders: 2,
      gone: '',
    });
    expect(fateOf(back.decisions[1]!, 'thanks')).toBe('placement/no_consent');
    expect(customer.program.counters.templatesUnknown).toBe(1);
    expect(customer.wait(DAY).track('Order Completed', { total: 1 }).firings).toEqual([]);
    expect(customer.view().segments).toEqual({ vip: true, lapsed: false, lifecycle: null });
  });

  it('derives points when they are read', () => {
    const customer = new Customer(retail);
    customer.track('Points Earned', { points: 120 });
    customer.track('Points Spent', { points: 20 });
    expect(customer.view().features).toMatchObject({ points: 100, last_order: null });
  });

  it('keeps a feature that was renamed', () => {
    const customer = new Customer(retail);
    customer.track('Order Completed', { total: 5, products: [{ category: 'tea' }] });
    const renamed = RETAIL.replace('bought_category:', 'by_category:').replace(
      'bought_category[',
      'by_category[',
    );
    customer.publishCatalog(compiled(renamed));
    expect(customer.view().features).toMatchObject({ by_category: { tea: 1 }, orders: 1 });
  });
});
