// What a process remembers of budgets, and how long an answer waits for a draw.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Drawn, Need } from '../../src/budgets/budget-draws.ts';
import { BudgetKeeper } from '../../src/budgets/budget-keeper.ts';
import type { Held } from '../../src/budgets/held-left.ts';
import { Unavailable } from '../../src/errors.ts';
import {
  type BudgetLimits,
  type Grant,
  type KnownBudgets,
  UNLIMITED,
} from '../../src/model/budget.ts';

const DAY_MS = 86_400_000;
const GRANTS: BudgetLimits = { grants: 10, perDay: null, cents: null };
const DAILY: BudgetLimits = { grants: 10, perDay: 2, cents: null };
const MONEY: BudgetLimits = { grants: null, perDay: null, cents: 1_000 };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const grantOf = (offer: string, limits: BudgetLimits, cents = 0, day = 0): Grant => ({
  ...{ offer, limits, day, cents },
});

const PLENTY: Drawn = { left: 1_000_000, total: null };
const unlimited = (field: string) => [field, { limit: UNLIMITED, left: 1_000_000 }] as const;

const nothing = async (): Promise<ReadonlyMap<string, Held>> => new Map();

/** A keeper whose draws come out as the test says; `asked` tells of which. */
function keeperWith(
  draw: (offer: string, needs: readonly Need[]) => Promise<readonly Drawn[]>,
  held = nothing,
) {
  const asked: string[] = [];
  const refused: [string, boolean][] = [];
  const faults: unknown[] = [];
  const budgets = new Map([
    ['gift', GRANTS],
    ['daily', DAILY],
    ['paid', MONEY],
  ]);
  let catalog = { budgets, dayOf: (atMs: number) => Math.floor(atMs / DAY_MS) };
  const keeper = new BudgetKeeper({
    draws: {
      // Of what the budget does not limit there is always enough, and no test tells of it.
      draw: async (offer, _partition, needs) => {
        const limited = needs.filter(({ limit }) => limit !== UNLIMITED);
        asked.push(`${offer} ${limited.map(({ kind, need }) => `${kind}:${need}`).join(' ')}`);
        const drawn = await draw(offer, limited);
        return needs.map((need) => drawn[limited.indexOf(need)] ?? PLENTY);
      },
      held,
    },
    partitions: 1,
    catalog: () => catalog,
    refused: (offer, isSpent) => refused.push([offer, isSpent]),
    onFault: (error) => faults.push(error),
    monotonicMs: () => performance.now(),
  });
  const replenish = (taken: readonly Grant[], known: KnownBudgets | null = null) =>
    keeper.replenish(
      'u1',
      taken,
      taken.map((_, i) => i),
      known,
    );
  const publish = (changed: ReadonlyMap<string, BudgetLimits>) => {
    catalog = { ...catalog, budgets: new Map([...budgets, ...changed]) };
  };
  return { keeper, asked, refused, faults, replenish, publish };
}

const isSpent = (known: KnownBudgets | null, offer: string, cents = 0, granted: Grant[] = []) =>
  known?.isSpent(offer, 'web', 'm1', granted, cents) ?? false;
const drawn =
  (left: number, total: number | null = left) =>
  async (_: string, needs: readonly Need[]) =>
    needs.map(() => ({ left, total }));
const never = () => new Promise<never>(() => {});

