// The learner goes where partition 0 goes: a worker that joins, ends, dies or stands still. And what becomes
// of it when what it told is gone, or when Redis takes nothing or answers nobody. All that time lists are
// answered; afterwards both gateways list the same, made of what a recount of history makes.

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { EventRow } from '../../src/recommend/learned-events.ts';
import { openConnection } from '../../src/redis/connection.ts';
import { Keys } from '../../src/redis/keys.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { waitFor } from '../support/conditions.ts';
import { freshPorts } from '../support/fresh-ports.ts';
import { type GatewayProcesses, startGatewayProcesses } from '../support/gateway-processes.ts';
import { type RoleProcess, startRole } from '../support/role-process.ts';
import { seeded, testSeed } from '../support/seeded.ts';
import {
  startWritableClickHouse,
  type WritableClickHouse,
} from '../support/writable-clickhouse.ts';
import { type FollowedCrowd, followCrowd } from './followed-crowd.ts';
import { EVENT_ROWS, eventsAmong, recounted } from './recounted.ts';
import { shopping } from './shopping.ts';

const PARTITIONS = 4;
const ITEMS_MAX = 1_000;
const BATCH = 60;
const CATALOG = `
catalog: shop
recommenders:
  for_you: { model: for_you, limit: 100 }
  similar: { model: similar, limit: 100 }
  with_it: { model: bought_together, min_support: 1, limit: 100 }
  popular: { model: popular, limit: 100 }
  unbought: { model: popular, limit: 100, exclude: [bought: 90d] }
`;
const keys = new Keys('proffer:', PARTITIONS);
const random = seeded(testSeed());

let clickhouse: WritableClickHouse;
let service: GatewayProcesses;
let connection: RedisConnection;
let crowd: FollowedCrowd;
let workers: RoleProcess[] = [];
let sent = 0;
beforeAll(async () => {
  clickhouse = await startWritableClickHouse();
  service = await startGatewayProcesses(2, CATALOG, {
    PROFFER_PARTITIONS: String(PARTITIONS),
    PROFFER_ITEMS_MAX: String(ITEMS_MAX),
    PROFFER_LEASE_TTL_MS: '1500',
    PROFFER_HISTORY_INTERVAL_MS: '200',
    PROFFER_REDIS_FSYNC: 'always',
    CLICKHOUSE_URL: clickhouse.url,
  });
  const url = service.env.REDIS_URL!;
  connection = openConnection({ url, deadlineMs: 5_000 });
  await connection.ready();
  crowd = await followCrowd(url, PARTITIONS, ITEMS_MAX);
  await join();
});
afterAll(async () => {
  crowd?.close();
  connection?.close();
  await Promise.all(workers.map((worker) => worker.stop('SIGKILL')));
  await service?.stop();
  await clickhouse?.stop();
});

async function join(): Promise<RoleProcess> {
  const [port] = await freshPorts(1);
  const worker = await startRole('worker', port!, { ...service.env, PROFFER_SQL_PORT: '0' });
  workers.push(worker);
  return worker;
}

/** Who learns. */
const learner = () =>
  waitFor('somebody to learn', async () => {
    for (const worker of workers) {
      const text = await (await fetch(`${worker.url}/metrics`)).text();
      const isIt = text.includes('proffer_partition_owner{partition="0"');
      if (isIt && Number(/^proffer_learner_behind_seconds (\S+)$/m.exec(text)?.[1]) > 0)
        return worker;
    }
    return null;
  });

