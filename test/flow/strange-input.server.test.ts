// What is accepted, however strange, is in history once and spoils nothing: no row is refused by a
// table, and the next good event is there as ever.

import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../src/model/json.ts';
import { query } from '../support/history-rows.ts';
import type { ProfferProcess } from '../support/proffer-process.ts';
import { type Random, seeded, testSeed } from '../support/seeded.ts';
import { type HostileService, startHostileService } from './hostile-service.ts';
import { STRANGE } from './strange-properties.ts';

const SEED = testSeed();
let service: HostileService;
let proffer: ProfferProcess;
let post: HostileService['post'];
beforeAll(async () => {
  service = await startHostileService();
  ({ proffer, post } = service);
});
afterAll(() => service?.stop());

it('takes every strange but allowed event once, in every part of it', async () => {
  for (const [i, [name, text]] of STRANGE.entries()) {
    const id = `strange-${i}`;
    const bodies = [
      ['/v1/track', `{"userId":"${id}","messageId":"p","event":"Strange","properties":${text}}`],
      ['/v1/track', `{"userId":"${id}","messageId":"c","event":"Strange","context":${text}}`],
      ['/v1/identify', `{"userId":"${id}","messageId":"t","traits":${text}}`],
      ['/v1/group', `{"userId":"${id}","messageId":"g","groupId":"g","traits":${text}}`],
      ['/v1/decide', `{"userId":"${id}","messageId":"d","placements":["slot"],"context":${text}}`],
    ] as const;
    for (const [path, body] of bodies) {
      const { status, json } = await post(path, body);
      expect([name, path, status, json.error]).toEqual([name, path, 200, undefined]);
    }
  }
  await service.expectSound();
  const events = await query<{ n: number; u: number }>(
    proffer,
    `SELECT toUInt32(count()) AS n, toUInt32(uniqExact(customer_id, message_id)) AS u FROM events
     WHERE startsWith(customer_id, 'strange-')`,
  );
  expect(events).toEqual([{ n: STRANGE.length * 4, u: STRANGE.length * 4 }]);
});

it('tells ids beyond 2^53 apart, from the body to the tables', async () => {
  const ids = ['1610521604143693812', '1610521604143693813', '1610521604143693814'] as const;
  const view = (userId: string, id: string, more = '') =>
    `{"type":"track","userId":${userId},"event":"Product Viewed","properties":{"product_id":${id}}${more}}`;
  const decided = async (path: string, body: string | Uint8Array, headers = {}) => {
    const { status, json } = await post(path, body, headers);
    expect([status, json.error]).toEqual([200, undefined]);
    const results = json.results ?? [json];
    return results.flatMap((result: { decisions: object[] }) => result.decisions);
  };
  // A view of each of three is no three views of one; by whatever way they come.
  for (const id of ids) expect(await decided('/v1/track', view('"long"', id))).toEqual([]);
  const batch = (events: readonly string[]) => `{"batch":[${events.join(',')}]}`;
  const packed = gzipSync(batch(ids.map((id) => view('"long"', id))));
  expect(await decided('/v1/batch', packed, { 'content-encoding': 'gzip' })).toEqual([]);
  const third = await decided(
    '/v1/import',
    batch([view('"long"', ids[1], ',"messageId":"third"')]),
  );
  expect(third).toMatchObject([
    { offers: [{ treatment: { product: ids[1], title: `#${ids[1]}` } }] },
  ]);
  // As text it is the same id: it has its cooldown, and the others do not.
  expect(await decided('/v1/track', view('"long"', `"${ids[1]}"`))).toEqual([]);
  expect(await decided('/v1/track', view('"long"', ids[2]))).toHaveLength(1);

  // Of a customer, too.
  const [customer, neighbour] = ['9007199254740993', '9007199254740994'];
  const traits = `{"loyalty":${ids[0]},"nested":{"ids":[${ids[1]},7]}}`;
  await decided('/v1/identify', `{"userId":${customer},"traits":${traits}}`);
  await decided('/v1/track', view(customer!, ids[0], `,"context":{"store":${ids[2]}}`));
  await decided(
    '/v1/decide',
    `{"userId":${neighbour},"placements":["slot"],"context":{"n":${ids[0]}}}`,
  );
  const refused = `{"type":"track","userId":${customer},"event":"Typed","properties":{"id":${ids[0]},"n":1}}`;
  const [result] = (await post('/v1/batch', batch([refused]))).json.results;
  expect(result.error).toMatchObject({ code: 'invalid_event', path: 'batch[0].properties.id' });
  await decided('/v1/track', refused.replace(`"id":${ids[0]},"n":1`, `"id":"i","n":${ids[0]}`));

  const known = async (id: string) => {
    const { adminKey: key } = proffer;
    const { body } = await proffer.request('GET', `/v1/customers/${id}`, { key });
    // biome-ignore lint/suspicious/noExplicitAny: an answer of any shape
    return body as any;
  };
  expect((await known('long')).features).toMatchObject({
    views_of_product: { [ids[0]]: 2, [ids[1]]: 4, [ids[2]]: 3 },
    viewed: [ids[2], ids[1], ids[0]],
  });
  expect(await known(customer!)).toMatchObject({
    customerId: customer,
    traits: { loyalty: ids[0], nested: { ids: [ids[1], 7] } },
  });

  await service.expectSound();
  const rows = await query<{ id: string; n: number }>(
    proffer,
    `SELECT properties.product_id::String AS id, toUInt32(count()) AS n FROM events
     WHERE customer_id = 'long' GROUP BY id ORDER BY id`,
  );
  expect(rows).toEqual([
    { id: ids[0], n: 2 },
    { id: ids[1], n: 4 },
    { id: ids[2], n: 3 },
  ]);
  const [event] = await query(
    proffer,
    `SELECT dynamicType(properties.product_id) AS type, context.store::String AS store,
       (SELECT traits.loyalty::String FROM customers WHERE customer_id = '${customer}') AS loyalty,
       (SELECT groupArray(key) FROM (SELECT key FROM firings WHERE trigger = 'keen' ORDER BY key)) AS keys,
       (SELECT body FROM rejected WHERE customer_id = '${customer}') AS refused,
       (SELECT inputs.n::String FROM decisions WHERE customer_id = '${neighbour}') AS input
     FROM events WHERE customer_id = '${customer}' AND event = 'Product Viewed'`,
  );
  expect(event).toMatchObject({ type: 'String', store: ids[2], loyalty: ids[0] });
  const kept = refused.replace(customer!, `"${customer}"`);
  expect(event).toMatchObject({ keys: [ids[1], ids[2]], refused: kept, input: ids[0] });
});

