// A shop whose decisions leave by a webhook, a mail and a stream, and answer elsewhere.

import { valid } from '../../catalog/compile.ts';
import { Customer, type Done } from '../support/customer.ts';

export const SHOP = `
catalog: shop
timezone: Asia/Shanghai
consent: { marketing: { default: granted } }
features: { orders: { count: Ordered } }
segments: { buyer: orders >= 1 }
triggers:
  viewed:  { on: Viewed, decide: [push, page] }
  mailed:  { on: Asked, decide: mail }
  left:    { on: Added, unless: Ordered, after: 1h, decide: [push, page] }
  choice:  { on: Put, unless: Ordered, after: 1h, decide: { one_of: [page, push] } }
  thanked: { enter: buyer, decide: { one_of: [page, screen] } }
offers:
  deal:
    eligibility: "or(traits.deal, 'on') == 'on'"
    treatments:
      push:   { title: "For your {{ event.properties.name }}", note: { at: 1 } }
      mail:   { subject: Offer, text: "{{ event.properties.text }}", html: "<b>B</b>" }
      page:   { title: Here }
      screen: { title: There }
placements:
  push:   { channel: push, consent: marketing, when: "or(traits.push, 'on') == 'on'", quiet: "22:00-08:00" }
  mail:   { channel: email, consent: marketing, when: "or(traits.mail, 'on') == 'on'" }
  page:   { channel: page }
  screen: { channel: web }
channels:
  push:
    webhook:
      url: https://push.example/send
      body:
        to: "{{ traits.token }}"
        list: ["{{ treatment.title }}", "{{ orders }}", { in: "{{ segment.buyer }}" }]
        whole: "{{ treatment.note }}"
        $about: "{{ decision.trigger }} {{ decision.placement }} {{ decision.offerId }}"
        ids: ["{{ decision.id }}", "{{ delivery.id }}"]
      success: response.errcode == 0
  email:
    smtp:
      url: smtp://mail.example
      from: Shop <shop@example.com>
      to: "{{ traits.email }}"
      subject: "{{ treatment.subject }}"
      text: "{{ treatment.text }}"
      html: "{{ treatment.html }}"
  hook: { webhook: { url_env: HOOK_URL } }
  web: stream
`;

export const shop = valid(SHOP);

/** As another says what a part of it is. */
export const shopWith = (right: string, wrong: string) => {
  if (!SHOP.includes(right)) throw new Error(`there is no ${right}`);
  return valid(SHOP.replace(right, wrong));
};

export const customerOf = (catalog = shop, traits = {}) => {
  const customer = new Customer(catalog);
  customer.identify({ token: 't1', email: 'li@example.com', ...traits });
  return customer;
};

/** Placement of each decision, with its channel where it leaves. */
export const left = ({ decisions }: Pick<Done, 'decisions'>) =>
  decisions.map(({ placement, delivery, offers }) => [
    ...[placement, delivery?.channel ?? null, offers.length],
  ]);
