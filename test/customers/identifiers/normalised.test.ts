// One spelling for each identifier: what is the same for people is one name, and what is not is not.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { namesNobody } from '../../../src/customers/identifiers/names-nobody.ts';
import { bareValue, normalised } from '../../../src/customers/identifiers/normalise.ts';

const inCountry = (country: string | null) => (text: string) =>
  normalised('phone', text.trim(), country);

describe('a phone', () => {
  it.each([
    ['+86 138 0013 8000', '+8613800138000'],
    ['+8613800138000', '+8613800138000'],
    ['+86-138-0013-8000', '+8613800138000'],
    ['+86 (138) 0013-8000', '+8613800138000'],
    ['+86.138.0013.8000', '+8613800138000'],
    ['+86(138)00138000', '+8613800138000'],
    ['(+86) 138 0013 8000', '+8613800138000'],
    ['(+86)13800138000', '+8613800138000'],
    ['  +86 138 0013 8000  ', '+8613800138000'],
    ['+86 0138 0013 8000', '+8613800138000'],
    ['＋８６ １３８ ００１３ ８０００', '+8613800138000'],
    ['+٨٦١٣٨٠٠١٣٨٠٠٠', '+8613800138000'],
    ['\u202a+86 138 0013 8000\u202c', '+8613800138000'],
    ['+86\u00a0138\u00a00013\u00a08000', '+8613800138000'],
    ['+86\u2011138\u20110013\u20118000', '+8613800138000'],
    ['tel:+86-138-0013-8000', '+8613800138000'],
    ['TEL:+8613800138000', '+8613800138000'],
    ['0086 138 0013 8000', '+8613800138000'],
    ['+1 (415) 555-2671', '+14155552671'],
    ['+1-415-555-2671', '+14155552671'],
    ['+1.415.555.2671', '+14155552671'],
    ['0014155552671', '+14155552671'],
    ['+49 (0)30 901820', '+4930901820'],
    ['+49 171 1234567', '+491711234567'],
    ['+44 (0)20 7946 0958', '+442079460958'],
    ['+800 1234 5678', '+80012345678'],
  ])('%j is %s in whatever country', (written, number) => {
    const countries = written.startsWith('00') ? [null] : [null, 'CN', 'US', 'DE', 'UK', 'xx'];
    for (const country of countries) expect(inCountry(country)(written)).toBe(number);
  });

  it.each([
    ['CN', '13800138000', '+8613800138000'],
    ['CN', '138 0013 8000', '+8613800138000'],
    ['CN', '138-0013-8000', '+8613800138000'],
    ['CN', '１３８００１３８０００', '+8613800138000'],
    ['CN', '013800138000', '+8613800138000'],
    ['CN', '86 138 0013 8000', '+8613800138000'],
    ['CN', '8613800138000', '+8613800138000'],
    ['CN', '0086 138 0013 8000', '+8613800138000'],
    ['CN', '010-12345678', '+861012345678'],
    ['US', '(415) 555-2671', '+14155552671'],
    ['US', '415 555 2671', '+14155552671'],
    ['US', '1-415-555-2671', '+14155552671'],
    ['US', '011 86 138 0013 8000', '+8613800138000'],
    ['DE', '030 901820', '+4930901820'],
    ['DE', '0171/1234567', '+491711234567'],
    ['DE', '0049 171 1234567', '+491711234567'],
  ])('of %s may be %j: %s', (country, written, number) => {
    expect(inCountry(country)(written)).toBe(number);
  });

  it.each([
    ['13800138000', null],
    ['8613800138000', null],
    ['13800138000', 'UK'],
    ['138 0013 8000', 'DE'],
    ['+8612345678901', null],
    ['12345678901', 'CN'],
    ['+1 555 123 4567', null],
    ['+86 138', null],
    ['+86138001380001380013800013800', null],
    ['110', 'CN'],
    ['10086', 'CN'],
    ['+1 415 555 2671 ext. 5', null],
    ['+1 415 555 2671;ext=5', null],
    ['1-800-FLOWERS', 'US'],
    ['call 13800138000', 'CN'],
    ['13800138000 (home)', 'CN'],
    ['13800138000/13900139000', 'CN'],
    ['++8613800138000', null],
    ['+86+13800138000', null],
    ['phone', 'CN'],
    ['+', 'CN'],
    ['*', 'CN'],
    ['+86\n13800138000\n', 'toString'],
    ['9'.repeat(257), 'CN'],
  ])('%j of %s is none', (written, country) => {
    expect(inCountry(country)(written)).toBe(null);
  });
});

