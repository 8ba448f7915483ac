// What the engine was given beside state and stimulus, as far as it is recorded: nothing else says what was
// left of a budget then, and what lists were made of.

import { readList } from '../../ledger/list-source.ts';
import type { RecordedList } from '../../model/list-source.ts';
import type { RecordedDecisions } from './history-records.ts';

export interface RecordedInputs {
  /** Which candidates a budget refused (`spentKey`). */
  readonly spent: ReadonlySet<string>;
  /** The lists that were made (`listKey`). */
  readonly lists: ReadonlyMap<string, RecordedList>;
}

export const NOTHING_RECORDED: RecordedInputs = { spent: new Set(), lists: new Map() };

/** Names a candidate of a recorded decision. */
export function spentKey(messageId: string, placement: string, offer: string): string {
  return `${messageId}\n${placement}\n${offer}`;
}

/** Names a list. */
export function listKey(messageId: string, placement: string): string {
  return `${messageId}\n${placement}`;
}

/** Of what was committed together. @throws SyntaxError for a list that cannot be read any more */
export function inputsIn(run: readonly RecordedDecisions[]): RecordedInputs {
  const spent = new Set<string>();
  const lists = new Map<string, RecordedList>();
  for (const { step, decisions } of run) {
    if (!('submission' in step)) continue;
    const { messageId } = step.submission;
    for (const { placement, candidates, list_source } of decisions) {
      for (const { offer_id, reason } of candidates) {
        if (reason === 'budget_exhausted') spent.add(spentKey(messageId, placement, offer_id));
      }
      const list = readList(list_source);
      if (list !== null) lists.set(listKey(messageId, placement), list);
    }
  }
  return { spent, lists };
}
