// Frozen ranges into history. Those of this round are simply inserted; those that somebody froze and
// nobody marked, or that history may have rows for, are read back (reconcile.ts). Then all are marked.

import { readRecords } from '../../ledger/ledger-reader.ts';
import { Blocks } from '../../ledger/ledger-rows.ts';
import type { HeldRange, LedgerScripts } from '../../ledger/ledger-scripts.ts';
import type { Leases } from '../../partitions/leases.ts';
import type { Keys } from '../../redis/keys.ts';
import type { RedisConnection } from '../../redis/redis-connection.ts';
import type { Belonging } from '../belonging.ts';
import type { HistorySink } from '../sinks/sink.ts';
import { recordsOf } from '../spool/spooled-ranges.ts';
import type { HistoryLog, HistoryMetrics } from '../telling.ts';
import { type Continuity, forgetLostPast, refuseLongPast } from './continuity.ts';
import type { Frozen } from './freezing.ts';
import { insertBlocks, LeaseLost } from './insert-blocks.ts';
import { ofAnswering } from './of-answering.ts';
import { BATCH_SIZE_MAX, reconcile } from './reconcile.ts';
import type { Suspects } from './suspects.ts';
import type { Trail } from './trail.ts';

/** Where records come from and go to, what is marked there, and who is told. */
export interface WritingParts extends MarkingParts {
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly sink: HistorySink;
  readonly belonging: Pick<Belonging, 'assertSame'>;
  readonly continuity: Pick<Continuity, 'doubts' | 'wrote'>;
  readonly leases: Pick<Leases, 'holdsUnder' | 'lost'>;
  readonly metrics: HistoryMetrics;
}

/** Marking alone. */
interface MarkingParts {
  readonly ledger: Pick<LedgerScripts, 'mark'>;
  readonly leases: Pick<Leases, 'lost'>;
  readonly suspects: Pick<Suspects, 'note'>;
  readonly trail: Pick<Trail, 'marked'>;
  readonly metrics: Pick<HistoryMetrics, 'failed'>;
  readonly log: HistoryLog;
}

/** A freeze stands, but the stream does not have all that it counted. */
export class LedgerLacks extends Error {
  constructor() {
    super('the ledger lacks records it has counted');
  }
}

/**
 * Writes all ranges and marks them; their records are counted.
 * @throws Unavailable, LeaseLost, LedgerLacks, or what ClickHouse says; ranges stay frozen then
 */
export async function writeRanges(
  parts: WritingParts,
  { fresh, pending }: Frozen,
): Promise<number> {
  const { suspects, sink, belonging, continuity } = parts;
  const uncertain = [...pending, ...fresh.filter((range) => continuity.doubts(range))];
  if (uncertain.length > 0) {
    // Rows will go that Redis does not know of: it must be the Redis that knows.
    await belonging.assertSame();
    await refuseLongPast(sink, uncertain);
  }
  for (const ranges of byQuery(pending)) {
    await recover(parts, ranges);
    // Whoever froze them may be asleep before an insert of them, and wake up.
    suspects.note(ranges, 'later');
  }
  if (fresh.length > 0) await writeFresh(parts, fresh);
  return recordsOf(pending) + recordsOf(fresh);
}

function byQuery(ranges: readonly HeldRange[]): HeldRange[][] {
  const groups = new Map<string, HeldRange[]>();
  for (const range of ranges) {
    const group = groups.get(range.queryId);
    if (group === undefined) groups.set(range.queryId, [range]);
    else group.push(range);
  }
  return [...groups.values()];
}

/** Ranges frozen in this round: nothing of them is in history, once a lost past is out of it. */
async function writeFresh(parts: WritingParts, ranges: readonly HeldRange[]): Promise<void> {
  const { queryId } = ranges[0]!;
  const doubtful = ranges.filter((range) => parts.continuity.doubts(range));
  if (doubtful.length > 0) {
    await parts.sink.ended(queryId);
    await forgetPast(parts, doubtful);
  }
  const startedAtMs = Date.now();
  let blocks = new Blocks();
  let inserts = 0;
  let records = 0;
  let rows = 0;
  const flush = async () => {
    rows += blocks.rowCount;
    await insert(parts, ranges, blocks, `${queryId}-${inserts++}`);
    blocks = new Blocks();
  };
  for await (const page of readRecords(parts.connection, parts.keys, ranges)) {
    for (let i = 0; i < page.length; i++) {
      const { partition, id, text } = page[i]!;
      blocks.addRecord(partition, id, text, startedAtMs);
    }
    records += page.length;
    if (blocks.size > BATCH_SIZE_MAX) await flush();
  }
  await flush();
  // Redis came back without its last records, or somebody removed some. The range is not marked:
  // the next round finds it frozen no more, or reads it once more.
  if (records !== recordsOf(ranges)) throw new LedgerLacks();
  for (const range of await markAll(parts, ranges)) parts.continuity.wrote(range);
  parts.metrics.wrote(records, rows, Date.now() - startedAtMs);
}

