// Two gateways are killed with SIGKILL at random moments, sometimes both, while clients send single
// events and batches and send again what was not acknowledged (and now and then what was): every
// event counts once, in the state, in the caps and in history.
//
//   PROFFER_FAULT_KILLS=50 PROFFER_TEST_SEED=… npm test -- test/faults/gateway-kills

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CAP, CAPPED_CATALOG } from '../support/capped-catalog.ts';
import { waitFor } from '../support/conditions.ts';
import { query } from '../support/history-rows.ts';
import { type ProfferProcess, startProffer } from '../support/proffer-process.ts';
import { seeded, testSeed } from '../support/seeded.ts';
import { verifyHistory } from '../support/verified.ts';

const KILLS = Number(process.env.PROFFER_FAULT_KILLS ?? 4);
const SEED = testSeed();
const CLIENTS = 24;
/** Of a client between two jobs: the kills are tested here, not the speed. */
const PAUSE_MS_MAX = 20;
/** Of a job: one event, or a batch of so many at most. */
const BATCH_MAX = 12;

let proffer: ProfferProcess;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proffer-catalog-'));
  await writeFile(join(folder, 'catalog.yaml'), CAPPED_CATALOG);
  proffer = await startProffer({
    PROFFER_CATALOG: folder,
    PROFFER_GATEWAYS: '2',
    PROFFER_PARTITIONS: '8',
    PROFFER_REDIS_FSYNC: 'always',
    PROFFER_HISTORY_INTERVAL_MS: '100',
    PROFFER_LOG_LEVEL: 'error',
  });
});
afterAll(async () => {
  await proffer?.dispose();
  await rm(folder, { recursive: true, force: true });
});

interface Click {
  readonly userId: string;
  readonly messageId: string;
  readonly amount: number;
}

it('counts every acknowledged event once however often gateways are killed', async () => {
  const random = seeded(SEED);
  const customers = ['hot', ...Array.from({ length: 30 }, (_, i) => `c${i}`)];
  /** By customer, what was sent and in the end acknowledged. */
  const sent = new Map(customers.map((id) => [id, { clicks: 0, spent: 0 }]));
  let messages = 0;
  let resent = 0;
  let acknowledgedCount = 0;
  let killing = true;

  const nextClick = (): Click => {
    const userId = random() < 0.4 ? 'hot' : random.pick(customers);
    const click = { userId, messageId: `m${messages++}`, amount: random.below(100) };
    const known = sent.get(userId)!;
    known.clicks++;
    known.spent += click.amount;
    return click;
  };
  const client = async (): Promise<void> => {
    while (killing) {
      const clicks = Array.from(
        { length: random() < 0.5 ? 1 : 1 + random.below(BATCH_MAX) },
        nextClick,
      );
      while (!(await acknowledged(clicks))) {
        resent++;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      acknowledgedCount += clicks.length;
      if (random() < 0.1) await acknowledged(clicks);
      await new Promise((resolve) => setTimeout(resolve, random() * PAUSE_MS_MAX));
    }
  };
  const clients = Array.from({ length: CLIENTS }, client);
  for (let kill = 0; kill < KILLS; kill++) {
    // Killed gateways come back with pauses; without progress between, nothing would be in danger.
    const enough = acknowledgedCount + 50 + random.below(800);
    await waitFor('progress', () => acknowledgedCount >= enough);
    await new Promise((resolve) => setTimeout(resolve, random() * 50));
    const gateways = proffer.processes('main.js gateway');
    const both = random() < 0.25;
    for (const { pid } of both ? gateways : gateways.slice(0, 1)) process.kill(pid, 'SIGKILL');
  }
  killing = false;
  await Promise.all(clients);
  console.log(`${messages} events, ${resent} submissions sent again, ${KILLS} kills`);
  expect(resent).toBeGreaterThan(0);

  const { report } = await verifyHistory(proffer);
  expect(report).toContain('verify      ok');
  const rows = await query<{ id: string; n: number; u: number; spent: number }>(
    proffer,
    `SELECT customer_id AS id, toUInt32(count()) AS n, toUInt32(uniqExact(message_id)) AS u,
            toUInt32(sum(properties.amount.:Int64)) AS spent FROM events GROUP BY id`,
  );
  const shown = await query<{ id: string; offers: number }>(
    proffer,
    `SELECT customer_id AS id, toUInt32(sum(length(offer_ids))) AS offers FROM decisions GROUP BY id`,
  );
  const offers = new Map(shown.map((row) => [row.id, row.offers]));
  for (const [id, { clicks, spent }] of sent) {
    if (clicks === 0) continue;
    expect(rows.find((row) => row.id === id)).toEqual({ id, n: clicks, u: clicks, spent });
    expect([id, offers.get(id)]).toEqual([id, Math.min(CAP, clicks)]);
    const { body } = await proffer.request('GET', `/v1/customers/${id}`, { key: proffer.adminKey });
    expect((body as { features: object }).features).toEqual({ clicks, spent });
  }
}, 600_000);

/** Sends them, alone or as a batch; whether it was acknowledged. */
async function acknowledged(clicks: readonly Click[]): Promise<boolean> {
  const events = clicks.map(({ userId, messageId, amount }) => ({
    ...{ type: 'track', event: 'Clicked', userId, messageId, properties: { amount } },
  }));
  const single = events.length === 1;
  const path = single ? '/v1/track' : '/v1/batch';
  let answer: Awaited<ReturnType<ProfferProcess['request']>>;
  try {
    answer = await proffer.request('POST', path, { body: single ? events[0] : { batch: events } });
  } catch {
    // Cut off: perhaps it was counted, perhaps not.
    return false;
  }
  if (answer.status === 503) return false;
  expect(answer.status).toBe(200);
  const { results = [] } = answer.body as { results?: readonly object[] };
  expect(results.filter((result) => 'error' in result)).toEqual([]);
  return true;
}
