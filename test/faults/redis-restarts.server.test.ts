// Redis is killed, held up and torn under traffic, and comes back by its supervisor: meanwhile 503
// with Retry-After and no wrong answer, afterwards everything goes on without a restart, and what was
// acknowledged is there as far as the fsync setting promises.
//
//   PROFFER_FAULT_KILLS=30 PROFFER_TEST_SEED=… npm test -- test/faults/redis-restarts

import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { waitFor } from '../support/conditions.ts';
import { query } from '../support/history-rows.ts';
import { type ProfferProcess, startProffer } from '../support/proffer-process.ts';
import { untilReady } from '../support/readiness.ts';
import { type Random, seeded, testSeed } from '../support/seeded.ts';
import { verifyHistory } from '../support/verified.ts';

const KILLS = Number(process.env.PROFFER_FAULT_KILLS ?? 3);
const SEED = testSeed();
const CLIENTS = 16;
/** Of a client between two requests: the faults are tested here, not the speed. */
const PAUSE_MS = 10;
const CATALOG = `
catalog: counted
features:
  clicks: { count: Clicked }
`;
/** Longest a request may take while Redis is away: its deadline and what a busy machine adds. */
const HANG_MS = 15_000;
/** History trusts under `everysec` what is 2 s old: what is cut off must be younger; ms. */
const UNTRUSTED_MS = 1_500;

let folder: string;
let proffer: ProfferProcess;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proffer-catalog-'));
  await writeFile(join(folder, 'catalog.yaml'), CATALOG);
});
afterEach(async () => {
  await proffer?.dispose();
  await rm(folder, { recursive: true, force: true });
});

const start = (env: Readonly<Record<string, string>>) =>
  startProffer({
    PROFFER_CATALOG: folder,
    PROFFER_PARTITIONS: '4',
    PROFFER_GATEWAYS: '2',
    PROFFER_HISTORY_INTERVAL_MS: '100',
    PROFFER_LOG_LEVEL: 'info',
    ...env,
  });

/** Clients that count up customers; what is not acknowledged is sent again. */
class Traffic {
  readonly acknowledged = new Map<string, number>();
  total = 0;
  refused = 0;
  private messages = 0;
  private going = true;
  private readonly clients: Promise<void>[];

  constructor(private readonly random: Random) {
    this.clients = Array.from({ length: CLIENTS }, () => this.client());
  }

  async end(): Promise<void> {
    this.going = false;
    await Promise.all(this.clients);
  }

