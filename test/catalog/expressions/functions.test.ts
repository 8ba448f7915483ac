import { describe, expect, test } from 'vitest';
import { bucket } from '../../../src/model/hash.ts';
import { Instant, Span, type Value } from '../../../src/model/value.ts';
import { evaluate, faultsOf, NOW, namesWith, type ScopeData } from './scopes.ts';

const at = (text: string): Instant => new Instant(Date.parse(text));
const traits = (values: Record<string, Value>): ScopeData => ({ traits: values });

describe('times', () => {
  test('since and until take times, ISO texts and dates', () => {
    expect(evaluate("since('2026-11-22T09:00:00Z')")).toEqual(new Span(3_600_000));
    expect(evaluate("until('2026-11-22T09:00:00Z')")).toEqual(new Span(-3_600_000));
    // 2026-11-22 begins in Shanghai at 16:00Z the day before.
    expect(evaluate("since('2026-11-22') == duration('18h')")).toBe(true);
    expect(evaluate("until(traits.ends) > duration('1d')", traits({ ends: '2026-11-24' }))).toBe(
      true,
    );
    expect(
      evaluate('since(event.timestamp)', { event: { timestamp: at('2026-11-22T09:59:59Z') } }),
    ).toEqual(new Span(1000));
  });

  test('a duration is a number and a unit, and they add up', () => {
    const lengths: [string, number][] = [
      ['250ms', 250],
      ['10s', 10_000],
      ['90m', 5_400_000],
      ['2h', 7_200_000],
      ['30d', 2_592_000_000],
      ['2w', 1_209_600_000],
      ['1h30m', 5_400_000],
      ['1.5h', 5_400_000],
      ['-5m', -300_000],
      ['0', 0],
    ];
    for (const [text, ms] of lengths) {
      expect(evaluate(`duration('${text}')`)).toEqual(new Span(ms));
    }
    expect(evaluate('duration(traits.x)', traits({ x: '1d' }))).toEqual(new Span(86_400_000));
    expect(evaluate('duration(traits.x)', traits({ x: 'soon' }))).toBeUndefined();
  });

  test.each(['30', '30 d', '30D', 'd', '', '1y', '1d2', 'd30', '--1d', '30d '])(
    'the literal %j is no duration',
    (text) => {
      expect(faultsOf(`since(last_order) > duration('${text}')`)[0]?.message).toMatch(
        'no duration',
      );
    },
  );

  test('a bad time literal is a fault', () => {
    expect(faultsOf("timestamp('2026-02-30')")[0]?.message).toMatch('no time');
    expect(faultsOf("age('yesterday')")[0]?.message).toMatch('no time');
    expect(faultsOf("since('tomorrow')")[0]).toMatchObject({ offset: 6, length: 10 });
  });

  test('date is the local midnight, hour and weekday are local', () => {
    expect(evaluate('date(now)')).toEqual(at('2026-11-21T16:00:00Z'));
    expect(evaluate("date('2026-11-22') == date(now)")).toBe(true);
    expect(evaluate("date('2026-11-21T16:00:00Z') == date(now)")).toBe(true);
    expect(evaluate('hour(now)')).toBe(18);
    expect(evaluate('weekday(now)')).toBe(7);
    expect(evaluate("weekday('2026-11-22T16:00:00Z')")).toBe(1);
    expect(evaluate('hour(now)', {}, namesWith({ timezone: 'America/New_York' }))).toBe(5);
  });

  test('age counts whole years on the local calendar', () => {
    expect(evaluate('age(traits.b)', traits({ b: '1990-11-22' }))).toBe(36);
    expect(evaluate('age(traits.b)', traits({ b: '1990-11-23' }))).toBe(35);
    // 17:00Z is already the 23rd in Shanghai.
    expect(
      evaluate('age(traits.b)', { ...traits({ b: '1990-11-23' }), nowMs: NOW + 7 * 3_600_000 }),
    ).toBe(36);
    expect(evaluate('age(traits.b)', traits({ b: '1990-11-23T00:00:00+08:00' }))).toBe(35);
    expect(evaluate('age(traits.b)', traits({ b: '2030-01-01' }))).toBeUndefined();
    expect(evaluate('age(traits.b)', traits({ b: 1990 }))).toBeUndefined();
  });

  test('times and durations add, subtract and compare', () => {
    expect(evaluate("now + duration('1h')")).toEqual(at('2026-11-22T11:00:00Z'));
    expect(evaluate("now - timestamp('2026-11-22T09:00:00Z') == duration('1h')")).toBe(true);
    expect(evaluate("timestamp('2026-11-22T18:00:00+08:00') == now")).toBe(true);
    expect(evaluate('traits.until > now', traits({ until: '2026-11-23' }))).toBe(true);
    expect(evaluate('timestamp(traits.t) == now', traits({ t: NOW / 1000 }))).toBe(true);
    expect(evaluate("now + duration('500000w')")).toBeUndefined();
  });

  test('accessors are in UTC unless a zone is given', () => {
    expect(evaluate('now.getHours()')).toBe(10);
    expect(evaluate("now.getHours('Asia/Shanghai')")).toBe(18);
    expect(evaluate("now.getHours('-02:00')")).toBe(8);
    expect(evaluate('now.getDayOfWeek()')).toBe(0);
    expect(evaluate("duration('90m').getMinutes()")).toBe(90);
    expect(faultsOf("now.getHours('Mars/Base')")[0]?.message).toMatch('no time zone');
    expect(faultsOf("duration('1h').getFullYear()")).toHaveLength(1);
  });
});

