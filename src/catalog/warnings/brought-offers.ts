// Offers and the triggers that bring them: conditions that can hold with none of those, and offers that are
// for a moment of time and say so nowhere, so that an ordinary question gives them on any day.

import type { Catalog, OfferDefinition, TriggerDefinition } from '../../model/catalog.ts';
import type { Note } from '../compile-context.ts';
import type { Ast } from '../expressions/compiling.ts';
import { childrenOf } from '../expressions/mentions.ts';
import { selection } from '../expressions/roots.ts';
import type { FaultList } from '../fault.ts';
import { ownerOf } from './mentioned.ts';
import { isNeverTrueWithout } from './never-without.ts';
import type { Warned } from './warned.ts';

/** The conditions of offers; factors and treatments decide nothing. */
const RULES: ReadonlySet<string> = new Set(['eligibility', 'applicability', 'suitability']);

export function warnOfBroughtOffers(
  { catalog, context, notes }: Warned,
  warnings: FaultList,
): void {
  if (catalog.triggers.every(({ time }) => time === null)) return;
  const rules = new Map<string, Note[]>();
  const guarded = new Set<string>();
  for (const note of notes) {
    const { section, name, key } = ownerOf(note.node.path);
    if (section === 'offers' && RULES.has(key)) rules.set(name, [...(rules.get(name) ?? []), note]);
    if (section === 'placements' && asksMoment(note)) guarded.add(name);
  }
  const formulas = new Set(
    catalog.features.filter(({ formula }) => formula != null).map(({ slot }) => slot),
  );
  const deciding = triggersByPlacement(catalog);
  for (const offer of catalog.offers) {
    if (warnings.full) return;
    const triggers = bringing(offer, catalog, deciding);
    if (triggers.length === 0 || triggers.some(({ time }) => time === null)) continue;
    const own = rules.get(offer.name) ?? [];
    for (const note of own) warnOfNever(note, triggers, warnings);
    if (own.some((note) => asksMoment(note)) || isLimitedInTime(offer)) continue;
    const { node } = context.declared.offers.get(offer.name)!;
    const open = [...offer.treatments.keys()].filter((each) => isAsked(catalog, each, guarded));
    if (open.length === 0 || !isForMoment(triggers, own, formulas)) continue;
    const names = triggers.map(({ name }) => name);
    warnings.at(
      node,
      `an ordinary question at ${open[0]} gives this offer, too, not only ${names.slice(0, NAMES_SHOWN).join(', ')}: ` +
        `if a moment alone is to bring it, give it \`applicability: firing.trigger == '${names[0]}'\``,
      { offset: node.keyOffset },
    );
  }
}

/** Triggers that a warning names. */
const NAMES_SHOWN = 3;

function triggersByPlacement({ triggers }: Catalog): Map<string, TriggerDefinition[]> {
  const deciding = new Map<string, TriggerDefinition[]>();
  for (const trigger of triggers) {
    for (const placement of trigger.decide) {
      const others = deciding.get(placement);
      if (others === undefined) deciding.set(placement, [trigger]);
      else others.push(trigger);
    }
  }
  return deciding;
}

/** All that can bring it, as far as the first that an event fires at once: of such an offer nothing is said. */
function bringing(
  { name, treatments }: OfferDefinition,
  { placements }: Catalog,
  deciding: ReadonlyMap<string, readonly TriggerDefinition[]>,
): readonly TriggerDefinition[] {
  const found = new Set<TriggerDefinition>();
  for (const placement of treatments.keys()) {
    // What is always there has no moment.
    if (placements.get(placement)?.fallback === name) return [];
    for (const trigger of deciding.get(placement) ?? []) {
      if (trigger.offers !== null && !trigger.offers.has(name)) continue;
      found.add(trigger);
      if (trigger.time === null) return [trigger];
    }
  }
  return [...found];
}

function warnOfNever(
  { node, ast, never }: Note,
  triggers: readonly TriggerDefinition[],
  warnings: FaultList,
): void {
  if (never) return;
  const names = triggers.slice(0, NAMES_SHOWN).map(({ name }) => name);
  const hint = `say \`firing.trigger == '${names[0]}'\``;
  const who = `what brings this offer (${names.join(', ')})`;
  if (!triggers.some(hasEvent) && isNeverTrueWithout(ast, isEvent)) {
    warnings.at(node, `is never true: ${who} has no event at hand; ${hint}`);
  } else if (!triggers.some(hasKey) && isNeverTrueWithout(ast, isFiringKey)) {
    warnings.at(node, `is never true: ${who} has neither \`per\` nor keys; ${hint}`);
  }
}

/** Into a segment an event may lead, and is at hand then. */
function hasEvent({ time }: TriggerDefinition): boolean {
  return time === null || time.kind === 'absence' || time.kind === 'enter';
}

function hasKey({ per, time }: TriggerDefinition): boolean {
  return per !== null || time?.kind === 'predict';
}

function isEvent(ast: Ast): boolean {
  return ast.op === 'id' && ast.args === 'event';
}

function isFiringKey(ast: Ast): boolean {
  const part = selection(ast);
  return part?.name === 'key' && part.of.op === 'id' && part.of.args === 'firing';
}

/** Whether it tells one moment from another: by what fired, the event, a segment, or the clock. */
function asksMoment({ ast, reads }: Note): boolean {
  return reads.event || reads.now || reads.segmentIndexes.length > 0 || namesFiring(ast);
}

function namesFiring(ast: Ast): boolean {
  if (ast.op === 'id') return ast.args === 'firing';
  return childrenOf(ast.args).some(namesFiring);
}

function isLimitedInTime({ startsAtMs, endsAtMs, caps }: OfferDefinition): boolean {
  return startsAtMs !== null || endsAtMs !== null || caps.some(({ max }) => max === 0);
}

/** Whether anybody may ask there: what a channel carries away nobody does. */
function isAsked(
  { placements, channels }: Catalog,
  name: string,
  guarded: ReadonlySet<string>,
): boolean {
  const { channel } = placements.get(name)!;
  return !guarded.has(name) && (channel === null || !channels.has(channel));
}

/**
 * Whether nothing that the offer asks can stand for its moment: what a customer has and did tells no day,
 * but it may tell what did not follow, or who came into a segment.
 */
function isForMoment(
  triggers: readonly TriggerDefinition[],
  own: readonly Note[],
  formulas: ReadonlySet<number>,
): boolean {
  const slots = own.flatMap(({ reads }) => reads.featureSlots);
  if (slots.some((slot) => formulas.has(slot))) return false;
  if (triggers.some(({ offers }) => offers === null)) return false;
  const isDay = triggers.every(({ time }) => time?.kind === 'yearly' || time?.kind === 'dates');
  return isDay || (slots.length === 0 && own.every(({ reads }) => !reads.traits));
}
