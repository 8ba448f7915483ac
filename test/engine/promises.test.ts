// What holds whatever happens, over random sequences of calls.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { prepare } from '../../src/engine/program.ts';
import { step } from '../../src/engine/step.ts';
import type { Decision } from '../../src/model/decision.ts';
import { OUTCOME_KINDS, type OutcomeKind } from '../../src/model/event.ts';
import { emptyState } from '../../src/model/state.ts';
import { cap, catalogOf, DAY, HOUR, MINUTE, type Parts, START } from './support/catalog-builder.ts';
import { Customer, type Done } from './support/customer.ts';

const shop: Parts = {
  features: {
    views: { kind: 'count', on: 'View', by: 'properties.sku', windowMs: HOUR },
    last: { kind: 'last', on: '*' },
  },
  segments: { keen: { condition: (s) => Number(s.featureAt(0, 'a')) >= 2, featureSlots: [0] } },
  placements: {
    home: { channel: 'app', limit: 2, fallback: 'hello' },
    popup: { channel: 'web' },
    push: { channel: 'push', consent: 'marketing' },
  },
  offers: {
    hello: { in: ['home'], caps: [cap(1)] },
    once: { in: ['home', 'popup', 'push'], caps: [cap(1)], value: 3 },
    daily: { in: ['home', 'popup', 'push'], caps: [cap(1, DAY), cap(3, 7 * DAY)], value: 2 },
    shown: { in: ['home', 'popup'], caps: [cap(2, DAY, 'impression'), cap(1, null, 'dismiss')] },
    spare: { in: ['home', 'popup', 'push'], caps: [cap(4, HOUR)] },
  },
  triggers: {
    viewed: {
      on: 'View',
      decide: ['popup', 'home'],
      cooldownMs: 10 * MINUTE,
      per: 'properties.sku',
    },
    keen: { on: '*', when: (s) => s.segment(0) === true, decide: ['push'] },
  },
  contactPolicy: [
    { max: 2, windowMs: HOUR, channels: ['web', 'push'] },
    { max: 5, windowMs: DAY, channels: ['app', 'push'] },
  ],
};

const waits = fc.oneof(fc.nat(30 * MINUTE), fc.nat(2 * DAY), fc.constantFrom(0, HOUR, DAY));
const calls = fc.oneof(
  fc.record({ kind: fc.constant('view' as const), sku: fc.constantFrom('a', 'b'), wait: waits }),
  fc.record({ kind: fc.constant('consent' as const), granted: fc.boolean(), wait: waits }),
  fc.record({
    kind: fc.constant('decide' as const),
    placements: fc.uniqueArray(fc.constantFrom('home', 'popup', 'push'), { minLength: 1 }),
    wait: waits,
  }),
  fc.record({
    kind: fc.constant('outcome' as const),
    which: fc.nat(),
    outcome: fc.constantFrom(...OUTCOME_KINDS),
    wait: waits,
  }),
);
const sequences = fc.array(calls, { minLength: 1, maxLength: 60 });
type Call = typeof calls extends fc.Arbitrary<infer T> ? T : never;

interface Reported {
  readonly decision: Decision;
  readonly offerId: string;
  readonly outcome: OutcomeKind;
  readonly atMs: number;
}

interface History {
  readonly customer: Customer;
  readonly decisions: Decision[];
  readonly reported: Reported[];
  readonly steps: Done[];
}

function run(sequence: readonly Call[]): History {
  const customer = new Customer(shop);
  const history: History = { customer, decisions: [], reported: [], steps: [] };
  const note = (done: Done) => {
    history.decisions.push(...done.decisions);
    history.steps.push(done);
  };
  for (const call of sequence) {
    customer.wait(call.wait);
    switch (call.kind) {
      case 'view':
        note(customer.track('View', { sku: call.sku }));
        break;
      case 'consent': {
        const consent = { categoryPreferences: { marketing: call.granted } };
        note(customer.track('Preferences', {}, { context: { consent } }));
        break;
      }
      case 'decide':
        note(customer.decide(call.placements));
        break;
      case 'outcome':
        report(history, call.which, call.outcome, note);
    }
  }
  return history;
}

function report(
  { customer, decisions, reported }: History,
  which: number,
  outcome: OutcomeKind,
  note: (done: Done) => void,
): void {
  const given = decisions.flatMap((decision) =>
    decision.offers.map(({ offerId }) => ({ decision, offerId })),
  );
  const offer = given[which % given.length];
  if (offer === undefined) return;
  const stepped = customer.outcome(offer.decision, offer.offerId, outcome);
  if (stepped.kind !== 'stepped') return;
  note(stepped);
  if (stepped.outcomeCounted) reported.push({ ...offer, outcome, atMs: customer.nowMs });
}

/** The largest number of times that lie within one window (w, half open). */
function densest(timesMs: readonly number[], windowMs: number | null): number {
  if (windowMs === null) return timesMs.length;
  return Math.max(
    0,
    ...timesMs.map((end) => timesMs.filter((t) => t > end - windowMs && t <= end).length),
  );
}

