// The analyst endpoint of embedded mode: read-only SQL over HTTP on the same directory as the
// writer. Its connections are its own, since settings stay with a connection, and few: every running
// query takes one of libuv's four threads, and the writer needs one. Measured: beside a query that
// ran for 3 s, single-row inserts took 22 ms at most.

import type { ChdbConnection } from 'chdb/connection';
import { openChdb } from '../sinks/chdb-sink.ts';
import { Slots } from '../slots.ts';
import { refusalOf } from './read-only-statement.ts';
import {
  type SqlAnswer,
  type SqlEndpoint,
  type SqlRequest,
  startSqlEndpoint,
} from './sql-endpoint.ts';
import { SqlError, sqlErrorOf } from './sql-error.ts';

export interface AnalystSettings {
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  /** Directory of the embedded engine; the worker has it open in this process. */
  readonly directory: string;
  /** Whether this key is an admin key; '' where none was given. */
  authorize(key: string): Promise<boolean>;
  /** Longest time of one query, s. Default 30. */
  readonly queryDeadlineS?: number;
}

/** Where history is, and the names without a database are. */
const DATABASE = 'default';
const CONNECTIONS = 2;
const WAITING_MAX = 64;
const RESULT_BYTES_MAX = 64 * 1024 * 1024;
const MEMORY_BYTES_MAX = 1024 * 1024 * 1024;

/** Starts it. @throws SetupFault when the directory cannot be opened, or the port is taken */
export async function startAnalystEndpoint(settings: AnalystSettings): Promise<SqlEndpoint> {
  const analysts = await Analysts.open(settings.directory, settings.queryDeadlineS ?? 30);
  try {
    const { host, port } = settings;
    const endpoint = await startSqlEndpoint({
      ...{ host, port },
      authorize: (key) => settings.authorize(key),
      execute: (request) => analysts.execute(request),
    });
    return {
      ...endpoint,
      async close() {
        await endpoint.close();
        await analysts.close();
      },
    };
  } catch (error) {
    await analysts.close();
    throw error;
  }
}

class Analysts {
  private readonly slots = new Slots(CONNECTIONS);
  private waiting = 0;

  private constructor(
    private readonly idle: ChdbConnection[],
    private readonly outside: ReadonlySet<string>,
  ) {}

  static async open(directory: string, deadlineS: number): Promise<Analysts> {
    const connections: ChdbConnection[] = [];
    for (let i = 0; i < CONNECTIONS; i++) connections.push(await openChdb(directory));
    const [first] = connections;
    const names = await first!.chdb.queryAsync(
      'SELECT lower(name) FROM system.table_functions WHERE NOT allow_readonly',
      { format: 'TabSeparated' },
    );
    // Last of all `readonly`: after it, nothing of this can be changed again.
    const limits = [
      `max_execution_time = ${deadlineS}`,
      `max_result_bytes = ${RESULT_BYTES_MAX}`,
      `max_memory_usage = ${MEMORY_BYTES_MAX}`,
      "result_overflow_mode = 'throw'",
      'max_threads = 1',
      'allow_introspection_functions = 0',
      'readonly = 1',
    ];
    for (const connection of connections) {
      for (const limit of limits) await connection.chdb.queryAsync(`SET ${limit}`);
    }
    return new Analysts(connections, new Set(names.text().trim().split('\n')));
  }

  async execute(request: SqlRequest): Promise<SqlAnswer> {
    const refusal = refusalOf(request.sql, this.outside);
    if (refusal !== null) throw refusal;
    const { database } = request;
    if (!/^\w{1,64}$/.test(database)) {
      throw new SqlError(81, `Database ${JSON.stringify(database)} does not exist`, 404);
    }
    if (this.waiting >= WAITING_MAX) {
      throw new SqlError(202, 'Too many simultaneous queries', 503);
    }
    this.waiting++;
    const leave = await this.slots.enter();
    this.waiting--;
    const connection = this.idle.pop()!;
    try {
      return await runIn(database, connection, request);
    } catch (error) {
      throw sqlErrorOf(error);
    } finally {
      this.idle.push(connection);
      leave();
    }
  }

  async close(): Promise<void> {
    for (let i = 0; i < CONNECTIONS; i++) await this.slots.enter();
    await Promise.all(this.idle.map((connection) => connection.close()));
  }
}

async function runIn(
  database: string,
  connection: ChdbConnection,
  request: SqlRequest,
): Promise<SqlAnswer> {
  if (database === DATABASE) return run(connection, request);
  await connection.chdb.queryAsync(`USE ${database}`);
  try {
    return await run(connection, request);
  } finally {
    // It would stay with the connection.
    await connection.chdb.queryAsync(`USE ${DATABASE}`);
  }
}

async function run(connection: ChdbConnection, request: SqlRequest): Promise<SqlAnswer> {
  const { sql, params, defaultFormat } = request;
  // Not the client's `query`: that hides how many rows were read, and would set settings.
  if (Object.keys(params).length === 0) {
    const result = await connection.chdb.queryAsync(sql, { format: defaultFormat });
    return { body: result.bytes(), readRows: result.rowsRead, elapsedS: result.elapsed };
  }
  const { stream } = await connection.query({
    query: sql,
    query_params: params,
    clickhouse_settings: { default_format: defaultFormat } as Record<string, string>,
  });
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return { body: Buffer.concat(chunks), readRows: 0, elapsedS: 0 };
}
