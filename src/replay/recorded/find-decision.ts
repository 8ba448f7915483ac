// One decision of history, with all that its customer did before it.

import type { DecisionRow } from './decision-row.ts';
import {
  type AskHistory,
  decisionsOf,
  type RecordedDecisions,
  recordsOf,
} from './history-records.ts';

export interface FoundDecision {
  readonly customerId: string;
  readonly partition: number;
  readonly ledgerId: number;
  readonly decision: DecisionRow;
  /**
   * The customer's records up to this one, from the last time that the customer was new; empty where
   * the decision was recorded before records said how they were stepped.
   */
  readonly records: readonly RecordedDecisions[];
}

/** null = history has no such decision. @throws Error when history does not answer */
export async function findDecision(
  ask: AskHistory,
  decisionId: string,
): Promise<FoundDecision | null> {
  const [row] = await ask<{ partition: number; ledger_id: number | string; customer_id: string }>(
    'SELECT partition, ledger_id, customer_id FROM decisions WHERE decision_id = {id:String} LIMIT 1',
    { id: decisionId },
  );
  if (row === undefined) return null;
  const { partition, customer_id: customerId } = row;
  const ledgerId = Number(row.ledger_id);
  const decisions = await decisionsOf(ask, { partition, first: ledgerId, last: ledgerId });
  const all = await recordsOf(ask, { partition, first: 1, last: ledgerId, customerId });
  const stepped = all.at(-1)?.step.ledgerId === ledgerId ? all : [];
  const from = stepped.findLastIndex(({ step }) => step.record === 1);
  return {
    customerId,
    partition,
    ledgerId,
    decision: decisions.get(ledgerId)!.find((one) => one.decision_id === decisionId)!,
    records: stepped.slice(Math.max(0, from)),
  };
}
