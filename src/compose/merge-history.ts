// Merges and what came after them, as history has it, for taking one back.

import type { KnownFold, MergeHistory } from '../customers/merge-history.ts';
import type { AskHistory } from '../replay/recorded/ask-history.ts';
import { stepsOf } from '../replay/recorded/history-records.ts';
import type { Recorded } from '../replay/recorded/step-row.ts';
import {
  documentIn,
  laterSteps,
  type NameOf,
  type RecordHistory,
  type Stay,
} from './later-steps.ts';

interface FoldRow {
  readonly merge_id: string;
  readonly from_id: string;
  readonly customer_id: string;
  readonly step_record: number | string;
  readonly step_clock: number | string;
  readonly from_state: string;
  readonly into_state: string;
}

interface PlaceRow {
  readonly partition: number;
  readonly ledger_id: number | string;
  readonly received_at: number | string;
}

/** Records of one question. */
const PAGE_RECORDS = 1_000;
/** What came after a merge that can be taken back, at most: beyond, it is told to be not there. */
const RECORDS_MAX = 50_000;
/** A record may have been received before the one that was committed before it. */
const QUEUED_MS = 600_000;

interface StayRow {
  readonly customer_id: string;
  readonly records: number | string;
  readonly document: string;
  readonly begins: number | string;
  readonly ends: number | string;
}

/** @param ask rejects with Unavailable */
export function mergeHistory(ask: AskHistory, nameOf: NameOf): MergeHistory {
  const history = recordHistory(ask);
  return {
    async fold(mergeId) {
      const [row] = await ask<FoldRow>(
        `SELECT merge_id, from_id, customer_id, step_record, from_state, into_state,
           toUnixTimestamp64Milli(step_clock) AS step_clock
         FROM identity_changes
         WHERE merge_id = {merge:String} AND step_record > 0 AND canonical_id = customer_id LIMIT 1`,
        { merge: mergeId },
      );
      return row === undefined ? null : foldOf(row);
    },

    steps: (customerId, fold, last) => laterSteps(history, nameOf, customerId, fold, last),
  };
}

function recordHistory(ask: AskHistory): RecordHistory {
  return {
    async records(customerId, after, last) {
      if (last === after) return [];
      const [place] = await ask<PlaceRow>(
        `SELECT partition, ledger_id, toUnixTimestamp64Milli(received_at) AS received_at
         FROM identity_changes
         WHERE customer_id = {customer:String} AND step_record = ${after}
         ORDER BY ledger_id DESC LIMIT 1`,
        { customer: customerId },
      );
      if (place === undefined || last - after > RECORDS_MAX) return null;
      const records = await recordsAfter(ask, customerId, place, last);
      const isWhole = records.every(({ record }, i) => record === after + 1 + i);
      return isWhole && records.length === last - after ? records : null;
    },

    async stays(customerId) {
      const rows = await ask<StayRow>(
        `SELECT customer_id, anyIf(from_records, is_fold) AS records,
           anyIf(from_state, is_fold) AS document, anyIf(step_record, is_fold) AS begins,
           anyIf(step_record, NOT is_fold) AS ends
         FROM (
           SELECT *, canonical_id = customer_id AS is_fold FROM identity_changes
           WHERE from_id = {customer:String} AND step_record > 0 AND canonical_id != ''
         )
         GROUP BY merge_id, customer_id HAVING begins > 0
         ORDER BY records, min(received_at)`,
        { customer: customerId },
      );
      return rows.map(stayOf);
    },
  };
}

function stayOf(row: StayRow): Stay {
  const last = Number(row.ends);
  return {
    into: row.customer_id,
    records: Number(row.records),
    fromState: row.document,
    first: Number(row.begins),
    last: last === 0 ? null : last,
  };
}

/** A customer's records behind a place, up to one of them. */
async function recordsAfter(
  ask: AskHistory,
  customerId: string,
  { partition, ledger_id, received_at }: PlaceRow,
  last: number,
): Promise<readonly Recorded[]> {
  const records: Recorded[] = [];
  const sinceMs = Number(received_at) - QUEUED_MS;
  for (let first = Number(ledger_id) + 1; ; ) {
    const page = await stepsOf(ask, {
      ...{ partition, first, last: Number.MAX_SAFE_INTEGER, customerId },
      ...{ ended: new Map(), sinceMs, limit: PAGE_RECORDS },
    });
    records.push(...page.filter(({ record }) => record <= last));
    const end = page.at(-1);
    if (end === undefined || page.length < PAGE_RECORDS || end.record >= last) return records;
    first = end.ledgerId + 1;
  }
}

function foldOf(row: FoldRow): KnownFold {
  return {
    mergeId: row.merge_id,
    from: row.from_id,
    into: row.customer_id,
    record: Number(row.step_record),
    fromState: documentIn(row.from_state),
    intoState: documentIn(row.into_state),
    atMs: Number(row.step_clock),
  };
}
