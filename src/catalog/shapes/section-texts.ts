// What each section of a catalog is for, beside its shape, with an example that a test runs.

import type { TriedExample } from '../tried-example.ts';

export interface SectionText {
  readonly what: string;
  readonly example: TriedExample | null;
}

const OFFER_HELLO = `offers:
  hello: { treatments: { app: { title: Hello } } }`;

/** By section, in the order of the reference. */
export const SECTION_TEXTS = {
  catalog: { what: 'the name of the catalog; the only one that must be there', example: null },
  timezone: {
    what: 'an IANA time zone, for whatever is of a calendar: days, dates, hours, ages; UTC without',
    example: null,
  },
  customer_timezone: {
    what:
      'a trait such as `traits.tz` that holds the customer’s own IANA time zone, for `at`, `quiet` and ' +
      '`end_of_day`; who has none there has that of `timezone`',
    example: null,
  },
  country: {
    what: 'a code such as `CN`: whose phone numbers may come without a country code',
    example: null,
  },
  currency: { what: 'a code such as `CNY`', example: null },
  consent: {
    what: 'purposes that a customer may grant or deny',
    example: {
      catalog: `consent:
  marketing: { default: denied }
${OFFER_HELLO}
placements:
  app: { consent: marketing }
triggers:
  t: { on: Signed In, decide: app }`,
      sends: [
        { event: 'Signed In', context: { consent: { categoryPreferences: { marketing: true } } } },
      ],
      decided: { app: ['hello'] },
    },
  },
  identifiers: {
    what:
      'names of a customer beside their id: what may make two customers one. Those of the table are ' +
      'there without it',
    example: {
      catalog: `country: CN
identifiers:
  phone:   { max: 2 }
  email:   false
  loyalty: { trait: loyalty_id, max: 1 }
offers:
  points: { eligibility: known(traits.loyalty_id), treatments: { app: { title: Double points } } }
placements:
  app: {}
triggers:
  t: { on: $identify, decide: app }`,
      sends: [{ event: '$identify', properties: { loyalty_id: 'L-77', phone: '138 0013 8000' } }],
      decided: { app: ['points'] },
    },
  },
  events: {
    what: 'what an event must carry. Events that are not listed may carry anything',
    example: {
      catalog: `events:
  Order Completed:
    properties: { order_id: string!, total: number!, products: list, address.city: string }`,
      sends: [{ event: 'Order Completed', properties: { order_id: 'o1', total: '12' } }],
      refused: 'properties.total must be a number',
    },
  },
  features: { what: 'what is remembered of each customer: one kind each', example: null },
  segments: {
    what:
      'conditions that customers are in or out of (unknown is out), or groups of them: the first ' +
      'member that matches',
    example: {
      catalog: `features:
  orders: { count: Order Completed }
segments:
  buyer: orders >= 1
  stage:
    - new:   orders == 1
    - loyal: orders > 1`,
      sends: [{ event: 'Order Completed' }, { event: 'Order Completed' }],
      values: { 'segment.buyer': true, 'segment.stage': 'loyal', "segment.stage == 'new'": false },
    },
  },
  triggers: {
    what: 'when something is decided without being asked for; all that fire on an event do, in their order',
    example: {
      catalog: `features:
  spend: { sum: properties.total, of: Order Completed }
segments:
  vip: spend >= 100
triggers:
  became_vip:
    on: Order Completed
    when: segment.vip && !before.segment.vip
    decide: app
    offers: ["#welcome"]
    cooldown: 30d
offers:
  lounge: { tags: [welcome], treatments: { app: { title: "You are a VIP now" } } }
  other:  { value: 99, treatments: { app: { title: Other } } }
placements:
  app: { channel: app }`,
      sends: [
        { event: 'Order Completed', properties: { total: 60 } },
        { event: 'Order Completed', properties: { total: 60 } },
      ],
      decided: { app: ['lounge'] },
    },
  },
  offers: {
    what:
      'what can be shown. Of those that pass, the highest score wins: `propensity` × `value` × ' +
      '`context` × `lever`',
    example: {
      catalog: `features:
  views: { count: Product Viewed }
offers:
  phone_case:
    propensity: 0.08
    value: 30
    eligibility: event.properties.category == 'phone'
    caps: [{ max: 2, window: 7d, of: impression }]
    expires: 15m
    treatments: { web: { title: "For your {{ event.properties.name }}", views: "{{ views }}" } }
  poster:
    value: 2
    treatments: { web: { title: Poster } }
placements:
  web: {}
triggers:
  t: { on: Product Viewed, decide: web }`,
      sends: [{ event: 'Product Viewed', properties: { category: 'phone', name: 'P9' } }],
      decided: { web: [{ phone_case: { title: 'For your P9', views: 1 } }] },
    },
  },
  placements: {
    what: 'where something can be shown',
    example: {
      catalog: `offers:
  hello: { eligibility: known(traits.name), treatments: { app: { title: "Hello {{ traits.name }}" } } }
  welcome: { treatments: { app: { title: Welcome } } }
placements:
  app: { channel: app, limit: 2, fallback: welcome }
triggers:
  t: { on: Signed In, decide: app }`,
      sends: [{ event: 'Signed In' }],
      decided: { app: [{ welcome: { title: 'Welcome' } }] },
    },
  },
  channels: {
    what:
      'how decisions of placements with that channel leave: a `webhook`, a mail (`smtp`), or a ' +
      '`stream` to pages that are open. One without an entry is answered to who asks',
    example: {
      catalog: `channels:
  web:  stream
  push:
    webhook:
      url: https://push.example/send
      secret_env: PUSH_SECRET
      body: { to: "{{ traits.push_token }}", title: "{{ treatment.title }}" }
      success: response.errcode == 0
offers:
  hello: { treatments: { app_push: { title: Hello }, popup: { title: Hi } } }
placements:
  app_push: { channel: push }
  popup:    { channel: web }
triggers:
  t: { on: Signed In, decide: [app_push, popup] }`,
      sends: [{ event: 'Signed In' }],
      decided: { app_push: ['hello'], popup: ['hello'] },
    },
  },
  items: {
    what:
      'where events name items, and which events tell of interest in them. Without it, as in the table, ' +
      'wherever there are `recommenders`',
    example: null,
  },
  recommenders: {
    what: 'rules that list items for a customer; see [recommendations](recommendations.md)',
    example: null,
  },
  contact_policy: {
    what: 'a list of rules: how often a customer is contacted, across offers and placements',
    example: {
      catalog: `${OFFER_HELLO}
placements:
  app: { channel: push }
triggers:
  t: { on: Signed In, decide: app }
contact_policy:
  - { max: 1, window: 1d, channels: [push] }`,
      sends: [{ event: 'Signed In' }, { event: 'Signed In', after: '1h' }],
      decided: { app: [] },
    },
  },
  tests: {
    what: 'examples that must hold: `proffer catalog test` runs them through the engine',
    example: {
      catalog: `${OFFER_HELLO}
placements:
  app: {}
triggers:
  t: { on: Signed In, decide: app, cooldown: 1d }
tests:
  who signs in is greeted, once a day:
    given: { userId: t1, now: 2026-11-22T10:00 }
    events:
      - Signed In: {}
        expect: { app: hello }
      - Signed In: {}
        after: 23h
        expect: { app: none }
      - wait: 1h
      - Signed In: {}
        expect: { app: hello }`,
      sends: [
        { event: 'Signed In' },
        { event: 'Signed In', after: '23h' },
        { event: 'Signed In', after: '1h' },
      ],
      decided: { app: ['hello'] },
    },
  },
} as const satisfies Readonly<Record<string, SectionText>>;
