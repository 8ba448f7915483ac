// A visitor who became one with a login, which became one with a person, and one by mistake.

import { ToldHistory } from './told-history.ts';

const NOON = '2026-03-01T12:00:00.000Z';

/** Looks as a visitor, gets an offer, logs in, and buys under the login. */
export function mergedHistory(): ToldHistory {
  const history = new ToldHistory();
  const folded = (from: string, to: string, at: string, of: string, state = '') =>
    history.row('i', at, {
      ...{ customer_id: to, from_id: from, canonical_id: of, merge_id: `m ${from} ${of}` },
      ...{ overridden_at: Date.parse(at), from_state: state, into_state: state },
    });
  const bought = (customer: string, at: string, total: number) =>
    history.event(customer, at, 'Order Completed', { order_id: `of ${customer}`, total });
  for (const visitor of ['visitor', 'mistaken']) {
    history.event(visitor, NOON, 'Looked');
    history.customer(visitor, NOON, {}, {});
    const decision = { id: `d-${visitor}`, customer: visitor, at: NOON, placement: 'login' };
    history.decision({ ...decision, offers: ['x'] });
    history.outcome(`d-${visitor}`, visitor, 'x', NOON, 'click');
  }
  // Into one who is folded into another, at the same time as far as anybody can tell.
  folded('visitor', 'login', '2026-03-01T13:00:00.000Z', 'login', 'c3RhdGU=');
  folded('login', 'person', '2026-03-01T13:00:00.000Z', 'person', 'c3RhdGU=');
  folded('visitor', 'person', '2026-03-01T13:00:00.000Z', 'person');
  folded('mistaken', 'person', '2026-03-01T14:00:00.000Z', 'person', 'c3RhdGU=');
  // Taken back.
  folded('mistaken', 'mistaken', '2026-03-01T15:00:00.000Z', 'mistaken');
  // The visitor's browser is somebody else's now; what it did before is not.
  history.row('i', '2026-03-01T16:00:00.000Z', {
    ...{ customer_id: 'person', from_id: 'visitor', canonical_id: '', merge_id: '' },
    overridden_at: Date.parse('2026-03-01T16:00:00.000Z'),
  });
  history.customer('person', '2026-03-01T13:00:00.000Z', { name: 'P' }, {});
  bought('login', '2026-03-01T12:30:00.000Z', 512);
  bought('person', '2026-03-02T12:00:00.000Z', 1_024);
  return history;
}
