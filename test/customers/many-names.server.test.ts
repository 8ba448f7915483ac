import { describe, expect, it } from 'vitest';
import { crossingShops, viewsIn } from './crossing-shops.ts';
import { ledgerHistory } from './ledger-history.ts';
import { type Names, NOW, openShop, SHOP } from './shop.ts';
import { expectAllCounted } from './whole-shop.ts';

// Names that go round in circles, too many of them, and such that look like something else: each call has
// a bounded number of calls to Redis, and each customer a bounded state.

const shops = crossingShops();
const { id, user, submit, views } = shops;
const DAY_MS = 86_400_000;

const found = async (kind: string, value: string) =>
  (await shops.reader.customers.findFresh(id(kind, value))).state;
const who = async (kind: string, value: string) => (await found(kind, value)).customerId;

/** Calls to Redis that it takes. */
async function callsOf(work: () => Promise<unknown>): Promise<number> {
  shops.cut.mend();
  await work();
  return shops.cut.calls;
}
const view = (names: Names, atMs = NOW) =>
  callsOf(() => submit(shops.shop, shops.event(names, 'Viewed', { atMs })));

describe('two calls at once that name somebody new', () => {
  it.each([
    [
      { user: 'u1', card: 'C1', device: 'd1' },
      { card: 'C1', device: 'd1' },
    ],
    [
      { card: 'C1', phone: '1', device: 'd1' },
      { phone: '1', device: 'd1', anonymous: 'a1' },
    ],
  ] as [Names, Names][])(
    'are both served where one claims what the other begins with: %o',
    async (...both) => {
      await shops.begin();
      const [first, second] = both.map((each) => shops.event(each, 'Viewed'));
      // Each takes the names for its own, again and again, for as long as they keep step.
      await Promise.all([submit(shops.other, first!), submit(shops.reader, second!)]);
      const names = Object.entries({ ...both[0], ...both[1] });
      const end = await shops.end(names);
      expect(new Set(Object.values(end.names)).size).toBe(1);
      expect(viewsIn(end)).toBe(2);
      await expectAllCounted(shops.connection, shops.keys);
    },
  );
});

