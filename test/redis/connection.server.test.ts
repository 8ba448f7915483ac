import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { Unavailable } from '../../src/errors.ts';
import { openConnection } from '../../src/redis/connection.ts';
import { Script } from '../../src/redis/script.ts';
import { readScriptHeader } from '../../src/redis/script-header.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';

const SOURCE = `-- Adds, at once.
-- KEYS[1] counter · integer · expires in a minute
-- ARGV[1] by · integer · units
-- RETURNS the new value
-- STATUS 0 added · always
-- COST 2 commands
local counter, by = KEYS[1], ARGV[1]
local value = redis.call('INCRBY', counter, by)
redis.call('EXPIRE', counter, 60)
return value
`;
const add = new Script('add', SOURCE, readScriptHeader('add.lua', SOURCE));

let redis: PrivateRedis;
beforeAll(async () => {
  redis = await startPrivateRedis();
});
afterAll(() => redis.stop());

describe('a connection', () => {
  it('answers with Buffers that hold any byte', async () => {
    const connection = openConnection({ url: redis.socket, deadlineMs: 1_000 });
    await connection.ready();
    const bytes = Buffer.from([0, 255, 13, 10, 128]);
    await connection.call('set', ['bytes', bytes]);
    expect(await connection.call('get', ['bytes'])).toEqual(bytes);
    connection.close();
  });

  it('is unavailable at once, without queueing, while there is no server', async () => {
    const connection = openConnection({ url: `${redis.socket}-absent`, deadlineMs: 30_000 });
    await expect(connection.call('get', ['a'])).rejects.toThrow(Unavailable);
    connection.close();
  });

  it('gives up at its deadline on a Redis that hangs, and recovers when that goes on', async () => {
    const connection = openConnection({ url: redis.socket, deadlineMs: 200 });
    await connection.ready();
    process.kill(redis.pid, 'SIGSTOP');
    try {
      await expect(connection.call('get', ['a'])).rejects.toThrow(Unavailable);
    } finally {
      process.kill(redis.pid, 'SIGCONT');
    }
    await expect.poll(() => connection.isReady).toBe(true);
    await connection.call('set', ['a', '1']);
    connection.close();
  });

  it('takes the answers that came while this process was held up', async () => {
    const connection = openConnection({ url: redis.socket, deadlineMs: 500 });
    await connection.ready();
    await connection.call('set', ['held', 'up']);
    const answer = connection.call('get', ['held']);
    // Sent at the end of this turn; longer than the deadlines of calls and of connects.
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    const untilMs = performance.now() + 2_500;
    while (performance.now() < untilMs);
    expect(String(await answer)).toBe('up');
    connection.close();
  });

  it('connects anew when a server takes the connection and says nothing', async () => {
    const connections: Socket[] = [];
    const server = createServer((socket) => {
      connections.push(socket);
      socket.on('error', () => {});
      // The first hangs for ever.
      if (connections.length > 1) socket.pipe(connect(redis.socket)).pipe(socket);
    });
    onTestFinished(() => {
      server.close();
      for (const socket of connections) socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const connection = openConnection({ url: `redis://127.0.0.1:${port}`, deadlineMs: 200 });
    await expect.poll(() => connection.isReady, { timeout: 15_000 }).toBe(true);
    connection.close();
  });

  it('recovers by itself from a killed Redis', async () => {
    const connection = openConnection({ url: redis.socket, deadlineMs: 1_000 });
    await connection.ready();
    await redis.kill('SIGKILL');
    await expect(connection.call('get', ['a'])).rejects.toThrow(Unavailable);
    await redis.restart();
    await expect.poll(() => connection.isReady).toBe(true);
    expect(await connection.call('get', ['a'])).toBe(null);
    connection.close();
  });

  it('tells wrong calls from an unavailable store', async () => {
    const connection = openConnection({ url: redis.socket, deadlineMs: 1_000 });
    await connection.ready();
    await connection.call('set', ['text', 'x']);
    await expect(connection.call('incr', ['text'])).rejects.not.toThrow(Unavailable);
    await redis.connect().config('SET', 'maxmemory', '1');
    await expect(connection.call('set', ['b', 'y'])).rejects.toThrow(Unavailable);
    await redis.connect().config('SET', 'maxmemory', '0');
    connection.close();
  });

  it('connects anew when its server became a replica: its name may lead to the master by now', async () => {
    const own = await startPrivateRedis();
    const admin = own.connect();
    const connection = openConnection({ url: own.socket, deadlineMs: 1_000 });
    await connection.ready();
    await admin.replicaof('127.0.0.1', '1');
    let doubts = 0;
    connection.onDoubt(() => doubts++);
    const refused = () => expect(connection.call('set', ['a', '1'])).rejects.toThrow(Unavailable);
    const places = await connection.places([0]);
    expect(await connection.places([0])).toEqual(places);
    await refused();
    await expect.poll(() => doubts).toBe(1);
    expect(await connection.places([0])).not.toEqual(places);
    // At most once a second, and the first was a moment ago.
    for (let i = 0; i < 5; i++) await refused();
    expect(connection.isReady).toBe(true);
    await admin.replicaof('NO', 'ONE');
    await connection.call('set', ['a', '1']);
    connection.close();
    await own.stop();
  });
});

describe('a script', () => {
  it('runs by hash, and again after Redis lost it', async () => {
    const connection = openConnection({ url: redis.socket, deadlineMs: 1_000 });
    await connection.ready();
    expect(await add.run(connection, ['n'], ['2'])).toBe(2);
    await redis.connect().script('FLUSH');
    expect(await add.run(connection, ['n'], ['3'])).toBe(5);
    connection.close();
  });

  it('is loaded on connect and after a reconnect, before anybody calls it', async () => {
    const connection = openConnection({ url: redis.socket, deadlineMs: 1_000 });
    add.loadInto(connection);
    const isLoaded = async () =>
      ((await connection.call('script', ['EXISTS', add.sha]).catch(() => [0])) as number[])[0];
    await expect.poll(isLoaded).toBe(1);
    await redis.kill();
    await redis.restart();
    await expect.poll(isLoaded).toBe(1);
    connection.close();
  });

  it('refuses another number of keys than its header has', async () => {
    const connection = openConnection({ url: redis.socket, deadlineMs: 1_000 });
    await connection.ready();
    await expect(add.run(connection, ['a', 'b'], ['1'])).rejects.toThrow(TypeError);
    connection.close();
  });
});
