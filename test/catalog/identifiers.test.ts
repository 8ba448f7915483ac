// `identifiers:`: laid over what holds without it, and refused with what to write instead.

import { describe, expect, it } from 'vitest';
import { DEFAULT_IDENTIFIERS } from '../../src/model/identity.ts';
import { reported, valid } from './compile.ts';

const rulesOf = (section: string) => {
  const { identifiers } = valid(`catalog: t\nidentifiers: ${section}\n`);
  return Object.fromEntries([...identifiers].map(([kind, { kind: _, ...rule }]) => [kind, rule]));
};
const WITHOUT = Object.fromEntries(
  [...DEFAULT_IDENTIFIERS].map(([kind, { kind: _, ...rule }]) => [kind, rule]),
);
const { email: EMAIL, ...NO_EMAIL } = WITHOUT;
const DAY_MS = 86_400_000;

describe('the section', () => {
  it.each<[string, object]>([
    ['', WITHOUT],
    ['{}', WITHOUT],
    ['{ phone: { max: 2 } }', { ...WITHOUT, phone: { ...WITHOUT.phone, max: 2 } }],
    ['{ phone: {} }', WITHOUT],
    ['{ email: { window: 7d } }', { ...NO_EMAIL, email: { ...EMAIL, windowMs: 7 * DAY_MS } }],
    ['{ phone: { trait: mobile } }', { ...WITHOUT, phone: { ...WITHOUT.phone, trait: 'mobile' } }],
    ['{ phone: { weak: true } }', { ...WITHOUT, phone: { ...WITHOUT.phone, weak: true } }],
    ['{ device: { weak: false } }', { ...WITHOUT, device: { ...WITHOUT.device, weak: false } }],
    ['{ email: false }', NO_EMAIL],
    ['{ email: off }', NO_EMAIL],
    ['{ email: null }', NO_EMAIL],
    ['{ email: ~ }', NO_EMAIL],
    [
      '{ loyalty: { trait: loyalty_id, max: 3 } }',
      { ...WITHOUT, loyalty: { trait: 'loyalty_id', max: 3, windowMs: null, weak: false } },
    ],
    ['{ tag: {} }', { ...WITHOUT, tag: { trait: null, max: 3, windowMs: null, weak: false } }],
    [
      '{ phone: false, mobile: { trait: phone } }',
      {
        ...Object.fromEntries(Object.entries(WITHOUT).filter(([kind]) => kind !== 'phone')),
        mobile: { trait: 'phone', max: 3, windowMs: null, weak: false },
      },
    ],
  ])('%s', (section, expected) => {
    expect(rulesOf(section)).toEqual(expected);
  });

  it('may be spread over files, and is not there in most catalogs', () => {
    const files = {
      'a.yaml': 'catalog: t\nidentifiers: { email: false }\n',
      'b.yaml': 'identifiers: { loyalty: {} }\n',
    };
    expect([...valid(files).identifiers.keys()]).toEqual(['phone', 'card', 'device', 'loyalty']);
    expect(valid('catalog: t\n').identifiers).toBe(DEFAULT_IDENTIFIERS);
  });
});

describe('a mistake in it is told once, with what to do', () => {
  const MAP = 'a map with trait, max, weak, window, or false';
  it.each([
    ['{ phone: { max: 0 } }', 'phone.max: found 0, expected a whole number from 1 to 100'],
    ['{ phone: { max: 1000 } }', 'phone.max: found 1000, expected a whole number from 1 to 100'],
    [
      '{ phone: { maxx: 2 } }',
      'phone.maxx: unknown key "maxx", expected trait, max, weak, window (did you mean max?)',
    ],
    ['{ phone: { weak: maybe } }', 'phone.weak: found "maybe", expected true or false'],
    [
      '{ phone: { window: 7 days } }',
      'phone.window: found "7 days", expected a duration above 0 such as 30m, 12h, 7d or 2w ' +
        '(did you mean 7d?)',
    ],
    ['{ phone: 3 }', `phone: found 3, expected ${MAP}`],
    ['{ phone: true }', `phone: found true, expected ${MAP}`],
    ['{ phone: [1] }', `phone: found a list, expected ${MAP}`],
    ['{ phone: }', `phone: found nothing, expected ${MAP}`],
    [
      '{ fone: false }',
      'fone: there is no "fone" to do without, only phone, email, card, device ' +
        '(did you mean phone?)',
    ],
    [
      '{ user: { max: 2 } }',
      'user: "user" is no identifier: every customer or visitor has an id of their own',
    ],
    [
      '{ anonymous: false }',
      'anonymous: "anonymous" is no identifier: every customer or visitor has an id of their own',
    ],
    [
      '{ visitor: {} }',
      'visitor: "visitor" is no identifier: every customer or visitor has an id of their own',
    ],
    [
      '{ Loyalty Card: {} }',
      'Loyalty Card: found the name "Loyalty Card", expected a name of a-z, 0-9 and _, starting ' +
        'with a letter, 64 characters at most (did you mean loyalty_card?)',
    ],
    [
      '{ mobile: { trait: phone } }',
      'mobile.trait: the trait "phone" states phone already: name another, or "phone: false"',
    ],
    [
      '{ a: { trait: x }, b: { trait: x } }',
      'b.trait: the trait "x" states a already: name another, or "a: false"',
    ],
  ])('%s', (section, message) => {
    const faults = reported(`catalog: t\nidentifiers: ${section}\n`);
    expect(faults.map((fault) => fault.replace(/^a\.yaml:2:\d+: /, ''))).toEqual([
      `identifiers.${message}`,
    ]);
  });

  it('has its place', () => {
    expect(reported('catalog: t\nidentifiers:\n  phone:\n    maxx: 2\n')[0]).toMatch(
      /^a\.yaml:4:5: identifiers\.phone\.maxx: /,
    );
    expect(reported('catalog: t\nidentifiers: { trait: phone }\n')[0]).toContain('indent it');
    expect(reported('catalog: t\nidentifier: { phone: false }\n')[0]).toContain(
      'did you mean identifiers?',
    );
    const many = Array.from({ length: 30 }, (_, i) => `k${i}: {}`).join(', ');
    expect(reported(`catalog: t\nidentifiers: { ${many} }\n`)).toEqual([
      expect.stringContaining('more than 32 kinds of identifiers'),
    ]);
  });
});
