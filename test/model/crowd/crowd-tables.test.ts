// What comes of interactions: tables as somebody would count by hand.

import { describe, expect, it } from 'vitest';
import { WEIGHT_UNIT } from '../../../src/model/crowd/fact.ts';
import { learnedCrowd } from './learned-crowd.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NOW = 1_700_000_000_000;

describe('baskets', () => {
  it('count items and pairs, and baskets of one item, too', () => {
    const crowd = learnedCrowd();
    crowd.buys('u1', ['a', 'b'], NOW);
    crowd.buys('u2', ['a'], NOW);
    const { tables } = crowd;
    expect(tables.baskets).toBe(2);
    expect(tables.basketsWith(crowd.number('a'))).toBe(2);
    expect(crowd.partners(tables.boughtWith(crowd.number('a')))).toEqual({ b: 1 });
    expect(crowd.partners(tables.boughtWith(crowd.number('b')))).toEqual({ a: 1 });
  });

  it('of 600 items count for the items and not for pairs, and are told apart', () => {
    const crowd = learnedCrowd();
    const many = Array.from({ length: 600 }, (_, i) => `p${i}`);
    crowd.buys('u1', many, NOW);
    crowd.buys('u1', ['p1', 'p2'], NOW + 1);
    const { tables } = crowd;
    expect([tables.baskets, tables.basketsUnpaired]).toEqual([2, 1]);
    expect(tables.basketsWith(crowd.number('p1'))).toBe(2);
    expect(tables.basketsWith(crowd.number('p599'))).toBe(1);
    expect(crowd.partners(tables.boughtWith(crowd.number('p1')))).toEqual({ p2: 1 });
    expect(tables.purchasesFollowed(crowd.number('p1'))).toBe(0);
    expect(tables.sessions.count).toBe(0);
  });

  it('are followed by the same customer’s next one', () => {
    const crowd = learnedCrowd();
    crowd.buys('u1', ['phone'], NOW);
    crowd.buys('u2', ['phone'], NOW);
    crowd.buys('u1', ['case', 'glass'], NOW + DAY_MS);
    crowd.buys('u2', ['case'], NOW + DAY_MS);
    crowd.buys('u3', ['phone'], NOW + DAY_MS);
    const phone = crowd.number('phone');
    expect(crowd.tables.purchasesFollowed(phone)).toBe(2);
    expect(crowd.partners(crowd.tables.boughtAfter(phone))).toEqual({ case: 2, glass: 1 });
  });
});

describe('interest', () => {
  it('is the greatest weight of a customer with an item, and the smaller one of a pair', () => {
    const crowd = learnedCrowd({ sinceMs: NOW });
    crowd.views('u1', ['a'], NOW);
    crowd.views('u1', ['a'], NOW);
    crowd.adds('u1', ['b'], NOW);
    crowd.buys('u1', ['a'], NOW);
    const { tables } = crowd;
    const [a, b] = [crowd.number('a'), crowd.number('b')];
    expect([tables.interest(a), tables.interest(b)]).toEqual([5 * WEIGHT_UNIT, 3 * WEIGHT_UNIT]);
    expect(crowd.partners(tables.interestedInBoth(a))).toEqual({ b: 3 * WEIGHT_UNIT });
    expect(crowd.partners(tables.customersWithBoth(b))).toEqual({ a: 1 });
  });

  it('of 30 days later weighs twice as much', () => {
    const crowd = learnedCrowd({ sinceMs: NOW });
    crowd.views('u1', ['a'], NOW + 30 * DAY_MS);
    expect(crowd.tables.interest(crowd.number('a'))).toBe(2 * WEIGHT_UNIT);
  });

  it('pairs with the last 20 items of the customer alone', () => {
    const crowd = learnedCrowd();
    for (let i = 0; i < 22; i++) crowd.views('u1', [`p${i}`], NOW + i);
    const partners = crowd.partners(crowd.tables.customersWithBoth(crowd.number('p21')));
    expect(Object.keys(partners)).toHaveLength(20);
    expect(partners).not.toHaveProperty('p0');
  });

  it('of a robot counts once, and 1,000 interactions a day at most', () => {
    const crowd = learnedCrowd();
    for (let i = 0; i < 3_000; i++) crowd.views('robot', ['a'], NOW + i);
    expect(crowd.tables.interest(crowd.number('a'))).toBe(learnedOnce());
    expect(crowd.tables.popular(NOW, null).scores[0]).toBe(1_000);
    expect(crowd.tracker.ignored).toBe(2_000);
    crowd.views('robot', ['a'], NOW + DAY_MS);
    expect(crowd.tables.popular(NOW, null).scores[0]).toBe(1_001);
  });

  it('holds 64 partners of an item, of which the rarest leave', () => {
    const crowd = learnedCrowd();
    for (let n = 0; n < 3; n++) crowd.views(`often${n}`, ['a', 'often'], NOW);
    for (let i = 0; i < 500; i++) crowd.views(`u${i}`, ['a', `p${i}`], NOW);
    const held = crowd.tables.customersWithBoth(crowd.number('a'));
    expect(held.length).toBeLessThanOrEqual(64);
    expect(crowd.partners(held)).toMatchObject({ often: 3, p499: 1 });
  });
});