describe('names of one customer', () => {
  it('may go round in circles', async () => {
    await shops.begin();
    const calls = [
      await view({ user: 'u1', anonymous: 'a1' }),
      await view({ device: 'd1', anonymous: 'a1' }),
      await view({ card: 'C1', device: 'd1' }),
      await view({ user: 'u1', card: 'C1' }),
      await view({ card: 'C1', anonymous: 'a1' }),
    ];
    expect(Math.max(...calls)).toBeLessThanOrEqual(12);
    for (const [kind, value] of [
      ['card', 'C1'],
      ['device', 'd1'],
      ['anonymous', 'a1'],
    ] as const) {
      expect(await who(kind, value)).toBe(user('u1'));
    }
    expect(await callsOf(() => shops.shop.customers.merge(user('u1'), user('u1')))).toBeLessThan(4);
    // Who was folded into it: the merge of then, for whoever lost the answer.
    expect(await shops.shop.customers.merge(user('u1'), id('card', 'C1'))).toMatchObject({
      kind: 'merged',
    });
  });

  it('are renewed also where the key leads there by way of another', async () => {
    await shops.begin();
    await views(shops.other, { card: 'C1', device: 'd1' }, { user: 'u1', card: 'C1' });
    const both = { user: 'u1', device: 'd1' };
    const calls = [];
    for (let n = 0; n < 3; n++) calls.push(await view(both, NOW + 60 * DAY_MS));
    expect(calls[0]).toBeLessThanOrEqual(8);
    expect(calls.slice(1)).toEqual([1, 1]);
  });

  it('are at most so many: 10,000 browsers in a year', async () => {
    await shops.begin();
    const calls: number[] = [];
    const often = process.env.PROFFER_TEST_LONG === undefined ? 500 : 10_000;
    for (let n = 0; n < often; n++) {
      calls.push(await view({ user: 'u1', anonymous: `a${n}` }, NOW + (n * 400 * DAY_MS) / often));
    }
    const { links } = await found('user', 'u1');
    expect(links.length).toBeLessThanOrEqual(64);
    expect(Math.max(...calls)).toBeLessThanOrEqual(6);
    const inspected = await shops.shop.states.inspect(user('u1'));
    expect(inspected).toMatchObject({ kind: 'state', state: { records: often } });
    expect((inspected as { stateBytes: number }).stateBytes).toBeLessThan(8_192);
  });

  it('are at most so many also where each was a customer, and each is known', async () => {
    await shops.begin();
    const often = 150;
    let nowMs = 0;
    const shop = openShop(shops.connection, shops.keys, SHOP, () => nowMs);
    for (let n = 0; n < often; n++) {
      // Longer ago than a merge can be taken back, but for the last.
      nowMs = NOW - (often - n) * 31 * DAY_MS;
      for (const who of [{ anonymous: `a${n}` }, { user: 'u1', anonymous: `a${n}` }]) {
        await submit(shop, shops.event(who, 'Viewed', { atMs: nowMs }));
      }
    }
    const { links, merges } = await found('user', 'u1');
    expect(links.length).toBeLessThan(145);
    expect(merges.length).toBeLessThan(145);
    expect(await who('anonymous', `a${often - 1}`)).toBe(user('u1'));
    await expectAllCounted(shops.connection, shops.keys);
  });

  it('lead on over a long chain of merges', async () => {
    await shops.begin();
    const n = 45;
    for (let i = 0; i < n; i++) await views(shops.other, { user: `u${i}` });
    for (let i = 1; i < n; i++) {
      const merged = await shops.other.customers.merge(user(`u${i}`), user(`u${i - 1}`));
      expect(merged).toMatchObject({ kind: 'merged' });
    }
    // The whole way is gone once, and never again.
    expect(await view({ user: 'u0' })).toBeLessThanOrEqual(2 * n + 4);
    expect(await who('user', 'u0')).toBe(user(`u${n - 1}`));
    expect(await callsOf(() => shops.shop.customers.findFresh(user('u0')))).toBe(2);
    await expectAllCounted(shops.connection, shops.keys);
  });

  it('are limited however they come', async () => {
    await shops.begin();
    for (const card of ['1', '2', '3']) await views(shops.other, { user: 'u1', card, phone: '1' });
    // A card of nobody, with the phone of somebody who has enough of them.
    await view({ card: '4', phone: '1' });
    expect(await who('card', '4')).toBe(id('card', '4'));
    // One that is a customer.
    await view({ card: '5' });
    const calls = await view({ card: '5', phone: '1' });
    expect(await who('card', '5')).toBe(id('card', '5'));
    expect(calls).toBeLessThanOrEqual(8);
    // It is not looked for with each.
    expect(await view({ card: '5', phone: '1' })).toBe(1);
    expect((await found('user', 'u1')).links).toHaveLength(4);
  });

  it('that look like keys or patterns are names like others', async () => {
    await shops.begin();
    const odd = ['*', '{3}', 't:{1}:customer:u1', '\0', '[a-z]*', 'constructor', '__proto__', ' '];
    for (const value of odd) {
      await views(shops.other, { anonymous: value }, { user: value, anonymous: value });
    }
    for (const value of odd) {
      expect(await who('anonymous', value)).toBe(user(value));
      expect((await found('user', value)).records).toBe(2);
    }
    await expectAllCounted(shops.connection, shops.keys);
  });

  it('are everybody’s after three, whoever the first was', async () => {
    await shops.begin();
    await views(shops.other, { anonymous: 'a1' });
    for (const who of ['u1', 'u2', 'u3']) await view({ user: who, anonymous: 'a1' });
    await view({ anonymous: 'a1' });
    expect(await who('anonymous', 'a1')).toBe(id('anonymous', 'a1'));
    await expectAllCounted(shops.connection, shops.keys);
    // Nor does what came since become somebody's: at a gateway that has not heard of it either.
    await views(shops.other, { user: 'u4', anonymous: 'a1' }, { user: 'u4' });
    expect((await found('user', 'u4')).merges).toEqual([]);
    await views(shops.other, { anonymous: 'b1', device: 'd1' }, { user: 'u4', device: 'd1' });
    expect(await who('anonymous', 'b1')).toBe(user('u4'));
  });
});

