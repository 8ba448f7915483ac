import { expect, test } from 'vitest';
import { Unavailable } from '../../src/errors.ts';
import { faultFields } from '../../src/history/fault-fields.ts';

test('a store that is away is told in one line, with what it said itself', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  expect(faultFields(refused)).toEqual({ reason: 'connect ECONNREFUSED' });
  expect(faultFields(new Unavailable('store_unavailable', 1, { cause: refused }))).toEqual({
    reason: 'The state store did not answer. (connect ECONNREFUSED)',
  });
});

test('a fault of the program keeps its stack', () => {
  const fault = new TypeError('undefined is not a function');
  expect(faultFields(fault)).toEqual({ err: fault });
});
