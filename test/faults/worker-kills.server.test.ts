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
import { seeded, testSeed } from '../support/seeded.ts';

const run = promisify(execFile);
const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const KILLS = Number(process.env.PROFFER_FAULT_KILLS ?? 5);
const CUSTOMERS = 500;
/** One file is sent after the other for as long as there is something to kill. */
const EVENTS_PER_FILE = 2_000;
/** Longest time a worker lives; with the lease's, it gets some way on most of its lives. */
const LIFE_MS_MAX = 1_500;

let proffer: ProfferProcess;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proffer-faults-'));
  proffer = await startProffer({
    PROFFER_HISTORY_INTERVAL_MS: '50',
    PROFFER_TRIM_DELAY_MS: '500',
    PROFFER_LEASE_TTL_MS: '300',
    // A freeze is then trusted at once, so that kills meet every step and not only the wait for it.
    PROFFER_REDIS_FSYNC: 'always',
  });
});
afterAll(async () => {
  await proffer?.dispose();
  await rm(folder, { recursive: true, force: true });
});

it('keeps history equal to the ledger however often the worker is killed', async () => {
  const random = seeded(testSeed());
  let kills = 0;
  const killer = async () => {
    while (kills < KILLS) {
      await new Promise((resolve) => setTimeout(resolve, random() * LIFE_MS_MAX));
      const worker = proffer.processes('worker')[0];
      if (worker === undefined) continue;
      process.kill(worker.pid, 'SIGKILL');
      kills++;
    }
  };
  const killing = killer();
  let files = 0;
  while (kills < KILLS) await send(files++, random);
  await killing;
  await send(files++, random);
  // History is asked through the worker, and that may be on its way back.
  const { stdout } = await proffered('verify', '--wait', '120');
  console.log(`${kills} kills while ${files} files came\n${stdout}`);
  expect(stdout).toContain('verify      ok');
  const events = files * EVENTS_PER_FILE;
  const counts = await query(
    proffer,
    `SELECT count() AS n, uniqExact(message_id) AS messages, uniqExact(partition, ledger_id) AS records
     FROM events`,
  );
  expect(counts).toEqual([{ n: events, messages: events, records: events }]);
}, 900_000);

/** Sends a file of events; the service takes them whatever becomes of the worker. */
async function send(file: number, random: () => number): Promise<void> {
  const path = join(folder, `events-${file}.jsonl`);
  await writeFile(path, eventLines(file, random));
  // Not at the end of each: history cannot agree while its writer is being killed.
  const key = ['--url', proffer.url, '--key', proffer.adminKey];
  const { stdout } = await proffered('replay', '--format', 'jsonl', ...key, path);
  expect(stdout).toContain(`events      ${EVENTS_PER_FILE} in`);
}

/** Runs `proffer`; what it printed is part of the fault when it fails. */
async function proffered(...args: string[]): Promise<{ stdout: string }> {
  try {
    return await run(process.execPath, [MAIN, ...args], { env: proffer.env });
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    throw new Error(`proffer ${args[0]} failed:\n${stdout}${stderr}`, { cause: error });
  }
}

function eventLines(file: number, random: () => number): string {
  const lines: string[] = [];
  for (let i = 0; i < EVENTS_PER_FILE; i++) {
    lines.push(
      JSON.stringify({
        type: 'track',
        event: 'Order Completed',
        messageId: `f${file}-${i}`,
        userId: `c${Math.floor(random() * CUSTOMERS)}`,
        properties: { order_id: `o${file}-${i}`, total: Math.round(random() * 10_000) / 100 },
      }),
    );
  }
  return lines.join('\n');
}
