// A decision in words: what caused it, what it was made of, what was given, each candidate with its
// reason and terms, and whether it comes out the same when it is stepped again.

import { toldList } from '../../ledger/list-source.ts';
import { WITHHELD } from '../../model/decision.ts';
import type { JsonValue } from '../../model/json.ts';
import { jsonAsSent, jsonText } from '../../model/json-text.ts';
import type { DueTimer } from '../../model/step.ts';
import type { CandidateRow, DecisionRow } from './decision-row.ts';
import type { DeliveryRow, DeliveryTold } from './delivery-rows.ts';
import { printable } from './printable.ts';
import type { Verdict } from './step-again.ts';
import type { RecordedStep } from './step-row.ts';

/** The customer just before, evaluated at the decision's time. */
export interface CustomerBefore {
  readonly traits: { readonly [name: string]: JsonValue };
  readonly features: { readonly [name: string]: JsonValue };
  readonly segments: { readonly [name: string]: boolean | string | null };
  readonly consent: { readonly [purpose: string]: boolean };
}

export interface Explanation {
  readonly customerId: string;
  readonly decision: DecisionRow;
  /** Triggers that fired on the event, for this placement or another. */
  readonly fired: readonly string[];
  /** null = it was for whoever asked alone. */
  readonly delivery: DeliveryTold | null;
  /** null = it was recorded before records said how they were stepped. */
  readonly step: RecordedStep | null;
  /** null = not known. */
  readonly before: CustomerBefore | null;
  readonly verdict: Verdict;
}

/** Lines to print, the last of them the verdict. */
export function explanationText(explanation: Explanation): string {
  const { customerId, decision, fired, delivery, step, before, verdict } = explanation;
  const lines = [
    labelled('decision', `${decision.decision_id}`),
    labelled('', `${decision.placement} for ${customerId}, ${isoTime(decision.decided_at)}`),
    ...(step === null ? [] : stimulusLines(step)),
    labelled('trigger', triggerText(decision, fired)),
    labelled(
      'catalog',
      decision.catalog + (step === null ? '' : `, publication ${step.publication}`),
    ),
    ...givenLines(decision),
    ...listLines(decision),
    ...(delivery === null ? [] : deliveryLines(delivery)),
    ...candidateLines(decision.candidates),
    ...(step === null || before === null ? [] : beforeLines(step, before)),
    labelled('verdict', verdictText(verdict)),
  ];
  return `${lines.join('\n')}\n`;
}

const LABEL_CHARS = 12;

function labelled(label: string, text: string): string {
  return `${label.padEnd(LABEL_CHARS)}${printable(text)}`;
}

function stimulusLines({ submission, dueResult }: RecordedStep): string[] {
  const { stimulus, messageId } = submission;
  switch (stimulus.kind) {
    case 'event': {
      const { name, timestampMs, properties, traits, context } = stimulus.event;
      const how = submission.live ? '' : ', imported';
      return [
        labelled('event', `${name}, ${isoTime(timestampMs)} (message ${messageId}${how})`),
        labelled('', jsonAsSent({ properties, traits, context })),
      ];
    }
    case 'timer': {
      const { trigger, key, dueAtMs } = stimulus;
      const name = key === null ? trigger : `${trigger} of ${key}`;
      const result = dueResult === null ? '' : `, ${DUE_WORDS[dueResult]}`;
      return [labelled('timer', `${name} was due ${isoTime(dueAtMs)}${result}`)];
    }
    case 'look':
      return [labelled('time', 'passed: it was looked at what the customer has come into')];
    case 'decide': {
      const { placements, limit, context } = stimulus.request;
      const atMost = limit === null ? '' : `, at most ${limit} each`;
      return [
        labelled('asked for', `${placements.join(', ')}${atMost} (message ${messageId})`),
        labelled('', jsonAsSent({ context })),
      ];
    }
    case 'outcome':
      return [labelled('outcome', `${stimulus.outcome.outcome} of ${stimulus.outcome.offerId}`)];
  }
}

const DUE_WORDS: { readonly [result in DueTimer['result']]: string } = {
  fired: 'fired',
  put_off: 'fired, and put off until quiet hours end',
  missed: 'missed: it was too late, or the trigger is another by now',
  not_true: 'not true any more',
  cooldown: 'within its cooldown',
  moved: 'moved: by another catalog, or after a merge, it is due at another time',
  looked: 'looked at',
};

function triggerText({ trigger, waiting }: DecisionRow, fired: readonly string[]): string {
  if (trigger === '') return 'none: it was asked for';
  if (waiting) return `${trigger}, which time had fired and which waited for the question`;
  return fired.length < 2 ? trigger : `${trigger} (fired: ${fired.join(', ')})`;
}

function deliveryLines({ channel, attempts }: DeliveryTold): string[] {
  if (attempts.length === 0) return [labelled('delivery', `by ${channel}, on its way`)];
  return attempts.map((attempt, i) => labelled(i === 0 ? 'delivery' : '', attemptText(attempt)));
}

