// A visitor who became one with a login, which became one with a person, and one by mistake. And a browser
// that two people used.

import { ToldHistory } from './told-history.ts';

const NOON = '2026-03-01T12:00:00.000Z';

/** Looks as a visitor, gets an offer, logs in, and buys under the login. */
export function mergedHistory(): ToldHistory {
  const history = new ToldHistory();
  const folded = (from: string, to: string, at: string, of: string, state = '') =>
    fold(history, { from, to, at, of, life: `m ${from}`, merge: `m ${from} ${of}`, state });
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
  return sharedBrowser(history);
}

interface Told {
  readonly from: string;
  readonly to: string;
  readonly at: string;
  readonly of: string;
  readonly life: string;
  readonly merge: string;
  readonly state: string;
}

function fold(history: ToldHistory, { from, to, at, of, life, merge, state }: Told): void {
  history.row('i', at, {
    ...{ customer_id: to, from_id: from, canonical_id: of, merge_id: merge, life },
    ...{ overridden_at: Date.parse(at), from_state: state, into_state: state },
  });
}

/**
 * One browser, in turn Amy's, a stranger's who was Jan, and a stranger's who is nobody yet. Amy turned out
 * to be Zoe after that. Jan was one with Amy for an hour, by mistake, and with Kim in the end.
 */
function sharedBrowser(history: ToldHistory): ToldHistory {
  const at = (time: string) => `2026-03-05T${time}:00.000Z`;
  const folded = (from: string, to: string, time: string, of: string, life: string) =>
    fold(history, { from, to, at: at(time), of, life, merge: `m ${time}`, state: '' });
  const looked = (customer: string, time: string) => {
    history.event(customer, at(time), 'Looked');
    const decision = { id: `d ${customer} ${time}`, customer, at: at(time), placement: 'shared' };
    history.decision({ ...decision, offers: ['x'] });
    history.outcome(decision.id, customer, 'x', at(time), 'click');
  };
  const bought = (customer: string, time: string, id: string, total: number) =>
    history.event(customer, at(time), 'Order Completed', { order_id: id, total });
  looked('browser', '08:00');
  bought('browser', '08:30', 'of both', 1);
  folded('browser', 'amy', '09:00', 'amy', 'b1');
  bought('amy', '09:30', 'of both', 2);
  looked('browser', '10:00');
  bought('browser', '10:30', 'of both', 4);
  folded('browser', 'jan', '11:00', 'jan', 'b2');
  looked('jan', '11:30');
  folded('jan', 'amy', '12:00', 'amy', 'j1');
  folded('browser', 'amy', '12:00', 'amy', 'b2');
  folded('jan', 'amy', '13:00', 'jan', 'j1');
  folded('browser', 'amy', '13:00', 'jan', 'b2');
  looked('jan', '13:30');
  folded('jan', 'kim', '14:00', 'kim', 'j2');
  folded('browser', 'kim', '14:00', 'kim', 'b2');
  looked('browser', '15:00');
  history.customer('browser', at('15:00'), {}, {});
  folded('amy', 'zoe', '16:00', 'zoe', 'i1');
  folded('browser', 'zoe', '16:00', 'zoe', 'b1');
  return history;
}
