import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mergeIdOf } from '../../src/model/hash.ts';
import type { Submission } from '../../src/model/step.ts';
import { openConnection } from '../../src/redis/connection.ts';
import { Keys } from '../../src/redis/keys.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { RedisNameStore } from '../../src/state/redis-name-store.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';
import { type CutConnection, cutConnection } from './cut-connection.ts';
import { askOf, eventOf, type Names, NOW, nameOf, openShop, type Shop } from './shop.ts';
import { endOf, expectAllCounted, historyOf } from './whole-shop.ts';

// Every merge is cut after every single call to Redis, and taken up again by the same gateway, by another
// or by nobody. The end is the same each time.

const keys = new Keys('t:', 8);
let redis: PrivateRedis;
let admin: Redis;
let connection: RedisConnection;
let cut: CutConnection;
let store: RedisNameStore;
/** The gateway that is cut, another one, and one that only looks. */
let shop: Shop;
let other: Shop;
let reader: Shop;
beforeAll(async () => {
  redis = await startPrivateRedis();
  admin = redis.connect();
  connection = openConnection({ url: redis.socket, deadlineMs: 5_000 });
  await connection.ready();
  reader = openShop(connection, keys);
  other = openShop(connection, keys);
  cut = cutConnection(connection);
  shop = openShop(cut.connection, keys);
  store = new RedisNameStore(connection, keys, 400 * 86_400_000);
});
afterAll(async () => {
  connection.close();
  await redis.stop();
});

const submissions = new Map<string, Submission>();
let told = 0;
let runs = 0;
/** Stands in front of all names of a run, so that no gateway remembers anything of them. */
let run = '';

const nameIn = (kind: string, value: string) => nameOf(kind, run + value);
const user = (id: string) => nameIn('user', id);

function named(who: Names): Names {
  return Object.fromEntries(Object.entries(who).map(([kind, value]) => [kind, run + value]));
}

function view(who: Names, messageId = `m${++told}`): Submission {
  const event = eventOf(named(who), 'Viewed', { messageId });
  submissions.set(messageId, event);
  return event;
}

/** Fails as its caller would be told. */
async function submit(shop: Shop, submission: Submission): Promise<void> {
  const result = await shop.pipeline.submit(submission);
  if (result.kind !== 'done') throw new Error(JSON.stringify(result));
}

const ask = (shop: Shop, who: Names) =>
  submit(shop, { ...askOf(named(who)), messageId: `m${++told}` });

async function views(shop: Shop, ...who: Names[]): Promise<void> {
  for (const each of who) await submit(shop, view(each));
}

/** As far as somebody came who began to fold one into another. Nobody is looked for, and so finished. */
async function seal(from: string, to: string): Promise<void> {
  reader.states.evict(user(from));
  const { etag } = await reader.states.load(user(from));
  const move = { mergeId: mergeIdOf(user(from), etag), from: user(from), to: user(to) };
  expect(await store.seal(user(from), etag, { ...move, atMs: NOW, returns: false })).toBe(true);
}

/** A name: its kind and value. */
type Id = readonly [string, string];

interface Case {
  readonly names: readonly Id[];
  /** Has happened before. */
  before(shop: Shop): Promise<void>;
  /** What is cut; may be made twice. */
  call(shop: Shop): Promise<unknown>;
  /** Views in all, if the call itself counts one. */
  readonly counts?: boolean;
  /** How many different ends there may be where nobody goes on; 3 = before, after, and counted. */
  readonly ends?: number;
}

const [U1, U2, U3] = [1, 2, 3].map((n) => ['user', `u${n}`] as const) as [Id, Id, Id];
const [A1, A2] = [1, 2].map((n) => ['anonymous', `a${n}`] as const) as [Id, Id];
const [CARD, PHONE] = [['card', 'C1'] as const, ['phone', '1'] as const];

