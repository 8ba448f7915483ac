import { expect, it } from 'vitest';
import { withoutKeys } from '../../src/gateway/redact-keys.ts';

const SECRET = 'pw_a.b/c"d';

it.each([
  ['nothing to hide', '{"userId":"u"}', '{"userId":"u"}'],
  ['a writeKey', '{"writeKey" : "x \\" y","a":1}', '{"writeKey" : "…","a":1}'],
  ['one that is not closed', '{"writeKey":"x', '{"writeKey":"…"'],
  [
    'one that is spelled with escapes',
    '{"wr\\u0069te\\u004Bey":"x"}',
    '{"wr\\u0069te\\u004Bey":"…"}',
  ],
  ['a token', '{"customerToken":"c1.a.b","a":1}', '{"customerToken":"…","a":1}'],
  [
    'a token wherever it is',
    `{"url":"https://x/?t=c1.AbCd_-12.zz9.dTE.${'m'.repeat(43)}&a=1","v":"c1.2.3.4.5"}`,
    `{"url":"https://x/?t=${'*'.repeat(63)}&a=1","v":"c1.2.3.4.5"}`,
  ],
  ['each of two', '{"writeKey":"x","b":{"writeKey":"y"}}', '{"writeKey":"…","b":{"writeKey":"…"}}'],
  ['the key elsewhere', '{"a":"pw_a.b/c\\"d!"}', '{"a":"***********!"}'],
  ['as no JSON', `${SECRET}=1&x=${SECRET}`, '**********=1&x=**********'],
  ['with escapes', '{"a":"\\u0070w_a\\u002eb\\/c\\u0022d"}', `{"a":"${'*'.repeat(26)}"}`],
  ['what only looks like it', 'pw_aXb/c"d', 'pw_aXb/c"d'],
  ['cut in the middle', '{"a":"pw_a.', '{"a":"*****'],
])('takes out %s', (_, text, kept) => {
  expect(withoutKeys(text, SECRET)).toBe(kept);
});

it('leaves texts alone where no key is known', () => {
  expect(withoutKeys('{"a":"b"}', '')).toBe('{"a":"b"}');
});
