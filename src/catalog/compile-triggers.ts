// Triggers. All four ways of coming about are checked in full; only events run yet.

import type { EventSelector, TriggerDefinition } from '../model/catalog.ts';
import { durationMs } from '../model/duration.ts';
import { soundPart } from './check-shape.ts';
import { type CompileContext, OF_TIME, OF_TRIGGER } from './compile-context.ts';
import { quote } from './fault.ts';
import type { Located } from './located.ts';
import { checkName } from './names.ts';
import { dateMs } from './parse-date.ts';
import { parsePath } from './parse-path.ts';
import { parseSelector } from './parse-selector.ts';
import { TRIGGER_KINDS, TRIGGER_SHAPES } from './shapes/trigger-shapes.ts';
import { listNames, suggest } from './suggest.ts';

type TriggerKind = (typeof TRIGGER_KINDS)[number];

/** Live events older than this do not fire a trigger that does not say. */
const MAX_AGE_DEFAULT_MS = 3_600_000;
/** What time fired waits so long to be asked for. */
const WAIT_DEFAULT_MS = 7 * 86_400_000;

/** A trigger; null when it is faulty or of a kind that does not run yet (then there are faults). */
export function compileTrigger(
  index: number,
  name: string,
  node: Located,
  context: CompileContext,
): TriggerDefinition | null {
  checkName(name, node, context.faults);
  const kind = kindOf(node, context);
  if (kind === null) return null;
  const sound = soundPart(TRIGGER_SHAPES[kind], node, context.faults);
  const reach = kind === 'on' ? OF_TRIGGER : OF_TIME;
  if (sound === null) {
    // No placement to decide, or nothing to wait for; its condition can still be read.
    const alone = node.entries!.get('when');
    if (isText(alone)) context.condition(alone, reach);
    return null;
  }
  const key = (name: string) => sound.node.entries!.get(name);
  const decide = placementsOf(key('decide')!, context);
  const offers = offersOf(key('offers'), context);
  const when = context.condition(key('when'), reach);
  const on = checkWaiting(kind, key, context);
  const perNode = key('per');
  const per = perNode === undefined ? null : parsePath(perNode, context.faults);
  if (per?.steps.some((step) => step.each)) {
    context.faults.at(perNode!, '`per` takes one value of an event, not a list (`[]`)');
  }
  if (on === null || decide === null) return null;
  const cooldown = key('cooldown')?.value as string | undefined;
  const maxAge = key('max_age')?.value as string | undefined;
  return {
    index,
    name,
    on,
    when: when?.run ?? null,
    decide,
    offers,
    per,
    cooldownMs: cooldown === undefined ? 0 : durationMs(cooldown)!,
    maxAgeMs: maxAge === undefined ? MAX_AGE_DEFAULT_MS : durationMs(maxAge)!,
    ...{ time: null, oneOf: false, waitMs: WAIT_DEFAULT_MS },
  };
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

/** What a trigger waits for: a selector where that runs, else null after faults. */
function checkWaiting(
  kind: TriggerKind,
  key: (name: string) => Located | undefined,
  context: CompileContext,
): EventSelector | null {
  switch (kind) {
    case 'on': {
      const on = parseSelector(key('on')!, context.faults);
      return checkTimer(key, context) ? on : null;
    }
    case 'enter':
      checkSegment(key('enter')!, context);
      context.notSupported(key('enter')!, 'enter');
      return null;
    case 'at':
      checkDates(key('at')!, context);
      context.notSupported(key('at')!, 'at');
      return null;
    case 'predict':
      checkInterval(key('predict')!, context);
      context.notSupported(key('predict')!, 'predict');
      return null;
  }
}

/** Whether it is no timer; a timer is refused once, whichever of its keys are there. */
function checkTimer(key: (name: string) => Located | undefined, context: CompileContext): boolean {
  const unless = key('unless');
  const after = key('after');
  if (unless === undefined && after === undefined) return true;
  if (unless !== undefined) parseSelector(unless, context.faults);
  const alone = unless === undefined ? after : after === undefined ? unless : null;
  if (alone != null) {
    context.faults.at(alone, '`unless` and `after` go together', { offset: alone.keyOffset });
  } else {
    context.notSupported(unless!, 'unless');
  }
  return false;
}

function checkSegment(node: Located, context: CompileContext): void {
  const text = node.value as string;
  const [name = '', member] = text.split('.');
  const { segments } = context.declared;
  if (!context.known(name, segments, 'segment', node)) return;
  const members = segments.get(name)!.members;
  if (member !== undefined) context.known(member, members ?? new Set<string>(), 'member', node);
  else if (members !== null) {
    const expected = `one of ${listNames([...members.keys()].map((each) => `${name}.${each}`))}`;
    context.faults.at(node, `"${text}" is a group, expected ${expected}`, {
      found: text,
      expected,
    });
  }
}

function checkDates(node: Located, context: CompileContext): void {
  const trait = node.items === null && String(node.value).startsWith('traits.');
  if (trait) parsePath(node, context.faults);
  else for (const item of node.items ?? [node]) dateMs(item, context.timezone, context.faults);
}

function checkInterval(node: Located, context: CompileContext): void {
  const { features } = context.declared;
  const name = node.value as string;
  if (!context.known(name, features, 'feature', node)) return;
  const feature = features.get(name)!;
  if (feature.kind !== 'interval' || !feature.keyed) {
    context.faults.at(node, `"${name}" is no interval feature with \`by\``, { found: name });
  }
}

function placementsOf(node: Located, context: CompileContext): readonly string[] | null {
  const oneOf = node.entries?.get('one_of');
  if (oneOf !== undefined) context.notSupported(oneOf, 'one_of');
  const nodes = oneOf?.items ?? node.items ?? [node];
  const { placements } = context.declared;
  const names = new Set<string>();
  for (const item of nodes) {
    const name = item.value as string;
    if (context.known(name, placements, 'placement', item)) names.add(name);
  }
  return oneOf === undefined ? [...names] : null;
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
