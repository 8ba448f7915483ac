// Properties that are allowed, each of which might be too much for somebody on the way to history.

const nested = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

/** What it is, and the JSON text of an object. */
export const STRANGE: readonly (readonly [string, string])[] = [
  ['objects as deep as may be', nested(61)],
  ['lists as deep as may be', `{"a":${'['.repeat(60)}1${']'.repeat(60)}}`],
  ['objects in lists', `{"a":${'[{"b":'.repeat(28)}1${'}]'.repeat(28)}}`],
  ['2^63', '{"n":9223372036854775808}'],
  ['2^63 + 1', '{"n":9223372036854775809}'],
  ['-2^63 - 1', '{"n":-9223372036854775809}'],
  ['2^64', '{"n":18446744073709551616}'],
  ['a number of 300 digits', `{"n":${'9'.repeat(300)}}`],
  ['the ends of doubles', '{"n":1e308,"m":5e-324,"o":-1.7976931348623157e308,"p":1e-400}'],
  ['more than a double', '{"n":1e999,"m":-1e999}'],
  ['big numbers in lists', '{"n":[9223372036854775808,18446744073709551616,-1e308,1.5]}'],
  ['an empty key', '{"":1}'],
  ['empty keys in empty keys', '{"":{"":{"":1}}}'],
  ['dots', '{".":1,"..":2,"a.":3,".b":4,"a..b":5}'],
  ['a dotted key beside its stem', '{"a":1,"a.b":2}'],
  ['an object and a dotted key beside it', '{"a":{"c":1},"a.b":2}'],
  ['backticks and quotes', String.raw`{"\u0060":1,"a\u0060b":2,"\"":3,"'":4,"a\\b":5}`],
  ['control characters', String.raw`{"\u0000":"\u0000","\u0001\u001f":"\u0007","\n":"\r\n\t"}`],
  ['characters of four bytes', '{"😀":"😀","𝒳.𝒴":"𐍈"}'],
  ['half characters', String.raw`{"\ud800":"\udfff","a":["\ud800x"],"\\ud800":"\\udfff"}`],
  ['half characters that become one key', String.raw`{"\ud800":1,"\udfff":{"a":2}}`],
  ['line separators', String.raw`{"\u2028":"\u2029\ufeff\u0085"}`],
  ['mixed lists', '{"a":[1,"a",null,true,[2],{"b":1},[],{}]}'],
  ['lists of lists of objects', '{"a":[[{"b":1}],[{"b":"x"}],[[]]]}'],
  ['lists of many types', '{"a":[1,2.5,"3"],"b":[true,1],"c":[null,null],"d":[[],[1],["a"]]}'],
  ['the same key twice', '{"a":1,"a":{"b":2}}'],
  ['names of prototypes', '{"__proto__":{"x":1},"constructor":{"prototype":1},"toString":2}'],
  [
    'names of columns',
    '{"partition":-1,"ledger_id":"x","ordinal":{},"received_at":[],"properties":{"properties":1},' +
      '"customer_id":5,"message_id":null,"timestamp":"never","_part":1,"null":2}',
  ],
  [
    'times far away',
    '{"a":"1970-01-01","b":"2299-12-31T23:59:59.999Z","c":"0000-00-00","d":"1900-01-01 00:00:00"}',
  ],
  [
    'texts that look like other types',
    String.raw`{"a":"1","b":"true","c":"null","d":"[1]","e":"{\"f\":1}","g":"NaN","h":"inf"}`,
  ],
  ['a text of 30 KB', `{"a":"${'y'.repeat(30_000)}"}`],
  ['a key of 30 KB', `{"${'k'.repeat(30_000)}":1}`],
  ['a key of backslashes', `{"${String.raw`\\`.repeat(10_000)}":1}`],
  ['3,000 keys', `{${Array.from({ length: 2_500 }, (_, i) => `"k${i}":${i}`).join(',')}}`],
  ['10,000 numbers', `{"a":[${'1,'.repeat(9_999)}1]}`],
  ['10,000 empty objects', `{"a":[${'{},'.repeat(9_999)}{}]}`],
  ['only nothing', '{"a":null,"b":{},"c":[],"d":[{}],"e":[null]}'],
];
