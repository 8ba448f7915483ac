import { describe, expect, it } from 'vitest';
import type { CustomerEvent } from '../../src/model/event.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { onlyFault, valid } from './compile.ts';

const { events } = valid(`catalog: t
events:
  Order Completed:
    properties:
      order_id: string!
      total: number!
      gift: boolean
      at: time
      products: list
      address: map
      address.city: string
  Anything Goes:
  Also This: { properties: }
  $identify: { properties: { email: string! } }
`);

function eventOf(properties: JsonObject, name = 'Order Completed'): CustomerEvent {
  return {
    ...{ type: 'track', name, messageId: 'm', customerId: 'u', userId: 'u', anonymousId: null },
    ...{ timestampMs: 0, receivedAtMs: 0, properties, traits: {}, context: {}, label: name },
  };
}

function check(properties: JsonObject, name = 'Order Completed') {
  return events.get(name)!(eventOf(properties, name));
}

const good = { order_id: 'o1', total: 5 };

describe('what an event must carry', () => {
  it('lets events through that carry it, and more', () => {
    expect(check({ ...good, coupon: 'X' })).toBeNull();
    expect(check({ ...good, gift: false, products: [], address: { city: 'Bern' } })).toBeNull();
    // PHP's empty map.
    expect(check({ ...good, address: [] })).toBeNull();
    expect(check({ x: 1 }, 'Anything Goes')).toBeNull();
    expect(check({ x: 1 }, 'Also This')).toBeNull();
  });

  it.each(['2026-11-22', '2026-11-22T10:00:00Z', '2026-11-22T10:00:00.123+08:00'])(
    'takes %s for a time',
    (at) => expect(check({ ...good, at })).toBeNull(),
  );

  it('holds identify to its traits', () => {
    const identify = (traits: JsonObject) => events.get('$identify')!({ ...eventOf({}), traits });
    expect(identify({ email: 'a@example.org' })).toBeNull();
    expect(identify({ email: 5 })?.path).toBe('traits.email');
  });

  it('takes null for absent', () => {
    expect(check({ ...good, gift: null })).toBeNull();
    expect(check({ ...good, total: null })).toMatchObject({ path: 'properties.total' });
  });

  it.each<[string, JsonObject, string]>([
    ['a missing property', { total: 5 }, 'order_id'],
    ['text for a number', { ...good, total: '5' }, 'total'],
    ['a number for text', { ...good, order_id: 5 }, 'order_id'],
    ['text for true or false', { ...good, gift: 'yes' }, 'gift'],
    ['a day that is none', { ...good, at: '2026-02-30' }, 'at'],
    ['a time in words', { ...good, at: 'yesterday' }, 'at'],
    ['a number for a time', { ...good, at: 1_700_000_000 }, 'at'],
    ['a map for a list', { ...good, products: {} }, 'products'],
    ['a list for a map', { ...good, address: ['x'] }, 'address'],
    ['a wrong type further in', { ...good, address: { city: 5 } }, 'address.city'],
    ['a name that every object has', { ...good, address: {}, gift: {} }, 'gift'],
  ])('refuses %s, naming where', (_, properties, path) => {
    expect(check(properties)?.path).toBe(`properties.${path}`);
    expect(check(properties)?.message).toMatch(/is required|must be/);
  });
});

describe('declarations that no event could satisfy', () => {
  it.each([
    ['"": string', 'found "", expected a property such as total or address.city'],
    ['a..b: string', 'found "a..b", expected a property such as total or address.city'],
    [
      '"products[].price": number!',
      'found "products[].price": what is inside a list is not checked',
    ],
    ['a: string, a.b: string', '"a.b" is inside "a", which is declared as a string'],
    ['a: list!, a.b.c: string', '"a.b.c" is inside "a", which is declared as a list'],
  ])('are refused: %s', (properties, message) => {
    const fault = onlyFault(`catalog: t\nevents:\n  A:\n    properties: { ${properties} }`);
    expect(fault).toMatchObject({ line: 4, message });
  });

  it('among them an event without a name', () => {
    const fault = onlyFault('catalog: t\nevents:\n  "": {}');
    expect(fault).toMatchObject({
      line: 3,
      column: 3,
      message: 'found "", expected an event name',
    });
  });
});
