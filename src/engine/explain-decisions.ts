// Why each candidate of a decision ended where it did, in the words of the catalog. Asked after the
// decisions are made, and only when somebody wants to know: deciding itself notes nothing of it.
// What conditions read is as it was then, for decisions change caps and contacts alone.

import { centsOf } from '../model/budget.ts';
import type { Candidate, DecidedList, Decision, Reason } from '../model/decision.ts';
import type { CustomerState } from '../model/state.ts';
import { type Blame, type Condition, doubleOf } from '../model/value.ts';
import { newCounters } from './counters.ts';
import { type Ask, pointFiring } from './decide/ask.ts';
import { isCapped } from './decide/caps.ts';
import { mayContact } from './decide/contacts.ts';
import { itemsOf, listOf } from './decide/decided-list.ts';
import { firingOf } from './decide/firing-of.ts';
import type { OfferProgram } from './decide/placements.ts';
import { type Draft, draftOf } from './draft.ts';
import { budgetText, capText, contactText, quietText } from './limit-texts.ts';
import type { Program } from './program.ts';
import type { StateScope } from './scope.ts';
import { quietUntilMs } from './timers/quiet.ts';

/** What conditions are asked in: the state as it was decided on. */
interface Deciding {
  readonly program: Program;
  readonly draft: Draft;
  readonly scope: StateScope;
  readonly ask: Ask;
  /** What is the same for all candidates, for there may be thousands. */
  readonly ofPlacement: Map<Reason, Blame>;
}

/**
 * The decisions with `clause` and `unknown` of every candidate.
 * @param state after the decisions
 * @param asks one for each decision, in their order
 * @param scope over that state
 */
export function explainDecisions(
  program: Program,
  state: CustomerState,
  asks: readonly Ask[],
  scope: StateScope,
  decisions: readonly Decision[],
): readonly Decision[] {
  const draft = draftOf(state);
  return decisions.map((decision, i) => {
    const deciding = { program, draft, scope, ask: asks[i]!, ofPlacement: new Map() };
    const offers = new Map(deciding.ask.offers.map((offer) => [offer.definition.name, offer]));
    if (decision.list !== null) scope.message = { items: itemsOf(decision.list.made) };
    const candidates = decision.candidates.map((candidate): Candidate => {
      const { clause, unknown } = blameOf(candidate, offers.get(candidate.offerId), deciding);
      return { ...candidate, clause, unknown };
    });
    scope.message = undefined;
    return { ...decision, candidates, list: explainedList(decision, deciding) };
  });
}

/** With what was removed, and why: a list as it is made tells nothing of that. */
function explainedList(
  { list, decisionId }: Decision,
  { program, draft, scope, ask }: Deciding,
): DecidedList | null {
  if (list === null || list.made === null || scope.inputs.lists?.kind === 'recorded') return list;
  const again = listOf(program, draft, ask, scope, decisionId, '', true);
  return { ...list, made: { ...list.made, removed: again?.removed ?? [] } };
}

/** No part of any condition. */
export const NO_BLAME: Blame = { clause: null, unknown: [] };

/** @param offer undefined for the fallback */
function blameOf(candidate: Candidate, offer: OfferProgram | undefined, deciding: Deciding): Blame {
  const { reason } = candidate;
  if (reason !== 'placement_closed' && reason !== 'contact_policy') {
    return blameOfOffer(candidate, offer, deciding);
  }
  let blame = deciding.ofPlacement.get(reason);
  if (blame === undefined) {
    blame = blameOfPlacement(reason, deciding);
    deciding.ofPlacement.set(reason, blame);
  }
  return blame;
}

function blameOfPlacement(
  reason: 'placement_closed' | 'contact_policy',
  deciding: Deciding,
): Blame {
  const { program, draft, ask, scope } = deciding;
  pointFiring(scope, ask, 0);
  if (reason === 'contact_policy') return reachedRule(deciding);
  const { quiet, when } = ask.placement.definition;
  if (quiet !== null && quietUntilMs(program, draft, quiet, scope.nowMs) !== null) {
    return { clause: quietText(quiet), unknown: [] };
  }
  return when?.origin?.blame(scope) ?? NO_BLAME;
}

function blameOfOffer(
  candidate: Candidate,
  offer: OfferProgram | undefined,
  deciding: Deciding,
): Blame {
  if (offer === undefined) return NO_BLAME;
  const { eligibility, applicability, suitability } = offer.definition;
  const { draft, scope, ask } = deciding;
  firingOf(ask, offer, scope);
  const of = (condition: Condition | null) => condition?.origin?.blame(scope);
  switch (candidate.reason) {
    case 'ineligible':
      return of(eligibility) ?? NO_BLAME;
    case 'not_applicable':
      return of(applicability) ?? NO_BLAME;
    case 'unsuitable':
      return of(suitability) ?? NO_BLAME;
    case 'capped':
      return reachedCap(offer, draft, scope.nowMs);
    case 'budget_exhausted':
      return spentLimit(offer, scope);
    case 'score_unknown':
      return faultyFactor(candidate, offer, scope);
    default:
      return NO_BLAME;
  }
}

/** The first cap that is reached, as `2 in 7d`. */
function reachedCap(offer: OfferProgram, draft: Draft, nowMs: number): Blame {
  const at = offer.caps.findIndex((cap) => isCapped(draft, { ...offer, caps: [cap] }, nowMs));
  const cap = offer.definition.caps[at];
  return cap === undefined ? NO_BLAME : { clause: capText(cap), unknown: [] };
}

/** The first contact rule that allows no more, as `3 in 1d`. */
function reachedRule({ draft, scope, ask }: Deciding): Blame {
  const { placement } = ask;
  // Only looks: nothing of it is counted.
  const counters = newCounters();
  const rule = placement.contactRules.find(
    (rule) => !mayContact(draft, { ...placement, contactRules: [rule] }, scope, counters),
  );
  return rule === undefined ? NO_BLAME : { clause: contactText(rule), unknown: [] };
}

/** What one grant costs, where nobody can say; else the limit that is used up, where one can tell. */
function spentLimit({ definition }: OfferProgram, scope: StateScope): Blame {
  const { budget } = definition;
  if (budget === null) return NO_BLAME;
  const cents = budget.each === null ? 0 : centsOf(doubleOf(budget.each(scope)) ?? Number.NaN);
  if (cents === null) return budget.each?.origin?.blame(scope) ?? NO_BLAME;
  return { clause: budgetText(budget, cents), unknown: [] };
}

/** The first factor that is no number, or else the first that is negative. */
function faultyFactor({ terms }: Candidate, offer: OfferProgram, scope: StateScope): Blame {
  if (terms === null) return NO_BLAME;
  const factors = ['propensity', 'value', 'context', 'lever'] as const;
  const at =
    factors.find((factor) => terms[factor] === null) ??
    factors.find((factor) => terms[factor]! < 0);
  const expression = at === undefined ? null : offer.definition[at];
  return expression?.origin?.blame(scope) ?? NO_BLAME;
}
