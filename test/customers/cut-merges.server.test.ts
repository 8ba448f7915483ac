import { describe, expect, it } from 'vitest';
import { mergeIdOf } from '../../src/model/hash.ts';
import { RedisNameStore } from '../../src/state/redis-name-store.ts';
import { crossingShops, type Id, viewsIn } from './crossing-shops.ts';
import { ledgerHistory } from './ledger-history.ts';
import { type Names, NOW, type Shop } from './shop.ts';
import { expectAllCounted } from './whole-shop.ts';

// Every merge is cut after every single call to Redis, and taken up again by the same gateway, by another
// or by nobody. The end is the same each time.

const IS_LONG = process.env.PROFFER_TEST_LONG !== undefined;
const shops = crossingShops();
const { keys, user } = shops;
const { views, ask, submit } = shops;
/** The call that is cut: the same message each time it is made. */
const view = (who: Names) => shops.event(who, 'Viewed', { messageId: 'call' });

/** As far as somebody came who began to fold one into another. Nobody is looked for, and so finished. */
async function seal(from: string, to: string): Promise<void> {
  const { reader, connection } = shops;
  const store = new RedisNameStore(connection, keys, 400 * 86_400_000);
  reader.states.evict(user(from));
  const { etag } = await reader.states.load(user(from));
  const move = { mergeId: mergeIdOf(user(from), etag), from: user(from), to: user(to) };
  expect(await store.seal(user(from), etag, { ...move, atMs: NOW, clockMs: NOW })).toBe(true);
}

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
    call: (shop) => submit(shop, view({ user: 'u1', anonymous: 'a1' })),
    counts: true,
  },
  'a visitor who logs in again': {
    names: [U1, A1, A2],
    async before(shop) {
      await views(shop, { user: 'u1', anonymous: 'a2' }, { anonymous: 'a1' });
      await ask(shop, { user: 'u1' });
      await ask(shop, { anonymous: 'a1' });
    },
    call: (shop) => submit(shop, view({ user: 'u1', anonymous: 'a1' })),
    counts: true,
  },
  'names that nobody had': {
    names: [U1, A1, CARD],
    before: (shop) => views(shop, { user: 'u1' }),
    call: (shop) => submit(shop, view({ user: 'u1', card: 'C1', anonymous: 'a1' })),
    counts: true,
  },
  'a card, a phone and a visitor at once': {
    names: [U1, CARD, PHONE, A1],
    before: (shop) => views(shop, { card: 'C1' }, { phone: '1' }, { anonymous: 'a1' }),
    call: (shop) => submit(shop, view({ user: 'u1', card: 'C1', phone: '1', anonymous: 'a1' })),
    counts: true,
    ends: 5,
  },
  'a card of nobody with the phone of somebody': {
    names: [U1, CARD, PHONE],
    before: (shop) => views(shop, { user: 'u1', phone: '1' }),
    call: (shop) => submit(shop, view({ card: 'C1', phone: '1' })),
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
    call: (shop) => submit(shop, view({ user: 'u2' })),
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
    call: (shop) => submit(shop, view({ anonymous: 'a1' })),
    counts: true,
  },
  'a browser that moves on': {
    names: [U1, U2, A1],
    before: (shop) => views(shop, { user: 'u1', anonymous: 'a1' }, { user: 'u2' }),
    call: (shop) => submit(shop, view({ user: 'u2', anonymous: 'a1' })),
    counts: true,
  },
  'a browser that was a customer and moves on': {
    names: [U1, U2, A1],
    before: (shop) =>
      views(shop, { anonymous: 'a1' }, { user: 'u1', anonymous: 'a1' }, { user: 'u2' }),
    call: (shop) => submit(shop, view({ user: 'u2', anonymous: 'a1' })),
    counts: true,
  },
  'a browser that becomes everybody’s': {
    names: [U1, U2, U3, A1],
    before: (shop) =>
      views(shop, ...['u1', 'u2'].map((user) => ({ user, anonymous: 'a1' })), { user: 'u3' }),
    call: (shop) => submit(shop, view({ user: 'u3', anonymous: 'a1' })),
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
      const history = ledgerHistory(shops.connection, keys);
      return shop.customers.unmerge(user('u2'), merges[0]!.mergeId, history);
    },
  },
};

async function prepare({ before }: Case): Promise<void> {
  await shops.begin();
  await before(shops.other);
}

/** Whatever came of it. */
async function callCut({ call }: Case, at: number, isSent: boolean): Promise<void> {
  shops.cut.cut(at, isSent);
  await call(shops.shop).catch(() => {});
  shops.cut.mend();
}

describe('the end is the same wherever it is cut:', () => {
  it.each(Object.entries(CASES))('%s', async (_, known) => {
    const { shop, other, reader, connection } = shops;
    const end = (at?: Shop) => shops.end(known.names, at);
    await prepare(known);
    await known.call(shop);
    const { calls } = shops.cut;
    const uncut = await end();
    const records = await expectAllCounted(connection, keys);
    const bystanders = new Set<string>();
    for (let at = 1; at <= calls; at++) {
      for (const isSent of [false, true]) {
        const which = `call ${at} of ${calls}, ${isSent ? 'unanswered' : 'not sent'}`;
        // Every day by turns, one of the two.
        const either = (at + Number(isSent)) % 2 === 0 ? [shop] : [other];
        for (const again of IS_LONG ? [shop, other] : either) {
          await prepare(known);
          await callCut(known, at, isSent);
          await known.call(again);
          for (const seen of [shop, other, reader]) {
            expect(await end(seen), `${which}, made again`).toEqual(uncut);
          }
          expect(await expectAllCounted(connection, keys), which).toBe(records);
        }
        await prepare(known);
        await callCut(known, at, isSent);
        // Nobody makes it again: it is all there but for its own event, or nothing of it.
        const left = await end();
        bystanders.add(JSON.stringify(left));
        await expectAllCounted(connection, keys);
        const lost = viewsIn(uncut) - viewsIn(left);
        expect(known.counts === true ? [0, 1] : [0], `${which}, nobody`).toContain(lost);
        if (lost === 0 && known.counts === true) expect(left, `${which}, nobody`).toEqual(uncut);
        // Much later, somebody does.
        await known.call(shop);
        expect(await end(), `${which}, later`).toEqual(uncut);
        await expectAllCounted(connection, keys);
      }
    }
    expect(bystanders.size, 'ends where nobody goes on').toBeLessThanOrEqual(known.ends ?? 3);
  });
});
