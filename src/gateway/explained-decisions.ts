import type { Decision } from '../model/decision.ts';
import type { JsonObject } from '../model/json.ts';

/**
 * Decisions as answers have them, each with its candidates.
 * @param answer JSON text of the decisions; of a duplicate there is nothing else to show
 */
export function explainedDecisions(
  answer: string,
  decisions: readonly Decision[],
): readonly object[] {
  const candidates = new Map(decisions.map((d) => [d.decisionId, d.candidates]));
  return (JSON.parse(answer) as JsonObject[]).map((decision) => ({
    ...decision,
    candidates: candidates.get(decision.decisionId as string) ?? [],
  }));
}
