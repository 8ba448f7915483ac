// A ClickHouse server or cluster over HTTP, through @clickhouse/client. Every statement goes through its
// `exec`, which hands over status, headers and body: the other calls take any 200 for ClickHouse's.

import { randomUUID } from 'node:crypto';
import { Agent, type AgentOptions } from 'node:http';
import { addAbortSignal, Readable } from 'node:stream';
import {
  type ClickHouseClient,
  ClickHouseLogLevel,
  type ClickHouseSettings,
  createClient,
  parseError,
} from '@clickhouse/client';
import { NotRows, readRows, readText } from './answer-rows.ts';
import {
  type AnswerHead,
  brokenOff,
  isRefusal,
  NotClickHouse,
  shownUrl,
  strangeness,
} from './clickhouse-answer.ts';
import { withDeadline } from './deadline.ts';
import { outcomeOf } from './refusals.ts';
import { type HistorySink, type InsertBlock, type InsertOutcome, insertSettings } from './sink.ts';

export interface ServerSettings {
  /** `http://user:password@host:8123/database`. */
  readonly url: string;
  /** Longest time that a statement may take, with its answer to the last byte, ms. */
  readonly deadlineMs: number;
  /** Of every statement, beside those that are always set. */
  readonly settings?: Readonly<Record<string, string | number>>;
  /** A Unix socket to reach it by; the host of `url` is then only a name. */
  readonly socketPath?: string;
  /** Where rows of a table go. Default: there. */
  readonly tableOf?: (table: string) => string;
}

/** Two batches with an insert per table each, and room for what looks on beside them. */
const CONNECTIONS_MAX = 20;

/** Opens a server; nothing is sent yet. */
export function openClickHouseSink(settings: ServerSettings): HistorySink {
  const client = createClient({
    url: settings.url,
    // Of silence, and only for what deadline.ts has no hold of: it cannot tell a pause of ours.
    request_timeout: 10 * settings.deadlineMs,
    max_open_connections: CONNECTIONS_MAX,
    // The engine gives up before the client does, so that "timed out" nearly always means "ended".
    clickhouse_settings: {
      max_execution_time: Math.max(1, settings.deadlineMs / 1000 - 2),
      ...settings.settings,
    },
    ...(settings.socketPath === undefined
      ? {}
      : { http_agent: new Agent({ socketPath: settings.socketPath } as AgentOptions) }),
    // Errors are thrown; the client would print each a second time.
    log: { level: ClickHouseLogLevel.OFF },
    keep_alive: { idle_socket_ttl: 1_500 },
  });
  return new ClickHouseSink(client, {
    where: settings.socketPath ?? shownUrl(settings.url),
    deadlineMs: settings.deadlineMs,
    tableOf: settings.tableOf ?? ((table) => table),
  });
}

interface SinkParts {
  /** As messages name it. */
  readonly where: string;
  readonly deadlineMs: number;
  readonly tableOf: (table: string) => string;
}

interface Statement {
  readonly sql: string;
  /** Default: a fresh one. */
  readonly queryId?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly settings?: ClickHouseSettings;
  /** Of an insert; `sql` then travels in the URL. */
  readonly rows?: readonly string[];
}

class ClickHouseSink implements HistorySink {
  readonly kind = 'server';

  constructor(
    private readonly client: ClickHouseClient,
    private readonly parts: SinkParts,
  ) {}

  async insert(block: InsertBlock): Promise<InsertOutcome> {
    const statement = {
      sql: `INSERT INTO ${this.parts.tableOf(block.table)} FORMAT JSONEachRow`,
      queryId: block.queryId,
      settings: insertSettings(block),
      rows: block.rows,
    };
    try {
      const text = await this.ask(statement, readText);
      if (text !== '') throw this.notAsked('an insert is not empty', text);
      return { kind: 'inserted' };
    } catch (error) {
      return outcomeOf(error);
    }
  }

  command(sql: string): Promise<void> {
    return this.run({ sql });
  }

  async query<Row>(sql: string, params: Readonly<Record<string, unknown>> = {}): Promise<Row[]> {
    try {
      return await this.ask({ sql: `${sql}\nFORMAT JSONEachRow`, params }, readRows<Row>);
    } catch (error) {
      throw error instanceof NotRows ? this.notAsked('a query is not rows', error.text) : error;
    }
  }

  async ended(prefix: string): Promise<void> {
    const params = { prefix };
    const running = `FROM system.processes WHERE startsWith(query_id, {prefix:String})`;
    for (let attempt = 0; attempt < 50; attempt++) {
      const rows = await this.query<{ query_id: string }>(`SELECT query_id ${running}`, params);
      if (rows.length === 0) return;
      for (const row of rows) {
        const kill = 'KILL QUERY WHERE query_id = {id:String} ASYNC';
        await this.run({ sql: kill, params: { id: row.query_id } });
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`an insert ${prefix}… does not end`);
  }

  close(): Promise<void> {
    return this.client.close();
  }

  /** Of some statements the answer has a body (what other servers of a cluster said); it may be any. */
  private async run(statement: Statement): Promise<void> {
    const broken = brokenOff(await this.ask(statement, readText));
    if (broken !== null) throw parseError(broken);
  }

  /**
   * Sends a statement and reads its answer.
   * @throws NotClickHouse, DeadlinePassed, or what ClickHouse says
   */
  private ask<T>(
    statement: Statement,
    read: (body: AsyncIterable<Buffer>) => Promise<T>,
  ): Promise<T> {
    const { where, deadlineMs } = this.parts;
    return withDeadline(deadlineMs, `no whole answer from ${where}`, async (signal) => {
      const queryId = statement.queryId ?? randomUUID();
      const { head, body } = await this.send(statement, queryId, signal);
      const strange = strangeness(head, queryId);
      if (strange !== null) {
        // With its socket: it may go on without end.
        body.destroy();
        throw new NotClickHouse(where, strange);
      }
      if (!isRefusal(head)) return read(body);
      const text = (await readText(body)).trim();
      throw parseError(text || `ClickHouse's error ${head.headers['x-clickhouse-exception-code']}`);
    });
  }

  private async send(
    { sql, params, settings, rows }: Statement,
    queryId: string,
    signal: AbortSignal,
  ): Promise<{ head: AnswerHead; body: Readable }> {
    const { stream, http_status_code, response_headers } = await this.client.exec({
      query: sql,
      query_id: queryId,
      abort_signal: signal,
      ignore_error_response: true,
      ...(params === undefined ? {} : { query_params: { ...params } }),
      ...(settings === undefined ? {} : { clickhouse_settings: settings }),
      ...(rows && { values: Readable.from(piecesOf(rows), { objectMode: false }) }),
    });
    const head = { status: http_status_code ?? 0, headers: response_headers };
    return { head, body: addAbortSignal(signal, stream) };
  }

  private notAsked(what: string, text: string): Error {
    const broken = brokenOff(text);
    if (broken !== null) return parseError(broken);
    const shown = JSON.stringify(text.slice(0, 100).trim());
    return new NotClickHouse(this.parts.where, `its answer to ${what}: ${shown}`);
  }
}

/** Rows in one piece of a body: some 300 KB. The whole in one would be in memory twice more. */
const PIECE_ROWS = 1_000;

function* piecesOf(rows: readonly string[]): Generator<string> {
  for (let i = 0; i < rows.length; i += PIECE_ROWS) {
    yield `${rows.slice(i, i + PIECE_ROWS).join('\n')}\n`;
  }
}
