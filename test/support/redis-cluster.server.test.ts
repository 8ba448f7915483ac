import { afterAll, beforeAll, expect, it } from 'vitest';
import { waitFor } from './conditions.ts';
import { type RedisCluster, startRedisCluster } from './redis-cluster.ts';

let cluster: RedisCluster;
beforeAll(async () => {
  cluster = await startRedisCluster({ nodeTimeoutMs: 1_000 });
});
afterAll(() => cluster.stop());

it('moves a slot step by step', async () => {
  const from = await cluster.masterOf(0);
  const to = cluster.nodes.find((node) => node !== from)!;
  // `{3560}` lies in slot 0.
  await from.admin.mset('{3560}a', '1', '{3560}b', '2');
  const migration = await cluster.migration(0, to);
  await migration.begin();
  expect(await migration.moveKeys(1)).toBe(1);
  await expect(from.admin.mget('{3560}a', '{3560}b')).rejects.toThrow(/^(TRYAGAIN|ASK)/);
  expect(await migration.moveKeys()).toBe(1);
  await migration.finish();
  expect(await cluster.masterOf(0)).toBe(to);
  expect(await to.admin.mget('{3560}a', '{3560}b')).toEqual(['1', '2']);
  await cluster.healthy();
});

it('gives the slots of a killed master to its replica, and takes it back as a replica', async () => {
  const master = await cluster.masterOf(16_383);
  const [replica] = await cluster.replicasOf(master);
  await master.kill();
  await waitFor('the failover', async () => (await cluster.masterOf(16_383)) === replica);
  await master.restart();
  await cluster.healthy();
  expect(await cluster.replicasOf(replica!)).toEqual([master]);
  await cluster.failover(master);
  await waitFor('the failover', async () => (await cluster.masterOf(16_383)) === master);
});
