// What a kill leaves behind, step by step, made by hand: files, Redis and history as they are when
// the process ends between two steps. Then a worker starts.

import { copyFile, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Worker, WorkerSettings } from '../../src/compose/worker-options.ts';
import { waitFor } from '../support/conditions.ts';
import { seeded, testSeed } from '../support/seeded.ts';
import { type SpoolDeployment, startSpoolDeployment } from './spool-fixture.ts';

let on: SpoolDeployment;
let worker: Worker;
let total: number;
beforeEach(async () => {
  on = await startSpoolDeployment();
  on.clickhouse.refuse();
  // Records stay in the ledger after they were spooled, unless a test trims them.
  // It has nobody to write to, and need not wait for that.
  worker = await on.worker({ trimDelayMs: 60_000, drainDeadlineMs: 1_200 });
  total = await on.fill(1_200);
  await waitFor('the lag to be spooled', async () => {
    return (await on.at.total('marked')) > 800 && (await on.spooled()).length > 0;
  });
  await worker.stop();
});
afterEach(() => on.stop());

/** A worker starts with ClickHouse well again; all is in history once, and no file is left. */
async function comesHome(settings: Partial<WorkerSettings> = {}) {
  on.clickhouse.heal();
  worker = await on.worker(settings);
  expect(await on.untilHome()).toMatchObject({ ok: true, differences: [] });
  expect(await on.events()).toEqual({ n: total, once: total, messages: total });
  await waitFor('no file to be left', async () => {
    return (await on.files()).filter((path) => path.endsWith('.spool')).length === 0;
  });
}

const logged = (text: string) => on.at.logged.filter((line) => line.includes(text)).length;

/** The record of a spooled range becomes the record of a freeze again: the call was not made. */
async function unspoolByHand() {
  const [range] = (await on.spooled()).sort((a, b) => b.last - a.last);
  const { partition, first, last, queryId } = range!;
  const names = on.at.keys.partition(partition);
  await on.at.redis.hdel(names.spooled, queryId);
  await on.at.redis.hset(names.frozen, 'first', first, 'last', last, 'query', queryId);
  await on.at.redis.set(names.marked, first - 1);
}

async function trimmed() {
  for (let p = 0; p < 4; p++) {
    const { ledger, marked } = on.at.keys.partition(p);
    const last = Number(await on.at.redis.get(marked));
    await on.at.redis.xtrim(ledger, 'MINID', `${last + 1}-0`);
  }
}

it('killed between two batches: all comes home from the files', async () => {
  await trimmed();
  await comesHome();
});

it('killed while a file was being written: it is removed, and the ledger has the records', async () => {
  const [path] = await on.files();
  await copyFile(path!, join(dirname(path!), 'zz.unfinished'));
  await comesHome();
});

it('killed between file and Redis: the range is recovered, and then the file is no use', async () => {
  await unspoolByHand();
  await trimmed();
  // Or what is frozen may go to a file again before history has answered for the first time.
  await comesHome({
    spool: { directory: on.spoolDirectory, bytesMax: 1024 ** 3, afterRecords: 1_000_000 },
  });
  expect(logged('recovered a batch')).toBeGreaterThan(0);
});

it('killed between insert and Redis: nothing is inserted twice', async () => {
  const spooled = await on.spooled();
  const files = await on.files();
  const kept = await Promise.all(files.map((path) => readFile(path)));
  await comesHome();
  await worker.stop();
  for (const { partition, first, last, queryId, owner } of spooled) {
    const { spooled: name } = on.at.keys.partition(partition);
    await on.at.redis.hset(name, queryId, `${first} ${last} ${owner}`);
  }
  for (let i = 0; i < files.length; i++) await writeFile(files[i]!, kept[i]!);
  await comesHome();
});

it('an older copy of Redis says of what is home that it is in a file: history is asked', async () => {
  const spooled = await on.spooled();
  await trimmed();
  await comesHome();
  await worker.stop();
  for (const { partition, first, last, queryId, owner } of spooled) {
    const { spooled: name } = on.at.keys.partition(partition);
    await on.at.redis.hset(name, queryId, `${first} ${last} ${owner}`);
  }
  await comesHome();
  expect(logged('history has its records')).toBe(spooled.length);
});

it('killed between Redis and the removal of a file: it is removed', async () => {
  const files = await on.files();
  const kept = await Promise.all(files.map((path) => readFile(path)));
  await comesHome();
  await worker.stop();
  for (let i = 0; i < files.length; i++) await writeFile(files[i]!, kept[i]!);
  await comesHome();
  expect(logged('nothing refers to a spool file')).toBe(files.length);
});

it('a torn or altered file is set aside and written anew from the ledger', async () => {
  const random = seeded(testSeed());
  for (const path of await on.files()) {
    const bytes = await readFile(path);
    if (random() < 0.4) await truncate(path, random.below(bytes.length));
    else if (random() < 0.2) await rm(path);
    else {
      bytes[random.below(bytes.length)]! ^= 1 << random.below(8);
      await writeFile(path, bytes);
    }
  }
  // The ledger has what was marked for a while yet, as it has in life: files are looked at first.
  await comesHome({ trimDelayMs: 60_000 });
  expect(logged('written anew')).toBeGreaterThan(0);
});

it('a damaged file that the ledger cannot replace stays recorded, and verify names it', async () => {
  await trimmed();
  const [path, ...others] = (await on.files()).sort((a, b) => (basename(a) < basename(b) ? -1 : 1));
  expect(others.length).toBeGreaterThan(0);
  const bytes = await readFile(path!);
  bytes[bytes.length - 1]! ^= 1;
  await writeFile(path!, bytes);
  on.clickhouse.heal();
  worker = await on.worker();
  await on.untilMarked();
  await waitFor('the others to be home', async () => {
    const left = await on.files();
    return left.length === 1 && left[0]!.endsWith('.damaged');
  });
  const lost = await on.spooled();
  expect(lost.length).toBeGreaterThan(0);
  expect(logged('a spooled range is lost')).toBe(lost.length);
  const report = await on.verified();
  expect(report).toMatchObject({ ok: false, differences: [], inSpools: lost });
  await waitFor('the lag to count them', () => worker.status().lag === report.spooled);
  expect(worker.status().spool).toMatchObject({ bytes: bytes.length, batches: 0 });
});
