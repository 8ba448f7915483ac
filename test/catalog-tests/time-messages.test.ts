// What is told of an offer that time was to bring and that did not come: what became of its trigger.

import { describe, expect, it } from 'vitest';
import { added, CATALOG, GIVEN, told, waits } from './moments-shop.ts';
import { failuresOf, oneTest } from './tested.ts';

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
