// The door by which `proffer verify --repair` writes to embedded history, which only the worker's
// process can open: ClickHouse's HTTP interface, writable, on a Unix socket in the data directory that
// nobody but its owner may use. It has a connection of its own, since settings stay with one.

import { rmSync } from 'node:fs';
import type { ChdbConnection } from 'chdb/connection';
import type { Table } from '../ledger/ledger-rows.ts';
import { openChdb } from '../sinks/chdb-sink.ts';
import { insertSettings } from '../sinks/sink.ts';
import { Slots } from '../slots.ts';
import { type SqlAnswer, type SqlRequest, startSqlEndpoint } from './sql-endpoint.ts';
import { sqlErrorOf } from './sql-error.ts';

/** Largest statement, with the rows of an insert, bytes. */
export const WRITE_BYTES_MAX = 256 * 1024 * 1024;

/** @param path of the socket; one that an earlier worker left is replaced */
export async function startWritingEndpoint(
  directory: string,
  path: string,
): Promise<{ close(): Promise<void> }> {
  const connection = await openChdb(directory);
  // Statements of one connection do not run side by side.
  const turn = new Slots(1);
  rmSync(path, { force: true });
  try {
    const endpoint = await startSqlEndpoint(
      {
        ...{ host: '', port: 0, path },
        // Whoever may open the socket may write.
        authorize: () => Promise.resolve(true),
        async execute(request) {
          const leave = await turn.enter();
          try {
            return await executeWriting(connection, request);
          } catch (error) {
            throw sqlErrorOf(error);
          } finally {
            leave();
          }
        },
      },
      WRITE_BYTES_MAX,
    );
    return {
      async close() {
        await endpoint.close();
        await turn.enter();
        await connection.close();
      },
    };
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** Runs any statement; an insert of rows with the settings that the writer gives its own. */
export async function executeWriting(
  connection: ChdbConnection,
  { sql, params, defaultFormat, queryId }: SqlRequest,
): Promise<SqlAnswer> {
  const insert = /^INSERT INTO (\w+) FORMAT JSONEachRow\n/.exec(sql);
  if (insert !== null) {
    // A server would take the settings of an insert from the URL.
    const [head, table] = insert as unknown as [string, Table];
    await connection.chdb.rawInsert({
      ...{ table, values: Buffer.from(sql.slice(head.length)), format: 'JSONEachRow' },
      settings: insertSettings({ table, rows: [], queryId }),
    });
    return { body: Buffer.alloc(0), readRows: 0, elapsedS: 0 };
  }
  if (Object.keys(params).length === 0) {
    const result = await connection.chdb.queryAsync(sql, { format: defaultFormat });
    return { body: result.bytes(), readRows: result.rowsRead, elapsedS: result.elapsed };
  }
  const { stream } = await connection.query({ query: sql, query_params: params });
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return { body: Buffer.concat(chunks), readRows: 0, elapsedS: 0 };
}
