// A private Redis with the scripts of names, for the tests of each.

import type { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { openConnection } from '../../src/redis/connection.ts';
import {
  ClaimNameScript,
  ForwardCustomerScript,
  ReplaceHeadScript,
} from '../../src/redis/name-scripts.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { forwardTo } from '../../src/state/stored-value.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';

export const NAME = 't:{0}:customer:name';
export const PAST = 't:{0}:alias:name';
export const NOW = Date.UTC(2026, 10, 30, 12);
export const DAY_MS = 86_400_000;

export interface NameScripts {
  redis: Redis;
  claim: ClaimNameScript;
  head: ReplaceHeadScript;
  forward: ForwardCustomerScript;
}

/** Filled before the tests of a file run. */
export function nameScripts(): NameScripts {
  const scripts = {} as NameScripts;
  let server: PrivateRedis;
  let connection: RedisConnection;
  beforeAll(async () => {
    server = await startPrivateRedis();
    connection = openConnection({ url: server.socket, deadlineMs: 2_000 });
    await connection.ready();
    scripts.redis = server.connect();
    scripts.claim = new ClaimNameScript(connection);
    scripts.head = new ReplaceHeadScript(connection);
    scripts.forward = new ForwardCustomerScript(connection);
  });
  afterAll(async () => {
    connection.close();
    await server.stop();
  });
  beforeEach(() => scripts.redis.flushall());
  return scripts;
}

/** Of all forwards here. */
export const ETAG = 'ffffffff';
export const forwardOf = (id: string) => forwardTo(id, ETAG);

/** A value that begins as a state does. */
export const stateOf = (etag: string) => Buffer.from(`${etag}\x02the state`, 'latin1');
