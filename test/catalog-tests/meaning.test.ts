// What a test of a catalog means: who it is about, what happens when, and when it is met.

import { describe, expect, it } from 'vitest';
import { failuresOf, oneTest, run } from './tested.ts';

/** Asks whatever is of interest: an offer `yes` where the condition holds, `no` where it does not. */
const asking = (condition: string, more = '') => `timezone: Asia/Shanghai
consent: { marketing: { default: denied } }
triggers: { ask: { on: [Asked, $page, $screen, $identify, $group], decide: app } }
offers:
  yes: { eligibility: ${JSON.stringify(condition)}, value: 2, treatments: { app: { a: 1 } } }
  no: { treatments: { app: { a: 1 } } }
placements: { app: {} }
${more}`;

/** A test that holds exactly where the condition does. */
function holds(condition: string, given: string, ...steps: readonly string[]): boolean {
  const { passed, failures } = run(asking(condition), oneTest(given, ...steps));
  if (passed === 0) expect(failures[0]!.message).toContain('expected yes, found no');
  return passed === 1;
}

const ASKED = '{ Asked: {}, expect: { app: yes } }';

describe('what is given', () => {
  it.each([
    [
      'traits',
      "traits.name == 'Li' && traits.tags[1] == 'b'",
      '{ traits: { name: Li, tags: [a, b] } }',
    ],
    ['a purpose that was granted', 'consent.marketing', '{ consent: { marketing: granted } }'],
    ['the same as an event says it', 'consent.marketing', '{ consent: { marketing: true } }'],
    ['a purpose that was denied', '!consent.marketing', '{ consent: { marketing: denied } }'],
    ['no purpose', '!consent.marketing', '{}'],
    ['a context', "context.channel == 'app'", '{ context: { channel: app } }'],
    ['a start', "now == timestamp('2026-11-22T02:00:00Z')", '{ now: 2026-11-22T10:00 }'],
    ['a start with its offset', 'hour(now) == 18', '{ now: "2026-11-22T10:00:00Z" }'],
    ['a day', 'hour(now) == 0 && date(now) == timestamp("2026-11-22")', '{ now: 2026-11-22 }'],
    ['nothing of the time', 'hour(now) == 12', '{}'],
  ])('may be %s', (_, condition, given) => {
    expect(holds(condition, given, ASKED)).toBe(true);
    expect(holds(`!(${condition})`, given, ASKED)).toBe(false);
  });

  it('begins at noon of the day it is run on, in the catalog’s timezone', () => {
    // 2026-11-22 17:00 UTC is the 23rd in Shanghai.
    const catalog = asking("now == timestamp('2026-11-23T04:00:00Z')");
    expect(failuresOf(catalog, oneTest('{}', ASKED), Date.UTC(2026, 10, 22, 17))).toEqual([]);
  });

  it('names the customer that `bucket` and holdouts go by', () => {
    const bucketOf = (given: string) =>
      [0, 1, 2, 3, 4, 5, 6, 7].filter((n) => holds(`bucket('a', 8) == ${n}`, given, ASKED));
    expect(bucketOf('{ userId: u1 }')).toEqual(bucketOf('{ userId: u1, anonymousId: a1 }'));
    const ids = ['{ userId: u1 }', '{ userId: u2 }', '{ anonymousId: u1 }', '{ anonymousId: x }'];
    expect(new Set(ids.map((given) => bucketOf(given)[0])).size).toBeGreaterThan(1);
  });

  it('is somebody whom no holdout catches, where nobody is named', () => {
    const placements = ['app', 'web', 'pos'].map((name) => `${name}: { holdout: 50% }`);
    const catalog = `triggers: { ask: { on: Asked, decide: [app, web, pos] } }
offers: { o: { treatments: { app: { a: 1 }, web: { a: 1 }, pos: { a: 1 } } } }
placements: { ${placements.join(', ')} }`;
    expect(
      failuresOf(catalog, oneTest('{}', '{ Asked: {}, expect: { app: o, web: o, pos: o } }')),
    ).toEqual([]);
  });

  it('is no event: it fires nothing and is counted by nothing', () => {
    const catalog = asking('calls == 0', 'features: { calls: { count: $identify } }');
    const given = '{ traits: { name: Li }, consent: { marketing: granted } }';
    expect(failuresOf(catalog, oneTest(given, ASKED))).toEqual([]);
  });

  it('may be stated anew by an event of the same instant', () => {
    const given = '{ traits: { name: Li }, consent: { marketing: granted } }';
    const step =
      '{ $identify: { name: Wu }, context: { consent: { categoryPreferences: { marketing: false } } }, expect: { app: yes } }';
    expect(holds("traits.name == 'Wu' && !consent.marketing", given, step)).toBe(true);
  });
});

