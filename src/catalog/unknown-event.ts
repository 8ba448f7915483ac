// An event that nothing in a catalog asks for by its name: most likely misspelt where it is sent.

import type { Catalog, EventSelector } from '../model/catalog.ts';
import type { CustomerEvent } from '../model/event.ts';
import { outcomeKindOf } from '../model/outcome-events.ts';
import { selectorsOf } from './selectors-of.ts';
import { suggest } from './suggest.ts';

/**
 * What is told to who asks why an event does nothing, in one sentence; null where it is known, where
 * it is of use without being named, and where the catalog names no event at all.
 */
export function unknownEvent(
  catalog: Catalog,
  event: Pick<CustomerEvent, 'type' | 'name'>,
): string | null {
  // Other calls have names of their own, and change traits without being named.
  if (event.type !== 'track' || outcomeKindOf(event) !== null) return null;
  const selectors: EventSelector[] = [...catalog.features, ...catalog.triggers].flatMap(
    selectorsOf,
  );
  const selected = new Set(selectors.flatMap(({ names }) => names));
  if (selected.has(event.name)) return null;
  const names = new Set([...catalog.events.keys(), ...selected]);
  if (names.size === 0) return null;
  const meant = names.has(event.name) ? null : suggest(event.name, names);
  // "*" takes any event: only what is near a known name is most likely not meant.
  if (meant === null && selectors.some(({ any }) => any)) return null;
  const hint = meant === null ? '' : ` (did you mean ${meant}?)`;
  return `no trigger or feature knows the event "${event.name.slice(0, 200)}"${hint}`;
}
