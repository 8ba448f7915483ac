// What time brings in a test: whatever is due fires at its own time, and what waits for an expected
// placement is decided as if it were asked for then. And what is told where it did not come.

import { describe, expect, it } from 'vitest';
import { failuresOf, oneTest } from './tested.ts';

const GIVEN = '{ now: 2026-11-22T10:00 }';
const CATALOG = `timezone: Asia/Shanghai
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
const added = '{ Product Added: { name: P9, price: 9 } }';
const waits = (time: string, placement: string, offers: string) =>
  `{ wait: ${time}, expect: { ${placement}: ${offers} } }`;
const told = (...steps: readonly string[]) =>
  failuresOf(CATALOG, oneTest(GIVEN, ...steps)).map((failure) =>
    failure.replace(/^\S+ t: /, '').split('\n  '),
  );

describe('time that passes in a test', () => {
  it.each<readonly [string, readonly string[]]>([
    [
      'fires what is due at its instant, and not before',
      [added, waits('59m', 'push', 'none'), waits('1m', 'push', 'cart')],
    ],
    ['brings an offer once', [added, waits('61m', 'push', 'cart'), waits('1m', 'push', 'none')]],
    [
      'fires nothing that was cancelled',
      [added, '{ Order Completed: {}, after: 59m }', waits('1d', 'push', 'none')],
    ],
    [
      'passes before an event, too',
      [added, '{ $page: {}, after: 1h, expect: { push: cart } }', waits('1h', 'push', 'none')],
    ],
    [
      'is looked at where several placements are expected',
      [
        '{ Order Completed: {} }',
        '{ wait: 30d, expect: { mail: back, push: none } }',
        waits('1s', 'mail', '[]'),
      ],
    ],
    [
      'tells each `per` value from the others',
      [
        '{ Order Completed: {} }',
        '{ Complaint Filed: { ticket: t1 } }',
        '{ Complaint Filed: { ticket: t2 }, after: 1h }',
        '{ Complaint Resolved: { ticket: t1 } }',
        waits('1h', 'staff', '~'),
        waits('1h', 'staff', 'call'),
      ],
    ],
    ['leaves what nothing waits for undecided', [added, waits('61m', 'till', 'none')]],
    [
      'brings a segment that is entered again',
      [
        '{ Order Completed: {} }',
        waits('30d', 'mail', 'back'),
        '{ Order Completed: {} }',
        waits('29d', 'mail', 'none'),
        waits('1d', 'mail', 'back'),
      ],
    ],
    [
      'does not take for late what an event put off',
      [
        '{ Order Completed: {} }',
        '{ Order Completed: {}, after: 29d }',
        waits('29d', 'mail', 'none'),
        waits('1d', 'mail', 'back'),
      ],
    ],
  ])('%s', (_, steps) => {
    expect(told(...steps)).toEqual([]);
  });

  it('brings what an event fired in quiet hours, though no trigger waits for time', () => {
    const catalog = `timezone: Asia/Shanghai
triggers: { seen: { on: Seen, decide: push } }
offers: { o: { treatments: { push: { a: 1 } } } }
placements: { push: { quiet: "22:00-08:00" } }`;
    const seen = '{ Seen: {}, after: 13h, expect: { push: none } }';
    const steps = [seen, waits('8h', 'push', 'none'), waits('2h', 'push', 'o')];
    expect(failuresOf(catalog, oneTest(GIVEN, ...steps))).toEqual([]);
    const early = [seen.replace('none', 'o'), waits('8h', 'push', 'o')];
    expect(failuresOf(catalog, oneTest(GIVEN, ...early))).toEqual([
      expect.stringContaining('seen fired, and quiet hours put it off until 2026-11-23T08:'),
      expect.stringContaining('seen fired, and quiet hours put it off until 2026-11-23T08:'),
    ]);
  });

  it('says where one of several placements was decided in another', () => {
    const catalog = `triggers: { seen: { on: Seen, decide: { one_of: [push, mail] } } }
