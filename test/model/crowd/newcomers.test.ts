// What is new in the shop: it has the prior of its category or brand until it speaks for itself.

import { describe, expect, it } from 'vitest';
import { askCrowd } from '../../../src/engine/recommend/models/ask-crowd.ts';
import { ItemTable } from '../../../src/model/crowd/item-table.ts';
import {
  NEWCOMER_SESSIONS,
  NEWCOMERS_MAX,
  NewcomersByName,
} from '../../../src/model/crowd/newcomers.ts';
import type { Model } from '../../../src/model/recommending.ts';
import { item, source } from '../../engine/recommend/shop-crowd.ts';
import { learnedCrowd } from './learned-crowd.ts';

const NOW = 1_700_000_000_000;
const DAY = 86_400_000;

/** Forty customers looked at a phone and a case, twenty of them at a bag, which is of the case's category. */
function shop() {
  const crowd = learnedCrowd({ sinceMs: NOW });
  for (let i = 0; i < 40; i++) {
    crowd.views(`u${i}`, ['phone', 'case'], NOW + i);
    if (i < 20) crowd.views(`u${i}`, ['bag'], NOW + i);
  }
  const declare = (id: string, over: Parameters<typeof item>[1] = {}) =>
    crowd.tables.items.declare(item(id, { known: 'declared', ...over }));
  declare('phone', { category: 'phones', brand: 'Acme' });
  declare('case', { category: 'bags', brand: 'Acme' });
  declare('bag', { category: 'bags' });
  const list = (model: Model, seeds: readonly string[] = [], category: string | null = null) =>
    crowd.ranking(
      askCrowd(source(model), crowd.tables, seeds.map(crowd.number), NOW + 60, category),
    );
  return { ...crowd, declare, list };
}

describe('what is new', () => {
  it('is as similar as its category is on average', () => {
    const { list, declare } = shop();
    const before = Object.fromEntries(list('similar', ['phone']));
    declare('satchel', { category: 'bags' });
    const after = Object.fromEntries(list('similar', ['phone']));
    expect(after).toEqual({ ...before, satchel: expect.any(Number) });
    expect(after.satchel).toBeCloseTo((before.case! + before.bag!) / 2, 12);
  });

  it('has the prior of its brand where it has no category', () => {
    const { list, declare } = shop();
    declare('cable', { brand: 'Acme' });
    declare('mast', { brand: 'Acme', category: 'ships' });
    const found = Object.fromEntries(list('similar', ['phone']));
    // The phone itself is of the brand, too, and could not be in the list.
    expect(found.cable).toBeCloseTo(found.case!, 12);
    const ofTwo = Object.fromEntries(list('similar', ['case', 'bag']));
    expect(ofTwo.cable).toBeCloseTo(ofTwo.phone!, 12);
    expect(found).not.toHaveProperty('mast');
  });

  it('is as popular as its category is on average, where that is asked for', () => {
    const { list, declare } = shop();
    declare('satchel', { category: 'bags' });
    expect(list('popular', [], 'bags')).toEqual([
      ['case', 40],
      ['satchel', 30],
      ['bag', 20],
    ]);
    expect(list('popular').map(([id]) => id)).not.toContain('satchel');
    expect(list('trending', [], 'bags').map(([id]) => id)).not.toContain('satchel');
  });

  it('speaks for itself from its twentieth session on', () => {
    const { list, declare, views } = shop();
    declare('satchel', { category: 'bags' });
    for (let i = 0; i < 19; i++) views(`v${i}`, ['satchel'], NOW + 100 + i);
    expect(Object.fromEntries(list('popular', [], 'bags')).satchel).toBe(30);
    expect(Object.fromEntries(list('similar', ['phone']))).toHaveProperty('satchel');
    views('v19', ['satchel'], NOW + 200);
    expect(Object.fromEntries(list('popular', [], 'bags')).satchel).toBe(20);
    expect(Object.fromEntries(list('similar', ['phone']))).not.toHaveProperty('satchel');
  });

  it('is not what events alone have named, nor what is sold no more', () => {
    const { list, declare, views, tables } = shop();
    views('v', ['rare'], NOW + 100, { category: 'bags' });
    declare('gone', { category: 'bags' });
    tables.items.remove('gone');
    expect(Object.keys(Object.fromEntries(list('similar', ['phone'])))).toEqual(['case', 'bag']);
    expect(Object.fromEntries(list('popular', [], 'bags'))).toEqual({ case: 40, bag: 20, rare: 1 });
  });

  it('is nothing where nobody of its category speaks for itself', () => {
    const crowd = learnedCrowd({ sinceMs: NOW });
    for (let i = 0; i < 19; i++) crowd.views(`u${i}`, ['a', 'b'], NOW + i);
    for (const id of ['a', 'b', 'c']) crowd.tables.items.declare(item(id, { category: 'x' }));
    const seeds = [crowd.number('a')];
    const asked = (model: Model) =>
      crowd.ranking(askCrowd(source(model), crowd.tables, seeds, NOW + DAY, 'x'));
    expect(asked('similar').map(([id]) => id)).toEqual(['b']);
    expect(asked('popular')).toEqual([['b', 19]]);
  });

  it('never crowds out: so many of a category, those of the fewest sessions', () => {
    const { list, declare, views } = shop();
    for (let i = 0; i < 3 * NEWCOMERS_MAX; i++) declare(`new${i}`, { category: 'bags' });
    for (let i = 0; i < 2 * NEWCOMERS_MAX; i++) views(`v${i}`, [`new${i}`], NOW + 100);
    const found = list('similar', ['phone']).map(([id]) => id);
    expect(found).toHaveLength(2 + NEWCOMERS_MAX);
    expect(found).not.toContain('new0');
    expect(found[0]).toBe('case');
  });

  it('is as few where the popular of a category are asked for', () => {
    const { list, declare } = shop();
    for (let i = 0; i < 3 * NEWCOMERS_MAX; i++) declare(`new${i}`, { category: 'bags' });
    expect(list('popular', [], 'bags')).toHaveLength(2 + NEWCOMERS_MAX);
  });

  it('has its place beside what is out of stock, over or not yet begun, however much that is', () => {
    const { list, declare } = shop();
    for (let i = 0; i < NEWCOMERS_MAX; i++) {
      declare(`a${i}`, { category: 'bags', inStock: false });
      declare(`b${i}`, { category: 'bags', endsAtMs: NOW - DAY });
      declare(`c${i}`, { category: 'bags', startsAtMs: NOW + DAY });
    }
    declare('satchel', { category: 'bags', startsAtMs: NOW - DAY, endsAtMs: NOW + DAY });
    const satchel = ['case', 'satchel', 'bag'];
    expect(list('similar', ['phone']).map(([id]) => id)).toEqual(satchel);
    expect(list('popular', [], 'bags').map(([id]) => id)).toEqual(satchel);
  });

  it('is found in one walk: a shop that begins has nothing else', () => {
    const items = new ItemTable(10_000);
    for (let i = 0; i < 10_000; i++)
      items.declare(item(`${(i * 7_919) % 10_000}`, { known: 'declared', category: 'x' }));
    let asked = 0;
    const newcomers = new NewcomersByName(items, (number) => {
      asked++;
      return number === 0 ? NEWCOMER_SESSIONS : 0;
    });
    const found = newcomers.of('v', 'category', 'x', NOW);
    expect(found.items.map((number) => items.idOf(number)).slice(0, 3)).toEqual(['1', '10', '100']);
    expect(asked).toBeLessThanOrEqual(2 * 10_000);
  });
});
