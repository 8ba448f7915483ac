// What is told of two versions of a catalog: every difference in meaning, in the catalog's own words,
// and nothing else.

import { describe, expect, it } from 'vitest';
import type { SourceFile } from '../../src/catalog/file-text.ts';
import type { CatalogChange } from '../../src/catalog-diff/catalog-change.ts';
import { DETAILS_MAX } from '../../src/catalog-diff/details.ts';
import { diffCatalogs } from '../../src/catalog-diff/diff-catalogs.ts';
import { VALUE_LENGTH_MAX } from '../../src/catalog-diff/say-value.ts';

const file = (text: string, path = 'a.yaml'): SourceFile[] => [{ path, text }];
const diff = (from: string, to: string) => diffCatalogs(file(from), file(to));
const shown = ({ kind, name, change, details }: CatalogChange) =>
  [`${change} ${kind} ${name}`, ...details].join(' | ');

/** An offer that is `from` and then `to`. */
const offer = (from: string, to: string) =>
  diff(`offers:\n  o: ${from}\n`, `offers:\n  o: ${to}\n`).flatMap(({ details }) => details);

describe('what changed in an offer', () => {
  it.each([
    ['{ propensity: 0.08 }', '{ propensity: 0.1 }', 'propensity 0.08 → 0.1'],
    ['{ eligibility: a }', '{ eligibility: b }', 'eligibility `a` → `b`'],
    ['{ value: 3 }', '{ value: "orders * 2" }', 'value 3 → `orders * 2`'],
    ['{}', '{ suitability: a > 1 }', 'suitability added: `a > 1`'],
    ['{ expires: 15m }', '{}', 'expires removed: 15m'],
    ['{ tags: [a] }', '{ tags: [a, b] }', 'tags a → a, b'],
    ['{ ends: 2026-01-01 }', '{ ends: 2027-01-01 }', 'ends 2026-01-01 → 2027-01-01'],
    [
      '{ caps: [{ max: 2, window: 7d }] }',
      '{ caps: [{ max: 3, window: 7d }] }',
      'cap 2 in 7d → 3 in 7d',
    ],
    [
      '{ caps: [{ max: 2, window: 7d, of: impression }] }',
      '{ caps: [{ max: 2, window: 30d, of: impression }] }',
      'cap 2 in 7d → 2 in 30d of impression',
    ],
    [
      '{}',
      '{ caps: [{ max: 2, window: 7d, of: impression }] }',
      'cap added: 2 in 7d of impression',
    ],
    ['{ caps: [{ max: 2 }] }', '{}', 'cap removed: 2'],
    ['{ budget: { grants: 1000 } }', '{ budget: { grants: 500 } }', 'budget 1000 → 500 grants'],
    ['{}', '{ budget: { grants: 9, per_day: 2 } }', 'budget added: 9 grants, 2 a day'],
    [
      '{ budget: { grants: 9, per_day: 2 } }',
      '{ budget: { grants: 9 } }',
      'budget removed: 2 a day',
    ],
    [
      '{ budget: { money: 50, each: 5 } }',
      '{ budget: { money: 50, each: price * 0.1 } }',
      'budget each 5 → `price * 0.1`',
    ],
    [
      '{ treatments: { web_popup: { title: "Made for you" } } }',
      '{ treatments: { web_popup: { title: "Made for us" } } }',
      'treatment web_popup: title "Made for you" → "Made for us"',
    ],
    [
      '{ treatments: { a: { button: { text: x } } } }',
      '{ treatments: { a: { button: { text: y, colour: red } } } }',
      'treatment a: button.text "x" → "y"',
      'treatment a: button.colour added: "red"',
    ],
    [
      '{ treatments: { a: { t: x } } }',
      '{ treatments: { b: { t: x } } }',
      'treatment b added: { t: "x" }',
      'treatment a removed: { t: "x" }',
    ],
    [
      '{ treatments: { a: { code: 1 } } }',
      '{ treatments: { a: { code: "1" } } }',
      'treatment a: code 1 → "1"',
    ],
    ['{ delivery: { by: post } }', '{ delivery: { by: mail } }', 'delivery: by post → mail'],
    ['{ constructor: 1 }', '{ toString: 1 }', 'toString added: 1', 'constructor removed: 1'],
  ])('%s → %s', (from, to, ...expected) => {
    expect(offer(from, to)).toEqual(expected);
  });

  it('pairs the caps that changed, whatever their order', () => {
    expect(
      offer(
        '{ caps: [{ max: 1, window: 1d }, { max: 5, window: 30d }, { max: 2, of: click }] }',
        '{ caps: [{ max: 2, of: click }, { max: 6, window: 30d }, { max: 1, window: 1d }] }',
      ),
    ).toEqual(['cap 5 in 30d → 6 in 30d']);
  });
});

