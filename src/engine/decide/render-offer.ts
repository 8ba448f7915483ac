// Hot path. An offer as it is returned: its treatment for the placement and until when it holds.
// Only winners and fallbacks are rendered.

import type { ChosenOffer } from '../../model/decision.ts';
import { customerCalendar } from '../customer-calendar.ts';
import type { Program } from '../program.ts';
import type { StateScope } from '../scope.ts';
import type { OfferProgram, PlacementProgram } from './placements.ts';

/** Renders an offer that has a treatment for the placement. */
export function renderOffer(
  program: Program,
  offer: OfferProgram,
  placement: PlacementProgram,
  scope: StateScope,
): ChosenOffer {
  const { name, treatments } = offer.definition;
  const treatment = treatments.get(placement.definition.name)!;
  return {
    offerId: name,
    treatment: treatment(scope, program.onTemplateUnknown),
    expiresAtMs: expiry(program, offer, scope),
  };
}

/**
 * min(now + expires, ends), null without either. An end that is over can only be a fallback's,
 * which skips dates: it does not limit the offer.
 */
function expiry(program: Program, offer: OfferProgram, scope: StateScope): number | null {
  const { nowMs } = scope;
  const { expires, endsAtMs } = offer.definition;
  const ends = endsAtMs !== null && endsAtMs <= nowMs ? null : endsAtMs;
  if (expires === null) return ends;
  const at = expires.kind === 'after' ? nowMs + expires.ms : dayEndMs(program, scope);
  return ends === null ? at : Math.min(at, ends);
}

/** The end of the customer's day is the first instant of the next, as `ends` is exclusive too. */
function dayEndMs(program: Program, { customer, nowMs }: StateScope): number {
  const calendar = customerCalendar(program, customer);
  return calendar.midnightMs(calendar.day(nowMs) + 1);
}
