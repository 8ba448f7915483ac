import { describe, expect, test } from 'vitest';
import { compileCondition, compileExpression } from '../../../src/catalog/expressions/compile.ts';
import type { Value } from '../../../src/model/value.ts';
import { evaluate, namesWith, type ScopeData, scopeOf } from './scopes.ts';

const traits = (values: Record<string, Value>): ScopeData => ({ traits: values });

describe('unknown', () => {
  test.each([
    ['true || traits.x', true],
    ['traits.x || true', true],
    ['false || traits.x', undefined],
    ['traits.x || false', undefined],
    ['false && traits.x', false],
    ['traits.x && false', false],
    ['true && traits.x', undefined],
    ['traits.x && true && false', false],
    ['traits.x || traits.y || true', true],
    ['traits.x && traits.y && true', undefined],
    ['!traits.x', undefined],
    ['traits.x ? 1 : 2', undefined],
    ['traits.x == 1', undefined],
    ['traits.x != 1', undefined],
    ['traits.x > 1', undefined],
    ['traits.x + 1', undefined],
    ['-traits.x', undefined],
    ["traits.x in ['a']", undefined],
    ["'a' in traits.x", undefined],
    ['[traits.x]', undefined],
    ['traits.x.exists(y, true)', undefined],
    ['[1, 2].exists(y, y == traits.x)', undefined],
    ['[1, 2].exists(y, y == 1 || y == traits.x)', true],
    ['[1, 2].all(y, y == 1 && y == traits.x)', false],
    ['event.properties.x', undefined],
  ] as const)('%s is %s', (source, value) => {
    expect(evaluate(source)).toBe(value);
  });

  test.each([
    ['1 / 0', {}],
    ['5 % 0', {}],
    ['traits.x % 2', { x: 2.5 }],
    ['traits.x[0]', { x: [] }],
    ['traits.x[traits.i]', { x: [1], i: Number.NaN }],
    ['traits.x[traits.i]', { x: [1], i: 0.5 }],
    ['traits.x[-1]', { x: [1] }],
    ['traits.x.y', { x: 'text' }],
    ['traits.x.length', { x: 'text' }],
    ['traits.x.length', { x: [1, 2] }],
    ['traits.x + 1', { x: '1' }],
    ['traits.x > 1', { x: '2' }],
    ["traits.x < 'a'", { x: 1 }],
    ['traits.x && true', { x: 1 }],
    ['traits.x ? 1 : 2', { x: 'yes' }],
    ['views_of_product[traits.x]', { x: [1] }],
    ["traits.x.contains('a')", { x: ['a'] }],
  ] as const)('%s of %j fails as unknown', (source, values) => {
    expect(evaluate(source, traits(values as never))).toBeUndefined();
  });

  test('null reads as absent', () => {
    expect(evaluate('traits.x == 1', traits({ x: null }))).toBeUndefined();
    expect(
      evaluate('event.properties.x + 1', { event: { properties: { x: null } } }),
    ).toBeUndefined();
  });

  test('comparing with null asks whether something is absent', () => {
    expect(evaluate('traits.x == null')).toBe(true);
    expect(evaluate('traits.x != null')).toBe(false);
    expect(evaluate('traits.x == null', traits({ x: null }))).toBe(true);
    expect(evaluate('traits.x != null', traits({ x: 0 }))).toBe(true);
    expect(evaluate('last_order != null')).toBe(false);
  });

  test('a segment is never unknown', () => {
    expect(evaluate('!segment.lapsed')).toBe(true);
    expect(evaluate("segment.lifecycle == ''")).toBe(true);
  });

  test('a condition that yields no boolean is unknown', () => {
    const condition = compileCondition('traits.x', namesWith());
    if (!condition.ok) return expect.fail();
    expect(condition.run(scopeOf(traits({ x: 'true' })))).toBeUndefined();
    expect(condition.run(scopeOf(traits({ x: true })))).toBe(true);
  });
});

describe('numbers', () => {
  test('are doubles, integer literals too', () => {
    expect(evaluate('7 / 2')).toBe(3.5);
    expect(evaluate('traits.x == 2', traits({ x: 2.0 }))).toBe(true);
    expect(evaluate('1 == 1.0 && 2 < 2.5 && 3 in [3.0]')).toBe(true);
    expect(evaluate('9007199254740993 + 0')).toBe(9007199254740992);
    expect(evaluate('7 % 3 + -7 % 3')).toBe(0);
    expect(evaluate('0x1F')).toBe(31);
  });
});

