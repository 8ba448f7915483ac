// What time brings in a test: whatever is due fires at its own time, and what waits for an expected
// placement is decided as if it were asked for then.

import { describe, expect, it } from 'vitest';
import { added, CATALOG, GIVEN, told, waits } from './moments-shop.ts';
import { failuresOf, oneTest } from './tested.ts';

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

  it('decides at once what a channel carries away, and is told of it in that step alone', () => {
    const catalog = CATALOG.replace('push: { consent', 'push: { channel: web, consent');
    const steps = [added, waits('61m', 'push', 'cart'), waits('1m', 'push', 'none')];
    expect(failuresOf(`${catalog}channels: { web: stream }\n`, oneTest(GIVEN, ...steps))).toEqual(
      [],
    );
    const late = [added, '{ wait: 61m }', waits('1m', 'push', 'cart')];
    const failures = failuresOf(`${catalog}channels: { web: stream }\n`, oneTest(GIVEN, ...late));
    expect(failures).toHaveLength(1);
  });
});
