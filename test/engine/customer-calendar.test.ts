import { describe, expect, it } from 'vitest';
import { traitAt } from '../../src/engine/trait-at.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { valid } from '../catalog/compile.ts';
import { Customer } from './support/customer.ts';

const CATALOG = `catalog: t
timezone: Asia/Shanghai
placements: { home: {} }
offers: { today: { expires: end_of_day, treatments: { home: {} } } }
`;

/** When the day of a customer ends, asked at 10:00 in Shanghai. */
function endOfDay(traits: JsonObject, header = 'customer_timezone: traits.home.tz\n'): string {
  const customer = new Customer(valid(CATALOG + header));
  customer.identify(traits);
  const { expiresAtMs } = customer.decide(['home']).decisions[0]!.offers[0]!;
  return new Date(expiresAtMs!).toISOString();
}

describe('a customer’s own timezone', () => {
  it.each([
    ['ahead', { home: { tz: 'Pacific/Auckland' } }, '2026-11-22T11:00:00.000Z'],
    [
      'behind, where it is still yesterday',
      { home: { tz: 'america/new_york' } },
      '2026-11-22T05:00:00.000Z',
    ],
    ['with no such name', { home: { tz: 'Mars/Phobos' } }, '2026-11-22T16:00:00.000Z'],
    ['with a number', { home: { tz: 8 } }, '2026-11-22T16:00:00.000Z'],
    ['with a text in the place of a map', { home: 'UTC' }, '2026-11-22T16:00:00.000Z'],
    ['with none', {}, '2026-11-22T16:00:00.000Z'],
  ])('%s ends their day', (_, traits, end) => {
    expect(endOfDay(traits as JsonObject)).toBe(end);
  });

  it('counts only where the catalog says where it is', () => {
    const traits = { home: { tz: 'Pacific/Auckland' } };
    expect(endOfDay(traits, '')).toBe('2026-11-22T16:00:00.000Z');
  });
});

it('walks traits by their own keys alone', () => {
  const customer = new Customer(valid(CATALOG));
  customer.identify({ a: { b: { c: 1 } }, list: [1], n: null });
  const at = (...keys: readonly string[]) =>
    traitAt(customer.state, {
      ...{ root: 'traits', text: '' },
      steps: keys.map((key) => ({ key, each: false })),
    });
  expect(at('a', 'b', 'c')).toBe(1);
  for (const keys of [
    ['x'],
    ['n'],
    ['a', 'x'],
    ['a', 'constructor'],
    ['list', '0'],
    ['a', 'b', 'c', 'd'],
  ]) {
    expect(at(...keys)).toBeUndefined();
  }
});
