// What one gateway has cached of a customer must not show when another one has written since.

import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  type ComposedGateway,
  type ComposedGateways,
  composeGateways,
} from '../support/composed-gateways.ts';

const CATALOG = `
catalog: shared
offers:
  once: { caps: [{ max: 1 }], treatments: { slot: { x: 1 } } }
placements:
  slot: {}
`;

let all: ComposedGateways;
let here: ComposedGateway;
let there: ComposedGateway;
beforeAll(async () => {
  all = await composeGateways(CATALOG, 2);
  [here, there] = all.gateways as [ComposedGateway, ComposedGateway];
});
afterAll(() => all?.stop());

/** A decision that `there` made for a customer whom `here` has cached from before. */
async function decidedThere(userId: string) {
  await here.post('/v1/track', { userId, event: 'Came' });
  const answer = await there.post('/v1/decide', { userId, placements: ['slot'] });
  return answer.decisions[0];
}

it('takes an outcome of a decision that another gateway made', async () => {
  const { decisionId } = await decidedThere('u1');
  const report = { userId: 'u1', decisionId, offerId: 'once', outcome: 'click' };
  expect((await here.request('POST', '/v1/outcomes', { body: report })).status).toBe(200);
});

it('still refuses an outcome of a decision that nobody made', async () => {
  await decidedThere('u2');
  const report = { userId: 'u2', decisionId: 'none', offerId: 'once', outcome: 'click' };
  expect((await here.request('POST', '/v1/outcomes', { body: report })).status).toBe(404);
});

it('answers an unrecorded question on what another gateway counted', async () => {
  await decidedThere('u3');
  const question = { userId: 'u3', placements: ['slot'], explain: true, record: false };
  const [decision] = (await here.post('/v1/decide', question)).decisions;
  expect(decision.candidates[0].reason).toBe('capped');
});
