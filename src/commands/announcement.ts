// What `up` prints when it serves: where, with which keys, and a line to paste.

import type { Config } from '../config.ts';
import type { Keys } from './kept-keys.ts';

/** A request that is answered with an offer. */
export interface Example {
  /** e.g. `/v1/track` */
  readonly path: string;
  readonly body: unknown;
}

/** The announcement, several lines. */
export function announce(config: Config, keys: Keys, example: Example | null): string {
  const api = `http://${reachable(config.PROFFER_HOST)}:${config.PROFFER_PORT}`;
  const sql =
    config.CLICKHOUSE_URL === undefined
      ? `http://${reachable(config.PROFFER_HOST)}:${config.PROFFER_SQL_PORT}`
      : 'your ClickHouse server';
  const lines = [
    '',
    `Proffer serves at ${api}   (API: ${api}/docs, metrics: ${api}/metrics)`,
    `  analysts   ${sql}   (any user, the admin key as password)`,
    `  write key  ${keys.writeKey}`,
    `  admin key  ${keys.adminKey}`,
    `  catalog    ${config.PROFFER_CATALOG}`,
    `  data       ${config.PROFFER_DATA_DIR}`,
  ];
  if (example !== null) lines.push('', 'Try it:', `  ${curlLine(api, keys.writeKey, example)}`);
  lines.push('', 'Ctrl-C stops it.', '');
  return lines.join('\n');
}

/** One line that a POSIX shell runs as it stands. */
export function curlLine(api: string, key: string, example: Example): string {
  const body = JSON.stringify(example.body).replaceAll("'", "'\\''");
  return `curl -s ${api}${example.path} -u '${key}:' -H 'Content-Type: application/json' -d '${body}'`;
}

/** An address that a client on this machine can use. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
