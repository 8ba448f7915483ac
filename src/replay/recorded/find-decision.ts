// One decision of history, with all that its customer did before it.

import type { AskHistory } from './ask-history.ts';
import type { DecisionRow } from './decision-row.ts';
import { type DeliveryTold, deliveryOf } from './delivery-rows.ts';
import { endedLives } from './ended-lives.ts';
import { decisionsOf, type RecordedDecisions } from './history-records.ts';
import { runsIn } from './record-pages.ts';

export interface FoundDecision {
  readonly customerId: string;
  readonly partition: number;
  readonly ledgerId: number;
  readonly decision: DecisionRow;
  /** Triggers that fired on its event. */
  readonly fired: readonly string[];
  /** null = it was for whoever asked alone. */
  readonly delivery: DeliveryTold | null;
  /**
   * The customer's records as they were committed, up to this one: a customer who was forgotten begins
   * again with record 1. Where the decision's own record cannot be stepped it is not among them.
   * @throws Error when history does not answer
   */
  runs(): AsyncGenerator<RecordedDecisions[]>;
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
  const decision = decisions.get(ledgerId)?.find((one) => one.decision_id === decisionId);
  // It was removed between the two questions.
  if (decision === undefined) return null;
  const fired = await ask<{ trigger: string }>(
    `SELECT trigger FROM firings WHERE partition = ${partition} AND ledger_id = ${ledgerId} ORDER BY ordinal`,
  );
  const ended = await endedLives(ask, customerId);
  const asked = { partition, first: 1, last: ledgerId, customerId, ended };
  return {
    customerId,
    partition,
    ledgerId,
    decision,
    fired: fired.map(({ trigger }) => trigger),
    delivery: await deliveryOf(ask, decisionId),
    // One customer's are few among many: all at once where history gives them.
    runs: () => runsIn(ask, asked, ledgerId),
  };
}
