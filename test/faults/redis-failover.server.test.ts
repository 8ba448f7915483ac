// A replica that lacks the last writes takes over: state, ledger and history agree on what survived,
// and what clients send again is counted against that.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { waitFor } from '../support/conditions.ts';
import { query } from '../support/history-rows.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';
import { type ProfferProcess, startProffer } from '../support/proffer-process.ts';
import { untilReady } from '../support/readiness.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { verifyHistory } from '../support/verified.ts';

const CATALOG = 'catalog: counted\nfeatures: { clicks: { count: Clicked } }\n';
const CUSTOMERS = 10;

let folder: string;
let master: PrivateRedis;
let replica: PrivateRedis;
/** Where the service finds Redis, and where the replica finds its master. */
let front: TcpProxy;
let between: TcpProxy;
let proffer: ProfferProcess;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proffer-catalog-'));
  await writeFile(join(folder, 'catalog.yaml'), CATALOG);
  [master, replica] = await Promise.all([startPrivateRedis(), startPrivateRedis()]);
  front = await startTcpProxy({ path: master.socket });
  between = await startTcpProxy({ path: master.socket });
  await replica.connect().replicaof('127.0.0.1', String(between.port));
  await replicated();
});
afterEach(async () => {
  await proffer?.dispose();
  await Promise.all([front.close(), between.close()]);
  await Promise.all([master.stop(), replica.stop()]);
  await rm(folder, { recursive: true, force: true });
});

const start = async (env: Readonly<Record<string, string>>) => {
  proffer = await startProffer({
    REDIS_URL: `redis://127.0.0.1:${front.port}`,
    PROFFER_CATALOG: folder,
    PROFFER_GATEWAYS: '2',
    PROFFER_PARTITIONS: '4',
    PROFFER_HISTORY_INTERVAL_MS: '50',
    // A commit that is cut off half-way would be counted when it is sent again, and told so.
    PROFFER_REDIS_DEADLINE_MS: '8000',
    PROFFER_LEASE_TTL_MS: '1000',
    PROFFER_LOG_LEVEL: 'info',
    ...env,
  });
};

/** The replica has everything that the master has. */
async function replicated(): Promise<void> {
  const client = master.connect();
  await waitFor('the replica', async () => {
    await client.set('probe', '1');
    return (await client.wait(1, 500)) === 1;
  });
}

/** The old master comes back as the replica of the new one, which gives it what it has. */
async function rejoin(): Promise<void> {
  between.retarget({ path: replica.socket });
  between.accept();
  await master.restart();
  await master.connect().replicaof('127.0.0.1', String(between.port));
}

/** The replica takes over; the old master is gone. */
async function failOver(): Promise<void> {
  await replica.connect().replicaof('NO', 'ONE');
  await master.kill();
  front.retarget({ path: replica.socket });
}

function clicks(from: number, to: number) {
  return Array.from({ length: to - from }, (_, i) => ({
    ...{ type: 'track', event: 'Clicked', messageId: `m${from + i}` },
    userId: `c${(from + i) % CUSTOMERS}`,
  }));
}

interface Sent {
  readonly status: number;
  readonly duplicates: number;
}

async function send(batch: readonly object[]): Promise<Sent> {
  const { status, body } = await proffer.request('POST', '/v1/batch', { body: { batch } });
  const { results = [] } = body as { results?: readonly { readonly duplicate?: boolean }[] };
  return { status, duplicates: results.filter(({ duplicate }) => duplicate === true).length };
}

/** Sends until it is acknowledged; how many of them had been counted before. */
async function acknowledged(batch: readonly object[]): Promise<number> {
  const { duplicates } = await waitFor('a 200', async () => {
    const sent = await send(batch);
    return sent.status === 200 ? sent : null;
  });
  return duplicates;
}

