// `identifiers:`, laid over what holds without it: a key changes one thing of a kind, `false` takes a
// kind away.

import type { z } from 'zod';
import { durationMs } from '../model/duration.ts';
import {
  DEFAULT_IDENTIFIERS,
  type IdentifierRule,
  type IdentifierRules,
} from '../model/identity.ts';
import { checkShape } from './check-shape.ts';
import { type FaultList, quote } from './fault.ts';
import type { Located } from './located.ts';
import { checkName } from './names.ts';
import { identifierShape, NO_IDENTIFIER } from './shapes/identifier-shapes.ts';
import { listNames, suggest } from './suggest.ts';

/** Kinds of one catalog: each is looked for in every identify. */
export const KINDS_MAX = 32;

/** What every customer has, and no catalog says how. */
const RESERVED = ['user', 'anonymous', 'visitor'];

const NEW_KIND: Omit<IdentifierRule, 'kind'> = { trait: null, max: 3, windowMs: null, weak: false };

export function compileIdentifiers(
  entries: ReadonlyMap<string, Located>,
  faults: FaultList,
): IdentifierRules {
  if (entries.size === 0) return DEFAULT_IDENTIFIERS;
  const rules = new Map(DEFAULT_IDENTIFIERS);
  for (const [kind, node] of entries) {
    if (RESERVED.includes(kind)) {
      const message = `"${kind}" is no identifier: every customer or visitor has an id of their own`;
      faults.at(node, message, { found: kind, offset: node.keyOffset });
    } else if (checkName(kind, node, faults)) lay(kind, node, rules, faults);
  }
  if (rules.size > KINDS_MAX) {
    const last = [...entries.values()].at(-1)!;
    faults.at(last, `more than ${KINDS_MAX} kinds of identifiers`, { offset: last.keyOffset });
  }
  checkTraits(entries, rules, faults);
  return rules;
}

function lay(
  kind: string,
  node: Located,
  rules: Map<string, IdentifierRule>,
  faults: FaultList,
): void {
  if (node.entries === null) {
    takeAway(kind, node, rules, faults);
    return;
  }
  const data: z.output<typeof identifierShape> | null = checkShape(identifierShape, node, faults);
  const { window, ...own } = data ?? {};
  const under = DEFAULT_IDENTIFIERS.get(kind) ?? { kind, ...NEW_KIND };
  rules.set(kind, {
    kind,
    trait: own.trait ?? under.trait,
    max: own.max ?? under.max,
    windowMs: window === undefined ? under.windowMs : durationMs(window),
    weak: own.weak ?? under.weak,
  });
}

function takeAway(
  kind: string,
  node: Located,
  rules: Map<string, IdentifierRule>,
  faults: FaultList,
): void {
  // `phone:` with nothing behind it may mean either.
  const isForgotten = node.value === null && (node.scalar?.source ?? '') === '';
  if (isForgotten || !(NO_IDENTIFIER as readonly unknown[]).includes(node.value)) {
    const found = quote(node.value);
    const expected = 'a map with trait, max, weak, window, or false';
    faults.at(node, `found ${found}, expected ${expected}`, { found, expected });
  } else if (!rules.delete(kind)) {
    const known = [...DEFAULT_IDENTIFIERS.keys()];
    faults.at(node, `there is no "${kind}" to do without, only ${listNames(known)}`, {
      found: kind,
      expected: listNames(known),
      offset: node.keyOffset,
      suggestion: suggest(kind, known),
    });
  }
}

/** One trait that states two kinds would give each value two names. */
function checkTraits(
  entries: ReadonlyMap<string, Located>,
  rules: IdentifierRules,
  faults: FaultList,
): void {
  const stating = new Map<string, string>();
  for (const { kind, trait } of rules.values()) {
    if (trait === null) continue;
    const other = stating.get(trait);
    stating.set(trait, other ?? kind);
    if (other === undefined) continue;
    // Of the two, the one that the catalog writes down; the later, where it writes both.
    const [own, theirs] = entries.get(kind)?.entries?.has('trait') ? [kind, other] : [other, kind];
    const node = entries.get(own)!;
    const message = `the trait "${trait}" states ${theirs} already: name another, or "${theirs}: false"`;
    faults.at(node.entries?.get('trait') ?? node, message, { found: trait });
  }
}
