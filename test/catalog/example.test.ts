import { describe, expect, it } from 'vitest';
import { reported, valid } from './compile.ts';
import { example } from './language-example.ts';

describe('the example of the catalog language', () => {
  it('compiles as it stands', () => {
    expect(reported(example)).toEqual([]);
    const catalog = valid(example);
    expect(catalog.name).toBe('retail');
    expect(catalog.timezone).toBe('Asia/Shanghai');
    expect(catalog.country).toBe('CN');
    expect(catalog.currency).toBe('CNY');
    expect([...catalog.consent]).toEqual([
      ['marketing', false],
      ['personalization', true],
    ]);
    expect(catalog.features.map((feature) => feature.slot)).toEqual(
      catalog.features.map((_, index) => index),
    );
    expect(catalog.triggers.map((trigger) => trigger.name)).toEqual([
      ...['phone_interest', 'usual_yoghurt', 'comeback', 'became_vip', 'cart_abandoned'],
      ...['escalate', 'win_back', 'birthday', 'spring_festival', 'refill'],
    ]);
  });

  it('is compiled as written', () => {
    const catalog = valid(example);
    const feature = (name: string) => catalog.features.find((each) => each.name === name);
    expect(feature('views_of_product')).toMatchObject({
      ...{ kind: 'count', type: 'number', windowMs: 1_800_000, keep: 100 },
      on: { any: false, names: ['Product Viewed'] },
      by: [{ root: 'properties', steps: [{ key: 'product_id', each: false }] }],
    });
    expect(feature('brand_of_type')).toMatchObject({
      kind: 'latest',
      value: [
        {
          steps: [
            { key: 'products', each: true },
            { key: 'brand', each: false },
          ],
        },
      ],
    });
    expect(feature('last_seen')?.on).toEqual({ any: true, names: [] });
    expect(feature('stores_90d')?.keep).toBe(256);
    const affinity = feature('category_affinity');
    expect(affinity).toMatchObject({ halfLifeMs: 604_800_000, keep: 20 });
    expect(affinity?.value.map((path) => path.text)).toEqual([
      ...['properties.category', 'properties.products[].category'],
    ]);
    expect([...affinity!.weights]).toEqual([
      ['Product Viewed', 1],
      ['Product Added', 3],
      ['Order Completed', 5],
    ]);
    expect(feature('points')).toMatchObject({ kind: 'formula', type: 'number' });
    expect(catalog.triggers[0]).toMatchObject({
      ...{ cooldownMs: 86_400_000, maxAgeMs: 3_600_000, decide: ['web_popup'] },
      offers: new Set(['phone_accessories']),
    });
    expect(catalog.triggers[1]?.per?.text).toBe('properties.category');
    const [offer] = catalog.offers;
    expect(offer).toMatchObject({
      startsAtMs: Date.parse('2026-01-01T00:00:00+08:00'),
      endsAtMs: Date.parse('2099-01-01T00:00:00+08:00'),
      caps: [{ max: 2, windowMs: 604_800_000, of: 'impression' }],
      expires: { kind: 'after', ms: 900_000 },
    });
    expect([...offer!.treatments.keys()]).toEqual(['web_popup', 'pos_screen']);
    expect(catalog.placements.get('web_popup')).toMatchObject({
      ...{ channel: 'web', limit: 1, fallback: 'welcome', holdout: 500 },
    });
    expect(catalog.placements.get('app_push')?.consent).toBe('marketing');
    expect(catalog.contactPolicy).toMatchObject([
      { max: 3, windowMs: 86_400_000, channels: new Set(['push', 'sms']), when: null },
      { max: 0, windowMs: null },
    ]);
  });

  it('is compiled as written where time brings it', () => {
    const catalog = valid(example);
    const trigger = (name: string) => catalog.triggers.find((each) => each.name === name)!;
    const day = 86_400_000;
    expect(trigger('cart_abandoned')).toMatchObject({
      on: { any: false, names: ['Product Added'] },
      time: { kind: 'absence', id: '', unless: { names: ['Order Completed'] }, afterMs: 3_600_000 },
      ...{ decide: ['app_push', 'sms'], oneOf: true, maxAgeMs: 3_600_000, waitMs: 7 * day },
    });
    expect(trigger('escalate')).toMatchObject({ per: { text: 'properties.ticket_id' } });
    expect(trigger('win_back')).toMatchObject({
      ...{ on: { any: false, names: [] }, oneOf: true, maxAgeMs: day },
      time: {
        kind: 'enter',
        segment: catalog.segments.find(({ name }) => name === 'lapsed')!.index,
        ...{ member: null, existing: false, overMs: 0 },
      },
    });
    expect(trigger('birthday')).toMatchObject({
      ...{ decide: ['app_home'], oneOf: false, maxAgeMs: day },
      time: {
        kind: 'yearly',
        trait: { root: 'traits', steps: [{ key: 'birthday', each: false }] },
        ...{ timeMs: 9 * 3_600_000, leadMs: 0, once: false },
      },
    });
    expect(trigger('spring_festival').time).toMatchObject({
      kind: 'dates',
      dates: [
        { localMs: Date.parse('2027-02-06T09:00:00Z') },
        { localMs: Date.parse('2028-01-26T09:00:00Z') },
      ],
      ...{ leadMs: 0, overMs: 600_000 },
    });
    expect(trigger('refill').time).toMatchObject({
      kind: 'predict',
      slot: catalog.features.find(({ name }) => name === 'order_gap')!.slot,
      leadMs: 3 * day,
    });
    expect(catalog.placements.get('sms')?.quiet).toEqual({
      ...{ fromMs: 22 * 3_600_000, toMs: 8 * 3_600_000 },
    });
  });
});
