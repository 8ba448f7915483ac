// The whole service on a Redis Cluster and on a Sentinel's master, under load: a master is killed, a
// slot moves, a part is away for long. What is not concerned never notices; what is gets 503 with
// Retry-After; everything goes on without a restart, and nothing acknowledged is lost.

import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { partitionOf } from '../../src/model/hash.ts';
import { keySlot } from '../../src/redis/key-slot.ts';
import { Keys } from '../../src/redis/keys.ts';
import { waitFor } from '../support/conditions.ts';
import { query } from '../support/history-rows.ts';
import { type ProfferProcess, startProffer } from '../support/proffer-process.ts';
import { type RedisCluster, startRedisCluster } from '../support/redis-cluster.ts';
import { startRedisSentinel } from '../support/redis-sentinel.ts';
import { verifyHistory } from '../support/verified.ts';

const CATALOG = 'catalog: counted\nfeatures: { clicks: { count: Clicked } }\n';
const PARTITIONS = 12;
const ALL = Array.from({ length: PARTITIONS }, (_, p) => p);
/** Events that count as progress of a partition. */
const SOME = 20;
/** Of a client between two requests: the faults are tested here, not the speed. */
const PAUSE_MS = 40;

let folder: string;
let proffer: ProfferProcess | undefined;
let server: { stop(): Promise<void> } | undefined;
let traffic: Traffic | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proffer-catalog-'));
  await writeFile(join(folder, 'catalog.yaml'), CATALOG);
});
afterEach(async () => {
  // After a failure nobody may ever answer what is being sent again.
  traffic?.giveUp();
  await proffer?.dispose();
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

const start = (env: Readonly<Record<string, string>>) =>
  startProffer({
    PROFFER_CATALOG: folder,
    PROFFER_PARTITIONS: String(PARTITIONS),
    PROFFER_GATEWAYS: '2',
    PROFFER_HISTORY_INTERVAL_MS: '400',
    // On a busy machine a replica may take a while; only a dead master is to be noticed here.
    PROFFER_REDIS_DEADLINE_MS: '8000',
    PROFFER_LOG_LEVEL: 'error',
    ...env,
  });

/** For each partition a client that counts up two customers and sends again what was refused. */
class Traffic {
  readonly acknowledged = new Map<string, number>();
  readonly answered: number[] = ALL.map(() => 0);
  readonly refused: number[] = ALL.map(() => 0);
  private going = true;
  private givenUp = false;
  private readonly clients: Promise<void>[];

  constructor(private readonly service: ProfferProcess) {
    this.clients = ALL.map((partition) => this.client(partition));
    for (const client of this.clients) client.catch(() => {});
  }

  async end(): Promise<void> {
    this.going = false;
    await Promise.all(this.clients);
  }

  /** Ends without an answer to what is being sent. */
  giveUp(): void {
    this.going = false;
    this.givenUp = true;
  }

  /** Waits until each of these partitions has answered some more events. */
  async progress(partitions: readonly number[]): Promise<void> {
    const goals = partitions.map((p) => this.answered[p]! + SOME);
    await waitFor(`progress of ${partitions}`, () =>
      partitions.every((p, i) => this.answered[p]! >= goals[i]!),
    );
  }

  /** The partitions that refused something since this was last asked. */
  refusing(): number[] {
    const found = ALL.filter((p) => this.refused[p]! > 0);
    this.refused.fill(0);
    return found;
  }

  private async client(partition: number): Promise<void> {
    const ids = customersOf(partition, 2);
    for (let n = 0; this.going; n++) {
      const userId = ids[n % ids.length]!;
      const body = { userId, event: 'Clicked', messageId: `m${partition}-${n}` };
      while (!(await this.send(partition, body))) {
        if (this.givenUp) return;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      this.acknowledged.set(userId, (this.acknowledged.get(userId) ?? 0) + 1);
      this.answered[partition]!++;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  private async send(partition: number, body: object): Promise<boolean> {
    const response = await fetch(`${this.service.url}/v1/track`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.service.writeKey}` },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(15_000),
    });
    const text = await response.text();
    if (response.status === 200) return true;
    expect([response.status, text]).toEqual([503, expect.stringContaining('"error"')]);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    this.refused[partition]!++;
    return false;
  }
}

function customersOf(partition: number, count: number): string[] {
  const ids: string[] = [];
  for (let n = 0; ids.length < count; n++) {
    if (partitionOf(`c${n}`, PARTITIONS) === partition) ids.push(`c${n}`);
  }
  return ids;
}

/** The partitions whose slots a node has now. */
async function partitionsOn(cluster: RedisCluster, node: unknown): Promise<number[]> {
  const owners = await Promise.all(ALL.map((p) => cluster.masterOf(keySlot(`{${p}}`))));
  return ALL.filter((p) => owners[p] === node);
}

const isReady = async () => (await fetch(`${proffer!.url}/readyz`)).status === 200;

/** Events in history by customer; fails on one that is there twice. */
async function historyCounts(): Promise<ReadonlyMap<string, number>> {
  const rows = await query<{ id: string; n: number; u: number }>(
    proffer!,
    `SELECT customer_id AS id, toUInt32(count()) AS n, toUInt32(uniqExact(message_id)) AS u
     FROM events GROUP BY id ORDER BY id`,
  );
  expect(rows.filter(({ n, u }) => n !== u)).toEqual([]);
  return new Map(rows.map(({ id, n }) => [id, n]));
}

/** Ledger, history and every state tell the same. */
async function expectAgreement(): Promise<ReadonlyMap<string, number>> {
  expect((await verifyHistory(proffer!)).report).toContain('verify      ok');
  const history = await historyCounts();
  for (const [id, clicks] of history) {
    const { body } = await proffer!.request('GET', `/v1/customers/${id}`, {
      key: proffer!.adminKey,
    });
    expect([id, (body as { features: object }).features]).toEqual([id, { clicks }]);
  }
  return history;
}

/** Partitions that gateways cannot write to, as one of them says it of all. */
async function unwritable(): Promise<number> {
  const text = await (await fetch(`${proffer!.url}/metrics`)).text();
  const gauge = /^proffer_redis_partitions_unwritable\{role="gateway"\} (\S+)$/m;
  return Number(gauge.exec(text)?.[1]);
}

/**
 * Position and ledger of partition 1 go ahead to another node, and the master dies: its replica knows
 * nothing of them. Nobody is served there until Redis' own tool has brought the keys together.
 */
async function loseHalfMovedSlot(cluster: RedisCluster, clients: Traffic): Promise<void> {
  await cluster.healthy();
  const slot = keySlot('{1}');
  const master = await cluster.masterOf(slot);
  const [replica] = await cluster.replicasOf(master);
  const owners = await Promise.all(ALL.map((p) => cluster.masterOf(keySlot(`{${p}}`))));
  const to = owners.find((node) => node !== master)!;
  const { position, ledger } = new Keys('proffer:', PARTITIONS).partition(1);
  const migration = await cluster.migration(slot, to);
  await migration.begin();
  await migration.move(position, ledger);
  // What the replica has not heard of is another fault.
  await master.admin.wait(1, 5_000);
  await master.kill();
  await waitFor('the replica', async () => (await cluster.masterOf(slot)) === replica);
  await master.restart();
  const others = ALL.filter((partition) => partition !== 1);
  await clients.progress(others);
  const before = clients.answered[1];
  clients.refusing();
  await clients.progress(others);
  expect([clients.answered[1], clients.refusing()]).toEqual([before, [1]]);
  await waitFor('the metric', async () => (await unwritable()) === 1);

  const where = `127.0.0.1:${to.port}`;
  const fix = ['--cluster', 'fix', where, '--cluster-yes', '--cluster-replace'];
  await promisify(execFile)('redis-cli', fix);
  await clients.progress(ALL);
}

it('loses only a dead master until its replica takes over, and only a slot while that moves', async () => {
  const cluster = await startRedisCluster({ nodeTimeoutMs: 1_500 });
  server = cluster;
  proffer = await start({ REDIS_URL: cluster.url, PROFFER_REDIS_REPLICAS: '1' });
  const programs = proffer.processes('main.js').map(({ pid }) => pid);
  traffic = new Traffic(proffer);
  await traffic.progress(ALL);
  expect(traffic.refusing()).toEqual([]);

  const master = await cluster.masterOf(keySlot('{1}'));
  const [replica] = await cluster.replicasOf(master);
  const lost = await partitionsOn(cluster, master);
  const others = ALL.filter((p) => !lost.includes(p));
  await master.kill();
  await traffic.progress(others);
  expect(await isReady()).toBe(true);
  await waitFor('the replica', async () => (await cluster.masterOf(keySlot('{1}'))) === replica);
  // Nobody confirms what the new master does until there is a replica again.
  // Each of the gateways finds out by itself, and either may be asked.
  await waitFor('the metric', async () => (await unwritable()) === lost.length);
  await expect
    .poll(async () => (await fetch(`${proffer!.url}/readyz`)).json(), { timeout: 10_000 })
    .toEqual({ status: 'ready', partitionsUnwritable: lost.length });
  await master.restart();
  await traffic.progress(ALL);
  expect(traffic.refusing()).toEqual(lost);

  await cluster.healthy();
  const to = cluster.nodes.find((node) => node !== replica && node.admin !== master.admin)!;
  const migration = await cluster.migration(keySlot('{1}'), to);
  await migration.begin();
  await migration.move(new Keys('proffer:', PARTITIONS).partition(1).position);
  await waitFor('a refusal', () => traffic!.refused[1]! > 0);
  await traffic.progress(ALL.filter((p) => p !== 1));
  await migration.moveKeys();
  await migration.finish();
  await traffic.progress(ALL);
  expect(traffic.refusing()).toEqual([1]);
  await loseHalfMovedSlot(cluster, traffic);

  await traffic.end();
  expect(await unwritable()).toBe(0);
  expect(proffer.processes('main.js').map(({ pid }) => pid)).toEqual(programs);
  expect(await expectAgreement()).toEqual(new Map([...traffic.acknowledged].sort()));
});

it('agrees with itself on what survived when a Sentinel makes the replica the master', async () => {
  const group = await startRedisSentinel();
  server = group;
  proffer = await start({ REDIS_URL: group.url });
  traffic = new Traffic(proffer);
  await traffic.progress(ALL);
  await group.servers[0].kill();
  await traffic.progress(ALL);
  expect(await group.master()).toBe(group.servers[1]);
  await traffic.end();
  for (const [id, count] of await expectAgreement()) {
    expect(count).toBeLessThanOrEqual(traffic.acknowledged.get(id) ?? 0);
  }
});
