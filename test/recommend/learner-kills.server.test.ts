// The learner killed with its worker at random moments of a replay: what everybody's lists are made of is in
// the end what a recount of history makes, each event once.
// KILLS=50 npx vitest run --project long test/recommend/learner-kills   (PROFFER_TEST_SEED to repeat a run)

import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { EventRow } from '../../src/recommend/learned-events.ts';
import { waitFor } from '../support/conditions.ts';
import { query } from '../support/history-rows.ts';
import { type ProfferProcess, startProffer } from '../support/proffer-process.ts';
import { seeded, testSeed } from '../support/seeded.ts';
import { type FollowedCrowd, followCrowd } from './followed-crowd.ts';
import { EVENT_ROWS, eventsAmong, recounted } from './recounted.ts';
import { shopping } from './shopping.ts';

const KILLS = Number(process.env.KILLS ?? (process.env.PROFFER_TEST_LONG === undefined ? 2 : 50));
const ITEMS_MAX = 1_000;
const BATCH = 40;

it(`holds what a recount of history makes, after ${KILLS} kills`, async () => {
  const random = seeded(testSeed());
  const proffer = await startProffer({ PROFFER_ITEMS_MAX: String(ITEMS_MAX) });
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
    await learned(crowd, proffer, sent);
  } finally {
    crowd.close();
    await proffer.dispose();
  }
});

/** Waits until history has what was sent, and the follower what the learner made of it. */
async function learned(crowd: FollowedCrowd, proffer: ProfferProcess, sent: number): Promise<void> {
  let wanted = '';
  await waitFor('all events in history', async () => {
    const rows = await query<EventRow>(proffer, EVENT_ROWS);
    if (eventsAmong(rows) !== sent) return false;
    // Some logged in: their sessions go on.
    expect(rows.length).toBeGreaterThan(sent);
    wanted = recounted(rows, ITEMS_MAX);
    return true;
  });
  await waitFor('the same tables', async () => (await crowd.digest()) === wanted);
}
