// All of history stepped again, a partition after the other: of each only the states of its customers
// are in memory.

import { type AskHistory, type RecordedDecisions, recordsOf } from './history-records.ts';
import { runsOf, type StepsAgain, stepAgain, type Verdict } from './step-again.ts';

/** Ledger records of one question to history. */
const PAGE_RECORDS = 5_000;

/** Every record, with its verdict. @throws Error when history does not answer */
export async function* stepAll(
  ask: AskHistory,
  core: StepsAgain,
): AsyncGenerator<{ readonly record: RecordedDecisions; readonly verdict: Verdict }> {
  for (const { partition, first, last } of await ledgersOf(ask)) {
    for await (const run of runsIn(ask, partition, first, last)) {
      const verdicts = await stepAgain(core, run);
      for (let i = 0; i < run.length; i++) yield { record: run[i]!, verdict: verdicts[i]! };
    }
    core.forgetAll();
  }
}

/** Runs may lie across two pages: the last of a page waits for the next. */
async function* runsIn(
  ask: AskHistory,
  partition: number,
  first: number,
  last: number,
): AsyncGenerator<RecordedDecisions[]> {
  let open: RecordedDecisions[] = [];
  for (let from = first; from <= last; from += PAGE_RECORDS) {
    const page = { partition, first: from, last: Math.min(last, from + PAGE_RECORDS - 1) };
    const runs = [...runsOf([...open, ...(await recordsOf(ask, page))])];
    open = runs.pop() ?? [];
    yield* runs;
  }
  if (open.length > 0) yield open;
}

async function ledgersOf(
  ask: AskHistory,
): Promise<{ partition: number; first: number; last: number }[]> {
  const tables = ['events', 'outcomes', 'decisions'].map(
    (table) => `SELECT partition, ledger_id FROM ${table} WHERE step_record > 0`,
  );
  const rows = await ask<{ partition: number; first: string; last: string }>(
    'SELECT partition, min(ledger_id) AS first, max(ledger_id) AS last ' +
      `FROM (${tables.join(' UNION ALL ')}) GROUP BY partition ORDER BY partition`,
  );
  return rows.map(({ partition, first, last }) => ({
    partition,
    first: Number(first),
    last: Number(last),
  }));
}
