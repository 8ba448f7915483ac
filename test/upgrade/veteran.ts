// A customer who has done everything that leaves something behind: what is stored of one fills every
// section of a state, every kind of feature, and every kind of ledger record.

import { writeFileSync } from 'node:fs';
import { whereTimeRecommends } from '../../src/compose/crowd.ts';
import { openDecisionCore } from '../../src/compose/decision-core.ts';
import { openDeployment } from '../../src/compose/deployment.ts';
import { composeGateway } from '../../src/compose/gateway.ts';
import { prepareDeployment } from '../../src/compose/prepare-deployment.ts';
import { type Config, readConfig } from '../../src/config.ts';
import { writeDelivery } from '../../src/ledger/delivery-record.ts';
import { partitionOf } from '../../src/model/hash.ts';
import { silentLog } from '../../src/ops/log.ts';
import { createMetrics } from '../../src/ops/metrics.ts';
import { Opened } from '../../src/ops/opened.ts';
import { DeliveryScripts } from '../../src/redis/delivery-scripts.ts';
import { TimedCustomers } from '../../src/timers/timed-customers.ts';
import { waitFor } from '../support/conditions.ts';
import { freshDirectory } from '../support/fresh-directory.ts';
import { startPrivateRedis } from '../support/private-redis.ts';
import { readKeys, type StoredDeployment } from './stored-deployment.ts';

const GONE = `
  gone: { count: Once }`;
const CATALOG = `
catalog: veteran
timezone: Asia/Shanghai
consent:
  marketing: { default: denied }
features:
  n_count: { count: Bought }
  n_count_by: { count: Bought, by: properties.category, window: 90d }
  n_sum: { sum: properties.price, of: Bought }
  n_sum_90d: { sum: properties.price, of: Bought, window: 90d }
  n_min: { min: properties.price, of: Bought }
  n_max: { max: properties.price, of: Bought, window: 30d }
  n_mean: { mean: properties.price, of: Bought }
  n_first: { first: Bought }
  n_last: { last: Bought }
  n_latest: { latest: properties.store, of: Bought, by: properties.category }
  n_distinct: { distinct: properties.store, of: Bought, window: 90d }
  n_recent: { recent: properties.store, of: Bought, keep: 5 }
  n_affinity: { affinity: properties.category, of: { Bought: 2 }, half_life: 7d }
  n_interval: { interval: Bought, by: properties.category }
  n_days: { days: "*", window: 28d }
  n_trend: { trend: Bought, window: 14d }
  n_formula: { formula: "n_count * 2.0" }
segments:
  regular: n_count >= 3
  stage:
    - some: n_count >= 1
  lately: n_sum_90d > 5.0
triggers:
  bought_often: { on: Bought, when: n_count >= 2, decide: web, cooldown: 1d, per: properties.category }
  just_now: { on: Bought, after: 1ms, decide: web, wait: 30d }
  some_day: { on: Bought, unless: Looked, after: 300d, per: properties.category, decide: web }
  told: { on: Once More, decide: push }
  came_back: { enter: lately, decide: { one_of: [web, app] } }
offers:
  thanks:
    caps: [{ max: 5, window: 7d }, { max: 5, of: click }]
    treatments: { web: { title: "Thanks {{ n_count }}" }, app: {}, push: { title: Hello } }
placements:
  web: { channel: web, limit: 1 }
  app: { channel: app, limit: 1 }
  push: { channel: push, limit: 1 }
items:
  session: 30m
recommenders:
  beside: { model: similar }
channels:
  push: { webhook: { url: "https://push.example/send", secret_env: PUSH_SECRET } }
contact_policy:
  - { max: 50, window: 1d, channels: [web] }
`;
export const ADMIN = { authorization: 'Bearer admin-key-of-the-test' };
const PARTITIONS = 4;

