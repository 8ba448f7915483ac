// Names of events that `events:` does not declare, while it declares others: most likely misspelt,
// or forgotten there; and lists of names that are written as one.

import { outcomeKindOf } from '../../model/outcome-events.ts';
import { SELECTING } from '../compile-features.ts';
import type { FaultList } from '../fault.ts';
import type { Located } from '../located.ts';
import { suggest } from '../suggest.ts';
import { eventNames } from '../test-words.ts';
import type { Mentioned } from './mentioned.ts';
import type { Warned } from './warned.ts';

/** Names that are looked for among those declared; of more, only that they are not declared is said. */
const SUGGESTIONS_MAX = 200;

export function warnOfEventNames(
  { sections, contracts, context }: Warned,
  mentioned: readonly Mentioned[],
  warnings: FaultList,
): void {
  const near = new Map<string, string | null>();
  const nearest = (name: string): string | null => {
    if (!near.has(name) && near.size >= SUGGESTIONS_MAX) return null;
    if (!near.has(name)) near.set(name, suggest(name, contracts.keys()));
    return near.get(name)!;
  };
  const check = (name: string, node: Located, offset: number) => {
    // Calls other than track come from SDKs as they are; "*" is no name.
    if (warnings.full || contracts.has(name) || name === '*' || name.startsWith('$')) return;
    if (contracts.size === 0) return;
    warnings.at(node, `the event "${name}" is not declared in \`events\``, {
      found: name,
      suggestion: nearest(name),
      offset,
    });
  };
  const checkSelector = (node: Located | undefined) => {
    for (const [name, entry] of node?.entries ?? []) check(name, entry, entry.keyOffset);
    if (node === undefined || node.entries !== null) return;
    for (const item of node.items ?? [node]) {
      const name = String(item.value);
      if (!warnings.full && !contracts.has(name) && isListAsText(name)) {
        const list = `[${name}]`;
        warnings.at(item, `"${name}" is the name of one event: several are a list`, {
          ...{ found: name, expected: list, suggestion: list },
        });
      } else check(name, item, item.offset);
    }
  };
  for (const { kind, node } of context.declared.features.values()) {
    if (kind !== null) checkSelector(node.entries!.get(SELECTING.has(kind) ? kind : 'of'));
  }
  for (const { entries } of sections.maps.triggers.values()) {
    checkSelector(entries!.get('on'));
    checkSelector(entries!.get('unless'));
  }
  checkSelector(sections.maps.items.get('interactions'));
  for (const { note, mention, offset } of mentioned) {
    if (mention.kind === 'event') check(mention.name, note.node, offset);
  }
  for (const [name, entry] of testEvents(sections.maps.tests)) {
    // What became of an offer is counted without being declared.
    if (outcomeKindOf({ type: 'track', name }) === null) check(name, entry, entry.keyOffset);
  }
}

/** `Added, Viewed` */
function isListAsText(name: string): boolean {
  const parts = name.split(',');
  return parts.length > 1 && parts.every((part) => part.trim() !== '');
}

/** The events of all tests, with their properties. */
export function* testEvents(
  tests: ReadonlyMap<string, Located>,
): Generator<readonly [name: string, properties: Located]> {
  for (const test of tests.values()) {
    for (const step of test.entries!.get('events')!.items!) {
      for (const name of eventNames(step.entries!)) yield [name, step.entries!.get(name)!];
    }
  }
}
