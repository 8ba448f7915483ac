// Three gateways over one private Redis: one whose calls to Redis can be cut or held, another one, and one
// that only looks. Everything is run again and again, each time under names of its own, so that nobody
// remembers anything and nothing has to be opened anew.

import type { Redis } from 'ioredis';
import { afterAll, beforeAll } from 'vitest';
import type { Submission } from '../../src/model/step.ts';
import { openConnection } from '../../src/redis/connection.ts';
import { Keys } from '../../src/redis/keys.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';
import { type CutConnection, cutConnection } from './cut-connection.ts';
import {
  askOf,
  type CallOptions,
  eventOf,
  type Names,
  nameOf,
  openShop,
  type Shop,
} from './shop.ts';
import { endOf } from './whole-shop.ts';

/** A name: its kind and value. */
export type Id = readonly [kind: string, value: string];
export type End = Awaited<ReturnType<typeof endOf>>;

export interface CrossingShops {
  readonly keys: Keys;
  connection: RedisConnection;
  admin: Redis;
  cut: CutConnection;
  /** The one with `cut`. */
  shop: Shop;
  other: Shop;
  reader: Shop;
  /** Forgets all; what comes is of new names. */
  begin(): Promise<void>;
  /** The id of a name in this run. */
  id(kind: string, value: string): string;
  user(id: string): string;
  event(who: Names, name: string, options?: CallOptions): Submission;
  /** Rejects with what its caller would be told. */
  submit(at: Shop, submission: Submission): Promise<void>;
  views(at: Shop, ...who: Names[]): Promise<void>;
  ask(at: Shop, who: Names): Promise<void>;
  /** All that is known under some names, without what is of this run alone. */
  end(names: readonly Id[], at?: Shop): Promise<End>;
}

export function crossingShops(): CrossingShops {
  let redis: PrivateRedis;
  let told = 0;
  let runs = 0;
  let run = '';
  const shops = {
    keys: new Keys('t:', 8),
    async begin() {
      run = `r${String(++runs).padStart(4, '0')}-`;
      told = 0;
      shops.cut.mend();
      await shops.admin.flushall();
    },
    id: (kind: string, value: string) => nameOf(kind, run + value),
    user: (id: string) => run + id,
    event(who: Names, name: string, options: CallOptions = {}) {
      const messageId = options.messageId ?? `m${++told}`;
      return eventOf(named(who), name, { ...options, messageId });
    },
    async submit(at: Shop, submission: Submission) {
      const result = await at.pipeline.submit(submission);
      if (result.kind !== 'done') throw new Error(JSON.stringify(result));
    },
    async views(at: Shop, ...who: Names[]) {
      for (const each of who) await shops.submit(at, shops.event(each, 'Viewed'));
    },
    ask: (at: Shop, who: Names) =>
      shops.submit(at, { ...askOf(named(who)), messageId: `m${++told}` }),
    async end(names: readonly Id[], at = shops.reader) {
      const found = await endOf(
        at,
        names.map(([kind, value]) => shops.id(kind, value)),
      );
      const text = JSON.stringify(found).replaceAll(run, '');
      return JSON.parse(text.replaceAll(Buffer.from(run).toString('base64url'), '')) as End;
    },
  } as CrossingShops;
  const named = (who: Names): Names =>
    Object.fromEntries(Object.entries(who).map(([kind, value]) => [kind, run + value]));
  beforeAll(async () => {
    redis = await startPrivateRedis();
    shops.admin = redis.connect();
    shops.connection = openConnection({ url: redis.socket, deadlineMs: 5_000 });
    await shops.connection.ready();
    shops.reader = openShop(shops.connection, shops.keys);
    shops.other = openShop(shops.connection, shops.keys);
    shops.cut = cutConnection(shops.connection);
    shops.shop = openShop(shops.cut.connection, shops.keys);
  });
  afterAll(async () => {
    shops.connection.close();
    await redis.stop();
  });
  return shops;
}

/** Views that are counted, of all customers together. */
export function viewsIn({ customers }: End): number {
  return customers.map(viewsOf).reduce((sum, views) => sum + views, 0);
}

export function viewsOf({ features }: End['customers'][number]): number {
  const values = features as [string, unknown][];
  return (values.find(([, value]) => typeof value === 'number')?.[1] ?? 0) as number;
}
