import { describe, expect, it } from 'vitest';
import { onlyFault, reported, withMore } from './compile.ts';

describe('faults of references', () => {
  it.each([
    ['a placement', 'triggers:\n  x: { on: A, decide: wbe }', '2:23', 'web'],
    ['one of two', 'triggers:\n  x: { on: A, decide: [web, ap] }', '2:29', 'app'],
    ['an offer', 'triggers:\n  x: { on: A, decide: web, offers: [welcme] }', '2:37', 'welcome'],
    ['a tag', 'triggers:\n  x: { on: A, decide: web, offers: "#greting" }', '2:36', '#greeting'],
    ['a fallback', 'placements:\n  x: { fallback: welcom }', '2:18', 'welcome'],
    ['a purpose', 'placements:\n  x: { consent: marketng }', '2:17', 'marketing'],
    ['a channel', 'contact_policy:\n  - { max: 1, channels: [wbe] }', '2:26', 'web'],
    ['a treatment', 'offers:\n  x: { treatments: { wbe: {} } }', '2:22', 'web'],
    ['a feature in an expression', 'segments:\n  x: 1 > 2 || ordrs > 1', '2:15', 'orders'],
    ['a segment in an expression', 'segments:\n  x: "!segment.stag"', '2:16', 'stage'],
    ['a path root', 'features:\n  x: { sum: property.total, of: A }', '2:13', 'properties.total'],
    [
      'an index',
      'features:\n  x: { latest: "properties.a[0].b", of: A }',
      '2:28',
      'properties.a[].b',
    ],
    ['a call', 'features:\n  x: { count: $pge }', '2:15', '$page'],
  ])('%s', (_, text, position, suggestion) => {
    const fault = onlyFault(withMore(text));
    expect(`${fault.line}:${fault.column}`).toBe(position);
    expect(fault.suggestion).toBe(suggestion);
  });

  it('wants a treatment of the fallback for its placement', () => {
    expect(reported(withMore('placements:\n  x: { fallback: other }'))).toEqual([
      'b.yaml:2:18: placements.x.fallback: "other" has no treatment for "x": give it one',
    ]);
  });

  it('survives an expression that is an object with a text for its toString', () => {
    expect(reported(withMore('segments:\n  x: { toString: "" }'))[0]).toContain('b.yaml:2:');
  });

  it('checks what tests name', () => {
    const text = `tests:
  t:
    given: { userId: u, now: 2026-02-30, consent: { marketng: granted } }
    events:
      - Order Complete: {}
      - Order Completed: {}
        expct: {}
      - Order Completed: {}
        expect: { wbe: welcome, web: [welcom] }`;
    expect(reported(withMore(text)).map((line) => line.replace(/, expected.*\(/, ' ('))).toEqual([
      'b.yaml:3:30: tests.t.given.now: found "2026-02-30", expected a date that exists',
      'b.yaml:3:53: tests.t.given.consent.marketng: there is no purpose "marketng"' +
        ' (did you mean marketing?)',
      'b.yaml:5:9: tests.t.events[0].Order Complete: nothing in the catalog knows the event' +
        ' "Order Complete" (did you mean Order Completed?)',
      'b.yaml:6:9: tests.t.events[1]: found Order Completed and expct (did you mean expect?)',
      'b.yaml:9:19: tests.t.events[2].expect.wbe: there is no placement "wbe"' +
        ' (did you mean web?)',
      'b.yaml:9:39: tests.t.events[2].expect.web[0]: there is no offer "welcom"' +
        ' (did you mean welcome?)',
    ]);
  });

  it('lets tests wait, and expect no offer', () => {
    const steps = (...lines: string[]) =>
      reported(
        withMore(`tests:\n  t:\n    events:\n      - Order Completed: {}\n${lines.join('')}`),
      );
    for (const none of ['none', '[]', 'null', '~']) {
      expect(steps(`      - wait: 61m\n        expect: { web: ${none} }\n`)).toEqual([]);
    }
    expect(steps('      - wait: an hour\n')[0]).toContain('found "an hour", expected a duration');
    expect(steps('      - wait: 1h\n        Order Completed: {}\n')[0]).toContain(
      'found wait and Order Completed, expected one event or wait',
    );
  });

  it('lets tests send any event where something listens to all, however near its name is', () => {
    const tests = 'tests:\n  t:\n    events:\n      - Order Complete: {}\n';
    expect(reported(withMore(`features:\n  seen: { last: "*" }\n${tests}`))).toEqual([]);
    expect(reported(`catalog: t\n${tests}`)).toEqual([
      'a.yaml:5:9: tests.t.events[0].Order Complete: nothing in the catalog knows the event' +
        ' "Order Complete": none are defined',
    ]);
  });

  it('blames a bad name, not what refers to it', () => {
    const text = 'features:\n  Big: { count: A }\nsegments:\n  x: Big > 1';
    expect(onlyFault(withMore(text)).path).toBe('features.Big');
  });
});

describe('faults of paths against `events`', () => {
  const events = `events:
  A: { properties: { products: list, total: number, shop: map, shop.city: string } }
  B: { properties: { total: number } }
`;
  it.each([
    [
      'a list without []',
      'latest: properties.products.brand, of: A',
      'properties.products[].brand',
    ],
    ['[] of a number', 'latest: "properties.total[].x", of: [A, B]', null],
    ['a walk into a text', 'latest: properties.shop.city.name, of: A', null],
    ['a list in `by`', 'count: A, by: properties.products.sku', 'properties.products[].sku'],
  ])('%s', (_, feature, suggestion) => {
    const fault = onlyFault(withMore(`${events}features:\n  x: { ${feature} }`));
    expect(fault.message).toContain('finds nothing');
    expect(fault).toMatchObject({ line: 5, suggestion });
  });

  it('also in `per` of a trigger', () => {
    const text = `${events}triggers:\n  x: { on: A, decide: web, per: properties.total.x }`;
    expect(onlyFault(withMore(text))).toMatchObject({ line: 5, path: 'triggers.x.per' });
  });

  it.each([
    ['what is not declared', 'latest: properties.store.id, of: A'],
    ['what one of the events may have', 'latest: "properties.products.x", of: [A, C]'],
    ['all events', 'latest: properties.products.brand, of: "*"'],
    [
      'elements, maps and lists as they are',
      'latest: ["properties.products[].x", properties.shop.city, properties.products], of: A',
    ],
  ])('leaves alone %s', (_, feature) => {
    expect(reported(withMore(`${events}features:\n  x: { ${feature} }`))).toEqual([]);
  });
});
