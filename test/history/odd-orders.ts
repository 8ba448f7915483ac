// What callers send as ids, totals and lists of products, and what the analysts' views make of it.

/** As JSON; what `order_id` is. */
export const IDS: [string, string | RegExp][] = [
  ['"A1"', 'A1'],
  ['17', '17'],
  ['-3', '-3'],
  ['1.0', '1'],
  ['1.5', '1.5'],
  ['9007199254740993', '9007199254740993'],
  ['18446744073709551615', '18446744073709551615'],
  ['"1610521604143693812"', '1610521604143693812'],
  ['"2026-03-01"', '2026-03-01'],
  ['true', 'true'],
  ['""', /^m\d+$/],
  ['null', /^m\d+$/],
  ['{}', /^m\d+$/],
  ['{"a":1}', /^m\d+$/],
];

/** As JSON; what `total` is. */
export const TOTALS: [string, number | null][] = [
  ['17', 17],
  ['17.5', 17.5],
  ['"17.50"', 17.5],
  ['"17"', 17],
  ['-5', -5],
  ['0', 0],
  ['0.1', 0.1],
  ['19.99', 19.99],
  ['1e3', 1000],
  ['4611686018427387904', 2 ** 62],
  ['"1,50"', null],
  ['"$3"', null],
  ['"inf"', null],
  ['"nan"', null],
  ['""', null],
  ['null', null],
  ['[3]', null],
  ['{"amount":3}', null],
];

/** What a line of `order_lines` has. */
export type Line = [id: string, category: string, price: number | null, quantity: number];

/** As JSON; the lines. In this order: a list of mixed values changes what the column makes of all that follow it. */
export const LISTS: [string, Line[]][] = [
  ['[{"product_id":"p1","category":"tea","price":19.99,"quantity":2}]', [['p1', 'tea', 19.99, 2]]],
  [
    '[{"product_id":17,"price":"2.50","quantity":"3"},{"product_id":18446744073709551615,"price":1e2}]',
    [
      ['17', '', 2.5, 3],
      ['18446744073709551615', '', 100, 1],
    ],
  ],
  [
    '[{"product_id":1.5},{"product_id":1.0},{"product_id":true},{"product_id":"x"},{"product_id":2}]',
    [
      ['1.5', '', null, 1],
      ['1', '', null, 1],
      ['true', '', null, 1],
      ['x', '', null, 1],
      ['2', '', null, 1],
    ],
  ],
  [
    '[{"product_id":null,"name":"x"},{},{"product_id":{"a":1},"price":"inf","quantity":"?"}]',
    [
      ['', '', null, 1],
      ['', '', null, 1],
      ['', '', null, 1],
    ],
  ],
  [
    `[{${Array.from({ length: 40 }, (_, i) => `"a${i}":${i}`).join()},"product_id":"wide","price":1}]`,
    [['wide', '', 1, 1]],
  ],
  ['[]', []],
  ['["p1","p2"]', []],
  ['[1,2]', []],
  ['"p1"', []],
  ['{"product_id":"p9"}', []],
  [
    '[{"product_id":"mixed","price":0.1},"x",17,null,[{"product_id":"deep"}]]',
    [['mixed', '', 0.1, 1]],
  ],
  ['[{"product_id":"p1","category":"tea","price":19.99,"quantity":2}]', [['p1', 'tea', 19.99, 2]]],
  [
    '[{"product_id":17,"category":3,"price":"2.50","quantity":0},{"product_id":1.0}]',
    [
      ['17', '3', 2.5, 0],
      ['1', '', null, 1],
    ],
  ],
  [
    '[{"product_id":9007199254740993,"price":"inf","quantity":"?"},{}]',
    [
      ['9007199254740993', '', null, 1],
      ['', '', null, 1],
    ],
  ],
];
