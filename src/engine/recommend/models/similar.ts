// Items that the same customers were interested in: sim = co / √(n_i n_j) · c / (c + 10), where n is Σ r_ui,
// co is Σ min(r_ui, r_uj), both weighed by age, and c are the customers with both (few prove little).
//
// What is new has no neighbours. It is as similar as the others of its category are on average, or of its
// brand where it has no category: the sum of their similarities by how many of them speak for themselves.

import type { Crowd, NewcomersOf, Ranking } from '../../../model/crowd/crowd.ts';
import { NEWCOMER_SESSIONS } from '../../../model/crowd/newcomers.ts';
import { Candidates } from './candidates.ts';

const FEW = 10;

/** Of several seeds the sum. */
export function similar(crowd: Crowd, seeds: readonly number[], nowMs: number): Ranking {
  const found = new Candidates();
  const sums = { category: new Map<string, number>(), brand: new Map<string, number>() };
  for (const seed of seeds) {
    const interest = crowd.interest(seed);
    const both = crowd.interestedInBoth(seed);
    const customers = crowd.customersWithBoth(seed);
    for (let k = 0; k < both.length; k++) {
      const item = both.items[k]!;
      const norm = Math.sqrt(interest * crowd.interest(item));
      const count = customers.counts[k]!;
      if (norm === 0) continue;
      const score = (both.counts[k]! / norm) * (count / (count + FEW));
      found.add(item, score);
      if (!seeds.includes(item)) addTo(sums, crowd, item, score);
    }
  }
  for (const by of ['category', 'brand'] as const)
    addNewcomers(found, crowd, seeds, by, sums[by], nowMs);
  return found.ranking(crowd, seeds);
}

type Sums = { readonly [by in NewcomersOf]: Map<string, number> };

/** What is new itself says nothing of others. */
function addTo(sums: Sums, crowd: Crowd, item: number, score: number): void {
  if (!isSettled(crowd, item)) return;
  const known = crowd.items.at(item);
  for (const by of ['category', 'brand'] as const) {
    const name = known?.[by] ?? null;
    if (name !== null) sums[by].set(name, (sums[by].get(name) ?? 0) + score);
  }
}

/** The mean is one of those that could be in the list: seeds are not. */
function addNewcomers(
  found: Candidates,
  crowd: Crowd,
  seeds: readonly number[],
  by: NewcomersOf,
  sums: ReadonlyMap<string, number>,
  nowMs: number,
): void {
  for (const [name, sum] of sums) {
    const { settled, items } = crowd.newcomers(by, name, nowMs);
    const others = seeds.filter(
      (seed) => crowd.items.at(seed)?.[by] === name && isSettled(crowd, seed),
    );
    for (const item of items) found.atLeast(item, sum / (settled - others.length));
  }
}

function isSettled(crowd: Crowd, item: number): boolean {
  return crowd.sessions.countWith(item) >= NEWCOMER_SESSIONS;
}
