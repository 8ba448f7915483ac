// Two gateway processes on one port and one customer: counted exactly, caps exact.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CAP, CAPPED_CATALOG } from '../support/capped-catalog.ts';
import { query } from '../support/history-rows.ts';
import { type ProfferProcess, startProffer } from '../support/proffer-process.ts';

let proffer: ProfferProcess;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proffer-catalog-'));
  await writeFile(join(folder, 'catalog.yaml'), CAPPED_CATALOG);
  proffer = await startProffer({ PROFFER_GATEWAYS: '2', PROFFER_CATALOG: folder });
});
afterAll(async () => {
  await proffer?.dispose();
  await rm(folder, { recursive: true, force: true });
});

it('counts 1,000 concurrent events of one customer once each and never exceeds the cap', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  let offered = 0;
  let letGo = 0;
  const send = async (i: number): Promise<void> => {
    for (;;) {
      const body = JSON.stringify({ userId: 'busy', event: 'Clicked', messageId: `c${i}` });
      const answer = await post(agent, `${proffer.url}/v1/track`, body);
      if (answer.status === 503) continue;
      expect(answer.status).toBe(200);
      const { duplicate, decisions } = JSON.parse(answer.body);
      // A retry of what was counted before its 503 may come when its answer is kept no more.
      if (duplicate && decisions.length === 0) letGo++;
      else offered += decisions[0].offers.length;
      return;
    }
  };
  await Promise.all(Array.from({ length: 1000 }, (_, i) => send(i)));
  agent.destroy();
  expect(offered).toBeLessThanOrEqual(CAP);
  expect(offered + letGo).toBeGreaterThanOrEqual(CAP);
  const customer = await fetch(`${proffer.url}/v1/customers/busy`, {
    headers: { authorization: `Bearer ${proffer.adminKey}` },
  });
  expect(((await customer.json()) as { features: object }).features).toMatchObject({
    clicks: 1000,
  });
  // One decision an event; the tables are written one after the other.
  for (const table of ['events', 'decisions']) {
    const counts = `SELECT count() AS n, uniqExact(message_id) AS u FROM ${table}`;
    await expect
      .poll(() => query(proffer, counts), { timeout: 60_000, interval: 200 })
      .toEqual([{ n: 1000, u: 1000 }]);
  }
  const offers = 'SELECT toUInt32(sum(length(offer_ids))) AS offers FROM decisions';
  expect(await query(proffer, offers)).toEqual([{ offers: CAP }]);
});

function post(agent: Agent, url: string, body: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        method: 'POST',
        agent,
        headers: { authorization: `Bearer ${proffer.writeKey}`, 'content-length': body.length },
      },
      (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}