offers: { o: { treatments: { push: { a: 1 }, mail: { a: 1 } } } }
placements: { push: {}, mail: {} }`;
    const seen = '{ Seen: {}, expect: { push: o, mail: o } }';
    expect(failuresOf(catalog, oneTest(GIVEN, seen))).toEqual([
      expect.stringContaining('\n  seen fired for another of push, mail'),
    ]);
  });

  it('costs what happens in it, not how long it is', () => {
    const years = waits('3650d', 'mail', 'none');
    expect(told(...Array(9).fill(years))).toEqual([]);
  });

  it('asks with the context of its step over that of the test', () => {
    const catalog = CATALOG.replace(
      'orders > 0',
      "orders == 0 && or(context.channel, '') == ''",
    ).replace("firing.key == 't2'", "context.channel == 'desk' && context.shop == 's1'");
    const given = `{ now: 2026-11-22, context: { shop: s1 } }`;
    const filed = '{ Complaint Filed: { ticket: t9 } }';
    const asked = (channel: string, offers: string) =>
      `{ wait: 2h, context: { channel: ${channel} }, expect: { staff: ${offers} } }`;
    expect(failuresOf(catalog, oneTest(given, filed, asked('desk', 'call')))).toEqual([]);
    expect(failuresOf(catalog, oneTest(given, filed, asked('till', 'none')))).toEqual([]);
  });
});

describe('an offer of time that did not come', () => {
  const unmet = (placement: string, offers: string, found = 'no decision') =>
    `${placement}: expected ${offers}, found ${found}`;

  it('is not due yet', () => {
    expect(told(added, waits('59m', 'push', 'cart'))).toEqual([
      [unmet('push', 'cart'), 'cart_abandoned has not fired yet: it is due at 2026-11-22T11:00'],
    ]);
  });

  it('was cancelled, and by what', () => {
    expect(told(added, '{ Order Completed: {}, after: 5m }', waits('1h', 'push', 'cart'))).toEqual([
      [
        unmet('push', 'cart'),
        'cart_abandoned was due at 2026-11-22T11:00 and did not fire: Order Completed cancelled it',
      ],
    ]);
  });

  it('was cancelled after it had fired', () => {
    const bought = '{ Order Completed: {}, after: 61m, expect: { push: cart } }';
    expect(told(added, bought)).toEqual([
      [
        unmet('push', 'cart'),
        'cart_abandoned fired, and Order Completed cancelled it before anybody asked',
      ],
    ]);
  });

  it('was armed by nothing, or not by what came', () => {
    expect(told(waits('1h', 'push', 'cart'))[0]).toContain(
      'cart_abandoned did not fire: nothing has armed it, which Product Added does',
    );
    const cheap = '{ Product Added: { price: 5 } }';
    expect(told(cheap, waits('1h', 'push', 'cart'))[0]).toContain(
      'cart_abandoned was not armed by Product Added: its `when` is false: event.properties.price > 5',
    );
    expect(told('{ Product Added: {} }', waits('1h', 'push', 'cart'))[0]).toContain(
      'cart_abandoned was not armed by Product Added: its `when` is unknown: ' +
        'event.properties.price > 5 (event.properties.price missing)',
    );
  });

  it('was due, and its `when` was not true any more', () => {
    const catalog = CATALOG.replace('orders > 0', 'orders == 0');
    const steps = ['{ Complaint Filed: { ticket: t2 } }', '{ Order Completed: {} }'];
    const failures = failuresOf(catalog, oneTest(GIVEN, ...steps, waits('2h', 'staff', 'call')));
    expect(failures[0]).toContain(
      'complaint was due at 2026-11-22T12:00 and did not fire: its `when` is false: orders == 0',
    );
  });

  it('was due in its cooldown', () => {
    const steps = [added, waits('1h', 'push', 'cart'), added, waits('1h', 'push', 'cart')];
    expect(told(...steps)).toEqual([
      [
        unmet('push', 'cart'),
        'cart_abandoned was due at 2026-11-22T12:00 and did not fire: its `cooldown` runs until 2026-11-23T11:00',
      ],
    ]);
  });

  it('was put off by quiet hours, and is not true any more at their end', () => {
    const catalog = CATALOG.replace(
      'push: { consent',
      'push: { quiet: "22:00-08:00", consent',
    ).replace('when: event.properties.price > 5', 'when: orders == 0');
    const given = '{ now: 2026-11-22T21:30 }';
    const steps = [added, waits('1h', 'push', 'cart')];
    expect(failuresOf(catalog, oneTest(given, ...steps))[0]).toMatch(
      /cart_abandoned fired, and quiet hours put it off until 2026-11-23T08:\d\d/,
    );
    const bought = ['{ wait: 2h }', '{ $page: {} }', waits('10h', 'push', 'cart')];
    const unless = catalog.replace('unless: Order Completed', 'unless: Nothing');
    const told = failuresOf(
      unless,
      oneTest(
        given,
        added,
        '{ wait: 2h }',
        '{ Order Completed: {} }',
        waits('10h', 'push', 'cart'),
      ),
    );
    expect(told[0]).toMatch(
      /cart_abandoned was due at 2026-11-23T08:.* and did not fire: its `when` is false: orders == 0/,
    );
    expect(failuresOf(catalog, oneTest(given, added, ...bought))).toEqual([]);
  });

  it('was answered, or waited too long', () => {
    expect(told(added, waits('61m', 'push', 'cart'), waits('1m', 'push', 'cart'))).toEqual([
      [
        unmet('push', 'cart'),
        'cart_abandoned fired at 2026-11-22T11:00, and was answered at 2026-11-22T11:01',
      ],
    ]);
    const filed = ['{ Order Completed: {} }', '{ Complaint Filed: { ticket: t2 } }'];
    expect(told(...filed, waits('2h', 'staff', 'call'))).toEqual([]);
    expect(told(...filed, waits('130m', 'staff', 'call'))).toEqual([
      [
        unmet('staff', 'call'),
        'complaint fired at 2026-11-22T12:00, waited until 2026-11-22T12:10, and nobody asked',
      ],
    ]);
  });

  it('waits, and no offer survived: why', () => {
    const steps = ['{ Order Completed: {} }', '{ Complaint Filed: { ticket: t1 } }'];
    const refused = "applicability: `applicability` is not true: firing.key == 't2'";
    expect(told(...steps, waits('2h', 'staff', 'call'))).toEqual([
      [
        unmet('staff', 'call', 'no offer (trigger complaint, which waits there)'),
        `call: ${refused}`,
      ],
    ]);
    expect(told(added, waits('1h', 'push', 'other'))).toEqual([
      [
        unmet('push', 'other', 'cart (trigger cart_abandoned, which waits there)'),
        'other: is not among the `offers` of cart_abandoned',
        'cart: chosen, with a score of 1',
      ],
    ]);
  });

  it('waits for who is in a segment', () => {
    expect(told('{ Order Completed: {} }', waits('29d', 'mail', 'back'))).toEqual([
      [
        unmet('mail', 'back'),
        "win_back did not fire: the customer has not come into lapsed: since(last_order) >= duration('30d')",
      ],
    ]);
    const catalog = `segments: { vip: traits.vip == true }
triggers: { welcome: { enter: vip, decide: app } }
offers: { o: { treatments: { app: { a: 1 } } } }
placements: { app: {} }`;
    const given = '{ traits: { vip: true } }';
    expect(failuresOf(catalog, oneTest(given, waits('1d', 'app', 'o')))[0]).toContain(
      'welcome did not fire: the customer was in vip from the start (`existing: true` is for those, too)',
    );
    const existing = catalog.replace('enter: vip', 'enter: vip, existing: true, over: 1h');
    expect(failuresOf(existing, oneTest(given, waits('1h', 'app', 'o')))).toEqual([]);
    const identified = '{ $identify: { vip: true }, expect: { app: o } }';
    expect(failuresOf(catalog, oneTest('{}', identified))).toEqual([]);
  });

  it('is told in short of triggers on events where only time passed', () => {
    const catalog = `triggers: { ask: { on: [Asked, $page], decide: app } }
offers: { o: { treatments: { app: { a: 1 } } } }
placements: { app: {} }`;
    expect(failuresOf(catalog, oneTest('{}', waits('1h', 'app', 'o')))[0]).toContain(
      'ask did not fire: it is on Asked, $page, and only time passed',
    );
  });
});
