import { describe, expect, it } from 'vitest';
import { onlyFault, reported, withMore } from './compile.ts';

describe('faults of the form', () => {
  it.each([
    [
      'an unknown section',
      'fetures: {}',
      'b.yaml:1:1: fetures: unknown section "fetures"',
      'features',
    ],
    [
      'an unknown key',
      'features:\n  x: { count: A, windw: 1d }',
      'b.yaml:2:18: features.x.windw: unknown key "windw", expected count, by, keep, where, window',
      'window',
    ],
    [
      'a missing key',
      'features:\n  x: { sum: properties.total }',
      'b.yaml:2:3: features.x.of: "of" is missing, expected an event name, a list of them, or "*"',
      null,
    ],
    [
      'a misspelt kind',
      'features:\n  x: { cuont: A }',
      'b.yaml:2:8: features.x.cuont: found cuont, expected what to remember: one of count, sum,',
      'count',
    ],
    [
      'two kinds',
      'features:\n  x: { count: A, first: A }',
      'b.yaml:2:6: features.x: found count and first in one feature, expected one of count,',
      null,
    ],
    [
      'a duration without a unit',
      'features:\n  x: { count: A, window: 30 }',
      'b.yaml:2:26: features.x.window: found 30, expected a duration above 0 such as 30m',
      '30d',
    ],
    [
      'a duration in words',
      'triggers:\n  x: { on: A, decide: web, cooldown: 1 day }',
      'b.yaml:2:38: triggers.x.cooldown: found "1 day", expected a duration such as 30m',
      '1d',
    ],
    [
      'a window of nothing',
      'features:\n  x: { count: A, window: 0s }',
      'b.yaml:2:26: features.x.window: found "0s", expected a duration above 0',
      null,
    ],
    [
      'a trend without a window',
      'features:\n  x: { trend: A }',
      'b.yaml:2:3: features.x.window: "window" is missing, expected a duration above 0',
      null,
    ],
    [
      '`by` where it means nothing',
      'features:\n  x: { days: A, by: properties.k }',
      'b.yaml:2:17: features.x.by: unknown key "by", expected days, where, window',
      null,
    ],
    [
      '`keep` where there is nothing to keep',
      'features:\n  x: { count: A, keep: 5 }',
      'b.yaml:2:18: features.x.keep: `keep` needs `by`',
      null,
    ],
    [
      'a weight that is no number',
      'features:\n  x: { affinity: properties.c, of: { A: much }, half_life: 7d }',
      'b.yaml:2:41: features.x.of.A: found "much", expected a number',
      null,
    ],
    [
      'a holdout that is no share',
      'placements:\n  x: { holdout: 5 }',
      'b.yaml:2:17: placements.x.holdout: found 5, expected a share from 0% to 100%, such as 5%',
      null,
    ],
    [
      'a share over 100 %',
      'placements:\n  x: { holdout: 101% }',
      'b.yaml:2:17: placements.x.holdout: found "101%", expected a share from 0% to 100%',
      null,
    ],
    [
      'a cap of an unknown kind',
      'offers:\n  x: { caps: [{ max: 1, of: impresion }] }',
      'b.yaml:2:29: offers.x.caps[0].of: found "impresion", expected decision, impression,',
      'impression',
    ],
    [
      'a negative cap',
      'offers:\n  x: { caps: [{ max: -1 }] }',
      'b.yaml:2:22: offers.x.caps[0].max: found -1, expected a whole number from 0',
      null,
    ],
    [
      'a treatment that is no map',
      'offers:\n  x: { treatments: { web: hello } }',
      'b.yaml:2:27: offers.x.treatments.web: found "hello", expected a map',
      null,
    ],
    [
      'a contact rule without channels',
      'contact_policy:\n  - { max: 1 }',
      'b.yaml:2:5: contact_policy[0].channels: "channels" is missing, expected a list of channels',
      null,
    ],
    [
      'an unknown property type',
      'events:\n  A: { properties: { total: numbr! } }',
      'b.yaml:2:29: events.A.properties.total: found "numbr!", expected one of string, number,',
      'number',
    ],
    ['a section that is a list', 'offers: [a]', 'b.yaml:1:9: offers: found a list, expected', null],
    ['a file that is a list', '- a', 'b.yaml:1:1: found a list, expected a map of sections', null],
    [
      'consent that is neither granted nor denied',
      'consent:\n  x: { default: maybe }',
      'b.yaml:2:17: consent.x.default: found "maybe", expected granted or denied',
      null,
    ],
  ])('%s', (_, text, report, suggestion) => {
    const fault = onlyFault(withMore(text));
    expect(reported(withMore(text))[0]).toContain(report);
    expect(fault.suggestion).toBe(suggestion);
  });

  it('needs a name of the catalog', () => {
    expect(reported('timezone: UTC')).toEqual([
      'a.yaml:1:1: catalog: "catalog" is missing, expected the name of the catalog',
    ]);
  });

  it('proposes a time zone', () => {
    expect(onlyFault('catalog: t\ntimezone: Asia/Shangai')).toMatchObject({
      ...{ line: 2, column: 11, path: 'timezone', found: 'Asia/Shangai' },
      suggestion: 'Asia/Shanghai',
    });
  });
});

