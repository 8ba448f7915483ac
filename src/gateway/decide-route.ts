// POST /v1/decide: the next best offers for some placements, on the state as it is.

import type { DecideRequest } from '../model/event.ts';
import type { JsonObject } from '../model/json.ts';
import type { Submission } from '../model/step.ts';
import { checkBody, type Who, whoOf } from './body-check.ts';
import { type BodyExchange, type BodyRoute, ONE_EVENT } from './body-route.ts';
import { calledNow } from './called-now.ts';
import { EVENT_BYTES_MAX } from './event-reader.ts';
import { explainedDecisions } from './explained-decisions.ts';
import type { Body, Fault } from './gateway-parts.ts';
import { mayDo } from './keys/key-kinds.ts';
import { decideBodySchema } from './openapi/request-schemas.ts';
import { notAllowed } from './request-key.ts';
import { nameCustomer, restrict, standingOf } from './standing.ts';
import { submitOne } from './submit-one.ts';

/** The route. */
export function decideRoute(): BodyRoute {
  return {
    name: 'decide',
    bodyBytesMax: EVENT_BYTES_MAX,
    tooLarge: 'body_too_large',
    needs: 'ask',
    forWriteKeys: null,
    takesBeacons: false,
    recordsRejections: false,
    readsQuery: false,
    bodyMayLack: false,
    eventsOf: ONE_EVENT,
    handle: handleDecide,
  };
}

function handleDecide(exchange: BodyExchange, body: Body): Promise<void> | void {
  const misshape = checkBody(body, exchange.text, decideBodySchema);
  if (misshape !== null) return exchange.refuse(misshape);
  const explain = body.explain === true;
  const key = exchange.key!;
  const looks = explain || body.record === false;
  if (looks && !mayDo(key, 'look')) return exchange.refuse(notAllowed(key, 'look'));
  // Nothing that staff ask about a customer happens to that customer.
  const record = body.record !== false && mayDo(key, 'send');
  const submission = readQuestion(exchange, body);
  if ('kind' in submission) return exchange.refuse(submission);
  if (looks || key.kind === 'staff') {
    const asked = (body.placements as string[]).join(', ');
    const detail = `${asked}${explain ? ', explain' : ''}${record ? '' : ', not counted'}`;
    exchange.hub.audit.noteCustomer(key, 'decide', submission.customerId, detail);
  }
  return submitOne(
    exchange,
    record ? submission : { ...submission, record },
    (result, warnings) => {
      const { answer, decisions } = result;
      const explained = explain ? JSON.stringify(explainedDecisions(answer, decisions)) : answer;
      const duplicate = result.duplicate ? '"duplicate":true,' : '';
      return `{${duplicate}"decisions":${explained}${warnings}}`;
    },
  );
}

function readQuestion(exchange: BodyExchange, body: Body): Submission | Fault {
  const standing = standingOf(exchange, body);
  if (standing.kind === 'fault') return standing;
  nameCustomer(body, standing);
  const who = whoOf(body, exchange.hub.parts.names);
  if ('kind' in who) return who;
  const stimulus = { kind: 'decide', request: requestOf(body, who) } as const;
  return restrict(calledNow(exchange, body, who, stimulus), standing);
}

function requestOf(body: Body, { userId, anonymousId }: Who): DecideRequest {
  return {
    userId,
    anonymousId,
    placements: body.placements as string[],
    limit: (body.limit as number | null | undefined) ?? null,
    context: (body.context as JsonObject | null | undefined) ?? {},
    explain: body.explain === true,
  };
}
