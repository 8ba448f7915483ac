import { describe, expect, it } from 'vitest';
import { crossingShops, type End, type Id, viewsOf } from './crossing-shops.ts';
import { cutConnection } from './cut-connection.ts';
import { ledgerHistory } from './ledger-history.ts';
import type { EventCall } from './operation.ts';
import { submissionOf } from './random-operations.ts';
import { type Names, openShop, type Shop } from './shop.ts';
import { expectAllCounted } from './whole-shop.ts';

// Two calls at once at two gateways. One of them stands still before each of its calls to Redis in turn,
// while the other is served whole; then both do. It ends as if one had come after the other.

const IS_LONG = process.env.PROFFER_TEST_LONG !== undefined;
const shops = crossingShops();
const { keys, user, submit, views } = shops;

interface Crossing {
  readonly names: readonly Id[];
  before?(at: Shop): Promise<unknown>;
  readonly calls: readonly [Call, Call];
}

type Call = (at: Shop) => Promise<unknown>;

const view =
  (who: Names): Call =>
  (at) =>
    submit(at, shops.event(who, 'Viewed', { messageId: JSON.stringify(who) }));
const merge =
  (into: string, from: string): Call =>
  ({ customers }) =>
    customers.merge(user(into), user(from));
/** Of a merge, if there is one. */
const takeBack =
  (of: Id, [kind, value]: Id): Call =>
  async (at) => {
    const name = shops.id(...of);
    const { merges } = (await shops.reader.customers.findFresh(name)).state;
    const merge = merges.findLast((known) => known.from === shops.id(kind, value));
    const history = ledgerHistory(shops.connection, keys);
    if (merge !== undefined) await at.customers.unmerge(name, merge.mergeId, history);
  };
/** The id is the user's from now on, or else the visitor's of that name. */
const rename =
  (id: string, previous: string): Call =>
  (at) => {
    const told = { kind: 'nothing' } as const;
    const names = [user(id)];
    const call = { kind: 'event', messageId: 'renamed', names, previous: user(previous), told };
    return submit(at, submissionOf(call as EventCall));
  };

const [U1, U2, U3] = [1, 2, 3].map((n) => ['user', `u${n}`] as const) as unknown as [Id, Id, Id];
const A1: Id = ['anonymous', 'a1'];
const CARD: Id = ['card', 'C1'];
const DEVICE: Id = ['device', 'd1'];
const LOGIN = { user: 'u1', anonymous: 'a1' };

