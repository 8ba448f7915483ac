// Customers who were folded into another and then came to life again: a name that led to the other does
// not any more. They begin anew, but their records are counted on.

import type { AskHistory } from './ask-history.ts';

/** Customer id → after how many records a life of theirs ended. Of those who came to life again alone. */
export type EndedLives = ReadonlyMap<string, readonly number[]>;

/** Clocks of gateways differ by less; what is found too much does no harm. */
const SKEW_MS = 60_000;

/** @param customerId of one alone. @throws Error when history does not answer */
export async function endedLives(ask: AskHistory, customerId?: string): Promise<EndedLives> {
  const of = (column: string) =>
    customerId === undefined ? '' : ` AND ${column} = {customer:String}`;
  const later = ['events', 'outcomes', 'decisions'].map(
    (table) =>
      `SELECT customer_id AS id, received_at FROM ${table} WHERE step_record > 0${of('customer_id')}`,
  );
  const rows = await ask<{ id: string; ended: (number | string)[] }>(
    `SELECT id, ended FROM (
       SELECT from_id AS id, groupArray(from_records) AS ended, min(received_at) AS gone_at
       FROM identity_changes WHERE from_records > 0${of('from_id')} GROUP BY id
     ) AS folded
     INNER JOIN (
       SELECT id, max(received_at) AS last_at FROM (${later.join(' UNION ALL ')}) GROUP BY id
     ) AS seen USING (id)
     WHERE toUnixTimestamp64Milli(last_at) + ${SKEW_MS} > toUnixTimestamp64Milli(gone_at)`,
    customerId === undefined ? {} : { customer: customerId },
  );
  return new Map(rows.map(({ id, ended }) => [id, ended.map(Number)]));
}

/** Whether a record is the first after the end of a life. */
export function endedAfter(
  ended: EndedLives,
  { customer_id, step_record }: { readonly customer_id: string; readonly step_record: number },
): boolean {
  return ended.get(customer_id)?.includes(step_record - 1) === true;
}
