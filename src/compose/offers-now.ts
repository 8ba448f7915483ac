// What a customer would be offered now: each placement is asked for by itself, as it would be in life,
// on the state as it is, and nothing of it is counted.

import { setImmediate } from 'node:timers/promises';
import { uuidv7 } from 'uuidv7';
import { explainedDecisions } from '../gateway/explained-decisions.ts';
import type { CustomerState } from '../model/state.ts';
import type { Submission } from '../model/step.ts';
import type { CatalogVersion } from '../pipeline.ts';
import { type LookedAt, stepUncounted } from './step-uncounted.ts';

const PLACEMENTS_MAX = 100;
/** Candidates in one answer: with these it is begun no other placement. */
const CANDIDATES_MAX = 10_000;

export interface OfferNow {
  readonly placement: string;
  /** As `/v1/decide` answers it with `explain`. */
  readonly decision: object;
}

export interface OffersNow {
  readonly offersNow: readonly OfferNow[];
  /** How many placements of the catalog there was no room for. */
  readonly placementsLeftOut: number;
}

/** Decides every placement of a catalog, in its order. Others get their turn after each. */
export async function offersNow(
  version: CatalogVersion,
  state: CustomerState,
  nowMs: number,
  looked: LookedAt,
): Promise<OffersNow> {
  const { placements } = version;
  const offers: OfferNow[] = [];
  let candidates = 0;
  for (const placement of placements) {
    if (offers.length === PLACEMENTS_MAX || candidates >= CANDIDATES_MAX) break;
    if (offers.length > 0) await setImmediate();
    const question = questionFor(state.customerId, placement, nowMs);
    const { stepped } = await stepUncounted(version, state, question, looked);
    if (stepped.kind !== 'stepped') throw new Error(`${placement} was not decided`);
    const { answer, decisions } = stepped;
    for (const made of decisions) candidates += made.candidates.length;
    // What waits and comes to nothing stands before what is answered.
    offers.push({ placement, decision: explainedDecisions(answer, decisions).at(-1)! });
  }
  return { offersNow: offers, placementsLeftOut: placements.length - offers.length };
}

function questionFor(customerId: string, placement: string, nowMs: number): Submission {
  const request = {
    ...{ userId: null, anonymousId: null, placements: [placement], limit: null },
    ...{ context: {}, explain: true },
  };
  return {
    stimulus: { kind: 'decide', request },
    customerId,
    messageId: uuidv7(),
    nowMs,
    receivedAtMs: nowMs,
    live: true,
    decide: true,
    record: false,
  };
}
