// A trait that a trigger waits for every year, and that is no date: nothing comes of it, and it is counted.

import { expect, it } from 'vitest';
import { valid } from '../../catalog/compile.ts';
import { Customer } from '../support/customer.ts';

const CATALOG = valid(`
catalog: dates
triggers: { day: { at: traits.birthday, decide: app } }
offers: { gift: { treatments: { app: {} } } }
placements: { app: {} }
`);

it.each([
  ['4.12.1990', 1],
  [19900412, 1],
  ['1990-12-04', 0],
  ['1990-12-04T08:00:00+08:00', 0],
  ['0001-01-01', 0],
  [null, 0],
])('%s', (birthday, count) => {
  const customer = new Customer(CATALOG);
  customer.identify({ birthday });
  expect(customer.program.counters.datesUnread).toBe(count);
  customer.track('Opened');
  expect(customer.program.counters.datesUnread).toBe(count);
  expect(customer.state.timers.length).toBe(
    count === 0 && String(birthday).startsWith('1990') ? 1 : 0,
  );
});
