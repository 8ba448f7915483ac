// Each model as somebody would count by hand.

import { describe, expect, it } from 'vitest';
import { askCrowd } from '../../../../src/engine/recommend/models/ask-crowd.ts';
import { forYou } from '../../../../src/engine/recommend/models/for-you.ts';
import type { SourceDefinition } from '../../../../src/model/recommending.ts';
import { learnedCrowd } from '../../../model/crowd/learned-crowd.ts';

const NOW = 1_700_000_000_000;
const HOUR_MS = 3_600_000;

type Learned = ReturnType<typeof learnedCrowd>;

function asked(
  crowd: Learned,
  model: SourceDefinition['model'],
  seeds: readonly string[],
  choices: Partial<SourceDefinition> & { category?: string } = {},
): [string, number][] {
  const source = { model, rank: 'cosine', minSupport: 1, byCategory: false, weight: 1 } as const;
  const numbers = seeds.map(crowd.number);
  const { category = null, ...changed } = choices;
  return crowd.ranking(askCrowd({ ...source, ...changed }, crowd.tables, numbers, NOW, category));
}

describe('similar', () => {
  it('is shared interest, less where few customers show it; of several seeds the sum', () => {
    const crowd = learnedCrowd({ sinceMs: NOW });
    crowd.views('u1', ['a', 'b'], NOW);
    crowd.views('u2', ['a', 'b', 'c'], NOW);
    crowd.views('u3', ['c'], NOW);
    const ofA = asked(crowd, 'similar', ['a']);
    expect(ofA.map(([id]) => id)).toEqual(['b', 'c']);
    expect(ofA[0]![1]).toBeCloseTo((2 / Math.sqrt(2 * 2)) * (2 / 12), 12);
    expect(ofA[1]![1]).toBeCloseTo((1 / Math.sqrt(2 * 2)) * (1 / 11), 12);
    const [both] = asked(crowd, 'similar', ['a', 'b']);
    expect(both![0]).toBe('c');
    expect(both![1]).toBeCloseTo((1 / 11 / 2) * 2, 12);
  });
});

describe('bought_together', () => {
  const crowd = learnedCrowd();
  const baskets = ['ab', 'ab', 'abc', 'ac', 'b', 'c', 'd', 'd'];
  for (const [n, items] of baskets.entries()) crowd.buys(`u${n}`, [...items], NOW);

  it('is cosine, lift or confidence over all baskets', () => {
    expect(asked(crowd, 'bought_together', ['a'])).toEqual([
      ['b', 3 / 4],
      ['c', 2 / Math.sqrt(4 * 3)],
    ]);
    expect(asked(crowd, 'bought_together', ['a'], { rank: 'lift' })).toEqual([
      ['b', (3 * 8) / (4 * 4)],
      ['c', (2 * 8) / (4 * 3)],
    ]);
    expect(asked(crowd, 'bought_together', ['c'], { rank: 'confidence' })).toEqual([
      ['a', 2 / 3],
      ['b', 1 / 3],
    ]);
  });

  it('asks for support, and takes the greatest number of several seeds', () => {
    expect(asked(crowd, 'bought_together', ['a'], { minSupport: 3 })).toEqual([['b', 3 / 4]]);
    const both = asked(crowd, 'bought_together', ['a', 'b'], { rank: 'confidence' });
    expect(both).toEqual([['c', 2 / 4]]);
  });
});

describe('next', () => {
  it('is the share of purchases that were followed by the item', () => {
    const crowd = learnedCrowd();
    for (const customer of ['u1', 'u2', 'u3']) crowd.buys(customer, ['phone'], NOW);
    crowd.buys('u1', ['case'], NOW + 1);
    crowd.buys('u2', ['case', 'phone', 'glass'], NOW + 1);
    expect(asked(crowd, 'next', ['phone'])).toEqual([
      ['case', 1],
      ['glass', 1 / 2],
    ]);
    expect(asked(crowd, 'next', ['glass'])).toEqual([]);
  });
});

