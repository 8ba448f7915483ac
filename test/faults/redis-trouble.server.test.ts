// Redis hangs, answers get lost on the way, scripts vanish, writes are refused: requests end within
// their deadline with 503, nothing is counted twice, and everything goes on without a restart.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AwakeClock, startAwakeClock } from '../support/awake-clock.ts';
import { waitFor } from '../support/conditions.ts';
import { query } from '../support/history-rows.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';
import { type ProfferProcess, startProffer } from '../support/proffer-process.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { verifyHistory } from '../support/verified.ts';

const DEADLINE_MS = 500;
/** What a busy machine may add to a deadline. */
const SLACK_MS = 4_000;
const CATALOG = `
catalog: counted
features:
  clicks: { count: Clicked }
triggers:
  every_click: { on: Clicked, decide: slot }
offers:
  always: { treatments: { slot: { n: "{{ clicks }}" } } }
placements:
  slot: {}
`;

let folder: string;
let redis: PrivateRedis;
let proxy: TcpProxy;
let proffer: ProfferProcess;
let processes: readonly number[];
let clock: AwakeClock;
beforeAll(async () => {
  clock = startAwakeClock();
  folder = await mkdtemp(join(tmpdir(), 'proffer-catalog-'));
  await writeFile(join(folder, 'catalog.yaml'), CATALOG);
  redis = await startPrivateRedis();
  proxy = await startTcpProxy({ path: redis.socket });
  proffer = await startProffer({
    REDIS_URL: `redis://127.0.0.1:${proxy.port}`,
    PROFFER_CATALOG: folder,
    PROFFER_PARTITIONS: '4',
    PROFFER_REDIS_DEADLINE_MS: String(DEADLINE_MS),
    PROFFER_REDIS_FSYNC: 'always',
    PROFFER_HISTORY_INTERVAL_MS: '50',
    PROFFER_LOG_LEVEL: 'error',
  });
  processes = proffer.processes('main.js').map(({ pid }) => pid);
});
afterAll(async () => {
  await proffer?.dispose();
  await proxy?.close();
  await redis?.stop();
  clock.stop();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => waitFor('readiness', async () => (await statusOf('/readyz')) === 200));

interface Answer {
  readonly status: number;
  readonly retryAfter: number;
  readonly tookMs: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers of any shape
  readonly body: any;
}

async function post(path: string, body: object): Promise<Answer> {
  const sentAtMs = clock.nowMs();
  const response = await fetch(`${proffer.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${proffer.writeKey}` },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  return {
    status: response.status,
    retryAfter: Number(response.headers.get('retry-after')),
    tookMs: clock.nowMs() - sentAtMs,
    body: JSON.parse(text),
  };
}

const statusOf = async (path: string) => (await fetch(proffer.url + path)).status;
const click = (userId: string, messageId: string) => ({
  ...{ type: 'track', event: 'Clicked', userId, messageId },
});

function expectRefused({ status, retryAfter, body }: Answer): void {
  expect([status, body.error?.code]).toEqual([503, expect.stringMatching(/^[a-z_]+$/)]);
  expect(retryAfter).toBeGreaterThan(0);
}

/** Sends it until it is acknowledged. */
async function acknowledged(path: string, body: object): Promise<Answer> {
  return waitFor('a 200', async () => {
    const answer = await post(path, body);
    if (answer.status !== 200) expectRefused(answer);
    return answer.status === 200 ? answer : null;
  });
}

async function clicksOf(id: string): Promise<number> {
  // A pause of the machine is longer than the deadline, too.
  const shown = await waitFor(`customer ${id}`, async () => {
    const path = `/v1/customers/${id}`;
    const { status, body } = await proffer.request('GET', path, { key: proffer.adminKey });
    return status === 503 ? null : body;
  });
  return (shown as { features: { clicks: number } }).features.clicks;
}

/** Everything of this customer was counted so often: in the state, and in history. */
async function expectCounted(id: string, clicks: number): Promise<void> {
  expect(await clicksOf(id)).toBe(clicks);
  const { report } = await verifyHistory(proffer);
  expect(report).toContain('verify      ok');
  const rows = await query(
    proffer,
    `SELECT toUInt32(count()) AS n, toUInt32(uniqExact(message_id)) AS u
     FROM events WHERE customer_id = '${id}'`,
  );
  expect(rows).toEqual([{ n: clicks, u: clicks }]);
}

it('ends every request within its deadline while Redis hangs, and recovers by itself', async () => {
  process.kill(redis.pid, 'SIGSTOP');
  const health: number[] = [];
  try {
    const requests = Array.from({ length: 20 }, (_, i) => [
      post('/v1/track', click(`h${i}`, 'm1')),
      post('/v1/batch', { batch: [click(`h${i}`, 'm2'), click('h', `m${i}`)] }),
      post('/v1/decide', { userId: `h${i}`, placements: ['slot'] }),
      post('/v1/outcomes', { userId: 'h', decisionId: 'd', offerId: 'o', outcome: 'click' }),
    ]).flat();
    for (const answer of await Promise.all(requests)) {
      expectRefused(answer);
      expect(answer.tookMs).toBeLessThan(DEADLINE_MS * 2 + SLACK_MS);
    }
    await waitFor('readiness to go', async () => {
      health.push(await statusOf('/healthz'));
      return (await statusOf('/readyz')) === 503;
    });
    // What comes now is sent away without waiting for anything.
    expectRefused(await post('/v1/track', click('h', 'late')));
  } finally {
    process.kill(redis.pid, 'SIGCONT');
  }
  await waitFor('readiness', async () => {
    health.push(await statusOf('/healthz'));
    return (await statusOf('/readyz')) === 200;
  });
  expect(new Set(health)).toEqual(new Set([200]));
  for (let i = 0; i < 20; i++) await acknowledged('/v1/track', click('h', `m${i}`));
  await expectCounted('h', 20);
  expect(proffer.processes('main.js').map(({ pid }) => pid)).toEqual(processes);
});

describe('a connection that is cut between sending and answer', () => {
  const isCommit = (bytes: Buffer) => /evalsha/i.test(bytes.toString('latin1'));

  it('counts an event once, and answers its retry with the decisions that were made', async () => {
    await acknowledged('/v1/track', click('cut', 'before'));
    const lost = proxy.swallowAnswer((bytes) => isCommit(bytes) && bytes.includes('cut'));
    expectRefused(await post('/v1/track', click('cut', 'once')));
    await lost;
    const retry = await acknowledged('/v1/track', click('cut', 'once'));
    expect(retry.body).toMatchObject({ duplicate: true, decisions: [{ placement: 'slot' }] });
    expect(retry.body.decisions[0].offers[0].treatment.n).toBe(2);
    await expectCounted('cut', 2);
    const [made] = await query<{ id: string }>(
      proffer,
      `SELECT decision_id AS id FROM decisions WHERE message_id = 'once' AND customer_id = 'cut'`,
    );
    expect(retry.body.decisions[0].decisionId).toBe(made?.id);
  });

  it('counts a batch once, whatever of it was on its way', async () => {
    const batch = Array.from({ length: 30 }, (_, i) => click(`cut${i % 10}`, `b${i}`));
    const lost = proxy.swallowAnswer((bytes) => isCommit(bytes) && bytes.includes('cut3'), 0);
    expectRefused(await post('/v1/batch', { batch }));
    await lost;
    const { body } = await acknowledged('/v1/batch', { batch });
    expect(body.results).toHaveLength(30);
    for (let i = 0; i < 10; i++) expect(await clicksOf(`cut${i}`)).toBe(3);
    await expectCounted('cut3', 3);
  });
});

it('goes on when scripts vanish under load', async () => {
  const admin = redis.connect();
  let sent = 0;
  const client = async () => {
    while (sent < 400) await acknowledged('/v1/track', click('flushed', `m${sent++}`));
  };
  const clients = Array.from({ length: 8 }, client);
  while (sent < 350) {
    await admin.script('FLUSH');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await Promise.all(clients);
  await expectCounted('flushed', sent);
});

it('is not ready while every write is refused, and ready again without traffic', async () => {
  const admin = redis.connect();
  await acknowledged('/v1/track', click('full', 'm1'));
  const unready = async () => (await fetch(`${proffer.url}/readyz`)).text();
  // Reads are answered, so the connection says nothing.
  await admin.config('SET', 'maxmemory', '1mb');
  try {
    await waitFor('readiness to go', async () => {
      expectRefused(await post('/v1/track', click('full', 'm2')));
      return (await unready()).includes('Redis takes no writes');
    });
    const seen = new Set<number>();
    for (let i = 0; i < 100; i++) {
      seen.add(await statusOf('/readyz'));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect([...seen]).toEqual([503]);
    expect(await statusOf('/healthz')).toBe(200);
  } finally {
    await admin.config('SET', 'maxmemory', '0');
  }
  await waitFor('readiness', async () => (await statusOf('/readyz')) === 200);
  await acknowledged('/v1/track', click('full', 'm2'));
  await expectCounted('full', 2);
});

it.each(['-@write', '-@scripting'])('answers 503 while its user has %s', async (rights) => {
  const admin = redis.connect();
  const id = `user${rights}`;
  await admin.acl('SETUSER', 'default', rights);
  try {
    const answers = [
      await post('/v1/track', click(id, 'm')),
      await post('/v1/batch', { batch: [click(id, 'n')] }),
    ];
    for (const answer of answers) {
      expectRefused(answer);
      expect(answer.body.error.code).toBe('store_unavailable');
    }
  } finally {
    await admin.acl('SETUSER', 'default', '+@all');
  }
  await acknowledged('/v1/track', click(id, 'm'));
  await expectCounted(id, 1);
});

it('answers 503 while Redis is a read-only replica, and goes on when it is none', async () => {
  const admin = redis.connect();
  // Its master is nowhere: it keeps its data and refuses writes.
  await admin.replicaof('127.0.0.1', '1');
  try {
    expectRefused(await post('/v1/track', click('replica', 'm')));
    expectRefused(await post('/v1/batch', { batch: [click('replica', 'n')] }));
    expectRefused(await post('/v1/decide', { userId: 'replica', placements: ['slot'] }));
    expect(await statusOf('/healthz')).toBe(200);
  } finally {
    await admin.replicaof('NO', 'ONE');
  }
  await acknowledged('/v1/track', click('replica', 'm'));
  await expectCounted('replica', 1);
  expect(proffer.processes('main.js').map(({ pid }) => pid)).toEqual(processes);
});