describe('what a keeper remembers', () => {
  it('is nothing where a draw got what was needed', async () => {
    const { keeper, asked, refused, replenish } = keeperWith(drawn(2, null));
    const known = await replenish([grantOf('gift', GRANTS), grantOf('gift', GRANTS)]);
    expect([asked, refused]).toEqual([['gift g:2'], []]);
    expect([isSpent(known, 'gift'), keeper.known(0)]).toEqual([false, null]);
  });

  it('is for half a minute that all is spent, and no longer', async () => {
    const { keeper, refused, replenish } = keeperWith(drawn(0));
    expect(isSpent(await replenish([grantOf('gift', GRANTS)]), 'gift')).toBe(true);
    expect(refused).toEqual([['gift', true]]);
    vi.advanceTimersByTime(29_000);
    expect([isSpent(keeper.known(0), 'gift'), isSpent(keeper.known(0), 'paid')]).toEqual([
      ...[true, false],
    ]);
    vi.advanceTimersByTime(2_000);
    expect(keeper.known(0)).toBe(null);
  });

  it('is well below two seconds what others may have idle', async () => {
    const { keeper, replenish } = keeperWith(drawn(0, null));
    await replenish([grantOf('gift', GRANTS)]);
    expect(isSpent(keeper.known(0), 'gift')).toBe(true);
    vi.advanceTimersByTime(500);
    expect(keeper.known(0)).toBe(null);
  });

  it('ends with the limit it was about, and with the day', async () => {
    const { keeper, replenish, publish } = keeperWith(async (offer, needs) =>
      needs
        .map(({ kind }) => (offer === 'daily' && kind === 'g' ? 5 : 0))
        .map((left) => ({
          ...{ left, total: left },
        })),
    );
    await replenish([grantOf('gift', GRANTS), grantOf('daily', DAILY)]);
    expect([isSpent(keeper.known(1), 'gift'), isSpent(keeper.known(1), 'daily')]).toEqual([
      ...[true, true],
    ]);
    const tomorrow = keeper.known(DAY_MS);
    expect([isSpent(tomorrow, 'gift'), isSpent(tomorrow, 'daily')]).toEqual([true, false]);
    expect(isSpent(keeper.known(DAY_MS - 1), 'daily')).toBe(true);
    publish(new Map([['gift', { ...GRANTS, grants: 11 }]]));
    expect([isSpent(keeper.known(1), 'gift'), isSpent(keeper.known(1), 'daily')]).toEqual([
      ...[false, true],
    ]);
  });

  it('lets pass what costs no more than is left, over a whole run', async () => {
    const { keeper, replenish } = keeperWith(drawn(300));
    const known = await replenish([grantOf('paid', MONEY, 200), grantOf('paid', MONEY, 200)]);
    // This run has room for the first alone; others for what all of them may spend.
    expect(isSpent(known, 'paid', 200)).toBe(false);
    expect(isSpent(known.after([grantOf('paid', MONEY, 200)]), 'paid', 0)).toBe(true);
    const others = keeper.known(0)!;
    expect([isSpent(others, 'paid', 300), isSpent(others, 'paid', 301)]).toEqual([false, true]);
    const after = others.after([grantOf('paid', MONEY, 100), grantOf('gift', GRANTS, 0)]);
    expect([isSpent(after, 'paid', 200), isSpent(after, 'paid', 201)]).toEqual([false, true]);
    const granted = [grantOf('paid', MONEY, 150)];
    expect(isSpent(after, 'paid', 51, granted)).toBe(true);
  });
});

