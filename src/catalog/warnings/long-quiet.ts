// Quiet hours that are most likely written the wrong way round: they take the day and leave the night.

import type { FaultList } from '../fault.ts';
import type { Warned } from './warned.ts';

const HOUR_MS = 3_600_000;
/** Whoever closes in the evening and opens in the morning is closed for so long. */
const OVER_NIGHT_MAX_MS = 16 * HOUR_MS;
const BY_DAY_MAX_MS = 12 * HOUR_MS;

export function warnOfLongQuiet({ catalog, sections }: Warned, warnings: FaultList): void {
  for (const { name, quiet } of catalog.placements.values()) {
    if (quiet === null || warnings.full) continue;
    const { fromMs, toMs } = quiet;
    const isByDay = fromMs < toMs;
    const lastsMs = isByDay ? toMs - fromMs : toMs - fromMs + 24 * HOUR_MS;
    if (isByDay ? lastsMs < BY_DAY_MAX_MS : lastsMs <= OVER_NIGHT_MAX_MS) continue;
    const node = sections.maps.placements.get(name)!.entries!.get('quiet')!;
    const [from, to] = String(node.value).split('-');
    const hours = Math.round((lastsMs / HOUR_MS) * 10) / 10;
    warnings.at(node, `is quiet for ${hours} of 24 hours: these are the hours without messages`, {
      suggestion: `${to}-${from}`,
    });
  }
}
