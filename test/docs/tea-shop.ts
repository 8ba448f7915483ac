// The history behind the answers in docs/sql.md: a tea shop in January 2026, small enough to count by
// hand. Ben's order o5 is told twice, Dia's has a number as its id and a text as its total, and Fay was
// asked at a moment when no offer could win. Cho looked and got an offer before the login. Ben and Ana
// clicked on lists, and Fay's was empty.

import type { Model } from '../../src/model/recommending.ts';
import { ToldHistory } from '../history/told-history.ts';

const ORDER = 'Order Completed';

const sencha = { product_id: 'p1', category: 'tea', brand: 'Midori', price: 10 };
const oolong = { product_id: 'p2', category: 'tea', brand: 'Formosa', price: 15 };
const VISITOR = 'anonymous:7f3';
const cup = { product_id: 'c1', category: 'cups', price: 10 };

export function teaShop(): ToldHistory {
  const history = new ToldHistory();
  const at = (time: string) => `2026-01-${time}:00.000Z`;
  const event = (customer: string, time: string, name: string, properties: object) =>
    history.event(customer, at(time), name, properties);
  const order = (customer: string, time: string, properties: object) =>
    event(customer, time, ORDER, { currency: 'EUR', ...properties });
  const decision = (id: string, customer: string, time: string, offers: string[], rest = {}) =>
    history.decision({ id, customer, at: at(time), placement: 'web_popup', offers, ...rest });
  const outcome = (
    of: string,
    customer: string,
    offer: string,
    time: string,
    ...what: string[]
  ) => {
    for (const one of what) history.outcome(of, customer, offer, at(time), one);
  };

  const list = (
    id: string,
    customer: string,
    time: string,
    of: { recommender: string; placement?: string; seeds?: string[] },
    ...items: [itemId: string, source: Model][]
  ) => history.list({ id, customer, at: at(time), items, ...of });

  const due = (customer: string, trigger: string, dueAt: string, seenAt: string, rest: object) => {
    const [dueMs, seen] = [Date.parse(at(dueAt)), `2026-01-${seenAt}.000Z`];
    const { key = '', cause, ...told } = { key: '', cause: '', result: 'fired', ...rest };
    const who = { customer_id: customer, message_id: `timer:${trigger}:${dueMs}`, trigger, key };
    history.row('t', seen, { ...who, due_at: dueMs, ...told });
    if (cause === '') return;
    const fired = { cause, status: told.result, fired_at: Date.parse(seen), due_at: dueMs };
    history.row('f', seen, { ...who, ...fired });
  };

  const delivery = (of: string, customer: string, channel: string, ...attempts: Attempt[]) => {
    attempts.forEach(([seenAt, status, reason, nextAt], i) => {
      const [seen, next] = [seenAt, nextAt].map((time) => `2026-01-${time}Z`);
      history.row('v', seen!, {
        ...{ delivery_id: `dlv_${of}`, decision_id: of, customer_id: customer },
        ...{ placement: 'web_popup', channel, status, reason, at: Date.parse(seen!) },
        attempt: status === 'sent' || status === 'failed' ? i + 1 : 0,
        ...(nextAt !== undefined && { next_at: Date.parse(next!) }),
      });
    });
  };

  event('ana', '05T09:30', 'Product Viewed', sencha);
  event('ana', '05T09:40', 'Product Added', sencha);
  const two = { ...sencha, quantity: 2 };
  order('ana', '05T10:00', { order_id: 'o1', total: 30, store_id: 1, products: [two, cup] });
  event('ben', '06T10:30', 'Product Viewed', sencha);
  const home = { recommender: 'home', placement: 'app_home', seeds: [] };
  list('r1', 'ben', '06T10:40', home, ['p1', 'trending'], ['p2', 'popular']);
  event('ben', '06T10:45', 'Product Clicked', { ...sencha, recommendationId: 'r1' });
  event('ben', '06T10:50', 'Product Added', { ...sencha, recommendationId: 'r1' });
  order('ben', '06T11:00', { order_id: 'o2', total: 20, store_id: 2, products: [two] });
  event(VISITOR, '11T14:00', 'Product Viewed', oolong);
  event(VISITOR, '11T14:10', 'Product Added', oolong);
  const lost = { vip_lounge: 'ineligible' };
  const grants = { tea_trial: '0.00' };
  decision('d1', 'ana', '12T09:00', ['tea_trial'], { lost, grants });
  outcome('d1', 'ana', 'tea_trial', '12T09:01', 'impression', 'click');
  decision('d2', 'ben', '12T10:00', ['tea_trial'], { lost, grants });
  outcome('d2', 'ben', 'tea_trial', '12T10:05', 'impression', 'dismiss');
  decision('d3', VISITOR, '12T11:00', ['tea_trial'], { lost, grants });
  outcome('d3', VISITOR, 'tea_trial', '13T08:00', 'impression');
  const both = [sencha, { ...oolong, price: 15.5 }];
  history.row('i', at('13T14:50'), {
    ...{ customer_id: 'cho', from_id: VISITOR, canonical_id: 'cho', merge_id: 'm1' },
    life: 'm1',
    overridden_at: Date.parse(at('13T14:50')),
  });
  history.row('x', at('20T12:00'), {
    ...{ customer_id: 'eve', from_id: 'phone', to_id: 'eve', reason: 'names_nobody' },
    at: Date.parse(at('20T12:00')),
  });
  history.row('x', at('21T11:00'), {
    ...{ customer_id: 'dia', from_id: 'ben', to_id: 'dia', reason: 'two_users' },
    at: Date.parse(at('21T11:00')),
  });
  history.row('a', at('21T12:00'), {
    ...{ at: Date.parse(at('21T12:00')), key_name: 'anas desk', kind: 'staff' },
    ...{ action: 'customer.read', target: 'J6Zx0T', detail: '' },
  });
  order('ana', '13T10:00', { order_id: 'o4', total: 25.5, store_id: 'online', products: both });
  const three = { ...oolong, quantity: 3 };
  order('cho', '13T15:00', { order_id: 'o3', total: 45, store_id: 1, products: [three] });
  decision('d4', 'dia', '20T09:00', ['welcome'], { holdout: true, fallback: true });
  outcome('d4', 'dia', 'welcome', '20T09:01', 'impression');
  decision('d6', 'ana', '20T10:00', ['gift', 'tea_trial'], {
    placement: 'app_home',
    grants: { gift: '7.50', ...grants },
  });
  outcome('d6', 'ana', 'gift', '20T10:01', 'impression', 'accept');
  outcome('d6', 'ana', 'tea_trial', '20T10:01', 'impression');
  event('eve', '20T12:00', 'Product Added', cup);
  event('eve', '20T12:30', 'Product Viewed', cup);
  decision('d5', 'eve', '20T12:31', ['welcome'], { holdout: true, fallback: true });
  outcome('d5', 'eve', 'welcome', '20T12:32', 'impression');
  const pair = { ...oolong, quantity: 2 };
  const cups = { ...cup, quantity: 2 };
  order('ben', '20T18:00', { order_id: 'o5', total: 50, store_id: 2, products: [pair, cups] });
  order('ben', '20T18:30', { order_id: 'o5', total: 40, store_id: 2, products: [pair, cup] });
  event('dia', '21T08:00', 'Product Viewed', sencha);
  const text = { ...sencha, price: '12.50' };
  order('dia', '21T09:00', { order_id: 6, total: '12.50', store_id: 1, products: [text] });
  decision('d7', 'ben', '21T10:00', [], {
    lost: { tea_trial: 'capped', vip_lounge: 'ineligible' },
  });
  const page = { recommender: 'product_page', seeds: ['p1'] };
  list('r2', 'ana', '22T19:40', page, ['p2', 'similar'], ['c1', 'popular']);
  event('ana', '22T19:45', 'Product Clicked', { ...oolong, recommendationId: 'r2' });
  event('ana', '22T19:50', 'Product Clicked', { ...cup, recommendationId: 'r2' });
  const four = { ...oolong, quantity: 4, recommendationId: 'r2' };
  order('ana', '22T20:00', { order_id: 'o7', total: 60, store_id: 1, products: [four] });
  outcome('d6', 'ana', 'gift', '22T20:01', 'redeem');
  list('r3', 'fay', '25T09:00', { recommender: 'buy_again' });
  decision('d8', 'fay', '25T09:00', ['welcome'], { fallback: true });

  due('eve', 'cart_abandoned', '20T13:00', '20T13:00:01', { cause: 'absence' });
  due(VISITOR, 'cart_abandoned', '11T15:10', '11T15:10:00', { cause: 'absence' });
  due('ana', 'refill', '25T10:00', '25T10:00:00', { key: 'tea', result: 'not_true' });
  due('dia', 'birthday', '14T08:00', '16T08:00:00', { cause: 'date', result: 'missed' });

  delivery('d1', 'ana', 'push', ['12T09:00:00.120', 'sent', '']);
  const again = '12T10:00:01.250';
  delivery(
    'd2',
    'ben',
    'push',
    ['12T10:00:00.150', 'failed', 'http_503', again],
    [again, 'sent', ''],
  );
  delivery('d3', VISITOR, 'page', ['12T11:10:00.000', 'expired', '']);
  delivery('d5', 'eve', 'push', ['20T12:31:00.300', 'failed', 'http_410']);
  delivery('d6', 'ana', 'email', ['20T10:00:00.080', 'suppressed', 'no_consent']);

  history.customer('ana', at('05T10:00'), { tier: 'silver' }, { lifecycle: 'new' });
  history.customer('ben', at('06T11:00'), { tier: 'silver' }, { lifecycle: 'new' });
  history.customer('ana', at('22T20:00'), { tier: 'gold' }, { lifecycle: 'loyal' });
  return history.row('r', at('21T11:00'), {
    ...{
      code: 'invalid_event',
      message: 'properties.total is no number',
      path: 'properties.total',
    },
    ...{ body: '{}', key_id: 'till', customer_id: 'dia' },
  });
}

/** When, what became of it, why, and when it was to be tried again. */
type Attempt = readonly [at: string, status: string, reason: string, nextAt?: string];

/** Its catalogs, as rows of `catalog_versions`: the second one decided. */
export const TEA_SHOP_CATALOGS: readonly string[] = [
  catalog(1, 'bada55', '02T09:00', 'opening', { 'shop.yaml': 'catalog: tea\n' }),
  catalog(2, 'c0ffee', '11T18:00', 'trial offer', {
    'offers.yaml': 'offers: {}\n',
    'shop.yaml': 'catalog: tea\n',
  }),
];

function catalog(publication: number, hash: string, time: string, note: string, files: object) {
  return JSON.stringify({
    ...{ publication, hash, name: 'tea', author: 'ana', note },
    published_at: Date.parse(`2026-01-${time}:00.000Z`),
    files: Object.entries(files).map(([path, text]) => ({ path, text })),
  });
}
