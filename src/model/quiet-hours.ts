// Hot path, for placements with quiet hours. Each day has its own, from the instant at which the clock
// first shows `from` to the one at which it first shows `to`: an hour that comes twice in the night of a
// change is quiet both times or ends once, and a `to` that is skipped is the next time that there is.

import { type Calendar, DAY_MS } from './calendar.ts';
import type { QuietHours } from './catalog.ts';

/** When the quiet hours end that an instant is in, exclusive, epoch ms; null = it is in none. */
export function quietEndMs(
  { fromMs, toMs }: QuietHours,
  calendar: Calendar,
  atMs: number,
): number | null {
  const lengthMs = toMs - fromMs + (toMs > fromMs ? 0 : DAY_MS);
  const today = calendar.day(atMs);
  let endMs = atMs;
  // Those of yesterday may last; those of tomorrow have begun where a clock went back over midnight.
  for (let day = today - 1; day <= today + 1; day++) {
    const start = day * DAY_MS + fromMs;
    const until = calendar.instant(start + lengthMs);
    // Hours that follow at once belong together: the date that Samoa skipped lies between none.
    if (until > endMs && calendar.instant(start) <= endMs) endMs = until;
  }
  return endMs > atMs ? endMs : null;
}
