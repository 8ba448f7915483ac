// What PUT /v1/items makes of its body.

import { expect, it } from 'vitest';
import { readItems, shownItem } from '../../src/gateway/item-reader.ts';
import { parseBody } from '../../src/gateway/json-body.ts';
import { ITEM_ID_BYTES_MAX } from '../../src/model/item.ts';
import { itemOf } from '../support/items.ts';

const read = (text: string) =>
  readItems(parseBody(text, Buffer.from(text)) as never, text) as never as Record<string, unknown>;
const one = (more: object) => read(JSON.stringify({ items: [{ itemId: 'ok' }, more] }));

it('reads every field, and shows it as it was put', () => {
  const put = {
    ...{ itemId: 'p1', name: 'T恤', category: 'tops', brand: 'b', price: 12.5, inStock: false },
    ...{ tags: ['new'], accessories: ['p2'], properties: { colour: 'red' } },
    ...{ starts: '2026-11-01T00:00:00.000Z', ends: '2026-12-01T00:00:00.000Z' },
  };
  const items = one(put) as never as ReturnType<typeof itemOf>[];
  expect(items[1]).toEqual(
    itemOf('p1', {
      ...{ name: 'T恤', category: 'tops', brand: 'b', price: 12.5, inStock: false },
      ...{ tags: ['new'], accessories: ['p2'], properties: { colour: 'red' } },
      ...{ startsAtMs: Date.UTC(2026, 10, 1), endsAtMs: Date.UTC(2026, 11, 1) },
    }),
  );
  expect(shownItem(items[1]!)).toEqual(put);
  expect(shownItem(items[0]!)).toEqual({ itemId: 'ok', inStock: true });
});

it('takes null as absent, numbers as ids, any text as an id, and the last of two', () => {
  expect(one({ itemId: 'p', name: null, price: null, inStock: null, tags: null })).toEqual([
    itemOf('ok'),
    itemOf('p'),
  ]);
  const ids =
    '[{"itemId":7},{"itemId":12345678901234567890},{"itemId":"__proto__"},{"itemId":"🛍/%2F"}]';
  const items = read(`{"items":${ids}}`) as never as { itemId: string }[];
  expect(items.map(({ itemId }) => itemId)).toEqual([
    ...['7', '12345678901234567890', '__proto__', '🛍/%2F'],
  ]);
  expect(one({ itemId: 'ok', price: 3 })).toEqual([itemOf('ok', { price: 3 })]);
  const long = read('{"items":[{"itemId":"a","properties":{"n":12345678901234567890,"l":[]}}]}');
  expect(long).toEqual([itemOf('a', { properties: { n: '12345678901234567890', l: [] } })]);
  expect(read('{"items":[]}')).toEqual([]);
});

it.each([
  [{}, 'items[1].itemId', 'is required'],
  [{ itemId: '' }, 'items[1].itemId', 'must not be empty'],
  [{ itemId: ['a'] }, 'items[1].itemId', 'must be a string'],
  [{ itemId: 'é'.repeat(129) }, 'items[1].itemId', `${ITEM_ID_BYTES_MAX} bytes`],
  [{ itemId: 'x'.repeat(10_240) }, 'items[1].itemId', `${ITEM_ID_BYTES_MAX} bytes`],
  [{ itemId: 'a', price: '12' }, 'items[1].price', 'must be a number'],
  [{ itemId: 'a', price: -1 }, 'items[1].price', 'at least 0'],
  [{ itemId: 'a', inStock: 'no' }, 'items[1].inStock', 'true or false'],
  [{ itemId: 'a', tags: 'new' }, 'items[1].tags', 'must be a list'],
  [{ itemId: 'a', tags: ['b', 7] }, 'items[1].tags[1]', 'must be a string'],
  [{ itemId: 'a', accessories: ['b', ''] }, 'items[1].accessories[1]', 'must not be empty'],
  [{ itemId: 'a', starts: 'soon' }, 'items[1].starts', 'ISO 8601'],
  [
    { itemId: 'a', starts: '2026-12-01T00:00:00Z', ends: '2026-12-01T00:00:00Z' },
    ...['items[1].ends', 'after `starts`'],
  ],
  [{ itemId: 'a', properties: 'x' }, 'items[1].properties', ''],
  [{ itemId: 'a', colour: 'red' }, 'items[1].colour', '`properties`'],
  [{ itemId: 'a', properties: { t: 'x'.repeat(9_000) } }, 'items[1]', '8192 bytes'],
] as [object, string, string][])('refuses %j', (more, path, message) => {
  const refused = one(more);
  expect(refused).toMatchObject({ kind: 'fault', code: 'invalid_request', path });
  expect(refused.message).toContain(message);
});

it.each([
  ['{}', 'items'],
  ['{"items":{}}', 'items'],
  ['{"items":["p1"]}', 'items[0]'],
  [
    JSON.stringify({ items: Array.from({ length: 501 }, (_, i) => ({ itemId: `p${i}` })) }),
    'items',
  ],
])('refuses the body %.40s', (text, path) => {
  expect(read(text)).toMatchObject({ kind: 'fault', code: 'invalid_request', path });
});
