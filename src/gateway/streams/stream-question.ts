// What a request for a stream says, and whose decisions it may have: the rules of standing.ts, as for a
// question of /v1/decide.

import type { HttpRequest } from 'uWebSockets.js';
import type { DecideRequest } from '../../model/event.ts';
import type { Submission } from '../../model/step.ts';
import { checkBody, whoOf } from '../body-check.ts';
import type { ExchangeHub } from '../exchange-hub.ts';
import { type Body, type Fault, fault } from '../gateway-parts.ts';
import type { ApiKey } from '../keys/api-key.ts';
import { streamWhoSchema } from '../openapi/request-schemas.ts';
import { nameCustomer, restrict, standingOf } from '../standing.ts';
import type { Listening } from './streams.ts';

/** A request, which cannot be read any more once its handler has returned. */
export interface StreamQuestion {
  /** Of the query, where there is no header; null = none. */
  readonly key: string | null;
  readonly userId: string;
  readonly anonymousId: string;
  /** '' = none. */
  readonly token: string;
  /** As sent; '' = none. */
  readonly lastEventId: string;
  /** Of the page; '' = none. */
  readonly origin: string;
}

export function readQuestion(req: HttpRequest): StreamQuestion {
  const query = (name: string) => req.getQuery(name) ?? '';
  return {
    key: query('key') || null,
    userId: query('userId'),
    anonymousId: query('anonymousId'),
    token: req.getHeader('x-customer-token') || query('customerToken'),
    lastEventId: req.getHeader('last-event-id') || query('lastEventId'),
    origin: req.getHeader('origin'),
  };
}

/** Longer ones are none of ours. */
const LAST_EVENT_ID_CHARS_MAX = 200;

export function listeningOf(
  question: StreamQuestion,
  key: ApiKey,
  hub: ExchangeHub,
): Listening | Fault {
  const { userId, anonymousId, token, lastEventId } = question;
  const receivedAtMs = hub.parts.clock.nowMs();
  const body: Body = { ...(userId && { userId }), ...(anonymousId && { anonymousId }) };
  const misshape = checkBody(body, JSON.stringify(body), streamWhoSchema);
  if (misshape !== null) return misshape;
  const standing = standingOf({ key, token, receivedAtMs, hub }, body);
  if (standing.kind === 'fault') return standing;
  nameCustomer(body, standing);
  if (body.userId === undefined && body.anonymousId === undefined) {
    return fault('invalid_request', "One of 'userId' and 'anonymousId' is required.", 'userId');
  }
  const who = whoOf(body, hub.parts.names);
  if ('kind' in who) return who;
  const request: DecideRequest = {
    ...{ userId: who.userId, anonymousId: who.anonymousId, placements: [] },
    ...{ limit: null, context: {}, explain: false },
  };
  const asked: Submission = {
    stimulus: { kind: 'decide', request },
    ...{ customerId: who.customerId, naming: who.naming, messageId: '' },
    ...{ nowMs: receivedAtMs, receivedAtMs, live: true, decide: true, record: false },
  };
  const restricted = restrict(asked, standing);
  if ('kind' in restricted) return restricted;
  const isId = lastEventId.length <= LAST_EVENT_ID_CHARS_MAX;
  return {
    name: restricted.customerId,
    follows: restricted.follows !== false,
    placements: restricted.within?.placements ?? null,
    lastEventId: isId ? lastEventId : '',
  };
}
