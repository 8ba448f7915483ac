// The Redis of a service under test: one of its own, or, with PROFFER_TEST_REDIS=cluster in the test's
// environment, a cluster.

import { startPrivateRedis } from './private-redis.ts';
import { startRedisCluster } from './redis-cluster.ts';

export interface ServiceRedis {
  /** As `REDIS_URL`. */
  readonly url: string;
  stop(): Promise<void>;
}

export async function startServiceRedis(): Promise<ServiceRedis> {
  if (process.env.PROFFER_TEST_REDIS === 'cluster') return startRedisCluster();
  const redis = await startPrivateRedis();
  return { url: redis.socket, stop: () => redis.stop() };
}
