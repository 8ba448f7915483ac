// What the YAML parser has to say, in words for the author of a catalog.

import type { YAMLError } from 'yaml';
import { quote } from './fault.ts';
import { FEATURE_SHAPES } from './shapes/feature-shapes.ts';
import { contactRuleShape, offerShape, placementShape } from './shapes/offer-shapes.ts';
import { TRIGGER_SHAPES } from './shapes/trigger-shapes.ts';

/** The parser's code for a tag that it does not know. */
export const TAG = 'TAG_RESOLVE_FAILED';

const QUOTES = 'put quotes around the whole text';
const INDENT = 'begin it exactly below the name that it belongs beside';
const NEIGHBOUR = 'begin the next line exactly below this name';

/** A tag, most likely an expression that starts with `!`. */
export function tagMessage(tag: string): string {
  return `found ${tag}, which YAML reads as a tag: put quotes around the whole expression`;
}

/** A text that starts with `*`. */
export function aliasMessage(name: string): string {
  return `no text can start with * in YAML (there is no anchor &${name}), ${QUOTES}`;
}

/** A text that goes on behind ` #`. */
export function commentMessage(found: string): string {
  return `not valid YAML: ${quote(found)} is a comment to YAML, ${QUOTES}`;
}

/** A text in quotes of a word processor, which YAML takes for letters; null for another. */
export function curlyMessage(text: string): string | null {
  const [sign] = /^[“”„‘’«]/u.exec(text.trimStart()) ?? [];
  if (sign === undefined) return null;
  return `not valid YAML: ${sign} is no quote to YAML: put " around the whole text instead`;
}

/** A number that is no longer what was written. */
export function numberMessage(source: string, value: number): string {
  return `found ${source}, which YAML reads as the number ${value}: put quotes around it`;
}

/** An error of the parser. @param beside codes of all errors on its line. */
export function problemMessage(
  { code, message, pos: [from, until] }: YAMLError,
  beside: readonly string[],
  text: string,
): string {
  const [found = ''] = text.slice(from, until).split('\n');
  const missing = code === 'BLOCK_IN_FLOW' ? keyWithoutComma(text, from) : null;
  const curly = curlyMessage(valueOn(text, from));
  switch (code) {
    case 'BLOCK_AS_IMPLICIT_KEY':
    case 'BLOCK_IN_FLOW':
      if (beside.includes('MULTILINE_IMPLICIT_KEY')) {
        return `not valid YAML: found a text here and more below it, indented deeper: ${NEIGHBOUR}`;
      }
      if (missing !== null) return `not valid YAML: a comma is missing before "${missing}"`;
      if (curly !== null) return curly;
      return `not valid YAML: found ": " within a text, ${QUOTES}`;
    case 'BAD_ALIAS':
    case 'BAD_SCALAR_START':
      return `not valid YAML: no text can start with ${found[0]} in YAML, ${QUOTES}`;
    case 'MISSING_CHAR':
      if (message.startsWith('Implicit map keys')) return pairMessage(text, from);
      if (!found.startsWith('#')) break;
      return commentMessage(found);
    case 'TAB_AS_INDENT':
      return `not valid YAML: Tabs are not allowed as indentation: put spaces in the place of the tab`;
    case 'BAD_INDENT':
      if (!message.startsWith('All ')) break;
      return `not valid YAML: this line begins where no line above it does: ${INDENT}`;
    case 'UNEXPECTED_TOKEN':
      if (!message.includes('at node end')) break;
      // `'It's here'`: to YAML the text ends at the apostrophe.
      if (text[from - 1] === "'" && /^\p{L}/u.test(found)) {
        return `not valid YAML: a text with ' in it takes double quotes, as in "It's here"`;
      }
      return `not valid YAML: found ${quote(found)} after the end of a text, ${QUOTES}`;
    case 'RESOURCE_EXHAUSTION':
      return 'not valid YAML: nested too deeply';
    case 'MULTIPLE_DOCS':
      return 'found a second document (---), expected one in a file';
  }
  return `not valid YAML: ${message.split('\n')[0]}`;
}

/** What stands behind the name on the line of an offset, e.g. `title: a: b` → `a: b`. */
function valueOn(text: string, from: number): string {
  const start = text.lastIndexOf('\n', from - 1) + 1;
  const [line = ''] = text.slice(start, start + 500).split('\n', 1);
  const names = /^.*?: (?=[“”„‘’«])/u.exec(line)?.[0].length ?? line.length;
  return line.slice(names);
}

/** `cooldown 1d` or `cooldown:1d` on a line of its own. */
function pairMessage(text: string, from: number): string {
  const [line = ''] = text.slice(from).split('\n', 1);
  const space = /^[^\s:]+:\S/.test(line) ? 'a space after ":"' : '":" and a space after a name';
  return `not valid YAML: found ${quote(line.trim())}, expected ${space}`;
}

/** The key of the language before which a comma is missing: `{ sum: properties.x window: 3d }`. */
function keyWithoutComma(text: string, from: number): string | null {
  const [line = ''] = text.slice(from, from + 500).split('\n', 1);
  const key = /^[^,{}[\]"'#]*?\s([a-z_]+): /.exec(line)?.[1];
  return key !== undefined && KEYS.has(key) ? key : null;
}

const KEYS: ReadonlySet<string> = new Set(
  [...Object.values(FEATURE_SHAPES), ...Object.values(TRIGGER_SHAPES), offerShape, placementShape]
    .concat(contactRuleShape as never)
    .flatMap(({ shape }) => Object.keys(shape)),
);
