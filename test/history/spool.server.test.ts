import { afterEach, beforeEach, expect, it } from 'vitest';
import { waitFor } from '../support/conditions.ts';
import { append, recordText } from './ledger-fixture.ts';
import { AFTER_RECORDS, type SpoolDeployment, startSpoolDeployment } from './spool-fixture.ts';

let on: SpoolDeployment;
beforeEach(async () => {
  on = await startSpoolDeployment();
});
afterEach(() => on.stop());

const TROUBLES = {
  refuses: () => on.clickhouse.refuse(),
  'does not answer': () => on.clickhouse.stall(),
  'takes inserts and does not answer': () => {
    on.clickhouse.stall((sql) => sql.startsWith('INSERT INTO e'));
  },
};

it.each(Object.keys(TROUBLES) as (keyof typeof TROUBLES)[])(
  'the ledger goes to disk while ClickHouse %s, and comes home',
  async (trouble) => {
    const worker = await on.worker({}, undefined, 1_500);
    await on.fill(400);
    await on.untilMarked();
    TROUBLES[trouble]();
    let longest = 0;
    await waitFor('much to be spooled', async () => {
      await on.fill(50);
      longest = Math.max(longest, await on.ledgerLength());
      return (await on.files()).length >= 4;
    });
    // A commit needs room in the ledger and nothing else. While an insert hangs until its deadline
    // (1.5 s here) nothing can be spooled: that much comes on top.
    expect(longest).toBeLessThan(40 * AFTER_RECORDS);
    await waitFor('the lag to be seen', () => worker.status().lagMs > 0 && worker.status().lag > 0);
    expect(worker.status().spool.bytes).toBeGreaterThan(0);
    on.clickhouse.heal();
    const total = await on.fill(100);
    await on.untilHome();
    // What was held may be let go after it was read back: it is found and removed.
    await waitFor('nothing to be there twice', async () => (await on.verified()).ok);
    expect(await on.verified()).toMatchObject({ differences: [], pending: 0, inSpools: [] });
    expect(await on.events()).toEqual({ n: total, once: total, messages: total });
    await waitFor('no file to be left', async () => (await on.files()).length === 0);
    expect(on.at.logged.filter((line) => line.includes('spooled to disk'))).toHaveLength(1);
    expect(on.at.logged.filter((line) => line.includes('not spooled any more'))).toHaveLength(1);
    await waitFor('no lag to be seen', () => worker.status().lag === 0);
    expect(worker.status()).toMatchObject({ spool: { bytes: 0, batches: 0 } });
  },
);

it('comes home, refused rows and all, while more comes in than is inserted', async () => {
  on.clickhouse.refuse();
  const poison = recordText({ messageId: 'poison' }).replace('"product_id":"p1"', '"a":1,"a":2');
  await append(on.at.redis, on.at.keys, 1, [poison]);
  // The lag is long again by the time a batch is on disk: groups do nothing but spool.
  await on.worker({ durableAfterMs: 200, batchRecordsMax: 1_200 });
  const overload = async () => {
    if ((await on.ledgerLength()) < 600) await on.fill(400);
  };
  await waitFor('much to be spooled', async () => {
    await overload();
    return (await on.files()).length >= 6;
  });
  const early = new Set(await on.files());
  on.clickhouse.heal();
  await waitFor('the early files to be home', async () => {
    await overload();
    return (await on.files()).every((path) => !early.has(path));
  });
  expect(on.at.logged.filter((line) => line.includes('not spooled any more'))).toEqual([]);
  const total = await on.fill(0);
  expect(await on.untilHome()).toMatchObject({ ok: true, differences: [], refused: 1 });
  expect(await on.events()).toEqual({ n: total, once: total, messages: total });
});
