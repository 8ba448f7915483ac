// A ClickHouse server or cluster over HTTP, through @clickhouse/client.

import { Agent, type AgentOptions } from 'node:http';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { ClientSink } from './client-sink.ts';
import { outcomeOf } from './refusals.ts';
import { type HistorySink, type InsertBlock, type InsertOutcome, insertSettings } from './sink.ts';

export interface ServerSettings {
  /** `http://user:password@host:8123/database`. */
  readonly url: string;
  /** Longest time an insert or a query may take, ms. */
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
    request_timeout: settings.deadlineMs,
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
  return new ClickHouseSink(client, settings.tableOf ?? ((table) => table));
}

class ClickHouseSink extends ClientSink {
  readonly kind = 'server';

  constructor(
    client: ClickHouseClient,
    private readonly tableOf: (table: string) => string,
  ) {
    super(client);
  }

  async insert(block: InsertBlock): Promise<InsertOutcome> {
    try {
      // `insert` would take rows as objects and print them again; these are text already.
      const { stream } = await this.client.exec({
        query: `INSERT INTO ${this.tableOf(block.table)} FORMAT JSONEachRow`,
        values: Readable.from(piecesOf(block.rows), { objectMode: false }),
        query_id: block.queryId,
        clickhouse_settings: insertSettings(block),
      });
      // The status came with the headers; the body is empty, and must be read for the socket's sake.
      stream.resume();
      await finished(stream);
      return { kind: 'inserted' };
    } catch (error) {
      return outcomeOf(error);
    }
  }

  async ended(prefix: string): Promise<void> {
    const params = { prefix };
    const running = `FROM system.processes WHERE startsWith(query_id, {prefix:String})`;
    for (let attempt = 0; attempt < 50; attempt++) {
      const rows = await this.query<{ query_id: string }>(`SELECT query_id ${running}`, params);
      if (rows.length === 0) return;
      for (const row of rows) {
        await this.client.command({
          query: 'KILL QUERY WHERE query_id = {id:String} ASYNC',
          query_params: { id: row.query_id },
        });
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`an insert ${prefix}… does not end`);
  }
}

/** Rows in one piece of a body: some 300 KB. The whole in one would be in memory twice more. */
const PIECE_ROWS = 1_000;

function* piecesOf(rows: readonly string[]): Generator<string> {
  for (let i = 0; i < rows.length; i += PIECE_ROWS) {
    yield `${rows.slice(i, i + PIECE_ROWS).join('\n')}\n`;
  }
}
