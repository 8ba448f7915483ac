// Rankings are what a recount of the tables says, whatever was ranked before.

import { describe, expect, it } from 'vitest';
import { WEIGHT_UNIT } from '../../../src/model/crowd/fact.ts';
import { CATEGORY_RANKED_MAX, RANKED_MAX } from '../../../src/model/crowd/rankings.ts';
import type { Pieces } from '../../../src/model/crowd/recent-counts.ts';
import { seeded, testSeed } from '../../support/seeded.ts';
import { learnedCrowd } from './learned-crowd.ts';

const NOW = Date.UTC(2026, 10, 1, 11, 58);
const HOUR_MS = 3_600_000;
const ITEMS = RANKED_MAX + 500;
const CATEGORIES = ['shoes', 'hats', 'rare'];

type Crowd = ReturnType<typeof learnedCrowd>;

function recount(crowd: Crowd, scoreOf: (item: number) => number, category: string | null) {
  const { items } = crowd.tables;
  const all: [string, number][] = [];
  for (let item = 0; item < items.size; item++) {
    const id = items.idOf(item);
    const isMeant = category === null || items.at(item)?.category === category;
    if (id !== '' && isMeant && scoreOf(item) > 0) all.push([id, scoreOf(item)]);
  }
  all.sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return all.slice(0, category === null ? RANKED_MAX : CATEGORY_RANKED_MAX);
}

function within(pieces: Pieces, item: number, nowMs: number, lengthMs: number): number {
  const last = Math.floor(nowMs / pieces.pieceMs);
  let total = 0;
  for (const [piece, counts] of pieces.byPiece)
    if (piece <= last && piece >= last - lengthMs / pieces.pieceMs) total += counts[item] ?? 0;
  return total;
}

function expectRecounted(crowd: Crowd, nowMs: number): void {
  const { tables } = crowd;
  const { weights, recent } = tables.columns;
  const z = (item: number) => {
    const hour = within(recent.short, item, nowMs, HOUR_MS);
    const expected = within(recent.long, item, nowMs, 168 * HOUR_MS) / 168;
    return hour === 0 ? 0 : (hour - expected) / Math.sqrt(expected + 5);
  };
  for (const category of [null, ...CATEGORIES, 'no category']) {
    const popular = recount(crowd, (item) => weights.at(item) / WEIGHT_UNIT, category);
    expect(crowd.ranking(tables.popular(nowMs, category))).toEqual(popular);
    expect(crowd.ranking(tables.trending(nowMs, category))).toEqual(recount(crowd, z, category));
  }
}

describe('rankings', () => {
  it('are a recount after each turn of learning, forgetting, declaring and time', () => {
    const random = seeded(testSeed());
    const crowd = learnedCrowd({ itemsMax: ITEMS });
    let nowMs = NOW;
    for (let turn = 0; turn < 12; turn++) {
      // More ids than there is room for: the least seen leave, and their numbers are others'.
      for (let i = 0; i < (turn === 0 ? 2 * ITEMS : 200); i++) {
        const id = `i${random.below(turn < 4 ? ITEMS : ITEMS + 300)}`;
        const atMs = nowMs - random.below(4) * random.below(40) * HOUR_MS;
        const category = random.pick(CATEGORIES);
        crowd.views(`u${random.below(300)}`, [id], atMs, random() < 0.5 ? { category } : undefined);
      }
      if (turn % 3 === 1) {
        for (let i = 0; i < 20; i++) {
          const itemId = `i${random.below(ITEMS)}`;
          if (crowd.number(itemId) >= 0 && random() < 0.3) crowd.tables.items.remove(itemId);
          else crowd.tables.items.sight(itemId, { category: 'rare' });
        }
      }
      expectRecounted(crowd, nowMs);
      nowMs += random.pick([0, 60_000, 5 * 60_000, 7 * HOUR_MS]);
      expectRecounted(crowd, nowMs);
    }
  });

  it('follow what was among the best and is forgotten', () => {
    const crowd = learnedCrowd({ itemsMax: ITEMS });
    for (let i = 0; i < ITEMS; i++)
      for (let times = 0; times < (i < RANKED_MAX ? 2 : 1); times++)
        crowd.views(`u${i}`, [`i${i}`], NOW + times);
    expectRecounted(crowd, NOW);
    crowd.tables.apply({ kind: 'forget', item: crowd.number('i7') });
    expectRecounted(crowd, NOW);
    expect(crowd.ranking(crowd.tables.popular(NOW, null)).at(-1)).toEqual(['i1000', 1]);
  });

  it('know an event of the future when its time has come', () => {
    const crowd = learnedCrowd();
    crowd.views('u1', ['a'], NOW);
    expectRecounted(crowd, NOW);
    for (let hours = 1; hours < 40; hours++) crowd.views('u1', ['b'], NOW + hours * HOUR_MS);
    expectRecounted(crowd, NOW);
    expectRecounted(crowd, NOW + 39 * HOUR_MS);
  });

  it('leave out what is asked for less than before, of a category, too', () => {
    const crowd = learnedCrowd();
    for (let i = 0; i < 1_000; i++) crowd.views(`old${i}`, ['falling'], NOW - 48 * HOUR_MS);
    crowd.views('u1', ['falling', 'rising'], NOW, { category: 'shoes' });
    expectRecounted(crowd, NOW);
    expect(crowd.ranking(crowd.tables.trending(NOW, 'shoes')).map(([id]) => id)).toEqual([
      'rising',
    ]);
  });
});
