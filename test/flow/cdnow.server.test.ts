// Real behaviour, whole: 69,659 purchases of 23,570 customers (CDNOW) through `/v1/import`. What a
// customer spent is the same in the file, in history, and in the state of every customer; a second
// replay changes nothing; and history, stepped again, gives every decision as it was.
//
// The file is not part of the project: set PROFFER_CDNOW, or keep shared data beside the checkout.

import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { query } from '../support/history-rows.ts';
import { type ProfferProcess, startProffer } from '../support/proffer-process.ts';

const run = promisify(execFile);
const root = new URL('../../', import.meta.url);
const MAIN = fileURLToPath(new URL('dist/main.js', root));
const FILE =
  process.env.PROFFER_CDNOW ??
  fileURLToPath(new URL('../shared/data/cdnow/CDNOW_master.txt.gz', root));
const READERS = 16;

if (!existsSync(FILE)) console.log(`no ${FILE}: the CDNOW replay is not tested here`);

describe.skipIf(!existsSync(FILE))('the CDNOW replay', () => {
  let proffer: ProfferProcess;
  let spent: Map<string, number>;
  beforeAll(async () => {
    spent = spentByCustomer();
    proffer = await startProffer({ PROFFER_CATALOG: 'examples/cdnow' });
  });
  afterAll(() => proffer?.dispose());

  const replay = async () => {
    const args = [MAIN, 'replay', '--format', 'cdnow', FILE];
    return (await run(process.execPath, args, { env: proffer.env, cwd: root })).stdout;
  };

  it('puts every purchase into history once, and verifies', async () => {
    const report = await replay();
    console.log(report);
    expect(report).toMatch(/^events {6}69659 in /m);
    expect(report).toMatch(/^rejected {4}none$/m);
    expect(report).toMatch(/second_order → basket: /);
    await expectAllVerified(proffer, report);
  }, 300_000);

  it('agrees with the file in history and in the state of every customer', async () => {
    expect(spent.size).toBe(23_570);
    const rows = await query<{ customer_id: string; spend: number }>(
      proffer,
      `SELECT customer_id, sum(properties.total::Float64) AS spend FROM events GROUP BY customer_id`,
    );
    expect(rows.length).toBe(spent.size);
    const differing = rows.filter((r) => Math.abs(r.spend - spent.get(r.customer_id)!) > 1e-6);
    expect(differing).toEqual([]);
    expect(await statesThatDiffer(proffer, spent)).toEqual([]);
  }, 300_000);

  it('comes out again from history, every decision as it was', async () => {
    const explain = async (...args: string[]) =>
      (await run(process.execPath, [MAIN, 'explain', ...args], { env: proffer.env, cwd: root }))
        .stdout;
    const [{ n = 0, one = '' } = {}] = await query<{ n: number; one: string }>(
      proffer,
      'SELECT count() AS n, anyLast(decision_id) AS one FROM decisions',
    );
    expect(n).toBeGreaterThan(10_000);
    expect(await explain('--all')).toBe(
      `explain     ${n} decisions come out the same, 0 different\n`,
    );
    const told = await explain(one);
    expect(told).toMatch(/^event {7}Order Completed, .* \(message cdnow-\d+, imported\)$/m);
    expect(told).toMatch(/^verdict {5}same: /m);
  }, 300_000);

  it('changes nothing when it runs again', async () => {
    const report = await replay();
    expect(report).toContain('of which 69659 were duplicates and changed nothing');
    await expectAllVerified(proffer, report);
    expect(await statesThatDiffer(proffer, spent)).toEqual([]);
  }, 300_000);
});

/** Every record of the ledger is an event of the file, or says that the admin's key was used. */
async function expectAllVerified(proffer: ProfferProcess, report: string): Promise<void> {
  const counted = await query<{ events: number; uses: number }>(
    proffer,
    'SELECT count() AS events, (SELECT count() FROM audit) AS uses FROM events',
  );
  const [{ events = 0, uses = 0 } = {}] = counted;
  expect(events).toBe(69_659);
  expect(uses).toBeGreaterThan(0);
  const [, verified] = /^verify {6}ok: (\d+) ledger records/m.exec(report) ?? [];
  expect(Number(verified)).toBe(events + uses);
}

/** Dollars per customer, added up in cents. */
function spentByCustomer(): Map<string, number> {
  const cents = new Map<string, number>();
  for (const line of gunzipSync(readFileSync(FILE)).toString('latin1').split('\n').slice(1)) {
    const [customer, , , dollars] = line.trim().split(/\s+/);
    if (dollars === undefined) continue;
    cents.set(customer!, (cents.get(customer!) ?? 0) + Math.round(Number(dollars) * 100));
  }
  return new Map([...cents].map(([customer, sum]) => [customer, sum / 100]));
}

async function statesThatDiffer(
  proffer: ProfferProcess,
  spent: ReadonlyMap<string, number>,
): Promise<string[]> {
  const differing: string[] = [];
  const customers = [...spent].values();
  const reader = async () => {
    for (const [customer, expected] of customers) {
      const response = await fetch(`${proffer.url}/v1/customers/${customer}?events=false`, {
        headers: { authorization: `Bearer ${proffer.adminKey}` },
      });
      const { features } = (await response.json()) as { features: { spend: number } };
      if (features.spend !== expected) differing.push(`${customer}: ${features.spend}`);
    }
  };
  await Promise.all(Array.from({ length: READERS }, reader));
  return differing;
}
