// `proffer verify`: ledger, history and states, compared. Runs where Redis can be reached; history is
// asked over the network, since the worker has the embedded engine open.

import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { usageOfPartition } from '../budgets/budget-usage.ts';
import { openDeployment } from '../compose/deployment.ts';
import type { Config } from '../config.ts';
import { SetupFault } from '../errors.ts';
import { deploymentId, requireOwn } from '../history/belonging.ts';
import { openSink } from '../history/sinks/open-sink.ts';
import { codeOf } from '../history/sinks/refusals.ts';
import type { HistorySink } from '../history/sinks/sink.ts';
import { type CustomerStates, isInSlice } from '../history/verify/compare-customers.ts';
import { DIFFERENCES_MAX } from '../history/verify/difference.ts';
import { Patience } from '../history/verify/patience.ts';
import { patient } from '../history/verify/patient.ts';
import { type VerifyParts, type VerifyReport, verify } from '../history/verify/verify.ts';
import { ProgressFile } from '../history/verify/verify-progress.ts';
import { printReport } from '../history/verify/verify-report.ts';
import { createLog } from '../ops/log.ts';
import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { forgetsAfterMs } from '../state/expiry.ts';
import { withoutEntry } from '../state/indexed-timers.ts';
import { countKeys, readRecordCounts, scanRecordCounts } from '../state/record-counts.ts';
import { historyUrl } from './history-url.ts';
import { type ProgressLine, progressLine } from './progress-line.ts';
import { redisUrl } from './redis-url.ts';
import { refusedKey } from './service.ts';
import { repair, sayRemedies } from './verify-repair.ts';

/** The options of the command line, as they are typed. */
export interface VerifyOptions {
  /** Seconds to wait for history to catch up. */
  readonly wait: string;
  /** Like `5%`. */
  readonly sample?: string;
  readonly seed?: string;
  readonly resume?: boolean;
  /** Where progress is kept. */
  readonly state?: string;
  readonly repair?: boolean;
  /** With `repair`: only say what would be done. */
  readonly dryRun?: boolean;
}

/** A repair may uncover what the list of differences had no room for. */
const REPAIRS_MAX = 10;
const DAY_MS = 86_400_000;
const AUTHENTICATION_FAILED = 516;

/** @returns the exit code: 1 when anything differs, or history did not catch up in time */
export async function verifyHistory(config: Config, options: VerifyOptions): Promise<number> {
  const sample = sampleOf(options);
  const waitMs = wholeNumber('--wait', options.wait) * 1_000;
  const log = createLog({ name: 'verify', level: 'error' });
  const url = redisUrl(config);
  const deployment = await openDeployment(config, url, log);
  const { connection, keys } = deployment;
  const cluster = config.PROFFER_CLICKHOUSE_CLUSTER ?? null;
  const opened = await openSink({ clickhouseUrl: historyUrl(config), cluster, directory: '' });
  const sink = patient(opened, waitMs);
  const line = progressLine(process.stderr);
  try {
    const file = new ProgressFile(options.state ?? join(config.PROFFER_DATA_DIR, 'verify.json'));
    const parts: VerifyParts = {
      connection,
      keys,
      sink,
      waitMs,
      patience: new Patience(waitMs),
      states: customerStates(connection, keys),
      budgetUsage: (partition) => usageOfPartition(connection, keys, partition),
      forgetsAfterMs: forgetsAfterMs(config.PROFFER_STATE_TTL_DAYS * DAY_MS),
      ...(sample === null ? {} : { sample }),
      progress: { file, resume: options.resume === true },
      identity: await identityOf(connection, keys, sink),
      onPass: (done, passes, differences) => {
        line.show(`verify: ${Math.floor((100 * done) / passes)} %, ${differences} differences`);
      },
    };
    let report = await look(parts, line);
    if (options.repair !== true) return report.ok ? 0 : 1;
    const say = (text: string) => void process.stdout.write(`repair      ${text}\n`);
    if (options.dryRun === true) {
      await sayRemedies(deployment, report.differences, say);
      return report.ok ? 0 : 1;
    }
    for (let i = 0; i < REPAIRS_MAX && report.differenceCount > 0; i++) {
      if (!(await repair(config, url, deployment, report.differences, say))) break;
      report = await look(onlyDifferent(parts, report), line);
    }
    return report.ok ? 0 : 1;
  } catch (error) {
    line.clear();
    if (error instanceof SetupFault) throw error;
    const isOurs = config.CLICKHOUSE_URL === undefined;
    if (isOurs && codeOf(error as Error) === AUTHENTICATION_FAILED) throw refusedKey(config);
    throw new SetupFault(`history cannot be asked: ${(error as Error).message}`);
  } finally {
    await opened.close();
    connection.close();
  }
}

async function look(parts: VerifyParts, line: ProgressLine): Promise<VerifyReport> {
  const report = await verify(parts);
  line.clear();
  process.stdout.write(`verify      ${printReport(report)}`);
  return report;
}

/** What to look at again: the partitions that differed, as far as all of them were told. */
function onlyDifferent(parts: VerifyParts, report: VerifyReport): VerifyParts {
  const { progress, sample, only: _, ...rest } = parts;
  const again =
    progress === undefined ? rest : { ...rest, progress: { ...progress, resume: false } };
  if (report.differences.length < DIFFERENCES_MAX) {
    return { ...again, only: [...new Set(report.differences.map(({ partition }) => partition))] };
  }
  return sample === undefined ? again : { ...again, sample: { ...sample, seed: report.seed ?? 0 } };
}

/** @throws SetupFault for a share that is none */
function sampleOf({ sample, seed }: VerifyOptions): { share: number; seed: number } | null {
  if (sample === undefined) return null;
  const percent = /^(\d+(?:\.\d+)?)%$/.exec(sample)?.[1];
  const share = Number(percent) / 100;
  if (percent === undefined || share <= 0 || share > 1) {
    throw new SetupFault('--sample takes a part like 5%');
  }
  return { share, seed: seed === undefined ? randomInt(1_000_000) : wholeNumber('--seed', seed) };
}

function wholeNumber(option: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new SetupFault(`${option} takes a whole number, not ${text}`);
  return Number(text);
}

function customerStates(connection: RedisConnection, keys: Keys): CustomerStates {
  return {
    scan: (slice) =>
      scanRecordCounts(connection, keys, (id) => isInSlice(id, keys.partitions, slice)),
    read: (ids) => readRecordCounts(connection, keys, ids),
    withoutEntry: async (ids) =>
      (await withoutEntry(connection, keys, ids)).map(({ customerId }) => customerId),
    count: () => countKeys(connection),
  };
}

/** Of this Redis' data and this history: both say when they began. */
async function identityOf(
  connection: RedisConnection,
  keys: Keys,
  sink: Pick<HistorySink, 'query'>,
): Promise<string> {
  const id = await deploymentId(connection, keys);
  await requireOwn(sink, id);
  const [history] = await sink.query<{ since: string }>(
    'SELECT toString(min(applied_at)) AS since FROM schema_migrations',
  );
  return `${id} ${history?.since ?? ''}`;
}
