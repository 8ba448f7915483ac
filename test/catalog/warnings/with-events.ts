// A catalog with declared events, one offer and one placement, to which a test adds its own.

import { warningsOf } from '../compile.ts';

const EVENTS = `catalog: t
events:
  Product Viewed: { properties: { product_id: string!, category: string, price: number } }
  Order Completed: { properties: { total: number!, products: list, shop: map, to.city: string } }
  Signed In:
  $page: { properties: { section: string } }
  $identify: { properties: { plan: string } }
`;
export const REST = `offers:
  hello: { treatments: { web: { title: Hi } } }
placements:
  web: {}
`;
/** Reads every feature that is called x. */
export const READ_X =
  'segments: { s: "known(x)" }\ntriggers: { t: { on: Signed In, when: segment.s, decide: web } }\n';

/** Warnings of a catalog with events, one offer and one placement, without the file's name. */
export const warned = (text: string) =>
  warningsOf({ 'a.yaml': EVENTS, 'b.yaml': text, 'c.yaml': REST }).map((line) =>
    line.replace('b.yaml:', ''),
  );
