// `proffer up`: everything in one place, supervised.
//
//   ports free ─► directory ours ─► leftovers ended ─► Redis ─► prepare ─► worker, gateways ─► serve
//        └──────────────┴──────── a fault: one line, stop what was started, exit 1 ─┘        │
//                                         a signal: drain gateways, worker, Redis, exit 0 ◄──┘

import type { Config } from '../config.ts';
import { lockDirectory } from '../ops/directory-lock.ts';
import { Fleet, type Member } from '../ops/fleet.ts';
import { surviveHangUps } from '../ops/hang-ups.ts';
import type { Log } from '../ops/log.ts';
import { probePort } from '../ops/port-probe.ts';
import { type PrivateRedis, privateRedis } from '../ops/private-redis.ts';
import { RunRecord } from '../ops/run-record.ts';
import { listenForStop } from '../ops/stop-signals.ts';
import { announce, type CatalogInEffect, type Example } from './announcement.ts';
import { configDifferences, configEnvironment } from './config-environment.ts';
import { type KeptKeys, type Keys, keepKeys, keptKeysPath, revokedKnob } from './kept-keys.ts';
import { Preparation } from './preparation.ts';

/** What `up` needs from the composition root. */
export interface UpParts {
  /**
   * Makes Redis ready for gateways and workers: partitions checked, keys known, catalog published.
   * @param config as the children get it: ports chosen, `REDIS_URL` set
   * @param stopping aborts what waits for Redis
   * @throws SetupFault what an operator must mend; `up` then stops what it started
   * @throws TransientFault, Unavailable when Redis is away: it is tried again for a while
   */
  prepare(config: Config, keys: Keys, stopping: AbortSignal): Promise<PreparedUp>;
  /** Puts back what of that Redis lost, if it did. */
  restore(config: Config, keys: Keys, stopping: AbortSignal): Promise<void>;
  /** The program whose `gateway` and `worker` commands are the children. */
  readonly mainPath: string;
  readonly log: Log;
  /** The environment that children inherit; the configuration is added to it. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Takes what the operator reads on stdout. */
  print(text: string): void;
  /** Whether that is a terminal: keys are shown nowhere else. */
  readonly isTerminal: boolean;
  /** How long a Redis of one's own is waited for; ms, a minute by default. */
  readonly redisDeadlineMs?: number;
}

export interface PreparedUp {
  readonly catalog: CatalogInEffect;
  /** The request that the announcement shows, or null. */
  readonly example: Example | null;
  /** Keys that were revoked, and are refused. */
  readonly revoked: readonly (keyof Keys)[];
}

/** Longest time a gateway or worker may take to its first `ready`, or a Redis of one's own; ms. */
const START_DEADLINE_MS = 60_000;
/** Redis answers only once its append-only file is loaded, and that may be gigabytes; ms. */
const REDIS_START_DEADLINE_MS = 600_000;
/**
 * V8's young generation in a gateway: twice the default, so that collections come half as often and
 * copy less of what is under way and of the states that were just written. Some 5 % of a gateway's CPU
 * an event (under the load of bench/full-path.ts, in turns with the default), for up to 32 MB of memory.
 * Rejected: 64 MB and V8 on a single thread, which were worse than the default.
 */
const GATEWAY_FLAGS = ['--max-semi-space-size=32'];
/**
 * How the time of a stop is shared: gateways and worker drain one after the other, each is killed a
 * little later, and Redis has what they leave, which is at least as little, and nearly all as a rule.
 */
const DRAIN_PART = 0.4;
const SLACK_PART = 0.05;
/** How long a start that was given up may take to notice; ms. */
const GIVEN_UP_MS = 1_000;

/**
 * Runs until a signal asks it to stop.
 * @returns the exit code: 0 after an orderly stop, 1 when a second signal forced it
 * @throws SetupFault with a line for the operator; by then everything it started has ended
 */
export async function runUp(given: Config, parts: UpParts): Promise<number> {
  const startedAtMs = performance.now();
  surviveHangUps(parts.log);
  const signals = listenForStop();
  const stopping = new AbortController();
  let fleet: Fleet | null = null;
  let forced = false;
  signals.onInsisted(() => {
    forced = true;
    parts.log.warn('second signal: ending everything at once');
    fleet?.kill();
  });
  parts.log.info(configDifferences(given), 'starting');
  const port = await probePort(given.PROFFER_HOST, given.PROFFER_PORT, 'PROFFER_PORT');
  const sqlPort =
    given.CLICKHOUSE_URL === undefined
      ? await probePort(given.PROFFER_HOST, given.PROFFER_SQL_PORT, 'PROFFER_SQL_PORT')
      : given.PROFFER_SQL_PORT;
  const lock = await lockDirectory(given.PROFFER_DATA_DIR);
  try {
    const record = new RunRecord(lock.directory, parts.log);
    await record.endLeftovers(given.PROFFER_DRAIN_DEADLINE_MS);
    record.begin();
    const redis =
      given.REDIS_URL === undefined
        ? privateRedis(lock.directory, given.PROFFER_REDIS_FSYNC)
        : null;
    const config: Config = {
      ...given,
      PROFFER_PORT: port,
      PROFFER_SQL_PORT: sqlPort,
      PROFFER_DATA_DIR: lock.directory,
      // Published once, by `prepare`, and not by every gateway again.
      PROFFER_PUBLISH: 'never',
      REDIS_URL: redis?.url ?? given.REDIS_URL,
      PROFFER_DRAIN_DEADLINE_MS: Math.ceil(given.PROFFER_DRAIN_DEADLINE_MS * DRAIN_PART),
    };
    fleet = new Fleet(record, parts.log, given.PROFFER_DRAIN_DEADLINE_MS);
    const stopSlackMs = Math.ceil(given.PROFFER_DRAIN_DEADLINE_MS * SLACK_PART);
    const run = { config, parts, fleet, redis, stopSlackMs, stopping: stopping.signal };
    const starting = start(run, startedAtMs);
    try {
      await Promise.race([starting, signals.first]);
      const signal = await signals.first;
      parts.log.info(`${signal}: draining`);
    } finally {
      stopping.abort();
      await fleet.stop();
      // What is left of the start fails by now; it must not outlive the lock, nor hold it.
      await Promise.race([starting.catch(() => {}), elapsed(GIVEN_UP_MS)]);
    }
  } finally {
    await lock.release();
  }
  parts.log.info('stopped');
  return forced ? 1 : 0;
}

