// Customers whom Redis forgot because they were not seen for PROFFER_STATE_TTL_DAYS, and history did
// not. A state that began anew after such a pause counts only the records since then, and where the
// pause lasts until now there is none: that is no difference.

import type { HistorySink } from '../sinks/sink.ts';

/** For `countsSincePauses`. */
export interface Forgetting {
  /** Shortest pause after which a state may be gone, ms. */
  readonly pauseMs: number;
  readonly nowMs: number;
}

/**
 * How many records a state may count other than all: for each customer those since every pause, and
 * 0 where the last one goes on. A customer who never paused is not in it.
 * @param records a subquery of the records to look at: `id`, `ledger_id`, `at` (DateTime64(3)), each
 *   as often as there are rows of it
 */
export async function countsSincePauses(
  sink: Pick<HistorySink, 'query'>,
  records: string,
  params: Readonly<Record<string, unknown>>,
  { pauseMs, nowMs }: Forgetting,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const found = await sink.query<{ id: string; counts: (number | string)[]; last: string }>(
    `SELECT id, groupArrayIf(later, pause >= {pause:Int64}) AS counts, toString(max(ms)) AS last
     FROM (
       SELECT id, ms, count() OVER (PARTITION BY id) - row_number() OVER in_time + 1 AS later,
              ms - lagInFrame(ms, 1, ms) OVER in_time AS pause
       FROM (
         SELECT id, ledger_id, toUnixTimestamp64Milli(min(at)) AS ms
         FROM (${records}) GROUP BY id, ledger_id
       )
       WINDOW in_time AS (PARTITION BY id ORDER BY ms, ledger_id
                          ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
     ) GROUP BY id`,
    { ...params, pause: pauseMs },
  );
  const counts = new Map<string, readonly number[]>();
  for (const { id, counts: since, last } of found) {
    const all = since.map(Number);
    if (nowMs - Number(last) >= pauseMs) all.push(0);
    if (all.length > 0) counts.set(id, all);
  }
  return counts;
}
