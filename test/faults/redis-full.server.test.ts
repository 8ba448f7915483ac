// A Redis that is full refuses more, is emptied by history, and takes more again: no record is lost
// on the way, none counted twice.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { query } from '../support/history-rows.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';
import { type ProfferProcess, startProffer } from '../support/proffer-process.ts';
import { verifyHistory } from '../support/verified.ts';

const CUSTOMERS = 20;
const CLIENTS = 8;
const BATCH = 20;
/** One event is a kilobyte of ledger and nothing of state. */
const NOTE = 'n'.repeat(1_000);

let redis: PrivateRedis;
let proffer: ProfferProcess;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proffer-catalog-'));
  await writeFile(
    join(folder, 'catalog.yaml'),
    'catalog: counted\nfeatures: { clicks: { count: Clicked } }\n',
  );
  redis = await startPrivateRedis(['--maxmemory', '12mb']);
  proffer = await startProffer({
    REDIS_URL: redis.socket,
    PROFFER_CATALOG: folder,
    PROFFER_PARTITIONS: '4',
    PROFFER_REDIS_FSYNC: 'always',
    PROFFER_HISTORY_INTERVAL_MS: '100',
    PROFFER_TRIM_DELAY_MS: '0',
    PROFFER_LOG_LEVEL: 'error',
  });
});
afterAll(async () => {
  await proffer?.dispose();
  await redis?.stop();
  await rm(folder, { recursive: true, force: true });
});

it('answers 503 while it is full, and goes on by itself when history has emptied it', async () => {
  const worker = proffer.processes('main.js worker')[0]!.pid;
  // Held up, so that nothing leaves the ledger.
  process.kill(worker, 'SIGSTOP');
  let sent = 0;
  let acknowledged = 0;
  let refused = 0;
  const codes = new Set<unknown>();
  const client = async (): Promise<void> => {
    while (acknowledged < 20_000) {
      const batch = Array.from({ length: BATCH }, () => {
        const i = sent++;
        const userId = `c${i % CUSTOMERS}`;
        return {
          type: 'track',
          event: 'Clicked',
          userId,
          messageId: `m${i}`,
          properties: { NOTE },
        };
      });
      for (;;) {
        const { status, body } = await proffer.request('POST', '/v1/batch', { body: { batch } });
        if (status === 200) break;
        expect(status).toBe(503);
        codes.add((body as { error: { code: string } }).error.code);
        refused++;
        if (refused === CLIENTS * 2) process.kill(worker, 'SIGCONT');
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      acknowledged += BATCH;
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  console.log(`${acknowledged} acknowledged, ${refused} submissions refused`);
  expect(refused).toBeGreaterThan(CLIENTS);
  // The second only where nothing at all was taken for a while.
  expect(['store_unavailable', 'store_unavailable,not_ready']).toContain([...codes].join());
  const { report } = await verifyHistory(proffer);
  expect(report).toContain('verify      ok');
  const counts = await query(
    proffer,
    `SELECT toUInt32(count()) AS n, toUInt32(uniqExact(message_id)) AS u FROM events`,
  );
  expect(counts).toEqual([{ n: acknowledged, u: acknowledged }]);
  const { body } = await proffer.request('GET', '/v1/customers/c0', { key: proffer.adminKey });
  expect((body as { features: object }).features).toEqual({ clicks: acknowledged / CUSTOMERS });
});
