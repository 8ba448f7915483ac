import { describe, expect, test } from 'vitest';
import { compileCondition } from '../../../src/catalog/expressions/compile.ts';
import { faultsOf, namesWith } from './scopes.ts';

describe('misspelt names', () => {
  test.each([
    ['ordres > 1', 'orders'],
    ['segmnt.vip', 'segment'],
    ['segment.vpi', 'vip'],
    ['vip', 'segment.vip'],
    ['before.last_ordr == now', 'last_order'],
    ['before.segment.vpi', 'vip'],
    ['consent.marketting', 'marketing'],
    ['event.propertys.x', 'properties'],
    ['event.category', 'properties.category'],
    ["snce(last_order) > duration('1d')", 'since'],
    ["'a'.startWith('b')", 'startsWith'],
    ["in_holdout('app_hom')", 'app_home'],
    ["segment.lifecycle == 'loyl'", 'loyal'],
    ["'loyl' == segment.lifecycle", 'loyal'],
    ["segment.lifecycle in ['new', 'loyl']", 'loyal'],
    ["before.segment.lifecycle != 'atrisk'", 'at_risk'],
    ['firing.keys', 'key'],
    ["traits.x = 'a'", '=='],
    ['orders > 1 and orders < 3', '&&'],
    ['orders > 1 or orders < 3', '||'],
    ['not segment.vip', '!'],
    ['coalesce(traits.x, 1) > 0', 'or'],
    ['veiws_of_product["a"] > 1', 'views_of_product'],
  ])('%s suggests %s', (source, suggestion) => {
    expect(faultsOf(source).map((fault) => fault.suggestion)).toEqual([suggestion]);
  });

  test('nothing is suggested for what is like nothing', () => {
    expect(faultsOf('xylophone > 1')[0]?.suggestion).toBeNull();
  });

  test('a fault says where', () => {
    const source = 'orders > 1 && segment.vpi';
    expect(faultsOf(source)).toEqual([
      { offset: 22, length: 3, message: 'There is no segment "vpi"', suggestion: 'vip' },
    ]);
  });

  test('all faults are told at once, each once', () => {
    const faults = faultsOf(
      "ordres > 1 && segment.vpi && since(orders) > duration('x') && ordres < 5",
    );
    expect(faults.map((fault) => fault.offset)).toEqual([0, 22, 35, 54, 62]);
  });
});

describe('types', () => {
  test.each([
    "orders > 'x'",
    "orders == 'x'",
    'since(orders)',
    'age(orders)',
    'since(last_order) > 30',
    "last_order > '2026-01-01'",
    'orders && true',
    '!orders',
    'orders ? 1 : 2',
    "orders + 'x'",
    '-last_order',
    '5.5 % 2',
    'orders.x',
    'last_order.x',
    'orders[0]',
    "recent_products['a']",
    "'a' in orders",
    "orders in ['a', 'b']",
    'recent_products > 1',
    'segment.vip > 1',
    'segment.lifecycle && true',
    'segment.lifecycle.loyal',
    'orders.contains("a")',
    "'abc'.contains(orders)",
    'hour(orders)',
    'size(orders)',
    'orders.exists(x, x > 1)',
    '[1].exists(x, x)',
    '[1].all(1, true)',
    '[1].all(x)',
    'known()',
    'or(orders)',
    'since(last_order, now)',
    'segment',
    'consent',
    'before',
    'firing',
    "b'bytes'",
    'views_of_product > 1',
    'views_of_product[now]',
    "{'a': 1, 'a': 2}",
    'contains("a", "b")',
    'orders.since()',
    'now.getHours(traits.zone)',
    'uint(5)',
    'type(5)',
    'x.y.z',
    'consent[traits.x]',
    'segment[traits.x]',
  ])('%s is refused', (source) => {
    expect(faultsOf(source)).toHaveLength(1);
  });

  test('a condition is true or false', () => {
    for (const source of ['orders', "'text'", 'since(last_order)', 'segment.lifecycle', '[true]']) {
      expect(compileCondition(source, namesWith())).toMatchObject({ ok: false });
    }
    for (const source of ['traits.subscribed', 'orders > 1', 'consent.marketing', 'true']) {
      expect(compileCondition(source, namesWith())).toMatchObject({ ok: true });
    }
  });
});

describe('what is in scope', () => {
  test('no event, no before, no firing where there is none', () => {
    const names = namesWith({ event: false, before: false, firing: false });
    expect(faultsOf("event.properties.x == 'a'", names)[0]?.message).toMatch('no event');
    expect(faultsOf('before.orders > 1', names)[0]?.message).toMatch('triggers');
    expect(faultsOf("firing.key == 'a'", names)[0]?.message).toMatch('no firing');
  });

  test('what belongs to the event is proposed with its root', () => {
    expect(faultsOf("properties.x == 'a'")[0]?.suggestion).toBe('event.properties');
    expect(faultsOf('since(timestamp)')[0]?.suggestion).toBe('event.timestamp');
  });
});

describe('syntax', () => {
  test.each([
    '',
    '  ',
    '1 +',
    '(1',
    'a b',
    "'open",
    'true ||',
    '{',
    '[1,',
    'x ? y',
    '&& a',
    '1 === 1',
  ])('%j is refused', (source) => {
    expect(faultsOf(source)).toHaveLength(1);
  });

  test('messages are in words', () => {
    expect(faultsOf('(1 > 0')[0]?.message).toBe('Expected ")", got the end');
  });

  test('too long and too deep is refused', () => {
    expect(faultsOf(`true || ${'a'.repeat(4096)}`)[0]?.message).toMatch('4096');
    for (const source of ['!'.repeat(4000), '-'.repeat(4000), '('.repeat(4000), '['.repeat(4000)]) {
      expect(faultsOf(`${source}true`).length).toBeGreaterThan(0);
    }
    expect(faultsOf(`1${'+1'.repeat(1000)} == 1`)[0]?.message).toMatch('deep');
    expect(faultsOf(`traits${'.a'.repeat(1000)}`).length).toBeGreaterThan(0);
  });

  test('long chains of && and || are no depth', () => {
    const source = `true${' && true'.repeat(500)}`;
    expect(compileCondition(source, namesWith())).toMatchObject({ ok: true });
  });
});