interface Run {
  /** As the children get it. */
  readonly config: Config;
  readonly parts: UpParts;
  readonly fleet: Fleet;
  readonly redis: PrivateRedis | null;
  /** What a child gets on top of its own drain deadline before it is killed. */
  readonly stopSlackMs: number;
  readonly stopping: AbortSignal;
}

async function start(run: Run, startedAtMs: number): Promise<void> {
  const { config, parts, fleet, redis, stopSlackMs, stopping } = run;
  const env = configEnvironment(config, parts.environment);
  await fleet.begin(parts.environment);
  const directory = config.PROFFER_DATA_DIR;
  let keys = keepKeys(directory, config);
  const preparation = new Preparation({
    prepare: () => parts.prepare(config, keys, stopping),
    // `keys revoke` may have put another in the place of a kept one.
    restore: () => parts.restore(config, keepKeys(directory, config), stopping),
    stopping,
    log: parts.log,
  });
  if (redis !== null) {
    await redis.endLeftover();
    const onReadyAgain = () => void preparation.again();
    await fleet.startStage([redisMember(redis, parts, stopSlackMs, onReadyAgain)]);
  }
  const redisDeadlineMs = parts.redisDeadlineMs ?? START_DEADLINE_MS;
  let prepared = await preparation.first(redisDeadlineMs);
  if (prepared.revoked.length > 0) {
    keys = withoutRevoked(run, keys, prepared.revoked);
    prepared = await preparation.first(redisDeadlineMs);
  }
  const role = (name: string, command: string, flags: readonly string[] = []): Member => ({
    name,
    command: process.execPath,
    args: [...flags, parts.mainPath, command],
    env,
    ready: 'ipc',
    // A role that starts and finds no catalog cannot mend that; whoever published it can.
    mend: () => preparation.again(),
    phase: 'first',
    startDeadlineMs: START_DEADLINE_MS,
    stopDeadlineMs: config.PROFFER_DRAIN_DEADLINE_MS + stopSlackMs,
  });
  const gateways = Array.from({ length: config.PROFFER_GATEWAYS }, (_, i) =>
    role(`gateway ${i + 1}`, 'gateway', GATEWAY_FLAGS),
  );
  // The worker first: who finds the gateways ready may ask history at once, too.
  await fleet.startStage([role('worker', 'worker')]);
  await fleet.startStage(gateways);
  const took = ((performance.now() - startedAtMs) / 1_000).toFixed(1);
  parts.log.info(`ready after ${took} s`);
  parts.print(announce(config, keys, { ...prepared, isTerminal: parts.isTerminal }));
}

/** New keys in the place of kept ones that were revoked. Those of the environment are the operator's. */
function withoutRevoked(
  { config, parts }: Run,
  keys: KeptKeys,
  revoked: readonly (keyof Keys)[],
): KeptKeys {
  const path = keptKeysPath(config.PROFFER_DATA_DIR);
  for (const name of revoked) {
    if (keys.origins[name] === 'given') parts.log.warn(revokedKnob(name));
    else parts.log.warn(`the ${name} of ${path} was revoked: a new one is made and kept there`);
  }
  const dead = revoked.map((name) => keys[name]);
  return keepKeys(config.PROFFER_DATA_DIR, config, dead);
}

function elapsed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}

function redisMember(
  redis: PrivateRedis,
  parts: UpParts,
  stopDeadlineMs: number,
  onReadyAgain: () => void,
): Member {
  return {
    name: 'redis-server',
    command: redis.command,
    args: redis.args,
    env: parts.environment,
    beforeStart() {
      try {
        const cut = redis.mend();
        if (cut > 0)
          parts.log.warn(`redis-server: cut ${cut} bytes that were never wholly written`);
      } catch (error) {
        // Redis itself says what is wrong with its files.
        parts.log.warn({ err: error }, 'the append-only file cannot be checked');
      }
    },
    ready: (abort) =>
      redis.ready(abort).catch((error) => {
        if (abort.aborted) parts.log.warn(`redis-server says: ${redis.lastWords()}`);
        throw error;
      }),
    onReadyAgain,
    phase: 'last',
    startDeadlineMs: REDIS_START_DEADLINE_MS,
    stopDeadlineMs,
  };
}
