// What a list is for: said by the call, by the recommender, or what each model takes by itself.

import { describe, expect, it } from 'vitest';
import type { RecommenderDefinition } from '../../../src/model/recommending.ts';
import { DAY, HOUR, MINUTE } from '../support/catalog-builder.ts';
import { Asking } from './asking.ts';
import { source } from './shop-crowd.ts';

describe('what the list is for', () => {
  const seedsOf = (model: Parameters<typeof source>[0], over = {}) => {
    const asking = new Asking({ sources: [source(model, over)] });
    const { customer } = asking;
    customer.wait(-DAY).track('Order Completed', { products: [{ product_id: 'book' }] });
    customer.wait(HOUR).track('Product Added', { product_id: 'tablet' });
    asking.view('pen');
    customer.wait(31 * MINUTE).track('Product Added', { product_id: 'case' });
    customer.wait(30 * MINUTE);
    asking.view('phone');
    customer.wait(DAY);
    return { asking, seeds: asking.list().seeds };
  };

  it('is what the model is made for', () => {
    expect(seedsOf('for_you').seeds).toEqual(['case', 'phone']);
    expect(seedsOf('similar').seeds).toEqual(['phone']);
    expect(seedsOf('accessories').seeds).toEqual(['phone']);
    expect(seedsOf('bought_together').seeds).toEqual(['tablet', 'case']);
    expect(seedsOf('next').seeds).toEqual(['book']);
    expect(seedsOf('trending').seeds).toEqual([]);
    expect(seedsOf('popular', { byCategory: true }).seeds).toEqual(['phone']);
    expect(seedsOf('recently_viewed').seeds).toEqual([]);
    const { asking } = seedsOf('bought_together');
    asking.customer.track('Order Completed', { product_id: 'tablet' });
    expect(asking.list().seeds).toEqual(['tablet']);
  });

  it('is what the recommender says, and before that what the call says', () => {
    const at = (seed: RecommenderDefinition['seed']) => {
      const asking = new Asking({ seed }).view('phone');
      asking.customer.track('Product Added', { product_id: 'case' });
      asking.view('pen');
      return asking;
    };
    expect(at({ kind: 'cart' }).list().seeds).toEqual(['case']);
    expect(at({ kind: 'current' }).list().seeds).toEqual(['pen']);
    expect(at({ kind: 'bought' }).list().seeds).toEqual([]);
    const path = { root: 'properties', steps: [], text: 'properties.x' } as const;
    expect(at({ kind: 'path', path }).list().seeds).toEqual(['pen']);
    expect(at({ kind: 'cart' }).list({ seed: ['a', 'b', 'a'] }).seeds).toEqual(['b', 'a']);
  });

  it('is asked for as it happened, without what nobody knows', () => {
    const asking = new Asking({ sources: [source('for_you'), source('similar')], isBlend: true });
    asking.list({ seed: ['phone', 'nobody', 'case', 'phone'] });
    expect(asking.asked).toEqual([
      { model: 'for_you', seeds: ['phone', 'case', 'phone'], category: null },
      { model: 'similar', seeds: ['case', 'phone'], category: null },
    ]);
    asking.asked.length = 0;
    asking.list({ seed: ['nobody'] });
    expect(asking.asked).toEqual([]);
  });

  it('names the category of what is popular', () => {
    const asking = new Asking({ sources: [source('popular', { byCategory: true })] });
    asking.list({ seed: ['gone', 'tablet', 'phone'] });
    asking.list();
    expect(asking.asked.map(({ category }) => category)).toEqual(['tablets', null]);
  });
});
