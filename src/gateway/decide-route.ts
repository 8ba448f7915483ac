// POST /v1/decide: the next best offers for some placements, on the state as it is.

import { uuidv7 } from 'uuidv7';
import type { DecideRequest } from '../model/event.ts';
import type { JsonObject } from '../model/json.ts';
import type { Result } from '../pipeline.ts';
import { checkBody, filled, whoOf } from './body-check.ts';
import { type BodyRoute, ONE_EVENT } from './body-route.ts';
import { EVENT_BYTES_MAX } from './event-reader.ts';
import type { Exchange } from './exchange.ts';
import { type Body, type Fault, fault } from './gateway-parts.ts';
import { decideBodySchema } from './openapi/request-schemas.ts';

/** The route. */
export function decideRoute(): BodyRoute {
  return {
    name: 'decide',
    bodyBytesMax: EVENT_BYTES_MAX,
    tooLarge: 'body_too_large',
    needs: 'write',
    forWriteKeys: null,
    takesBeacons: false,
    recordsRejections: false,
    readsQuery: false,
    eventsOf: ONE_EVENT,
    handle: handleDecide,
  };
}

async function handleDecide(exchange: Exchange, body: Body): Promise<void> {
  const misshape = checkBody(body, exchange.text, decideBodySchema);
  if (misshape !== null) return exchange.refuse(misshape);
  const explain = body.explain === true;
  const record = body.record !== false;
  if ((explain || !record) && exchange.key!.kind !== 'admin') {
    return exchange.refuse('key_not_allowed');
  }
  const { admission, parts } = exchange.hub;
  const request = requestOf(exchange, body, parts.catalog.placements());
  if ('kind' in request) return exchange.refuse(request);
  if (!admission.takeSubmissions(1)) return exchange.unavailable('overloaded', 1);
  const { customerId, messageId, receivedAtMs } = request;
  let result: Result;
  try {
    result = await parts.pipeline.submit({
      stimulus: { kind: 'decide', request },
      customerId,
      messageId,
      nowMs: receivedAtMs,
      receivedAtMs,
      live: true,
      decide: true,
      record,
    });
  } finally {
    admission.releaseSubmissions(1);
  }
  switch (result.kind) {
    case 'done': {
      const duplicate = result.duplicate ? '"duplicate":true,' : '';
      const decisions = explain ? explained(result) : result.answer;
      return exchange.succeed(`{${duplicate}"decisions":${decisions}}`);
    }
    case 'refused':
      return exchange.refuse(fault(result.code, result.message, result.path));
    case 'unavailable':
      return exchange.unavailable(result.code, result.retryAfterS);
  }
}

function requestOf(
  exchange: Exchange,
  body: Body,
  known: readonly string[],
): DecideRequest | Fault {
  const who = whoOf(body);
  if ('kind' in who) return who;
  const asked = body.placements as string[];
  for (let i = 0; i < asked.length; i++) {
    if (known.includes(asked[i]!)) continue;
    const message = `The catalog has no such placement; it has: ${known.join(', ') || 'none'}.`;
    return fault('unknown_placement', message, `placements[${i}]`);
  }
  return {
    messageId: filled(body.messageId) ?? uuidv7(),
    ...who,
    receivedAtMs: exchange.receivedAtMs,
    placements: [...new Set(asked)],
    limit: (body.limit as number | null | undefined) ?? null,
    context: (body.context as JsonObject | null | undefined) ?? {},
  };
}

/** The answer with each decision's candidates; a duplicate has none to show. */
function explained(result: Result & { kind: 'done' }): string {
  const answered = JSON.parse(result.answer) as JsonObject[];
  const candidates = new Map(result.decisions.map((d) => [d.decisionId, d.candidates]));
  return JSON.stringify(
    answered.map((decision) => ({
      ...decision,
      candidates: candidates.get(decision.decisionId as string) ?? [],
    })),
  );
}
