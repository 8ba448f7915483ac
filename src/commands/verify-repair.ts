// The repairing half of `proffer verify`: says what it would do, or does it and says what it did.

import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Deployment } from '../compose/deployment.ts';
import type { Config } from '../config.ts';
import { SetupFault } from '../errors.ts';
import { writingSocket } from '../history/analyst/writing-socket.ts';
import { openClickHouseSink } from '../history/sinks/clickhouse-sink.ts';
import { openSink } from '../history/sinks/open-sink.ts';
import type { HistorySink } from '../history/sinks/sink.ts';
import type { Difference } from '../history/verify/difference.ts';
import {
  extentOf,
  type RepairOutcome,
  remedyOf,
  repairPartition,
} from '../history/verify/repair.ts';
import { lineOf } from '../history/verify/verify-report.ts';
import { bindLedger } from '../ledger/ledger-scripts.ts';
import { LeaseKeeper } from '../partitions/lease-keeper.ts';
import { bindLeases } from '../partitions/lease-scripts.ts';
import { bindRoster } from '../partitions/roster-scripts.ts';
import { putIntoIndex } from '../state/indexed-timers.ts';

/** A removal waits for ClickHouse to rewrite the parts it is about; ms. */
const STATEMENT_DEADLINE_MS = 600_000;
/** Longest batch of a worker that has to be waited for; ms. */
const HAND_OVER_WAIT_MS = 60_000;

/** Says what a repair would do; changes nothing. @throws Unavailable */
export async function sayRemedies(
  deployment: Deployment,
  differences: readonly Difference[],
  say: (line: string) => void,
): Promise<void> {
  for (const difference of differences) {
    const remedy = remedyOf(difference, await extentOf(deployment, difference.partition));
    say(`${remedy === null ? 'cannot be repaired' : `would ${remedy}`}: ${lineOf(difference)}`);
  }
}

/**
 * Repairs the partitions of differences, one after the other.
 * @returns whether anything was changed
 * @throws SetupFault when nobody lets us write to history; Unavailable without Redis
 */
export async function repair(
  config: Config,
  redisUrl: string,
  deployment: Deployment,
  differences: readonly Difference[],
  say: (line: string) => void,
): Promise<boolean> {
  const { connection, keys } = deployment;
  const indexed = await putIntoIndex(
    connection,
    keys,
    differences.flatMap((each) => (each.kind === 'timer' ? [each.customerId] : [])),
  );
  if (indexed > 0) say(`${indexed} customers put into the index of timers`);
  const partitions = new Set<number>();
  for (const difference of differences) {
    const { partition, kind } = difference;
    if (kind === 'timer') continue;
    if (remedyOf(difference, await extentOf(deployment, partition)) !== null) {
      partitions.add(partition);
    }
  }
  if (partitions.size === 0) return indexed > 0;
  const sink = await openForWriting(config);
  const leases = new LeaseKeeper(bindLeases(connection, keys), {
    redisUrl,
    prefix: keys.prefix,
    partitions: keys.partitions,
    owner: `repair ${hostname()}/${process.pid}`,
    wants: 'none',
    ttlMs: config.PROFFER_LEASE_TTL_MS,
  });
  const claims = bindRoster(connection, keys);
  const ledger = bindLedger(connection, keys);
  const parts = { connection, keys, sink, leases, claims, ledger, waitMs: HAND_OVER_WAIT_MS };
  let hasChanged = indexed > 0;
  try {
    for (const partition of [...partitions].sort((a, b) => a - b)) {
      const outcome = await repairPartition(parts, partition);
      say(outcomeLine(outcome));
      if (outcome.kind !== 'repaired') continue;
      if (outcome.mended || outcome.inserted + outcome.removed > 0) hasChanged = true;
    }
    return hasChanged;
  } finally {
    await leases.close();
    await sink.close();
  }
}

function outcomeLine(outcome: RepairOutcome): string {
  switch (outcome.kind) {
    case 'repaired': {
      const { partition, inserted, removed, mended } = outcome;
      const first = mended ? 'counts on, ' : '';
      return `partition ${partition}: ${first}${inserted} rows inserted, ${removed} removed`;
    }
    case 'busy':
      return `partition ${outcome.partition}: its worker did not hand it over, nothing was done`;
    case 'failed':
      return `partition ${outcome.partition}: not finished (${outcome.cause.message}); run it again`;
  }
}

async function openForWriting(config: Config): Promise<HistorySink> {
  const { CLICKHOUSE_URL: url, PROFFER_CLICKHOUSE_CLUSTER: cluster } = config;
  const deadlineMs = STATEMENT_DEADLINE_MS;
  if (url !== undefined) {
    return openSink({ clickhouseUrl: url, cluster: cluster ?? null, directory: '', deadlineMs });
  }
  const directory = config.PROFFER_DATA_DIR;
  const socket = existsSync(directory) ? writingSocket(directory) : '';
  if (!existsSync(socket)) {
    throw new SetupFault(`no worker runs on ${directory}, and only it can write to history there`);
  }
  return openClickHouseSink({ url: 'http://worker', socketPath: socket, deadlineMs });
}
