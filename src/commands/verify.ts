// `proffer verify`: ledger, history and states, compared. Runs where Redis can be reached; history is
// asked over the network, since the worker has the embedded engine open.

import { openDeployment } from '../compose.ts';
import type { Config } from '../config.ts';
import { SetupFault } from '../errors.ts';
import { openSink } from '../history/open-sink.ts';
import { verify } from '../history/verify.ts';
import { printReport } from '../history/verify-report.ts';
import { createLog } from '../ops/log.ts';
import { countRecords, type RecordCount } from '../state/record-counts.ts';
import { redisUrl } from './redis-url.ts';
import { service } from './service.ts';

/** @returns the exit code: 1 when anything differs, or history did not catch up in time */
export async function verifyHistory(config: Config, waitS: number): Promise<number> {
  const log = createLog({ name: 'verify', level: 'error' });
  const { connection, keys } = await openDeployment(config, redisUrl(config), log);
  const sink = await openSink({ clickhouseUrl: historyUrl(config), directory: '' });
  let counts: ReadonlyMap<number, readonly RecordCount[]> | null = null;
  async function* states(partition: number): AsyncGenerator<RecordCount> {
    counts ??= await countRecords(connection, keys);
    yield* counts.get(partition) ?? [];
  }
  try {
    const report = await verify({ connection, keys, sink, states, waitMs: waitS * 1000 });
    process.stdout.write(`verify      ${printReport(report)}`);
    return report.ok ? 0 : 1;
  } catch (error) {
    throw new SetupFault(`history cannot be asked: ${(error as Error).message}`);
  } finally {
    await sink.close();
    connection.close();
  }
}

function historyUrl(config: Config): string {
  if (config.CLICKHOUSE_URL !== undefined) return config.CLICKHOUSE_URL;
  const { sqlUrl, adminKey } = service(config);
  const url = new URL(sqlUrl);
  url.username = 'verify';
  url.password = encodeURIComponent(adminKey);
  return url.href;
}
