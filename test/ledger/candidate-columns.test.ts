// The candidates' columns against what they mean: one list per column, one entry per candidate.

import { describe, expect, it } from 'vitest';
import { candidateColumns } from '../../src/ledger/candidate-columns.ts';
import type { Candidate } from '../../src/model/decision.ts';
import { type Random, seeded, testSeed } from '../support/seeded.ts';

const NUMBERS = [0, 0.5, 12, 1e-7, 1e21, Number.NaN, Number.POSITIVE_INFINITY, null];
const WAYS = [
  ['eligibility', 'ineligible'],
  ['eligibility', 'ineligible'],
  ['suitability', 'unsuitable'],
  ['caps', 'capped'],
  ['limit', 'outranked'],
  ['limit', 'chosen'],
  ['contact_policy', 'contact_policy'],
] as const;

/** Runs of the same, scored ones among them, as decisions have. */
function someCandidates(random: Random, ids: readonly string[]): Candidate[] {
  let [stage, reason]: readonly [Candidate['stage'], Candidate['reason']] = random.pick(WAYS);
  return ids.map((offerId) => {
    if (random() < 0.3) [stage, reason] = random.pick(WAYS);
    const number = () => random.pick(NUMBERS);
    const scored = random() < 0.2;
    const terms = { propensity: number(), value: number(), context: number(), lever: number() };
    return {
      ...{ offerId, stage, reason },
      score: scored ? number() : null,
      terms: scored && random() < 0.8 ? terms : null,
    };
  });
}

function plainly(candidates: readonly Candidate[]): string {
  const list = (column: string, of: (candidate: Candidate) => unknown) =>
    `,"candidates.${column}":${JSON.stringify(candidates.map(of))}`;
  return (
    list('offer_id', ({ offerId }) => offerId) +
    list('stage', ({ stage }) => stage) +
    list('reason', ({ reason }) => reason) +
    list('score', ({ score }) => score) +
    list('propensity', ({ terms }) => terms?.propensity ?? null) +
    list('value', ({ terms }) => terms?.value ?? null) +
    list('context', ({ terms }) => terms?.context ?? null) +
    list('lever', ({ terms }) => terms?.lever ?? null)
  );
}

describe('the columns of candidates', () => {
  it('are as if each candidate was written by itself, whatever was written before', () => {
    const random = seeded(testSeed());
    // Catalogs change under a placement's name, and triggers ask for some of its offers each.
    const lists = Array.from({ length: 12 }, () =>
      Array.from({ length: random.below(40) }, (_, i) => `offer_${i}_${random.below(2)}`),
    );
    lists.push(['"quoted"', 'back\\slash', 'ünïcode'], ['only'], []);
    for (let i = 0; i < 600; i++) {
      const candidates = someCandidates(random, random.pick(lists));
      const expected = candidates.length === 0 ? '' : plainly(candidates);
      expect(candidateColumns(random.pick(['home', 'popup']), candidates)).toBe(expected);
    }
  });

  it('are right for a list of which only the middle differs from the one before', () => {
    const ended = (offerId: string): Candidate => ({
      ...{ offerId, stage: 'caps', reason: 'capped', score: null, terms: null },
    });
    const one = ['a', 'b', 'c'].map(ended);
    const other = ['a', 'x', 'c'].map(ended);
    for (const candidates of [one, other, one]) {
      expect(candidateColumns('middle', candidates)).toBe(plainly(candidates));
    }
  });

  it('are right when more was written than is remembered', () => {
    for (let i = 0; i < 300; i++) {
      const candidates = Array.from({ length: 900 }, (_, offer): Candidate => {
        const offerId = `offer_${i % 150}_${offer}`;
        return { offerId, stage: 'limit', reason: 'outranked', score: 1, terms: null };
      });
      const ids = candidates.map(({ offerId }) => `"${offerId}"`).join(',');
      const columns = candidateColumns(`placement_${i % 150}`, candidates);
      expect(columns.startsWith(`,"candidates.offer_id":[${ids}],"candidates.stage":[`)).toBe(true);
    }
  });
});
