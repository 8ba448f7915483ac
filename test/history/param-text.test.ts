import { TupleParam } from '@clickhouse/client';
import { expect, it } from 'vitest';
import { nameOf, paramText, quoted } from '../../src/history/sinks/param-text.ts';

it.each([
  ["a\tb\\n'", "a\\tb\\\\n'"],
  [null, '\\N'],
  [true, 'true'],
  [12n, '12'],
  [["it's", 'a\\b', null, 1.5, [true]], "['it\\'s','a\\\\b',NULL,1.5,[true]]"],
  [new TupleParam([1, 'x']), "(1,'x')"],
  [new Map([['k', ['v']]]), "{'k':['v']}"],
])('%o is a text', (value, text) => {
  expect(paramText(value)).toBe(text);
});

it('quotes whatever there is', () => {
  expect(quoted("a'b\\c\0")).toBe("'a\\'b\\\\c\\0'");
  expect(nameOf('a`b\\')).toBe('`a\\`b\\\\`');
});