/** Lives the customer's life on today's code, in a test, and writes down what is stored in the end. */
export async function recordVeteran(): Promise<Omit<StoredDeployment, 'view'>> {
  const redis = await startPrivateRedis();
  const file = `${freshDirectory()}/catalog.yaml`;
  const config = readConfig({
    ...{ PROFFER_PORT: '0', PROFFER_CATALOG: file, REDIS_URL: redis.socket },
    PROFFER_PARTITIONS: String(PARTITIONS),
  });
  const publish = (catalog: string) => {
    writeFileSync(file, catalog);
    const keys = { writeKey: 'write-key-of-the-test', adminKey: 'admin-key-of-the-test' };
    return prepareDeployment(config, redis.socket, keys, silentLog());
  };
  await publish(CATALOG.replace('\nfeatures:', `\nfeatures:${GONE}`));
  const gateway = await composeGateway(config, redis.socket, silentLog(), null);
  const url = `http://127.0.0.1:${gateway.port}`;
  // biome-ignore lint/suspicious/noExplicitAny: answers of any shape
  const post = async (path: string, body: object): Promise<any> => {
    const sent = { userId: 'veteran', ...body };
    const init = { method: 'POST', headers: ADMIN, body: JSON.stringify(sent) };
    return (await fetch(url + path, init)).json();
  };
  const view = async () =>
    (await (await fetch(`${url}/v1/customers/veteran`, { headers: ADMIN })).json()) as {
      features: object;
    };
  try {
    // Somebody in a browser, whose login is new; the phone is none.
    await post('/v1/track', { userId: null, anonymousId: 'a0', event: 'Looked' });
    await post('/v1/identify', { anonymousId: 'a0', traits: { phone: '12' } });
    // A number that turned out to be somebody else's.
    const externalIds = [{ type: 'phone', id: '+86 138 0013 8000' }];
    await post('/v1/track', { event: 'Looked', context: { externalIds } });
    await post('/v1/customers/veteran/unlink', { name: 'phone:+8613800138000' });
    const longAgo = new Date(Date.now() - 20 * 86_400_000).toISOString();
    const past = { type: 'track', event: 'Bought', userId: 'veteran', timestamp: longAgo };
    await post('/v1/import', { batch: [{ ...past, properties: { category: 'c0', price: 9 } }] });
    await post('/v1/identify', { traits: { name: 'Käthe 陈', tier: { level: 2 } } });
    const context = { consent: { categoryPreferences: { marketing: true } } };
    await post('/v1/track', { event: 'Once', anonymousId: 'a1', context });
    const batch = Array.from({ length: 80 }, (_, i) => ({
      type: 'page',
      userId: 'veteran',
      messageId: `p${i}`,
    }));
    await post('/v1/batch', { batch });
    await publish(CATALOG);
    await waitFor('the second catalog', async () => !('gone' in (await view()).features));
    for (let i = 0; i < 6; i++) {
      const properties = { category: `c${i % 2}`, price: 10.25 + i, store: `s${i % 3}` };
      await post('/v1/track', { event: 'Bought', messageId: `b${i}`, properties });
    }
    const [decision] = (await post('/v1/decide', { placements: ['web'] })).decisions;
    const { decisionId } = decision;
    await post('/v1/outcomes', {
      decisionId,
      offerId: 'thanks',
      outcome: 'click',
      messageId: 'o1',
    });
    // An item that was declared, looked at, bought and recommended.
    const items = [{ itemId: 'p1', name: 'P1' }];
    const init = { method: 'PUT', headers: ADMIN, body: JSON.stringify({ items }) };
    await fetch(`${url}/v1/items`, init);
    const ofItem = { properties: { product_id: 'p1' } };
    await post('/v1/track', { event: 'Product Viewed', messageId: 'i1', ...ofItem });
    await post('/v1/track', { event: 'Order Completed', messageId: 'i2', ...ofItem });
    await post('/v1/recommend', { recommender: 'beside' });
    await bringTime(config, redis.socket);
    await post('/v1/track', { event: 'Once More', messageId: 'd1' });
    await failDelivery(config, redis.socket);
    await post('/v1/track', { messageId: 'bad' });
    const keys = await waitFor('the rejected event', async () => {
      const all = await readKeys(redis.connect());
      return JSON.stringify(all).includes(Buffer.from('"bad"').toString('hex')) ? all : null;
    });
    return { partitions: PARTITIONS, atMs: Date.now(), keys };
  } finally {
    await gateway.stop();
    await redis.stop();
  }
}

/** What a worker does when something is due. */
async function bringTime(config: Config, redisUrl: string): Promise<void> {
  const opened = new Opened();
  const deployment = await openDeployment(config, redisUrl, silentLog());
  opened.add(() => deployment.connection.close());
  try {
    const core = await openDecisionCore(
      ...([config, deployment, silentLog(), createMetrics(), opened, whereTimeRecommends] as const),
    );
    const nowMs = () => core.clock.nowMs();
    await new TimedCustomers({ ...core, nowMs, late() {} }).see('veteran', nowMs());
  } finally {
    await opened.close();
  }
}

/** What a worker does when an endpoint is away. */
async function failDelivery(config: Config, redisUrl: string): Promise<void> {
  const { connection, keys } = await openDeployment(config, redisUrl, silentLog());
  try {
    const partition = partitionOf('veteran', PARTITIONS);
    const scripts = new DeliveryScripts(connection, keys, config.PROFFER_LEDGER_MAX);
    const atMs = Date.now();
    const [claimed] = await scripts.claim(partition, 'push', atMs + 1_000, 1, atMs);
    const { deliveryId, entry } = claimed!;
    const nextAtMs = atMs + 3_600_000;
    const failed = { status: 'failed', reason: 'timeout', attempt: 1, atMs, nextAtMs } as const;
    await scripts.settle({
      ...{ partition, channel: 'push', deliveryId, attempts: 0 },
      entry: { ...entry, attempts: 1, failure: { reason: 'timeout', atMs, nextAtMs } },
      ...{ dueAtMs: nextAtMs, failedAtMs: atMs, record: writeDelivery(entry, failed) },
    });
  } finally {
    connection.close();
  }
}
