import { describe, expect, it } from 'vitest';
import { crossingShops, viewsOf } from './crossing-shops.ts';
import { ledgerHistory } from './ledger-history.ts';
import { type Names, offersIn, outcomeOf, type Shop } from './shop.ts';
import { expectAllCounted } from './whole-shop.ts';

// Merges that are taken back after other merges, and other merges taken back.

const shops = crossingShops();
const { user, id, views, event } = shops;

const found = async (name: string) => (await shops.reader.customers.findFresh(name)).state;
const merge = (into: string, from: string) => shops.shop.customers.merge(user(into), user(from));

/** Of the last merge of one into another. */
async function takeBack(name: string, from: string, at: Shop = shops.other) {
  const { merges } = await found(user(name));
  const { mergeId } = merges.findLast((known) => known.from === from)!;
  return at.customers.unmerge(user(name), mergeId, ledgerHistory(shops.connection, shops.keys));
}

/** By their names: how many views each has; 0 = nobody has one. */
async function viewsBy(...names: readonly string[]): Promise<readonly number[]> {
  const { customers, names: leads } = await shops.end(
    names.map((name) => (name.startsWith('a') ? ['anonymous', name] : ['user', name])),
  );
  return Object.values(leads).map((customerId) => {
    const customer = customers.find((each) => each.customerId === customerId);
    return customer === undefined ? 0 : viewsOf(customer);
  });
}

describe('of three who became one', () => {
  /** u1 into u2 into u3, each with a view of then and one of since. */
  async function threeAsOne(): Promise<void> {
    await shops.begin();
    const all: Names[] = ['u1', 'u2', 'u3'].map((each) => ({ user: each }));
    await views(shops.other, ...all, { user: 'u1', anonymous: 'a1' });
    await merge('u2', 'u1');
    await views(shops.other, ...all);
    await merge('u3', 'u2');
    await views(shops.other, ...all, { anonymous: 'a1' });
  }

  it('each has what it did, wherever that was', async () => {
    await threeAsOne();
    expect(await takeBack('u3', user('u1'))).toEqual({ kind: 'later_first' });
    expect(await takeBack('u3', user('u2'))).toMatchObject({ kind: 'unmerged' });
    expect(await viewsBy('u1', 'a1', 'u2', 'u3')).toEqual([8, 8, 8, 3]);
    await views(shops.other, { user: 'u1' });
    expect(await takeBack('u2', user('u1'))).toMatchObject({ kind: 'unmerged' });
    expect(await viewsBy('u1', 'a1', 'u2', 'u3')).toEqual([6, 6, 3, 3]);
    await expectAllCounted(shops.connection, shops.keys);
  });

  it('each has it too where the two had been part of the third twice', async () => {
    await threeAsOne();
    await takeBack('u3', user('u2'));
    await merge('u3', 'u2');
    await views(shops.other, { user: 'u1' }, { user: 'u2' });
    await takeBack('u3', user('u2'));
    await takeBack('u2', user('u1'));
    expect(await viewsBy('u1', 'u2', 'u3')).toEqual([6, 4, 3]);
  });
});

describe('two who were folded into one', () => {
  it.each([
    ['u1', 'u2'],
    ['u2', 'u1'],
  ])('are taken out in either order: %s first', async (first, second) => {
    await shops.begin();
    const all: Names[] = ['u1', 'u2', 'u3'].map((each) => ({ user: each }));
    await views(shops.other, ...all);
    await merge('u3', 'u1');
    await views(shops.other, ...all.slice(0, 1), ...all.slice(2));
    await merge('u3', 'u2');
    await views(shops.other, ...all);
    expect(await takeBack('u3', user(first))).toMatchObject({ kind: 'unmerged' });
    await views(shops.other, ...all);
    expect(await takeBack('u3', user(second))).toMatchObject({ kind: 'unmerged' });
    expect(await viewsBy('u1', 'u2', 'u3')).toEqual([4, 3, 4]);
    await expectAllCounted(shops.connection, shops.keys);
  });
});

