// The streams of a gateway over its decision core and Redis.

import type { Config } from '../config.ts';
import type { Listening } from '../gateway/streams/streams.ts';
import { USER_ALONE } from '../model/identity.ts';
import type { Log } from '../ops/log.ts';
import type { Metrics } from '../ops/metrics.ts';
import { DeliveryScripts } from '../redis/delivery-scripts.ts';
import { parseRedisUrl } from '../redis/redis-target.ts';
import { leadOf } from '../state/lead-of.ts';
import { Feeds } from '../streams/feeds.ts';
import { News } from '../streams/news.ts';
import { Settler } from '../streams/settler.ts';
import { StreamHub } from '../streams/stream-hub.ts';
import type { DecisionCore } from './decision-core.ts';
import type { Deployment } from './deployment.ts';

export function openStreams(
  config: Config,
  redisUrl: string,
  { connection, keys }: Deployment,
  core: DecisionCore,
  metrics: Metrics,
  log: Log,
): StreamHub {
  const { states, customers, catalogs, clock } = core;
  const scripts = new DeliveryScripts(connection, keys, config.PROFFER_LEDGER_MAX);
  const nowMs = () => clock.nowMs();
  // Redis is away, as everybody else will say: it is tried again.
  const onFault = (error: unknown) => log.debug({ err: error }, 'a stream has to wait');
  const hub = new StreamHub({
    feeds: new Feeds(connection, keys),
    news: new News(connection, keys, parseRedisUrl(redisUrl).kind === 'cluster'),
    settler: new Settler({
      settle: (settling) => scripts.settle(settling),
      partitions: config.PROFFER_PARTITIONS,
      nowMs,
      onFault,
    }),
    look: {
      catalogs,
      partitions: config.PROFFER_PARTITIONS,
      stateOf: async (customerId) => (await customers.findFresh(customerId)).state,
      nowMs,
    },
    async find({ name, follows }: Listening) {
      // First: what changes after it is seen at the next look.
      const lead = await leadOf(connection, keys, name);
      if (follows) return { customerId: (await customers.findFresh(name)).state.customerId, lead };
      states.evict(name);
      const atMs = nowMs();
      const { state } = await customers.find({
        ...{ customerId: name, naming: USER_ALONE, follows, record: false },
        ...{ messageId: '', nowMs: atMs, receivedAtMs: atMs },
      });
      return { customerId: state.customerId, lead };
    },
    leadOf: (name) => leadOf(connection, keys, name),
    streamsMax: config.PROFFER_STREAMS_MAX,
    metrics,
    onFault,
  });
  connection.onDoubt(() => hub.doubt());
  states.onFed((customerId) => hub.poke(customerId));
  return hub;
}