async function ask(
  gateway: number,
  path: string,
  body: object,
): Promise<{ status: number; body: unknown }> {
  const answer = await fetch(`${service.gateways[gateway]!.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${service.adminKey}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: await answer.json() };
}

async function shop(): Promise<void> {
  const batch = Array.from({ length: BATCH }, () => shopping(random, sent++));
  const answer = await ask(sent % 2, '/v1/batch', { batch });
  expect(answer).toMatchObject({ status: 200, body: { success: true } });
}

async function lists(gateway: number): Promise<unknown[]> {
  const found: unknown[] = [];
  for (const recommender of ['for_you', 'similar', 'with_it', 'popular']) {
    for (const seed of ['p0', 'p7', ['p3', 'p9', 'p1']]) {
      const more = { explain: true, record: false };
      const { status, body } = await ask(gateway, '/v1/recommend', {
        ...{ userId: 'u1', recommender, seed, ...more },
      });
      expect([status, body]).toMatchObject([200, {}]);
      found.push((body as { items: unknown }).items);
    }
  }
  return found;
}

/** Until what is learned is what was sent, and both gateways list it. */
async function learned(): Promise<void> {
  await waitFor('all events in history', async () => eventsAmong(await rowsOf()) === sent);
  // Merges have a table of their own, which may be written a moment later.
  await waitFor(
    'the same tables',
    async () => (await crowd.digest()) === recounted(await rowsOf(), ITEMS_MAX),
  );
  const sinceMs = Date.now();
  await waitFor('gateways to know of it', async () => {
    const ages = service.gateways.map(({ metric }) => metric('proffer_crowd_age_seconds'));
    return (await Promise.all(ages)).every((s) => s > 0 && Date.now() - s * 1_000 > sinceMs);
  });
  await waitFor('the same lists', async () => {
    const [one, other] = [await lists(0), await lists(1)];
    return JSON.stringify(one) === JSON.stringify(other) && one.flat().length > 50;
  });
}

async function rowsOf(): Promise<EventRow[]> {
  const url = new URL(clickhouse.url);
  const answer = await fetch(`${url.origin}/?default_format=JSONEachRow`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${url.username}:${url.password}`)}` },
    body: EVENT_ROWS,
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as EventRow);
}

it('learns, and both gateways list the same', async () => {
  await shop();
  await learned();
  await shop();
  await learned();
});

it('lists at one gateway without what was bought at the other a moment ago', async () => {
  const listed = async (gateway: number) => {
    const asked = { userId: 'li', recommender: 'unbought', record: false };
    const { body } = await ask(gateway, '/v1/recommend', asked);
    return (body as { items: { itemId: string }[] }).items.map(({ itemId }) => itemId);
  };
  for (const [n, itemId] of ['p1', 'p2', 'p3', 'p4'].entries()) {
    // Both have the customer at hand.
    expect([await listed(0), await listed(1)]).toEqual([
      expect.arrayContaining([itemId]),
      expect.arrayContaining([itemId]),
    ]);
    const properties = { order_id: `li-${n}`, products: [{ product_id: itemId }] };
    const event = { userId: 'li', event: 'Order Completed', properties };
    expect((await ask(n % 2, '/v1/track', event)).status).toBe(200);
    sent++;
    expect(await listed(1 - (n % 2))).not.toContain(itemId);
  }
});

it('goes on in another worker when its own ends', async () => {
  await join();
  await shop();
  const ends = await learner();
  workers = workers.filter((worker) => worker !== ends);
  expect(await ends.stop('SIGTERM')).toBe(0);
  await shop();
  await learned();
});

it('goes on in another worker when its own is killed', async () => {
  await join();
  await shop();
  const dies = await learner();
  workers = workers.filter((worker) => worker !== dies);
  await dies.stop('SIGKILL');
  await shop();
  await lists(0);
  await learned();
});

it('stands still with its worker, and is followed no more when that goes on', async () => {
  await join();
  await shop();
  const stands = await learner();
  stands.child.kill('SIGSTOP');
  try {
    await shop();
    await lists(0);
    workers = workers.filter((worker) => worker !== stands);
    await learner();
    await shop();
    await learned();
  } finally {
    stands.child.kill('SIGCONT');
    workers.push(stands);
  }
  await shop();
  await learned();
});

it('tells again what was lost of what it told', async () => {
  const before = await lists(0);
  const { epoch, upTo } = await current();
  await connection.call('del', [keys.crowd]);
  expect(await lists(0)).toEqual(before);
  await shop();
  await learned();
  await connection.call('del', [keys.crowdFacts(epoch)]);
  await connection.call('del', [keys.crowdSnapshot(epoch, upTo)]);
  await shop();
  await learned();
});

it.skipIf(process.env.PROFFER_TEST_REDIS === 'cluster')(
  'is behind while Redis takes nothing, says so, and makes up for it',
  async () => {
    await shop();
    await learned();
    await connection.call('config', ['SET', 'maxmemory', '1mb']);
    try {
      await lists(1);
      const age = () => service.gateways[0]!.metric('proffer_crowd_age_seconds');
      await waitFor('lists to be old', async () => (await age()) > 3);
    } finally {
      await connection.call('config', ['SET', 'maxmemory', '0']);
    }
    await shop();
    await learned();
  },
);

async function current(): Promise<{ epoch: string; upTo: number }> {
  const reply = await connection.call('hmget', [keys.crowd, 'epoch', 'upTo']);
  const [epoch, upTo] = (reply as Buffer[]).map(String);
  return { epoch: epoch!, upTo: Number(upTo) };
}
