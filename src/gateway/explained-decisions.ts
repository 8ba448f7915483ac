import type { Decision } from '../model/decision.ts';
import type { JsonObject } from '../model/json.ts';

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
  }));
}
