// Where spooling ends: the bytes it may take, the disk, the lease, the process that has a directory.

import { dirname } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { waitFor } from '../support/conditions.ts';
import { killed, type SpoolDeployment, startSpoolDeployment } from './spool-fixture.ts';

let on: SpoolDeployment;
beforeEach(async () => {
  on = await startSpoolDeployment();
});
afterEach(() => on.stop());

async function comesHome(total: number) {
  expect(await on.untilHome()).toMatchObject({ ok: true, differences: [] });
  expect(await on.events()).toEqual({ n: total, once: total, messages: total });
}

const lag = async () => (await on.at.total('position')) - (await on.at.total('marked'));

it('stops spooling when the spool is full, lets the ledger grow, and recovers', async () => {
  on.clickhouse.refuse();
  const worker = await on.worker({}, 30_000);
  await waitFor('the spool to be full', async () => {
    await on.fill(200);
    return on.at.logged.some((line) => line.includes('the spool is full'));
  });
  expect(worker.status().spool.bytes).toBeGreaterThan(10_000);
  expect(worker.status().spool.bytes).toBeLessThanOrEqual(30_000);
  const before = await lag();
  // What was too much for the spool leaves room for a smaller batch.
  let total = 0;
  await waitFor('the ledger to grow', async () => {
    total = await on.fill(400);
    return (await lag()) >= before + 300;
  });
  expect(worker.status().spool.bytes).toBeLessThanOrEqual(30_000);
  expect(on.at.logged.filter((line) => line.includes('cannot be written')).length).toBe(1);
  on.clickhouse.heal();
  await comesHome(total);
});

it('lets the ledger grow when the disk takes no more, and leaves no half file', async () => {
  on.clickhouse.refuse();
  // Blocks of 512 bytes: a write fails in the middle of the first file, as on a full disk.
  const worker = await on.spawn(4);
  await on.fill(2_000);
  await waitFor('the worker to hold what it could not spool', async () => {
    return (await on.at.redis.exists(on.at.keys.partition(0).frozen)) === 1;
  });
  const before = await lag();
  const total = await on.fill(400);
  expect(await lag()).toBe(before + 400);
  expect(await on.files()).toEqual([]);
  expect(await on.spooled()).toEqual([]);
  on.clickhouse.heal();
  await comesHome(total);
  await killed(worker);
});

it('a worker brings home what it spooled of partitions that are another’s by now', async () => {
  on.clickhouse.refuse();
  const first = await on.worker();
  await on.fill(1_000);
  await waitFor('the lag to be spooled', async () => (await on.spooled()).length >= 4);
  const second = await on.worker();
  await waitFor('each to have its half', () => {
    return first.status().held === 2 && second.status().held === 2;
  });
  const total = await on.fill(1_000);
  await waitFor('both to have files', async () => {
    return new Set((await on.files()).map((path) => dirname(path))).size === 2;
  });
  on.clickhouse.heal();
  await comesHome(total);
});

it('a worker takes over the files of one that died beside it', async () => {
  on.clickhouse.refuse();
  const dying = await on.spawn();
  await on.fill(1_000);
  await waitFor('the lag to be spooled', async () => (await on.spooled()).length >= 4);
  const heir = await on.worker();
  await waitFor('the heir to have partitions', () => heir.status().held > 0);
  await killed(dying);
  on.clickhouse.heal();
  await comesHome(await on.fill(100));
});
