// Triggers: what they have in common, whatever they wait for (compile-time.ts).

import type { Path, TriggerDefinition } from '../model/catalog.ts';
import { durationMs } from '../model/duration.ts';
import { soundPart } from './check-shape.ts';
import type { CompileContext } from './compile-context.ts';
import {
  checkAbsence,
  compileWaiting,
  isOfAbsence,
  type KeyOf,
  type TriggerKind,
} from './compile-time.ts';
import { quote } from './fault.ts';
import type { Located } from './located.ts';
import { checkName } from './names.ts';
import { parsePath } from './parse-path.ts';
import { OF_ABSENCE, OF_TIME, OF_TRIGGER } from './reach.ts';
import { TRIGGER_KINDS, TRIGGER_SHAPES } from './shapes/trigger-shapes.ts';
import { suggest } from './suggest.ts';
import type { TimeMeanings } from './time-ids.ts';

/** Live events older than this do not fire a trigger that does not say, nor absences so late. */
const MAX_AGE_DEFAULT_MS = 3_600_000;
/** Where time alone brings it about. */
const MAX_AGE_OF_TIME_DEFAULT_MS = 86_400_000;
/** What time fired waits so long to be asked for. */
const WAIT_DEFAULT_MS = 7 * 86_400_000;

/** A trigger; null when it is faulty (then there are faults). */
export function compileTrigger(
  index: number,
  name: string,
  node: Located,
  context: CompileContext,
  meanings: TimeMeanings,
): TriggerDefinition | null {
  checkName(name, node, context.faults);
  const kind = kindOf(node, context);
  if (kind === null) return null;
  const own = ownKeys(kind, node, context);
  const isLater = isOfAbsence((name) => own.entries!.get(name));
  if (kind === 'on') checkAbsence(own, context);
  const reach = kind !== 'on' ? OF_TIME : isLater ? OF_ABSENCE : OF_TRIGGER;
  const sound = soundPart(TRIGGER_SHAPES[kind], own, context.faults);
  if (sound === null) {
    // No placement to decide, or nothing to wait for; its condition can still be read.
    const alone = node.entries!.get('when');
    if (isText(alone)) context.condition(alone, reach);
    return null;
  }
  const key: KeyOf = (name) => sound.node.entries!.get(name);
  const { decide, oneOf } = placementsOf(key('decide')!, context);
  const offers = offersOf(key('offers'), context);
  const when = context.condition(key('when'), reach);
  const waiting = compileWaiting(name, kind, key, context, meanings);
  const per = perOf(key('per'), context);
  if (waiting === null) return null;
  const ms = (name: string, ifAbsent: number) => {
    const text = key(name)?.value as string | undefined;
    return text === undefined ? ifAbsent : durationMs(text)!;
  };
  return {
    index,
    name,
    ...waiting,
    when: when?.run ?? null,
    decide,
    oneOf,
    offers,
    per,
    cooldownMs: ms('cooldown', 0),
    maxAgeMs: ms('max_age', kind === 'on' ? MAX_AGE_DEFAULT_MS : MAX_AGE_OF_TIME_DEFAULT_MS),
    waitMs: ms('wait', WAIT_DEFAULT_MS),
  };
}

function perOf(node: Located | undefined, { faults }: CompileContext): Path | null {
  const per = node === undefined ? null : parsePath(node, faults);
  if (per?.steps.some((step) => step.each)) {
    faults.at(node!, '`per` takes one value of an event, not a list (`[]`)');
  }
  return per;
}

function kindOf(node: Located, context: CompileContext): TriggerKind | null {
  const keys = [...(node.entries?.keys() ?? [])];
  const kinds = TRIGGER_KINDS.filter((kind) => keys.includes(kind));
  if (kinds.length === 1) return kinds[0]!;
  const expected = `one of ${TRIGGER_KINDS.join(', ')}`;
  const misspelt =
    kinds.length > 0 ? undefined : keys.find((key) => suggest(key, TRIGGER_KINDS) !== null);
  const names = kinds.length > 1 ? kinds.join(' and ') : keys.join(', ');
  const found = misspelt ?? (names === '' ? quote(node.value) : names);
  const at = misspelt === undefined ? node : node.entries!.get(misspelt)!;
  context.faults.at(at, `found ${found}, expected what it waits for: ${expected}`, {
    found,
    expected,
    offset: misspelt === undefined ? node.offset : at.keyOffset,
    suggestion: misspelt === undefined ? null : suggest(misspelt, TRIGGER_KINDS),
  });
  return null;
}

/** Keys that other triggers have: said so, and left out of what else is checked. */
function ownKeys(kind: TriggerKind, node: Located, context: CompileContext): Located {
  const own = TRIGGER_SHAPES[kind].shape;
  const entries = new Map(node.entries);
  for (const [key, entry] of node.entries!) {
    if (Object.hasOwn(own, key)) continue;
    const theirs = TRIGGER_KINDS.filter((other) => Object.hasOwn(TRIGGER_SHAPES[other].shape, key));
    if (theirs.length === 0) continue;
    const names = theirs.map((other) => `\`${other}\``).join(' or ');
    const message = `\`${key}\` goes with ${names}, and this trigger waits for \`${kind}\``;
    context.faults.at(entry, message, { found: key, offset: entry.keyOffset });
    entries.delete(key);
  }
  if (entries.size === node.entries!.size) return node;
  const value = Object.fromEntries([...entries].map(([key, entry]) => [key, entry.value]));
  return { ...node, value, entries };
}

/** Placements to decide, and whether only one of them. */
function placementsOf(
  node: Located,
  context: CompileContext,
): Pick<TriggerDefinition, 'decide' | 'oneOf'> {
  const oneOf = node.entries?.get('one_of');
  const nodes = oneOf?.items ?? node.items ?? [node];
  const { placements } = context.declared;
  const names = new Set<string>();
  for (const item of nodes) {
    const name = item.value as string;
    if (!context.known(name, placements, 'placement', item)) continue;
    if (oneOf !== undefined && names.has(name)) {
      const found = { found: name };
      context.faults.at(
        item,
        `"${name}" stands twice in \`one_of\`: only its first place counts`,
        found,
      );
    }
    names.add(name);
  }
  return { decide: [...names], oneOf: oneOf !== undefined };
}

/** Offer ids a trigger allows, tags resolved; null = any. */
function offersOf(node: Located | undefined, context: CompileContext): ReadonlySet<string> | null {
  if (node === undefined) return null;
  const { offers } = context.declared;
  const items = node.items ?? [node];
  // Thousands of triggers with the one tag of thousands of offers share the one set.
  const alone = items.length === 1 ? context.offersByTag.get(items[0]!.value as string) : undefined;
  if (alone !== undefined) return alone;
  const allowed = new Set<string>();
  for (const item of items) {
    const text = item.value as string;
    if (text.startsWith('#')) {
      const marked = context.offersByTag;
      if (!context.known(text, marked, 'offer with the tag', item)) continue;
      for (const name of marked.get(text)!) allowed.add(name);
    } else if (context.known(text, offers, 'offer', item)) allowed.add(text);
  }
  return allowed;
}

function isText(node: Located | undefined): node is Located {
  return node !== undefined && node.entries === null && node.items === null && node.value !== null;
}
