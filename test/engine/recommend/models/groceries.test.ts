// The counts of a real grocery shop, and what bought_together makes of them: figures that others published
// of the same baskets.

import { beforeAll, describe, expect, it } from 'vitest';
import { boughtTogether } from '../../../../src/engine/recommend/models/bought-together.ts';
import type { RANKS } from '../../../../src/model/recommending.ts';
import { learnedCrowd } from '../../../model/crowd/learned-crowd.ts';
import { linesOf, sharedData } from '../../../support/shared-data.ts';

const { path, isThere } = sharedData('groceries/groceries.csv.gz');

describe.skipIf(!isThere)('the baskets of Groceries', () => {
  const crowd = learnedCrowd();
  beforeAll(() => {
    for (const [n, line] of linesOf(path).entries())
      crowd.buys(`basket ${n}`, itemsOf(line), 1_700_000_000_000);
  });
  const both = (a: string, b: string) =>
    crowd.partners(crowd.tables.boughtWith(crowd.number(a)))[b];
  const scores = (rank: (typeof RANKS)[number], seed: string) =>
    Object.fromEntries(
      crowd.ranking(boughtTogether({ rank, minSupport: 3 }, crowd.tables, [crowd.number(seed)])),
    );

  it('are 9,835, of 169 items', () => {
    expect(crowd.tables.baskets).toBe(9_835);
    expect(crowd.tables.items.count).toBe(169);
    expect(crowd.tables.basketsUnpaired).toBe(0);
  });

  it('hold berries and whipped cream 89 times: confidence .2722, lift 3.7969', () => {
    expect(both('berries', 'whipped/sour cream')).toBe(89);
    expect(both('whipped/sour cream', 'berries')).toBe(89);
    expect(scores('confidence', 'berries')['whipped/sour cream']).toBeCloseTo(0.2722, 4);
    expect(scores('lift', 'berries')['whipped/sour cream']).toBeCloseTo(3.7969, 4);
  });

  it('hold root vegetables with herbs with a lift of 3.9565', () => {
    expect(scores('lift', 'herbs')['root vegetables']).toBeCloseTo(3.9565, 4);
  });

  it('hold milk and other vegetables 736 times: lift 1.5136, cosine .3366', () => {
    expect(both('whole milk', 'other vegetables')).toBe(736);
    expect(scores('lift', 'whole milk')['other vegetables']).toBeCloseTo(1.5136, 4);
    expect(scores('cosine', 'whole milk')['other vegetables']).toBeCloseTo(0.3366, 4);
  });
});

/** Some items of the file have a blank behind them. */
function itemsOf(line: string): readonly string[] {
  return [...new Set(line.split(',').map((item) => item.trim()))];
}
