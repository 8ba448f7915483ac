// Whether an expectation was met, and what to tell of one that was not: what was expected, what came,
// and where every offer that was expected ended, and why.

import type { Catalog } from '../model/catalog.ts';
import type { Decision } from '../model/decision.ts';
import { heldOut } from '../model/hash.ts';
import type { Expectation } from './catalog-test.ts';
import { endOf } from './offer-end.ts';
import type { Happened } from './tested-customer.ts';
import { silenceOf } from './trigger-silence.ts';

/** Offers, and triggers, that one message tells of. */
const TOLD_MAX = 10;
/** Ids that are tried to find one that no holdout catches. */
const TRIES_MAX = 200;

type Done = Extract<Happened, { kind: 'done' }>;

/** An expectation that was not met, with all there is to say of it. */
export interface Miss {
  readonly catalog: Catalog;
  readonly customerId: string;
  /** Name of the event; null where only time passed. */
  readonly event: string | null;
  readonly expectation: Expectation;
  readonly happened: Done;
}

/** Whether the offers chosen are those expected, in that order. */
export function isMet({ placement, offers }: Expectation, { decisions }: Done): boolean {
  const chosen = chosenIn(decisionOf(decisions, placement));
  return chosen.length === offers.length && chosen.every((offer, i) => offer === offers[i]);
}

/** Lines: expected and found, then one for each offer, or for each trigger that kept silent. */
export function missText({ catalog, customerId, event, expectation, happened }: Miss): string {
  const { placement, offers } = expectation;
  const explanation = happened.explain();
  const decision = decisionOf(explanation?.decisions ?? happened.decisions, placement);
  const lines = [`${placement}: expected ${listed(offers)}, found ${found(decision)}`];
  if (decision === null) {
    lines.push(...bounded(silenceOf(catalog, explanation, event, placement)));
  } else {
    if (decision.holdout) lines.push(heldOutText(catalog, placement, customerId));
    const triggers = explanation?.triggers ?? [];
    const fired = triggers.filter((each) => each.fired).map(({ trigger }) => trigger);
    const told = new Set([...offers, ...chosenIn(decision)]);
    lines.push(...bounded([...told].map((offer) => endOf(offer, decision, fired, catalog))));
  }
  return lines.join('\n  ');
}

/** The last decision of a step for a placement, or null. */
function decisionOf(decisions: readonly Decision[], placement: string): Decision | null {
  return decisions.findLast((decision) => decision.placement === placement) ?? null;
}

function chosenIn(decision: Decision | null): readonly string[] {
  return decision === null ? [] : decision.offers.map(({ offerId }) => offerId);
}

function found(decision: Decision | null): string {
  if (decision === null) return 'no decision';
  const trigger = decision.trigger === null ? '' : ` (trigger ${decision.trigger})`;
  const fallback = decision.fallback ? ', the fallback' : '';
  return `${listed(chosenIn(decision))}${fallback}${trigger}`;
}

function listed(offers: readonly string[]): string {
  if (offers.length === 0) return 'no offer';
  const [only] = offers;
  return offers.length === 1 ? only! : `[${bounded(offers).join(', ')}]`;
}

function bounded(lines: readonly string[]): readonly string[] {
  if (lines.length <= TOLD_MAX) return lines;
  return [...lines.slice(0, TOLD_MAX), `… and ${lines.length - TOLD_MAX} more`];
}

function heldOutText(catalog: Catalog, placement: string, customerId: string): string {
  const { holdout } = catalog.placements.get(placement)!;
  const free = freeId(catalog, customerId);
  const such = free === null ? '' : `, such as ${free}`;
  return (
    `${customerId} is in the holdout of ${placement} (${holdout / 100} %): ` +
    `choose another userId${such}`
  );
}

/** The id with a number behind it, the first that no holdout of the catalog catches; null = none. */
export function freeId(catalog: Catalog, id: string): string | null {
  for (let n = 1; n <= TRIES_MAX; n++) {
    const tried = `${id}${n}`;
    const caught = [...catalog.placements.values()].some((placement) =>
      heldOut(placement.name, tried, placement.holdout),
    );
    if (!caught) return tried;
  }
  return null;
}
