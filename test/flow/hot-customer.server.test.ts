// One customer at full blast on two gateways: its queue is bounded, its events count once and its
// cap is exact, and everybody else is served as if it were not there.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { CAP, CAPPED_CATALOG } from '../support/capped-catalog.ts';
import { type GatewayProcesses, startGatewayProcesses } from '../support/gateway-processes.ts';
import { type HttpClient, httpClient } from '../support/http-client.ts';

const HOT_EVENTS = 1_500;
/** Under way at once on each gateway: more than a run and what may wait behind it. */
const HOT_SENDERS = 64;
const OTHERS = 6;

let fleet: GatewayProcesses;
let client: HttpClient;
beforeAll(async () => {
  fleet = await startGatewayProcesses(2, CAPPED_CATALOG, {
    PROFFER_LANE_MAX: '16',
    // A machine that stands still for a while is none of this.
    PROFFER_REDIS_DEADLINE_MS: '15000',
  });
  client = httpClient(fleet.writeKey, 128);
});
afterAll(async () => {
  client.close();
  await fleet.stop();
});

it('slows nobody else, and is itself counted exactly', async () => {
  let next = 0;
  let offered = 0;
  let letGo = 0;
  let isHot = true;
  const post = (at: number, userId: string, messageId: string) => {
    const body = { userId, event: 'Clicked', messageId };
    return client.post(`${fleet.gateways[at]!.url}/v1/track`, body);
  };
  const blast = async (at: number) => {
    while (next < HOT_EVENTS) {
      const messageId = `hot-${next++}`;
      for (;;) {
        const { status, text } = await post(at, 'hot', messageId);
        if (status === 200) {
          const { duplicate, decisions } = JSON.parse(text);
          // A retry of what was counted before its 503 may come when its answer is kept no more.
          if (duplicate && decisions.length === 0) letGo++;
          else offered += decisions[0].offers.length;
          break;
        }
        expect([status, JSON.parse(text).error.code]).toEqual([503, 'overloaded']);
      }
    }
  };
  const others = new Map<string, number>();
  const shop = async (userId: string) => {
    for (let n = 0; isHot; n++) {
      const { status, text } = await post(n % 2, userId, `${userId}-${n}`);
      expect([status, text]).toEqual([200, expect.any(String)]);
      others.set(userId, n + 1);
    }
  };
  const shopping = Promise.all(Array.from({ length: OTHERS }, (_, i) => shop(`other-${i}`)));
  await Promise.all(Array.from({ length: HOT_SENDERS * 2 }, (_, i) => blast(i % 2)));
  isHot = false;
  await shopping;

  const sum = async (metric: string) =>
    (await Promise.all(fleet.gateways.map((g) => g.metric(metric)))).reduce((a, b) => a + b, 0);
  const clicks = async (userId: string) => {
    const headers = { authorization: `Bearer ${fleet.adminKey}` };
    const answer = await fetch(`${fleet.gateways[0]!.url}/v1/customers/${userId}`, { headers });
    return ((await answer.json()) as { features: { clicks: number } }).features.clicks;
  };
  expect(await clicks('hot')).toBe(HOT_EVENTS);
  expect(offered).toBeLessThanOrEqual(CAP);
  expect(offered + letGo).toBeGreaterThanOrEqual(CAP);
  for (const [userId, count] of others)
    expect([userId, await clicks(userId)]).toEqual([userId, count]);
  expect(others.size).toBe(OTHERS);
  // The queue was full, and that was told; commits met each other, and few of them did.
  expect(await sum('proffer_shed_total')).toBeGreaterThan(0);
  const conflicts = await sum('proffer_conflicts_total');
  expect(conflicts).toBeGreaterThan(0);
  expect(conflicts).toBeLessThan(HOT_EVENTS / 2);
});
