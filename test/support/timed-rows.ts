// What history has of time, as timer-laws.ts reads it.

import type { TimedRow } from './timer-laws.ts';

/** As ClickHouse answers in JSON. */
export type StoredTimedRow = Omit<TimedRow, 'atMs' | 'clockMs'> & {
  readonly at: string;
  readonly clock: string;
};

/**
 * @param where SQL for the rows that are asked for
 * @param eventKey SQL for the key of an event, a text
 */
export function timedRowsQuery(where: string, eventKey = `''`): string {
  const row = (what: string, name: string, key: string, at: string, result: string) =>
    `SELECT customer_id AS customer, ledger_id AS record, '${what}' AS what,
            ${name}::String AS name, ${key}::String AS key, ${at} AS at, received_at AS clock,
            ${result}::String AS result`;
  return [
    `${row('event', 'event', eventKey, 'timestamp', `''`)} FROM events WHERE ${where}`,
    `${row('due', 'trigger', 'key', 'due_at', 'result')} FROM due_timers
     WHERE ${where} AND trigger != ''`,
    `${row('firing', 'trigger', 'key', 'due_at', 'status')} FROM firings
     WHERE ${where} AND cause != 'event'`,
  ].join(' UNION ALL ');
}

export function timedRow({ at, clock, ...rest }: StoredTimedRow): TimedRow {
  return { ...rest, record: Number(rest.record), atMs: epochMs(at), clockMs: epochMs(clock) };
}

function epochMs(text: string): number {
  return Date.parse(`${text.replace(' ', 'T')}Z`);
}
