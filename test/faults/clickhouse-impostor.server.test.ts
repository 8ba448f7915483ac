// Something else takes ClickHouse's place, as a load balancer does in maintenance: it answers 200 to
// everything. What was acknowledged waits, in the ledger and on disk, until ClickHouse is back.

import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSink } from '../../src/history/sinks/open-sink.ts';
import { waitFor } from '../support/conditions.ts';
import { emptyAnswer, type Impostor, maintenancePage, startImpostor } from '../support/impostor.ts';
import { type ProfferProcess, startProffer } from '../support/proffer-process.ts';
import { verifyHistory } from '../support/verified.ts';
import {
  startWritableClickHouse,
  type WritableClickHouse,
} from '../support/writable-clickhouse.ts';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const BATCH = 50;

let directory: string;
let clickhouse: WritableClickHouse;
let impostor: Impostor | null = null;
let proffer: ProfferProcess;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'proffer-replaced-'));
  clickhouse = await startWritableClickHouse(directory);
  proffer = await startProffer({
    CLICKHOUSE_URL: clickhouse.url,
    PROFFER_PARTITIONS: '2',
    PROFFER_SPOOL_AFTER: '100',
    PROFFER_REDIS_FSYNC: 'always',
    PROFFER_HISTORY_INTERVAL_MS: '100',
    PROFFER_TRIM_DELAY_MS: '0',
    PROFFER_LOG_LEVEL: 'warn',
  });
}, 120_000);
afterAll(async () => {
  await proffer?.dispose();
  await impostor?.stop();
  await clickhouse?.stop();
  await rm(directory, { recursive: true, force: true });
});

let sent = 0;
async function send(batches: number): Promise<void> {
  for (let i = 0; i < batches; i++) {
    const batch = Array.from({ length: BATCH }, (_, n) => ({
      ...{ type: 'track', event: 'Product Viewed', messageId: `m${sent + n}` },
      ...{ userId: `c${(sent + n) % 30}`, properties: { product_id: `p${n}` } },
    }));
    const { status } = await proffer.request('POST', '/v1/batch', {
      ...{ body: { batch }, key: proffer.writeKey },
    });
    expect(status).toBe(200);
    sent += BATCH;
  }
}

async function outputOf(...args: string[]): Promise<{ code: number; text: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], { env: proffer.env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), text: stdout + stderr });
    });
  });
}

it('loses nothing to a page that answers 200, says what is wrong, and goes on by itself', async () => {
  await send(2);
  const { port } = new URL(clickhouse.url);
  const says = `what answers at http://127.0.0.1:${port} is not ClickHouse: no X-ClickHouse-Query-Id`;
  await clickhouse.stop();
  for (const answer of [maintenancePage, emptyAnswer]) {
    const before = proffer.output().length;
    impostor = await startImpostor(answer, Number(port));
    await send(10);
    await waitFor('the log', () => proffer.output().slice(before).includes(says), 30_000);
    await waitFor('spooling', () => proffer.output().includes('spooled to disk'), 30_000);
    const query = await outputOf('sql', 'SELECT 1');
    expect(query).toEqual({ code: 1, text: expect.stringContaining(says) });
    const verified = await outputOf('verify', '--wait', '1');
    expect(verified).toEqual({ code: 1, text: expect.stringContaining(says) });
    await impostor.stop();
    impostor = null;
  }
  clickhouse = await startWritableClickHouse(directory, Number(port));
  const { report } = await verifyHistory(proffer, 60);
  expect(report).toContain('verify      ok');
  const sink = await openSink({ clickhouseUrl: clickhouse.url, directory: '' });
  const rows = await sink.query('SELECT uniq(message_id) AS ids, count() AS n FROM events');
  await sink.close();
  expect(rows).toEqual([{ ids: sent, n: sent }]);
}, 180_000);
