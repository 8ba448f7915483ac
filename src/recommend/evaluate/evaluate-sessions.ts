// For each beginning of a test session: is the item that comes next in the list? As Serenade's evaluation
// does it. What was learned stays as it is meanwhile.

import type { Ranking } from '../../model/crowd/crowd.ts';
import type { CrowdTables } from '../../model/crowd/crowd-tables.ts';
import { type Measured, Measures } from './measures.ts';
import type { Click } from './session-file.ts';

export interface Evaluating {
  /** A model's list for a session so far. @param seeds its known items, as they happened */
  readonly ask: (tables: CrowdTables, seeds: readonly number[], nowMs: number) => Ranking;
  /** Items of a list. */
  readonly k: number;
  /** Whether the item that the session is at may be in the list. */
  readonly keepsCurrent: boolean;
}

export function evaluateSessions(
  tables: CrowdTables,
  sessions: Iterable<readonly Click[]>,
  { ask, k, keepsCurrent }: Evaluating,
): Measured {
  const { weights } = tables.columns;
  const most = weights.values.reduce((max, weight) => Math.max(max, weight), 0);
  const measures = new Measures(tables.items.count, (item) => weights.at(item) / most);
  for (const session of sessions) {
    const numbers = session.map(({ itemId }) => tables.items.numberOf(itemId));
    for (let next = 1; next < numbers.length; next++) {
      const seeds = numbers.slice(0, next);
      const current = keepsCurrent ? -1 : seeds.at(-1)!;
      const known = seeds.filter((item) => item !== -1);
      const ranking = ask(tables, known, session[next]!.atMs);
      measures.add(first(ranking, k, current), numbers[next]!);
    }
  }
  return measures.result();
}

function first({ length, items }: Ranking, k: number, but: number): readonly number[] {
  const list: number[] = [];
  for (let at = 0; at < length && list.length < k; at++)
    if (items[at] !== but) list.push(items[at]!);
  return list;
}
