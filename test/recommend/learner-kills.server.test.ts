// The learner killed with its worker at random moments of a replay: what everybody's lists are made of is in
// the end what a recount of history makes, each event once.
// KILLS=50 npx vitest run --project long test/recommend/learner-kills   (PROFFER_TEST_SEED to repeat a run)

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { DEFAULT_ITEMS } from '../../src/catalog/compile-items.ts';
import type { EventRow } from '../../src/recommend/learned-events.ts';
import { waitFor } from '../support/conditions.ts';
import { query } from '../support/history-rows.ts';
import { type ProfferProcess, startProffer } from '../support/proffer-process.ts';
import { seeded, testSeed } from '../support/seeded.ts';
import { type FollowedCrowd, followCrowd } from './followed-crowd.ts';
import { EVENT_ROWS, eventsAmong, recounted, TIER } from './recounted.ts';
import { shopping } from './shopping.ts';

const KILLS = Number(process.env.KILLS ?? (process.env.PROFFER_TEST_LONG === undefined ? 2 : 50));
const ITEMS_MAX = 1_000;
const BATCH = 40;
/** Whose orders make them members of a group that is learned. */
const CATALOG = `
catalog: shop
features: { orders: { count: Order Completed } }
segments:
  tier:
    - gold: orders >= 2
    - silver: orders >= 1
recommenders:
  peers: { model: popular, by: segment.tier }
`;
const RULES = { ...DEFAULT_ITEMS, groups: TIER };

/** A worker is there again some seconds after each; on a busy machine later. */
const TIMEOUT_MS = 120_000 + KILLS * 12_000;

it(
  `holds what a recount of history makes, after ${KILLS} kills`,
  async () => {
    const random = seeded(testSeed());
    const folder = await mkdtemp(join(tmpdir(), 'proffer-kills-'));
    const file = join(folder, 'catalog.yaml');
    await writeFile(file, CATALOG);
    const proffer = await startProffer({
      ...{ PROFFER_ITEMS_MAX: String(ITEMS_MAX), PROFFER_CATALOG: file },
    });
    const socket = join(proffer.dataDirectory, 'redis.sock');
    const crowd = await followCrowd(socket, 64, ITEMS_MAX);
    try {
      let sent = 0;
      const send = async () => {
        const batch = Array.from({ length: BATCH }, () => shopping(random, sent++));
        const { status } = await proffer.request('POST', '/v1/batch', { body: { batch } });
        expect(status).toBe(200);
      };
      for (let kill = 0; kill < KILLS; kill++) {
        await send();
        // The one that begins then has something in history, and something in the ledger.
        if (kill === 0 || random() < 0.3) await learned(crowd, proffer, sent);
        await send();
        const [worker] = proffer.processes('worker');
        if (worker !== undefined) process.kill(worker.pid, 'SIGKILL');
        await send();
      }
      expect(await learned(crowd, proffer, sent)).toBeGreaterThan(0);
    } finally {
      crowd.close();
      await proffer.dispose();
      await rm(folder, { recursive: true });
    }
  },
  TIMEOUT_MS,
);

/**
 * Waits until history has what was sent, and the follower what the learner made of it.
 * @returns how many visitors logged in
 */
async function learned(
  crowd: FollowedCrowd,
  proffer: ProfferProcess,
  sent: number,
): Promise<number> {
  let rows: readonly EventRow[] = [];
  const read = async () => {
    rows = await query<EventRow>(proffer, EVENT_ROWS);
    return rows;
  };
  await waitFor('all events in history', async () => eventsAmong(await read()) === sent);
  // Merges have a table of their own, which may be written a moment later.
  await waitFor(
    'the same tables',
    async () => (await crowd.digest()) === recounted(await read(), ITEMS_MAX, RULES),
  );
  return rows.length - sent;
}
