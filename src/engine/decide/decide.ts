// Hot path. The decision for one placement (CATALOG, Deciding):
//
//   consent, when ─► list ─► candidates ─► rules, caps, contacts, budget ─► arbitration ─► holdout ─► limit
//        │ closed, or quiet                                            │ nothing chosen
//        ▼                                                             ▼
//     no offers                                     fallback (consent, when, contact policy)
//
// What is chosen is counted at once, so that it counts before the next placement is decided.

import { type Grant, NO_GRANTS } from '../../model/budget.ts';
import {
  type Candidate,
  type ChosenOffer,
  type Decision,
  shownItems,
} from '../../model/decision.ts';
import { decisionId } from '../../model/hash.ts';
import type { Inputs } from '../../model/inputs.ts';
import type { Recommendation } from '../../model/recommending.ts';
import type { Draft } from '../draft.ts';
import { countPreferred } from '../preferences.ts';
import type { Program } from '../program.ts';
import type { StateScope } from '../scope.ts';
import { arbitrate } from './arbitrate.ts';
import { type Ask, pointFiring } from './ask.ts';
import { grant, type Spending } from './budgets.ts';
import { ended, rank, type Survivor } from './candidates.ts';
import { countCap } from './caps.ts';
import { type Closed, closedReason } from './closed.ts';
import { countContact, mayContact } from './contacts.ts';
import { decidedList, itemsOf, listOf, standsAlone } from './decided-list.ts';
import { keepDecision } from './recent-decisions.ts';
import { renderOffer } from './render-offer.ts';

/** Decides one placement and counts what was chosen into the draft, and into what is spent. */
export function decide(
  program: Program,
  draft: Draft,
  ask: Ask,
  scope: StateScope,
  messageId: string,
  inputs: Inputs,
  spending: Spending,
): Decision {
  const { placement } = ask;
  const { name } = placement.definition;
  const candidates: Candidate[] = [];
  const offers: ChosenOffer[] = [];
  let fallback = false;
  let holdout = false;
  let winner = 0;
  let contactable = false;
  let made: Recommendation | null = null;
  const id = decisionId(draft.customerId, messageId, name, scope.nowMs);
  const grantedBefore = spending.granted.length;

  pointFiring(scope, ask, 0);
  const closed = closedReason(program, draft, placement, scope);
  if (closed !== null) {
    close(ask, closed, candidates);
  } else {
    contactable = mayContact(draft, placement, scope, program.counters);
    if (placement.recommender !== null) {
      if (contactable) made = listOf(program, draft, ask, scope, id, messageId);
      scope.message = { items: itemsOf(made) };
    }
    const survivors = arbitrate(program, draft, ask, scope, contactable, spending, candidates);
    holdout = (survivors.length > 0 || standsAlone(made, ask)) && scope.inHoldout(name);
    if (holdout && placement.recommender !== null) scope.message = { items: itemsOf(null) };
    if (survivors.length > 0) {
      const limit = Math.min(ask.limit ?? Number.POSITIVE_INFINITY, placement.definition.limit);
      rank(survivors, limit, scope.drawnAs);
      winner = survivors[0]!.firing;
      choose(program, draft, ask, survivors, limit, holdout, scope, spending, offers);
    }
    // Where what had waited comes to nothing, the question itself is decided.
    if (offers.length === 0 && placement.fallback !== null && (!ask.waiting || holdout)) {
      fallback = contactable;
      candidates.push(
        contactable
          ? ended(placement.fallback.definition.name, 'limit', 'fallback')
          : placement.fallback.refused.contact_policy,
      );
      pointFiring(scope, ask, 0);
      if (fallback) offers.push(renderOffer(program, placement.fallback, placement, scope));
    }
    scope.message = undefined;
  }

  const decision: Decision = {
    decisionId: id,
    placement: name,
    trigger: ask.firings[winner]?.trigger ?? null,
    catalog: program.catalog.hash,
    fallback,
    holdout,
    offers,
    list: decidedList(made, ask, closed, contactable, holdout, offers.length),
    candidates,
    grants: takenSince(spending, grantedBefore),
    decidedAtMs: scope.nowMs,
    loggingPropensity: 1,
    inputs,
    waiting: ask.waiting,
    delivery: null,
  };
  if (offers.length > 0 || shownItems(decision).length > 0) {
    countContact(draft, placement, program.contactSpecs, scope.nowMs);
  }
  if (offers.length > 0) {
    countPreferred(program, draft, name, 'decisions');
    keepDecision(draft, decision);
  }
  return decision;
}

function takenSince({ granted }: Spending, from: number): readonly Grant[] {
  return granted.length === from ? NO_GRANTS : granted.slice(from);
}

/** Ends every candidate, and the fallback, at the placement. */
function close(ask: Ask, reason: Closed, candidates: Candidate[]): void {
  for (const { refused } of ask.offers) candidates.push(refused[reason]);
  const { fallback } = ask.placement;
  if (fallback !== null) candidates.push(fallback.refused[reason]);
}

/**
 * Ends ranked survivors: those within the limit are chosen, rendered and counted, or, in a
 * holdout, withheld without being counted anywhere.
 */
function choose(
  program: Program,
  draft: Draft,
  ask: Ask,
  survivors: readonly Survivor[],
  limit: number,
  holdout: boolean,
  scope: StateScope,
  spending: Spending,
  offers: ChosenOffer[],
): void {
  for (let i = 0; i < survivors.length; i++) {
    const { candidate, offer, firing, cents } = survivors[i]!;
    candidate.stage = holdout && i < limit ? 'holdout' : 'limit';
    candidate.reason = i >= limit ? 'outranked' : holdout ? 'holdout' : 'chosen';
    if (i >= limit || holdout) continue;
    pointFiring(scope, ask, firing);
    offers.push(renderOffer(program, offer, ask.placement, scope));
    if (offer.decisionSpec !== null) {
      countCap(draft, offer.decisionSpec, program.capSpecs, scope.nowMs, scope.nowMs);
    }
    if (offer.definition.budget !== null) {
      grant(offer, cents, program.calendar.day(scope.nowMs), spending);
    }
  }
}
