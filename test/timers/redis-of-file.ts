import { afterAll, beforeAll, beforeEach } from 'vitest';
import { openConnection } from '../../src/redis/connection.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { type ServiceRedis, startServiceRedis } from '../support/service-redis.ts';

/** A real Redis of the test file that calls it, empty before each test. */
export class RedisOfFile {
  connection!: RedisConnection;
  private redis!: ServiceRedis;

  constructor() {
    beforeAll(async () => {
      this.redis = await startServiceRedis();
      this.connection = openConnection({ url: this.redis.url, deadlineMs: 5_000 });
      await this.connection.ready();
    });
    afterAll(async () => {
      this.connection.close();
      await this.redis.stop();
    });
    beforeEach(() => this.flush());
  }

  async flush(): Promise<void> {
    for (const node of this.connection.masters()) await node.call('flushall', []);
  }
}
