// For each beginning of a test session: is the item that comes next in the list? As Serenade's evaluation
// does it. What was learned stays as it is meanwhile.

import type { CrowdTables } from '../../model/crowd/crowd-tables.ts';
import { type Measured, Measures } from './measures.ts';
import type { Click } from './session-file.ts';

export interface Evaluating {
  /** A model's list for a session so far, best first (commands/evaluated-lists.ts). */
  readonly ask: (
    tables: CrowdTables,
    itemIds: readonly string[],
    sessionId: string,
    nowMs: number,
  ) => Iterable<{ readonly itemId: string }>;
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
  const { items, columns } = tables;
  const { weights } = columns;
  const most = weights.values.reduce((max, weight) => Math.max(max, weight), 0);
  const measures = new Measures(items.count, (item) => weights.at(item) / most);
  for (const session of sessions) {
    const itemIds = session.map(({ itemId }) => itemId);
    for (let next = 1; next < session.length; next++) {
      const { sessionId, atMs } = session[next]!;
      const current = keepsCurrent ? null : itemIds[next - 1]!;
      const list = ask(tables, itemIds.slice(0, next), sessionId, atMs);
      const numbers = first(list, k, current).map((itemId) => items.numberOf(itemId));
      measures.add(numbers, items.numberOf(itemIds[next]!));
    }
  }
  return measures.result();
}

/** @param but null = none is left out */
function first(
  list: Iterable<{ readonly itemId: string }>,
  k: number,
  but: string | null,
): readonly string[] {
  const found: string[] = [];
  for (const { itemId } of list) {
    if (found.length === k) break;
    if (itemId !== but) found.push(itemId);
  }
  return found;
}
