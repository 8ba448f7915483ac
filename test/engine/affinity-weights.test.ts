// Weights of an affinity, under catalogs in their own language.

import { expect, it } from 'vitest';
import { compileCatalog } from '../../src/catalog/compile-catalog.ts';
import { Customer } from './support/customer.ts';

function customerOf(weights: string): Customer {
  const text = `catalog: t
features:
  liking: { affinity: properties.category, of: ${weights}, half_life: 7d }
`;
  const result = compileCatalog([{ path: 'catalog.yaml', text }]);
  if (!result.ok) throw new Error(result.faults.map((f) => f.message).join('\n'));
  return new Customer(result.catalog);
}

it('gives every event without a weight of its own that of "*"', () => {
  const customer = customerOf('{ "*": 1, Order: 5 }');
  customer.track('Viewed', { category: 'tea' });
  customer.track('Order', { category: 'milk' });
  customer.identify({ category: 'soap' });
  expect(customer.view().features.liking).toEqual({ tea: 1, milk: 5 });
});

it('counts against a key what weighs less than nothing', () => {
  const customer = customerOf('{ Order: 5, Returned: -3 }');
  customer.track('Order', { category: 'milk' });
  customer.track('Returned', { category: 'milk' });
  customer.track('Returned', { category: 'tea' });
  customer.track('Viewed', { category: 'tea' });
  expect(customer.view().features.liking).toEqual({ milk: 2, tea: -3 });
});
