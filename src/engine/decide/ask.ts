// Hot path. From firings to placements to decide: one decision per placement and event, whose
// candidates are the union of what the firing triggers allow.

import type { StateScope } from '../scope.ts';
import type { KeptEvent } from '../timers/kept-event.ts';
import type { Decides, TriggerProgram } from '../trigger-program.ts';
import type { Fired } from '../triggers.ts';
import type { OfferProgram, PlacementProgram } from './placements.ts';

/** A firing as far as deciding needs it. */
export interface AskingFiring {
  readonly trigger: string;
  /** Offers it allows; null = any. */
  readonly offers: ReadonlySet<string> | null;
  readonly key: string | null;
  /** The event that it keeps, of one that waited or came with time; absent = the event at hand, if any. */
  readonly kept?: KeptEvent | null;
}

/** One placement to decide. */
export interface Ask {
  readonly placement: PlacementProgram;
  /** The union of what its firings allow, in definition order. */
  readonly offers: readonly OfferProgram[];
  /** The firings that ask, in trigger order; empty for a request. */
  readonly firings: readonly AskingFiring[];
  /** The request's limit; null = the placement's. */
  readonly limit: number | null;
  /** Its firings had waited to be asked for. */
  readonly waiting: boolean;
}

/**
 * Triggers that may decide for one of these placements, and those that only wait from now on. The others
 * do not fire: it is not their turn.
 */
export function triggersWithin(
  triggers: readonly TriggerProgram[],
  placements: ReadonlySet<string>,
): readonly TriggerProgram[] {
  return triggers.filter(
    ({ definition, decide }) =>
      definition.time !== null ||
      decide.some(({ placement }) => placements.has(placement.definition.name)),
  );
}

/**
 * What the firings ask for, in definition order of triggers and their placements.
 * @param within the placements that may be asked for; null = all
 */
export function asksOf(fired: readonly Fired[], within: ReadonlySet<string> | null = null): Ask[] {
  const asks: Ask[] = [];
  for (const one of fired) {
    const firing = askingFiring(one);
    for (const each of one.decide) {
      if (within === null || within.has(each.placement.definition.name)) join(asks, firing, each);
    }
  }
  return asks;
}

export function askingFiring({ trigger, key, kept }: Fired): AskingFiring {
  const { name, offers } = trigger.definition;
  return kept === undefined ? { trigger: name, offers, key } : { trigger: name, offers, key, kept };
}

/** Has a firing ask for a placement: with those that ask for it already, or else at the end. */
export function join(asks: Ask[], firing: AskingFiring, { placement, offers }: Decides): void {
  const known = asks.findIndex((ask) => ask.placement === placement);
  if (known < 0) {
    asks.push({ placement, offers, firings: [firing], limit: null, waiting: false });
    return;
  }
  const ask = asks[known]!;
  asks[known] = {
    placement,
    offers: union(placement, ask.offers, offers),
    firings: [...ask.firings, firing],
    ...{ limit: null, waiting: false },
  };
}

/** Makes `firing` and `event` those of one of the ask's firings; unknown for a request. */
export function pointFiring(scope: StateScope, ask: Ask, firing: number): void {
  const asking = ask.firings[firing];
  scope.pointFiring(asking?.trigger, asking?.key ?? null);
  if (asking?.kept !== undefined) scope.pointEvent(asking.kept, asking.kept?.event ?? null);
}

/** Both lists together, in definition order. */
export function union(
  placement: PlacementProgram,
  a: readonly OfferProgram[],
  b: readonly OfferProgram[],
): readonly OfferProgram[] {
  if (a === b || a === placement.offers) return a;
  if (b === placement.offers) return b;
  const either = new Set([...a, ...b]);
  return placement.offers.filter((offer) => either.has(offer));
}
