// A connection on a real cluster, through everything that happens to one.

import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { SetupFault, Unavailable } from '../../src/errors.ts';
import { openConnection } from '../../src/redis/connection.ts';
import { keySlot } from '../../src/redis/key-slot.ts';
import type { ConnectionSettings, RedisConnection } from '../../src/redis/redis-connection.ts';
import { commandHead } from '../../src/redis/resp-writer.ts';
import { Script } from '../../src/redis/script.ts';
import { readScriptHeader } from '../../src/redis/script-header.ts';
import { startAwakeClock } from '../support/awake-clock.ts';
import { waitFor } from '../support/conditions.ts';
import { freshPorts } from '../support/fresh-ports.ts';
import { startPrivateRedis } from '../support/private-redis.ts';
import { type RedisCluster, startRedisCluster } from '../support/redis-cluster.ts';

const SOURCE = `-- Copies, at once.
-- KEYS[1] from · string · read
-- KEYS[2] to · string · none: it is a test
-- ARGV[1] end · string · appended
-- RETURNS the new value
-- STATUS 0 copied · always
-- COST 2 commands
local from, to, ending = KEYS[1], KEYS[2], ARGV[1]
local value = (redis.call('GET', from) or '') .. ending
redis.call('SET', to, value)
return value
`;
const copy = new Script('copy', SOURCE, readScriptHeader('copy.lua', SOURCE));
// Their slots are of the first, the second and the third master at the start.
const TAGS = ['{3560}', '{2}', '{4}'] as const;

let cluster: RedisCluster;
const connections: RedisConnection[] = [];
beforeAll(async () => {
  cluster = await startRedisCluster({ nodeTimeoutMs: 1_000 });
  const owners = await Promise.all(TAGS.map((tag) => cluster.masterOf(keySlot(tag))));
  expect(new Set(owners).size).toBe(3);
});
afterEach(() => {
  for (const connection of connections.splice(0)) connection.close();
});
afterAll(() => cluster.stop());

async function connect(over: Partial<ConnectionSettings> = {}): Promise<RedisConnection> {
  const connection = openConnection({ url: cluster.url, deadlineMs: 2_000, ...over });
  connections.push(connection);
  await connection.ready();
  return connection;
}

const text = async (reply: Promise<unknown>) => String(await reply);
const outcome = (reply: Promise<unknown>) =>
  reply.then(
    (value) => String(value),
    (error) => (error instanceof Unavailable ? 'unavailable' : `wrong: ${error}`),
  );

/** As the commit goes: written bytes, callbacks. */
const sent = (connection: RedisConnection, name: string, key: string) =>
  new Promise((resolve, reject) => {
    connection.send(keySlot(key), name, commandHead(2, [name, key]), resolve, reject);
  });

