// The records that say who is who: a customer who was folded into another, and what was refused.
//
// The first row of a fold carries both states as they were, so that neither what analysts read nor what
// takes the merge back can be lost without the other. The others say where earlier ids lead now.

import type { RefusedMerge } from '../model/identity.ts';
import { columnString } from '../model/json-hazards.ts';
import type { CustomerState } from '../model/state.ts';
import type { SteppedHow } from '../model/step.ts';
import { whole } from './column-values.ts';
import { foldHead } from './record-head.ts';

/** A fold: what it was of, and when. */
export interface Fold {
  readonly mergeId: string;
  /** The customer that was folded, and those who had been folded into that one. */
  readonly from: string;
  readonly earlier: readonly string[];
  /** When it was asked for, epoch ms. */
  readonly atMs: number;
  /** Documents of the states as they were, a character a byte; '' = there was none. */
  readonly fromState: string;
  readonly intoState: string;
}

/**
 * The record of a fold. The table is `identity_changes`, its tag `i`.
 * @param state of the survivor, after it
 * @param customer its row of `customer_changes`, from `c` on; '' = nothing changed there
 */
export function writeFold(
  fold: Fold,
  state: CustomerState,
  how: SteppedHow,
  customer: string,
): string {
  const { mergeId, from, earlier, atMs } = fold;
  const to = columnString(state.customerId);
  const rest =
    `,"canonical_id":${to},"merge_id":${columnString(mergeId)}` + `,"overridden_at":${whole(atMs)}`;
  let text = foldHead(atMs, how, state.records);
  text +=
    `\ni{"customer_id":${to},"from_id":${columnString(from)}${rest}` +
    `,"from_state":"${base64(fold.fromState)}","into_state":"${base64(fold.intoState)}"}`;
  for (const id of earlier) {
    text += `\ni{"customer_id":${to},"from_id":${columnString(id)}${rest}}`;
  }
  return text + customer;
}

/** Rows of `refused_merges`, its tag `x`; they are part of the record of what was refused them. */
export function refusedRows(refused: readonly RefusedMerge[]): string {
  let text = '';
  for (const { from, to, reason, atMs } of refused) {
    text +=
      `\nx{"customer_id":${columnString(to)},"from_id":${columnString(from)}` +
      `,"to_id":${columnString(to)},"reason":"${reason}","at":${whole(atMs)}}`;
  }
  return text;
}

function base64(document: string): string {
  return Buffer.from(document, 'latin1').toString('base64');
}
