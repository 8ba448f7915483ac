// A budget through a whole service: what was given is in history, Redis counts the same, the operator is
// told, and stepping the records again gives the same.

import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openConnection } from '../../src/redis/connection.ts';
import { Keys } from '../../src/redis/keys.ts';
import { waitFor } from '../support/conditions.ts';
import { query } from '../support/history-rows.ts';
import { type ProfferProcess, startProffer } from '../support/proffer-process.ts';
import { startServiceRedis } from '../support/service-redis.ts';
import { verifyHistory } from '../support/verified.ts';

const CATALOG = `
catalog: kept
offers:
  gift: { value: 9, budget: { grants: 40, per_day: 30, money: 75.50, each: 2.5 }, treatments: { slot: {} } }
  next: { treatments: { slot: {} } }
placements:
  slot: { channel: web }
`;
const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

let proffer: ProfferProcess;
let redis: Awaited<ReturnType<typeof startServiceRedis>>;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proffer-catalog-'));
  await writeFile(join(folder, 'catalog.yaml'), CATALOG);
  redis = await startServiceRedis();
  proffer = await startProffer({
    ...{ PROFFER_GATEWAYS: '2', PROFFER_CATALOG: folder, REDIS_URL: redis.url },
    PROFFER_LOG_LEVEL: 'warn',
  });
});
afterAll(async () => {
  await proffer?.dispose();
  await redis?.stop();
  await rm(folder, { recursive: true, force: true });
});

it('is counted the same by answers, Redis and history', async () => {
  const questions = Array.from({ length: 60 }, async (_, i) => {
    const body = { userId: `u${i}`, placements: ['slot'] };
    const { body: answer } = await proffer.request('POST', '/v1/decide', {
      ...{ key: proffer.writeKey, body },
    });
    return (answer as { decisions: { offers: { offerId: string }[] }[] }).decisions[0]!.offers[0]!;
  });
  let given = (await Promise.all(questions)).filter(({ offerId }) => offerId === 'gift').length;
  for (let i = 0; given < 30 && i < 500; i++) {
    const body = { userId: `more${i}`, placements: ['slot'] };
    const { body: answer } = await proffer.request('POST', '/v1/decide', {
      ...{ key: proffer.writeKey, body },
    });
    const text = JSON.stringify(answer);
    if (text.includes('"gift"')) given++;
  }
  expect(given).toBe(30);
  const { body } = await proffer.request('GET', '/v1/budgets', { key: proffer.adminKey });
  expect(body).toMatchObject({
    budgets: [{ grants: { used: 30 }, perDay: { used: 30 }, money: { limit: 75.5, used: 75 } }],
  });

  const sql = `SELECT toUInt32(count()) AS n, toFloat64(sum(spent)) AS spent, any(counted) AS by
    FROM decisions ARRAY JOIN grants.spent AS spent, grants.counted AS counted`;
  await expect
    .poll(() => query(proffer, sql), { timeout: 60_000, interval: 200 })
    .toEqual([{ n: 30, spent: 75, by: 'gdm' }]);
  const verified = await verifyHistory(proffer);
  expect(verified.report).toMatch(/verify {6}ok: .* \d+ limits of budgets/);

  const explained = await promisify(execFile)(process.execPath, [MAIN, 'explain', '--all'], {
    env: proffer.env,
  });
  expect(explained.stdout).toMatch(/^explain {5}\d+ decisions come out the same, 0 different/m);

  await waitFor(
    'both lines',
    () => /per_day|of today/.test(proffer.output()) && /99 %|is spent/.test(proffer.output()),
  );
  expect(proffer.output()).toContain('the budget of gift is spent: 30 of 30 grants of today');
  await waitFor('the metric', async () =>
    /^proffer_budget_used\{[^}]*offer="gift",limit="money"\} 75$/m.test(
      await (await fetch(`${proffer.url}/metrics`)).text(),
    ),
  );
});

it('is missed by verify when a part of it is lost', async () => {
  const connection = openConnection({ url: redis.url, deadlineMs: 2_000 });
  await connection.ready();
  const keys = new Keys('proffer:', 64);
  for (let p = 0; p < 64; p++) {
    const held = await connection.call('hget', [keys.partition(p).budgets, 'gift|g']);
    const [, , used] = String(held).split(' ');
    if (!(Number(used) > 0)) continue;
    await connection.call('hset', [keys.partition(p).budgets, 'gift|g', '40 9 0 0']);
    break;
  }
  connection.close();
  const { report, exitCode } = await verifyHistory(proffer);
  expect(report).toMatch(/budget gift\|g of partition \d+: 0 are counted as used, history has \d+/);
  expect(exitCode).toBe(1);
});
