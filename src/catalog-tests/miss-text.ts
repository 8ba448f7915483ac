// Whether an expectation was met, and what to tell of one that was not: what was expected, what came,
// and where every offer that was expected ended, and why.

import type { Catalog, TriggerDefinition } from '../model/catalog.ts';
import type { Decision } from '../model/decision.ts';
import { heldOut } from '../model/hash.ts';
import type { Expectation } from './catalog-test.ts';
import { endOf } from './offer-end.ts';
import type { StepResult } from './step-result.ts';
import { timeSilenceOf } from './time-silence.ts';
import { silenceOf } from './trigger-silence.ts';

/** Offers, and triggers, that one message tells of. */
const TOLD_MAX = 10;
/** Ids that are tried to find one that no holdout catches. */
const TRIES_MAX = 200;

/** An expectation that was not met, with all there is to say of it. */
export interface Miss {
  readonly catalog: Catalog;
  readonly customerId: string;
  readonly expectation: Expectation;
  readonly result: StepResult;
}

/** Whether the offers chosen are those expected, in that order. */
export function isMet({ offers }: Expectation, { decision }: StepResult): boolean {
  const chosen = chosenIn(decision);
  return chosen.length === offers.length && chosen.every((offer, i) => offer === offers[i]);
}

/** Lines: expected and found, then one for each offer, or for each trigger that kept silent. */
export function missText({ catalog, customerId, expectation, result }: Miss): string {
  const { placement, offers } = expectation;
  const { decision, triggers } = result.explain();
  const lines = [`${placement}: expected ${listed(offers)}, found ${found(decision)}`];
  if (decision === null) {
    lines.push(...bounded(silences(catalog, expectation, result)));
  } else {
    if (decision.holdout) lines.push(heldOutText(catalog, placement, customerId));
    const told = new Set([...offers, ...chosenIn(decision)]);
    lines.push(...bounded([...told].map((offer) => endOf(offer, decision, triggers, catalog))));
  }
  return lines.join('\n  ');
}

function silences(
  catalog: Catalog,
  { placement, offers }: Expectation,
  { event, silent, storyOf }: StepResult,
): readonly string[] {
  const deciding = catalog.triggers.filter(({ decide }) => decide.includes(placement));
  if (deciding.length === 0) {
    return [`no trigger decides ${placement}: it is decided only where it is asked for`];
  }
  const allows = ({ offers: allowed }: TriggerDefinition) =>
    allowed === null || offers.length === 0 || offers.some((offer) => allowed.has(offer));
  const isPutOff = ({ name }: TriggerDefinition) => storyOf(name).kind === 'put_off';
  const waiting = deciding.filter((trigger) => trigger.time !== null || isPutOff(trigger));
  const ofTime = waiting
    // What waits for time is not at hand: of the others nothing is to be said.
    .filter(allows)
    .map((trigger) => timeSilenceOf(catalog, trigger, storyOf(trigger.name)));
  const others = deciding.filter((trigger) => !waiting.includes(trigger));
  const ofEvents = silenceOf(others, silent(), event);
  // Only time passed: nobody expected an event's trigger where one of time could do it.
  return event === null && ofTime.length > 0 ? ofTime : [...ofTime, ...ofEvents];
}

function chosenIn(decision: Decision | null): readonly string[] {
  return decision === null ? [] : decision.offers.map(({ offerId }) => offerId);
}

function found(decision: Decision | null): string {
  if (decision === null) return 'no decision';
  const waited = decision.waiting ? ', which waits there' : '';
  const trigger = decision.trigger === null ? '' : ` (trigger ${decision.trigger}${waited})`;
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
