import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compileCondition,
  compileExpression,
  compileTemplate,
} from '../../../src/catalog/expressions/compile.ts';
import type { Value } from '../../../src/model/value.ts';
import { testSeed } from '../../support/seeded.ts';
import { evaluate, namesWith, scopeOf } from './scopes.ts';

const SEED = testSeed();
const names = namesWith();

const WORDS = [
  'orders',
  'last_order',
  'views_of_product',
  'segment',
  'vip',
  'lifecycle',
  'traits',
  'event',
  'properties',
  'timestamp',
  'before',
  'now',
  'context',
  'consent',
  'firing',
  'key',
  'since',
  'or',
  'known',
  'has',
  'top',
  'age',
  'date',
  'duration',
  "'30d'",
  "'2026-01-01'",
  'size',
  'exists',
  'map',
  'filter',
  'all',
  'x',
  'y',
  '1',
  '0',
  '2.5',
  'true',
  'null',
  "'a'",
  '""',
  '(',
  ')',
  '[',
  ']',
  '{',
  '}',
  '.',
  ',',
  ':',
  '?',
  '+',
  '-',
  '*',
  '/',
  '%',
  '==',
  '!=',
  '<',
  '>=',
  'in',
  '&&',
  '||',
  '!',
  'matches',
  'getHours',
  '__proto__',
  'constructor',
  'b',
  '\\',
  '"',
  "'",
  '{{',
  '}}',
  '//',
];

const HOSTILE: readonly Value[] = [
  null,
  true,
  0,
  -0,
  1e308,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  '',
  '__proto__',
  'x'.repeat(100),
  '\ud800',
  [],
  [null],
  [[[]]],
  {},
  { a: { b: null } },
  JSON.parse('{"__proto__":{"a":1}}'),
  { constructor: 1, toString: 'x', hasOwnProperty: null },
];

/** Compiles and, where that works, runs it on data of every kind. */
function survive(source: string): void {
  const compiled = compileExpression(source, names);
  compileCondition(source, names);
  const template = compileTemplate({ a: `{{${source}}}`, b: source }, names);
  for (const value of HOSTILE) {
    const data = {
      traits: { x: value, a: value },
      features: {},
      event: { properties: { x: value } },
    };
    if (compiled.ok) compiled.run(scopeOf(data as never));
    if (template.ok) template.render(scopeOf(data as never), () => {});
  }
}

describe('hostile sources', () => {
  test('anything at all is compiled or refused, never thrown', () => {
    // As `unit: 'binary'`, whose tables take the generator seconds.
    const unit = fc.nat({ max: 0x10ffff }).map((point) => String.fromCodePoint(point));
    fc.assert(fc.property(fc.string({ maxLength: 60, unit }), survive), {
      seed: SEED,
      numRuns: 200,
    });
  });

  test('words of the language in any order are compiled or refused, never thrown', () => {
    const words = fc.array(fc.constantFrom(...WORDS), { maxLength: 14 });
    fc.assert(
      fc.property(words, fc.constantFrom(' ', ''), (list, gap) => survive(list.join(gap))),
      { seed: SEED, numRuns: 300 },
    );
  });

  test('calls and paths on hostile values are known or unknown, never thrown', () => {
    const leaf = fc.constantFrom(
      'traits.x',
      'event.properties.x',
      'orders',
      'last_order',
      'now',
      '1',
      "'a'",
      'null',
      'true',
      'traits',
      'context',
      'event',
      'views_of_product',
      'segment.vip',
      "duration('1d')",
      '[1, null]',
    );
    const { source } = fc.letrec<{ source: string }>((tie) => ({
      source: fc.oneof(
        { maxDepth: 3, withCrossShrink: true },
        leaf,
        fc
          .tuple(
            fc.constantFrom('+', '-', '*', '/', '%', '==', '!=', '<', '>=', 'in', '&&', '||'),
            tie('source'),
            tie('source'),
          )
          .map(([op, a, b]) => `(${a} ${op} ${b})`),
        fc
          .tuple(
            fc.constantFrom(
              'since',
              'until',
              'age',
              'date',
              'hour',
              'weekday',
              'timestamp',
              'duration',
              'known',
              'size',
              'int',
              'double',
              'string',
              'bool',
              'dyn',
              '!',
              '-',
              'top',
            ),
            tie('source'),
          )
          .map(([f, a]) => `${f}(${a})`),
        fc
          .tuple(
            fc.constantFrom(
              '.x',
              '[0]',
              "['a']",
              '.getHours()',
              ".contains('a')",
              '.map(y, y)',
              '.exists(y, y == 1)',
              ".matches('a+')",
              '.matches(traits.x)',
              '.filter(y, known(y))',
            ),
            tie('source'),
          )
          .map(([f, a]) => `${a}${f}`),
        fc
          .tuple(tie('source'), tie('source'), tie('source'))
          .map(([a, b, c]) => `(${a} ? ${b} : ${c})`),
        fc.tuple(tie('source'), tie('source')).map(([a, b]) => `or(${a}, ${b})`),
      ),
    }));
    let ran = 0;
    fc.assert(
      fc.property(source, (text) => {
        survive(`dyn(${text})`);
        if (compileExpression(text, names).ok) ran++;
      }),
      { seed: SEED, numRuns: 300 },
    );
    expect(ran).toBeGreaterThan(50);
  });
});

