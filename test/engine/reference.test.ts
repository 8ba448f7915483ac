// Random catalogs and customers, decided by the engine and by a second, naive reading of the rules.
// A failure names its seed; PROFFER_TEST_SEED=n runs that one alone.

import { expect, it } from 'vitest';
import { compileCatalog } from '../../src/catalog/compile-catalog.ts';
import type { Decision } from '../../src/model/decision.ts';
import type { OutcomeKind } from '../../src/model/event.ts';
import { Customer } from './support/customer.ts';
import { Draws, EVENTS, type Plan, randomPlan } from './support/random-plan.ts';
import { type Expected, ReferenceDecider } from './support/reference-decider.ts';

const CUSTOMERS = 6;
const STEPS = 60;
const MINUTE = 60_000;
const START = Date.parse('2026-02-02T00:00:00Z');

const only = process.env.PROFFER_TEST_SEED;
const seeds = only === undefined ? Array.from({ length: 8 }, (_, i) => i) : [Number(only)];

/** Every `stage reason` that turned up in some decision. */
const fates = new Set<string>();

/** A decision in the words of the reference. */
function told(plan: Plan, decision: Decision): Expected {
  for (const { stage, reason } of decision.candidates) fates.add(`${stage} ${reason}`);
  const { fallback } = plan.placements[decision.placement]!;
  return {
    placement: decision.placement,
    trigger: decision.trigger,
    fallback: decision.fallback,
    holdout: decision.holdout,
    offers: decision.offers.map((offer) => offer.offerId),
    candidates: decision.candidates
      .filter((c) => c.offerId !== fallback || c.reason === 'fallback')
      .map((c) => `${c.offerId} ${c.stage} ${c.reason}`)
      .sort(),
  };
}

function live(draws: Draws, plan: Plan, customer: Customer, reference: ReferenceDecider): void {
  const given: Decision[] = [];
  const reported = new Set<string>();
  for (let i = 0; i < STEPS; i++) {
    customer.wait(draws.of([0, 1, 1, 5, 10, 10, 30, 60, 400]) * MINUTE + draws.below(2));
    const nowMs = customer.nowMs;
    const what = draws.below(10);
    if (what === 0) {
      const traits = {
        x: draws.share() < 0.7,
        y: draws.share() < 0.5,
        z: draws.share() < 0.1,
        score: draws.of([-1, 0, 3, null]),
      };
      customer.identify(traits);
      for (const [name, value] of Object.entries(traits)) {
        reference.traits.set(name, value ?? undefined);
      }
    } else if (what === 1) {
      const [purpose, granted] = [draws.of(['said', 'silent']), draws.share() < 0.6];
      const consent = { categoryPreferences: { [purpose]: granted } };
      customer.track('Elsewhere', {}, { context: { consent } });
      reference.consent.set(purpose, granted);
    } else if (what === 2 && given.length > 0) {
      const decision = draws.of(given.slice(-8));
      const { offerId } = draws.of(decision.offers);
      const kind: OutcomeKind = draws.of(['impression', 'click']);
      customer.outcome(decision, offerId, kind);
      const name = `${decision.decisionId} ${offerId} ${kind}`;
      if (!reported.has(name) && !decision.fallback) reference.count(offerId, kind, nowMs);
      reported.add(name);
    } else {
      let decisions: readonly Decision[];
      let expected: Expected[];
      if (what === 3) {
        const limit = draws.of([null, 1, 2, 9]);
        const asked = draws.some(Object.keys(plan.placements)).reverse();
        decisions = customer.decide(asked, { limit }).decisions;
        expected = asked.map((placement) => reference.decide(placement, [], limit, nowMs));
      } else {
        const [name, k] = [draws.of(EVENTS), draws.of([undefined, 'a', 'b', 3])];
        decisions = customer.track(name, k === undefined ? {} : { k }).decisions;
        expected = reference.event(name, k, nowMs);
      }
      expect(decisions.map((decision) => told(plan, decision))).toEqual(expected);
      given.push(...decisions.filter((decision) => decision.offers.length > 0));
    }
  }
}

it.each(seeds)('the engine decides as the rules read, seed %i', (seed) => {
  const draws = new Draws(seed);
  const plan = randomPlan(draws);
  const compiled = compileCatalog([{ path: 'random.yaml', text: JSON.stringify(plan) }]);
  if (!compiled.ok) throw new Error(JSON.stringify(compiled.faults));
  for (let i = 0; i < CUSTOMERS; i++) {
    const customer = new Customer(compiled.catalog, `customer-${seed}-${i}`);
    customer.nowMs = START;
    live(draws, plan, customer, new ReferenceDecider(plan, customer.id));
  }
});

it.skipIf(only !== undefined)('and every stage and reason turned up', () => {
  expect([...fates].sort()).toEqual([
    'applicability not_applicable',
    'arbitration score_unknown',
    'caps capped',
    'contact_policy contact_policy',
    'dates ended',
    'dates not_started',
    'eligibility ineligible',
    'holdout holdout',
    'limit chosen',
    'limit fallback',
    'limit outranked',
    'placement no_consent',
    'placement placement_closed',
    'suitability unsuitable',
  ]);
});
