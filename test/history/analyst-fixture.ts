// An analyst endpoint on embedded history of a test's own, which has two events.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startAnalystEndpoint } from '../../src/history/analyst/analyst-endpoint.ts';
import type { SqlEndpoint } from '../../src/history/analyst/sql-endpoint.ts';
import { migrate } from '../../src/history/sinks/migrations.ts';
import type { HistorySink } from '../../src/history/sinks/sink.ts';
import { startDeployment } from './history-fixture.ts';

/** Headers of a request that may ask. */
export const ANALYST_KEY = { 'X-ClickHouse-User': 'default', 'X-ClickHouse-Key': 'admin-key' };

export interface AnalystFixture {
  readonly endpoint: SqlEndpoint;
  /** The writer's. */
  readonly sink: HistorySink;
  /** A file outside the directory, with the word `hidden`. */
  readonly secret: string;
  /** POSTs a statement. @param query of the URL */
  ask(sql: string, query?: string, headers?: Record<string, string>): Promise<AnalystReply>;
  /** As `ask`, at an endpoint that ends queries after 2 s; `ask` gives them what a busy machine takes. */
  askHastily(sql: string): Promise<AnalystReply>;
  stop(): Promise<void>;
}

export interface AnalystReply {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

/** An event, or a firing without its properties, as JSON. */
export function rowOf(id: number): string {
  return `{"partition":1,"ledger_id":${id},"ordinal":0,"received_at":1795411200000,"customer_id":"u${id}","properties":{"price":${id}.5}}`;
}

export async function startAnalysts(): Promise<AnalystFixture> {
  const at = await startDeployment();
  const sink = await at.openSink();
  await migrate(sink);
  await sink.insert({ table: 'events', rows: [rowOf(1), rowOf(2)], queryId: 'a' });
  const start = (queryDeadlineS: number) =>
    startAnalystEndpoint({
      ...{ host: '127.0.0.1', port: 0, directory: at.directory, queryDeadlineS },
      authorize: (key) => Promise.resolve(key === 'admin-key'),
    });
  const endpoint = await start(60);
  const hasty = await start(2);
  const secret = join(at.directory, '..', 'secret.csv');
  await writeFile(secret, 'hidden,1\n');
  return {
    endpoint,
    sink,
    secret,
    ask: (sql, query = '', headers = ANALYST_KEY) => ask(`${endpoint.url}/?${query}`, sql, headers),
    askHastily: (sql) => ask(hasty.url, sql, ANALYST_KEY),
    async stop() {
      await Promise.all([endpoint.close(), hasty.close()]);
      await sink.close();
      await at.stop();
    },
  };
}

async function ask(
  url: string,
  sql: string,
  headers: Record<string, string>,
): Promise<AnalystReply> {
  const response = await fetch(url, { method: 'POST', body: sql, headers });
  return { status: response.status, text: await response.text(), headers: response.headers };
}