describe('what changed in', () => {
  it.each([
    ['catalog: a', 'catalog: b', 'changed catalog catalog | a → b'],
    ['catalog: a', 'catalog: a\ncountry: CN', 'added catalog country | CN'],
    ['timezone: UTC', 'timezone: Asia/Shanghai', 'changed catalog timezone | UTC → Asia/Shanghai'],
    [
      'consent: { marketing: { default: denied } }',
      'consent: { marketing: { default: granted } }',
      'changed consent marketing | default denied → granted',
    ],
    [
      'catalog: a',
      'catalog: a\nidentifiers: { phone: { max: 2 }, tag: {} }',
      'changed identifier phone | max 3 → 2',
      'added identifier tag',
    ],
    ['catalog: a', 'catalog: a\nidentifiers: { email: false }', 'removed identifier email'],
    [
      'identifiers: { phone: { max: 3 } }',
      'identifiers: { phone: 5 }',
      'changed identifier phone | { trait: phone, max: 3 } → 5',
    ],
    [
      'events: { A: { properties: { p: number, q: list } } }',
      'events: { A: { properties: { p: number!, r: map } } }',
      'changed event A | property p number → number! | property r added: map | property q removed: list',
    ],
    [
      'events:\n  A:',
      'events:\n  A: { properties: { p: map } }',
      'changed event A | property p added: map',
    ],
    [
      'features: { f: { count: A, window: 7d } }',
      'features: { f: { count: A, window: 30d } }',
      'changed feature f | window 7d → 30d',
    ],
    [
      'features: { f: { affinity: p, of: { A: 1 } } }',
      'features: { f: { affinity: p, of: { A: 2, B: 1 } } }',
      'changed feature f | of: A 1 → 2 | of: B added: 1',
    ],
    [
      'segments: { s: a > 1 }',
      'segments: { s: a > 2 }',
      'changed segment s | condition `a > 1` → `a > 2`',
    ],
    [
      'segments: { s: [{ x: a }, { y: b }] }',
      'segments: { s: [{ x: c }, { z: d }] }',
      'changed segment s | member x `a` → `c` | member z added: `d` | member y removed: `b`',
    ],
    [
      'segments: { s: [{ x: a }, { y: b }, { z: c }] }',
      'segments: { s: [{ z: c }, { x: a }, { y: b }] }',
      'changed segment s | member z moved: now before x',
    ],
    [
      'segments: { s: a > 1 }',
      'segments: { s: [{ x: a }] }',
      'changed segment s | condition a > 1 → a group: x',
    ],
    [
      'triggers: { t: { on: A, when: a > 1 } }',
      'triggers: { t: { on: [A, B], when: a > 2, cooldown: 1d } }',
      'changed trigger t | on A → A, B | when `a > 1` → `a > 2` | cooldown added: 1d',
    ],
    [
      'triggers: { t: { decide: a }, u: { decide: a }, v: { decide: a } }',
      'triggers: { u: { decide: a }, v: { decide: a }, t: { decide: a } }',
      'changed trigger t | moved: now the last',
    ],
    [
      'triggers: { t: { on: A, decide: a } }',
      'triggers: { t: { on: A, unless: [B, C], after: 1h, decide: { one_of: [a, b] }, wait: 1d } }',
      'changed trigger t | unless added: B, C | after added: 1h | decide a → one of a, b | wait added: 1d',
    ],
    [
      'triggers: { t: { enter: s, decide: { one_of: [a, b] } } }',
      'triggers: { t: { enter: g.m, existing: true, over: 1h, decide: { one_of: [b, a] } } }',
      'changed trigger t | enter s → g.m | existing added: true | over added: 1h | decide one of a, b → one of b, a',
    ],
    [
      'triggers: { t: { at: traits.b, time: "09:00", lead: 1d } }',
      'triggers: { t: { at: ["2027-02-06", "2028-01-26"], time: "10:00", max_age: 2h } }',
      'changed trigger t | at traits.b → 2027-02-06, 2028-01-26 | time 09:00 → 10:00 | max_age added: 2h | lead removed: 1d',
    ],
    [
      'placements: { p: { quiet: "22:00-08:00" } }',
      'customer_timezone: traits.tz\nplacements: { p: { quiet: "21:00-08:00" } }',
      'added catalog customer_timezone | traits.tz',
      'changed placement p | quiet 22:00-08:00 → 21:00-08:00',
    ],
    [
      'placements: { p: { limit: 1, fallback: o } }',
      'placements: { p: { limit: 3, holdout: 5% } }',
      'changed placement p | limit 1 → 3 | holdout added: 5% | fallback removed: o',
    ],
    [
      'contact_policy: [{ max: 3, window: 1d, channels: [push, sms] }]',
      'contact_policy: [{ max: 4, window: 1d, channels: [push, sms] }, { max: 0, channels: [web] }]',
      'changed contact_policy push, sms | max 3 → 4',
      'added contact_policy web | 0',
    ],
    [
      'tests: { t: { events: [{ A: {} }, { B: {}, expect: { p: o } }] } }',
      'tests: { t: { given: { userId: u }, events: [{ A: {} }, { B: {}, expect: { p: none } }, { wait: 1h }] } }',
      'changed test t | given added: { userId: u } | step 2: expect.p o → none | step 3 added: { wait: 1h }',
    ],
    ['offers: { a: {} }', 'offers: { b: {} }', 'added offer b', 'removed offer a'],
    // Of a later build.
    [
      'gadgets: { push: { rate: 1 } }\nsecret: x',
      'gadgets: { push: { rate: 2 }, web: stream }\nsecret: y',
      'changed catalog secret | x → y',
      'changed gadgets push | rate 1 → 2',
      'added gadgets web',
    ],
  ])('%s → %s', (from, to, ...expected) => {
    expect(diff(from, to).map(shown)).toEqual(expected);
  });
});

