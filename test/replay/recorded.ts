// Ledger records as history would have them: rows by the worker's own splicing, and what a SELECT
// answers of them.

import { Blocks } from '../../src/ledger/ledger-rows.ts';
import { type DecisionRow, decisionsOfRecord } from '../../src/replay/recorded/decision-row.ts';
import type { RecordedDecisions } from '../../src/replay/recorded/history-records.ts';
import { recordedStep, type StepRow } from '../../src/replay/recorded/step-row.ts';

const ABSENT = {
  ...{ step_source: '', type: '', event: '', label: '', user_id: '', anonymous_id: '' },
  ...{ timestamp: 0, decision_id: '', offer_id: '', outcome: '', asked: [], asked_limit: null },
  ...{ from_id: '', canonical_id: '', merge_id: '', from_state: '', into_state: '' },
  ...{ trigger: '', key: '', due_at: 0, result: '' },
};

/** The records of a partition that were stepped, in order, and as they stood in the ledger. */
export function recordedIn(
  partition: number,
  ledger: readonly string[],
): (RecordedDecisions & { readonly text: string })[] {
  return ledger.flatMap((text, i) => {
    const blocks = new Blocks();
    blocks.addRecord(partition, i + 1, text, 0);
    for (const { table, rows } of blocks.all()) {
      const first = rows.map((row) => JSON.parse(row)).find((row) => row.step_record > 0);
      if (first === undefined) continue;
      const row = { ...ABSENT, ...first, table } as StepRow;
      const decisions: readonly DecisionRow[] = decisionsOfRecord(text);
      return [{ step: recordedStep(row), decisions, text }];
    }
    return [];
  });
}
