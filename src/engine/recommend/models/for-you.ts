// VMIS-kNN (Kersbergen, Sprangers, Schelter: Serenade, SIGMOD 2022): of the newest sessions with any of the
// customer's last items, those that share most with the customer's session recommend what they hold.
//
// The pos-th newest item of L (from 0; repeated ones where they are newest) weighs (L − pos) / |different|;
// the similarity of a session is the sum over the items that it holds. A neighbour gives each of its items
// similarity · (1 − 0.1 · p) · ln(N / n_i), with p the place (from 1) of its newest item in common, n_i the
// sessions with the item, and N the sum of all n_i.

import type { Crowd, Ranking, Sessions } from '../../../model/crowd/crowd.ts';
import { Candidates } from './candidates.ts';

export interface NeighbourChoice {
  /** Newest sessions that are looked at: m. */
  readonly sessions: number;
  /** Of these, those that count: k. */
  readonly neighbours: number;
  /** The customer's last items that count. */
  readonly last: number;
}

export const FOR_YOU: NeighbourChoice = { sessions: 500, neighbours: 100, last: 3 };

const PLACE_WEIGHT = 0.1;

interface Neighbour {
  readonly session: number;
  readonly place: number;
  similarity: number;
}

const NOTHING: readonly number[] = [];

/** @param seeds as they happened, also repeated ones; all of them may be in the answer */
export function forYou(
  crowd: Crowd,
  seeds: readonly number[],
  choice: NeighbourChoice = FOR_YOU,
): Ranking {
  const { sessions } = crowd;
  const found = new Candidates();
  for (const { session, place, similarity } of neighboursOf(sessions, seeds, choice)) {
    const weight = similarity * (1 - PLACE_WEIGHT * place);
    const start = sessions.startOf(session);
    const end = start + sessions.lengthOf(session);
    for (let k = start; k < end; k++) {
      const item = sessions.items[k]!;
      const holding = sessions.countWith(item);
      if (holding > 0) found.add(item, weight * Math.log(sessions.places / holding));
    }
  }
  return found.ranking(crowd, NOTHING);
}

function neighboursOf(
  sessions: Sessions,
  seeds: readonly number[],
  choice: NeighbourChoice,
): readonly Neighbour[] {
  const newest = seeds.slice(-choice.last).reverse();
  const different = new Set(newest);
  const found = new Map<number, Neighbour>();
  for (const item of different) {
    const position = newest.indexOf(item);
    const weight = (newest.length - position) / different.size;
    const { length, sessions: holding } = sessions.with(item);
    for (let k = 0; k < length; k++) {
      const session = holding[k]!;
      const held = found.get(session);
      if (held !== undefined) held.similarity += weight;
      else found.set(session, { session, place: position + 1, similarity: weight });
    }
  }
  const isNewer = (a: Neighbour, b: Neighbour) =>
    sessions.timeOf(b.session) - sessions.timeOf(a.session) || b.session - a.session;
  let all = [...found.values()];
  if (all.length > choice.sessions) all = all.sort(isNewer).slice(0, choice.sessions);
  if (all.length <= choice.neighbours) return all;
  return all
    .sort((a, b) => b.similarity - a.similarity || isNewer(a, b))
    .slice(0, choice.neighbours);
}
