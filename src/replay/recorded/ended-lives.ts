// Customers who were folded into another and then came to life again: the merge was taken back, or a name
// that led to the other does not any more. Their records are counted on.

import type { AskHistory } from './ask-history.ts';
import { STEP_TABLES } from './step-tables.ts';

/** Where a life begins again. */
export interface EndedLife {
  /** After how many records. */
  readonly records: number;
  /** From which document, base64; '' = from nothing. */
  readonly document: string;
}

/** By customer id, in time. Of those who came to life again alone. */
export type EndedLives = ReadonlyMap<string, readonly EndedLife[]>;

interface EndedRow {
  readonly id: string;
  readonly ends: readonly (readonly [at: string, records: number | string, document: string])[];
}

/** Clocks of gateways differ by less; what is found too much does no harm. */
const SKEW_MS = 60_000;

/** @param customerId of one alone. @throws Error when history does not answer */
export async function endedLives(ask: AskHistory, customerId?: string): Promise<EndedLives> {
  const of = (column: string) =>
    customerId === undefined ? '' : ` AND ${column} = {customer:String}`;
  const later = STEP_TABLES.filter((table) => table !== 'identity_changes').map(
    (table) =>
      `SELECT customer_id AS id, received_at FROM ${table} WHERE step_record > 0${of('customer_id')}`,
  );
  const document = `if(canonical_id = from_id, from_state, '')`;
  const rows = await ask<EndedRow>(
    `SELECT id, ends FROM (
       SELECT from_id AS id, min(received_at) AS gone_at,
         arraySort(groupArray((toString(overridden_at), from_records, ${document}))) AS ends
       FROM identity_changes WHERE from_records > 0${of('from_id')} GROUP BY id
     ) AS folded
     INNER JOIN (
       SELECT id, max(received_at) AS last_at FROM (${later.join(' UNION ALL ')}) GROUP BY id
     ) AS seen USING (id)
     WHERE toUnixTimestamp64Milli(last_at) + ${SKEW_MS} > toUnixTimestamp64Milli(gone_at)`,
    customerId === undefined ? {} : { customer: customerId },
  );
  return new Map(
    rows.map(({ id, ends }) => [
      id,
      ends.map(([, records, from]) => ({ records: Number(records), document: from })),
    ]),
  );
}

/** What a record is the first after; null = of no end. */
export function beganWith(
  ended: EndedLives,
  { customer_id, step_record }: { readonly customer_id: string; readonly step_record: number },
): string | null {
  const ends = ended.get(customer_id) ?? [];
  return ends.findLast(({ records }) => records === step_record - 1)?.document ?? null;
}
