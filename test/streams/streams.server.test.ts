// Streams of two gateways over one Redis: who is sent what, with clients as they are published.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ComposedGateways, composeGateways, type Json } from '../support/composed-gateways.ts';
import { type Listening, listen, listenBySocket } from './listening.ts';

const CATALOG = `
catalog: streams
consent: { marketing: { default: granted } }
features:
  views: { count: Viewed }
triggers:
  viewed: { on: Viewed, decide: [popup, banner] }
offers:
  gift: { treatments: { popup: { views: "{{ views }}" }, banner: {} } }
placements:
  popup: { channel: web, consent: marketing }
  banner: { channel: web, when: "views < 1000" }
channels:
  web: stream
`;

let all: ComposedGateways;
const listenings: Listening[] = [];
beforeAll(async () => {
  all = await composeGateways(CATALOG, 2);
});
afterAll(async () => {
  for (const one of listenings) one.close();
  await all?.stop();
});

const KEY = 'write-key-of-the-test';
const open = (gateway: number, asked: Record<string, string>, how = listen) => {
  const one = how(all.gateways[gateway]!.url, { key: KEY, ...asked });
  listenings.push(one);
  return one;
};
const view = async (gateway: number, userId: string): Promise<Json[]> =>
  (await all.gateways[gateway]!.post('/v1/track', { userId, event: 'Viewed' })).decisions;
const ids = (decisions: readonly Json[]) => decisions.map(({ delivery }) => delivery.deliveryId);
const heardIds = ({ heard }: Listening) => heard.map(({ id }) => id);

it('sends what an event decides at one gateway to the streams of another, once each', async () => {
  const here = open(0, { userId: 'u1' });
  const there = open(1, { userId: 'u1' }, listenBySocket);
  const others = open(1, { userId: 'u2' });
  await expect.poll(() => [here.opened, there.opened, others.opened]).toEqual([1, 1, 1]);
  const decisions = await view(0, 'u1');
  expect(decisions.length).toBe(2);
  await expect.poll(() => heardIds(here)).toEqual(ids(decisions));
  await expect.poll(() => heardIds(there)).toEqual(ids(decisions));
  expect(here.heard[0]!.decision).toEqual(decisions[0]);
  expect(there.heard[1]!.decision).toEqual(decisions[1]);
  expect(others.heard).toEqual([]);
});