describe('a step', () => {
  it('is a track event, or one of the other calls by its name', () => {
    const said = (step: string, condition: string) => holds(condition, '{}', step);
    expect(
      said(
        '{ Asked: { n: 3 }, expect: { app: yes } }',
        "event.event == 'Asked' && event.properties.n == 3",
      ),
    ).toBe(true);
    expect(
      said(
        '{ $page: { n: 3 }, expect: { app: yes } }',
        "event.type == 'page' && event.properties.n == 3",
      ),
    ).toBe(true);
    expect(
      said(
        '{ $screen: { n: 3 }, expect: { app: yes } }',
        "event.type == 'screen' && event.properties.n == 3",
      ),
    ).toBe(true);
    expect(
      said(
        '{ $identify: { n: 3 }, expect: { app: yes } }',
        "event.type == 'identify' && traits.n == 3",
      ),
    ).toBe(true);
    expect(
      said(
        '{ $group: { n: 3 }, expect: { app: yes } }',
        "event.type == 'group' && event.traits.n == 3",
      ),
    ).toBe(true);
    expect(said('{ Asked: , expect: { app: yes } }', 'true')).toBe(true);
  });

  it('comes at the instant of the one before it, `after` it, or after a `wait`', () => {
    const at = (time: string) => `now == timestamp('2026-11-22T${time}Z')`;
    const given = '{ now: "2026-11-22T00:00Z" }';
    const before = '{ Asked: {} }';
    expect(holds(at('00:00:00'), given, before, ASKED)).toBe(true);
    const later = '{ Asked: {}, after: 2m, expect: { app: yes } }';
    expect(holds(at('00:03:00'), given, '{ Asked: {}, after: 1m }', later)).toBe(true);
    expect(holds(at('01:01:00'), given, before, '{ wait: 61m }', ASKED)).toBe(true);
    expect(holds(at('01:04:00'), given, '{ wait: 61m, after: 1m }', later)).toBe(true);
  });

  it('has its context over that of `given`', () => {
    const given = '{ context: { channel: app, store: s1 } }';
    const step = '{ Asked: {}, context: { channel: pos }, expect: { app: yes } }';
    expect(holds("context.channel == 'pos' && context.store == 's1'", given, step)).toBe(true);
    expect(holds("context.channel == 'app'", given, step, step)).toBe(false);
  });

  it('keeps the digits of long whole numbers, as a gateway does', () => {
    const catalog = `features: { seen: { count: Asked, by: properties.card } }
triggers: { ask: { on: Asked, when: "seen[event.properties.card] == 2", decide: app } }
offers: { o: { treatments: { app: { a: 1 } } } }
placements: { app: {} }`;
    const asked = (card: string, expected: string) =>
      `{ Asked: { card: ${card} }, expect: { app: ${expected} } }`;
    const steps = [
      asked('9007199254740993', 'none'),
      asked('9007199254740992', 'none'),
      asked('9007199254740993', 'o'),
    ];
    expect(failuresOf(catalog, oneTest('{}', ...steps))).toEqual([]);
    const listed = '{ Asked: { list: [{ n: 90071992547409931 }] }, expect: { app: yes } }';
    const isIt = (digits: string) =>
      holds(`string(event.properties.list[0].n) == '${digits}'`, '{}', listed);
    expect([isIt('90071992547409931'), isIt('90071992547409936')]).toEqual([true, false]);
  });
});

describe('an expectation', () => {
  const catalog = `triggers: { ask: { on: Asked, decide: [app, web] } }
offers:
  a: { value: 3, treatments: { app: { x: 1 } } }
  b: { value: 2, treatments: { app: { x: 1 } } }
  c: { eligibility: 1 > 2, treatments: { web: { x: 1 } } }
placements: { app: { limit: 2 }, web: {}, pos: {} }`;
  const met = (expected: string) =>
    run(catalog, oneTest('{}', `{ Asked: {}, expect: ${expected} }`)).passed === 1;

  it('is met by these offers in this order, by all of them and by no others', () => {
    expect(met('{ app: [a, b] }')).toBe(true);
    for (const other of ['[b, a]', '[a]', 'a', '[a, b, c]', 'none', '[]', 'null', '~', '[none]']) {
      expect(met(`{ app: ${other} }`)).toBe(false);
    }
  });

  it.each(['none', '[]', 'null', '[none]'])('of %s is met by no offer', (none) => {
    expect(met(`{ web: ${none}, pos: ${none} }`)).toBe(true);
  });

  it('says nothing of placements that it does not name', () => {
    expect(met('{ web: none }')).toBe(true);
    expect(met('{}')).toBe(true);
  });

  it('may stand at every step: each that is not met is a failure, of one test', () => {
    const steps = [
      '{ Asked: {}, expect: { app: a, web: c } }',
      '{ Asked: {}, expect: { app: b } }',
    ];
    const { passed, failed, failures } = run(catalog, oneTest('{}', ...steps));
    expect([passed, failed, failures.length]).toEqual([0, 1, 3]);
    expect(failures.map(({ line, column }) => `${line}:${column}`)).toEqual([
      '5:32',
      '5:40',
      '6:32',
    ]);
  });

  it('of time alone is met by nothing', () => {
    const steps = ['{ Asked: {} }', '{ wait: 1h, expect: { app: none } }'];
    expect(failuresOf(catalog, oneTest('{}', ...steps))).toEqual([]);
    expect(failuresOf(catalog, oneTest('{}', '{ wait: 1h, expect: { app: a } }'))).toEqual([
      '5:31 t: app: expected a, found no decision\n' +
        '  ask did not fire: it is on Asked, and only time passed',
    ]);
  });
});

describe('several tests', () => {
  it('begin with customers of their own: what contradicts is told, one passed and one failed', () => {
    const catalog = `triggers: { ask: { on: Asked, decide: app, cooldown: 1d } }
offers: { o: { caps: [{ max: 1 }], treatments: { app: { x: 1 } } } }
placements: { app: {} }`;
    const test = (name: string, expected: string) =>
      `  ${name}: { given: { userId: u }, events: [{ Asked: {}, expect: { app: ${expected} } }] }\n`;
    const tests = `tests:\n${test('one', 'o')}${test('two', 'none')}${test('three', 'o')}`;
    expect(run(catalog, tests)).toMatchObject({
      passed: 2,
      failed: 1,
      failures: [{ test: 'two' }],
    });
  });

  it('are none in a catalog without', () => {
    const nothing = { passed: 0, failed: 0, failures: [] };
    expect(run('', '')).toEqual(nothing);
    expect(run('', 'tests: {}')).toEqual(nothing);
  });
});
