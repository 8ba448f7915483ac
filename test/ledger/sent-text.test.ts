import { expect, it } from 'vitest';
import { readSent, sentText } from '../../src/ledger/sent-text.ts';
import type { JsonObject } from '../../src/model/json.ts';

it.each<[JsonObject]>([
  [{ properties: { a: 1, z: null, b: {} }, context: {} }],
  [{ properties: { id: 2n ** 64n, n: 1e17, big: 1e300, small: 0.1 } }],
  [{ properties: { deep: [{ id: -(10n ** 30n) }], text: '18446744073709551616' } }],
  [{ context: { big: 1e17, text: '{"digits":true' } }],
])('gives back what it was given, with the order of keys (%#)', (parts) => {
  const again = readSent(sentText(parts));
  expect(again).toEqual(parts);
  expect(Object.keys(again.properties ?? {})).toEqual(Object.keys(parts.properties ?? {}));
});