it('keeps customers in history whose traits spell one path in two ways, one after the other', async () => {
  const steps: readonly JsonObject[] = [
    { address: { city: 'x' } },
    { 'address.city': 'y' },
    { address: 'z' },
    { address: { city: { name: 'w' } }, 'address.': 1, '': { '': 1 } },
    { tier: 'gold' },
  ];
  for (const traits of steps) {
    expect((await post('/v1/identify', { userId: 'traits', traits })).status).toBe(200);
  }
  await service.expectSound();
  const [row] = await query<{ traits: JsonObject }>(
    proffer,
    `SELECT traits FROM customers WHERE customer_id = 'traits'`,
  );
  expect(row?.traits).toMatchObject({ tier: 'gold' });
});

it('takes the same paths with ever other types, whatever they are', async () => {
  const random = seeded(SEED);
  for (let round = 0; round < 8; round++) {
    const batch = Array.from({ length: 60 }, (_, i) => ({
      type: random.pick(['track', 'page', 'screen']),
      event: random.pick(['Strange', 'E']),
      userId: `drift-${random.below(20)}`,
      messageId: `d${round}-${i}`,
      properties: randomObject(random, 3),
      context: randomObject(random, 2),
    }));
    batch.push({ ...batch[0]!, type: 'identify', messageId: `i${round}`, ...traitsOf(random) });
    const { status, json } = await post('/v1/batch', { batch });
    expect(status).toBe(200);
    for (const [i, result] of json.results.entries()) {
      const code = result.error?.code;
      // Random keys may clash; nothing else may be wrong with them.
      if (code !== undefined)
        expect([batch[i], result.error.message]).toEqual([
          batch[i],
          expect.stringContaining('key with dots'),
        ]);
    }
  }
  await service.expectSound();
});

const traitsOf = (random: Random) => ({ traits: randomObject(random, 3) });

function randomObject(random: Random, depth: number): JsonObject {
  const object: JsonObject = {};
  for (let n = random.below(5); n > 0; n--) {
    object[random.pick(['a', 'b', 'c', 'key', 'value', 'a.b', '', '.', '😀', 'type'])] =
      randomValue(random, depth - 1);
  }
  return object;
}

function randomValue(random: Random, depth: number): JsonValue {
  const kind = random.below(depth > 0 ? 9 : 7);
  switch (kind) {
    case 0:
      return random.pick([0, -1, 1.5, 2 ** 53, 2 ** 63, 2 ** 64, -(2 ** 63), 1e300, 5e-324]);
    case 1:
      return random.pick([
        '',
        'x',
        '1',
        'true',
        '2026-01-01',
        '2026-01-01T00:00:00Z',
        '\u0000',
        '😀',
      ]);
    case 2:
      return random() < 0.5;
    case 3:
      return null;
    case 4:
      return [];
    case 5:
      return [1, 'x', null];
    case 6:
      return random.below(1_000);
    case 7:
      return Array.from({ length: random.below(4) }, () => randomValue(random, depth - 1));
    default:
      return randomObject(random, depth);
  }
}
