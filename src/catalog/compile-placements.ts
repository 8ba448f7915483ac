// Placements and the contact policy.

import type { ContactRule, PlacementDefinition, QuietHours } from '../model/catalog.ts';
import { durationMs } from '../model/duration.ts';
import { checkShape } from './check-shape.ts';
import type { CompileContext } from './compile-context.ts';
import type { Declared, PlacementData } from './declarations.ts';
import type { Located } from './located.ts';
import { OF_DECISION } from './reach.ts';
import { percentParts, timeOfDayMs } from './shapes/scalars.ts';
import { contactRuleShape } from './shapes/section-shapes.ts';

/** A placement; null when its shape is wrong. */
export function compilePlacement(
  { name, node, data }: Declared<PlacementData>,
  context: CompileContext,
): PlacementDefinition | null {
  if (data === null) return null;
  const { consent, offers, recommenders } = context.declared;
  const key = (name: keyof PlacementData) => node.entries!.get(name)!;
  if (data.consent !== undefined) {
    context.known(data.consent, consent, 'purpose', key('consent'));
  }
  if (data.fallback !== undefined) {
    const { fallback } = data;
    if (context.known(fallback, offers, 'offer', key('fallback'))) {
      const shown = offers.get(fallback)!;
      const lacks = shown.data !== null && !Object.hasOwn(shown.data.treatments ?? {}, name);
      if (lacks && !context.faults.misreadWithin(shown.node.path)) {
        context.faults.at(
          key('fallback'),
          `"${fallback}" has no treatment for "${name}": give it one`,
          {
            found: fallback,
            expected: `an offer with a treatment for ${name}`,
          },
        );
      }
    }
  }
  if (data.recommend !== undefined) {
    context.known(data.recommend, recommenders, 'recommender', key('recommend'));
  }
  const when = data.when === undefined ? null : context.condition(key('when'), OF_DECISION);
  return {
    name,
    channel: data.channel ?? null,
    limit: data.limit ?? 1,
    fallback: data.fallback ?? null,
    holdout: data.holdout === undefined ? 0 : percentParts(data.holdout),
    consent: data.consent ?? null,
    when: when?.run ?? null,
    quiet: data.quiet === undefined ? null : quietHours(data.quiet),
    recommend: data.recommend ?? null,
  };
}

/** `22:00-08:00` */
function quietHours(text: string): QuietHours {
  const [from, to] = text.split('-');
  return { fromMs: timeOfDayMs(from!), toMs: timeOfDayMs(to!) };
}

/** A rule of the contact policy; null when its shape is wrong. */
export function compileContactRule(node: Located, context: CompileContext): ContactRule | null {
  const data = checkShape(contactRuleShape, node, context.faults);
  if (data === null) return null;
  const channels = new Set<string>();
  for (const placement of context.declared.placements.values()) {
    if (placement.data?.channel !== undefined) channels.add(placement.data.channel);
  }
  for (const item of node.entries!.get('channels')!.items!) {
    context.known(item.value as string, channels, 'placement with the channel', item);
  }
  const when = 'when' in data ? context.condition(node.entries!.get('when'), OF_DECISION) : null;
  return {
    max: data.max,
    windowMs: data.window === undefined ? null : durationMs(data.window),
    channels: new Set(data.channels),
    when: when?.run ?? null,
  };
}
