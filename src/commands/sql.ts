// `proffer sql`: a read-only question to history, through the analyst endpoint (one process at a time
// may open the embedded engine, and that is the worker) or to the ClickHouse server.

import type { Config } from '../config.ts';
import { SetupFault } from '../errors.ts';
import { querySql } from '../history/analyst/query-sql.ts';
import { isRefusedKey, refusedKey, service } from './service.ts';

/** @returns the exit code: 1 when ClickHouse refused the query */
export async function askSql(config: Config, sql: string, format: string): Promise<number> {
  const embedded = config.CLICKHOUSE_URL === undefined ? service(config) : null;
  const reply = await querySql({
    url: embedded?.sqlUrl ?? config.CLICKHOUSE_URL!,
    key: embedded?.adminKey ?? null,
    sql,
    format,
  });
  switch (reply.kind) {
    case 'answered':
      process.stdout.write(reply.body);
      return 0;
    case 'refused':
      if (embedded !== null && isRefusedKey(reply.message)) throw refusedKey(config);
      process.stderr.write(`${reply.message}\n`);
      return 1;
    case 'unreachable':
      throw new SetupFault(`no answer from history (${reply.message}): is it running?`);
  }
}
