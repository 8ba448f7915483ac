// The worker is killed with SIGKILL at random moments while real behaviour comes in: history equals
// the ledger at the end, no row missing, none twice.
//
//   PROFFER_FAULT_KILLS=50 PROFFER_TEST_SEED=… npm test -- test/faults/worker-kills

import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { query } from '../support/history-rows.ts';
import { type ProfferProcess, startProffer } from '../support/proffer-process.ts';

const run = promisify(execFile);
const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const KILLS = Number(process.env.PROFFER_FAULT_KILLS ?? 5);
const SEED = Number(process.env.PROFFER_TEST_SEED ?? Date.now() % 1_000_000);
const CUSTOMERS = 500;
/** Enough that the file is still being sent when the last kill comes. */
const EVENTS = 8_000 + KILLS * 1_500;

let proffer: ProfferProcess;
let folder: string;
beforeAll(async () => {
  console.log(`PROFFER_TEST_SEED=${SEED}, ${KILLS} kills`);
  folder = await mkdtemp(join(tmpdir(), 'proffer-faults-'));
  proffer = await startProffer({ PROFFER_HISTORY_INTERVAL_MS: '50', PROFFER_TRIM_DELAY_MS: '500' });
}, 120_000);
afterAll(async () => {
  await proffer?.dispose();
  await rm(folder, { recursive: true, force: true });
});

it('keeps history equal to the ledger however often the worker is killed', async () => {
  const random = seeded(SEED);
  const file = join(folder, 'events.jsonl');
  await writeFile(file, eventLines(random));
  let replaying = true;
  const replay = run(process.execPath, [MAIN, 'replay', '--format', 'jsonl', file], {
    env: proffer.env,
    maxBuffer: 64 * 1024 * 1024,
  }).finally(() => {
    replaying = false;
  });
  let kills = 0;
  let duringReplay = 0;
  while (kills < KILLS) {
    await new Promise((resolve) => setTimeout(resolve, random() * 1_500));
    const worker = proffer.processes('worker')[0];
    if (worker === undefined) continue;
    process.kill(worker.pid, 'SIGKILL');
    kills++;
    if (replaying) duringReplay++;
  }
  const { stdout } = await replay;
  console.log(`${duringReplay} of ${kills} kills came while events did\n${stdout}`);
  expect(stdout).toContain('verify      ok');
  expect(duringReplay).toBeGreaterThan(0);
  const counts = await query(
    proffer,
    `SELECT count() AS n, uniqExact(message_id) AS messages, uniqExact(partition, ledger_id) AS records
     FROM events`,
  );
  expect(counts).toEqual([{ n: EVENTS, messages: EVENTS, records: EVENTS }]);
}, 600_000);

function eventLines(random: () => number): string {
  const lines: string[] = [];
  for (let i = 0; i < EVENTS; i++) {
    const at = new Date(Date.UTC(2026, 0, 1) + i * 60_000).toISOString();
    lines.push(
      JSON.stringify({
        type: 'track',
        event: 'Order Completed',
        messageId: `f${i}`,
        userId: `c${Math.floor(random() * CUSTOMERS)}`,
        timestamp: at,
        properties: { order_id: `o${i}`, total: Math.round(random() * 10_000) / 100 },
      }),
    );
  }
  return lines.join('\n');
}

/** Mulberry32. */
function seeded(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
