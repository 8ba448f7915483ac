// Settings of triggers that time brings, which change nothing there, and dates that are all over.

import { calendarOf } from '../../model/calendar.ts';
import type { LocalDateTime, TriggerDefinition } from '../../model/catalog.ts';
import type { FaultList } from '../fault.ts';
import type { Located } from '../located.ts';
import type { Warned } from './warned.ts';

export function warnOfIdleTime({ catalog, sections, nowMs }: Warned, warnings: FaultList): void {
  for (const trigger of catalog.triggers) {
    if (trigger.time === null || warnings.full) continue;
    const { entries } = sections.maps.triggers.get(trigger.name)!;
    const key = (name: string) => entries!.get(name);
    const { time } = trigger;
    if (time.kind === 'absence') warnOfUnless(trigger, key('unless'), warnings);
    if (time.kind === 'enter' && !time.existing && key('over') !== undefined) {
      const why =
        '`over` spreads who was in the segment before, and changes nothing without `existing: true`';
      warnings.at(key('over')!, why, { offset: key('over')!.keyOffset });
    }
    if (time.kind !== 'dates') continue;
    const lastMs = Math.max(...time.dates.map((date) => atMs(date, catalog.timezone)));
    if (lastMs - time.leadMs + time.overMs + trigger.maxAgeMs <= nowMs) {
      const over = time.dates.length > 1 ? 'all of its dates are over' : 'its date is over';
      warnings.at(key('at')!, `${over}: it never fires again`);
    }
  }
}

/** An event that is in both lists: it arms the trigger anew, whatever it cancels. */
function warnOfUnless(
  { on, time }: TriggerDefinition,
  node: Located | undefined,
  warnings: FaultList,
): void {
  if (node === undefined || time?.kind !== 'absence') return;
  for (const item of node.items ?? [node]) {
    const name = item.value as string;
    if (!on.names.includes(name)) continue;
    const why = 'is in `on`, too: it only begins the waiting anew, which it does without `unless`';
    warnings.at(item, `"${name}" ${why}`, { found: name });
  }
}

/** The last instant that it can be anywhere. */
function atMs(date: LocalDateTime, timezone: string): number {
  if ('atMs' in date) return date.atMs;
  return Math.max(calendarOf(timezone).instant(date.localMs), date.localMs + LATEST_ZONE_MS);
}

/** Nowhere are clocks further behind. */
const LATEST_ZONE_MS = 12 * 3_600_000;
