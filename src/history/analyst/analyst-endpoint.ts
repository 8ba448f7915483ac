// The analyst endpoint of embedded mode: read-only SQL over HTTP on the same directory as the
// writer. Its connections are few: every running query takes one of libuv's four threads, and the
// writer needs one. Measured: beside a query that ran for 3 s, single-row inserts took 22 ms at most.

import { FairSlots } from '../fair-slots.ts';
import { EngineConnection, type EngineStatement } from '../sinks/engine-connection.ts';
import { HeldAnswers } from './held-answers.ts';
import { refusalOf } from './read-only-statement.ts';
import { mayHaveClauses, SettingJudge } from './setting-judge.ts';
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
  /** Whether this key may ask history; '' where none was given. */
  authorize(key: string): Promise<boolean>;
  /** Longest time of one query, s. Default 30. */
  readonly queryDeadlineS?: number;
}

/** Where history is, and the names without a database are. */
const DATABASE = 'default';
const CONNECTIONS = 2;
/** Queries that wait; more are sent away. Of one caller, half of them. */
const WAITING_MAX = 64;

/** What every query begins with. */
function settingsOfAnalysts(deadlineS: number) {
  return {
    max_execution_time: deadlineS,
    max_result_bytes: 64 * 1024 * 1024,
    max_memory_usage: 1024 * 1024 * 1024,
    result_overflow_mode: 'throw',
    max_threads: 1,
    // What the endpoint lets in, and twice that where a text of it must be written as a literal.
    max_query_size: 4 * 1024 * 1024,
    allow_introspection_functions: 0,
    // What the answer's head says, wherever the worker runs.
    session_timezone: 'UTC',
    // A property is a value of any type, and grouped by its type as well.
    allow_suspicious_types_in_group_by: 1,
    allow_suspicious_types_in_order_by: 1,
  };
}
const READ_ONLY = { readonly: 1 };

/** Starts it. @throws SetupFault when the directory cannot be opened, or the port is taken */
export async function startAnalystEndpoint(settings: AnalystSettings): Promise<SqlEndpoint> {
  const analysts = await Analysts.open(settings.directory, settings.queryDeadlineS ?? 30);
  try {
    const { host, port } = settings;
    const endpoint = await startSqlEndpoint({
      host,
      port,
      authorize: (key) => settings.authorize(key),
      execute: (request) => analysts.execute(request),
      held: new HeldAnswers(),
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
  private readonly slots = new FairSlots({
    slots: CONNECTIONS,
    waiting: WAITING_MAX,
    waitingOfOne: WAITING_MAX / 2,
  });

  private readonly idle: EngineConnection[];

  private constructor(
    private readonly connections: readonly EngineConnection[],
    private readonly stopper: EngineConnection,
    private readonly judge: SettingJudge,
    private readonly outside: ReadonlySet<string>,
  ) {
    this.idle = [...connections];
  }

  static async open(directory: string, deadlineS: number): Promise<Analysts> {
    const settings = settingsOfAnalysts(deadlineS);
    const stopper = await EngineConnection.open(directory);
    const first = await EngineConnection.open(directory, { settings, last: READ_ONLY });
    const judge = await SettingJudge.of(first);
    const names = await first.run({
      sql: 'SELECT lower(name) FROM system.table_functions WHERE NOT allow_readonly',
    });
    await first.close();
    const options = { settings: { ...settings, ...judge.limits() }, last: READ_ONLY, stopper };
    const opened = Array.from({ length: CONNECTIONS }, () =>
      EngineConnection.open(directory, options),
    );
    const outside = Buffer.from(names.body).toString().trim().split('\n');
    return new Analysts(await Promise.all(opened), stopper, judge, new Set(outside));
  }

  async execute(request: SqlRequest): Promise<SqlAnswer> {
    const refusal = refusalOf(request.sql, this.outside);
    if (refusal !== null) throw refusal;
    const { database } = request;
    if (!/^\w{1,64}$/.test(database)) {
      throw new SqlError(81, `Database ${JSON.stringify(database)} does not exist`, 404);
    }
    const leave = await this.slots.enter(request.caller ?? '', request.signal);
    if (leave === null) throw new SqlError(202, 'Too many simultaneous queries', 503);
    const connection = this.idle.pop()!;
    try {
      return await connection.run(this.statementOf(request));
    } catch (error) {
      throw error instanceof SqlError ? error : sqlErrorOf(error);
    } finally {
      this.idle.push(connection);
      leave();
    }
  }

  private statementOf(request: SqlRequest): EngineStatement {
    const { sql, params, settings, defaultFormat, database, signal } = request;
    const own = Object.keys(settings).length > 0 || mayHaveClauses(sql);
    return {
      sql,
      params,
      signal,
      format: defaultFormat,
      ...(database === DATABASE ? {} : { database }),
      prepare: own ? (ask) => this.judge.apply(settings, sql, ask) : undefined,
    };
  }

  async close(): Promise<void> {
    await Promise.all(this.connections.map((connection) => connection.close()));
    await this.stopper.close();
  }
}
