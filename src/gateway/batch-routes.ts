// Hot path. POST /v1/batch and /v1/import: many events in, one answer that names what became of
// each. Events are handed on in body order, WINDOW at a time: the pipeline keeps the order of a
// customer's events, and a batch cannot fill its queues. The first window in which something could
// not be processed *now* ends the batch: the whole is then 503 or 429, and comes again.

import { Buffer } from 'node:buffer';
import { ERRORS, type ErrorCode } from '../errors.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import { JSON_DEPTH_MAX } from '../model/json-hazards.ts';
import { jsonAsSent } from '../model/json-text.ts';
import type { Submission } from '../model/step.ts';
import type { Pipeline, Result } from '../pipeline.ts';
import { BatchOrder, needsOrder } from './batch-order.ts';
import type { BodyExchange, BodyRoute } from './body-route.ts';
import { consentFault } from './consent-fault.ts';
import { readEmptyMaps } from './empty-map.ts';
import type { Envelope, EventReader } from './event-reader.ts';
import { answerOf } from './event-routes.ts';
import { readTime } from './event-time.ts';
import { type Body, type Fault, fault } from './gateway-parts.ts';
import { JsonCleaner } from './json-cleaner.ts';
import { warningsOf } from './naming-warnings.ts';
import { customerIdOf, idOf } from './refused-ids.ts';
import { faultBody } from './replies.ts';
import {
  nameCustomer,
  restrict,
  type Standing,
  sentIdOf,
  standingOf,
  standingWithin,
} from './standing.ts';
import { toldOf } from './submit-one.ts';

/** Bytes of a batch (Segment: 500 KB). */
export const BATCH_BYTES_MAX = 500 * 1024;

/** Bytes that the context of a batch may take in all its events together: each stores a copy. */
export const CONTEXT_COPIES_BYTES_MAX = 8 * BATCH_BYTES_MAX;

/** Events of one batch in the pipeline at once. */
const WINDOW = 256;

/** POST /v1/batch. */
export function batchRoute(reader: EventReader): BodyRoute {
  return {
    name: 'batch',
    bodyBytesMax: BATCH_BYTES_MAX,
    tooLarge: 'batch_too_large',
    needs: 'send',
    forWriteKeys: null,
    takesBeacons: true,
    recordsRejections: true,
    readsQuery: false,
    bodyMayLack: false,
    eventsOf: lengthOf,
    handle: (exchange, body) => handleBatch(exchange, body, reader, true, true),
  };
}

/**
 * POST /v1/import?decide=true|false. With a write key it is `batch`, live: Segment's clients for
 * Ruby, Java and Android send what happens now to this path.
 */
export function importRoute(reader: EventReader, batch: BodyRoute): BodyRoute {
  return {
    name: 'import',
    bodyBytesMax: BATCH_BYTES_MAX,
    tooLarge: 'body_too_large',
    needs: 'send',
    forWriteKeys: batch,
    takesBeacons: true,
    recordsRejections: true,
    readsQuery: true,
    bodyMayLack: false,
    eventsOf: lengthOf,
    handle: (exchange, body) => {
      const decide = new URLSearchParams(exchange.query).get('decide') ?? 'true';
      if (decide === 'true' || decide === 'false') {
        const detail = decide === 'true' ? '' : 'decide=false';
        exchange.hub.audit.note(exchange.key!, 'import', `${lengthOf(body)} events`, detail);
        return handleBatch(exchange, body, reader, false, decide === 'true');
      }
      return exchange.refuse(fault('invalid_request', "'decide' must be true or false.", 'decide'));
    },
  };
}

/** A list that is none is refused; that counts for one, too. */
function lengthOf({ batch }: Body): number {
  return Array.isArray(batch) ? Math.max(1, batch.length) : 1;
}

async function handleBatch(
  exchange: BodyExchange,
  body: Body,
  reader: EventReader,
  live: boolean,
  decide: boolean,
): Promise<void> {
  const envelope = envelopeOf(exchange, body, live, decide);
  if ('kind' in envelope) return exchange.reject(envelope);
  const standing = standingOf(exchange, body);
  if (standing.kind === 'fault') return exchange.reject(standing);
  const events = body.batch as JsonValue[];
  const { admission, parts } = exchange.hub;
  const window = Math.min(WINDOW, parts.limits.inFlightMax);
  let results = '';
  const refusals: Refusal[] = [];
  for (let from = 0; from < events.length; from += window) {
    const to = Math.min(from + window, events.length);
    // The caller is gone: what is not handed on yet comes again with its retry.
    if (exchange.ended) return;
    if (!admission.takeSubmissions(to - from)) return exchange.unavailable('overloaded', 1);
    let outcomes: readonly (Result | Fault)[];
    const submissions: (Submission | Fault)[] = [];
    try {
      for (let i = from; i < to; i++) {
        submissions.push(readAs(exchange, standing, events[i], reader, envelope));
      }
      outcomes = await Promise.all(handOn(submissions, parts.pipeline));
    } finally {
      admission.releaseSubmissions(to - from);
    }
    const passing = worstOf(outcomes);
    if (passing !== null) {
      // A batch answers 503 or 429 only, `internal` included: SDKs resend it whole.
      const status = ERRORS[passing.code].status === 429 ? 429 : 503;
      return exchange.unavailable(passing.code, passing.retryAfterS, status);
    }
    for (let i = from; i < to; i++) {
      const outcome = outcomes[i - from]!;
      if (i > 0) results += ',';
      if (outcome.kind === 'done') {
        const submission = submissions[i - from] as Submission;
        results += `{${answerOf(toldOf(outcome, submission))}${warningsOf(exchange, submission)}}`;
      } else {
        const refusal = refusalOf(outcome as Fault, submissions[i - from]!, events[i], i);
        refusals.push(refusal);
        results += faultBody(refusal.why);
      }
    }
  }
  // Only now: a batch that is answered 503 comes again, with the same faults.
  for (const refusal of refusals) record(exchange, refusal);
  exchange.succeed(`{"success":true,"results":[${results}]}`);
}

