// Spooled ranges whose file is gone and that the ledger has not. Most often they are home, since files
// go when theirs are: an older copy of Redis was restored, and says of the past what was true then. Whether history has them is read back
// from it; a range of which it has every record is spooled no more. What it lacks stays recorded, so
// that `verify` names it and the lag shows it.

import { TABLE_NAMES } from '../../ledger/ledger-rows.ts';
import type { HistorySink } from '../sinks/sink.ts';
import type { HistoryLog } from '../telling.ts';
import { quoted } from '../writer/surplus.ts';
import type { SpoolScripts } from './spool-scripts.ts';
import { recordsOf, type SpooledRange } from './spooled-ranges.ts';

export class LostRanges {
  private undecided: SpooledRange[] = [];

  constructor(
    private readonly parts: {
      readonly sink: HistorySink;
      readonly spools: Pick<SpoolScripts, 'unspool'>;
      readonly log: HistoryLog;
    },
  ) {}

  add(ranges: readonly SpooledRange[]): void {
    this.undecided.push(...ranges);
  }

  /** Asks history about those it was not asked about. @throws Unavailable; Error without ClickHouse */
  async decide(): Promise<void> {
    const { log, sink, spools } = this.parts;
    // Whatever an insert that is under way still brings, and on a cluster the other replicas have.
    for (const { queryId } of this.undecided) await sink.ended(queryId);
    while (this.undecided.length > 0) {
      const range = this.undecided[0]!;
      if ((await recordsInHistory(sink, range)) === recordsOf([range])) {
        await spools.unspool(range);
        log.warn(range, 'a spooled range has no file, but history has its records: it is home');
      } else log.error(range, 'a spooled range is lost: neither file, ledger nor history has it');
      this.undecided.shift();
    }
  }
}

/** Of a range, as it was frozen: rows of another past are others' records. */
async function recordsInHistory(
  sink: Pick<HistorySink, 'query'>,
  { partition, first, last, queryId }: SpooledRange,
): Promise<number> {
  const ids = TABLE_NAMES.map(
    (table) =>
      `SELECT ledger_id FROM ${table} WHERE partition = ${partition}
       AND ledger_id BETWEEN ${first} AND ${last} AND startsWith(batch, ${quoted(queryId)})`,
  );
  const [row] = await sink.query<{ n: number }>(
    `SELECT toUInt32(uniqExact(ledger_id)) AS n FROM (${ids.join(' UNION ALL ')})`,
  );
  return row!.n;
}
