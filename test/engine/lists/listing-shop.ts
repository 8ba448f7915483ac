// A shop whose page has a list beside its offers, and a customer of it.

import type { Decision } from '../../../src/model/decision.ts';
import type { Item } from '../../../src/model/item.ts';
import type { ListSource } from '../../../src/model/list-source.ts';
import { valid } from '../../catalog/compile.ts';
import { crowdOf, item } from '../recommend/shop-crowd.ts';
import { Customer } from '../support/customer.ts';

const SHOP = [
  item('phone', { accessories: ['case', 'cable', 'pen'] }),
  item('tablet', { accessories: ['pen'] }),
  item('case', { name: 'A case', price: 10, properties: { colour: 'red' } }),
  item('cable', { name: 'A cable', price: 5 }),
  item('pen', { price: 3, inStock: false }),
];

export const CATALOG = `catalog: c
consent: { marketing: { default: granted } }
recommenders:
  extras: { model: accessories, seed: event.properties.product_id, where: "item.price < 100", limit: 5 }
  again: { model: recently_viewed }
triggers:
  looked: { on: Product Viewed, decide: [page] }
offers:
  both:
    eligibility: traits.vip == true
    treatments: { page: { title: "With {{ items[0].name }}", all: "{{ items }}", names: "{{ items.map(i, i.itemId) }}", n: "{{ size(items) }}" } }
  plain: { eligibility: traits.vip == true, treatments: { elsewhere: { title: x } } }
placements:
  page: { channel: web, recommend: extras }
  elsewhere: { channel: web }
  mine: { recommend: again }
`;

export const crowd = (items: readonly Item[] = SHOP): ListSource => ({
  kind: 'crowd',
  crowd: crowdOf(items),
});
export const lists = crowd();
export const idsOf = ({ list }: Decision) => list?.made?.items.map(({ itemId }) => itemId) ?? null;
export const answered = (done: { readonly answer: string }) => JSON.parse(done.answer)[0];

export const customer = (yaml = CATALOG, id = 'u1') => new Customer(valid(yaml), id);
export const view = (of: Customer, id: string, from: ListSource | null = lists) =>
  of.track('Product Viewed', { product_id: id }, from === null ? {} : { lists: from });