/** What becomes of each, in their order. */
function handOn(
  submissions: readonly (Submission | Fault)[],
  pipeline: Pick<Pipeline, 'submit'>,
): Promise<Result | Fault>[] {
  const order = needsOrder(submissions)
    ? new BatchOrder((submission) => pipeline.submit(submission))
    : null;
  return submissions.map((read) => {
    if ('kind' in read) return Promise.resolve(read);
    return order === null ? pipeline.submit(read) : order.hand(read);
  });
}

/** An event as whom it may speak for. */
function readAs(
  exchange: BodyExchange,
  envelopes: Standing,
  event: JsonValue | undefined,
  reader: EventReader,
  envelope: Envelope,
): Submission | Fault {
  const standing = standingWithin(envelopes, event, exchange);
  if (standing.kind === 'fault') return standing;
  nameCustomer(event, standing);
  return restrict(reader.readTyped(event, envelope), standing);
}

/** The members of an envelope that are objects. */
const ENVELOPE_OBJECTS = ['context'] as const;

const CONTEXT_TOO_LARGE =
  `The batch's 'context' is stored with each of its events, and may take ` +
  `${CONTEXT_COPIES_BYTES_MAX / 1024} KB at most in all of them: send fewer events at once.`;

function envelopeOf(
  exchange: BodyExchange,
  body: Body,
  live: boolean,
  decide: boolean,
): Envelope | Fault {
  if (!Array.isArray(body.batch)) {
    return fault('invalid_request', "'batch' must be a list of events.", 'batch');
  }
  readEmptyMaps(body, ENVELOPE_OBJECTS);
  let context: JsonObject | null = null;
  let contextBytes = 0;
  if (body.context !== undefined && body.context !== null) {
    if (typeof body.context !== 'object' || Array.isArray(body.context)) {
      return fault('invalid_request', "'context' must be an object.", 'context');
    }
    context = body.context;
    const dirt = new JsonCleaner().clean({ context }, exchange.text) ?? consentFault(context);
    if (dirt !== null) return fault('invalid_request', dirt.message, dirt.path);
    contextBytes = Buffer.byteLength(jsonAsSent(context));
    // Unbounded, a batch of 500 KB could make 100 MB of history.
    if (contextBytes * body.batch.length > CONTEXT_COPIES_BYTES_MAX) {
      return fault(exchange.route.tooLarge, CONTEXT_TOO_LARGE, 'context');
    }
  }
  let sentAtMs: number | null = null;
  if (live && body.sentAt !== undefined && body.sentAt !== null) {
    sentAtMs = readTime(body.sentAt);
    if (Number.isNaN(sentAtMs)) {
      return fault('invalid_request', "'sentAt' must be an ISO 8601 time.", 'sentAt');
    }
  }
  const { receivedAtMs, text } = exchange;
  return { receivedAtMs, text, context, contextBytes, sentAtMs, live, decide };
}

interface Passing {
  readonly code: ErrorCode;
  readonly retryAfterS: number;
}

/** What can pass: the first that is no rate limit, with the longest wait of all; null = nothing. */
function worstOf(outcomes: readonly (Result | Fault)[]): Passing | null {
  let code: ErrorCode | null = null;
  let retryAfterS = 0;
  for (const outcome of outcomes) {
    if (outcome.kind !== 'unavailable') continue;
    if (code === null || code === 'rate_limited') code = outcome.code;
    if (outcome.retryAfterS > retryAfterS) retryAfterS = outcome.retryAfterS;
  }
  return code === null ? null : { code, retryAfterS };
}

/** One event that can never be accepted, for its row in `rejected`. */
interface Refusal {
  readonly why: Fault;
  readonly messageId: string | null;
  readonly customerId: string | null;
  readonly event: JsonValue | undefined;
}

function refusalOf(
  outcome: Fault | (Result & { kind: 'refused' }),
  submission: Submission | Fault,
  event: JsonValue | undefined,
  index: number,
): Refusal {
  const where = `batch[${index}]`;
  const path = outcome.path === null || outcome.path === '' ? where : `${where}.${outcome.path}`;
  const why = fault(outcome.code, outcome.message, path);
  if (!('kind' in submission)) {
    return { why, messageId: sentIdOf(submission), customerId: submission.customerId, event };
  }
  if (typeof event !== 'object' || event === null || Array.isArray(event)) {
    return { why, messageId: null, customerId: null, event };
  }
  return { why, messageId: idOf(event.messageId), customerId: customerIdOf(event), event };
}

function record(exchange: BodyExchange, { why, messageId, customerId, event }: Refusal): void {
  exchange.record(why, messageId, customerId, textOf(event));
}

/** JSON text of an event, for its row. */
function textOf(event: JsonValue | undefined): string {
  try {
    return event === undefined ? '' : jsonAsSent(event);
  } catch {
    // Nested too deeply to be written.
    return jsonAsSent(shallow(event!, JSON_DEPTH_MAX));
  }
}

/** A copy with as many levels, and what is below left out. */
function shallow(value: JsonValue, levels: number): JsonValue {
  if (typeof value !== 'object' || value === null) return value;
  if (levels === 0) return '…';
  if (Array.isArray(value)) return value.map((item) => shallow(item, levels - 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, shallow(item, levels - 1)]),
  );
}
