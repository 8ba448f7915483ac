// Hot path. Ledger records as they are committed. A record is text of the least work for whoever
// writes it to history: rows that are ready but for their position.
//
//   2 1795411200000 3 0 7 12 9f3a…   the head, as record-head.ts says: when, and how it was stepped
//   e{"message_id":"m1",…}           one row a line: a table's tag, then JSONEachRow
//   d{"decision_id":"…",…}
//
// The history worker splices position and head in after the `{` and never parses a row. JSON text
// has no raw newlines, so lines are rows. The first row is what the customer did or asked: with the
// head it has all that it takes to step the record again.

import type { Firing } from '../model/decision.ts';
import type { CustomerEvent, OutcomeReport } from '../model/event.ts';
import type { JsonObject } from '../model/json.ts';
import { columnJson, columnString } from '../model/json-hazards.ts';
import { plainJson } from '../model/json-text.ts';
import type { CustomerState } from '../model/state.ts';
import type { DueTimer, Stepped, SteppedHow, Submission, Within } from '../model/step.ts';
import { columnTraits } from './column-traits.ts';
import { whole } from './column-values.ts';
import { decisionRows } from './decision-rows.ts';
import { refusedRows } from './identity-rows.ts';
import { rejectionHead, stepHead } from './record-head.ts';
import { sentText } from './sent-text.ts';

/** Largest part of a refused body that is kept, in UTF-16 units. */
export const REJECTED_BODY_MAX = 4_096;

/** The record of one committed step. Everything in it is of one customer: whose state it is. */
export function writeRecord(
  submission: Submission,
  stepped: Stepped & { readonly kind: 'stepped' },
  how: SteppedHow,
): string {
  const { stimulus } = submission;
  const { state } = stepped;
  const who =
    `"message_id":${columnString(submission.messageId)}` +
    `,"customer_id":${columnString(state.customerId)}`;
  let text = stepHead(submission, how, state.records, stepped.decisions.length);
  if (stimulus.kind === 'event') {
    text += `\ne${eventRow(who, stimulus.event, submission.within ?? null)}`;
  }
  if (stepped.due !== null) text += `\nt${dueRow(who, stepped.due)}`;
  const outcome = 'outcome' in stimulus ? stimulus.outcome : null;
  if (outcome !== null && stepped.outcomeCounted) text += `\no${outcomeRow(who, outcome)}`;
  for (let i = 0; i < stepped.firings.length; i++) {
    text += `\nf${firingRow(who, stepped.firings[i]!)}`;
  }
  text += decisionRows(state.customerId, who, stepped.decisions, stimulus);
  if (how.refused !== undefined && how.refused.length > 0) text += refusedRows(how.refused);
  return stepped.customerChanged ? text + customerLine(state) : text;
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
  return `${rejectionHead(receivedAtMs)}\nr${rejectedRow(rejection)}`;
}

function eventRow(who: string, event: CustomerEvent, within: Within | null): string {
  const properties = plainJson(event.properties);
  const traits =
    event.type === 'identify' || event.type === 'group' ? plainJson(event.traits) : '{}';
  const context = plainJson(event.context);
  return (
    `{${who}` +
    (event.userId === null ? '' : `,"user_id":${columnString(event.userId)}`) +
    (event.anonymousId === null ? '' : `,"anonymous_id":${columnString(event.anonymousId)}`) +
    `,"type":"${event.type}","event":${columnString(event.name)}` +
    (event.label === null ? '' : `,"label":${columnString(event.label)}`) +
    `,"timestamp":${whole(event.timestampMs)}` +
    `,"properties":${columnJson(event.properties, properties)}` +
    (traits === '{}' ? '' : `,"traits":${columnJson(event.traits, traits)}`) +
    (context === '{}' ? '' : `,"context":${columnJson(event.context, context)}`) +
    (properties === null || traits === null || context === null || within !== null
      ? sourceColumn(event, within)
      : '') +
    '}'
  );
}

/**
 * What was sent, where the columns have the digits of a long number as text and nobody could tell it
 * from one, or where the key of the call kept it within something. Of all other events the worker takes
 * it from the row.
 */
function sourceColumn(
  { properties, traits, context }: CustomerEvent,
  within: Within | null,
): string {
  const sent = { properties, traits, context, ...(within !== null && { within: told(within) }) };
  return `,"step_source":${columnString(sentText(sent))}`;
}

function told({ placements, outcome }: Within): JsonObject {
  return { placements: placements && [...placements], outcome };
}

function firingRow(who: string, firing: Firing): string {
  return (
    `{${who},"trigger":${columnString(firing.trigger)}` +
    (firing.key === null ? '' : `,"key":${columnString(firing.key)}`) +
    `,"fired_at":${whole(firing.firedAtMs)}` +
    (isAtOnce(firing) ? '' : causeColumns(firing)) +
    '}'
  );
}

/** Of a firing at the event itself the columns' defaults say it. */
function isAtOnce({ cause, status, dueAtMs, firedAtMs }: Firing): boolean {
  return cause === 'event' && status === 'fired' && dueAtMs === firedAtMs;
}

function causeColumns({ cause, status, dueAtMs }: Firing): string {
  return `,"cause":"${cause}","status":"${status}","due_at":${whole(dueAtMs)}`;
}

function dueRow(who: string, { trigger, key, dueAtMs, result }: DueTimer): string {
  return (
    `{${who},"trigger":${columnString(trigger)}` +
    (key === null ? '' : `,"key":${columnString(key)}`) +
    `,"due_at":${whole(dueAtMs)},"result":"${result}"}`
  );
}

function outcomeRow(who: string, outcome: OutcomeReport): string {
  return (
    `{${who},"decision_id":${columnString(outcome.decisionId)}` +
    `,"offer_id":${columnString(outcome.offerId)},"outcome":"${outcome.outcome}"` +
    `,"timestamp":${whole(outcome.timestampMs)}}`
  );
}

/** The line of a customer's traits and segments. */
export function customerLine(state: CustomerState): string {
  const traits = columnTraits(state.traits);
  const segments: JsonObject = Object.create(null);
  if (state.memberships !== '') {
    for (const membership of state.memberships.split('\n')) {
      const at = membership.indexOf('=');
      segments[membership.slice(0, at)] = membership.slice(at + 1);
    }
  }
  return (
    `\nc{"customer_id":${columnString(state.customerId)},"traits":${columnJson(traits)}` +
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
