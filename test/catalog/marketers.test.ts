// What marketers write who never read a manual of YAML or CEL, and what they are told.

import { describe, expect, it } from 'vitest';
import { onlyFault, reported, withMore } from './compile.ts';

describe('numbers of treatments', () => {
  it.each([
    ['0012', 12],
    ['+86', 86],
    ['0x1F', 31],
    ['0o17', 15],
    ['-007.5', -7.5],
    ['9007199254740993', 9007199254740992],
  ])('a number of a treatment that loses what was written: %s', (source, value) => {
    const treatment = (text: string) => `{ treatments: { web: { codes: [${text}] } } }`;
    expect(reported(withMore(`offers:\n  x: ${treatment(source)}`))).toEqual([
      `b.yaml:2:37: offers.x.treatments.web.codes[0]: found ${source}, which YAML reads as the` +
        ` number ${value}: put quotes around it`,
    ]);
    for (const sound of [`"${source}"`, '12', '-0.5', '.5', '1.50', '1e3', '1e21', '12:30', '0']) {
      expect(reported(withMore(`offers:\n  x: ${treatment(sound)}`))).toEqual([]);
    }
    expect(reported(withMore(`offers:\n  x: { value: ${source} }`)).join()).not.toContain('quotes');
  });
});

describe('tags of offers', () => {
  it('are free text, without their sign', () => {
    const tags = (text: string) => `offers:\n  x: { tags: [${text}] }`;
    expect(reported(withMore(tags("summer sale, '50 % off', 夏季")))).toEqual([]);
    for (const wrong of ['"#sale"', '" sale"', '"sale "', '""', '"a\\nb"', 'x'.repeat(65)]) {
      const [fault, ...others] = reported(withMore(tags(wrong)));
      expect(fault).toContain('expected a text in one line of at most 64 characters, without #');
      expect(others).toEqual([]);
    }
  });
});

describe('what is meant by a condition', () => {
  it.each([
    ['traits.a > 1 && since(traits.b) > 30d', '30d', "duration('30d')"],
    ['now - 30d > traits.b', '30d', "duration('30d')"],
    ['since(traits.b) > 1h30m', '1h30m', "duration('1h30m')"],
    ['since(traits.b) > 30 days', '30 days', "duration('30d')"],
    ['orders > 1,000', '1,000', '1000'],
    ['orders > 1,5', '1,5', '1.5'],
    ['orders > 30€', '30€', '30'],
    ['orders > $30', '$30', '30'],
    ['orders > .5', '.5', '0.5'],
    ["traits.first-name == 'x'", 'traits.first-name', "traits['first-name']"],
    ["traits.a-b-c == 'x'", 'traits.a-b-c', "traits['a-b-c']"],
    ["traits.in == 'x'", 'in', "traits['in']"],
    ['age(birthday) > 3', 'birthday', 'traits.birthday'],
    ["country == 'CN'", 'country', 'traits.country'],
    ['traits.country == CN', 'CN', "'CN'"],
    ['traits.country in [CN]', 'CN', "'CN'"],
    ["traits.country IN ['CN']", 'IN', 'in'],
    ["traits.country not in ['CN']", 'not', '!(a in b)'],
    ['traits.country == NULL', 'NULL', 'null'],
    ['traits.country is not null', 'is', '!='],
    ['traits.member == TRUE', 'TRUE', 'true'],
    ["traits.country <> 'CN'", '<>', '!='],
    ["traits.country LIKE 'C%'", 'LIKE', 'matches'],
    ['orders between 1 and 3', 'between', 'a >= 1 && a <= 3'],
    ['orders > 1 AND orders < 3', 'AND', '&&'],
    ['orders > 1 OR orders < 3', 'OR', '||'],
    ['NOT segment.vip', 'segment', '!'],
    ['os > 1', 'os', null],
  ])('%s', (condition, found, suggestion) => {
    const fault = onlyFault(withMore(`segments:\n  x: "${condition}"`));
    expect(fault).toMatchObject({ line: 2, found, suggestion });
  });

  it('a segment, or the text that has the same letters', () => {
    const segments = 'segments:\n  f: orders > 5\n  x: traits.gender == f';
    expect(reported(withMore(segments))).toEqual([
      "b.yaml:3:23: segments.x: f is a segment; a text is written in quotes: 'f'" +
        ' (did you mean segment.f?)',
    ]);
  });
});

describe('what is meant by an offer', () => {
  it.each([
    ['propensity: 8%', '2:20', '0.08'],
    ['value: 30€', '2:15', '30'],
    ['treatments: { web: { a: "Dear {{{ traits.x }}}" } }', '2:38', '{{ traits.x }}'],
  ])('%s', (part, position, suggestion) => {
    const fault = onlyFault(withMore(`offers:\n  x: { ${part} }`));
    expect([`${fault.line}:${fault.column}`, fault.suggestion]).toEqual([position, suggestion]);
  });
});

describe('what is meant by YAML', () => {
  it.each([
    ['{ count: A, window:30m }', '2:18', 'found "window:30m", expected a space after ":"'],
    ['{ window:30m, count: A }', '2:8', 'found "window:30m", expected a space after ":"'],
    ['{ sum: properties.x of: A }', '2:13', 'a comma is missing before "of"'],
    ['{ count: 404 }', '2:15', 'found 404, expected an event name'],
    ['{ <<: 1, count: A }', '2:8', 'merge keys (<<) are not supported'],
  ])('%s', (feature, position, message) => {
    const fault = onlyFault(withMore(`features:\n  x: ${feature}`));
    expect(`${fault.line}:${fault.column}`).toBe(position);
    expect(fault.message).toContain(message);
  });

  it('an event of digits, in quotes', () => {
    const feature = (name: string) => withMore(`features:\n  x: { count: ${name} }`);
    expect(onlyFault(feature('0404')).suggestion).toBe('"0404"');
    expect(onlyFault(feature('[A, 404]')).suggestion).toBe('"404"');
    expect(reported(feature('"404"'))).toEqual([]);
  });

  it('names with a colon, which events may have', () => {
    expect(reported(withMore('events:\n  A:b:\n  cart:added:\n  http://x: {}\n'))).toEqual([]);
  });
});
