// What every role is built on: one connection to Redis, the keys, and the check that this
// deployment's partitions are what they always were.

import type { Config } from '../config.ts';
import { Unavailable } from '../errors.ts';
import type { Log } from '../ops/log.ts';
import { type Opened, opening } from '../ops/opened.ts';
import { openConnection } from '../redis/connection.ts';
import { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { unreachable } from '../redis/unreachable.ts';
import { claimDeployment, evictionWarning } from '../state/deployment.ts';

export interface Deployment {
  readonly connection: RedisConnection;
  readonly keys: Keys;
}

/**
 * Connects to Redis and claims (or checks) the deployment.
 * @param stopping ends the wait for Redis
 * @throws TransientFault when Redis does not answer; SetupFault when its user lacks rights, or the data
 *   has another partition count
 */
export async function openDeployment(
  config: Config,
  url: string,
  log: Log,
  stopping?: AbortSignal,
): Promise<Deployment> {
  const connection = openConnection({
    url,
    deadlineMs: config.PROFFER_REDIS_DEADLINE_MS,
    replicas: config.PROFFER_REDIS_REPLICAS,
    name: 'proffer',
    onError: (error) => log.warn(`redis: ${error.message}`),
  });
  const keys = new Keys(config.PROFFER_PREFIX, config.PROFFER_PARTITIONS);
  const giveUp = () => connection.close();
  stopping?.addEventListener('abort', giveUp);
  if (stopping?.aborted) giveUp();
  try {
    await connection.ready().catch((error) => {
      throw unreachable(url, error);
    });
    await claimDeployment(connection, keys);
  } catch (error) {
    connection.close();
    // It answers, but not for every key: a cluster that lacks slots.
    throw error instanceof Unavailable ? unreachable(url, error) : error;
  } finally {
    // A start is tried many times under one signal.
    stopping?.removeEventListener('abort', giveUp);
  }
  return { connection, keys };
}

/**
 * Runs the start of a role; when that throws, what it opened is closed before anybody hears of it.
 * @throws SetupFault that says what is wrong with Redis, for any call that it did not answer
 */
export async function startRole<T>(
  redisUrl: string,
  start: (opened: Opened) => Promise<T>,
): Promise<T> {
  try {
    return await opening(start);
  } catch (error) {
    throw error instanceof Unavailable ? unreachable(redisUrl, error) : error;
  }
}

/** Says once, where a role starts, what its Redis would do to the data when it is full. */
export async function warnOfEviction({ connection }: Deployment, log: Log): Promise<void> {
  const warning = await evictionWarning(connection);
  if (warning !== null) log.warn(warning);
}
