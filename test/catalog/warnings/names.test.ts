// What a catalog is warned of, and what it must not be: a false alarm teaches to read past warnings.

import { describe, expect, it } from 'vitest';
import { warningsOf } from '../compile.ts';
import { READ_X, REST, warned } from './with-events.ts';

describe('a property that a declared event does not declare', () => {
  const feature = (text: string) => `features:\n  x: { ${text} }\n${READ_X}`;

  it.each([
    ['sum: properties.totl, of: Order Completed', '2:24: features.x.sum', 'totl', 'total'],
    ['count: Product Viewed, by: properties.catgory', '2:46: features.x.by', 'catgory', 'category'],
    [
      'latest: [properties.price, properties.prise], of: Product Viewed',
      '2:46: features.x.latest[1]',
      ...['prise', 'price'],
    ],
    ['sum: "properties.product[].price", of: Order Completed', '2:25', 'product', 'products'],
    ['latest: properties.to.citty, of: Order Completed', '2:27', 'to.citty', 'to.city'],
    ['latest: traits.plam, of: $identify', '2:23: features.x.latest', 'plam', 'plan'],
    ['count: $page, by: properties.sektion', '2:37: features.x.by', 'sektion', 'section'],
    [
      'count: Product Viewed, where: "event.properties.prise > 3"',
      '2:56: features.x.where',
      ...['prise', 'price'],
    ],
    [
      `count: Product Viewed, where: "event.properties['prise'] > 3"`,
      '2:56: features.x.where',
      ...['prise', 'price'],
    ],
  ])('%s', (text, place, found, meant) => {
    const [warning, ...others] = warned(feature(text));
    expect(others).toEqual([]);
    expect(warning).toContain(`${place}`);
    expect(warning).toContain(`\`events\` declares no property "${found}" of `);
    expect(warning).toContain(`(did you mean ${meant}?)`);
  });

  it('in triggers, and wherever their events are at hand', () => {
    const text = `triggers:
  t:
    on: [Product Viewed, Order Completed]
    when: event.properties.catgory == 'a' && has(event.properties.total)
    decide: mail
    per: properties.produt_id
offers:
  o:
    eligibility: event.properties.colour == 'red'
    value: event.properties.prize
    treatments: { mail: { title: "Only {{ event.properties.prise }} for you" } }
placements:
  mail: { channel: mail, when: event.properties.catgory != 'b' }
contact_policy:
  - { max: 1, channels: [mail], when: event.properties.catgory == 'c' }
`;
    expect(warned(text).map((line) => line.replace(/ `events`.* property/, ''))).toEqual(
      [
        ...['4:28: triggers.t.when: "catgory" of Product Viewed or Order Completed'],
        '6:21: triggers.t.per: "produt_id" of Product Viewed or Order Completed',
        '9:35: offers.o.eligibility: "colour" of Product Viewed or Order Completed',
        '10:29: offers.o.value: "prize" of Product Viewed or Order Completed',
        '11:60: offers.o.treatments.mail.title: "prise" of Product Viewed or Order Completed',
        '13:49: placements.mail.when: "catgory" of Product Viewed or Order Completed',
        '15:56: contact_policy[0].when: "catgory" of Product Viewed or Order Completed',
      ].map((line) => expect.stringContaining(line)),
    );
  });

  it('in what tests send', () => {
    const tests = `tests:
  t:
    events:
      - Order Completed: { totl: 3, shop: { any: 1 }, to: { city: a, zip: b } }
`;
    expect(warned(tests)).toEqual([
      '4:28: tests.t.events[0].Order Completed.totl: `events` declares no property "totl" of' +
        ' Order Completed (did you mean total?)',
      '4:70: tests.t.events[0].Order Completed.to.zip: `events` declares no property "to.zip" of' +
        ' Order Completed',
    ]);
  });

  it.each([
    [
      'what one of the events declares',
      'latest: properties.price, of: [Product Viewed, Signed In]',
    ],
    ['all events', 'latest: properties.anything, of: "*"'],
    ['events that list no properties', 'latest: properties.method, of: Signed In'],
    ['what is inside of a list', 'latest: "properties.products[].colour", of: Order Completed'],
    ['what is inside of a map', 'latest: properties.shop.name, of: Order Completed'],
    ['a map of which a part is declared', 'latest: properties.to, of: Order Completed'],
    ['the context', 'latest: context.page.url, of: Product Viewed'],
    ['what SDKs add to pages', 'latest: properties.url, of: $page'],
    ['calls that are not declared', 'latest: properties.anything, of: $screen'],
    ['a key that is computed', 'count: Product Viewed, where: "known(event.properties[traits.k])"'],
    ['a variable', `count: Product Viewed, where: "[1].exists(event, event == 1)"`],
    ['the whole', 'count: Product Viewed, where: "size(event.properties) > 1"'],
  ])('but not of %s', (_, text) => {
    expect(warned(feature(text))).toEqual([]);
  });

  it('but not of offers that no trigger decides, nor of those of other triggers', () => {
    const text = `triggers:
  a: { on: Product Viewed, decide: app, offers: [viewed] }
  b: { on: Order Completed, decide: app, offers: [bought] }
offers:
  viewed: { treatments: { app: { of: "{{ event.properties.price }}" } } }
  bought: { treatments: { app: { of: "{{ event.properties.total }}" } } }
  asked: { treatments: { till: { of: "{{ event.properties.anything }}" } } }
placements: { app: {}, till: {} }
`;
    expect(warned(text)).toEqual([]);
    expect(warned(text.replace('offers: [bought]', 'offers: [viewed, bought]'))).toEqual([]);
    expect(warned(text.replace('offers: [viewed]', 'offers: [bought]'))).toEqual([]);
  });
});

