// Which events: a name, a list of names, or "*".

import type { EventSelector } from '../model/catalog.ts';
import type { FaultList } from './fault.ts';
import type { Located } from './located.ts';
import { suggest } from './suggest.ts';

/** What selects calls other than track. A track name must not start with `$`. */
export const CALL_NAMES: readonly string[] = ['$page', '$screen', '$identify', '$group'];

/** No event at all. */
export const SELECTS_NOTHING: EventSelector = { any: false, names: [] };

/** The selector a node spells: one text or a list of them. Faulty names are left out. */
export function parseSelector(node: Located, faults: FaultList): EventSelector {
  return selectorOf(node.items ?? [node], (item) => item.value as string, faults);
}

/** The selector of a map's keys (the weights of an affinity). */
export function parseSelectorKeys(node: Located, faults: FaultList): EventSelector {
  const keys = new Map([...(node.entries ?? [])].map(([key, entry]) => [entry, key]));
  return selectorOf([...keys.keys()], (entry) => keys.get(entry)!, faults);
}

function selectorOf(
  nodes: readonly Located[],
  text: (node: Located) => string,
  faults: FaultList,
): EventSelector {
  const names = new Set<string>();
  let any = false;
  for (const node of nodes) {
    const name = text(node);
    if (name === '*') any = true;
    else if (checkEventName(name, node, faults)) names.add(name);
  }
  return { any, names: [...names] };
}

/** Whether an event can have this name; a fault at the node when not. */
export function checkEventName(name: string, node: Located, faults: FaultList): boolean {
  if (name === '') {
    faults.at(node, 'found "", expected an event name', { found: '""', expected: 'an event name' });
    return false;
  }
  if (name.startsWith('$') && !CALL_NAMES.includes(name)) {
    const expected = `an event name, or one of ${CALL_NAMES.join(', ')}`;
    faults.at(node, `found "${name}", expected ${expected}`, {
      found: name,
      expected,
      suggestion: suggest(name, CALL_NAMES),
    });
    return false;
  }
  return true;
}
