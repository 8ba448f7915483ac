// Two gateways on two ports, restarted in turn under load, as an upgrade does it. Clients keep their
// connections and go to the other gateway when a connection fails, and for no other reason: no
// request is answered anything but 200, and every event is counted once.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { waitFor } from '../support/conditions.ts';
import { type GatewayProcesses, startGatewayProcesses } from '../support/gateway-processes.ts';
import { type HttpClient, httpClient } from '../support/http-client.ts';
import { seeded, testSeed } from '../support/seeded.ts';

const CATALOG = `
catalog: clicks
features:
  clicks: { count: Clicked }
`;
const CLIENTS = 12;
const CUSTOMERS = 20;
const SEED = testSeed();

let fleet: GatewayProcesses;
let client: HttpClient;
beforeAll(async () => {
  fleet = await startGatewayProcesses(2, CATALOG);
  client = httpClient(fleet.writeKey, CLIENTS);
});
afterAll(async () => {
  client.close();
  await fleet.stop();
});

it('has no failed request and no event lost or doubled', async () => {
  const random = seeded(SEED);
  const refusals: string[] = [];
  const sent = new Map<string, number>();
  let reconnects = 0;
  let answered = 0;
  let isLoaded = true;
  const sendOne = async (serial: number) => {
    const userId = `c${random.below(CUSTOMERS)}`;
    sent.set(userId, (sent.get(userId) ?? 0) + 1);
    let at = random.below(2);
    for (;;) {
      try {
        const body = { userId, event: 'Clicked', messageId: `m${serial}` };
        const { status, text } = await client.post(`${fleet.gateways[at]!.url}/v1/track`, body);
        if (status !== 200) refusals.push(text);
        answered++;
        return;
      } catch {
        reconnects++;
        at = 1 - at;
      }
    }
  };
  let serial = 0;
  const load = Array.from({ length: CLIENTS }, async () => {
    while (isLoaded) await sendOne(serial++);
  });
  for (const gateway of fleet.gateways) {
    const before = answered;
    await waitFor('load', () => answered > before + 50);
    expect(await gateway.stop()).toBe(0);
    await gateway.start();
    await waitFor(
      'work for it',
      async () => (await gateway.metric('proffer_committed_total')) > 20,
    );
  }
  isLoaded = false;
  await Promise.all(load);
  expect(refusals).toEqual([]);
  // Else nothing was restarted under anybody's feet.
  expect(reconnects).toBeGreaterThan(0);
  for (const [userId, clicks] of sent) {
    const answer = await fetch(`${fleet.gateways[0]!.url}/v1/customers/${userId}`, {
      headers: { authorization: `Bearer ${fleet.adminKey}` },
    });
    expect(((await answer.json()) as { features: object }).features).toEqual({ clicks });
  }
});
