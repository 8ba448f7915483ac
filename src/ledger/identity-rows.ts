// The records that say who is who: a customer who was folded into another, and what was refused.
//
// The first row of a fold carries both states as they were, so that neither what analysts read nor what
// takes the merge back can be lost without the other. The others say where earlier ids lead now. An id
// can live again, as a stranger's: each row names the life it is about by the merge that ended it.

import type { MergeEntry, RefusedMerge } from '../model/identity.ts';
import { columnString } from '../model/json-hazards.ts';
import type { CustomerState } from '../model/state.ts';
import type { SteppedHow } from '../model/step.ts';
import { whole } from './column-values.ts';
import { foldHead } from './record-head.ts';

/** A fold: what it was of, and when. */
export interface Fold {
  readonly mergeId: string;
  /** The customer that was folded, and the merges of those who had been folded into that one. */
  readonly from: string;
  readonly earlier: readonly MergeEntry[];
  /** The clock it is folded at, epoch ms. */
  readonly atMs: number;
  /** When it is written, epoch ms. */
  readonly receivedAtMs: number;
  /** How many records the first had had. */
  readonly fromRecords: number;
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
  const { mergeId, from, earlier, receivedAtMs } = fold;
  const row = rowsOf(fold, state.customerId, state.customerId);
  let text = foldHead(receivedAtMs, fold.atMs, how, state.records);
  text += `${row(from, mergeId)}${statesOf(fold)}}`;
  for (const merge of earlier) text += `${row(merge.from, merge.mergeId)}}`;
  return text + customer;
}

/**
 * The record of a fold that is taken back: the states that come of it, and every id leads to itself
 * again, or to the one that was folded.
 */
export function writeUnfold(fold: Fold, state: CustomerState, how: SteppedHow): string {
  const { mergeId, from, earlier, receivedAtMs } = fold;
  const row = rowsOf(fold, state.customerId, from);
  let text = foldHead(receivedAtMs, fold.atMs, how, state.records);
  text += `${row(from, mergeId)}${statesOf(fold)}}`;
  for (const merge of earlier) text += `${row(merge.from, merge.mergeId)}}`;
  return text;
}

/** @returns the beginning of a row, by the id and the merge that ended the life it is about */
function rowsOf({ mergeId, receivedAtMs }: Fold, customerId: string, canonicalId: string) {
  const head = `\ni{"customer_id":${columnString(customerId)},"from_id":`;
  const rest =
    `,"canonical_id":${columnString(canonicalId)},"merge_id":${columnString(mergeId)}` +
    `,"overridden_at":${whole(receivedAtMs)},"life":`;
  return (id: string, life: string) => head + columnString(id) + rest + columnString(life);
}

function statesOf({ fromRecords, fromState, intoState }: Fold): string {
  return (
    `,"from_records":${fromRecords},"from_state":"${base64(fromState)}"` +
    `,"into_state":"${base64(intoState)}"`
  );
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

/**
 * The record of a name that a customer lost to another. It overrides nothing: what was, stays with the
 * one whose name it was.
 */
export function writeUnlink(
  id: string,
  state: CustomerState,
  atMs: number,
  how: SteppedHow,
): string {
  const from = columnString(id);
  return (
    `${foldHead(atMs, atMs, how, state.records)}\ni{"customer_id":${columnString(state.customerId)}` +
    `,"from_id":${from},"canonical_id":"","merge_id":"","overridden_at":${whole(atMs)}}`
  );
}

function base64(document: string): string {
  return Buffer.from(document, 'latin1').toString('base64');
}