const CROSSINGS: Readonly<Record<string, Crossing>> = {
  'a first login, and the visitor looks': {
    names: [U1, A1],
    calls: [view(LOGIN), view({ anonymous: 'a1' })],
  },
  'a login, and the visitor looks': {
    names: [U1, A1],
    before: (at) => views(at, { user: 'u1' }),
    calls: [view(LOGIN), view({ anonymous: 'a1' })],
  },
  'a login of a known visitor who looks': {
    names: [U1, A1],
    before: (at) => views(at, { user: 'u1' }, { anonymous: 'a1' }),
    calls: [view(LOGIN), view({ anonymous: 'a1' })],
  },
  'two logins of one browser': {
    names: [U1, U2, A1],
    before: (at) => views(at, { user: 'u2' }),
    calls: [view(LOGIN), view({ user: 'u2', anonymous: 'a1' })],
  },
  'two logins of one known browser': {
    names: [U1, U2, U3, A1],
    before: (at) => views(at, { user: 'u3', anonymous: 'a1' }, { user: 'u2' }),
    calls: [view(LOGIN), view({ anonymous: 'a1', user: 'u2' })],
  },
  'a browser that moves on, and looks': {
    names: [U1, U2, A1],
    before: (at) => views(at, { user: 'u2', anonymous: 'a1' }, { user: 'u1' }),
    calls: [view(LOGIN), view({ anonymous: 'a1' })],
  },
  'a browser that moves on, and does not': {
    names: [U1, U2, A1],
    before: (at) => views(at, { user: 'u2', anonymous: 'a1' }, { user: 'u1' }),
    calls: [view(LOGIN), view({ user: 'u2', anonymous: 'a1' })],
  },
  'a card is named with a login, and shown': {
    names: [U1, CARD, A1],
    before: (at) => views(at, { card: 'C1' }),
    calls: [view({ user: 'u1', card: 'C1' }), view({ card: 'C1', anonymous: 'a1' })],
  },
  'a card of nobody is named by two': {
    names: [U1, U2, CARD],
    calls: [view({ user: 'u1', card: 'C1' }), view({ user: 'u2', card: 'C1' })],
  },
  'an id of a visitor moves on, and is a user’s': {
    names: [U1, U2, U3, ['anonymous', 'u2']],
    before: (at) => views(at, { user: 'u3', anonymous: 'u2' }),
    calls: [rename('u1', 'u2'), view({ user: 'u2' })],
  },
  'an id of a visitor moves on, and is a user’s, and who has it looks': {
    names: [U1, U2, U3, ['anonymous', 'u2']],
    before: (at) => views(at, { user: 'u3', anonymous: 'u2' }),
    calls: [rename('u1', 'u2'), (at) => views(at, { user: 'u2' }, { user: 'u1' })],
  },
  'an id of a visitor is renamed, and is a user’s': {
    names: [U1, U2, ['anonymous', 'u2']],
    calls: [rename('u1', 'u2'), view({ user: 'u2', anonymous: 'u2' })],
  },
  'a login while the user is merged': {
    names: [U1, U2, A1],
    before: (at) => views(at, { user: 'u1' }, { user: 'u2' }, { anonymous: 'a1' }),
    calls: [view(LOGIN), merge('u2', 'u1')],
  },
  'a merge of one who logs in': {
    names: [U1, U2, A1],
    before: (at) => views(at, { user: 'u1' }, { user: 'u2' }, { anonymous: 'a1' }),
    calls: [merge('u2', 'u1'), view(LOGIN)],
  },
  'two into each other': {
    names: [U1, U2],
    before: (at) => views(at, { user: 'u1' }, { user: 'u2' }),
    calls: [merge('u1', 'u2'), merge('u2', 'u1')],
  },
  'A into B, and B into C': {
    names: [U1, U2, U3],
    before: (at) => views(at, { user: 'u1' }, { user: 'u2' }, { user: 'u3' }),
    calls: [merge('u2', 'u1'), merge('u3', 'u2')],
  },
  'a merge is taken back, and a browser of it moves on': {
    names: [U1, U2, U3, A1],
    before: mergedOfBrowser,
    calls: [takeBack(U2, U1), view({ user: 'u3', anonymous: 'a1' })],
  },
  'a browser moves on, and a merge of who had it is taken back': {
    names: [U1, U2, U3, A1],
    before: mergedOfBrowser,
    calls: [view({ user: 'u3', anonymous: 'a1' }), takeBack(U2, U1)],
  },
  'a browser that was folded is taken out again, and moves on': {
    names: [U1, U2, A1],
    before: (at) => views(at, { anonymous: 'a1' }, LOGIN, { user: 'u2' }),
    calls: [takeBack(U1, A1), view({ user: 'u2', anonymous: 'a1' })],
  },
  'a browser that was folded moves on, and is taken out again': {
    names: [U1, U2, A1],
    before: (at) => views(at, { anonymous: 'a1' }, LOGIN, { user: 'u2' }),
    calls: [view({ user: 'u2', anonymous: 'a1' }), takeBack(U1, A1)],
  },
  'a device moves on with a visitor who was taken out of it, and who had it looks': {
    names: [['phone', '2'], U3, DEVICE, A1],
    before: apartFromDevice,
    calls: [
      view({ phone: '2', device: 'd1', anonymous: 'a1' }),
      (at) => views(at, { user: 'u3' }, { card: 'C2' }),
    ],
  },
};

async function apartFromDevice(at: Shop): Promise<void> {
  const device: Names = { device: 'd1' };
  const visitor: Names = { anonymous: 'a1' };
  await views(at, device, visitor, { ...device, ...visitor });
  await takeBack(DEVICE, A1)(at);
  await views(at, { user: 'u3', ...device });
}

async function mergedOfBrowser(at: Shop): Promise<void> {
  await views(at, LOGIN, { user: 'u2' }, { user: 'u3' });
  await merge('u2', 'u1')(at);
}

/** Which of two messages was the one that made something fire, may be either. */
function essence({ names, customers }: End) {
  const known = customers.map((customer) => ({
    customerId: customer.customerId,
    links: customer.links.map(({ id }) => id),
    views: viewsOf(customer),
    seen: customer.seen,
  }));
  return { names, known };
}

describe('as if one had come after the other:', () => {
  it.each(Object.entries(CROSSINGS))('%s', async (_, { names, before, calls: [held, whole] }) => {
    const { shop, other, cut, connection } = shops;
    const begin = async () => {
      await shops.begin();
      await before?.(other);
    };
    const ends: unknown[] = [];
    for (const both of [
      [held, whole],
      [whole, held],
    ]) {
      await begin();
      for (const call of both) await call(other);
      ends.push(essence(await shops.end(names)));
    }
    const second = cutConnection(connection);
    const third = openShop(second.connection, keys);
    /** Held before its nth call, the other one before its mth. */
    const crossed = async (n: number, m: number) => {
      await begin();
      cut.hold(n);
      const first = held(shop);
      const isHeld = await Promise.race([cut.reached.then(() => true), first.then(() => false)]);
      second.hold(m);
      const then = whole(third);
      const isSecond = await Promise.race([
        second.reached.then(() => true),
        then.then(() => false),
      ]);
      cut.release();
      await first;
      second.release();
      await then;
      expect(ends, `call ${n}, and call ${m}`).toContainEqual(essence(await shops.end(names)));
      await expectAllCounted(connection, keys);
      return { isHeld, isSecond };
    };
    // Every day each second of them.
    const step = IS_LONG ? 1 : 2;
    for (let n = 1; (await crossed(n, Number.POSITIVE_INFINITY)).isHeld; n++) {
      for (let m = 1 + (n % step); (await crossed(n, m)).isSecond; m += step);
    }
  });
});