describe('questions', () => {
  test('or takes the default for absent and null', () => {
    expect(evaluate("or(traits.x, 'd')")).toBe('d');
    expect(evaluate("or(traits.x, 'd')", traits({ x: null }))).toBe('d');
    expect(evaluate("or(traits.x, 'd')", traits({ x: '' }))).toBe('');
    expect(evaluate('or(traits.x, traits.y)', traits({ y: 1 }))).toBe(1);
    expect(evaluate('or(traits.x / 0, 5)', traits({ x: 1 }))).toBe(5);
  });

  test('known tells what is there, of anything', () => {
    expect(evaluate('known(traits.x)')).toBe(false);
    expect(evaluate('known(traits.x)', traits({ x: false }))).toBe(true);
    expect(evaluate('known(traits.x)', traits({ x: null }))).toBe(false);
    expect(evaluate('known(last_order)')).toBe(false);
    expect(evaluate('known(event.properties.x)')).toBe(false);
    expect(evaluate("known(brand_of_type['x'])")).toBe(false);
    expect(evaluate('known(before.last_order)')).toBe(false);
    expect(evaluate('known(segment.vip)')).toBe(true);
  });

  test('has asks for one key of something that is there', () => {
    expect(evaluate('has(traits.x)', traits({ x: 1 }))).toBe(true);
    expect(evaluate('has(traits.x)')).toBe(false);
    expect(evaluate('has(traits.a.b)', traits({ a: {} }))).toBe(false);
    expect(evaluate('has(traits.a.b)')).toBeUndefined();
    expect(evaluate('has(event.properties.x)', { event: { properties: { x: 1 } } })).toBe(true);
    expect(evaluate('has(event.properties.x)', { event: { properties: {} } })).toBe(false);
    expect(evaluate('has(context.x)', { context: { x: null } })).toBe(false);
    expect(evaluate('has(category_affinity.phone)')).toBe(false);
    expect(
      evaluate('has(category_affinity.phone)', { features: { category_affinity: { phone: 1 } } }),
    ).toBe(true);
    expect(faultsOf('has(orders)')[0]?.suggestion).toBe('known');
    expect(faultsOf('has(traits[orders])')).toHaveLength(1);
  });

  test('top is the largest key', () => {
    expect(evaluate('top(bought_category)', { features: { bought_category: { a: 1 } } })).toBe('a');
    expect(evaluate('top(bought_category)')).toBeUndefined();
    expect(
      evaluate('top(before.bought_category)', {
        before: { features: { bought_category: { b: 1 } } },
      }),
    ).toBe('b');
    expect(faultsOf('top(orders)')[0]?.message).toMatch('"by"');
    expect(faultsOf('top(traits.x)')).toHaveLength(1);
  });

  test('bucket is the hash of salt and customer', () => {
    expect(evaluate("bucket('exp1', 100)")).toBe(bucket('exp1', 'c1', 100));
    expect(faultsOf("bucket('exp1', 0)")).toHaveLength(1);
    expect(faultsOf("bucket('exp1', 2.5)")).toHaveLength(1);
    expect(evaluate("bucket('exp1', traits.n)", traits({ n: 0 }))).toBeUndefined();
  });

  test('in_holdout takes the name of a placement', () => {
    expect(typeof evaluate("in_holdout('web_popup')")).toBe('boolean');
    expect(evaluate('in_holdout(web_popup)')).toBe(evaluate("in_holdout('web_popup')"));
    expect(faultsOf("in_holdout('web_popop')")[0]?.suggestion).toBe('web_popup');
    expect(faultsOf('in_holdout(traits.x)')).toHaveLength(1);
  });
});

