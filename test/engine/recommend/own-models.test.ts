// What a customer buys again, looked at last, and what goes with something.

import { describe, expect, it } from 'vitest';
import { accessories, buyAgain, recentlyViewed } from '../../../src/engine/recommend/own-models.ts';
import type { CustomerItem } from '../../../src/model/customer-items.ts';
import { DAY, START } from '../support/catalog-builder.ts';
import { crowdOf, item } from './shop-crowd.ts';

const owned = (itemId: string, purchases: number, first: number, last: number): CustomerItem => ({
  ...{ itemId, purchases, firstBoughtAtMs: START + first * DAY, boughtAtMs: START + last * DAY },
  ...{ atMs: START + last * DAY, viewedAtMs: 0, inCart: false, cartAtMs: 0 },
});
const at = (days: number) => START + days * DAY;
const ids = (scored: readonly { readonly itemId: string }[]) => scored.map(({ itemId }) => itemId);

describe('what is bought again', () => {
  it('comes when its own gap is over, before what was bought once', () => {
    const weekly = owned('weekly', 3, 0, 14);
    const monthly = owned('monthly', 3, -46, 14);
    const items = [owned('once', 1, 13, 13), owned('before', 1, 2, 2), weekly, monthly];
    expect(buyAgain(items, at(21))).toEqual([
      { itemId: 'weekly', score: 2 },
      { itemId: 'monthly', score: 1 + 7 / 30 },
      { itemId: 'once', score: 1 / 9 },
      { itemId: 'before', score: 1 / 20 },
    ]);
    // The weekly one was given up; the monthly one is due.
    expect(ids(buyAgain(items, at(44)))).toEqual(['monthly', 'weekly', 'once', 'before']);
  });

  it('is most wanted when the gap is over, less before, and ever less after', () => {
    const score = (days: number) => buyAgain([owned('a', 3, 0, 14)], at(days))[0]!.score;
    const scores = [14, 15, 20, 21].map(score);
    expect(scores).toEqual(scores.toSorted((a, b) => a - b));
    const after = [21, 22, 40, 900].map(score);
    expect(after).toEqual(after.toSorted((a, b) => b - a));
  });

  it('has a score that is a number, whatever the clocks say', () => {
    for (const days of [-9, 0, 1e6]) {
      for (const { score } of buyAgain([owned('a', 1, 0, 0), owned('b', 2, 0, 0)], at(days))) {
        expect(score > 0 && Number.isFinite(score)).toBe(true);
      }
    }
    expect(buyAgain([{ ...owned('a', 0, 0, 0), inCart: true }], START)).toEqual([]);
  });
});

describe('what was viewed', () => {
  it('comes newest first', () => {
    const viewed = (itemId: string, viewedAtMs: number) => ({
      ...owned(itemId, 0, 0, 0),
      viewedAtMs,
    });
    const items = [viewed('a', 2), viewed('never', 0), viewed('b', 1), viewed('c', 2)];
    expect(recentlyViewed(items)).toEqual([
      { itemId: 'c', score: 1 },
      { itemId: 'a', score: 1 / 2 },
      { itemId: 'b', score: 1 / 3 },
    ]);
  });
});

describe('accessories', () => {
  it('are those that were declared, in their order, each once', () => {
    const { items } = crowdOf([
      item('phone', { accessories: ['case', 'cable'] }),
      item('tablet', { accessories: ['cable', 'pen', 'unheard of'] }),
    ]);
    expect(ids(accessories(['phone', 'nobody', 'tablet'], items))).toEqual([
      'case',
      'cable',
      'pen',
      'unheard of',
    ]);
    expect(accessories(['phone'], null)).toEqual([]);
  });
});
