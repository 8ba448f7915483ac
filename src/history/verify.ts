// Compares ledger, history and states, and says what differs. Completeness is arithmetic: ledger ids
// are gapless per partition and every record has at least one row, so history must hold exactly the
// ids 1…marked; what the ledger still holds is also compared row by row; and a customer's state
// counts the records that history must have of that customer.

import type { RedisConnection } from '../redis/connection.ts';
import type { Keys } from '../redis/keys.ts';
import { type Positions, readPositions, readRecords } from './ledger-reader.ts';
import { Blocks, TABLE_NAMES } from './ledger-rows.ts';
import { heldPositions, positionOf } from './read-back.ts';
import type { HistorySink } from './sink.ts';
import { readSpooled, recordsOf, type SpooledRange } from './spooled-ranges.ts';

export interface VerifyParts {
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly sink: Pick<HistorySink, 'query'>;
  /** The states of a partition; null = do not compare states. */
  readonly states: ((partition: number) => AsyncIterable<CustomerRecords>) | null;
  /** How long to wait for history to catch up before comparing, ms. */
  readonly waitMs: number;
}

/** How many ledger records a state says its customer has had. */
export interface CustomerRecords {
  readonly customerId: string;
  readonly records: number;
}

export type Difference =
  | { readonly kind: 'missing_record'; readonly partition: number; readonly ledgerId: number }
  | { readonly kind: 'surplus_record'; readonly partition: number; readonly ledgerId: number }
  | {
      readonly kind: 'missing_row' | 'surplus_row' | 'duplicate_row';
      readonly partition: number;
      readonly ledgerId: number;
      readonly table: string;
      readonly ordinal: number;
    }
  | {
      readonly kind: 'customer';
      readonly customerId: string;
      readonly state: number;
      readonly history: number;
    };

export interface VerifyReport {
  readonly ok: boolean;
  readonly partitions: number;
  /** Ledger records ever written. */
  readonly records: number;
  /** Of these, not yet in history when it was compared; those in spools included. */
  readonly pending: number;
  /** What waits in spools: named, since a spool whose disk is gone never comes home. */
  readonly spooled: readonly SpooledRange[];
  /** Rows per table. */
  readonly rows: Readonly<Record<string, number>>;
  /** Rows that a table refused and `rejected` keeps. */
  readonly refused: number;
  /** Records still in the ledger whose rows were compared one by one. */
  readonly compared: number;
  /** Customers whose state was compared. */
  readonly customers: number;
  /** At most DIFFERENCES_MAX; `differenceCount` counts all that were found. */
  readonly differences: readonly Difference[];
  readonly differenceCount: number;
}

/** How far a partition is, and what behind its mark is not in history yet. */
interface Standing extends Positions {
  readonly spooled: readonly SpooledRange[];
}

export const DIFFERENCES_MAX = 100;
const RANGE_RECORDS = 10_000;

/** Compares everything. @throws Unavailable without Redis, Error without ClickHouse */
export async function verify(parts: VerifyParts): Promise<VerifyReport> {
  return new Verification(parts).run();
}

class Verification {
  private readonly differences: Difference[] = [];
  private differenceCount = 0;
  private compared = 0;
  private customers = 0;

  constructor(private readonly parts: VerifyParts) {}

  async run(): Promise<VerifyReport> {
    const { keys, sink } = this.parts;
    const positions = await this.settled();
    for (let partition = 0; partition < positions.length; partition++) {
      const position = positions[partition]!;
      if (position.written === 0) continue;
      await this.compareIds(partition, position);
      await this.compareRows(partition, position);
      await this.compareStates(partition, position);
    }
    await this.findDuplicates();
    const rows: Record<string, number> = {};
    for (const table of TABLE_NAMES)
      rows[table] = await this.count(`SELECT count() AS n FROM ${table}`);
    const written = positions.reduce((sum, position) => sum + position.written, 0);
    const marked = positions.reduce((sum, position) => sum + position.marked, 0);
    const [refused] = await sink.query<{ n: number }>(
      `SELECT count() AS n FROM rejected WHERE source != ''`,
    );
    const spooled = positions.flatMap((position) => position.spooled);
    const pending = written - marked + recordsOf(spooled);
    return {
      ok: this.differenceCount === 0 && pending === 0,
      ...{ partitions: keys.partitions, records: written, pending, spooled, rows },
      ...{ refused: Number(refused?.n ?? 0), compared: this.compared, customers: this.customers },
      ...{ differences: this.differences, differenceCount: this.differenceCount },
    };
  }

