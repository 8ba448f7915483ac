// What a gateway hears of feeds, on a real Redis: nothing that was said goes by unnoticed.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NEWS_MAX } from '../../src/model/delivery.ts';
import { openConnection } from '../../src/redis/connection.ts';
import { Keys } from '../../src/redis/keys.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { News } from '../../src/streams/news.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';

let redis: PrivateRedis;
let connection: RedisConnection;
beforeAll(async () => {
  redis = await startPrivateRedis();
  connection = openConnection({ url: redis.socket, deadlineMs: 5_000 });
  await connection.ready();
});
afterAll(async () => {
  connection?.close();
  await redis?.stop();
});

describe.each([
  ['one command for all', false],
  ['a command each', true],
])('news, %s', (name, isCluster) => {
  const keys = new Keys(`${name}:`, 4);
  const say = async (partition: number, customer: string) => {
    const { news } = keys.partition(partition);
    await connection.call('xadd', [news, 'MAXLEN', '~', String(NEWS_MAX), '*', 'c', customer]);
  };
  const heard = async (news: News) => {
    const { customers, missed } = await news.look();
    return [[...customers].sort(), [...missed].sort()];
  };

  it('is of the partitions that are watched, each once', async () => {
    const news = new News(connection, keys, isCluster);
    expect(await heard(news)).toEqual([[], []]);
    await say(0, 'before');
    news.watch(0);
    news.watch(1);
    // What was said before may have been missed: who is there is looked at.
    expect(await heard(news)).toEqual([[], [0, 1]]);
    expect(await heard(news)).toEqual([[], []]);
    for (const [partition, customer] of [
      [0, 'a'],
      [1, 'b'],
      [1, 'b'],
      [2, 'c'],
    ] as const) {
      await say(partition, customer);
    }
    expect(await heard(news)).toEqual([['a', 'b'], []]);
    news.unwatch(1);
    await say(1, 'b');
    await say(0, 'd');
    expect(await heard(news)).toEqual([['d'], []]);
    news.forget();
    await say(0, 'e');
    expect(await heard(news)).toEqual([[], [0]]);
  });

  it('says when more came than is kept', async () => {
    const news = new News(connection, keys, isCluster);
    news.watch(3);
    await news.look();
    await Promise.all(Array.from({ length: NEWS_MAX - 1 }, (_, i) => say(3, `c${i}`)));
    expect((await news.look()).missed).toEqual([]);
    await Promise.all(Array.from({ length: NEWS_MAX + 1 }, (_, i) => say(3, `c${i}`)));
    expect((await news.look()).missed).toEqual([3]);
    expect((await heard(news))[1]).toEqual([]);
  });
});
