// Why, with what waits and comes to nothing: each entry has its own candidates and its own id.

import { expect, it } from 'vitest';
import { explainedDecisions } from '../../src/gateway/explained-decisions.ts';
import { valid } from '../catalog/compile.ts';
import { MINUTE } from '../engine/support/catalog-builder.ts';
import { Customer } from '../engine/support/customer.ts';

const CATALOG = valid(`
catalog: waiting
features: { orders: { count: Ordered } }
triggers:
  cart: { on: Added, unless: Ordered, after: 1h, decide: app, offers: [reminder] }
offers:
  other: { treatments: { app: {} } }
  reminder: { eligibility: orders > 5, treatments: { app: {} } }
placements: { app: {} }
`);

it('of what waits, the candidates are those that its triggers allow', () => {
  const customer = new Customer(CATALOG);
  customer.track('Added');
  customer.wait(61 * MINUTE).passTime();
  const { answer, decisions } = customer.decide(['app'], { record: false, explain: true });
  const explained = explainedDecisions(answer, decisions) as unknown as {
    readonly decisionId: string;
    readonly waiting?: boolean;
    readonly candidates: readonly { readonly offerId: string; readonly reason: string }[];
  }[];
  expect(
    explained.map(({ waiting = false, candidates }) => [
      waiting,
      ...candidates.map(({ offerId, reason }) => [offerId, reason]),
    ]),
  ).toEqual([
    [true, ['reminder', 'ineligible']],
    [false, ['other', 'chosen'], ['reminder', 'ineligible']],
  ]);
  expect(new Set(explained.map(({ decisionId }) => decisionId)).size).toBe(2);
});