describe('an answer', () => {
  it('waits for draws 100 ms in all, and for one offer after the other no longer', async () => {
    const { refused, replenish } = keeperWith(never);
    const before = performance.now();
    const first = replenish([grantOf('gift', GRANTS)]);
    await vi.advanceTimersByTimeAsync(100);
    const known = await first;
    expect([isSpent(known, 'gift'), performance.now() - before]).toEqual([true, 100]);
    const second = replenish([grantOf('daily', DAILY)], known);
    await vi.advanceTimersByTimeAsync(0);
    expect([isSpent(await second, 'daily'), isSpent(await second, 'gift')]).toEqual([true, true]);
    expect(performance.now() - before).toBeLessThanOrEqual(101);
    expect(refused).toEqual([
      ['gift', false],
      ['daily', false],
    ]);
  });

  it('waits for none while the pool hangs, and for one again when it does not', async () => {
    let isHung = true;
    const hung: (() => void)[] = [];
    const { asked, replenish } = keeperWith(async () => {
      if (isHung) await new Promise<void>((resolve) => hung.push(resolve));
      return [{ left: 100, total: null }];
    });
    for (let ms = 0; ms < 600; ms += 100) {
      const asking = replenish([grantOf('gift', GRANTS)]);
      await vi.advanceTimersByTimeAsync(100);
      await asking;
    }
    const before = performance.now();
    expect(isSpent(await replenish([grantOf('gift', GRANTS)]), 'gift')).toBe(true);
    expect([asked.length, performance.now() - before]).toEqual([1, 0]);
    isHung = false;
    hung.shift()!();
    await vi.advanceTimersByTimeAsync(300);
    expect(isSpent(await replenish([grantOf('gift', GRANTS)]), 'gift')).toBe(false);
  });

  it('is without what cannot be drawn on, and remembers nothing of it', async () => {
    const { keeper, asked, faults, refused, replenish } = keeperWith(async () => {
      throw new Unavailable('store_unavailable');
    });
    expect(isSpent(await replenish([grantOf('gift', GRANTS)]), 'gift')).toBe(true);
    expect(isSpent(await replenish([grantOf('daily', DAILY)]), 'daily')).toBe(true);
    expect([faults.length, asked.length, keeper.known(0)]).toEqual([1, 1, null]);
    expect(refused).toEqual([
      ['gift', false],
      ['daily', false],
    ]);
    vi.advanceTimersByTime(300);
    await replenish([grantOf('daily', DAILY)]);
    expect(asked).toEqual(['gift g:1', 'daily g:1 d0:1']);
  });

  it('shares no draw with those of another catalog, and believes nothing of its limits', async () => {
    const waiting: (() => void)[] = [];
    const { keeper, replenish, publish } = keeperWith(async (_, needs) => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      return needs.map(({ limit }) => ({ left: limit - 10, total: limit - 10 }));
    });
    const more = { ...GRANTS, grants: 11 };
    const all = [GRANTS, more, GRANTS].map((limits) => replenish([grantOf('gift', limits)]));
    publish(new Map([['gift', more]]));
    for (let i = 0; i < 3; i++) {
      await vi.advanceTimersByTimeAsync(1);
      for (const come of waiting.splice(0)) come();
    }
    const spent = (await Promise.all(all)).map((known) => isSpent(known, 'gift'));
    expect([spent, isSpent(keeper.known(0), 'gift')]).toEqual([[true, false, true], false]);
  });

  it('shares a draw with those that come meanwhile', async () => {
    const waiting: (() => void)[] = [];
    const { asked, replenish } = keeperWith(async (_, needs) => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      return needs.map(({ need }) => ({ left: need, total: null }));
    });
    const first = replenish([grantOf('gift', GRANTS)]);
    await vi.advanceTimersByTimeAsync(0);
    const others = [1, 2, 3].map(() => replenish([grantOf('gift', GRANTS)]));
    waiting.shift()!();
    await first;
    await vi.advanceTimersByTimeAsync(0);
    waiting.shift()!();
    for (const known of await Promise.all(others)) expect(isSpent(known, 'gift')).toBe(false);
    expect(asked).toEqual(['gift g:1', 'gift g:3']);
  });

  it('comes to its end however many are spent: with what the partition has, and then with nothing', async () => {
    const names = Array.from({ length: 100 }, (_, i) => `gift${i}`);
    const { asked, replenish, publish } = keeperWith(
      drawn(0),
      async () =>
        new Map([
          ['gift70|g', { limit: 10, left: 2 }],
          ['gift80|g', { limit: 9, left: 2 }],
          ['gift90|m', { limit: 1_000, left: 5 }],
          ...['gift70|d0', 'gift80|d0', 'gift90|g', 'gift90|d0'].map(unlimited),
        ]),
    );
    publish(new Map(names.map((name) => [name, name === 'gift90' ? MONEY : GRANTS])));
    let known: KnownBudgets | null = null;
    const refuse = async (name: string, limits = GRANTS) => {
      known = await replenish([grantOf(name, limits)], known);
    };
    for (const name of names.slice(0, 40)) await refuse(name);
    expect([isSpent(known, 'gift39'), isSpent(known, 'gift40')]).toEqual([true, false]);
    await refuse('gift40');
    const rest = ['gift0', 'gift41', 'gift70', 'gift80'].map((name) => isSpent(known, name));
    expect(rest).toEqual([true, true, false, true]);
    expect([isSpent(known, 'gift90', 5), isSpent(known, 'gift90', 6)]).toEqual([false, true]);
    await refuse('gift70');
    expect([isSpent(known, 'gift70'), isSpent(known, 'gift90', 5)]).toEqual([true, false]);
    for (let i = 0; i < 15; i++) await refuse('gift70');
    expect(isSpent(known, 'gift90', 5)).toBe(true);
    expect(asked.length).toBeLessThanOrEqual(57);
  });
});