describe('who is taken out again', () => {
  it('does not get back a browser that has moved on since', async () => {
    await shops.begin();
    await views(shops.other, { user: 'u1', anonymous: 'a1' }, { user: 'u2' });
    await merge('u2', 'u1');
    await views(shops.other, { user: 'u3', anonymous: 'a1' });
    await takeBack('u2', user('u1'));
    expect((await found(user('u1'))).links).toEqual([]);
    expect((await found(id('anonymous', 'a1'))).customerId).toBe(user('u3'));
  });

  it('is not where the name was freed since, and is nobody’s', async () => {
    await shops.begin();
    const a1 = id('anonymous', 'a1');
    await views(shops.other, { anonymous: 'a1' }, { user: 'u1', anonymous: 'a1' });
    await shops.other.customers.unlink(user('u1'), a1);
    expect(await takeBack('u1', a1)).toEqual({ kind: 'moved_on' });
  });

  it('is led to by a name that was led straight to the survivor', async () => {
    await shops.begin();
    await views(shops.other, { user: 'u0', anonymous: 'a1' });
    for (const [into, from] of [1, 2, 3, 4].map((n) => [`u${n}`, `u${n - 1}`] as const)) {
      await views(shops.other, { user: into });
      await merge(into, from);
    }
    // So many keys on the way, it is made to lead there at once.
    await views(shops.other, { anonymous: 'a1' });
    await found(id('anonymous', 'a1'));
    for (const n of [4, 3, 2, 1]) await takeBack(`u${n}`, user(`u${n - 1}`));
    expect((await found(id('anonymous', 'a1'))).customerId).toBe(user('u0'));
    expect(await viewsBy('a1', 'u0', 'u1', 'u4')).toEqual([2, 2, 1, 1]);
  });

  it('has outcomes counted once, whoever it was when they were reported', async () => {
    await shops.begin();
    const view = () => event({ user: 'u1' }, 'Viewed');
    await shops.other.pipeline.submit(view());
    await shops.other.pipeline.submit(view());
    const [given] = offersIn(await shops.other.pipeline.submit(view()));
    await views(shops.other, { user: 'u2' });
    await merge('u2', 'u1');
    const click = () => outcomeOf({ user: user('u1') }, given!.decisionId, given!.offers[0]!);
    await shops.submit(shops.other, click());
    const { records } = await found(user('u2'));
    await takeBack('u2', user('u1'));
    const before = (await found(user('u1'))).records;
    await shops.submit(shops.shop, click());
    expect((await found(user('u1'))).records).toBe(before);
    expect((await found(user('u2'))).records).toBe(records + 1);
  });

  it('is asked afresh for what was offered at another gateway', async () => {
    await shops.begin();
    const phone: Names = { phone: '2' };
    await views(shops.shop, { ...phone, device: 'd1' }, { user: 'u1', ...phone }, phone);
    await takeBack('u1', id('phone', '2'));
    // By another name of it: of its own it is remembered that it leads to u1, who is known not to have it.
    await views(shops.shop, { user: 'u1' }, { device: 'd1' });
    const [given] = offersIn(await shops.other.pipeline.submit(event(phone, 'Viewed')));
    const click = outcomeOf({ phone: user('2') }, given!.decisionId, given!.offers[0]!);
    expect(await shops.shop.pipeline.submit(click)).toMatchObject({ kind: 'done' });
  });
});

describe('a merge whose taking back is cut, and not begun again', () => {
  /** After each of its calls to Redis in turn, on a visitor who had become u1. */
  async function eachCut(then: (which: string) => Promise<void>): Promise<void> {
    for (let at = 1; ; at++) {
      await shops.begin();
      await views(shops.other, { anonymous: 'a1' }, { user: 'u1', anonymous: 'a1' });
      const { mergeId } = (await found(user('u1'))).merges[0]!;
      shops.cut.cut(at, true);
      const history = ledgerHistory(shops.connection, shops.keys);
      const taken = shops.shop.customers.unmerge(user('u1'), mergeId, history);
      const isDone = await taken.then(
        () => true,
        () => false,
      );
      await then(`cut at call ${at}`);
      await expectAllCounted(shops.connection, shops.keys);
      if (isDone) return;
    }
  }

  it('leaves a browser that can move on to somebody else', async () => {
    await eachCut(async (which) => {
      await views(shops.other, { user: 'u2', anonymous: 'a1' });
      expect((await found(id('anonymous', 'a1'))).customerId, which).toBe(user('u2'));
    });
  });

  it('leaves a browser that can be freed, and is a stranger’s then', async () => {
    await eachCut(async (which) => {
      const a1 = id('anonymous', 'a1');
      await shops.other.customers.unlink(user('u1'), a1);
      await views(shops.other, { anonymous: 'a1' });
      expect((await found(a1)).customerId, which).toBe(a1);
    });
  });
});

it('a device that moves on has whom it names together with who it was taken apart from', async () => {
  const device: Names = { device: 'd1' };
  const visitor: Names = { anonymous: 'a1' };
  await shops.begin();
  await views(shops.other, device, visitor, { ...device, ...visitor });
  const of = id('device', 'd1');
  const { mergeId } = (await found(of)).merges[0]!;
  const history = ledgerHistory(shops.connection, shops.keys);
  const taken = await shops.other.customers.unmerge(of, mergeId, history);
  expect(taken).toMatchObject({ kind: 'unmerged' });
  await views(shops.other, { user: 'u3', ...device }, { phone: '2', ...device, ...visitor });
  const state = await found(of);
  expect(state.customerId).toBe(id('phone', '2'));
  expect(state.apart).toEqual([]);
  expect((await found(user('u3'))).links).toEqual([]);
  await expectAllCounted(shops.connection, shops.keys);
});