/** From the first position of each range on. */
async function forgetPast(
  { sink, leases, metrics, log }: Pick<WritingParts, 'sink' | 'leases' | 'metrics' | 'log'>,
  ranges: readonly HeldRange[],
): Promise<void> {
  const mayRemove = () => ranges.every((range) => leases.holdsUnder(range));
  const removed = await forgetLostPast(sink, ranges, mayRemove);
  if (removed === 0) return;
  metrics.recovered(0, removed);
  log.warn({ removed }, 'Redis came back without its last writes: history forgets them, too');
}

async function insert(
  parts: Pick<WritingParts, 'sink' | 'leases' | 'suspects' | 'metrics' | 'log'>,
  ranges: readonly HeldRange[],
  blocks: Blocks,
  queryId: string,
): Promise<void> {
  const mayInsert = () => ranges.every((range) => parts.leases.holdsUnder(range));
  const outcome = await insertBlocks(parts.sink, blocks, queryId, mayInsert);
  if (outcome.kind === 'unknown') {
    // Others may have read back before what was sent arrived, or arrives.
    const gone = ranges.filter((range) => !parts.leases.holdsUnder(range));
    parts.suspects.note(gone, outcome.cause instanceof LeaseLost ? 'now' : 'later');
    throw outcome.cause;
  }
  if (outcome.refused === 0) return;
  parts.metrics.refused(outcome.refused);
  parts.log.warn({ rows: outcome.refused }, 'history refused rows; they are in `rejected`');
}

/**
 * Ranges that somebody froze and nobody marked. What the ledger has lost of them for good (the
 * freeze stands, so Redis' memory is whole: somebody removed records) does not stop the line:
 * standing still would bring nothing back, and `verify` names each record that is missing.
 */
async function recover(parts: WritingParts, ranges: readonly HeldRange[]): Promise<void> {
  const { queryId } = ranges[0]!;
  const { sink, connection, keys, leases, metrics, log } = parts;
  const mayWrite = () => ranges.every((range) => leases.holdsUnder(range));
  const into = {
    sink,
    mayWrite,
    insert: (blocks: Blocks, id: string) => insert(parts, ranges, blocks, id),
  };
  await sink.ended(queryId);
  const reconciled = await reconcile(into, queryId, ranges, readRecords(connection, keys, ranges));
  const lacking = recordsOf(ranges) - reconciled.records;
  if (lacking > 0) log.error({ ranges, lacking }, 'the ledger lacks records it has counted');
  // Nothing beyond a range is written before it is marked: what is there has no other owner.
  await forgetPast(
    parts,
    ranges.map((range) => ({ ...range, first: range.last + 1 })),
  );
  await markAll(parts, ranges);
  const { missing, removed } = reconciled;
  metrics.recovered(missing, removed);
  const counts = { partitions: ranges.length, records: reconciled.records };
  log.info({ queryId, ...counts, inserted: missing, removed }, 'recovered a batch');
}

/**
 * A mark that is refused says that the range was somebody else's by the time it was written, or that
 * Redis lost the freeze: what was written may stand beside what others write there.
 * @returns those that Redis has marked
 */
async function markAll(
  parts: MarkingParts,
  ranges: readonly HeldRange[],
): Promise<readonly HeldRange[]> {
  const { ledger, leases, suspects, trail, log } = parts;
  const marked: HeldRange[] = [];
  // Where Redis does not answer the range stays frozen, and is read back.
  const answers = await ofAnswering(parts, ranges, (range) => ledger.mark(range));
  for (const [range, { kind }] of answers) {
    const { partition, last, queryId } = range;
    if (kind === 'marked') {
      trail.marked(partition, last, Date.now());
      marked.push(range);
      continue;
    }
    if (kind === 'fenced') leases.lost(range);
    else log.error({ partition, queryId }, 'another range is frozen than the one just written');
    suspects.note([range], 'now');
  }
  return marked;
}
