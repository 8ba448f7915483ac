// Dates of `at`: days and local times are those of each customer's own calendar, so they stay wall
// clocks; a time with a zone is one instant for everybody.

import { calendarOf, DAY_MS } from '../model/calendar.ts';
import type { LocalDateTime } from '../model/catalog.ts';
import { dateOfDay } from '../model/civil-date.ts';
import { readIso } from '../model/iso-time.ts';
import { type FaultList, quote } from './fault.ts';
import type { Located } from './located.ts';

/** Dates of one trigger. */
export const DATES_MAX = 1_000;
/** Earlier and later ones stand for no date, in systems that must write one. */
const YEARS = [1970, 9998] as const;

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})?$/;
const EXPECTED = 'a date such as 2027-02-06, or an ISO time, in quotes';

/**
 * As written, without repeats; null after a fault in any.
 * @param timeMs the time of day of those that have none
 */
export function datesOf(
  nodes: readonly Located[],
  timeMs: number,
  faults: FaultList,
): readonly LocalDateTime[] | null {
  if (nodes.length > DATES_MAX) {
    faults.at(nodes[DATES_MAX]!, `more than ${DATES_MAX} dates in one trigger`);
    return null;
  }
  const seen = new Set<string>();
  const dates: LocalDateTime[] = [];
  for (const node of nodes) {
    const date = dateOf(node, timeMs, faults);
    if (date === null) continue;
    const key = JSON.stringify(date);
    if (seen.has(key)) {
      const found = { found: String(node.value) };
      faults.at(node, `"${node.value}" stands twice: it comes once`, found);
    } else dates.push(date);
    seen.add(key);
  }
  return dates.length === nodes.length ? dates : null;
}

function dateOf(node: Located, timeMs: number, faults: FaultList): LocalDateTime | null {
  const text = String(node.value);
  const isDate = DATE.test(text);
  if (!isDate && !TIME.test(text)) {
    const inList = text.startsWith('traits.') ? ': a trait stands alone, not in a list' : '';
    faults.at(node, `found ${quote(node.value)}, expected ${EXPECTED}${inList}`, {
      ...{ found: text, expected: EXPECTED, suggestion: inList === '' ? meantDate(text) : null },
    });
    return null;
  }
  // Read as if it were UTC: a wall clock.
  const time = readIso(text, calendarOf('UTC'));
  if (time === undefined) {
    const expected = 'a date that exists';
    faults.at(node, `found "${text}", expected ${expected}`, {
      ...{ found: text, expected: `${expected}, such as 2026-02-28` },
    });
    return null;
  }
  const ms = time.kind === 'date' ? time.day * DAY_MS + timeMs : time.ms;
  const { year } = dateOfDay(Math.floor(ms / DAY_MS));
  if (year < YEARS[0] || year > YEARS[1]) {
    const expected = `a date in the years ${YEARS[0]} to ${YEARS[1]}`;
    faults.at(node, `found "${text}", expected ${expected}`, { found: text, expected });
    return null;
  }
  return isDate || !/(Z|[+-]\d{2}:\d{2})$/.test(text) ? { localMs: ms } : { atMs: ms };
}

/** `2027-2-6` or `2027/02/06` → 2027-02-06; null where day and month cannot be told apart. */
function meantDate(text: string): string | null {
  const [, year, month, day] = /^\s*(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\s*$/.exec(text) ?? [];
  if (year === undefined) return null;
  return `${year}-${month!.padStart(2, '0')}-${day!.padStart(2, '0')}`;
}
