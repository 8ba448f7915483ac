// Hot path. Which of the firings that ask together an offer is looked at with: the first that allows it. Of an
// offer whose rules ask which trigger fired, the first by which they hold: it is that one that brings it.

import { newCounters } from '../counters.ts';
import type { StateScope } from '../scope.ts';
import { type Ask, pointFiring } from './ask.ts';
import { refusal } from './candidates.ts';
import type { OfferProgram } from './placements.ts';

/** @returns its index, to which the scope then points */
export function firingOf(ask: Ask, offer: OfferProgram, scope: StateScope): number {
  const { firings } = ask;
  const { name, asksTrigger } = offer.definition;
  let first = -1;
  for (let i = 0; i < firings.length; i++) {
    const { offers } = firings[i]!;
    if (offers !== null && !offers.has(name)) continue;
    if (first < 0) first = i;
    if (!asksTrigger) break;
    pointFiring(scope, ask, i);
    if (refusal(offer, scope, UNCOUNTED) === null) return i;
  }
  pointFiring(scope, ask, Math.max(0, first));
  return Math.max(0, first);
}

/** What is only tried is not counted. */
const UNCOUNTED = newCounters();
