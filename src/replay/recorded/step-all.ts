// All of history stepped again, a partition after the other: of each only the states of its customers
// are in memory.

import type { AskHistory } from './ask-history.ts';
import { endedLives } from './ended-lives.ts';
import type { RecordedDecisions, RecordsAsked } from './history-records.ts';
import { runsIn } from './record-pages.ts';
import { type StepsAgain, stepAgain, type Verdict } from './step-again.ts';
import { STEP_TABLES } from './step-tables.ts';

/** Ledger ids of one question to history. */
const PAGE_IDS = 5_000;

/** Every record, with its verdict. @throws Error when history does not answer */
export async function* stepAll(
  ask: AskHistory,
  core: StepsAgain,
): AsyncGenerator<{ readonly record: RecordedDecisions; readonly verdict: Verdict }> {
  const ended = await endedLives(ask);
  for (const ledger of await ledgersOf(ask)) {
    for await (const run of runsIn(ask, { ...ledger, ended }, PAGE_IDS)) {
      const verdicts = await stepAgain(core, run);
      for (let i = 0; i < run.length; i++) yield { record: run[i]!, verdict: verdicts[i]! };
    }
    core.forgetAll();
  }
}

async function ledgersOf(ask: AskHistory): Promise<Omit<RecordsAsked, 'ended'>[]> {
  const tables = STEP_TABLES.map(
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