const CASES: Readonly<Record<string, Case>> = {
  'a visitor who logs in for the first time': {
    names: [U1, A1],
    async before(shop) {
      await views(shop, { anonymous: 'a1' }, { anonymous: 'a1' });
      await ask(shop, { anonymous: 'a1' });
    },
    call: (shop) => submit(shop, view({ user: 'u1', anonymous: 'a1' }, 'call')),
    counts: true,
  },
  'a visitor who logs in again': {
    names: [U1, A1, A2],
    async before(shop) {
      await views(shop, { user: 'u1', anonymous: 'a2' }, { anonymous: 'a1' });
      await ask(shop, { user: 'u1' });
      await ask(shop, { anonymous: 'a1' });
    },
    call: (shop) => submit(shop, view({ user: 'u1', anonymous: 'a1' }, 'call')),
    counts: true,
  },
  'names that nobody had': {
    names: [U1, A1, CARD],
    before: (shop) => views(shop, { user: 'u1' }),
    call: (shop) => submit(shop, view({ user: 'u1', card: 'C1', anonymous: 'a1' }, 'call')),
    counts: true,
  },
  'a card, a phone and a visitor at once': {
    names: [U1, CARD, PHONE, A1],
    before: (shop) => views(shop, { card: 'C1' }, { phone: '1' }, { anonymous: 'a1' }),
    call: (shop) =>
      submit(shop, view({ user: 'u1', card: 'C1', phone: '1', anonymous: 'a1' }, 'call')),
    counts: true,
    ends: 5,
  },
  'a card of nobody with the phone of somebody': {
    names: [U1, CARD, PHONE],
    before: (shop) => views(shop, { user: 'u1', phone: '1' }),
    call: (shop) => submit(shop, view({ card: 'C1', phone: '1' }, 'call')),
    counts: true,
  },
  'two customers who are merged': {
    names: [U1, U2, A1, CARD],
    before: (shop) => views(shop, { user: 'u1', anonymous: 'a1' }, { user: 'u2', card: 'C1' }),
    call: (shop) => shop.customers.merge(user('u2'), user('u1')),
  },
  'A into B while B goes into C': {
    names: [U1, U2, U3, A1],
    async before(shop) {
      await views(shop, { user: 'u1', anonymous: 'a1' }, { user: 'u2' }, { user: 'u3' });
      await seal('u2', 'u3');
    },
    call: (shop) => shop.customers.merge(user('u2'), user('u1')),
  },
  'B into C while A goes into B': {
    names: [U1, U2, U3, A1],
    async before(shop) {
      await views(shop, { user: 'u1', anonymous: 'a1' }, { user: 'u2' }, { user: 'u3' });
      await seal('u1', 'u2');
    },
    call: (shop) => shop.customers.merge(user('u3'), user('u2')),
  },
  'two into each other': {
    names: [U1, U2, A1],
    async before(shop) {
      await views(shop, { user: 'u1', anonymous: 'a1' }, { user: 'u2' });
      await seal('u1', 'u2');
      await seal('u2', 'u1');
    },
    call: (shop) => submit(shop, view({ user: 'u2' }, 'call')),
    counts: true,
  },
  'three in a circle': {
    names: [U1, U2, U3, A1],
    async before(shop) {
      await views(shop, { user: 'u1' }, { user: 'u2', anonymous: 'a1' }, { user: 'u3' });
      await seal('u1', 'u2');
      await seal('u2', 'u3');
      await seal('u3', 'u1');
    },
    call: (shop) => submit(shop, view({ anonymous: 'a1' }, 'call')),
    counts: true,
  },
  'a browser that moves on': {
    names: [U1, U2, A1],
    before: (shop) => views(shop, { user: 'u1', anonymous: 'a1' }, { user: 'u2' }),
    call: (shop) => submit(shop, view({ user: 'u2', anonymous: 'a1' }, 'call')),
    counts: true,
  },
  'a browser that was a customer and moves on': {
    names: [U1, U2, A1],
    before: (shop) =>
      views(shop, { anonymous: 'a1' }, { user: 'u1', anonymous: 'a1' }, { user: 'u2' }),
    call: (shop) => submit(shop, view({ user: 'u2', anonymous: 'a1' }, 'call')),
    counts: true,
  },
  'a browser that becomes everybody’s': {
    names: [U1, U2, U3, A1],
    before: (shop) =>
      views(shop, ...['u1', 'u2'].map((user) => ({ user, anonymous: 'a1' })), { user: 'u3' }),
    call: (shop) => submit(shop, view({ user: 'u3', anonymous: 'a1' }, 'call')),
    counts: true,
  },
  'a merge that is taken back': {
    names: [U1, U2, A1, A2],
    async before(shop) {
      await views(shop, { user: 'u1', anonymous: 'a1' }, { user: 'u2' });
      await shop.customers.merge(user('u2'), user('u1'));
      await views(shop, { user: 'u1' }, { user: 'u2', anonymous: 'a2' }, { anonymous: 'a1' });
    },
    async call(shop) {
      const merges = (await shop.customers.findFresh(user('u2'))).state.merges;
      if (merges.length === 0) return;
      const history = historyOf(connection, keys, submissions);
      return shop.customers.unmerge(user('u2'), merges[0]!.mergeId, history);
    },
  },
};