function learnedOnce(): number {
  const crowd = learnedCrowd();
  crowd.views('u', ['a'], NOW);
  return crowd.tables.interest(crowd.number('a'));
}

describe('sessions', () => {
  it('end where nothing happens for longer than the gap', () => {
    const crowd = learnedCrowd();
    crowd.views('u1', ['a'], NOW);
    crowd.views('u1', ['b'], NOW + HOUR_MS / 2);
    crowd.views('u1', ['a'], NOW + HOUR_MS / 2 + 1);
    crowd.views('u1', ['c'], NOW + HOUR_MS + 2);
    crowd.views('u2', ['a'], NOW);
    expect(crowd.sessions()).toEqual([['a', 'b'], ['c'], ['a']]);
    const { sessions } = crowd.tables;
    expect(sessions.count).toBe(3);
    expect(sessions.countWith(crowd.number('a'))).toBe(2);
    expect(sessions.timeOf(0)).toBe(NOW + HOUR_MS / 2 + 1);
  });

  it('hold 15 different items, and are left out from the sixteenth on', () => {
    const crowd = learnedCrowd();
    for (let i = 0; i < 15; i++) crowd.views('u1', [`p${i}`, 'p0'], NOW + i);
    expect(crowd.sessions()).toEqual([Array.from({ length: 15 }, (_, i) => `p${i}`)]);
    expect([crowd.tables.sessions.count, crowd.tables.sessions.places]).toEqual([1, 15]);
    for (let i = 15; i < 20; i++) crowd.views('u1', [`p${i}`, 'p0'], NOW + i);
    const { sessions } = crowd.tables;
    expect([sessions.count, sessions.places, sessions.countWith(crowd.number('p0'))]).toEqual([
      0, 0, 0,
    ]);
    crowd.views('u1', ['p0'], NOW + HOUR_MS);
    expect(crowd.sessions()).toEqual([['p0']]);
  });

  it('have 500 postings an item: the newest by time', () => {
    const crowd = learnedCrowd();
    for (let i = 0; i < 600; i++) crowd.views(`u${i}`, ['a'], NOW + ((i * 7) % 600));
    const { sessions } = crowd.tables;
    const a = crowd.number('a');
    const { length, sessions: held } = sessions.with(a);
    expect([length, sessions.countWith(a)]).toEqual([500, 600]);
    const times = [...held.subarray(0, length)].map((session) => sessions.timeOf(session) - NOW);
    expect(Math.min(...times)).toBe(100);
  });

  it('are replaced when their number comes round', () => {
    const { tables, number, views } = learnedCrowd();
    views('u1', ['a', 'b'], NOW);
    const [a, b] = [number('a'), number('b')];
    const told = { kind: 'interaction', weight: 1, interest: 0, pairs: [] } as const;
    tables.apply({ ...told, item: b, atMs: NOW + 1, session: 0, begins: true });
    expect(tables.sessions.count).toBe(1);
    expect([tables.sessions.countWith(a), tables.sessions.countWith(b)]).toEqual([0, 1]);
    expect(tables.sessions.with(a).length).toBe(0);
  });
});

describe('rankings', () => {
  it('popular is by weight, and of a category', () => {
    const crowd = learnedCrowd();
    crowd.views('u1', ['b', 'a'], NOW, { category: 'shoes' });
    crowd.buys('u2', ['c'], NOW);
    expect(crowd.ranking(crowd.tables.popular(NOW, null))).toEqual([
      ['c', 5],
      ['a', 1],
      ['b', 1],
    ]);
    expect(crowd.ranking(crowd.tables.popular(NOW, 'shoes')).map(([id]) => id)).toEqual(['a', 'b']);
  });

  it('trending is z of the last hour against the last 7 days', () => {
    const crowd = learnedCrowd();
    for (let i = 0; i < 168; i++) crowd.views(`old${i}`, ['steady'], NOW - 2 * DAY_MS);
    for (let i = 0; i < 4; i++) crowd.views(`u${i}`, ['steady', 'rising'], NOW - 60_000);
    const z = (hour: number, week: number) => (hour - week / 168) / Math.sqrt(week / 168 + 5);
    const ranking = crowd.ranking(crowd.tables.trending(NOW, null));
    expect(ranking.map(([id]) => id)).toEqual(['rising', 'steady']);
    expect(ranking[0]![1]).toBeCloseTo(z(4, 4), 12);
    expect(ranking[1]![1]).toBeCloseTo(z(4, 172), 12);
    expect(crowd.tables.trending(NOW + 2 * HOUR_MS, null).length).toBe(0);
  });
});