/** State, ledger and history say the same: so many clicks of each customer. */
async function expectEverywhere(each: number): Promise<void> {
  const { report } = await verifyHistory(proffer);
  expect(report).toContain('verify      ok');
  const rows = await query<{ id: string; n: number; u: number }>(
    proffer,
    `SELECT customer_id AS id, toUInt32(count()) AS n, toUInt32(uniqExact(message_id)) AS u
     FROM events GROUP BY id ORDER BY id`,
  );
  const ids = Array.from({ length: CUSTOMERS }, (_, i) => `c${i}`);
  expect(rows).toEqual(ids.map((id) => ({ id, n: each, u: each })));
  for (const id of ids) {
    // A pause of the machine is longer than the short deadline, too.
    const shown = await waitFor(`customer ${id}`, async () => {
      const path = `/v1/customers/${id}`;
      const { status, body } = await proffer.request('GET', path, { key: proffer.adminKey });
      return status === 503 ? null : body;
    });
    expect([id, (shown as { features: object }).features]).toEqual([id, { clicks: each }]);
  }
}

it('agrees on what survived when the last second was not replicated', async () => {
  await start({ PROFFER_REDIS_FSYNC: 'everysec' });
  expect(await acknowledged(clicks(0, 100))).toBe(0);
  await replicated();
  between.refuse();
  between.cut();
  // Acknowledged, and gone with the master: without replicas that confirm, nobody promised more.
  expect(await acknowledged(clicks(100, 140))).toBe(0);
  await failOver();
  await untilReady(proffer);
  await expectEverywhere(10);
  // By whichever gateway gets it: what survived is counted already, what was lost is not.
  expect(await acknowledged(clicks(0, 100))).toBe(100);
  expect(await acknowledged(clicks(100, 140))).toBe(0);
  expect(await acknowledged(clicks(100, 140))).toBe(40);
  await expectEverywhere(14);
});

it('acknowledges nothing that can be lost, when a replica must confirm', async () => {
  // A quarter of the deadline is the replica's to confirm, and three times it does not.
  const short = { PROFFER_REDIS_DEADLINE_MS: '2000' };
  await start({ PROFFER_REDIS_FSYNC: 'always', PROFFER_REDIS_REPLICAS: '1', ...short });
  expect(await acknowledged(clicks(0, 100))).toBe(0);
  between.refuse();
  between.cut();
  // Written on the master, confirmed by nobody; that it is there already confirms nothing either.
  expect((await send(clicks(100, 140))).status).toBe(503);
  expect((await send(clicks(100, 140))).status).toBe(503);
  expect((await send(clicks(0, 1))).status).toBe(503);
  await failOver();
  // Without a replica no write is confirmed, and nobody is sent here.
  await rejoin();
  await untilReady(proffer);
  await expectEverywhere(10);
  expect(await acknowledged(clicks(0, 100))).toBe(100);
  expect(await acknowledged(clicks(100, 140))).toBe(0);
  await expectEverywhere(14);
});

it('takes out of history what Redis lost after it had gone there', async () => {
  // Nothing waits for replicas here, neither answers nor history.
  await start({ PROFFER_REDIS_FSYNC: 'always' });
  expect(await acknowledged(clicks(0, 100))).toBe(0);
  await replicated();
  between.refuse();
  between.cut();
  expect(await acknowledged(clicks(100, 140))).toBe(0);
  await waitFor('the lost ones in history', async () => (await eventsInHistory()) === 140);
  await failOver();
  await untilReady(proffer);
  // Other events get the positions that the lost ones had.
  expect(await acknowledged(clicks(200, 220))).toBe(0);
  await waitFor('the past to be forgotten', async () => (await eventsInHistory()) === 120);
  await expectEverywhere(12);
  expect(await acknowledged(clicks(100, 140))).toBe(0);
  await expectEverywhere(16);
});

async function eventsInHistory(): Promise<number> {
  const [row] = await query<{ n: number }>(proffer, 'SELECT toUInt32(count()) AS n FROM events');
  return row?.n ?? 0;
}