type End = Awaited<ReturnType<typeof endOf>>;

async function prepare({ before }: Case): Promise<void> {
  run = `r${String(++runs).padStart(4, '0')}-`;
  told = 0;
  submissions.clear();
  await admin.flushall();
  await before(other);
}

/** Whatever came of it. */
async function callCut({ call }: Case, at: number, isSent: boolean): Promise<void> {
  cut.cut(at, isSent);
  await call(shop).catch(() => {});
  cut.mend();
}

/** As one who was there all the time sees it, or one who looks for the first time. */
async function end({ names }: Case, at = reader): Promise<End> {
  const found = await endOf(
    at,
    names.map(([kind, value]) => nameIn(kind, value)),
  );
  const text = JSON.stringify(found).replaceAll(run, '');
  return JSON.parse(text.replaceAll(Buffer.from(run).toString('base64url'), '')) as End;
}

function viewsIn({ customers }: End): number {
  const counts = customers.map(({ features }) => {
    const values = features as [string, unknown][];
    return (values.find(([, value]) => typeof value === 'number')?.[1] ?? 0) as number;
  });
  return counts.reduce((sum, count) => sum + count, 0);
}

describe('the end is the same wherever it is cut:', () => {
  it.each(Object.entries(CASES))('%s', async (_, known) => {
    await prepare(known);
    cut.mend();
    await known.call(shop);
    const { calls } = cut;
    const uncut = await end(known);
    const records = await expectAllCounted(connection, keys);
    const bystanders = new Set<string>();
    for (let at = 1; at <= calls; at++) {
      for (const isSent of [false, true]) {
        const which = `call ${at} of ${calls}, ${isSent ? 'unanswered' : 'not sent'}`;
        for (const again of [shop, other]) {
          await prepare(known);
          await callCut(known, at, isSent);
          await known.call(again);
          for (const seen of [shop, other, reader]) {
            expect(await end(known, seen), `${which}, made again`).toEqual(uncut);
          }
          expect(await expectAllCounted(connection, keys), which).toBe(records);
        }
        await prepare(known);
        await callCut(known, at, isSent);
        // Nobody makes it again: it is all there but for its own event, or nothing of it.
        const left = await end(known);
        bystanders.add(JSON.stringify(left));
        await expectAllCounted(connection, keys);
        const lost = viewsIn(uncut) - viewsIn(left);
        expect(known.counts === true ? [0, 1] : [0], `${which}, nobody`).toContain(lost);
        if (lost === 0 && known.counts === true) expect(left, `${which}, nobody`).toEqual(uncut);
        // Much later, somebody does.
        await known.call(shop);
        expect(await end(known), `${which}, later`).toEqual(uncut);
        await expectAllCounted(connection, keys);
      }
    }
    expect(bystanders.size, 'ends where nobody goes on').toBeLessThanOrEqual(known.ends ?? 3);
  });
});
