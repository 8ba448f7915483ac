// What time has to have brought, told from what history has: the rows of a customer in the order in
// which they were committed, and the few rules of timed-catalog.ts, applied to them one after another.

import { ABSENCES, ENTERS } from './timed-catalog.ts';

/** An event, a timer that was due, or a firing of time's. Of the same record in this order. */
export interface TimedRow {
  readonly customer: string;
  /** Position of its record among those of the customer's partition. */
  readonly record: number;
  readonly what: 'event' | 'due' | 'firing';
  /** Of the event, or of the trigger; of a look ''. */
  readonly name: string;
  /** The ticket; '' = none. */
  readonly key: string;
  /** When it happened, or was due; epoch ms. */
  readonly atMs: number;
  /** The clock of whoever committed it, epoch ms. */
  readonly clockMs: number;
  /** What became of it; '' of an event. */
  readonly result: string;
}

const ORDER = { event: 0, due: 1, firing: 2 };

/** @returns what was lost, doubled or wrong; empty = all is well. Everything due has to have been seen to. */
export function brokenLaws(rows: readonly TimedRow[]): readonly string[] {
  const customers = new Map<string, TimedRow[]>();
  for (const row of rows) {
    const of = customers.get(row.customer);
    if (of === undefined) customers.set(row.customer, [row]);
    else of.push(row);
  }
  return [...customers].flatMap(([customer, of]) => {
    of.sort((a, b) => a.record - b.record || ORDER[a.what] - ORDER[b.what]);
    return [
      ...ofAbsences(of),
      ...Object.entries(ENTERS).flatMap((enter) => ofEnter(of, enter)),
    ].map((fault) => `${customer}: ${fault}`);
  });
}

/** Each that was armed is due once, and each that was due fires in the same commit. */
function ofAbsences(rows: readonly TimedRow[]): readonly string[] {
  const faults: string[] = [];
  const armed = new Map<string, number>();
  const due = new Map<string, string>();
  for (const { what, name, key, atMs, record, result } of rows) {
    if (!(name in ABSENCES) && what !== 'event') continue;
    const timer = `${name}|${key}`;
    if (what === 'event') {
      for (const [id, afterMs] of absencesOf(key)) {
        if (name === 'Returned') armed.delete(id);
        if (name === 'Left') armed.set(id, Math.max(armed.get(id) ?? 0, atMs + afterMs));
      }
    } else if (what === 'due') {
      if (armed.get(timer) !== atMs) {
        faults.push(
          `${timer} was due at ${atMs}, record ${record}, and armed for ${armed.get(timer)}`,
        );
      }
      if (result !== 'fired') faults.push(`${timer} was ${result} at record ${record}`);
      armed.delete(timer);
      due.set(`${timer}|${record}`, result);
    } else {
      if (due.get(`${timer}|${record}`) !== result) {
        faults.push(`${timer} ${result} at record ${record}, and was not due there`);
      }
      due.delete(`${timer}|${record}`);
    }
  }
  for (const [timer, atMs] of armed) faults.push(`${timer}, armed for ${atMs}, was lost`);
  for (const [timer, result] of due) faults.push(`${timer} was ${result}, without a firing`);
  return faults;
}

function absencesOf(ticket: string): readonly (readonly [string, number])[] {
  return [
    [`left_alone|${ticket}`, ABSENCES.left_alone],
    ['not_back|', ABSENCES.not_back],
  ];
}

/**
 * After the last click once; after each before at most once; and never before there was time for it. A
 * click that was held up for so long that the customer's clock is past all that does not lead out.
 */
function ofEnter(
  rows: readonly TimedRow[],
  [trigger, afterMs]: readonly [string, number],
): string[] {
  const faults: string[] = [];
  let clickMs: number | null = null;
  let asOfMs = 0;
  let entered = 0;
  for (const { what, name, atMs, clockMs, record } of rows) {
    asOfMs = Math.max(asOfMs, clockMs);
    if (what === 'event' && name === 'Clicked' && asOfMs - atMs < afterMs) {
      if (entered > 1) faults.push(`${trigger} fired ${entered} times before record ${record}`);
      clickMs = Math.max(clickMs ?? 0, atMs);
      entered = 0;
    }
    if (what !== 'firing' || name !== trigger) continue;
    entered++;
    if (clickMs === null) faults.push(`${trigger} fired at record ${record} without a click`);
    else if (asOfMs - clickMs < afterMs) {
      faults.push(`${trigger} fired ${asOfMs - clickMs} ms after a click, record ${record}`);
    }
  }
  if (clickMs !== null && entered !== 1) {
    faults.push(`${trigger} fired ${entered} times after the last click, at ${clickMs}`);
  }
  return faults;
}
