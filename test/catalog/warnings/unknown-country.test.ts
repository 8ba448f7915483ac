// A country without phone numbers is told: nothing else would say that they name nobody.

import { expect, it } from 'vitest';
import { warningsOf } from '../compile.ts';

const told = (more: string) => warningsOf(`catalog: t\n${more}\n`);

it('is proposed the one that was meant', () => {
  const message = (code: string) =>
    `a.yaml:2:10: country: there is no country "${code}": phone numbers without a country code ` +
    'name nobody';
  expect(told('country: UK')).toEqual([`${message('UK')} (did you mean GB?)`]);
  expect(told('country: XX')).toEqual([message('XX')]);
});

it.each([
  'country: CN',
  'country: GB',
  'country: DE',
  'country: UK\nidentifiers: { phone: false }',
])('nothing is told of %j', (more) => {
  expect(told(more)).toEqual([]);
});
