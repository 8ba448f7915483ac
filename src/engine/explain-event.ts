// What an event would do, without doing it: it is stepped as it would be, and what came of it is
// looked at afterwards. There is no second way of deciding, so the answer cannot differ from what
// the event gets when it is sent.

import type { Change, EventExplanation, TriggerExplanation } from '../model/explanation.ts';
import type { Inputs } from '../model/inputs.ts';
import type { JsonValue } from '../model/json.ts';
import { jsonText } from '../model/json-text.ts';
import type { CustomerState } from '../model/state.ts';
import type { Stepped, Submission } from '../model/step.ts';
import type { Ask } from './decide/ask.ts';
import { explainDecisions } from './explain-decisions.ts';
import {
  type ExplainedEvent,
  explainCancelled,
  explainEntered,
  explainTrigger,
  type FiredTrigger,
} from './explain-trigger.ts';
import type { EventProgram, Program } from './program.ts';
import { notLaterThan, step } from './step.ts';
import type { TriggerProgram } from './trigger-program.ts';
import { type CustomerView, view } from './view.ts';

/** Why an event would be refused. */
export type Refused = Extract<Stepped, { kind: 'refused' }>;

/**
 * What an event would do to a customer, whether or not its message was seen before. The state is
 * left as it is.
 * @param submission of an event; nothing else can be explained
 */
export function explainEvent(
  program: Program,
  state: CustomerState,
  submission: Submission,
  inputs: Inputs,
): EventExplanation | Refused {
  const { stimulus } = submission;
  if (stimulus.kind !== 'event') throw new Error(`not an event but ${stimulus.kind}`);
  const asks: Ask[] = [];
  const stepped = step(program, state, { ...submission, record: false }, inputs, asks);
  if (stepped.kind === 'refused') return stepped;
  if (stepped.kind === 'duplicate') return NOTHING;
  const after = stepped.state;
  const nowMs = after.asOfMs;
  const event = notLaterThan(stimulus.event, nowMs);
  const { features, segments } = changes(
    view(program, state, nowMs, inputs),
    view(program, after, nowMs, inputs),
  );
  // As they were when it was decided; `view` had turned them elsewhere.
  program.scope.before.point(state, submission, event, inputs, nowMs);
  const scope = program.scope.point(after, submission, event, inputs, nowMs);
  const fired = stepped.firings.map(
    ({ trigger, key }): FiredTrigger => ({ trigger: program.triggerPrograms.get(trigger)!, key }),
  );
  const explained = { before: state, after, event, live: submission.live, scope };
  return {
    kind: 'explained',
    features,
    segments,
    triggers: explainTriggers(
      explained,
      program.concerned(event, stimulus.outcome !== null),
      fired,
    ),
    decisions: explainDecisions(program, after, asks, scope, stepped.decisions),
    answer: stepped.answer,
  };
}

/** A report of what was counted before. */
const NOTHING: EventExplanation = {
  kind: 'explained',
  features: {},
  segments: {},
  triggers: [],
  decisions: [],
  answer: '[]',
};

function explainTriggers(
  explained: ExplainedEvent,
  { triggers, cancels }: EventProgram,
  fired: readonly FiredTrigger[],
): readonly TriggerExplanation[] {
  const all = new Map<TriggerProgram, TriggerExplanation>();
  for (const one of fired) all.set(one.trigger, explainEntered(explained, one));
  for (const trigger of cancels) {
    const cancelled = explainCancelled(explained, trigger);
    if (cancelled !== null) all.set(trigger, cancelled);
  }
  for (const trigger of triggers) {
    const isFired = fired.some((each) => each.trigger === trigger);
    all.set(trigger, explainTrigger(explained, trigger, isFired));
  }
  return [...all]
    .sort(([a], [b]) => a.definition.index - b.definition.index)
    .map(([, explanation]) => explanation);
}

function changes(before: CustomerView, after: CustomerView) {
  return {
    features: changed<JsonValue>(before.features, after.features),
    segments: changed<boolean | string | null>(before.segments, after.segments),
  };
}

function changed<T extends JsonValue>(
  before: { readonly [name: string]: T },
  after: { readonly [name: string]: T },
): { readonly [name: string]: Change<T> } {
  const pairs = Object.keys(after).map((name) => [name, [before[name]!, after[name]!]] as const);
  return Object.fromEntries(pairs.filter(([, [was, is]]) => jsonText(was) !== jsonText(is)));
}
