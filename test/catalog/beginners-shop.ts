// The catalog of somebody's first shop, for tests of what its author is told.

import { expect } from 'vitest';
import { compile, reported, type Texts, warningsOf } from './compile.ts';

export const SHOP = `catalog: shop
events:
  Product Viewed: { properties: { product_id: string!, category: string! } }
  Order Completed: { properties: { total: number! } }
features:
  views_of_product: { count: Product Viewed, by: properties.product_id, window: 30m }
  spend: { sum: properties.total, of: Order Completed }
segments:
  vip: spend >= 1000
triggers:
  third_look:
    on: Product Viewed
    when: views_of_product[event.properties.product_id] >= 3
    decide: web_popup
    cooldown: 1d
placements:
  web_popup: { channel: web, fallback: welcome }
offers:
  phone_case:
    eligibility: segment.vip
    applicability: event.properties.category == 'phone'
    budget: { money: 500, each: 5 }
    treatments:
      web_popup: { title: A case }
  welcome:
    treatments:
      web_popup: { title: Welcome }
`;

/** The shop's catalog with one mistake in it. */
export function mistaken(right: string, wrong: string): string {
  expect(SHOP.split(right), right).toHaveLength(2);
  return SHOP.replace(right, wrong);
}

/** All that an author is told. */
export function told(texts: Texts): readonly string[] {
  return compile(texts).ok ? warningsOf(texts) : reported(texts);
}
