// Hot path. Ledger records as the gateway writes them. A record is text of the least work for
// whoever drains it: rows that are ready but for their position.
//
//   1 1795411200000            format version, received at (epoch ms)
//   e{"message_id":"m1",…}     one row a line: a table's tag, then JSONEachRow
//   d{"decision_id":"…",…}
//
// The history worker splices partition, ledger_id, ordinal and received_at in after the `{` and
// never parses a row. JSON text has no raw newlines, so lines are rows.

import type { Decision, Firing } from '../model/decision.ts';
import type { CustomerEvent, OutcomeReport } from '../model/event.ts';
import type { JsonObject } from '../model/json.ts';
import { columnJson, columnString } from '../model/json-hazards.ts';
import type { CustomerState } from '../model/state.ts';
import type { Stepped, Submission } from '../model/step.ts';
import { columnTraits } from './column-traits.ts';

/** Largest part of a refused body that is kept, in UTF-16 units. */
export const REJECTED_BODY_MAX = 4_096;

/**
 * The record of one committed submission. It has one row at least, so that every ledger id is in
 * history (an outcome that was counted before is a duplicate: it is not committed).
 */
export function writeRecord(
  submission: Submission,
  stepped: Stepped & { readonly kind: 'stepped' },
): string {
  const { stimulus } = submission;
  let text = `1 ${whole(submission.receivedAtMs)}`;
  if (stimulus.kind === 'event') text += `\ne${eventRow(stimulus.event)}`;
  const outcome = stimulus.kind === 'decide' ? null : stimulus.outcome;
  if (outcome !== null && stepped.outcomeCounted) text += `\no${outcomeRow(outcome)}`;
  for (let i = 0; i < stepped.firings.length; i++) {
    text += `\nf${firingRow(stepped.firings[i]!, submission)}`;
  }
  for (let i = 0; i < stepped.decisions.length; i++) {
    text += `\nd${decisionRow(stepped.decisions[i]!)}`;
  }
  if (stepped.customerChanged) text += `\nc${customerRow(stepped.state)}`;
  if (stimulus.kind === 'decide' && stepped.decisions.length === 0) {
    text += `\nr${rejectedRow(emptyDecide(submission))}`;
  }
  return text;
}

/** A request that was refused, for the `rejected` table; absent parts are ''. */
export interface Rejection {
  readonly code: string;
  readonly message: string;
  readonly path: string;
  /** The body as it came; cut to REJECTED_BODY_MAX. */
  readonly body: string;
  readonly keyId: string;
  readonly customerId: string;
  readonly messageId: string;
}

/** The record of a refused request. */
export function writeRejection(rejection: Rejection, receivedAtMs: number): string {
  return `1 ${whole(receivedAtMs)}\nr${rejectedRow(rejection)}`;
}

function eventRow(event: CustomerEvent): string {
  return (
    `{"message_id":${columnString(event.messageId)},"customer_id":${columnString(event.customerId)}` +
    (event.userId === null ? '' : `,"user_id":${columnString(event.userId)}`) +
    (event.anonymousId === null ? '' : `,"anonymous_id":${columnString(event.anonymousId)}`) +
    `,"type":"${event.type}","event":${columnString(event.name)}` +
    (event.label === null ? '' : `,"label":${columnString(event.label)}`) +
    `,"timestamp":${whole(event.timestampMs)}` +
    `,"properties":${columnJson(event.properties)}${objectPart('traits', event.traits)}` +
    `${objectPart('context', event.context)}}`
  );
}

function firingRow(firing: Firing, submission: Submission): string {
  return (
    `{"message_id":${columnString(submission.messageId)}` +
    `,"customer_id":${columnString(submission.customerId)}` +
    `,"trigger":${columnString(firing.trigger)}` +
    (firing.key === null ? '' : `,"key":${columnString(firing.key)}`) +
    `,"fired_at":${whole(firing.firedAtMs)}}`
  );
}

function outcomeRow(outcome: OutcomeReport): string {
  return (
    `{"message_id":${columnString(outcome.messageId)}` +
    `,"decision_id":${columnString(outcome.decisionId)}` +
    `,"customer_id":${columnString(outcome.customerId)}` +
    `,"offer_id":${columnString(outcome.offerId)},"outcome":"${outcome.outcome}"` +
    `,"timestamp":${whole(outcome.timestampMs)}}`
  );
}

