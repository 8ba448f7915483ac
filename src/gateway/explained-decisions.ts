import { type DecidedList, type Decision, WITHHELD } from '../model/decision.ts';
import type { JsonObject } from '../model/json.ts';
import { explainedItem, explainedRemoval } from './list-answer.ts';

/**
 * Decisions as answers have them, each with its candidates; both are in the same order.
 * @param answer JSON text of the decisions; of a duplicate there is nothing else to show
 */
export function explainedDecisions(
  answer: string,
  decisions: readonly Decision[],
): readonly object[] {
  return (JSON.parse(answer) as JsonObject[]).map((decision, i) => ({
    ...decision,
    candidates: decisions[i]?.candidates ?? [],
    ...explainedList(decisions[i]?.list ?? null),
  }));
}

/** Each item with its sources, and why others are not there; nothing where there is no list. */
function explainedList(list: DecidedList | null): object {
  if (list === null) return {};
  const { made, withheld } = list;
  return {
    ...(withheld === null
      ? { items: (made?.items ?? []).map(explainedItem) }
      : { withheld: { reason: withheld, why: WITHHELD[withheld] } }),
    removed: (made?.removed ?? []).map(explainedRemoval),
    ...(made !== null && { seeds: made.seeds }),
  };
}