describe('an event that is not declared, while others are', () => {
  it('is told wherever it is named, with the nearest that is', () => {
    const text = `features:
  x: { count: Order Complete }
  y: { affinity: properties.category, of: { Product View: 1, Product Viewed: 2 }, half_life: 7d }
  z: { sum: properties.total, of: [Order Completed, Something Else] }
segments: { s: known(x) && known(y) && z > 1 }
triggers:
  t:
    on: [Signed Im]
    when: segment.s && or(event.event, '') in ['Signed Inn', ''] && event.event != 'Sign In'
    decide: web
`;
    expect(warned(text)).toEqual([
      '2:15: features.x.count: the event "Order Complete" is not declared in `events`' +
        ' (did you mean Order Completed?)',
      '3:45: features.y.of.Product View: the event "Product View" is not declared in `events`' +
        ' (did you mean Product Viewed?)',
      '4:53: features.z.of[1]: the event "Something Else" is not declared in `events`',
      '8:10: triggers.t.on[0]: the event "Signed Im" is not declared in `events`' +
        ' (did you mean Signed In?)',
      '9:48: triggers.t.when: the event "Signed Inn" is not declared in `events`' +
        ' (did you mean Signed In?)',
      '9:84: triggers.t.when: the event "Sign In" is not declared in `events`' +
        ' (did you mean Signed In?)',
    ]);
  });

  it('is told in tests, where something listens to all', () => {
    const text = `features: { x: { last: "*" } }
${READ_X}tests:
  t: { events: [{ Signed Im: {} }, { $screen: {} }] }
`;
    expect(warned(text)).toEqual([
      '5:19: tests.t.events[0].Signed Im: the event "Signed Im" is not declared in `events`' +
        ' (did you mean Signed In?)',
    ]);
  });

  it('is nothing of where no events are declared, nor are calls and "*"', () => {
    const x = (text: string) => `features: { x: { count: ${text} } }\n`;
    const used = READ_X.replace('Signed In', '$group');
    expect(warned(x('"*"') + used)).toEqual([]);
    expect(warned(x('[$page, $screen, $identify, $group]') + used)).toEqual([]);
    expect(warningsOf({ 'b.yaml': `catalog: t\n${x('Anything')}${used}`, 'c.yaml': REST })).toEqual(
      [],
    );
  });
});

describe('several events in one text', () => {
  const text = (on: string, events = '') => `catalog: t
${events}
triggers: { a: { on: ${on}, decide: web } }
offers: { o: { treatments: { web: {} } } }
placements: { web: {} }`;

  it('are one name: a list is meant', () => {
    expect(warningsOf(text('"Added, Viewed"'))).toEqual([
      'a.yaml:3:22: triggers.a.on: "Added, Viewed" is the name of one event: several are a list ' +
        '(did you mean [Added, Viewed]?)',
    ]);
    expect(warningsOf(text('"Added, Viewed"', 'events: { Added: }'))).toHaveLength(1);
    expect(warningsOf(text('[Added, Viewed]'))).toEqual([]);
    expect(warningsOf(text('"Added, Viewed"', 'events: { "Added, Viewed": }'))).toEqual([]);
  });
});