test('a zone that does not exist is no reason to throw', () => {
  const lost = namesWith({ timezone: 'Mars/Base' });
  expect(evaluate('hour(now)', {}, lost)).toBe(10);
});

describe('hostile names of properties', () => {
  const inherited = [
    ...Object.getOwnPropertyNames(Object.prototype),
    ...Object.getOwnPropertyNames(Array.prototype),
    ...Object.getOwnPropertyNames(String.prototype),
    'prototype',
    'ms',
    'name',
    'caller',
    'arguments',
    'then',
  ].filter((name) => name !== '0');

  test.each([
    ['an object', {}],
    ['a list', [1]],
    ['text', 'abc'],
    ['a number', 5],
  ] as const)('what %s inherits is absent', (_what, value) => {
    for (const name of inherited) {
      const key = JSON.stringify(name);
      const data = { traits: { x: value, k: name }, event: { properties: value as never } };
      for (const source of [
        `traits.x[${key}]`,
        'traits.x[traits.k]',
        `event.properties[${key}]`,
        `traits[${key}]`,
        `traits[traits.k == ${key} ? ${key} : '']`,
        `context[${key}]`,
      ]) {
        if (evaluate(source, data as never) !== undefined && !source.startsWith('traits[')) {
          expect.fail(`${source} of ${JSON.stringify(value)}`);
        }
      }
      expect(evaluate(`known(traits.x[${key}])`, data as never)).toBe(false);
      expect(evaluate(`${key} in {'a': 1}`)).toBe(false);
    }
  });

  test('the wrappers of times and durations show nothing', () => {
    expect(evaluate("dyn(now)['ms']")).toBeUndefined();
    expect(evaluate("dyn(duration('1d')).ms")).toBeUndefined();
    expect(evaluate("[dyn(now)].exists(t, known(t['constructor']))")).toBe(false);
  });

  test('own properties of these names are read', () => {
    const data = { traits: { x: JSON.parse('{"__proto__": 1, "constructor": 2, "length": 3}') } };
    expect(evaluate("traits.x['__proto__']", data)).toBe(1);
    expect(evaluate('traits.x.constructor + traits.x.length', data)).toBe(5);
    expect(evaluate("{'__proto__': 7}['__proto__']")).toBe(7);
  });

  test('nothing reaches the host', () => {
    for (const source of ['process.env', 'globalThis', 'this', 'require', 'Date', 'Math']) {
      expect(compileExpression(source, names)).toMatchObject({ ok: false });
    }
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });
});