  private async client(): Promise<void> {
    while (this.going) {
      const userId = `c${this.random.below(40)}`;
      const body = { userId, event: 'Clicked', messageId: `m${this.messages++}` };
      while (!(await this.send(body))) await new Promise((resolve) => setTimeout(resolve, 20));
      this.acknowledged.set(userId, (this.acknowledged.get(userId) ?? 0) + 1);
      this.total++;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  private async send(body: object): Promise<boolean> {
    const response = await fetch(`${proffer.url}/v1/track`, {
      method: 'POST',
      headers: { authorization: `Bearer ${proffer.writeKey}` },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(HANG_MS),
    });
    const text = await response.text();
    if (response.status === 200) return true;
    expect([response.status, text]).toEqual([503, expect.stringContaining('"error"')]);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    this.refused++;
    return false;
  }
}

const redisPid = () => proffer.processes('redis-server')[0]?.pid;
it('loses nothing acknowledged under `always`, and needs no restart', async () => {
  const random = seeded(SEED);
  proffer = await start({ PROFFER_REDIS_FSYNC: 'always' });
  const others = proffer.processes('main.js').map(({ pid }) => pid);
  const traffic = new Traffic(random);
  for (let kill = 0; kill < KILLS; kill++) {
    const enough = traffic.total + 50 + random.below(500);
    await waitFor('progress', () => traffic.total >= enough);
    const pid = redisPid()!;
    if (kill % 3 === 1) {
      // Held up past the deadline, with commands on their way that it will still run.
      process.kill(pid, 'SIGSTOP');
      const refused = traffic.refused;
      await waitFor('refusals', () => traffic.refused > refused + CLIENTS);
      process.kill(pid, 'SIGCONT');
    } else {
      process.kill(pid, 'SIGKILL');
    }
    await untilReady(proffer);
  }
  const enough = traffic.total + 200;
  await waitFor('progress', () => traffic.total >= enough);
  await traffic.end();
  console.log(`${traffic.total} acknowledged, ${traffic.refused} refused, ${KILLS} faults`);
  expect(traffic.refused).toBeGreaterThan(0);
  expect(proffer.processes('main.js').map(({ pid }) => pid)).toEqual(others);
  await expectAgreement();
  expect(await historyCounts()).toEqual(traffic.acknowledged);
}, 600_000);

it('agrees with itself under `everysec` when the last second of Redis is lost', async () => {
  const random = seeded(SEED + 1);
  proffer = await start({ PROFFER_REDIS_FSYNC: 'everysec' });
  const traffic = new Traffic(random);
  await waitFor('history', async () => ((await historyCounts()).size > 0 ? true : null));
  for (let kill = 0; kill < Math.ceil(KILLS / 2); kill++) {
    const enough = traffic.total + 300;
    await waitFor('progress', () => traffic.total >= enough);
    let isTorn = false;
    while (!isTorn) {
      const noted = await noteSize();
      await new Promise((resolve) => setTimeout(resolve, random() * 900));
      isTorn = await tear(noted, (after) => noted.size + random.below(after - noted.size));
    }
  }
  const enough = traffic.total + 300;
  await waitFor('progress', () => traffic.total >= enough);
  await traffic.end();
  await expectAgreement();
  // What was lost was acknowledged within the second; nothing is there that was not sent.
  for (const [id, count] of await historyCounts()) {
    expect(count).toBeLessThanOrEqual(traffic.acknowledged.get(id) ?? 0);
  }
}, 600_000);

it('does not take for counted what Redis lost and a gateway still remembers', async () => {
  proffer = await start({ PROFFER_REDIS_FSYNC: 'everysec' });
  const click = (userId: string) =>
    proffer.request('POST', '/v1/track', { body: { userId, event: 'Clicked', messageId: 'm' } });
  const all: string[] = [];
  for (let isTorn = false; !isTorn; ) {
    const [first, ...ids] = Array.from({ length: 11 }, (_, i) => `lost${all.length + i}`);
    all.push(first!, ...ids);
    expect((await click(first!)).status).toBe(200);
    // Redis may answer before it writes.
    await waitFor('it in the file', async () =>
      (await readFile(await lastAppendFile())).includes(first!),
    );
    const noted = await noteSize();
    for (const id of ids) expect((await click(id)).status).toBe(200);
    isTorn = await tear(noted, () => noted.size);
  }
  // By whichever gateway gets it: both are asked often enough.
  for (let time = 0; time < 4; time++) for (const id of all) await click(id);
  await expectAgreement();
  expect(await historyCounts()).toEqual(new Map([...all].sort().map((id) => [id, 1])));
});

interface NotedSize {
  readonly file: string;
  readonly size: number;
  /** Stopwatch time before it was looked at, ms. */
  readonly atMs: number;
}

/** How long Redis' file is now. */
async function noteSize(): Promise<NotedSize> {
  const atMs = performance.now();
  const file = await lastAppendFile();
  return { file, size: (await stat(file)).size, atMs };
}

/**
 * Kills Redis and cuts its file before it comes back.
 * @param keep how much of it, from the size noted on
 * @returns false when nothing was cut: the size noted was too old
 */
async function tear(noted: NotedSize, keep: (size: number) => number): Promise<boolean> {
  const { file } = noted;
  const pid = redisPid()!;
  // Nobody starts it again until the tail is gone.
  process.kill(proffer.pid, 'SIGSTOP');
  process.kill(pid, 'SIGKILL');
  const isYoung = performance.now() - noted.atMs < UNTRUSTED_MS;
  await waitFor('its end', () => redisPid() === undefined);
  if (isYoung) await truncate(file, keep((await stat(file)).size));
  process.kill(proffer.pid, 'SIGCONT');
  await waitFor('another one', () => redisPid() !== undefined);
  await untilReady(proffer);
  return isYoung;
}

/** Ledger, history and every state tell the same. */
async function expectAgreement(): Promise<void> {
  const { report } = await verifyHistory(proffer);
  expect(report).toContain('verify      ok');
  const history = await historyCounts();
  for (const [id, clicks] of history) {
    const { body } = await proffer.request('GET', `/v1/customers/${id}`, { key: proffer.adminKey });
    expect([id, (body as { features: object }).features]).toEqual([id, { clicks }]);
  }
}

/** Events in history by customer; fails on one that is there twice. */
async function historyCounts(): Promise<ReadonlyMap<string, number>> {
  const rows = await query<{ id: string; n: number; u: number }>(
    proffer,
    `SELECT customer_id AS id, toUInt32(count()) AS n, toUInt32(uniqExact(message_id)) AS u
     FROM events GROUP BY id ORDER BY id`,
  );
  expect(rows.filter(({ n, u }) => n !== u)).toEqual([]);
  return new Map(rows.map(({ id, n }) => [id, n]));
}

/** The file that Redis appends to. */
async function lastAppendFile(): Promise<string> {
  const folder = join(proffer.dataDirectory, 'redis', 'appendonlydir');
  const files = (await readdir(folder)).filter((name) => name.endsWith('.incr.aof'));
  return join(folder, files.sort().at(-1)!);
}
