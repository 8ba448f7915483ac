// Triggers that fire for nothing: none of their offers can ever be chosen where they decide.

import type { Catalog, OfferDefinition, TriggerDefinition } from '../../model/catalog.ts';
import type { FaultList } from '../fault.ts';
import { ownerOf } from './mentioned.ts';
import { whySpent } from './spent-budgets.ts';
import type { Warned } from './warned.ts';

/** Offers that a warning gives the reason of. */
const REASONS_SHOWN = 3;

export function warnOfDeadTriggers(warned: Warned, warnings: FaultList): void {
  const { catalog, sections } = warned;
  const dead = deadOffers(warned);
  const closed = closedPlacements(warned);
  const shown = offersByPlacement(catalog);
  for (const trigger of catalog.triggers) {
    const entries = sections.maps.triggers.get(trigger.name)!.entries!;
    const written = entries.get('decide')!;
    const decide = written.entries?.get('one_of') ?? written;
    for (const placement of trigger.decide) {
      if (warnings.full) return;
      const why = closed.has(placement)
        ? `the placement "${placement}" is never open: its \`when\` is never true`
        : whyDead(trigger, placement, shown.get(placement) ?? NONE, dead, catalog);
      if (why === null) continue;
      const item = (decide.items ?? [decide]).find((each) => each.value === placement) ?? decide;
      const node = closed.has(placement) ? item : (entries.get('offers') ?? item);
      warnings.at(node, why, { found: placement });
    }
  }
}

const NONE: ReadonlyMap<string, OfferDefinition> = new Map();

/** What keeps a trigger from ever giving an offer at a placement; null = nothing. */
function whyDead(
  trigger: TriggerDefinition,
  placement: string,
  shown: ReadonlyMap<string, OfferDefinition>,
  dead: ReadonlyMap<string, string>,
  catalog: Catalog,
): string | null {
  const { offers } = trigger;
  const { fallback, recommend, channel } = catalog.placements.get(placement)!;
  // A list is an answer to the event, where nothing has to leave beside it.
  const answers = trigger.time === null && !catalog.channels.has(channel ?? '');
  if (recommend !== null && answers) return null;
  // What is always there is an answer, too, where no others are asked for.
  if (fallback !== null && (offers === null || offers.has(fallback))) return null;
  const reasons: string[] = [];
  let able = 0;
  for (const name of offers ?? shown.keys()) {
    if (!shown.has(name)) continue;
    able++;
    const reason = dead.get(name);
    if (reason === undefined) return null;
    if (reasons.length < REASONS_SHOWN) reasons.push(`"${name}" ${reason}`);
  }
  const whose = offers === null ? 'no offer' : 'none of these offers';
  if (able === 0)
    return `${whose} has a treatment for "${placement}": it would never show any there`;
  const more = able > reasons.length ? `, … (${able})` : '';
  return `${whose} can ever be chosen at "${placement}": ${reasons.join(', ')}${more}`;
}

/** Offers that nobody can get, and why. */
function deadOffers({ catalog, context, notes, nowMs }: Warned): ReadonlyMap<string, string> {
  const dead = new Map<string, string>();
  for (const { name, endsAtMs, caps } of catalog.offers) {
    if (endsAtMs !== null && endsAtMs <= nowMs) dead.set(name, 'is over: its `ends` has passed');
    else if (caps.some((cap) => cap.max === 0)) dead.set(name, 'has a cap of 0');
    else {
      const spent = whySpent(context.declared.offers.get(name)?.data?.budget);
      if (spent !== null) dead.set(name, spent);
    }
  }
  for (const { node, never } of notes) {
    const { section, name, key } = ownerOf(node.path);
    if (never && section === 'offers') dead.set(name, `has a \`${key}\` that is never true`);
  }
  return dead;
}

function closedPlacements({ notes }: Warned): ReadonlySet<string> {
  const closed = new Set<string>();
  for (const { node, never } of notes) {
    const { section, name } = ownerOf(node.path);
    if (never && section === 'placements') closed.add(name);
  }
  return closed;
}

function offersByPlacement(catalog: Catalog) {
  const shown = new Map<string, Map<string, OfferDefinition>>();
  for (const offer of catalog.offers) {
    for (const placement of offer.treatments.keys()) {
      const others = shown.get(placement);
      if (others === undefined) shown.set(placement, new Map([[offer.name, offer]]));
      else others.set(offer.name, offer);
    }
  }
  return shown;
}
