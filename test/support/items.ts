import type { Item } from '../../src/model/item.ts';

/** An item that was declared with its id alone, and what a test says of it. */
export const itemOf = (itemId: string, more: Partial<Item> = {}): Item => ({
  itemId,
  ...{ name: null, category: null, brand: null, price: null, inStock: true },
  ...{ tags: [], accessories: [], startsAtMs: null, endsAtMs: null, properties: {} },
  known: 'declared',
  ...more,
});