describe('over any sequence of calls', () => {
  it('a cap on decisions is never exceeded', () => {
    fc.assert(
      fc.property(sequences, (sequence) => {
        const { decisions } = run(sequence);
        for (const [name, offer] of Object.entries(shop.offers!)) {
          const times = decisions
            .filter((d) => !d.fallback && d.offers.some((o) => o.offerId === name))
            .map((d) => d.decidedAtMs);
          for (const { max, windowMs, of } of offer.caps ?? []) {
            if (of === 'decision') expect(densest(times, windowMs)).toBeLessThanOrEqual(max);
          }
        }
      }),
      { numRuns: 80 },
    );
  });

  it('an offer is refused as capped exactly when a recount says so', () => {
    fc.assert(
      fc.property(sequences, (sequence) => {
        const { decisions, reported } = run(sequence);
        const before: Decision[] = [];
        for (const decision of decisions) {
          for (const { offerId, stage } of decision.candidates) {
            if (stage === 'placement' || stage === 'dates') continue;
            const caps = shop.offers![offerId]!.caps ?? [];
            const full = caps.some(({ max, windowMs, of }) => {
              if (of !== 'decision') return false;
              const times = before
                .filter((d) => !d.fallback && d.offers.some((o) => o.offerId === offerId))
                .map((d) => d.decidedAtMs);
              const afterMs = decision.decidedAtMs - (windowMs ?? Number.POSITIVE_INFINITY);
              return times.filter((t) => t > afterMs).length >= max;
            });
            if (offerId !== 'shown' && offerId !== 'hello') expect(stage === 'caps').toBe(full);
          }
          before.push(decision);
        }
        const dismissed = reported.find((r) => r.offerId === 'shown' && r.outcome === 'dismiss');
        if (dismissed === undefined) return;
        const later = decisions.filter((d) => d.decidedAtMs > dismissed.atMs);
        expect(later.flatMap((d) => d.offers.map((o) => o.offerId))).not.toContain('shown');
      }),
      { numRuns: 80 },
    );
  });

  it('the contact policy is never exceeded, fallbacks included', () => {
    fc.assert(
      fc.property(sequences, (sequence) => {
        const { decisions } = run(sequence);
        for (const { max, windowMs, channels } of shop.contactPolicy!) {
          const times = decisions
            .filter((d) => d.offers.length > 0)
            .filter((d) => channels.includes(shop.placements![d.placement]!.channel!))
            .map((d) => d.decidedAtMs);
          expect(densest(times, windowMs)).toBeLessThanOrEqual(max);
        }
      }),
      { numRuns: 80 },
    );
  });

  it('the same calls give the same state and decisions', () => {
    fc.assert(
      fc.property(sequences, (sequence) => {
        const first = run(sequence);
        const second = run(sequence);
        expect(second.steps).toEqual(first.steps);
        expect(second.customer.state).toEqual(first.customer.state);
      }),
      { numRuns: 60 },
    );
  });

  it('every candidate has one fate, and the offers are those chosen', () => {
    fc.assert(
      fc.property(sequences, (sequence) => {
        for (const { candidates, offers, placement } of run(sequence).decisions) {
          const ids = candidates.map((c) => c.offerId);
          expect(new Set(ids).size).toBe(ids.length);
          const won = candidates.filter((c) => c.reason === 'chosen' || c.reason === 'fallback');
          expect(won.map((c) => c.offerId).sort()).toEqual(offers.map((o) => o.offerId).sort());
          expect(offers.length).toBeLessThanOrEqual(shop.placements![placement]!.limit ?? 1);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('a replay of every message within a day changes nothing', () => {
    const program = prepare(catalogOf(shop), 1);
    const submissionOf = (sku: string, i: number, nowMs: number) => ({
      stimulus: {
        kind: 'event' as const,
        outcome: null,
        event: {
          type: 'track' as const,
          name: 'View',
          messageId: `m${i}`,
          customerId: 'u1',
          userId: 'u1',
          anonymousId: null,
          timestampMs: nowMs,
          receivedAtMs: nowMs,
          properties: { sku },
          traits: {},
          context: {},
          label: 'View',
        },
      },
      ...{ customerId: 'u1', messageId: `m${i}`, nowMs, receivedAtMs: nowMs },
      ...{ live: true, decide: true, record: true },
    });
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 40 }), (skus) => {
        let state = emptyState('u1');
        const answers: string[] = [];
        skus.forEach((sku, i) => {
          const stepped = step(program, state, submissionOf(sku, i, START + i * MINUTE), {
            context: {},
            budgets: null,
            lists: null,
          });
          if (stepped.kind !== 'stepped') throw new Error(stepped.kind);
          state = stepped.state;
          answers.push(stepped.answer);
        });
        expect(state.records).toBe(skus.length);
        skus.forEach((sku, i) => {
          const again = step(program, state, submissionOf(sku, i, START + 2 * HOUR), {
            context: {},
            budgets: null,
            lists: null,
          });
          const kept = i >= skus.length - 8 ? answers[i] : '[]';
          expect(again).toEqual({ kind: 'duplicate', answer: kept });
        });
      }),
      { numRuns: 60 },
    );
  });
});