describe('an e-mail', () => {
  it.each([
    ['Li@Example.COM', 'li@example.com'],
    ['li+news@example.com', 'li+news@example.com'],
    ['l.i@gmail.com', 'l.i@gmail.com'],
    ["o'hara@example.ie", "o'hara@example.ie"],
    ['Jo\u0308rg@example.de', 'jörg@example.de'],
    ['JÖRG@EXAMPLE.DE', 'jörg@example.de'],
    ['li@BÜCHER.de', 'li@xn--bcher-kva.de'],
    ['li@xn--bcher-kva.de', 'li@xn--bcher-kva.de'],
    ['li@例子.中国', 'li@xn--fsqu00a.xn--fiqs8s'],
    ['李@example.com', '李@example.com'],
    ['li@example。com', 'li@example.com'],
    ['li@ｅｘａｍｐｌｅ.com', 'li@example.com'],
  ])('%j is %s', (written, address) => {
    expect(normalised('email', written, null)).toBe(address);
  });

  // Latin, then letters that look the same, and are other people's.
  it.each([
    ['pay@example.com', 'p\u0430y@example.com'],
    ['pay@example.com', '\uff50ay@example.com'],
    ['li@apple.com', 'li@\u0430pple.com'],
    ['li@example.com', 'l\u0131@example.com'],
    ['li@example.com', 'l\u0456@example.com'],
    ['ss@example.com', 'ß@example.com'],
    ['l.i@gmail.com', 'li@gmail.com'],
    ['li@gmail.com', 'li+a@gmail.com'],
  ])('%j is not %j', (one, other) => {
    const [a, b] = [normalised('email', one, null), normalised('email', other, null)];
    expect(a).not.toBe(null);
    expect(b).not.toBe(a);
  });

  it.each([
    'li',
    '@example.com',
    'li@',
    'li@example',
    'li@@example.com',
    'li @example.com',
    'li@exa mple.com',
    'li\u200b@example.com',
    'li\u0000@example.com',
    'li@exam\u00adple.com',
    '\u202eli@example.com',
    'li@example.com\nbcc: x@example.com',
    'Li <li@example.com>',
    'mailto:li@example.com',
    'li＠example.com',
    'li@127.0.0.1',
    'li@[127.0.0.1]',
    'li@0x7f.1',
    'li@ex%61mple.com',
    'li@example.com/x',
    'li@-example-.com',
    `${'l'.repeat(65)}@example.com`,
    `li@${'e'.repeat(64)}.com`,
    'a@example.com, b@example.com',
  ])('%j is none', (written) => {
    expect(normalised('email', written, null)).toBe(null);
  });
});

describe('cards, devices and other kinds', () => {
  it.each([
    ['card', '6222 0212-3456 7890', '6222021234567890'],
    ['card', 'ab–12 34', 'AB1234'],
    ['card', '００１２３４', '001234'],
    ['card', '{17}', '{17}'],
    ['card', '123', null],
    ['card', '1 2 3', null],
    ['card', '1'.repeat(65), null],
    ['card', 'ab\u0007cd', null],
    ['device', 'AbC-1', 'AbC-1'],
    ['device', '*', '*'],
    ['device', 'customer:{17}:x', 'customer:{17}:x'],
    ['device', 'é', 'é'],
    ['device', 'x'.repeat(256), 'x'.repeat(256)],
    ['device', 'x'.repeat(257), null],
    ['device', 'a\u0000b', null],
    ['device', '\ud800', null],
    ['loyalty', 'L 77', 'L 77'],
  ])('%s %j is %j', (kind, written, value) => {
    expect(normalised(kind, written, 'CN')).toBe(value);
  });
});

describe('what stands for nobody', () => {
  it.each([
    ...['anonymous', 'guest', 'undefined', 'null', 'none', 'nil', 'NaN', 'true', 'false', 'id'],
    ...['email', 'distinct_id', 'not_authenticated', '[object Object]', '-1', '0', '000-000', ''],
    ...['unknown', 'N/A', 'deviceId', '9774d56d682e549c', '02:00:00:00:00:00', '(not set)'],
    ...['NULL', 'Guest', '"null"', "'undefined'", '\\"null\\"', ' none ', '""', '-'],
    ...['00000000-0000-0000-0000-000000000000', '1111', '9999999999'],
  ])('%j', (value) => {
    expect(namesNobody(value)).toBe(true);
  });

  it.each(['1', '7', '12', '111', '1112', 'guest1', 'nobody', 'u0', '-2', 'null@example.com'])(
    'is not %j',
    (value) => expect(namesNobody(value)).toBe(false),
  );

  it.each([
    ['phone', '+0000000'],
    ['phone', '(111) 111-1111'],
    ['card', '0000 0000 0000'],
    ['card', '1111-1111'],
  ])('%s %j', (kind, value) => {
    expect(namesNobody(bareValue(kind, value))).toBe(true);
  });
});

it('leaves what it made as it is, and never throws', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.string({ unit: fc.constantFrom(...'+0123456789 -().@abÄß．'), maxLength: 24 }),
    fc.string({ unit: 'grapheme', maxLength: 8 }).map((user) => `${user}@Bücher.de`),
  );
  const kind = fc.constantFrom('phone', 'email', 'card', 'device');
  fc.assert(
    fc.property(kind, text, (kind, text) => {
      const value = normalised(kind, text.trim(), 'CN');
      if (value !== null) expect(normalised(kind, value, 'CN')).toBe(value);
      bareValue(kind, text);
    }),
    { numRuns: 200 },
  );
});
