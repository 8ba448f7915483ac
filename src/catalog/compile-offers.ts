// Offers: dates, conditions, factors, caps, and a renderer for each placement's content.

import type { CapDefinition, OfferDefinition } from '../model/catalog.ts';
import { durationMs } from '../model/duration.ts';
import type { Condition, Expression, TreatmentRenderer } from '../model/value.ts';
import { compileBudget } from './compile-budget.ts';
import type { CompileContext } from './compile-context.ts';
import type { Declared, OfferData } from './declarations.ts';
import type { Located } from './located.ts';
import { dateMs } from './parse-date.ts';
import { OF_DECISION, OF_SHOWN_LIST } from './reach.ts';

/** An offer; null when its shape is wrong. */
export function compileOffer(
  index: number,
  { name, node, data }: Declared<OfferData>,
  context: CompileContext,
): OfferDefinition | null {
  if (data === null) return null;
  const key = (name: keyof OfferData) => (name in data ? node.entries!.get(name) : undefined);
  let asksTrigger = false;
  const condition = (name: keyof OfferData, reach = OF_DECISION): Condition | null => {
    const compiled = context.condition(key(name), reach);
    asksTrigger ||= compiled?.reads.trigger === true;
    return compiled?.run ?? null;
  };
  const factor = (name: keyof OfferData): Expression | null => {
    return context.number(key(name), OF_DECISION)?.run ?? null;
  };
  const startsAtMs = dateMs(key('starts'), context.timezone, context.faults);
  const endsAtMs = dateMs(key('ends'), context.timezone, context.faults);
  if (startsAtMs !== null && endsAtMs !== null && endsAtMs <= startsAtMs) {
    const found = String(key('ends')!.value);
    context.faults.at(key('ends')!, `"${found}" is not after "starts": it would never run`, {
      found,
      expected: `a date after ${String(key('starts')!.value)}`,
    });
  }
  const shown = isAlwaysBesideList(data, context) ? OF_SHOWN_LIST : OF_DECISION;
  const offer = {
    index,
    name,
    tags: data.tags ?? [],
    propensity: factor('propensity'),
    value: factor('value'),
    context: factor('context'),
    lever: factor('lever'),
    startsAtMs,
    endsAtMs,
    eligibility: condition('eligibility'),
    applicability: condition('applicability', shown),
    suitability: condition('suitability', shown),
    caps: (data.caps ?? []).map(capOf),
    // With what is wrong in it, too: the rest of it is checked in the same run.
    budget: compileBudget(node.entries!.get('budget'), data.budget, context),
    expires: expiryOf(data.expires),
    treatments: treatmentsOf(key('treatments'), context),
  };
  return asksTrigger ? { ...offer, asksTrigger } : offer;
}

/** Whether each of its placements has a list: then conditions may ask of it. */
function isAlwaysBesideList({ treatments = {} }: OfferData, { declared }: CompileContext): boolean {
  const names = Object.keys(treatments);
  const hasList = (name: string) => declared.placements.get(name)?.data?.recommend !== undefined;
  return names.length > 0 && names.every(hasList);
}

function capOf(cap: NonNullable<OfferData['caps']>[number]): CapDefinition {
  const windowMs = cap.window === undefined ? null : durationMs(cap.window);
  return { max: cap.max, windowMs, of: cap.of ?? 'decision' };
}

function expiryOf(expires: OfferData['expires']): OfferDefinition['expires'] {
  if (expires === undefined) return null;
  if (expires === 'end_of_day') return { kind: 'end_of_day' };
  return { kind: 'after', ms: durationMs(expires)! };
}

function treatmentsOf(
  node: Located | undefined,
  context: CompileContext,
): ReadonlyMap<string, TreatmentRenderer> {
  const treatments = new Map<string, TreatmentRenderer>();
  const { placements } = context.declared;
  for (const [placement, content] of node?.entries ?? []) {
    context.known(placement, placements, 'placement', keyed(content));
    const hasList = placements.get(placement)?.data?.recommend !== undefined;
    const render = context.template(content, hasList ? OF_SHOWN_LIST : OF_DECISION);
    if (render !== null) treatments.set(placement, render);
  }
  return treatments;
}

/** The node with its key's position: the fault is about the key. */
function keyed(node: Located): Located {
  return { ...node, offset: node.keyOffset };
}
