// What docs/why.md shows is what is answered.

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { explanationText } from '../../src/gateway/explain-route.ts';
import { SILENCES } from '../../src/model/explanation.ts';
import { valid } from '../catalog/compile.ts';
import { Customer } from '../engine/support/customer.ts';

const page = readFileSync(new URL('../../docs/why.md', import.meta.url), 'utf8');
const blocksOf = (language: string) =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, 'g'))].map(
    (found) => found[1]!,
  );

it('the answers are those that the catalog gives', () => {
  const [shop] = blocksOf('yaml');
  const [first, third] = blocksOf('json').map((text) => JSON.parse(text));
  const customer = new Customer(valid(shop!), 'li');
  const viewed = { product_id: 'p9', category: 'phone' };
  const explained = () => JSON.parse(explanationText(customer.explain('Product Viewed', viewed)));
  expect(explained()).toEqual(first);
  for (let i = 0; i < 2; i++) customer.track('Product Viewed', viewed);
  expect(explained()).toMatchObject(third);
});

it('every reason of a trigger to be silent is there', () => {
  for (const [reason, meaning] of Object.entries(SILENCES)) {
    expect(page).toContain(`| \`${reason}\` | ${meaning} |`);
  }
});