function attemptText({ channel, status, reason, attempt, at, next }: DeliveryRow): string {
  const why = reason === '' ? '' : `: ${reason}`;
  const which = attempt === 0 ? '' : `, attempt ${attempt}`;
  const again =
    status !== 'failed' ? '' : next === null ? ', given up' : `, again ${isoTime(next)}`;
  return `by ${channel}, ${status} ${isoTime(at)}${which}${why}${again}`;
}

function givenLines(decision: DecisionRow): string[] {
  const { offer_ids, treatments, expires_at, fallback } = decision;
  if (offer_ids.length === 0) return [labelled('given', whyNothing(decision))];
  return offer_ids.flatMap((offer, i) => {
    const untilMs = expires_at[i] ?? null;
    const until = untilMs === null ? '' : `, until ${isoTime(untilMs)}`;
    return [
      labelled(i === 0 ? 'given' : '', `${offer}${until}${fallback ? ' (fallback)' : ''}`),
      // What was given before treatments were recorded has none.
      ...(treatments[i] === undefined ? [] : [labelled('', `  ${treatments[i]}`)]),
    ];
  });
}

/** The items of its list, by the model that they come from. */
function listLines({ list_source }: DecisionRow): string[] {
  const { items, withheld } = toldList(list_source) ?? { items: [], withheld: null };
  if (withheld !== null) return [labelled('list', `not shown: ${WITHHELD[withheld]}`)];
  if (items.length === 0) return [];
  const said = items.map(({ itemId, source }) => `${itemId} (${source})`);
  return [labelled('list', said.join(', '))];
}

function whyNothing({ holdout, candidates }: DecisionRow): string {
  if (holdout) return 'nothing: the customer is held out';
  const reasons = new Set(candidates.map(({ reason }) => reason));
  return reasons.size === 1 ? `nothing: ${[...reasons][0]}` : 'nothing';
}

function candidateLines(candidates: readonly CandidateRow[]): string[] {
  const longest = (of: (candidate: CandidateRow) => string) =>
    Math.max(0, ...candidates.map((candidate) => of(candidate).length));
  const nameChars = longest(({ offer_id }) => offer_id);
  const wayChars = longest(way);
  const scored = candidates.find((candidate) => scoreText(candidate) !== '');
  return candidates.map((candidate, i) => {
    const name = candidate.offer_id.padEnd(nameChars);
    const terms = candidate === scored ? ' (propensity × value × context × lever)' : '';
    const text = `${name}  ${way(candidate).padEnd(wayChars)}  ${scoreText(candidate)}${terms}`;
    return labelled(i === 0 ? 'candidates' : '', text.trimEnd());
  });
}

/** Where its way ended, and why: the words of docs/reference.md, Stages and reasons. */
function way({ stage, reason }: CandidateRow): string {
  const isGiven = reason === 'chosen' || reason === 'fallback';
  return stage === reason || isGiven ? reason : `${stage}: ${reason}`;
}

/** Priority = propensity × value × context × lever (CATALOG, Deciding). */
function scoreText({ score, propensity, value, context, lever }: CandidateRow): string {
  const terms = [propensity, value, context, lever];
  if (terms.every((term) => term === null)) return '';
  return `${score ?? 'no score'} = ${terms.map((term) => term ?? '?').join(' × ')}`;
}

/** Whoever compares with a rule must know that the event itself is counted before rules are asked. */
function beforeLines(
  { record, beginsWith, submission }: RecordedStep,
  before: CustomerBefore,
): string[] {
  const { traits, features, segments, consent } = before;
  const known = Object.entries(features).filter(([, value]) => value !== null);
  const inside = Object.entries(segments).filter(([, value]) => value !== false && value !== null);
  return [
    labelled(
      'before',
      beforeText(beginsWith === '' ? 0 : record - 1, submission.stimulus.kind === 'event'),
    ),
    ...listed('traits', Object.entries(traits), jsonText),
    ...listed('features', known, jsonText),
    ...listed('segments', inside, (value) => (value === true ? '' : String(value))),
    ...listed('consent', Object.entries(consent), (granted) => (granted ? 'granted' : 'denied')),
  ];
}

function beforeText(records: number, isEvent: boolean): string {
  const who =
    records === 0 ? 'a new customer' : `after ${records} record${records === 1 ? '' : 's'}`;
  return isEvent ? `${who}; the event is counted before its rules are asked` : who;
}

function listed<T>(
  label: string,
  entries: readonly (readonly [string, T])[],
  textOf: (value: T) => string,
): string[] {
  return entries.map(([name, value], i) => {
    const text = textOf(value);
    return labelled(i === 0 ? `  ${label}` : '', text === '' ? name : `${name}: ${text}`);
  });
}

function verdictText(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'same':
      return 'same: stepped again, it comes out as it was';
    case 'different':
      return `different: ${verdict.difference}`;
    case 'unknown':
      return `unknown: ${verdict.reason}`;
  }
}

function isoTime(atMs: number): string {
  return new Date(atMs).toISOString();
}
