// What a step of a test has brought for a placement: what the event or time decided there, or, where that
// is no offer, what waits there and is decided as if it were asked for then.

import type { Decision } from '../model/decision.ts';
import type { EventExplanation } from '../model/explanation.ts';
import type { TestStep } from './catalog-test.ts';
import type { Happened, Passed, TestedCustomer } from './tested-customer.ts';
import type { TimeStory } from './time-story.ts';

export interface StepResult {
  /** null = nothing was decided. */
  readonly decision: Decision | null;
  /** Name of the event; null where only time passed. */
  readonly event: string | null;
  /** With what explains its candidates. */
  explain(): ExplainedResult;
  /** What the event made of the triggers; null where only time passed. */
  silent(): EventExplanation | null;
  storyOf(trigger: string): TimeStory;
}

interface ExplainedResult {
  readonly decision: Decision | null;
  /** Names of the triggers that ask for it, and of others that fired. */
  readonly triggers: readonly string[];
}

/** How a step went. */
export interface Came {
  readonly step: TestStep;
  readonly nowMs: number;
  readonly passed: Extract<Passed, { kind: 'passed' }>;
  /** null where only time passed. */
  readonly happened: Extract<Happened, { kind: 'done' }> | null;
}

/** Spends what waits there, if it has an offer. */
export function stepResult(
  customer: TestedCustomer,
  placement: string,
  { step, nowMs, passed, happened }: Came,
): StepResult {
  const made = [passed.decisions, happened?.decisions ?? []]
    .flat()
    .findLast((decision) => decision.placement === placement);
  const hasBrought = made !== undefined && brings(made);
  const asked = hasBrought ? null : customer.ask(placement, step.context, nowMs);
  // Who expects something of a decision wants to know what became of that one.
  const isAsked = asked !== null && (made === undefined || brings(asked.decision));
  const decision = isAsked ? asked.decision : (made ?? null);
  const silent = () => happened?.explain() ?? null;
  const explain = () => {
    if (isAsked) return asked;
    const explanation = silent();
    const explained = explanation?.decisions.findLast((each) => each.placement === placement);
    const fired = explanation?.triggers.filter((each) => each.fired) ?? [];
    return { decision: explained ?? decision, triggers: fired.map(({ trigger }) => trigger) };
  };
  const event = step.event?.name ?? null;
  return {
    ...{ decision, event, explain, silent },
    storyOf: (trigger) => customer.storyOf(trigger, nowMs),
  };
}

function brings({ offers, holdout }: Decision): boolean {
  return offers.length > 0 || holdout;
}
