// `proffer sql`: a read-only question to history, through the analyst endpoint (one process at a time
// may open the embedded engine, and that is the worker) or to the ClickHouse server.

import type { Config } from '../config.ts';
import { ask, service } from './service.ts';

/** @returns the exit code: 1 when ClickHouse refused the query */
export async function askSql(config: Config, query: string, format: string): Promise<number> {
  const { target, headers } = endpoint(config);
  target.searchParams.set('default_format', format);
  if (config.CLICKHOUSE_URL !== undefined) target.searchParams.set('readonly', '1');
  const response = await ask(target.href, { method: 'POST', headers, body: query });
  const text = await response.text();
  if (!response.ok) {
    process.stderr.write(`${text.trim()}\n`);
    return 1;
  }
  process.stdout.write(text);
  return 0;
}

/** Where questions about history go, with what authorizes them. */
export function endpoint(config: Config): { target: URL; headers: Record<string, string> } {
  if (config.CLICKHOUSE_URL === undefined) {
    const { sqlUrl, adminKey } = service(config);
    return { target: new URL(sqlUrl), headers: { authorization: `Bearer ${adminKey}` } };
  }
  const target = new URL(config.CLICKHOUSE_URL);
  const { username, password } = target;
  target.username = '';
  target.password = '';
  const headers: Record<string, string> = {};
  if (username !== '') headers['x-clickhouse-user'] = decodeURIComponent(username);
  if (password !== '') headers['x-clickhouse-key'] = decodeURIComponent(password);
  return { target, headers };
}
