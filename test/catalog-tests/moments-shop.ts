// A shop whose catalog has moments that time brings, and short ways to test it.

import { failuresOf, oneTest } from './tested.ts';

export const GIVEN = '{ now: 2026-11-22T10:00 }';
export const CATALOG = `timezone: Asia/Shanghai
consent: { marketing: { default: granted } }
features:
  orders: { count: Order Completed }
  last_order: { last: Order Completed }
segments:
  lapsed: since(last_order) >= duration('30d')
triggers:
  cart_abandoned:
    on: Product Added
    unless: Order Completed
    after: 1h
    when: event.properties.price > 5
    decide: push
    offers: [cart]
    cooldown: 1d
  complaint:
    on: Complaint Filed
    unless: Complaint Resolved
    per: properties.ticket
    after: 2h
    decide: staff
    offers: [call]
    when: orders > 0
    wait: 10m
  win_back: { enter: lapsed, decide: mail, offers: [back] }
offers:
  cart: { treatments: { push: { title: "{{ event.properties.name }}" }, mail: { a: 1 } } }
  back: { treatments: { mail: { a: 1 } } }
  call: { applicability: "firing.key == 't2'", treatments: { staff: { ticket: "{{ firing.key }}" } } }
  other: { value: 9, treatments: { push: { a: 1 }, mail: { a: 1 }, staff: { a: 1 }, till: { a: 1 } } }
placements: { push: { consent: marketing }, mail: {}, staff: {}, till: {} }
`;
export const added = '{ Product Added: { name: P9, price: 9 } }';
export const waits = (time: string, placement: string, offers: string) =>
  `{ wait: ${time}, expect: { ${placement}: ${offers} } }`;
export const told = (...steps: readonly string[]) =>
  failuresOf(CATALOG, oneTest(GIVEN, ...steps)).map((failure) =>
    failure.replace(/^\S+ t: /, '').split('\n  '),
  );
