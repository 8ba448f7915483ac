// Every expression of the example catalog (docs: the catalog language) compiles and means what it
// says.

import { describe, expect, test } from 'vitest';
import {
  compileCondition,
  compileExpression,
  compileTemplate,
} from '../../../src/catalog/expressions/compile.ts';
import { Instant, type Value } from '../../../src/model/value.ts';
import { evaluate, NOW, namesWith, type ScopeData, scopeOf } from './scopes.ts';

const DAY = 86_400_000;
const ago = (days: number): Instant => new Instant(NOW - days * DAY);
const viewed = (properties: Record<string, Value>): ScopeData['event'] & object => ({ properties });

const CASES: readonly (readonly [source: string, data: ScopeData, value: Value | undefined])[] = [
  ['weekday(event.timestamp) >= 6', { event: { timestamp: new Instant(NOW) } }, true],
  ['points_earned - points_spent', { features: { points_earned: 50, points_spent: 20 } }, 30],
  [
    "(or(traits.region, '') in ['BJ','SH'] ? 20 : 0) + (orders >= 1 ? 30 : 0)",
    { traits: { region: 'SH' }, features: { orders: 2 } },
    50,
  ],
  [
    "(or(traits.region, '') in ['BJ','SH'] ? 20 : 0) + (orders >= 1 ? 30 : 0)",
    { features: { orders: 0 } },
    0,
  ],
  ['spend_90d >= 5000 && orders_90d >= 6', { features: { spend_90d: 5000, orders_90d: 6 } }, true],
  ["since(last_order) >= duration('30d')", { features: { last_order: ago(30) } }, true],
  ["since(last_order) >= duration('30d')", { features: { last_order: ago(29.9) } }, false],
  ["since(last_order) >= duration('30d')", {}, undefined],
  [
    "or(traits.gender, '') == 'f' && age(traits.birthday) >= 25 && age(traits.birthday) <= 35",
    { traits: { gender: 'f', birthday: '1990-11-23' } },
    true,
  ],
  [
    "or(traits.gender, '') == 'f' && age(traits.birthday) >= 25 && age(traits.birthday) <= 35",
    { traits: { birthday: '1990-11-23' } },
    false,
  ],
  [
    "orders == 1 && since(first_order) < duration('30d')",
    { features: { orders: 1, first_order: ago(2) } },
    true,
  ],
  ["orders >= 2 && since(last_order) > duration('60d')", { features: { orders: 1 } }, false],
  [
    "event.properties.category == 'phone' && views_of_product[event.properties.product_id] >= 3",
    {
      event: viewed({ category: 'phone', product_id: 'p9' }),
      features: { views_of_product: { p9: 3 } },
    },
    true,
  ],
  [
    "event.properties.category == 'phone' && views_of_product[event.properties.product_id] >= 3",
    {
      event: viewed({ category: 'phone', product_id: 9 }),
      features: { views_of_product: { 9: 3 } },
    },
    true,
  ],
  [
    'bought_category[event.properties.category] >= 3',
    { event: viewed({ category: 'yoghurt' }), features: { bought_category: { yoghurt: 2 } } },
    false,
  ],
  [
    "since(before.last_order) > duration('60d')",
    { features: { last_order: ago(0) }, before: { features: { last_order: ago(61) } } },
    true,
  ],
  [
    'segment.vip && !before.segment.vip',
    { segments: { vip: true }, before: { segments: { vip: false } } },
    true,
  ],
  ["segment.lifecycle == 'loyal'", { segments: { lifecycle: 'loyal' } }, true],
  ["segment.lifecycle == 'loyal'", {}, false],
  ["firing.key == 'shampoo'", { firingKey: 'shampoo' }, true],
  ["or(context.channel, '') == 'app' ? 1.2 : 1.0", { context: { channel: 'app' } }, 1.2],
  ["or(context.channel, '') == 'app' ? 1.2 : 1.0", {}, 1],
  ["or(traits.country, 'CN') == 'CN'", {}, true],
  ['!segment.lapsed', {}, true],
  ["category_affinity['phone'] > 0.5", { features: { category_affinity: { phone: 0.6 } } }, true],
  ["category_affinity['phone'] > 0.5", {}, false],
  ['age(traits.birthday) < 50', { traits: {} }, undefined],
  ['or(traits.nps, 10) <= 6', { traits: { nps: 3 } }, true],
];

describe('the expressions of the example catalog', () => {
  test.each(CASES)('%s with %j', (source, data, value) => {
    expect(evaluate(source, data)).toEqual(value);
  });

  test('its conditions are conditions', () => {
    for (const [source, , value] of CASES) {
      if (typeof value !== 'boolean') continue;
      expect(compileCondition(source, namesWith())).toMatchObject({ ok: true });
    }
  });

  test('a number is an expression, too', () => {
    expect(compileExpression('0.08', namesWith())).toMatchObject({ ok: true, constant: 0.08 });
    expect(compileExpression('-3', namesWith())).toMatchObject({ ok: true, constant: -3 });
  });

  test.each([
    [
      { title: 'Made for your {{ event.properties.name }}', discount_percent: 20 },
      { title: 'Made for your P9', discount_percent: 20 },
    ],
    [
      { title: "{{ brand_of_type['shampoo'] }} conditioner, 20 % off" },
      { title: 'Seba conditioner, 20 % off' },
    ],
    [{ title: "Welcome, {{ or(traits.name, 'you') }}" }, { title: 'Welcome, you' }],
  ])('the treatment %j', (treatment, rendered) => {
    const compiled = compileTemplate(treatment as never, namesWith());
    if (!compiled.ok) return expect.fail(compiled.faults[0]!.message);
    const scope = scopeOf({
      event: { properties: { name: 'P9' } },
      features: { brand_of_type: { shampoo: 'Seba' } },
    });
    expect(compiled.render(scope, () => expect.fail('unknown'))).toEqual(rendered);
  });
});