describe('features with keys', () => {
  test('are read by key without building the map', () => {
    const compiled = compileExpression(
      "views_of_product['a'] + views_of_product.b + views_of_product[traits.k]",
      namesWith(),
    );
    if (!compiled.ok) return expect.fail();
    const scope = scopeOf({
      features: { views_of_product: { a: 1, b: 2, c: 4 } },
      traits: { k: 'c' },
    });
    expect(compiled.run(scope)).toBe(7);
    expect(scope.calls).toEqual(['featureAt', 'featureAt', 'featureAt']);
  });

  test('are maps of their keys as a whole', () => {
    const data = { features: { views_of_product: { a: 1, b: 5 } } };
    expect(evaluate("'a' in views_of_product", data)).toBe(true);
    expect(evaluate('views_of_product.exists(k, views_of_product[k] > 4)', data)).toBe(true);
    expect(evaluate('views_of_product.all(k, views_of_product[k] > 4)', data)).toBe(false);
    expect(evaluate('size(views_of_product)', data)).toBe(2);
  });

  test('take numbers and booleans as the keys they are written as', () => {
    const data = { features: { views_of_product: { 7: 3, true: 2 } }, traits: { k: 7, t: true } };
    expect(evaluate('views_of_product[traits.k] + views_of_product[traits.t]', data)).toBe(5);
  });
});

describe('macros', () => {
  test('nest, and see the outer variable', () => {
    const data = traits({ carts: [{ items: [{ p: 5 }, { p: 50 }] }, { items: [] }] });
    expect(
      evaluate('traits.carts.exists(c, c.items.exists(i, i.p > 40 && size(c.items) == 2))', data),
    ).toBe(true);
    expect(evaluate('[1, 2].map(x, [10, 20].map(y, x * y))')).toEqual([
      [10, 20],
      [20, 40],
    ]);
    expect(evaluate('[1, 2, 3].filter(x, x > 1).map(x, x > 2, x * 2)')).toEqual([6]);
    expect(evaluate('[1, 2, 3].exists_one(x, x > 2)')).toBe(true);
  });

  test('a variable hides a feature of its name', () => {
    expect(evaluate('[1].map(orders, orders + 1)', { features: { orders: 100 } })).toEqual([2]);
  });

  test('do not go over lists of more than 1,000', () => {
    const list = (n: number): ScopeData => traits({ x: Array.from({ length: n }, (_, i) => i) });
    expect(evaluate('traits.x.all(i, i >= 0)', list(1000))).toBe(true);
    expect(evaluate('traits.x.all(i, i >= 0)', list(1001))).toBeUndefined();
    expect(evaluate('size((traits.x + [1]))', list(1000))).toBeUndefined();
  });

  test('take 10,000 steps together at most', () => {
    const data = traits({ x: Array.from({ length: 500 }, (_, i) => i) });
    const source = 'traits.x.exists(a, traits.x.exists(b, traits.x.exists(c, a + b + c < 0)))';
    expect(evaluate(source, data)).toBeUndefined();
    expect(evaluate('traits.x.exists(a, [1, 2, 3].exists(b, a == 499 && b == 3))', data)).toBe(
      true,
    );
  });
});

describe('what an expression reads', () => {
  test('is told', () => {
    const compiled = compileExpression(
      "segment.lapsed && known(traits.a) || consent.marketing && before.orders > 1 && since(last_order) > duration('1d')",
      namesWith(),
    );
    if (!compiled.ok) return expect.fail();
    expect(compiled.type).toBe('bool');
    expect(compiled.reads).toEqual({
      featureSlots: [0, 4],
      segmentIndexes: [1],
      traits: true,
      consent: true,
      event: false,
      before: true,
      now: true,
      trigger: false,
    });
  });

  test('is nothing for a constant', () => {
    const compiled = compileExpression("(1 + 2) * 3 > 8 ? 'a' : 'b'", namesWith());
    expect(compiled).toMatchObject({ ok: true, constant: 'a', reads: { featureSlots: [] } });
  });
});