describe('a connection to a cluster', () => {
  it('finds each key, and all masters', async () => {
    const connection = await connect();
    await Promise.all(TAGS.map((tag) => connection.call('set', [`${tag}k`, tag])));
    for (const tag of TAGS) expect(await text(connection.call('get', [`${tag}k`]))).toBe(tag);
    const counts = await Promise.all(connection.masters().map((node) => node.call('dbsize', [])));
    expect(counts).toEqual([1, 1, 1]);
    expect(await text(copy.run(connection, ['{2}k', '{2}copy'], ['!']))).toBe('{2}!');
    await expect(connection.call('mget', ['{2}k', '{4}k'])).rejects.toThrow('CROSSSLOT');
  });

  it('starts though most of the nodes it is told of are down', async () => {
    const [nobody] = await freshPorts(1);
    const { address } = cluster.nodes[4]!;
    const url = `redis+cluster://127.0.0.1:${nobody},${address}`;
    const connection = await connect({ url });
    for (const tag of TAGS) await connection.call('set', [`${tag}k`, tag]);
  });

  it('follows a slot that moves: key by key, then whole; only what is torn apart waits', async () => {
    const [tag] = TAGS;
    const [a, b] = [`${tag}a`, `${tag}b`];
    const connection = await connect();
    copy.loadInto(connection);
    let doubts = 0;
    await connection.call('set', [a, '1']);
    await connection.call('set', [b, '2']);
    await connection.call('set', [`${tag}unmoved`, 'x']);
    connection.onDoubt(() => doubts++);
    const from = await cluster.masterOf(keySlot(tag));
    const to = cluster.nodes.find((node) => node !== from && cluster.nodes.indexOf(node) < 3)!;
    const migration = await cluster.migration(keySlot(tag), to);
    const slots = TAGS.map((each) => keySlot(each));
    const before = await connection.places(slots);
    expect(new Set(before).size).toBe(3);
    expect(await connection.places(slots)).toEqual(before);
    await migration.begin();
    expect((await connection.places(slots)).map((place) => place === null)).toEqual([
      ...[true, false, false],
    ]);
    const [first = ''] = await from.admin.cluster('GETKEYSINSLOT', keySlot(tag), 1);
    await migration.moveKeys(1);
    expect(await text(connection.call('get', [first]))).toMatch(/^[12x]$/);
    expect(await text(connection.call('set', [`${tag}new`, 'n']))).toBe('OK');
    expect(await text(connection.call('get', [`${tag}new`]))).toBe('n');
    expect(await text(sent(connection, 'get', `${tag}new`))).toBe('n');
    const other = first === a ? b : a;
    expect(await outcome(copy.run(connection, [first, other], ['!']))).toBe('unavailable');
    expect(await outcome(connection.call('get', ['{2}k']))).not.toBe('unavailable');
    expect(doubts).toBe(0);
    await migration.moveKeys();
    await migration.finish();
    const [after] = await connection.places(slots);
    expect([null, ...before]).not.toContain(after);
    expect(await text(sent(connection, 'get', `${tag}new`))).toBe('n');
    expect(await text(copy.run(connection, [a, b], ['!']))).toBe('1!');
    expect(doubts).toBeGreaterThan(0);
    await cluster.healthy();
  });

  it('loses only the slots of a dead master, and has them back with its replica', async () => {
    const deadlineMs = 4_000;
    const connection = await connect({ deadlineMs });
    const master = await cluster.masterOf(keySlot('{2}'));
    const clock = startAwakeClock();
    onTestFinished(() => clock.stop());
    let doubts = 0;
    connection.onDoubt(() => doubts++);
    await master.kill();
    let refused = 0;
    await waitFor('the replica', async () => {
      const startedAtMs = clock.nowMs();
      expect(await outcome(connection.call('set', ['{4}k', '4']))).toBe('OK');
      expect(connection.isReady).toBe(true);
      const answer = await outcome(connection.call('set', ['{2}k', '2']));
      // Nobody waits for the deadline.
      expect(clock.nowMs() - startedAtMs).toBeLessThan(deadlineMs / 2);
      if (answer === 'unavailable') refused++;
      return answer === 'OK';
    });
    expect(refused).toBeGreaterThan(0);
    expect(doubts).toBeGreaterThan(0);
    await master.restart();
    await cluster.healthy();
    expect(await text(connection.call('get', ['{2}k']))).toBe('2');
  });

  it('waits for a replica where one may take over, if what it reads is told onwards', async () => {
    const connection = await connect({ deadlineMs: 4_000, tellsOnwards: true });
    const [replica] = await cluster.replicasOf(await cluster.masterOf(keySlot('{2}')));
    const waitedMs = async () => {
      const startedAtMs = performance.now();
      await connection.call('set', ['{2}k', '2']);
      await connection.replicated('{2}k');
      return performance.now() - startedAtMs;
    };
    replica!.pause();
    const heldUpMs = await waitedMs();
    replica!.resume();
    // A quarter of the deadline.
    expect(heldUpMs).toBeGreaterThan(990);
    await waitFor('the replica', async () => (await waitedMs()) < 900);
    await (await connect()).replicated('{2}k');
  });

  it('is not held up by one node that hangs', async () => {
    const connection = await connect({ deadlineMs: 3_000 });
    const master = await cluster.masterOf(keySlot('{4}'));
    master.pause();
    try {
      const held = outcome(connection.call('get', ['{4}k']));
      for (let i = 0; i < 20; i++) {
        expect(await outcome(connection.call('set', ['{2}k', '2']))).toBe('OK');
      }
      expect(await held).toBe('unavailable');
    } finally {
      master.resume();
    }
    await waitFor('it', async () => (await outcome(connection.call('get', ['{4}k']))) === '4');
    await cluster.healthy();
  });

  it('comes back by itself after all nodes were killed', async () => {
    const connection = await connect();
    await Promise.all(cluster.nodes.map((node) => node.kill()));
    await waitFor('the loss', () => !connection.isReady);
    expect(await outcome(connection.call('get', ['{2}k']))).toBe('unavailable');
    await Promise.all(cluster.nodes.map((node) => node.restart()));
    await cluster.healthy();
    for (const tag of TAGS) {
      await waitFor(tag, async () => (await outcome(connection.call('set', [tag, '']))) === 'OK');
    }
  });
});

describe('an address that leads to the wrong thing', () => {
  it('is named, when it is a node of a cluster taken for a single server, or the reverse', async () => {
    const { address } = cluster.nodes[0]!;
    const single = connect({ url: `redis://${address}` });
    await expect(single).rejects.toThrow(SetupFault);
    await expect(single).rejects.toThrow('redis+cluster://');
    const [port] = await freshPorts(1);
    const redis = await startPrivateRedis(['--port', `${port}`, '--bind', '127.0.0.1']);
    const url = `redis+cluster://127.0.0.1:${port}`;
    await expect(connect({ url })).rejects.toThrow('no cluster');
    await redis.stop();
  });

  it('is unavailable where nobody is, or nobody is let in', async () => {
    const [nobody] = await freshPorts(1);
    const url = `redis+cluster://127.0.0.1:${nobody}`;
    await expect(connect({ url, deadlineMs: 300 })).rejects.toThrow(Unavailable);
    const wrong = cluster.url.replace('//', '//user:wrong@');
    const refused = await connect({ url: wrong }).catch((error) => error);
    expect(refused).toBeInstanceOf(Unavailable);
    expect(String(refused.cause)).toContain('WRONGPASS');
  });
});