function decisionRow(decision: Decision): string {
  let offerIds = '';
  for (let i = 0; i < decision.offers.length; i++) {
    offerIds += (i === 0 ? '' : ',') + columnString(decision.offers[i]!.offerId);
  }
  return (
    `{"decision_id":${columnString(decision.decisionId)}` +
    `,"customer_id":${columnString(decision.customerId)}` +
    `,"message_id":${columnString(decision.messageId)}` +
    `,"placement":${columnString(decision.placement)}` +
    (decision.trigger === null ? '' : `,"trigger":${columnString(decision.trigger)}`) +
    `,"catalog":${columnString(decision.catalog)}` +
    `,"fallback":${decision.fallback},"holdout":${decision.holdout},"offer_ids":[${offerIds}]` +
    `,"decided_at":${whole(decision.decidedAtMs)}` +
    `,"logging_propensity":${finite(decision.loggingPropensity)}` +
    candidateColumns(decision) +
    `${objectPart('inputs', decision.inputs)}}`
  );
}

/** The nested columns, one list per column; stages and reasons are closed sets of plain words. */
function candidateColumns(decision: Decision): string {
  const { candidates } = decision;
  if (candidates.length === 0) return '';
  let ids = '';
  let stages = '';
  let reasons = '';
  let scores = '';
  let propensities = '';
  let values = '';
  let contexts = '';
  let levers = '';
  for (let i = 0; i < candidates.length; i++) {
    const { offerId, stage, reason, score, terms } = candidates[i]!;
    const comma = i === 0 ? '' : ',';
    ids += comma + columnString(offerId);
    stages += `${comma}"${stage}"`;
    reasons += `${comma}"${reason}"`;
    scores += comma + finite(score);
    propensities += comma + finite(terms === null ? null : terms.propensity);
    values += comma + finite(terms === null ? null : terms.value);
    contexts += comma + finite(terms === null ? null : terms.context);
    levers += comma + finite(terms === null ? null : terms.lever);
  }
  return (
    `,"candidates.offer_id":[${ids}],"candidates.stage":[${stages}]` +
    `,"candidates.reason":[${reasons}],"candidates.score":[${scores}]` +
    `,"candidates.propensity":[${propensities}],"candidates.value":[${values}]` +
    `,"candidates.context":[${contexts}],"candidates.lever":[${levers}]`
  );
}

function customerRow(state: CustomerState): string {
  const traits = columnTraits(state.traits);
  const segments: JsonObject = Object.create(null);
  if (state.memberships !== '') {
    for (const membership of state.memberships.split('\n')) {
      const at = membership.indexOf('=');
      segments[membership.slice(0, at)] = membership.slice(at + 1);
    }
  }
  return (
    `{"customer_id":${columnString(state.customerId)},"traits":${columnJson(traits)}` +
    `,"segments":${columnJson(segments)},"updated_at":${whole(state.asOfMs)}}`
  );
}

function rejectedRow(rejection: Rejection): string {
  return (
    `{"code":${columnString(rejection.code)},"message":${columnString(rejection.message)}` +
    `,"path":${columnString(rejection.path)}` +
    `,"body":${columnString(rejection.body.slice(0, REJECTED_BODY_MAX))}` +
    `,"key_id":${columnString(rejection.keyId)}` +
    `,"customer_id":${columnString(rejection.customerId)}` +
    `,"message_id":${columnString(rejection.messageId)}}`
  );
}

function emptyDecide(submission: Submission): Rejection {
  return {
    code: 'no_placement',
    message: 'No placement was asked for.',
    path: 'placements',
    body: '',
    keyId: '',
    customerId: submission.customerId,
    messageId: submission.messageId,
  };
}

/** Empty objects are the columns' default. */
function objectPart(column: string, value: JsonObject): string {
  for (const _ in value) return `,"${column}":${columnJson(value)}`;
  return '';
}

/** DateTime64(3) takes whole milliseconds. */
function whole(ms: number): number {
  return Math.trunc(ms);
}

/** Infinity and NaN have no JSON. */
function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}
