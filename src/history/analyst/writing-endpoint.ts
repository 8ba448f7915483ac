// The door by which `proffer verify --repair` writes to embedded history, which only the worker's
// process can open: ClickHouse's HTTP interface, writable, on a Unix socket in the data directory that
// nobody but its owner may use.

import { rmSync } from 'node:fs';
import type { Table } from '../../ledger/ledger-rows.ts';
import { EngineConnection } from '../sinks/engine-connection.ts';
import { insertSettings } from '../sinks/sink.ts';
import { type SqlAnswer, type SqlRequest, startSqlEndpoint } from './sql-endpoint.ts';
import { sqlErrorOf } from './sql-error.ts';

/** Largest statement, with the rows of an insert, bytes. */
export const WRITE_BYTES_MAX = 256 * 1024 * 1024;

/** @param path of the socket; one that an earlier worker left is replaced */
export async function startWritingEndpoint(
  directory: string,
  path: string,
): Promise<{ close(): Promise<void> }> {
  const engine = await WritingEngine.open(directory);
  rmSync(path, { force: true });
  try {
    const endpoint = await startSqlEndpoint(
      {
        host: '',
        port: 0,
        path,
        // Whoever may open the socket may write.
        authorize: () => Promise.resolve(true),
        execute: (request) => engine.execute(request),
      },
      WRITE_BYTES_MAX,
    );
    return {
      async close() {
        await endpoint.close();
        await engine.close();
      },
    };
  } catch (error) {
    await engine.close();
    throw error;
  }
}

/** Runs any statement; an insert of rows with the settings that the writer gives its own. */
export class WritingEngine {
  private constructor(private readonly engine: EngineConnection) {}

  static async open(directory: string): Promise<WritingEngine> {
    return new WritingEngine(await EngineConnection.open(directory));
  }

  /** @throws SqlError */
  async execute(request: SqlRequest): Promise<SqlAnswer> {
    const { sql, params, settings, defaultFormat, database, queryId } = request;
    try {
      const insert = /^INSERT INTO (\w+) FORMAT JSONEachRow\n/.exec(sql);
      if (insert !== null) {
        // A server would take the settings of an insert from the URL.
        const [head, table] = insert as unknown as [string, Table];
        await this.engine.insert({
          table,
          values: Buffer.from(sql.slice(head.length)),
          settings: insertSettings({ table, rows: [], queryId }),
        });
        return { body: Buffer.alloc(0), readRows: 0, elapsedS: 0 };
      }
      return await this.engine.run({
        sql,
        params,
        settings,
        format: defaultFormat,
        ...(database === 'default' ? {} : { database }),
      });
    } catch (error) {
      throw sqlErrorOf(error);
    }
  }

  /** Waits for what runs. */
  close(): Promise<void> {
    return this.engine.close();
  }
}
