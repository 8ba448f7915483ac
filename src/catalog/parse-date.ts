import { calendarOf } from '../model/calendar.ts';
import { isoToMs } from '../model/iso-time.ts';
import type { FaultList } from './fault.ts';
import type { Located } from './located.ts';

/**
 * Epoch ms of a date or ISO time; a date is its local midnight, a time without an offset local.
 * null for an absent node, and after a fault (February 30th).
 */
export function dateMs(
  node: Located | undefined,
  timezone: string,
  faults: FaultList,
): number | null {
  if (node === undefined) return null;
  const text = node.value as string;
  const ms = isoToMs(text, calendarOf(timezone));
  if (ms !== undefined && Number.isFinite(ms)) return ms;
  faults.at(node, `found "${text}", expected a date that exists`, {
    found: text,
    expected: 'a date that exists, such as 2026-02-28',
  });
  return null;
}
