// VMIS-kNN (Kersbergen, Sprangers, Schelter: Serenade, SIGMOD 2022): of the newest sessions with any of the
// customer's last items, those that share most with the customer's session recommend what they hold.
//
// The pos-th newest item of L (from 0; repeated ones where they are newest) weighs (L − pos) / |different|;
// the similarity of a session is the sum over the items that it holds. A neighbour gives each of its items
// similarity · (1 − 0.1 · p) · ln(N / n_i), with p the place (from 1) of its newest item in common, n_i the
// sessions with the item, and N the sum of all n_i.
//
// Sums are of whole numbers, in 1/(10 · |different|), and of two sessions that ended at the same time the
// one with the lesser item ids counts as newer: whoever learned the same sessions, in whatever order,
// answers the same to the last bit, so that equal scores are equal everywhere, and ties ties.

import type { Crowd, Ranking } from '../../../model/crowd/crowd.ts';
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

/** Of TENTHS, what one place further back takes off. */
const TENTHS = 10;

interface Neighbour {
  readonly session: number;
  readonly place: number;
  /** In 1/|different|. */
  similarity: number;
  /** Ids of its items; null = nobody asked yet. */
  contents: string | null;
}

const NOTHING: readonly number[] = [];

/** @param seeds as they happened, also repeated ones; all of them may be in the answer */
export function forYou(
  crowd: Crowd,
  seeds: readonly number[],
  choice: NeighbourChoice = FOR_YOU,
): Ranking {
  const { sessions } = crowd;
  const newest = seeds.slice(-choice.last).reverse();
  const different = [...new Set(newest)];
  const sums = new Map<number, number>();
  for (const neighbour of neighboursOf(crowd, newest, different, choice)) {
    const weight = neighbour.similarity * (TENTHS - neighbour.place);
    const start = sessions.startOf(neighbour.session);
    const end = start + sessions.lengthOf(neighbour.session);
    for (let k = start; k < end; k++) {
      const item = sessions.items[k]!;
      sums.set(item, (sums.get(item) ?? 0) + weight);
    }
  }
  const found = new Candidates();
  for (const [item, sum] of sums) {
    const holding = sessions.countWith(item);
    if (holding === 0) continue;
    const idf = Math.log(sessions.places / holding);
    found.add(item, (sum / (TENTHS * different.length)) * idf);
  }
  return found.ranking(crowd, NOTHING);
}

function neighboursOf(
  { sessions, items }: Crowd,
  newest: readonly number[],
  different: readonly number[],
  choice: NeighbourChoice,
): readonly Neighbour[] {
  const found = new Map<number, Neighbour>();
  for (const item of different) {
    const position = newest.indexOf(item);
    const weight = newest.length - position;
    const { length, sessions: holding } = sessions.with(item);
    for (let k = 0; k < length; k++) {
      const session = holding[k]!;
      const held = found.get(session);
      if (held !== undefined) held.similarity += weight;
      else found.set(session, { session, place: position + 1, similarity: weight, contents: null });
    }
  }
  const contentsOf = (neighbour: Neighbour): string => {
    const start = sessions.startOf(neighbour.session);
    const held = sessions.items.subarray(start, start + sessions.lengthOf(neighbour.session));
    neighbour.contents ??= Array.from(held, (item) => items.idOf(item)).join('\n');
    return neighbour.contents;
  };
  const isNewer = (a: Neighbour, b: Neighbour) => {
    const later = sessions.timeOf(b.session) - sessions.timeOf(a.session);
    if (later !== 0) return later;
    const [ofA, ofB] = [contentsOf(a), contentsOf(b)];
    return ofA === ofB ? 0 : ofA < ofB ? -1 : 1;
  };
  let all = [...found.values()];
  if (all.length > choice.sessions) all = all.sort(isNewer).slice(0, choice.sessions);
  if (all.length <= choice.neighbours) return all;
  return all
    .sort((a, b) => b.similarity - a.similarity || isNewer(a, b))
    .slice(0, choice.neighbours);
}