describe('faults of names', () => {
  it.each([
    ['upper case and blanks', 'features:\n  Big Spend: { count: A }', 'big_spend'],
    ['a digit first', 'offers:\n  1st: {}', 'st'],
    ['a keyword', 'triggers:\n  in: { on: A, decide: web }', null],
    ['what is in scope', 'offers:\n  traits: {}', null],
    ['a type of expressions', 'features:\n  list: { count: A }', null],
    ['a member', 'segments:\n  g: [{ event: orders > 1 }]', null],
    ['65 characters', `placements:\n  ${'a'.repeat(65)}: {}`, 'a'.repeat(64)],
  ])('%s', (_, text, suggestion) => {
    const fault = onlyFault(withMore(text));
    expect(fault).toMatchObject({ file: 'b.yaml', line: 2, suggestion });
    expect(fault.message).toMatch(/name/);
  });

  it('leaves events, tests and tags free', () => {
    const text = `events: { "Order Completed": , "注文 完了": {} }
tests: { A long name.: { events: [{ Order Completed: {} }] } }
offers: { x: { tags: [Für-Alle] } }`;
    expect(reported(withMore(text))).toEqual([]);
  });
});

describe('faults of YAML', () => {
  it('refuses a tag and says to quote the expression', () => {
    const [line] = reported(withMore('offers:\n  x: { applicability: !segment.vip }'));
    expect(line).toBe(
      'b.yaml:2:23: offers.x.applicability: found !segment.vip, which YAML reads as a tag: ' +
        'put quotes around the whole expression',
    );
    expect(reported(withMore('offers:\n  x: { applicability: !segment.vip }'))).toHaveLength(1);
  });

  it.each([
    ['what follows the tag', 'segments:\n  x: !segment.vip && orders > 1', '2:6', 'quotes around'],
    [
      'what YAML misreads after it',
      'segments:\n  x: !known(traits.a) || orders > 1',
      '2:6',
      'quotes',
    ],
    [
      'a template without quotes',
      'offers:\n  o: { treatments: { web: { a: {{ orders }} } } }',
      '2:32',
      'quotes',
    ],
  ])('says to quote %s, once', (_, text, position, message) => {
    const fault = onlyFault(withMore(text));
    expect(`${fault.line}:${fault.column}`).toBe(position);
    expect(fault.message).toContain(message);
  });

  it('refuses a key twice, two documents, and text that is no YAML', () => {
    expect(reported(withMore('offers:\n  x: {}\n  x: {}'))).toEqual([
      'b.yaml:3:3: offers.x: "x" is defined twice, first in line 2',
    ]);
    expect(reported(withMore('offers: {}\n---\noffers: {}'))[0]).toContain('second document');
    expect(reported(withMore('offers: {'))[0]).toMatch(/^b\.yaml:1:\d+: offers: not valid YAML: /);
  });

  it('refuses anchors that multiply, depth without end, and numbers that are none', () => {
    const bomb = ['a: &a [x,x,x,x,x,x,x,x,x,x]'];
    for (let i = 1; i < 9; i++) {
      const [name, from] = ['abcdefghij'[i], 'abcdefghij'[i - 1]];
      bomb.push(`${name}: &${name} [${Array(10).fill(`*${from}`).join(',')}]`);
    }
    expect(reported(bomb.join('\n')).join('\n')).toMatch(/more than 200000 values/);
    expect(
      reported(`catalog: t\noffers: ${'{a: '.repeat(40)}1${'}'.repeat(40)}`).join('\n'),
    ).toMatch(/nested deeper than 32/);
    expect(reported(`catalog: t\noffers: ${'['.repeat(20_000)}`)).toEqual([
      expect.stringMatching(/^a\.yaml:2:\d+: offers: not valid YAML: nested too deeply$/),
    ]);
    expect(reported('catalog: t\noffers: &o { x: *o }').join('\n')).toMatch(/deeper|not valid/);
    expect(reported(withMore('offers:\n  x: { value: .nan }')).join('\n')).toMatch(/finite number/);
  });

  it('reads an anchor used twice as if it were written twice', () => {
    const text = 'offers:\n  x: &x { value: 2, treatments: { web: { a: 1 } } }\n  y: *x';
    expect(reported(withMore(text))).toEqual([]);
  });
});

describe('all faults at once', () => {
  it('reports every fault of every file, in order of place', () => {
    const files = {
      'z.yaml': 'placements:\n  x: { limit: 0, chanel: y }',
      'b/c.yaml': 'catalog: t\noffers:\n  x: { value: "1 +", caps: 3, eligibility: nope }',
    };
    expect(reported(files).map((line) => line.split(': ').slice(0, 2).join(' '))).toEqual([
      'b/c.yaml:3:19 offers.x.value',
      'b/c.yaml:3:28 offers.x.caps',
      'b/c.yaml:3:44 offers.x.eligibility',
      'z.yaml:2:15 placements.x.limit',
      'z.yaml:2:18 placements.x.chanel',
    ]);
  });
});

describe('dates', () => {
  it('refuses dates that do not exist, and an end before the start', () => {
    expect(reported(withMore('offers:\n  x: { starts: 2026-02-30 }'))).toEqual([
      'b.yaml:2:16: offers.x.starts: found "2026-02-30", expected a date that exists',
    ]);
    const text = 'offers:\n  x: { starts: 2026-03-01, ends: 2026-03-01 }';
    expect(onlyFault(withMore(text))).toMatchObject({ line: 2, column: 34, path: 'offers.x.ends' });
  });
});