describe('what changes nothing', () => {
  const written = [
    'catalog: t',
    'triggers:',
    '  a: { on: A, decide: p }   # the first',
    '  b:',
    "    on: 'B'",
    '    decide: p',
    'offers:',
    '  x: { value: 2, caps: [{ max: 1, window: 1d }] }',
    '  y: { tags: [a] }',
    'contact_policy:',
    '  - { max: 1, channels: [web] }',
    '  - { max: 2, channels: [app] }',
  ];
  it('is how it is written, in which file, and in which order but that of triggers', () => {
    const files = [
      ...file('triggers: { a: { decide: "p", on: "A" } }', '1.yaml'),
      ...file(
        'offers:\n  y:\n    tags:\n      - a\ncontact_policy: [{ channels: [app], max: 2 }]',
        '2.yaml',
      ),
      ...file('catalog: t\ntriggers:\n  b: { on: B, decide: p }', 'z/3.yaml'),
      ...file('offers: { x: { caps: [{ window: 1d, max: 1 }], value: 2.0 } }', '4.yaml'),
      ...file('timezone: UTC\ntests:\ncontact_policy: [{ max: 1, channels: [web] }]', '5.yaml'),
    ];
    expect(diffCatalogs(file(written.join('\n')), files)).toEqual([]);
    expect(diffCatalogs(files, file(written.join('\n')))).toEqual([]);
  });
});

describe('of files that cannot be compiled', () => {
  it.each([
    [
      'sections of the wrong form',
      'offers: 3\ntriggers: [a]\nsegments: { s: { a: b } }',
      'offers: { o: }',
    ],
    ['an entry of the wrong form', 'offers: { o: [1] }', 'offers: { o: { caps: 3, budget: x } }'],
    [
      'parts of the wrong form',
      'offers: { o: { caps: [1, { max: 2 }], treatments: 1 } }',
      'offers: { o: { caps: { max: 2 }, treatments: { p: [1] } } }',
    ],
    [
      'members, steps and properties of the wrong form',
      'segments: { s: [1, a] }\ntests: { t: { events: 1 } }\nevents: { E: { properties: 1 } }',
      'segments: { s: [{ a: 1 }] }\ntests: { t: [1] }\nevents: { E: { properties: { p: 1 } } }',
    ],
  ])('something is said: %s', (_, from, to) => {
    expect(diff(from, to).length).toBeGreaterThan(0);
    expect(diff(to, from).length).toBeGreaterThan(0);
    expect(diff(from, from)).toEqual([]);
  });
});

it('says nothing of a file that is no catalog at all', () => {
  expect(diff('catalog: [', '- a\n- b')).toEqual([]);
});

describe('what is told is bounded', () => {
  it('shows long values from where they part', () => {
    const [same, end] = ['a + '.repeat(100), ' + b'.repeat(100)];
    const [line] = offer(`{ value: "${same}x${end}" }`, `{ value: "${same}y${end}" }`);
    expect(line!.length).toBeLessThan(2 * VALUE_LENGTH_MAX + 20);
    expect(line).toMatch(/^value ….{24}x \+ b.*… → ….{24}y \+ b.*…$/);
  });

  it('counts the details that are too many', () => {
    const keys = Array.from({ length: 100 }, (_, i) => `k${i}: 1`).join(', ');
    const lines = offer(`{ treatments: { p: { ${keys} } } }`, '{ treatments: { p: {} } }');
    expect(lines).toHaveLength(DETAILS_MAX + 1);
    expect(lines.at(-1)).toBe('… and 80 more');
  });
});
