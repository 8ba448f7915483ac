// POST /v1/tokens: what a server gives a page, so that its browser key may act for a customer there.

import { Unavailable } from '../errors.ts';
import { DURATION_PATTERN, durationMs } from '../model/duration.ts';
import { checkBody } from './body-check.ts';
import { type BodyExchange, type BodyRoute, ONE_EVENT } from './body-route.ts';
import type { CallNames } from './call-names.ts';
import { EVENT_BYTES_MAX } from './event-reader.ts';
import { type Body, fault } from './gateway-parts.ts';
import { tokenBodySchema } from './openapi/request-schemas.ts';
import { isOtherName } from './standing.ts';

const TTL_DEFAULT_MS = 3_600_000;
const TTL_MAX_MS = 24 * 3_600_000;

/** The route. */
export function tokensRoute(): BodyRoute {
  return {
    name: 'tokens',
    bodyBytesMax: EVENT_BYTES_MAX,
    tooLarge: 'body_too_large',
    needs: 'tokens',
    forWriteKeys: null,
    takesBeacons: false,
    recordsRejections: false,
    readsQuery: false,
    bodyMayLack: false,
    eventsOf: ONE_EVENT,
    handle: handleToken,
  };
}

function handleToken(exchange: BodyExchange, body: Body): void {
  const misshape = checkBody(body, exchange.text, tokenBodySchema);
  if (misshape !== null) {
    exchange.refuse(misshape.path === 'ttl' ? WRONG_TTL : misshape);
    return;
  }
  const userId = body.userId as string;
  const { names } = exchange.hub.parts;
  if (isOtherName(userId) || names.idOf(userId) !== userId) {
    const message = "'userId' must be a user id: a token is for no visitor and no identifier.";
    exchange.refuse(fault('invalid_request', message, 'userId'));
    return;
  }
  if (standsForNobody(userId, names)) {
    const message = "'userId' must be the id of one customer: such a one stands for nobody.";
    exchange.refuse(fault('invalid_request', message, 'userId'));
    return;
  }
  const ttlMs = readTtl(body.ttl as string | null | undefined);
  if (ttlMs === null) {
    exchange.refuse(WRONG_TTL);
    return;
  }
  const { receivedAtMs } = exchange;
  const endsAtMs = Math.floor((receivedAtMs + ttlMs) / 1_000) * 1_000;
  const customerToken = exchange.hub.tokens.sign(userId, endsAtMs, receivedAtMs);
  if (customerToken === null) throw new Unavailable('store_unavailable');
  const expiresAt = new Date(endsAtMs).toISOString();
  exchange.succeed(JSON.stringify({ customerToken, expiresAt }));
}

const WRONG_TTL = fault(
  'invalid_request',
  "'ttl' must be a duration from 1s to 24h, like '1h'.",
  'ttl',
);

/** Whether it is what programs send by mistake, like `undefined`: everybody would be that customer. */
function standsForNobody(userId: string, names: CallNames): boolean {
  const nothing = { anonymousId: null, context: {}, traits: {}, previousId: null };
  const named = names.read({ type: null, userId, ...nothing });
  return named.kind === 'nameless' || named.naming.unusable.length > 0;
}

/** null = no duration that a token may have. */
function readTtl(ttl: string | null | undefined): number | null {
  if (ttl === undefined || ttl === null) return TTL_DEFAULT_MS;
  const ms = DURATION_PATTERN.test(ttl) ? durationMs(ttl) : null;
  return ms === null || ms < 1_000 || ms > TTL_MAX_MS ? null : ms;
}
