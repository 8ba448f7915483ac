// Whoever follows takes what is declared over to the tables of another run, and others go on meanwhile.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { FollowCrowd } from '../../src/recommend/follow-crowd.ts';
import { openConnection } from '../../src/redis/connection.ts';
import { CrowdStore } from '../../src/redis/crowd-store.ts';
import { Keys } from '../../src/redis/keys.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { itemOf } from '../support/items.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';

let redis: PrivateRedis;
let connection: RedisConnection;
beforeAll(async () => {
  redis = await startPrivateRedis();
  connection = openConnection({ url: redis.socket, deadlineMs: 5_000 });
  await connection.ready();
});
afterAll(async () => {
  connection.close();
  await redis.stop();
});

it('takes declared items over in slices', async () => {
  const keys = new Keys('proffer:', 1);
  await connection.call('hset', [keys.crowd, 'epoch', 'a', 'upTo', '0', 'parts', '0']);
  const store = new CrowdStore(connection, keys);
  let turns = 0;
  let turnsBefore = -1;
  const watched: Pick<CrowdStore, 'current' | 'part' | 'after'> = {
    async current() {
      const told = await store.current();
      turns = 0;
      return told;
    },
    part: (...asked) => store.part(...asked),
    after(...asked) {
      if (turnsBefore < 0) turnsBefore = turns;
      return store.after(...asked);
    },
  };
  const follower = new FollowCrowd({
    ...{ store: watched, itemsMax: 40_000, isNeeded: () => true, nowMs: () => Date.now() },
    onFault(error) {
      throw error;
    },
  });
  for (let i = 0; i < 39_000; i++) follower.items.declare(itemOf(`d${i}`));
  let turning = setImmediate(function turn() {
    turns++;
    turning = setImmediate(turn);
  });
  await follower.look();
  clearImmediate(turning);
  expect(turnsBefore).toBeGreaterThan(2);
  expect(follower.held.items).toBe(39_000);
});
