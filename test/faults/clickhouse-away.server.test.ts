// ClickHouse is away for longer than spool and ledger can bear: callers get 503 before anything of
// theirs is taken, and when it is back everything that was acknowledged is in history, once.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSink } from '../../src/history/sinks/open-sink.ts';
import { waitFor } from '../support/conditions.ts';
import { type ProfferProcess, startProffer } from '../support/proffer-process.ts';
import { verifyHistory } from '../support/verified.ts';
import {
  startWritableClickHouse,
  type WritableClickHouse,
} from '../support/writable-clickhouse.ts';

const BATCH = 50;

let clickhouse: WritableClickHouse;
let proffer: ProfferProcess;
beforeAll(async () => {
  clickhouse = await startWritableClickHouse();
  proffer = await startProffer({
    CLICKHOUSE_URL: clickhouse.url,
    PROFFER_PARTITIONS: '2',
    PROFFER_LEDGER_MAX: '1000',
    PROFFER_SPOOL_AFTER: '100',
    PROFFER_SPOOL_BYTES: '30000',
    PROFFER_REDIS_FSYNC: 'always',
    PROFFER_HISTORY_INTERVAL_MS: '100',
    PROFFER_TRIM_DELAY_MS: '0',
    PROFFER_LOG_LEVEL: 'warn',
  });
});
afterAll(async () => {
  await proffer?.dispose();
  await clickhouse?.stop();
});

let sent = 0;
const acknowledged = new Set<string>();

/** One batch; a refused one is not sent again. */
async function send(): Promise<Response> {
  const batch = Array.from({ length: BATCH }, (_, i) => ({
    ...{ type: 'track', event: 'Product Viewed', messageId: `m${sent + i}` },
    ...{ userId: `c${(sent + i) % 30}`, properties: { product_id: `p${i}`, price: i } },
  }));
  sent += BATCH;
  const response = await fetch(`${proffer.url}/v1/batch`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${proffer.writeKey}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ batch }),
  });
  if (response.status === 200) for (const { messageId } of batch) acknowledged.add(messageId);
  return response;
}

it('goes on without ClickHouse until disk and ledger are full, says so, and loses nothing', async () => {
  expect((await send()).status).toBe(200);
  clickhouse.refuse();
  let accepted = 0;
  const refusal = await waitFor('a refusal', async () => {
    const response = await send();
    if (response.status === 503) return response;
    expect(response.status).toBe(200);
    accepted += BATCH;
    await response.arrayBuffer();
    return null;
  });
  expect(Number(refusal.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await refusal.text()).toContain('ledger_full');
  // Disk and ledger took more than the two ledgers alone could hold.
  expect(accepted).toBeGreaterThan(2_500);
  expect(proffer.output()).toContain('spooled to disk');
  clickhouse.heal();
  await waitFor('events to be taken again', async () => (await send()).status === 200);
  const { exitCode, report } = await verifyHistory(proffer, 60);
  expect({ exitCode, report }).toMatchObject({ exitCode: 0 });
  const sink = await openSink({ clickhouseUrl: clickhouse.url, directory: '' });
  const rows = await sink.query<{ id: string; n: number }>(
    'SELECT message_id AS id, toUInt32(count()) AS n FROM events GROUP BY id',
  );
  await sink.close();
  expect(rows.filter(({ n }) => n !== 1)).toEqual([]);
  const held = new Set(rows.map(({ id }) => id));
  expect([...acknowledged].filter((id) => !held.has(id))).toEqual([]);
});
