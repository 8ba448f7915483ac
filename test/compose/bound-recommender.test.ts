// A catalog's recommenders over a crowd that learned of customers, and a customer who is one more.

import { describe, expect, it } from 'vitest';
import { bindProgram } from '../../src/compose/bind-program.ts';
import type { RecommendRequest } from '../../src/model/recommending.ts';
import { recommendingCatalog, source } from '../engine/recommend/shop-crowd.ts';
import { DAY, HOUR, START } from '../engine/support/catalog-builder.ts';
import { Customer } from '../engine/support/customer.ts';
import { learnedCrowd } from '../model/crowd/learned-crowd.ts';

const exclude = { boughtMs: 90 * DAY, viewedMs: null, inCart: true, current: false };
const CATALOG = recommendingCatalog({
  with_cart: {
    sources: [source('bought_together', { minSupport: 2, rank: 'confidence' })],
    exclude,
  },
  page: { sources: [source('similar')], exclude, fallback: [source('popular')] },
  home: {
    sources: [source('for_you', { weight: 3 }), source('buy_again'), source('popular')],
    isBlend: true,
  },
});

function crowd() {
  const { views, buys, tables } = learnedCrowd();
  for (let i = 0; i < 5; i++) {
    const at = START - DAY + i * HOUR;
    views(`c${i}`, ['phone'], at);
    views(`c${i}`, ['case'], at + 1);
    views(`c${i}`, [i > 2 ? 'cable' : 'pen'], at + 2);
    buys(`c${i}`, ['phone', i > 2 ? 'cable' : 'case'], at + 3);
  }
  return tables;
}

describe('a bound recommender', () => {
  const version = bindProgram(CATALOG, 1);
  const tables = crowd();
  const list = (customer: Customer, recommender: string, over: Partial<RecommendRequest> = {}) => {
    const request = {
      ...{ userId: customer.id, anonymousId: null, recommender, seed: null, limit: null },
      ...{ context: {}, explain: false, ...over },
    };
    const { recommend } = version.recommending;
    const made = recommend(customer.state, request, 'r1', tables, customer.nowMs);
    return made?.items.map(({ itemId }) => itemId);
  };

  it('knows its recommenders, and no others', () => {
    expect(version.recommending.recommenders).toEqual(['with_cart', 'page', 'home']);
    expect(version.recommending.interactions).toBe(CATALOG.recommending?.interactions);
    expect(list(new Customer(CATALOG), 'nobody wrote it')).toBeUndefined();
    expect(bindProgram({ ...CATALOG, recommending: null }, 1).recommending).toMatchObject({
      ...{ interactions: null, recommenders: [] },
    });
  });

  it('knows what was done in the event before', () => {
    const customer = new Customer(CATALOG);
    customer.track('Product Added', { product_id: 'phone' });
    expect(list(customer, 'with_cart')).toEqual(['case', 'cable']);
    customer.track('Product Added', { product_id: 'case' });
    expect(list(customer, 'with_cart')?.includes('case')).toBe(false);
    customer.track('Order Completed', { products: [{ product_id: 'phone' }] });
    customer.track('Product Viewed', { product_id: 'pen' });
    expect(list(customer, 'page')?.includes('phone')).toBe(false);
    expect(list(customer, 'page')?.toSorted()).toEqual(['cable', 'case']);
  });

  it('says what a session is about, and before there is one what is popular', () => {
    const customer = new Customer(CATALOG);
    expect(list(customer, 'home')?.[0]).toBe('phone');
    customer.track('Product Viewed', { product_id: 'cable' });
    expect(list(customer, 'home', { limit: 9 })).toEqual(
      expect.arrayContaining(['phone', 'case', 'cable', 'pen']),
    );
  });
});
