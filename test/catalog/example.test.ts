import { describe, expect, it } from 'vitest';
import { formatFault } from '../../src/catalog/fault.ts';
import { faultsOf, reported, valid } from './compile.ts';
import { example, supportedExample } from './supported-example.ts';

describe('the example of the catalog language', () => {
  it('is right but for what is not supported yet, each named once where it stands', () => {
    expect(faultsOf(example).map((fault) => `${fault.line} ${fault.path}`)).toEqual([
      '76 triggers.cart_abandoned.unless',
      '78 triggers.cart_abandoned.decide.one_of',
      '81 triggers.escalate.unless',
      '87 triggers.win_back.enter',
      '88 triggers.win_back.decide.one_of',
      '90 triggers.birthday.at',
      '93 triggers.spring_festival.at',
      '97 triggers.refill.predict',
      '132 placements.app_push.quiet',
      '133 placements.sms.quiet',
    ]);
    for (const fault of faultsOf(example)) {
      expect(formatFault(fault)).toMatch(/`?is not supported yet$/);
    }
  });

  it('compiles without those', () => {
    expect(reported(supportedExample())).toEqual([]);
    const catalog = valid(supportedExample());
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
      ...['phone_interest', 'usual_yoghurt', 'comeback', 'became_vip'],
    ]);
  });

  it('is compiled as written', () => {
    const catalog = valid(supportedExample());
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
});
