// What things may be called. Names appear in expressions, so none may hide what is in scope there.

import type { FaultList } from './fault.ts';
import type { Located } from './located.ts';

/** Letters, digits and `_`, a letter first, 64 characters at most. */
export const NAME_PATTERN = /^[a-z][a-z0-9_]{0,63}$/;

/** CEL's literals and operators that are words, and the words it reserves. */
const KEYWORDS =
  'true false null in as break const continue else for function if import let loop package ' +
  'namespace return var void while';

/** What every expression can name already (CATALOG, Expressions). */
const IN_SCOPE =
  'event traits segment before context consent now firing in_holdout since until duration ' +
  'timestamp date hour weekday age or known top bucket has';

/** CEL's names of types: a feature is an identifier of its own, so it must not be one of these. */
const TYPES = 'bool bytes double dyn int list map null_type string type uint';

const keywords = new Set(KEYWORDS.split(' '));
const inScope = new Set(IN_SCOPE.split(' '));
const types = new Set(TYPES.split(' '));

/** Whether a key may be a name; says why not. `bare`: it stands alone in expressions. */
export function checkName(name: string, node: Located, faults: FaultList, bare = false): boolean {
  const detail = { found: name, offset: node.keyOffset };
  if (!NAME_PATTERN.test(name)) {
    const expected = 'a name of a-z, 0-9 and _, starting with a letter, 64 characters at most';
    faults.at(node, `found the name "${name.slice(0, 80)}", expected ${expected}`, {
      ...detail,
      expected,
      suggestion: proposal(name),
    });
    return false;
  }
  if (keywords.has(name)) {
    faults.at(node, `"${name}" is a keyword of expressions and cannot be a name`, detail);
    return false;
  }
  if (inScope.has(name) || (bare && types.has(name))) {
    faults.at(node, `"${name}" means something else in expressions and cannot be a name`, detail);
    return false;
  }
  return true;
}

/** `Big Spenders` → `big_spenders`; null when nothing sensible is left. */
function proposal(name: string): string | null {
  const text = name
    .trim()
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^[_0-9]+|_+$/g, '')
    .slice(0, 64);
  return NAME_PATTERN.test(text) ? text : null;
}