  /** Positions once everything is marked and at home, or when the time to wait is over. */
  private async settled(): Promise<Standing[]> {
    const { keys, waitMs } = this.parts;
    const all = Array.from({ length: keys.partitions }, (_, p) => p);
    const endAtMs = Date.now() + waitMs;
    for (;;) {
      const positions = await this.standings(all);
      const behind = positions.some(
        ({ marked, written, spooled }) => marked < written || spooled.length > 0,
      );
      if (!behind || Date.now() >= endAtMs) return positions;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  private async standings(partitions: readonly number[]): Promise<Standing[]> {
    const { connection, keys } = this.parts;
    // Marks first: a range that is spooled between the two reads is seen as pending or as spooled.
    const positions = await readPositions(connection, keys, partitions);
    const spooled = await readSpooled(connection, keys, partitions);
    return positions.map((position, i) => ({ ...position, spooled: spooled[i]! }));
  }

  /** History holds the ids 1…marked but for what is spooled, and none that was never written. */
  private async compareIds(partition: number, standing: Standing): Promise<void> {
    const { marked, written } = standing;
    const spooled = standing.spooled.filter((range) => range.last <= marked);
    const ids = idsOf(partition);
    const home = (id: string) =>
      spooled.map(({ first, last }) => ` AND NOT (${id} BETWEEN ${first} AND ${last})`).join('');
    const held = await this.count(
      `SELECT uniqExact(ledger_id) AS n FROM (${ids})
       WHERE ledger_id BETWEEN 1 AND ${marked}${home('ledger_id')}`,
    );
    const expected = marked - recordsOf(spooled);
    if (held !== expected) {
      const missing = `SELECT number + 1 AS id FROM numbers(${marked}) WHERE id NOT IN (${ids})${home('id')}`;
      await this.noteIds('missing_record', partition, missing, expected - held);
    }
    // Records written since the positions were read may be there already: ask again.
    const { connection, keys } = this.parts;
    const surplus = (last: number) =>
      `SELECT DISTINCT ledger_id AS id FROM (${ids}) WHERE ledger_id > ${last} OR ledger_id = 0`;
    const beyond = await this.count(`SELECT count() AS n FROM (${surplus(written)})`);
    if (beyond === 0) return;
    const [now] = await readPositions(connection, keys, [partition]);
    const count = await this.count(`SELECT count() AS n FROM (${surplus(now!.written)})`);
    if (count > 0) await this.noteIds('surplus_record', partition, surplus(now!.written), count);
  }

  /** What the ledger still holds and history should have: row by row. */
  private async compareRows(partition: number, standing: Standing): Promise<void> {
    const { held, marked, spooled } = standing;
    const { connection, keys, sink } = this.parts;
    for (let first = held; first <= marked; first += RANGE_RECORDS) {
      const range = { partition, first, last: Math.min(marked, first + RANGE_RECORDS - 1) };
      const expected = new Blocks();
      let records = 0;
      for await (const page of readRecords(connection, keys, [range])) {
        for (const { id, text } of page) expected.addRecord(partition, id, text, Date.now());
        records += page.length;
      }
      // Trimmed meanwhile: nothing to compare with any more.
      if (records !== range.last - range.first + 1) continue;
      const found = await heldPositions(sink as HistorySink, range);
      for (const block of expected.all()) {
        for (const row of block.rows) {
          const { id, key } = positionOf(block, row);
          const waits = spooled.some(({ first, last }) => id >= first && id <= last);
          if (!found.delete(key) && !waits) this.noteRow('missing_row', partition, key);
        }
      }
      for (const key of found.keys()) this.noteRow('surplus_row', partition, key);
      this.compared += records;
    }
  }

  /** States count as many records as history has of each customer. */
  private async compareStates(partition: number, before: Standing): Promise<void> {
    const { connection, keys, sink, states } = this.parts;
    // While records are on their way the two cannot agree.
    if (states === null || before.marked < before.written || before.spooled.length > 0) return;
    const counts = new Map<string, number>();
    for await (const { customerId, records } of states(partition)) counts.set(customerId, records);
    const rows = await sink.query<{ customer_id: string; n: number | string }>(
      customersOf(partition),
    );
    const [after] = await readPositions(connection, keys, [partition]);
    if (after!.written !== before.written) return;
    this.customers += counts.size;
    for (const { customer_id: customerId, n } of rows) {
      const state = counts.get(customerId) ?? 0;
      counts.delete(customerId);
      if (state !== Number(n))
        this.note({ kind: 'customer', customerId, state, history: Number(n) });
    }
    for (const [customerId, state] of counts) {
      if (state !== 0) this.note({ kind: 'customer', customerId, state, history: 0 });
    }
  }

  private async findDuplicates(): Promise<void> {
    for (const table of TABLE_NAMES) {
      const source = table === 'rejected' ? 'source' : `''`;
      const rows = await this.parts.sink.query<{
        partition: number;
        ledger_id: number | string;
        ordinal: number;
        home: string;
      }>(
        `SELECT partition, ledger_id, ordinal, ${source} AS home FROM ${table}
         GROUP BY partition, ledger_id, ordinal, home HAVING count() > 1 LIMIT ${DIFFERENCES_MAX}`,
      );
      for (const row of rows) {
        this.noteRow('duplicate_row', row.partition, `${table} ${row.ledger_id} ${row.ordinal}`);
      }
    }
  }

  private async noteIds(
    kind: 'missing_record' | 'surplus_record',
    partition: number,
    sql: string,
    count: number,
  ): Promise<void> {
    const rows = await this.parts.sink.query<{ id: number | string }>(
      `${sql} ORDER BY id LIMIT ${DIFFERENCES_MAX}`,
    );
    for (const { id } of rows) this.note({ kind, partition, ledgerId: Number(id) });
    this.differenceCount += Math.max(0, count - rows.length);
  }

  private noteRow(
    kind: 'missing_row' | 'surplus_row' | 'duplicate_row',
    partition: number,
    key: string,
  ): void {
    const [table = '', id, ordinal] = key.split(' ');
    this.note({ kind, partition, ledgerId: Number(id), table, ordinal: Number(ordinal) });
  }

  private note(difference: Difference): void {
    this.differenceCount++;
    if (this.differences.length < DIFFERENCES_MAX) this.differences.push(difference);
  }

  private async count(sql: string): Promise<number> {
    const [row] = await this.parts.sink.query<{ n: number | string }>(sql);
    return Number(row?.n ?? 0);
  }
}

/** All ledger ids of a partition, over all tables. */
function idsOf(partition: number): string {
  return TABLE_NAMES.map(
    (table) => `SELECT DISTINCT ledger_id FROM ${table} WHERE partition = ${partition}`,
  ).join(' UNION ALL ');
}

/** Codes of rows in `rejected` that stand for records which a state counted. */
const COUNTED_CODES = `'refused_by_history', 'no_placement'`;

function customersOf(partition: number): string {
  const parts = TABLE_NAMES.map((table) => {
    const counted = table === 'rejected' ? ` AND code IN (${COUNTED_CODES})` : '';
    return `SELECT DISTINCT customer_id, ledger_id FROM ${table} WHERE partition = ${partition}${counted}`;
  });
  return `SELECT customer_id, uniqExact(ledger_id) AS n FROM (${parts.join(' UNION ALL ')}) GROUP BY customer_id`;
}
