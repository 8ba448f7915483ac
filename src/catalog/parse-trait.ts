// `traits.birthday`: a path to one value of the customer, not of an event.

import type { Path } from '../model/catalog.ts';
import type { FaultList } from './fault.ts';
import type { Located } from './located.ts';
import { parsePath } from './parse-path.ts';

/**
 * The trait a node spells; null after a fault.
 * @param expected what is told where it is none
 */
export function parseTrait(node: Located, expected: string, faults: FaultList): Path | null {
  const text = node.value as string;
  if (!text.startsWith('traits.')) {
    faults.at(node, `found "${text}", expected ${expected}`, {
      found: text,
      expected,
      suggestion: meantTrait(text),
    });
    return null;
  }
  const path = parsePath(node, faults);
  if (path?.steps.some(({ each }) => each)) {
    const one = 'a trait with one value, not a list (`[]`)';
    faults.at(node, `found "${text}", expected ${one}`, { found: text, expected: one });
    return null;
  }
  return path;
}

/** `trait.tz`, `event.traits.tz` or `tz` alone → `traits.tz`; null where no name is at the end. */
function meantTrait(text: string): string | null {
  const name =
    /^(?:(?:event|before|customer|user)\.)?(?:traits?\.)?([A-Za-z_]\w*(?:\.\w+)*)$/i.exec(
      text,
    )?.[1];
  return name === undefined ? null : `traits.${name}`;
}
