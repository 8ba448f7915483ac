import { afterEach, beforeEach, expect, it } from 'vitest';
import { append, recordText } from '../ledger/ledger-fixture.ts';
import { waitFor } from '../support/conditions.ts';
import { AFTER_RECORDS, type SpoolDeployment, startSpoolDeployment } from './spool-fixture.ts';
import { PARTITIONS } from './worker-settings.ts';

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
    expect(worker.status().spool.freeBytes).toBeGreaterThan(0);
    // Its rounds succeed, as they spool: history fails all the same.
    await waitFor('history to fail', () => worker.status().historyFailingMs > 0);
    expect([...worker.status().lagByPartition.keys()]).toHaveLength(PARTITIONS);
    expect(worker.status().owner).toMatch(new RegExp(`/${process.pid}$`));
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
    expect(worker.status()).toMatchObject({ spool: { bytes: 0, batches: 0 }, historyFailingMs: 0 });
    await waitFor('none in any partition', () =>
      [...worker.status().lagByPartition.values()].every((lag) => lag === 0),
    );
  },
);

/** Records that a ledger has to hold all the time where more comes in than is inserted. */
const LEVEL = 600;

/** Keeps the ledger at its level until it is ended. */
function overloaded() {
  let going = true;
  /** Of all levels seen. */
  let lowest = Number.POSITIVE_INFINITY;
  const filling = (async () => {
    await on.fill(LEVEL * PARTITIONS);
    while (going) {
      const length = await on.ledgerLength();
      lowest = Math.min(lowest, length);
      if (length < LEVEL * 1.5) await on.fill(400);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  })();
  return {
    get lowest() {
      return lowest;
    },
    async end() {
      going = false;
      await filling;
    },
  };
}

it('comes home, refused rows and all, while more comes in than is inserted', async () => {
  on.clickhouse.refuse();
  const poison = recordText({ messageId: 'poison' }).replace('"product_id":"p1"', '"a":1,"a":2');
  await append(on.at.redis, on.at.keys, 1, [poison]);
  // The lag is long again by the time a batch is on disk: groups do nothing but spool.
  await on.worker({ durableAfterMs: 200, batchRecordsMax: 1_200 });
  const overload = overloaded();
  let ended: string[] = [];
  try {
    await waitFor('much to be spooled', async () => (await on.files()).length >= 6);
    const early = new Set(await on.files());
    on.clickhouse.heal();
    const areHome = async () => (await on.files()).every((path) => !early.has(path));
    await waitFor('the early files to be home', areHome, 120_000);
    ended = on.at.logged.filter((line) => line.includes('not spooled any more'));
  } finally {
    await overload.end();
  }
  // Where this process got no time to append, the worker was through, and right to say so.
  if (overload.lowest > AFTER_RECORDS) expect(ended).toEqual([]);
  const total = await on.fill(0);
  expect(await on.untilHome()).toMatchObject({ ok: true, differences: [], refused: 1 });
  expect(await on.events()).toEqual({ n: total, once: total, messages: total });
});
