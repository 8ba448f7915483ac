import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { FaultList } from '../../src/catalog/fault.ts';
import { offsetIn } from '../../src/catalog/located.ts';
import { parseYaml } from '../../src/catalog/yaml-tree.ts';
import { testSeed } from '../support/seeded.ts';
import { onlyFault } from './compile.ts';

const SEED = testSeed();

/** Where `nope` stands in the text, as line:column. */
function placeOf(text: string): string {
  const before = text.slice(0, text.indexOf('nope')).split('\n');
  return `${before.length}:${before.at(-1)!.length + 1}`;
}

describe('a fault within an expression points at its place in the file', () => {
  it.each([
    ['plain', 'segments:\n  x: 1 > 2 || nope > 1'],
    ['in double quotes', 'segments:\n  x: "1 > 2 || nope > 1"'],
    ['after escapes', "segments:\n  x: \"'\\\"\\u00e9\\x41' == '' || nope > 1\""],
    ['in single quotes, some doubled', "segments:\n  x: '''a'' == ''b'' || nope > 1'"],
    ['over lines, plain', 'segments:\n  x: 1 > 2 ||\n     2 > 3 ||\n     nope > 1'],
    ['over lines, quoted', 'segments:\n  x: "1 > 2 ||\n     nope > 1"'],
    ['folded', 'segments:\n  x: >\n    1 > 2 ||\n    2 > 3 ||\n    nope > 1\n'],
    ['literal', 'segments:\n  x: |-\n    1 > 2 ||\n      2 > 3 ||\n    nope > 1\n'],
    ['with carriage returns', 'segments:\r\n  x: >\r\n    1 > 2 ||\r\n    nope > 1\r\n'],
    [
      'in a template',
      'placements: { web: {} }\noffers:\n  o: { treatments: { web: { a: [b, { c: "é {{ nope }}" }] } } }',
    ],
  ])('%s', (_, text) => {
    const source = `catalog: t\n${text}`;
    const fault = onlyFault(source);
    expect(`${fault.line}:${fault.column}`).toBe(placeOf(source.replaceAll('\r', '')));
  });

  it('finds every character of every string, however YAML writes it', () => {
    const styles = [
      'PLAIN',
      'QUOTE_DOUBLE',
      'QUOTE_SINGLE',
      'BLOCK_FOLDED',
      'BLOCK_LITERAL',
    ] as const;
    const words = fc.array(fc.constantFrom("it's", '"q"', 'a\\b', 'é', 'plain', '&&', '{{x}}'), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(words, fc.constantFrom(...styles), (list, style) => {
        const value = `${list.join(' ')} nope`;
        const text = stringify({ k: value }, { defaultStringType: style, lineWidth: 40 });
        const node = parseYaml({ path: 'a', text }, new FaultList())!.entries!.get('k')!;
        expect(node.value).toSatisfy((v: string) => v.trimEnd() === value);
        const at = offsetIn(node, value.length - 4);
        expect(text.slice(at, at + 4)).toBe('nope');
      }),
      { seed: SEED },
    );
  });
});
