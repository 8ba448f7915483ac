// Orders of all kinds, told once and again, and what was bought after decisions.

import { IDS, LISTS, TOTALS } from './odd-orders.ts';
import { ToldHistory } from './told-history.ts';

const NOON = '2026-03-01T12:00:00.000Z';
const ORDER = 'Order Completed';

/** Every odd order, orders told again, and decisions with what was bought after them. */
export function boughtHistory(): ToldHistory {
  const history = new ToldHistory();
  for (const [i, id] of IDS.entries())
    history.event(`id${i}`, NOON, ORDER, `{"order_id":${id[0]}}`);
  for (const [i, [json]] of TOTALS.entries()) {
    history.event(`total${i}`, NOON, ORDER, `{"order_id":"o","total":${json}}`);
  }
  for (const [i, [json]] of LISTS.entries()) {
    history.event(`list${i}`, NOON, ORDER, `{"order_id":"o","products":${json}}`);
  }
  return toldAgain(converted(history));
}

function toldAgain(history: ToldHistory): ToldHistory {
  const order = (customer: string, at: string, id: string, rest: object) =>
    history.event(customer, `${at}Z`, ORDER, { order_id: id, ...rest });
  return (
    order('again', '2026-03-01T12:00', 'amended', { total: 10, products: [{ product_id: 'a' }] }) &&
    order('again', '2026-03-01T13:00', 'amended', { currency: 'EUR', products: [{ name: 'b' }] }) &&
    order('again', '2026-03-01T12:00', 'late', { total: 5 }) &&
    order('again', '2026-03-01T11:00', 'late', { total: 7 }) &&
    order('again', '2026-03-01T12:00', 'same time', { total: 1 }) &&
    order('again', '2026-03-01T12:00', 'same time', { total: 2 }) &&
    order('again', '2026-02-28T12:00', 'next month', { total: 3 }) &&
    order('again', '2026-03-02T12:00', 'next month', { total: 4 }) &&
    order('another', '2026-03-01T12:00', 'amended', { total: 6 })
  )
    .event('again', NOON, 'Order Refunded', { order_id: 'amended', total: 99 })
    .event('again', NOON, '$page', { order_id: 'amended', total: 99 });
}

/** Decisions at noon of 1 March, and what was bought after them. */
function converted(history: ToldHistory): ToldHistory {
  const decided = (customer: string, offers: string[], holdout = false, at = NOON) =>
    history.decision({
      ...{ id: `d-${customer}-${at}`, customer, at, placement: 'popup' },
      ...{ offers, fallback: holdout, holdout },
    });
  const bought = (customer: string, at: string, id: string, total: number | null) =>
    history.event(customer, at, ORDER, { order_id: id, total });
  decided('own order', ['x', 'y']);
  bought('own order', NOON, 'the cause', 1);
  bought('own order', '2026-03-01T12:00:00.001Z', 'first', 2);
  bought('own order', '2026-03-02T12:00:00Z', 'second', 4);
  decided('last moment', ['x']);
  bought('last moment', '2026-03-08T12:00:00.000Z', 'in time', null);
  decided('too late', ['x']);
  bought('too late', '2026-03-08T12:00:00.001Z', 'out of time', 8);
  decided('no offer', []);
  bought('no offer', '2026-03-02T12:00:00Z', 'anyway', 16);
  decided('held out', ['fallback'], true);
  // Once more, not held out: the first decision says where a customer belongs.
  decided('held out', ['x'], false, '2026-03-03T12:00:00.000Z');
  bought('held out', '2026-03-04T12:00:00Z', 'one', 32);
  bought('held out', '2026-03-09T12:00:00Z', 'after a week', 64);
  decided('twice at once', ['x']);
  bought('twice at once', '2026-03-02T12:00:00Z', 'b', 128);
  bought('twice at once', '2026-03-02T12:00:00Z', 'a', 256);
  return history;
}
