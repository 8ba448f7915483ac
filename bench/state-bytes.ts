// How many bytes of Redis does a customer take? 30 seeded events each, spread over 30 days, with the
// retail catalog, through the real import; then MEMORY USAGE of the customer keys. The floor is the
// bare key: the same ids with a value of one byte.
//
//   npm run build && node --import tsx bench/state-bytes.ts [customers=300]

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startPrivateRedis } from '../test/support/private-redis.ts';
import { seeded, shopEvent } from './support/events.ts';
import { ADMIN_KEY, startGatewayProcess } from './support/gateway-process.ts';
import { machine } from './support/machine.ts';
import { copyRetail } from './support/retail.ts';
import { median, table } from './support/table.ts';

const SEED = 7;
const EVENTS_EACH = 30;
const DAY_MS = 86_400_000;

export async function stateBytes(customers: number): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'proffer-bench-'));
  const redis = await startPrivateRedis();
  const catalog = await copyRetail(join(dataDir, 'retail'));
  const gateway = await startGatewayProcess({ catalog, dataDir, redisUrl: redis.socket });
  const random = seeded(SEED);
  try {
    const startMs = Date.now() - EVENTS_EACH * DAY_MS;
    for (let c = 0; c < customers; c++) {
      const batch = Array.from({ length: EVENTS_EACH }, (_, i) => ({
        type: 'track',
        ...shopEvent(random, 1, c * EVENTS_EACH + i),
        userId: `customer-${c}`,
        messageId: `00000000-0000-4000-8000-${String(c * EVENTS_EACH + i).padStart(12, '0')}`,
        timestamp: new Date(startMs + i * DAY_MS).toISOString(),
      }));
      const response = await fetch(`http://127.0.0.1:${gateway.port}/v1/import`, {
        method: 'POST',
        headers: { authorization: `Bearer ${ADMIN_KEY}` },
        body: JSON.stringify({ batch }),
      });
      if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    }
    const client = redis.connect();
    const used: number[] = [];
    const bare: number[] = [];
    for (const key of await client.keys('*:customer:*')) {
      used.push((await client.memory('USAGE', key, 'SAMPLES', 0)) ?? 0);
      await client.set(key, 'x', 'PX', 1_000_000);
      bare.push((await client.memory('USAGE', key, 'SAMPLES', 0)) ?? 0);
    }
    if (used.length !== customers) throw new Error(`${used.length} of ${customers} customers`);
    return table(
      ['bytes of Redis per customer', 'median', 'largest'],
      [
        ['floor: the bare key', median(bare), Math.max(...bare)],
        [`after ${EVENTS_EACH} events, retail catalog`, median(used), Math.max(...used)],
      ],
    );
  } finally {
    gateway.child.kill('SIGKILL');
    await redis.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(machine());
  console.log(await stateBytes(Number(process.argv[2] ?? 300)));
  process.exit(0);
}
