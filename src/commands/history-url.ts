// Where commands ask history: the analysts' door of the worker that has the embedded engine open, or the
// ClickHouse server.

import type { Config } from '../config.ts';
import { service } from './service.ts';

/** With user and password in it. @throws SetupFault when nothing runs here */
export function historyUrl(config: Config): string {
  if (config.CLICKHOUSE_URL !== undefined) return config.CLICKHOUSE_URL;
  const { sqlUrl, adminKey } = service(config);
  const url = new URL(sqlUrl);
  url.username = 'proffer';
  url.password = encodeURIComponent(adminKey);
  return url.href;
}
