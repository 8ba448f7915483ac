// A wave of more than a gateway can serve, against a process of its own: some is sent away, early and
// with a time to come again; what is accepted is counted once; and after the wave all is well at once.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { type GatewayProcesses, startGatewayProcesses } from '../support/gateway-processes.ts';
import { type HttpClient, httpClient } from '../support/http-client.ts';

const CATALOG = `
catalog: clicks
features:
  clicks: { count: Clicked }
`;
// Each batch is milliseconds of work: what comes meanwhile waits in the kernel, and the next turn finds all of it.
const CUSTOMERS = 80;
const CONNECTIONS = 250;
const BATCHES = 600;

let fleet: GatewayProcesses;
let client: HttpClient;
beforeAll(async () => {
  // A short turn: the wave needs not be larger than a small machine can send.
  fleet = await startGatewayProcesses(1, CATALOG, {
    PROFFER_TURN_MS: '5',
    PROFFER_IN_FLIGHT_MAX: '100000',
    PROFFER_LANE_MAX: '100000',
    PROFFER_QUEUE_MS: '60000',
  });
  client = httpClient(fleet.writeKey, CONNECTIONS);
});
afterAll(async () => {
  client.close();
  await fleet.stop();
});

/** One event of each customer. */
const batchOf = (n: number) => ({
  batch: Array.from({ length: CUSTOMERS }, (_, c) => ({
    ...{ type: 'track', event: 'Clicked', userId: `c${c}`, messageId: `m${n}-${c}` },
  })),
});

it('sheds a wave it cannot serve, counts what it accepts once, and recovers at once', async () => {
  const [gateway] = fleet.gateways;
  const url = `${gateway!.url}/v1/batch`;
  const shed: number[] = [];
  let accepted = 0;
  const healths: number[] = [];
  let next = 0;
  const sendOn = async () => {
    while (next < BATCHES) {
      const n = next++;
      const { status, headers, text } = await client.post(url, batchOf(n));
      if (status === 200) accepted++;
      else {
        expect([status, JSON.parse(text).error.code]).toEqual([503, 'overloaded']);
        expect(Number(headers['retry-after'])).toBeGreaterThanOrEqual(1);
        shed.push(n);
      }
    }
  };
  const watch = async () => {
    while (next < BATCHES) {
      for (const page of ['healthz', 'readyz', 'metrics']) {
        healths.push((await fetch(`${gateway!.url}/${page}`)).status);
      }
    }
  };
  await Promise.all([watch(), ...Array.from({ length: CONNECTIONS }, sendOn)]);
  expect(shed.length).toBeGreaterThan(0);
  expect(accepted).toBeGreaterThan(0);
  expect(await gateway!.metric('proffer_shed_total')).toBe(shed.length);
  expect(new Set(healths)).toEqual(new Set([200]));

  for (let i = 0; i < 200; i++) {
    const body = { userId: 'after', event: 'Clicked', messageId: `after-${i}` };
    expect((await client.post(`${gateway!.url}/v1/track`, body)).status).toBe(200);
  }

  for (const n of shed) expect((await client.post(url, batchOf(n))).status).toBe(200);
  for (const id of ['after', ...Array.from({ length: CUSTOMERS }, (_, c) => `c${c}`)]) {
    const headers = { authorization: `Bearer ${fleet.adminKey}` };
    const answer = await fetch(`${gateway!.url}/v1/customers/${id}`, { headers });
    const { features } = (await answer.json()) as { features: object };
    expect([id, features]).toEqual([id, { clicks: id === 'after' ? 200 : BATCHES }]);
  }
});
