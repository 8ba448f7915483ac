import { describe, expect, it } from 'vitest';
import { listIn, priceIn, stockIn } from '../../src/item-files/cell-values.ts';

describe('a price', () => {
  it.each([
    ['1299', 1299],
    ['19.90', 19.9],
    ['19,90', 19.9],
    ['12.5000', 12.5],
    ['0.299', 0.299],
    ['.5', 0.5],
    ['1.299,00 €', 1299],
    ['€ 1.299,00', 1299],
    ['$1,299.00', 1299],
    ['US$ 5', 5],
    ['Rs. 1,00,000', null],
    ['1.299.000', 1_299_000],
    ['1,299,000.5', 1_299_000.5],
    ['15.00 USD', 15],
    ['EUR12', 12],
    ["1'299.00", 1299],
    ['1 299,00 kr.', 1299],
    ['1\u00a0299\u202f000,5', 1_299_000.5],
    ['12.-', 12],
    ['12,–', 12],
    ['call us', null],
    ['-5', null],
    ['1.2.3', null],
    ['12 for 10', null],
    ['1e9', null],
    ['٣', null],
  ])('%s is %s', (text, price) => {
    const read = priceIn(text, null);
    if (price === null) expect(read).toEqual({ fault: `'${text}' is no price` });
    else expect(read).toEqual({ value: price });
  });

  it('that may be two is none, until somebody says what is before its decimals', () => {
    for (const [text, point, comma] of [
      ['1.299', 1.299, 1299],
      ['12,500 EUR', 12_500, 12.5],
    ] as const) {
      expect(priceIn(text, null)).toEqual({
        fault: `'${text}' is two prices: say --decimal . or --decimal ,`,
      });
      expect(priceIn(text, '.')).toEqual({ value: point });
      expect(priceIn(text, ',')).toEqual({ value: comma });
    }
    expect(priceIn('1,5', '.')).toEqual({ fault: "'1,5' is no price" });
  });

  it('that is empty is not said', () => {
    for (const text of ['', '  ']) expect(priceIn(text, null)).toEqual({ value: null });
  });
});

describe('whether it is in stock', () => {
  it.each([
    ...['in stock', 'in_stock', 'IN STOCK', 'instock', 'TRUE', 'yes', '1', '17', 'preorder'],
    ...['backorder', 'onbackorder', 'limited_availability'],
  ])('%s is yes', (text) => expect(stockIn(text)).toEqual({ value: true }));

  it.each(['out of stock', 'outofstock', 'out_of_stock', 'sold out', 'No', 'FALSE', '0', '-3'])(
    '%s is no',
    (text) => expect(stockIn(text)).toEqual({ value: false }),
  );

  it('is not said by an empty cell, nor by what is neither', () => {
    expect(stockIn(' ')).toEqual({ value: null });
    expect(stockIn('perhaps')).toEqual({ fault: "'perhaps' says neither yes nor no" });
  });
});

it('a list is separated by bars, or by commas where there is none', () => {
  expect(listIn(' a, b |c|')).toEqual(['a, b', 'c']);
  expect(listIn('a, b,,c ')).toEqual(['a', 'b', 'c']);
});
