// What PROFFER_REDIS_REPLICAS promises, on a master with one replica that can be held up.

import { afterAll, afterEach, beforeAll, expect, it, onTestFinished } from 'vitest';
import { Unavailable } from '../../src/errors.ts';
import { openConnection } from '../../src/redis/connection.ts';
import { Keys } from '../../src/redis/keys.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { commandHead } from '../../src/redis/resp-writer.ts';
import { RedisStateStore } from '../../src/state/redis-state-store.ts';
import { startAwakeClock } from '../support/awake-clock.ts';
import { waitFor } from '../support/conditions.ts';
import { freshPorts } from '../support/fresh-ports.ts';
import { type ClusterNode, startRedisCluster } from '../support/redis-cluster.ts';
import { type RedisProcess, startRedisProcess } from '../support/redis-process.ts';

/** A quarter of it is a replica's time to confirm, also on a busy machine. */
const DEADLINE_MS = 8_000;

let master: RedisProcess;
let replica: RedisProcess;
const connections: RedisConnection[] = [];
beforeAll(async () => {
  const [first = 0, second = 0] = await freshPorts(2);
  const start = (port: number, ...more: string[]) =>
    startRedisProcess({
      port,
      args: [...['--port', `${port}`, '--bind', '127.0.0.1', '--save', ''], ...more],
    });
  master = await start(first, '--repl-diskless-sync-delay', '0');
  replica = await start(second, '--replicaof', '127.0.0.1', `${first}`);
  await waitFor('the replica', async () => (await replica.admin.role())[3] === 'connected');
  // The master has to have heard of it, too.
  await master.admin.set('begun', '1');
  await waitFor('its first answer', async () => (await master.admin.wait(1, 1_000)) === 1);
});
afterEach(async () => {
  replica.resume();
  for (const connection of connections.splice(0)) connection.close();
  await waitFor('it', async () => (await master.admin.wait(1, 1_000)) === 1);
});
afterAll(async () => {
  await replica?.dispose();
  await master?.dispose();
});

async function connect(replicas: number): Promise<RedisConnection> {
  const url = `redis://${master.address}`;
  const connection = openConnection({ url, deadlineMs: DEADLINE_MS, replicas });
  connections.push(connection);
  await connection.ready();
  return connection;
}

const send = (connection: RedisConnection, ...args: [string, ...string[]]) =>
  new Promise((resolve, reject) => {
    connection.send(0, args[0], commandHead(args.length, args), resolve, reject);
  });

const waits = async () =>
  Number(/cmdstat_wait:calls=(\d+)/.exec(await master.admin.info('commandstats'))?.[1] ?? 0);

it('answers when the replica has it, and not before', async () => {
  const connection = await connect(1);
  expect(await send(connection, 'incr', 'n')).toBe(1);
  replica.pause();
  await expect(send(connection, 'incr', 'n')).rejects.toThrow(Unavailable);
  // It was run: that nobody may rely on it is what the answer says.
  expect(await master.admin.get('n')).toBe('2');
  await expect(connection.replicated('n')).rejects.toMatchObject({
    cause: { message: '0 of 1 replicas confirmed' },
  });
  replica.resume();
  // It may take longer to wake up than it is waited for.
  const isThere = () =>
    connection.replicated('n').then(
      () => true,
      () => false,
    );
  await waitFor('the replica to confirm', isThere);
  expect(await replica.admin.get('n')).toBe('2');
});

it('asks for nothing where no replica is wanted', async () => {
  const before = await waits();
  const connection = await connect(0);
  replica.pause();
  await send(connection, 'set', 'a', '1');
  await connection.replicated('a');
  expect(await waits()).toBe(before);
});

it('asks once for all commands of a turn', async () => {
  const connection = await connect(1);
  const before = await waits();
  await Promise.all(Array.from({ length: 100 }, () => send(connection, 'incr', 'm')));
  expect((await waits()) - before).toBe(1);
});

it('holds nobody up for longer than two questions, and keeps its connection', async () => {
  const connection = await connect(1);
  const clock = startAwakeClock();
  onTestFinished(() => clock.stop());
  let cuts = 0;
  connection.onDoubt(() => cuts++);
  replica.pause();
  const before = await waits();
  const all: Promise<unknown>[] = [];
  const took: number[] = [];
  // A command in each of many turns, while the questions of the first are still open.
  for (let i = 0; i < 200; i++) {
    const sentAtMs = clock.nowMs();
    const sent = send(connection, 'incr', 'k');
    all.push(sent.catch(() => took.push(clock.nowMs() - sentAtMs)));
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(all);
  expect(took).toHaveLength(200);
  expect((await waits()) - before).toBeLessThanOrEqual(3);
  expect(Math.max(...took)).toBeLessThan(DEADLINE_MS);
  expect(cuts).toBe(0);
});

it('does not take for counted what only the master has', async () => {
  const keys = new Keys('p:', 1);
  const settings = {
    ...{ stateBytesMax: 16_384, stateExpiryMs: 60_000, cacheBytesMax: 1_000_000, ledgerMax: 100 },
  };
  const store = new RedisStateStore(await connect(1), keys, settings);
  const other = new RedisStateStore(await connect(1), keys, settings);
  const commit = async () => {
    const loaded = await store.load('c');
    if ('kind' in loaded) throw new Error('moved');
    const { etag, state } = loaded;
    const what = {
      state,
      records: ['r'],
      messageIds: ['m'],
      receivedAtMs: 1,
      grants: [],
      deliveries: [],
    };
    return store.commit({ customerId: 'c', expectedEtag: etag, recents: new Set(), ...what });
  };
  expect(await commit()).toEqual({ kind: 'committed' });
  replica.pause();
  await expect(commit()).rejects.toThrow(Unavailable);
  expect(await master.admin.get(keys.partition(0).position)).toBe('2');
  // Whoever reads it now would answer its duplicates.
  await expect(store.load('c')).rejects.toThrow(Unavailable);
  await expect(other.load('c')).rejects.toThrow(Unavailable);
  await expect(other.append(0, ['r'])).rejects.toThrow(Unavailable);
  replica.resume();
  await waitFor('it', async () => (await other.load('c')) !== null);
  expect(await commit()).toEqual({ kind: 'committed' });
});

it('hardly waits for one that did not confirm, where that is not required, until it does', async () => {
  const cluster = await startRedisCluster({ masters: 1, replicas: 1 });
  onTestFinished(() => cluster.stop());
  const [node, follower] = cluster.nodes as [ClusterNode, ClusterNode];
  const connection = openConnection({
    ...{ url: cluster.url, deadlineMs: DEADLINE_MS, tellsOnwards: true },
  });
  connections.push(connection);
  await connection.ready();
  const patience: string[] = [];
  const monitor = await node.admin.monitor();
  onTestFinished(() => monitor.disconnect());
  monitor.on('monitor', (_at, [name = '', , timeoutMs = '']) => {
    if (name.toLowerCase() === 'wait') patience.push(timeoutMs);
  });
  follower.pause();
  onTestFinished(() => follower.resume());
  for (let n = 1; n <= 4; n++) expect(await send(connection, 'incr', 'n')).toBe(n);
  const full = `${DEADLINE_MS / 4}`;
  expect(patience).toEqual([full, '50', '50', '50']);
  follower.resume();
  await waitFor('its answer', async () => {
    await send(connection, 'incr', 'n');
    return patience.at(-1) === full;
  });
});
