// ClickHouse's engine inside this process (chDB), through the same @clickhouse/client. Queries run
// on libuv's threads; statements of one connection run one after the other, and settings stay with
// their connection, so the writer, analysts and jobs each open their own.
//
// Rows go in by chDB's raw insert: the client's own insert would build one more copy of the text and
// leave its settings on the connection. Measured: 100 k rows of 310 B in 0.6–0.9 s of one core.

import { mkdirSync } from 'node:fs';
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import type { ChdbConnection } from 'chdb/connection';
import { SetupFault } from '../../errors.ts';
import { outcomeOf } from './refusals.ts';
import { type HistorySink, type InsertBlock, type InsertOutcome, insertSettings } from './sink.ts';

/**
 * Opens a connection of chDB on a directory, making it when it is absent.
 * @throws SetupFault when chdb is not installed, or another process has the directory open
 */
export async function openChdb(directory: string): Promise<ChdbConnection> {
  let chdb: typeof import('chdb/connection');
  try {
    chdb = await import('chdb/connection');
  } catch (error) {
    throw new SetupFault(
      `history: the embedded engine (npm package chdb) is not installed or does not load here; install it, or set CLICKHOUSE_URL (${firstLine(error)})`,
    );
  }
  mkdirSync(directory, { recursive: true });
  try {
    return chdb.createChdbConnection({ path: directory });
  } catch (error) {
    throw new SetupFault(
      `history: ${directory} is already in use by another worker, or is damaged (${firstLine(error)})`,
    );
  }
}

/** Opens history in a directory. @throws SetupFault as `openChdb` */
export async function openChdbSink(directory: string): Promise<HistorySink> {
  const connection = await openChdb(directory);
  // The injection point is marked experimental, and its type comes from another package's copy.
  const client = createClient({
    connection,
    log: { level: ClickHouseLogLevel.OFF },
  } as unknown as Parameters<typeof createClient>[0]);
  const sink = new ChdbSink(client, connection);
  // Each statement here has literals of its own, so what the engine compiles for one is of no use to
  // the next; measured: 19 instead of 40 ms of CPU for a question to all tables.
  await sink.command('SET compile_expressions = 0');
  return sink;
}

class ChdbSink implements HistorySink {
  readonly kind = 'embedded';

  constructor(
    private readonly client: ClickHouseClient,
    private readonly connection: ChdbConnection,
  ) {}

  async command(sql: string): Promise<void> {
    await this.client.command({ query: sql });
  }

  async query<Row>(sql: string, params: Readonly<Record<string, unknown>> = {}): Promise<Row[]> {
    const result = await this.client.query({
      query: sql,
      query_params: { ...params },
      format: 'JSONEachRow',
    });
    return result.json<Row>();
  }

  async insert(block: InsertBlock): Promise<InsertOutcome> {
    try {
      await this.connection.chdb.rawInsert({
        table: block.table,
        values: Buffer.from(block.rows.join('\n')),
        format: 'JSONEachRow',
        settings: insertSettings(block),
      });
      return { kind: 'inserted' };
    } catch (error) {
      return outcomeOf(error);
    }
  }

  /** An insert ends with its process, and the directory's lock says that process is gone. */
  async ended(): Promise<void> {
    await this.query('SELECT 1');
  }

  close(): Promise<void> {
    return this.client.close();
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0]!;
}
