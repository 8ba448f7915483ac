// Items that the same customers were interested in: sim = co / √(n_i n_j) · c / (c + 10), where n is Σ r_ui,
// co is Σ min(r_ui, r_uj), both weighed by age, and c are the customers with both (few prove little).

import type { Crowd, Ranking } from '../../../model/crowd/crowd.ts';
import { Candidates } from './candidates.ts';

const FEW = 10;

/** Of several seeds the sum. */
export function similar(crowd: Crowd, seeds: readonly number[]): Ranking {
  const found = new Candidates();
  for (const seed of seeds) {
    const interest = crowd.interest(seed);
    const both = crowd.interestedInBoth(seed);
    const customers = crowd.customersWithBoth(seed);
    for (let k = 0; k < both.length; k++) {
      const item = both.items[k]!;
      const norm = Math.sqrt(interest * crowd.interest(item));
      const count = customers.counts[k]!;
      if (norm > 0) found.add(item, (both.counts[k]! / norm) * (count / (count + FEW)));
    }
  }
  return found.ranking(crowd, seeds);
}
