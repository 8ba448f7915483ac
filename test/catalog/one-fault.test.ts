// One mistake of an author is one fault, at its place, in words that say what to do about it.

import { describe, expect, it } from 'vitest';
import { onlyFault, reported, withMore } from './compile.ts';

describe('one mistake of YAML is one fault', () => {
  it.each([
    ['": " in a text', 'segments:\n  x: orders > 1 ? true : false', '2:6', 'found ": " within'],
    ['": " in { }', 'features:\n  x: { formula: orders > 1 ? 2 : 3 }', '2:17', 'found ": " within'],
    [
      '[] in { }',
      'features:\n  x: { count: A, by: properties.products[].category }',
      '2:41',
      'found "[" after the end of a text, put quotes',
    ],
    [
      'a list of words in { }',
      "placements:\n  x: { when: traits.y in ['a', 'b'] }",
      '2:26',
      'found "[" after the end of a text, put quotes',
    ],
    [
      'a comma in a text in { }',
      'features:\n  x: { formula: or(orders, 0) + 1 }',
      '2:28',
      '"0) + 1" has no value: write ":" after a name, put quotes around a text with a comma',
    ],
    [
      'a comma in a line for customers',
      'offers:\n  x: { treatments: { web: { title: Hello, dear you } } }',
      '2:43',
      '"dear you" has no value',
    ],
    [
      'a name without a colon',
      'offers:\n  x: { caps: [{ max: 2, window 7d }] }',
      '2:25',
      'window 7d',
    ],
    [
      'a star',
      'features:\n  x: { last: * }',
      '2:14',
      'no text can start with * in YAML, put quotes',
    ],
    ['a star before a word', 'features:\n  x: *orders', '2:6', 'there is no anchor &orders'],
    [
      'a tag of offers',
      'triggers:\n  x: { on: A, decide: web, offers: [#greeting] }',
      '2:37',
      'is a comment to YAML, put quotes',
    ],
    [
      'a bracket that stays open',
      'features:\n  x: { count: A\n  y: { count: B }',
      '2:6',
      'the { that',
    ],
    ['a tab', 'features:\n\tx: { count: A }', '2:1', 'Tabs are not allowed'],
    [
      'quotes that stay open',
      "segments:\n  x: 'orders > 1\n  y: orders > 2\n",
      '2:6',
      'never closed',
    ],
    [
      'quotes around a part',
      "segments:\n  x: 'a' == traits.y",
      '2:10',
      'found "== traits.y" after',
    ],
    ['no space after a colon', 'features:\n  x:{ count: A }', '2:3', 'expected a space after ":"'],
    ['no number', 'offers:\n  x: { value: .nan }', '2:15', 'expected a finite number'],
    ['a required type', 'events:\n  A: { properties: { x: !string } }', '2:25', 'reads as a tag'],
    ['a condition left out', 'segments:\n  x:', '2:5', 'found nothing, expected an expression'],
  ])('%s', (_, text, position, message) => {
    const fault = onlyFault(withMore(text));
    expect(`${fault.line}:${fault.column}`).toBe(position);
    expect(fault.message).toContain(message);
  });

  it('a file that is no map says nothing of the sections it lacks', () => {
    expect(reported('- a')).toEqual(['a.yaml:1:1: found a list, expected a map of sections']);
  });

  it('does not hide what is wrong elsewhere', () => {
    const text = `segments:
  a: !segment.b
  c: orders > 1 ? true : false
  d: ordrs > 1
features:
  e: { cuont: A }
  f: { last: * }
`;
    const lines = reported(withMore(text)).map((line) => line.split(' ')[0]);
    expect(lines).toEqual([
      'b.yaml:2:6:',
      'b.yaml:3:6:',
      'b.yaml:4:6:',
      'b.yaml:6:8:',
      'b.yaml:7:14:',
    ]);
  });

  it('finds what is wrong below a line that YAML cannot read, in every file', () => {
    const files = {
      'a.yaml':
        'catalog: t\nfeatures:\n  a: { count: O, by: properties.x[].y }\nsegments:\n  b: "a > 1\n  c: ordrs > 1\nplacements: { web: {} }\n',
      'b.yaml': 'triggers:\n  x: { on: O, decide: web, when: segment.b, cooldwn: 1d }',
    };
    expect(reported(files).map((line) => line.split(': ').slice(0, 2).join(' '))).toEqual([
      'a.yaml:3:34 features.a',
      'a.yaml:5:6 segments.b',
      'a.yaml:6:6 segments.c',
      'b.yaml:2:45 triggers.x.cooldwn',
    ]);
  });

  it('two cut texts in one map do not hide each other', () => {
    const text = 'offers:\n  x: { treatments: { web: { a: b, c, d: e, f } } }';
    expect(reported(withMore(text)).length).toBeGreaterThan(0);
  });
});

describe('what an author most likely meant', () => {
  it.each([
    [
      'a path of an expression',
      'features:\n  x: { sum: event.properties.a, of: A }',
      'properties.a',
    ],
    ['a bare property', 'features:\n  x: { sum: total, of: A }', 'properties.total'],
    ['a word in capitals', 'segments:\n  x: orders > 1 AND orders < 3', '&&'],
    ['a name of other letters', "segments:\n  x: traits.城市 == 'a'", "['城市']"],
    ['typographic quotes', 'segments:\n  x: traits.y == ‘a’', "'"],
    ['a typographic sign', 'segments:\n  x: orders ≥ 2', '>='],
  ])('%s', (_, text, suggestion) => {
    expect(onlyFault(withMore(text)).suggestion).toBe(suggestion);
  });

  it('proposes no example as if it were a choice', () => {
    expect(onlyFault(withMore('features:\n  x: { count: A, window: 0d }')).suggestion).toBeNull();
  });

  it.each([
    [
      'a feature with keys as one value',
      'by_key > 3',
      "by_key has a value per key, as in by_key['key']",
    ],
    ['a sum of all keys', 'by_key + 1 > 3', "by_key has a value per key, as in by_key['key']"],
    ['a key of one value', "orders['a'] > 3", 'orders is a number and has no keys'],
    ['a blank that is none', 'orders\u00a0> 3', 'an invisible sign here'],
  ])('says what is wrong with %s', (_, condition, message) => {
    expect(onlyFault(withMore(`segments:\n  x: "${condition}"`)).message).toContain(message);
  });

  it.each([
    ['a segment', 'segments:\n  x: ""', '2:7'],
    ['a formula', 'features:\n  x: { formula: "" }', '2:18'],
    ['a where', 'features:\n  x: { count: A, where: "" }', '2:26'],
    ['a placement', 'placements:\n  x: { when: "" }', '2:15'],
    ['an offer', 'offers:\n  x: { value: "", treatments: { web: {} } }', '2:16'],
  ])('says that an expression is missing: %s', (_, text, position) => {
    const fault = onlyFault(withMore(text));
    expect([`${fault.line}:${fault.column}`, fault.message]).toEqual([
      position,
      'An expression is missing',
    ]);
  });

  it('says so when there is nothing to choose from', () => {
    const text = 'catalog: t\nplacements: { p: { fallback: x } }';
    expect(reported(text)).toEqual([
      'a.yaml:2:30: placements.p.fallback: there is no offer "x": none are defined',
    ]);
  });
});