describe('what is told of the past', () => {
  const told = (names: Names, name: string, atMs: number) =>
    submit(shops.shop, { ...shops.event(names, name, { atMs }), receivedAtMs: NOW, live: false });

  it('is counted in its own time: a browser a month, one that moved on', async () => {
    await shops.begin();
    for (let n = 30; n > 0; n--) {
      await told({ user: 'u1', anonymous: `a${n}` }, 'Viewed', NOW - n * 31 * DAY_MS);
    }
    expect((await found('user', 'u1')).links).toHaveLength(30);
    for (let n = 4; n > 0; n--) {
      await told({ user: `v${n}`, anonymous: 'b1' }, 'Viewed', NOW - n * 31 * DAY_MS);
    }
    expect(await who('anonymous', 'b1')).toBe(user('v1'));
  });

  it('takes no browser from who has had it since', async () => {
    await shops.begin();
    await view({ user: 'u1', anonymous: 'a1' });
    await told({ user: 'u2', anonymous: 'a1' }, 'Viewed', NOW - DAY_MS);
    expect(await who('anonymous', 'a1')).toBe(user('u1'));
    await told({ user: 'u1', anonymous: 'a1' }, 'Signed Out', NOW - DAY_MS);
    expect(await who('anonymous', 'a1')).toBe(user('u1'));
    // Nor gives one back that has been everybody's since.
    for (const each of ['u1', 'u2', 'u3']) await view({ user: each, anonymous: 'b1' });
    await told({ user: 'u4', anonymous: 'b1' }, 'Viewed', NOW - 20 * DAY_MS);
    await views(shops.other, { user: 'u5', anonymous: 'b1' });
    expect(await who('anonymous', 'b1')).toBe(id('anonymous', 'b1'));
  });

  it('is taken back as long as what happens now', async () => {
    await shops.begin();
    for (const each of [{ anonymous: 'a1' }, { user: 'u1' }, { user: 'u1', anonymous: 'a1' }]) {
      await told(each, 'Viewed', NOW - 100 * DAY_MS);
    }
    const { merges, asOfMs } = await found('user', 'u1');
    expect(asOfMs).toBe(NOW - 100 * DAY_MS);
    const history = ledgerHistory(shops.connection, shops.keys);
    const { mergeId } = merges[0]!;
    expect(await shops.shop.customers.unmerge(user('u1'), mergeId, history)).toMatchObject({
      kind: 'unmerged',
    });
  });
});

it('a merge of a visitor who has come back since cannot be taken back', async () => {
  await shops.begin();
  await views(shops.other, { anonymous: 'a1' }, { user: 'u1', anonymous: 'a1' });
  const { mergeId } = (await found('user', 'u1')).merges[0]!;
  await submit(shops.shop, shops.event({ user: 'u1', anonymous: 'a1' }, 'Signed Out'));
  await views(shops.other, { anonymous: 'a1' });
  const history = ledgerHistory(shops.connection, shops.keys);
  const again = () => shops.shop.customers.unmerge(user('u1'), mergeId, history);
  expect(await again()).toEqual({ kind: 'moved_on' });
  await expectAllCounted(shops.connection, shops.keys);
});

it.each([
  ['the same customer again', 'u1', 'unmerged'],
  ['somebody who was found to be the same', 'u2', 'later_first'],
])('nor can the merge of a visitor who came back as %s', async (_, userId, later) => {
  await shops.begin();
  await views(shops.other, { anonymous: 'a1' }, { user: 'u1', anonymous: 'a1' });
  const { mergeId } = (await found('user', 'u1')).merges[0]!;
  await submit(shops.shop, shops.event({ user: 'u1', anonymous: 'a1' }, 'Signed Out'));
  // What the browser did in between is another life of its id, and that life was folded, too.
  await views(shops.other, { anonymous: 'a1' }, { user: userId, anonymous: 'a1' });
  if (userId !== 'u1') await shops.other.customers.merge(user('u1'), user(userId));
  const { customerId, merges } = await found('anonymous', 'a1');
  const lives = merges.filter(({ from }) => from === id('anonymous', 'a1'));
  expect([customerId, lives.length]).toEqual([user('u1'), 2]);
  const history = ledgerHistory(shops.connection, shops.keys);
  const taken = async (merge: string) =>
    (await shops.shop.customers.unmerge(user('u1'), merge, history)).kind;
  expect(await taken(mergeId)).toBe('moved_on');
  expect(await taken(lives[1]!.mergeId)).toBe(later);
  expect(await taken(mergeId)).toBe('moved_on');
  await expectAllCounted(shops.connection, shops.keys);
});

it('who is not taken for the customer is somebody of their own, whomever staff take that one for', async () => {
  await shops.begin();
  await views(shops.other, { user: 'u1', anonymous: 'a1' });
  const apart = () =>
    submit(shops.shop, shops.event({ anonymous: 'a1' }, 'Viewed', { follows: false }));
  await apart();
  const name = id('anonymous', 'a1').replace(':', ':apart:');
  expect(await shops.other.customers.merge(user('u1'), name)).toMatchObject({ kind: 'merged' });
  await apart();
  await apart();
  const { customerId, records } = (await shops.reader.customers.findFresh(name)).state;
  expect([customerId, records]).toEqual([name, 3]);
  expect((await found('user', 'u1')).records).toBe(2);
  // Nor do staff make a page's visitor somebody by folding a customer into it.
  await views(shops.other, { anonymous: 'a2' });
  const merged = await shops.other.customers.merge(id('anonymous', 'a2'), user('u1'));
  expect(merged).toMatchObject({ kind: 'merged' });
  const before = (await found('anonymous', 'a2')).records;
  for (const at of [shops.shop, shops.other]) {
    await submit(at, shops.event({ anonymous: 'a2' }, 'Viewed', { follows: false }));
  }
  expect((await found('user', 'u1')).records).toBe(before);
  await expectAllCounted(shops.connection, shops.keys);
});
