// What must be the same for the life of a deployment, written at its first start and compared at
// every other: another partition count would look for customers where they are not.

import { randomBytes } from 'node:crypto';
import { SetupFault } from '../errors.ts';
import type { Keys } from '../redis/keys.ts';
import type { RedisConnection, RedisNode } from '../redis/redis-connection.ts';
import { CODEC_VERSION } from './codec-version.ts';

/** Offset from Redis beyond which a gateway is not ready. */
export const CLOCK_SKEW_MS_MAX = 1_000;

/**
 * Claims the deployment for this partition count and format, or checks that it has them.
 * @throws SetupFault when it has others; Unavailable
 */
export async function claimDeployment(connection: RedisConnection, keys: Keys): Promise<void> {
  const key = keys.deployment;
  // Each field is set by whoever comes first, and never again.
  await connection.call('hsetnx', [key, 'partitions', String(keys.partitions)]);
  await connection.call('hsetnx', [key, 'codec', String(CODEC_VERSION)]);
  const found = (await connection.call('hmget', [key, 'partitions', 'codec'])) as Buffer[];
  const [partitions, codec] = found.map(Number) as [number, number];
  if (partitions !== keys.partitions) {
    throw new SetupFault(
      `this data was set up with PROFFER_PARTITIONS=${partitions}, ` +
        `and now it says ${keys.partitions}: it cannot be changed, set it back`,
    );
  }
  if (codec > CODEC_VERSION) {
    throw new SetupFault(
      `this data was written by a newer version (state format ${codec}, ` +
        `this one knows ${CODEC_VERSION}): start that one`,
    );
  }
  if (codec < CODEC_VERSION) {
    await connection.call('hset', [key, 'codec', String(CODEC_VERSION)]);
  }
}

/** Bytes of the secret that names are hashed with. */
const NAMES_SECRET_BYTES = 32;

/**
 * The secret that the ids of identifiers are made with, the same for the life of the deployment: made by
 * whoever asks first, also where the deployment is older than it.
 * @param held what was told before: goes back where Redis has lost it, so that ids stay what they were
 * @throws Unavailable
 */
export async function namesSecret(
  connection: RedisConnection,
  keys: Keys,
  held: Buffer | null = null,
): Promise<Buffer> {
  const key = keys.deployment;
  const offered = held ?? randomBytes(NAMES_SECRET_BYTES);
  await connection.call('hsetnx', [key, 'names_secret', offered.toString('base64')]);
  const found = (await connection.call('hmget', [key, 'names_secret'])) as Buffer[];
  return Buffer.from(String(found[0]), 'base64');
}

/**
 * What an operator is told of a Redis that throws keys away when it is full: forgotten states are
 * answered as new customers, and a ledger that lost records leaves gaps. Null where none does, or none
 * says so (INFO may be forbidden).
 */
export async function evictionWarning(connection: RedisConnection): Promise<string | null> {
  for (const node of connection.masters()) {
    const info = String(await node.call('info', ['memory']).catch(() => ''));
    const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1] ?? 'noeviction';
    const limited = Number(/^maxmemory:(\d+)/m.exec(info)?.[1] ?? 0) > 0;
    if (limited && policy !== 'noeviction') {
      return (
        `this Redis throws data away when it is full (maxmemory-policy ${policy}), and customers, ` +
        'ledger or keys with it: set it to noeviction'
      );
    }
  }
  return null;
}

/**
 * How far Redis' clock is ahead of `nowMs()`, in ms, give or take half a round trip: the least of
 * a few tries by round trip. @throws Unavailable
 */
export async function clockOffsetMs(
  connection: RedisConnection,
  nowMs: () => number,
): Promise<number> {
  let bestRoundTripMs = Number.POSITIVE_INFINITY;
  let offsetMs = 0;
  for (let attempt = 0; attempt < 3; attempt++) {
    const sentAtMs = nowMs();
    const [seconds, micros] = (await timekeeper(connection).call('time', [])) as Buffer[];
    const roundTripMs = nowMs() - sentAtMs;
    if (roundTripMs >= bestRoundTripMs) continue;
    bestRoundTripMs = roundTripMs;
    offsetMs = Number(seconds) * 1_000 + Number(micros) / 1_000 - (sentAtMs + roundTripMs / 2);
  }
  return Math.round(offsetMs);
}

/** The same node for all gateways as long as it answers, so that they agree on one clock. */
function timekeeper(connection: RedisConnection): RedisNode {
  const masters = connection.masters();
  return masters.find((node) => node.isReady) ?? masters[0] ?? connection.masterOf(0);
}
