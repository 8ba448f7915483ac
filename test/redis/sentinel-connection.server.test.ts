// A connection to the master that sentinels name, through a failover.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { openConnection } from '../../src/redis/connection.ts';
import { waitFor } from '../support/conditions.ts';
import { freshPorts } from '../support/fresh-ports.ts';
import { type RedisSentinel, startRedisSentinel } from '../support/redis-sentinel.ts';

let group: RedisSentinel;
beforeAll(async () => {
  group = await startRedisSentinel();
});
afterAll(() => group.stop());

it('finds the master though a sentinel is down, and follows it', async () => {
  const [nobody] = await freshPorts(1);
  const url = group.url.replace('//', `//127.0.0.1:${nobody},`);
  const connection = openConnection({ url, deadlineMs: 1_000 });
  await connection.ready();
  let doubts = 0;
  connection.onDoubt(() => doubts++);
  const [master, replica] = group.servers;
  await connection.call('set', ['before', '1']);
  await waitFor('the replica', async () => (await replica.admin.get('before')) === '1');
  await master.kill();
  await waitFor('a refusal', () => connection.call('get', ['before']).catch(() => 'refused'));
  await waitFor('the failover', () => connection.call('set', ['after', '2']));
  expect(await replica.admin.mget('before', 'after')).toEqual(['1', '2']);
  expect(doubts).toBeGreaterThan(0);
  connection.close();
});
