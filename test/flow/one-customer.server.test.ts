// One person in the browser, on the app, at the till and on the phone, beside the whole service: two
// gateways, history, and what staff and analysts see of it.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { faultsOfAnswer } from '../support/openapi-check.ts';
import { type ProfferProcess, startProffer } from '../support/proffer-process.ts';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

let proffer: ProfferProcess;
beforeAll(async () => {
  proffer = await startProffer({ PROFFER_GATEWAYS: '2' });
});
afterAll(() => proffer?.dispose());

// biome-ignore lint/suspicious/noExplicitAny: answers of any shape
type Json = any;

async function post(path: string, body: object, key = proffer.writeKey): Promise<Json> {
  const { status, body: answer } = await proffer.request('POST', path, { body, key });
  const shown = { status, contentType: 'application/json', json: answer };
  expect(faultsOfAnswer('POST', path, shown)).toEqual([]);
  if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(answer)}`);
  return answer;
}

const look = (who: object, more: object = {}) =>
  post('/v1/track', {
    ...who,
    ...more,
    event: 'Product Viewed',
    properties: { product_id: 'p9', category: 'phone', name: 'P9', price: 699 },
  });

async function customer(name: string): Promise<Json> {
  const path = `/v1/customers/${encodeURIComponent(name)}`;
  return (await proffer.request('GET', path, { key: proffer.adminKey })).body;
}

async function sql(query: string): Promise<string[]> {
  const answer = await fetch(`${proffer.sqlUrl}/`, {
    method: 'POST',
    headers: { 'X-ClickHouse-Key': proffer.adminKey },
    body: query,
  });
  return (await answer.text()).trim().split('\n');
}

/** Beside the service. */
const command = (args: readonly string[]) =>
  spawnSync(process.execPath, [MAIN, ...args], {
    env: { ...process.env, ...proffer.env },
    encoding: 'utf8',
  });

const offersOf = (answer: Json): string[] =>
  answer.decisions.flatMap((decision: Json) => decision.offers.map((o: Json) => o.offerId));

it('is one customer for everybody who asks', async () => {
  await look({ anonymousId: 'browser' });
  await look({ anonymousId: 'browser' });
  const traits = { phone: '138 0013 8000', card: '6230 0001 7', name: 'Chen' };
  await post('/v1/identify', { userId: 'chen', anonymousId: 'browser', traits });
  const third = await look({ userId: 'chen' });
  expect(offersOf(third)).toEqual(['phone_accessories']);
  // The till knows nothing but the card.
  const externalIds = [{ type: 'card', id: '62300001-7' }];
  const scanned = { event: 'Card Scanned', properties: { store_id: 's1' } };
  await post('/v1/track', { ...scanned, context: { channel: 'pos', externalIds } });
  for (const name of ['chen', 'anonymous:browser', 'phone:+86 138-0013-8000', 'card:623000017']) {
    const seen = await customer(name);
    expect([name, seen.customerId]).toEqual([name, 'chen']);
    expect(seen.features.views_of_product).toEqual({ p9: 3 });
    expect(seen.aliases).toEqual(
      expect.arrayContaining(['anonymous:browser', 'phone:+8613800138000', 'card:623000017']),
    );
    expect(seen.merged).toMatchObject([{ from: 'anonymous:browser' }]);
  }
  // What was shown before the login is answered after it, under the old name.
  const { decisionId } = third.decisions[0];
  const clicked = { decisionId, offerId: 'phone_accessories', outcome: 'click' };
  await post('/v1/outcomes', { anonymousId: 'browser', ...clicked });
});

it('is found by the batch that logs in', async () => {
  const viewed = {
    type: 'track',
    event: 'Product Viewed',
    properties: { product_id: 'p9', category: 'phone' },
  };
  const { results } = await post('/v1/batch', {
    batch: [
      { ...viewed, anonymousId: 'batch' },
      { ...viewed, anonymousId: 'batch' },
      { type: 'identify', userId: 'batcher', anonymousId: 'batch', traits: { name: 'B' } },
      { ...viewed, userId: 'batcher' },
    ],
  });
  expect(results.flatMap(offersOf)).toEqual(['phone_accessories']);
  expect((await customer('batcher')).features.views_of_product).toEqual({ p9: 3 });
});

it('are two who share a phone, until somebody says otherwise, and may be taken apart again', async () => {
  const phone = '+1 213 373 4253';
  await post('/v1/identify', { userId: 'ann', traits: { phone, name: 'Ann' } });
  const { warnings } = await post('/v1/identify', {
    userId: 'anne',
    traits: { phone, name: 'Anne' },
  });
  expect(warnings).toEqual([{ code: 'two_users', message: expect.stringContaining('phone') }]);
  await look({ userId: 'ann' });
  await look({ userId: 'anne' });
  expect((await customer('anne')).customerId).toBe('anne');
  await expect
    .poll(() => sql('SELECT from_id, to_id, reason FROM refused_merges'), { timeout: 30_000 })
    .toEqual(['ann\tanne\ttwo_users']);

  const admin = proffer.adminKey;
  const { mergeId } = await post('/v1/customers/ann/merge', { from: 'anne' }, admin);
  const merged = await customer('anne');
  expect([merged.customerId, merged.features.views_of_product]).toEqual(['ann', { p9: 2 }]);
  expect(merged.merged).toMatchObject([{ from: 'anne', mergeId }]);
  await look({ userId: 'anne' });
  await look({ userId: 'ann' });
  const byPerson =
    "SELECT person_id, count() FROM person_events WHERE customer_id LIKE 'ann%' GROUP BY ALL";
  await expect.poll(() => sql(byPerson), { timeout: 30_000 }).toEqual(['ann\t6']);

  await post('/v1/customers/ann/unmerge', { mergeId }, admin);
  for (const [name, views] of [
    ['ann', 2],
    ['anne', 2],
  ] as const) {
    const { customerId, traits, features, merged: joined } = await customer(name);
    expect([customerId, features.views_of_product]).toEqual([name, { p9: views }]);
    expect(traits.name).toBe(name === 'ann' ? 'Ann' : 'Anne');
    expect(joined).toEqual([]);
    expect((await customer(name)).aliases).toEqual(name === 'ann' ? ['phone:+12133734253'] : []);
  }
  // Neither the phone that both have nor a browser joins them again.
  await look({ userId: 'anne', context: { externalIds: [{ type: 'phone', id: phone }] } });
  expect((await customer('anne')).customerId).toBe('anne');
  const again = await proffer.request('POST', '/v1/customers/ann/unmerge', {
    body: { mergeId },
    key: admin,
  });
  expect(again.status).toBe(404);
});

it('leaves to each who shared a browser what they did with it', async () => {
  const kiosk = { anonymousId: 'kiosk' };
  await look(kiosk);
  await post('/v1/identify', { userId: 'ida', ...kiosk, traits: { name: 'Ida' } });
  await post('/v1/track', { userId: 'ida', ...kiosk, event: 'Signed Out' });
  await look(kiosk);
  await look(kiosk);
  await post('/v1/identify', { userId: 'jan', ...kiosk, traits: { name: 'Jan' } });
  const views = `SELECT person_id, count() FROM person_events WHERE customer_id = 'anonymous:kiosk'
    GROUP BY person_id ORDER BY person_id`;
  await expect.poll(() => sql(views), { timeout: 30_000 }).toEqual(['ida\t1', 'jan\t2']);
  for (const [name, seen] of [
    ['ida', 1],
    ['jan', 2],
  ] as const) {
    const { lastEvents } = await customer(name);
    const viewed = lastEvents.filter(({ event }: Json) => event === 'Product Viewed');
    expect([name, viewed.length]).toEqual([name, seen]);
  }
});

it('tells who merged whom, by any name of the customer', async () => {
  const audit = () => {
    const asked = ['audit', '--customer', 'anonymous:browser', '--since', '1h', '--format', 'TSV'];
    const { stdout } = command(asked);
    return stdout.split('\n').map((line) => line.split('\t').slice(3));
  };
  const admin = proffer.adminKey;
  await post('/v1/identify', { userId: 'chen', traits: { phone: '138 0013 8001' } });
  for (const number of ['138 0013 8001', '+86 138-0013-8001', '138 0013 8002']) {
    const body = { name: `phone:${number}` };
    await proffer.request('POST', '/v1/customers/chen/unlink', { body, key: admin });
  }
  await post('/v1/identify', { userId: 'chen-old', traits: { name: 'Chen' } });
  const { mergeId } = await post('/v1/customers/chen/merge', { from: 'chen-old' }, admin);
  const told = ['customers.unlink', 'customers.unlink', 'customers.unlink', 'customers.merge'];
  let rows: string[][] = [];
  const actions = () => {
    rows = audit();
    return rows.map(([action]) => action).filter((action) => told.includes(action!));
  };
  await expect.poll(actions, { timeout: 30_000 }).toEqual(told);
  const [, target, detail] = rows.find(([action]) => action === 'customers.merge')!;
  expect(detail).toMatch(new RegExp(`^merged ${mergeId} of [\\w-]{22}$`));
  // Under which names it was looked at above does not matter.
  const reads = rows.filter(([action, of]) => action === 'customers.read' && of === target);
  expect(reads.length).toBeGreaterThanOrEqual(4);
  // Which name was freed, in a form that nobody reads.
  const freed = rows.filter(([action]) => action === 'customers.unlink');
  const [hash] = /[\w-]{22}$/.exec(freed[0]![2]!)!;
  expect(freed.map(([, of, text]) => [of, text])).toEqual([
    [target, `unlinked ${hash}`],
    [target, `not_linked ${hash}`],
    [target, expect.not.stringContaining(hash)],
  ]);
  expect(command(['audit', '--customer', 'phone:12']).stderr).toContain('no phone has that form');
});

it('says what cannot be', async () => {
  const ask = async (path: string, body: object) =>
    (await proffer.request('POST', path, { body, key: proffer.adminKey })).status;
  expect(await ask('/v1/customers/chen/merge', { from: 'nobody-we-know' })).toBe(404);
  expect(await ask('/v1/customers/nobody-we-know/merge', { from: 'chen' })).toBe(404);
  expect(await ask('/v1/customers/chen/merge', { from: 'card:623000017' })).toBe(400);
  // Was merged before: whoever did not get the answer asks again.
  expect(await ask('/v1/customers/chen/merge', { from: 'anonymous:browser' })).toBe(200);
  expect(await ask('/v1/customers/chen/merge', { from: 'phone:12' })).toBe(404);
  expect(await ask('/v1/customers/chen/merge', {})).toBe(400);
  expect(await ask('/v1/customers/chen/merge', { from: 4_711 })).toBe(404);
  const longest = `anonymous:${'a'.repeat(256)}`;
  expect(await ask('/v1/customers/chen/merge', { from: longest })).toBe(404);
  expect(await ask('/v1/customers/chen/unmerge', { mergeId: 'm' })).toBe(404);
});

it('is counted right across merges', () => {
  const { status, stdout, stderr } = command(['verify']);
  expect([status, stdout + stderr]).toEqual([0, expect.any(String)]);
});
