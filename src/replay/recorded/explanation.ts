// A decision in words: what caused it, what it was made of, what was given, each candidate with its
// reason and terms, and whether it comes out the same when it is stepped again.

import { sentText } from '../../ledger/sent-text.ts';
import type { JsonValue } from '../../model/json.ts';
import { jsonText } from '../../model/json-text.ts';
import type { CandidateRow, DecisionRow } from './decision-row.ts';
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
  /** null = it was recorded before records said how they were stepped. */
  readonly step: RecordedStep | null;
  /** null = not known. */
  readonly before: CustomerBefore | null;
  readonly verdict: Verdict;
}

/** Lines to print, the last of them the verdict. */
export function explanationText(explanation: Explanation): string {
  const { customerId, decision, step, before, verdict } = explanation;
  const lines = [
    labelled('decision', `${decision.decision_id}`),
    labelled('', `${decision.placement} for ${customerId}, ${isoTime(decision.decided_at)}`),
    ...(step === null ? [] : stimulusLines(step)),
    labelled('trigger', decision.trigger === '' ? 'none: it was asked for' : decision.trigger),
    labelled(
      'catalog',
      decision.catalog + (step === null ? '' : `, publication ${step.publication}`),
    ),
    ...givenLines(decision),
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

function stimulusLines({ submission }: RecordedStep): string[] {
  const { stimulus, messageId } = submission;
  switch (stimulus.kind) {
    case 'event': {
      const { name, timestampMs, properties, traits, context } = stimulus.event;
      const how = submission.live ? '' : ', imported';
      return [
        labelled('event', `${name}, ${isoTime(timestampMs)} (message ${messageId}${how})`),
        labelled('', sentText({ properties, traits, context })),
      ];
    }
    case 'decide': {
      const { placements, limit, context } = stimulus.request;
      const atMost = limit === null ? '' : `, at most ${limit} each`;
      return [
        labelled('asked for', `${placements.join(', ')}${atMost} (message ${messageId})`),
        labelled('', sentText({ context })),
      ];
    }
    case 'outcome':
      return [labelled('outcome', `${stimulus.outcome.outcome} of ${stimulus.outcome.offerId}`)];
  }
}

function givenLines(decision: DecisionRow): string[] {
  const { offer_ids, treatments, expires_at, holdout, fallback } = decision;
  if (offer_ids.length === 0) {
    return [labelled('given', holdout ? 'nothing: the customer is held out' : 'nothing')];
  }
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

function candidateLines(candidates: readonly CandidateRow[]): string[] {
  const longest = (of: (candidate: CandidateRow) => string) =>
    Math.max(0, ...candidates.map((candidate) => of(candidate).length));
  const nameChars = longest(({ offer_id }) => offer_id);
  const wayChars = longest(way);
  return candidates.map((candidate, i) => {
    const name = candidate.offer_id.padEnd(nameChars);
    const text = `${name}  ${way(candidate).padEnd(wayChars)}  ${scoreText(candidate)}`;
    return labelled(i === 0 ? 'candidates' : '', text.trimEnd());
  });
}

function way({ stage, reason }: CandidateRow): string {
  return stage === reason ? stage : `${stage}: ${reason}`;
}

/** Priority = propensity × value × context × lever (CATALOG, Deciding). */
function scoreText({ score, propensity, value, context, lever }: CandidateRow): string {
  const terms = [propensity, value, context, lever];
  if (terms.every((term) => term === null)) return '';
  return `${score ?? 'no score'} = ${terms.map((term) => term ?? '?').join(' × ')}`;
}

function beforeLines({ record }: RecordedStep, before: CustomerBefore): string[] {
  const { traits, features, segments, consent } = before;
  const known = Object.entries(features).filter(([, value]) => value !== null);
  const inside = Object.entries(segments).filter(([, value]) => value !== false && value !== null);
  return [
    labelled('before', record === 1 ? 'a new customer' : `after ${record - 1} records`),
    ...listed('traits', Object.entries(traits), jsonText),
    ...listed('features', known, jsonText),
    ...listed('segments', inside, (value) => (value === true ? '' : String(value))),
    ...listed('consent', Object.entries(consent), (granted) => (granted ? 'granted' : 'denied')),
  ];
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