describe('texts', () => {
  test('matches finds RE2 patterns anywhere', () => {
    expect(evaluate("'hello'.matches('l+')")).toBe(true);
    expect(evaluate("'hello'.matches('^l')")).toBe(false);
    expect(evaluate("matches('hello', 'o$')")).toBe(true);
    expect(evaluate('traits.a.matches(traits.b)', traits({ a: 'x1', b: '\\d' }))).toBe(true);
    expect(evaluate('traits.a.matches(traits.b)', traits({ a: 'x1', b: '(' }))).toBeUndefined();
    expect(faultsOf("'x'.matches('(')")[0]?.message).toMatch('RE2');
    // No backreferences, so no backtracking.
    expect(faultsOf(String.raw`'x'.matches(r'(a)\1')`)).toHaveLength(1);
  });

  test('a pattern that stops a backtracking engine does not stop this one', () => {
    expect(evaluate(`'${'a'.repeat(3000)}!'.matches('^(a+)+$')`)).toBe(false);
    expect(
      evaluate('traits.t.matches(traits.p)', traits({ t: `${'a'.repeat(9000)}!`, p: '^(a+)+$' })),
    ).toBe(false);
  });

  test('size counts code points, elements and entries', () => {
    expect(evaluate("size('a😀')")).toBe(2);
    expect(evaluate('recent_products.size()', { features: { recent_products: ['a', 'b'] } })).toBe(
      2,
    );
    expect(evaluate('size(traits.x)', traits({ x: { a: 1 } }))).toBe(1);
    expect(evaluate('size(traits.x)', traits({ x: 5 }))).toBeUndefined();
  });

  test('contains, startsWith and endsWith', () => {
    expect(evaluate("'product'.contains('odu')")).toBe(true);
    expect(evaluate("traits.p.startsWith('138')", traits({ p: '13800000000' }))).toBe(true);
    expect(evaluate("traits.p.endsWith('x')", traits({ p: 5 }))).toBeUndefined();
  });

  test('casts', () => {
    expect(evaluate("int('42') + int(3.9) + int(-3.9)")).toBe(42);
    expect(evaluate("double('1e3')")).toBe(1000);
    expect(evaluate('double(traits.x)', traits({ x: '12abc' }))).toBeUndefined();
    expect(evaluate('string(5) + string(true) + string(1.5)')).toBe('5true1.5');
    expect(evaluate('string(now)')).toBe('2026-11-22T10:00:00Z');
    expect(evaluate("bool('true') && !bool('false')")).toBe(true);
    expect(evaluate('bool(traits.x)', traits({ x: 'maybe' }))).toBeUndefined();
    expect(evaluate('int(now)')).toBe(NOW / 1000);
  });
});
