// A shop whose triggers choose among placements.

import { valid } from '../../catalog/compile.ts';
import { Customer, type Done, offersOf } from './customer.ts';

export const CATALOG = `
catalog: shop
timezone: Asia/Shanghai
consent: { sms: { default: granted } }
features: { bought: { count: Ordered } }
segments: { buyer: bought >= 1 }
triggers:
  cart: { on: Added, decide: { one_of: [push, sms, mail] }, offers: [deal] }
  left: { on: Left, unless: Ordered, after: 1h, decide: { one_of: [push, mail] }, offers: [deal] }
  thanks: { enter: buyer, decide: { one_of: [mail, push] } }
offers:
  deal:
    eligibility: "or(traits.deal, 'on') == 'on'"
    caps: [{ max: 100 }]
    treatments: { push: { title: "{{ event.properties.name }}" }, sms: {}, mail: {} }
placements:
  push: { channel: push, when: "or(traits.push, 'on') == 'on'" }
  sms: { channel: sms, consent: sms }
  mail: { channel: mail }
contact_policy:
  - { max: 2, window: 1d, channels: [mail] }
`;

export const catalog = valid(CATALOG);

export const customerOf = (traits = {}, of = catalog) => {
  const customer = new Customer(of);
  customer.identify(traits);
  return customer;
};

export const added = (customer: Customer) => customer.track('Added', { name: 'Lamp' });

/** Placement and offers of each decision. */
export const said = ({ decisions }: Pick<Done, 'decisions'>) =>
  decisions.map((decision) => [decision.placement, ...offersOf(decision)]);
