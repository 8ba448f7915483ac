import { describe, expect, it } from 'vitest';
import { ItemTable, SIGHTED_TEXT_MAX } from '../../../src/model/crowd/item-table.ts';
import type { Item } from '../../../src/model/item.ts';

const DECLARED: Item = {
  ...{ itemId: 'p1', name: 'Lamp', category: null, brand: null, price: 20, inStock: false },
  ...{ tags: ['new'], accessories: [], startsAtMs: null, endsAtMs: null },
  ...{ properties: { watts: 5 }, known: 'declared' },
};

describe('the table of items', () => {
  it('gives every id one number, whatever the id is', () => {
    const table = new ItemTable(10);
    const ids = ['__proto__', 'constructor', '🦊', 'p1', ' '];
    const numbers = ids.map((id) => table.add(id));
    expect(new Set(numbers).size).toBe(ids.length);
    expect(ids.map((id) => table.add(id))).toEqual(numbers);
    expect(numbers.map((number) => table.idOf(number))).toEqual(ids);
    expect(table.numberOf('toString')).toBe(-1);
    expect(table.at(numbers[0]!)).toBe(null);
    table.sight('__proto__', { name: 'Trap' });
    expect(table.at(numbers[0]!)).toMatchObject({ itemId: '__proto__', name: 'Trap' });
  });

  it('knows what events said last, and nothing of what cannot be meant', () => {
    const table = new ItemTable(10);
    table.sight('p1', { name: 'Old', category: 'lamps', price: 10 });
    table.sight('p1', { name: 'New', price: -1, brand: '' });
    table.sight('p1', { category: 'x'.repeat(SIGHTED_TEXT_MAX + 1), price: Number.NaN });
    table.sight('p1', { price: '12' as unknown as number });
    const { name, category, brand, price, known } = table.at(0)!;
    expect({ name, category, brand, price, known }).toEqual({
      ...{ name: 'New', category: 'lamps', brand: null, price: 10, known: 'seen' },
    });
  });

  it('keeps what was declared over what was seen, before and after', () => {
    const table = new ItemTable(10);
    table.sight('p1', { name: 'Seen', category: 'lamps', price: 1 });
    table.declare(DECLARED);
    table.sight('p1', { name: 'Seen again', price: 2 });
    expect(table.at(0)).toEqual({ ...DECLARED, category: 'lamps' });
    expect(table.release(0)).toBe(false);
    expect(table.at(0)).toEqual(DECLARED);
  });

  it('keeps what was deleted, whatever events say', () => {
    const table = new ItemTable(10);
    table.remove('p1');
    table.sight('p1', { name: 'Seen' });
    expect(table.at(table.numberOf('p1'))).toMatchObject({ known: 'deleted', name: null });
    table.declare(DECLARED);
    expect(table.at(table.numberOf('p1'))).toMatchObject({ known: 'declared', category: null });
  });

  it('is full at its bound, and has room again where an item leaves', () => {
    const table = new ItemTable(2);
    expect([table.add('a'), table.add('b'), table.add('c')]).toEqual([0, 1, -1]);
    expect(table.sight('c', { name: 'C' })).toBe(false);
    expect(table.declare({ ...DECLARED, itemId: 'c' })).toBe(false);
    expect(table.release(0)).toBe(true);
    expect([table.idOf(0), table.numberOf('a')]).toEqual(['', -1]);
    expect(table.add('c')).toBe(0);
    expect(table.at(0)).toBe(null);
    expect(table.size).toBe(2);
  });
});