describe('for_you', () => {
  it('is what sessions hold that share the last items, and may hold the current one', () => {
    const crowd = learnedCrowd();
    crowd.views('u1', ['a', 'b', 'c'], NOW);
    crowd.views('u2', ['b', 'd'], NOW + 1);
    crowd.views('u3', ['e'], NOW + 2);
    const idf = (sessions: number) => Math.log(6 / sessions);
    const found = Object.fromEntries(asked(crowd, 'for_you', ['a', 'b']));
    // b weighs 2/2 and a 1/2: the first session is 1.5 alike, the second 1, both at place 1.
    expect(found.a).toBeCloseTo(1.5 * 0.9 * idf(1), 12);
    expect(found.c).toBeCloseTo(1.5 * 0.9 * idf(1), 12);
    expect(found.d).toBeCloseTo(0.9 * idf(1), 12);
    expect(found.b).toBeCloseTo(2.5 * 0.9 * idf(2), 12);
    expect(found).not.toHaveProperty('e');
  });

  it('looks at the newest sessions, of these at the most alike, and at the last items', () => {
    const crowd = learnedCrowd();
    for (let n = 0; n < 9; n++) crowd.views(`u${n}`, ['a', `p${n}`], NOW + n);
    const seeds = ['old', 'a'].map(crowd.number).concat(crowd.number('p0'));
    const known = (choice: Parameters<typeof forYou>[2]) =>
      crowd.ranking(forYou(crowd.tables, seeds, choice)).map(([id]) => id);
    expect(new Set(known({ sessions: 3, neighbours: 100, last: 3 }))).toEqual(
      new Set(['a', 'p6', 'p7', 'p8']),
    );
    expect(known({ sessions: 100, neighbours: 1, last: 3 })).toEqual(['p0', 'a']);
    expect(new Set(known({ sessions: 100, neighbours: 100, last: 1 }))).toEqual(
      new Set(['p0', 'a']),
    );
  });
});

describe('trending and popular', () => {
  it('are without the seeds, of all or of a category', () => {
    const crowd = learnedCrowd();
    crowd.views('u1', ['a', 'b'], NOW - HOUR_MS / 2, { category: 'lamps' });
    crowd.views('u2', ['b', 'c'], NOW - HOUR_MS / 2);
    crowd.buys('u3', ['c'], NOW - 48 * HOUR_MS);
    for (const model of ['trending', 'popular'] as const) {
      const ids = (seeds: string[], category?: string) =>
        asked(crowd, model, seeds, category === undefined ? {} : { category }).map(([id]) => id);
      expect(ids([])).toEqual(model === 'popular' ? ['c', 'b', 'a'] : ['b', 'a', 'c']);
      expect(ids(['b'], 'lamps')).toEqual(['a']);
      expect(ids([], '__proto__')).toEqual([]);
    }
  });
});

describe('all models', () => {
  const MODELS = [
    ...(['similar', 'bought_together', 'next', 'for_you', 'trending', 'popular'] as const),
    ...(['buy_again', 'recently_viewed', 'accessories'] as const),
  ];

  it('have nothing to say where nothing was learned, or of an item that nobody knows', () => {
    const crowd = learnedCrowd();
    for (const model of MODELS) expect(asked(crowd, model, ['unknown'])).toEqual([]);
  });

  it('give items no more that were forgotten', () => {
    const crowd = learnedCrowd();
    for (const customer of ['u1', 'u2']) {
      crowd.buys(customer, ['a', 'b'], NOW);
      crowd.buys(customer, ['a', 'b'], NOW + 1);
    }
    crowd.reader.read({ kind: 'forget', item: 1 });
    for (const model of MODELS)
      expect(asked(crowd, model, ['a']).map(([id]) => id)).not.toContain('b');
  });

  it('give equal scores in the order of item ids', () => {
    const crowd = learnedCrowd();
    crowd.views('u1', ['z', 'y', '🦊', '__proto__', 'x'], NOW);
    const ids = asked(crowd, 'popular', []).map(([id]) => id);
    expect(ids).toEqual([...ids].sort());
  });
});
