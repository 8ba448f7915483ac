// POST /v1/recommend: a list of items for a customer as they are now. It changes nothing of them.

import { uuidv7 } from 'uuidv7';
import { decisionId } from '../model/hash.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import { type RecommendRequest, SEEDS_MAX } from '../model/recommending.ts';
import type { Submission } from '../model/step.ts';
import { checkBody, type Who, whoOf } from './body-check.ts';
import { type BodyExchange, type BodyRoute, ONE_EVENT } from './body-route.ts';
import { calledNow } from './called-now.ts';
import { EVENT_BYTES_MAX } from './event-reader.ts';
import { type Body, type Fault, fault } from './gateway-parts.ts';
import { itemIdOr } from './item-reader.ts';
import { mayDo } from './keys/key-kinds.ts';
import { listText } from './list-answer.ts';
import { recommendBodySchema } from './openapi/item-schemas.ts';
import { notAllowed } from './request-key.ts';
import { nameCustomer, restrict, standingOf } from './standing.ts';

/** The route. */
export function recommendRoute(): BodyRoute {
  return {
    name: 'recommend',
    bodyBytesMax: EVENT_BYTES_MAX,
    tooLarge: 'body_too_large',
    needs: 'recommend',
    forWriteKeys: null,
    takesBeacons: false,
    recordsRejections: false,
    readsQuery: false,
    bodyMayLack: false,
    eventsOf: ONE_EVENT,
    handle: handleRecommend,
  };
}

async function handleRecommend(exchange: BodyExchange, body: Body): Promise<void> {
  const seeds = seedsOf(body.seed);
  if (seeds !== null && 'kind' in seeds) return exchange.refuse(seeds);
  body.seed = seeds === null ? null : [...seeds];
  const misshape = checkBody(body, exchange.text, recommendBodySchema);
  if (misshape !== null) return exchange.refuse(misshape);
  const key = exchange.key!;
  const explain = body.explain === true;
  const looks = explain || body.record === false;
  if (looks && !mayDo(key, 'look')) return exchange.refuse(notAllowed(key, 'look'));
  // A recommender is no placement.
  if (key.options.placements !== null) return exchange.refuse(OTHER_PLACEMENTS);
  const question = readQuestion(exchange, body, seeds);
  if ('kind' in question) return exchange.refuse(question);
  const { submission, request } = question;
  const record = body.record !== false && mayDo(key, 'send');
  if (looks || key.kind === 'staff') {
    const { recommender } = request;
    const detail = `${recommender}${explain ? ', explain' : ''}${record ? '' : ', not counted'}`;
    exchange.hub.audit.noteCustomer(key, 'recommend', submission.customerId, detail);
  }
  return answer(exchange, submission, request, record);
}

const OTHER_PLACEMENTS = fault('key_not_allowed', 'This key is for its placements alone.');

/** null = they are not said. */
function seedsOf(seed: JsonValue | undefined): readonly string[] | Fault | null {
  if (seed === undefined || seed === null) return null;
  const isList = Array.isArray(seed);
  const ids: string[] = [];
  for (const [i, one] of (isList ? seed : [seed]).entries()) {
    const id = itemIdOr(one, isList ? `seed[${i}]` : 'seed');
    if (typeof id !== 'string') return id;
    ids.push(id);
  }
  return ids.slice(-SEEDS_MAX);
}

interface Question {
  /** Never submitted: it says whose list it is. */
  readonly submission: Submission;
  readonly request: RecommendRequest;
}

function readQuestion(
  exchange: BodyExchange,
  body: Body,
  seed: readonly string[] | null,
): Question | Fault {
  const standing = standingOf(exchange, body);
  if (standing.kind === 'fault') return standing;
  nameCustomer(body, standing);
  const who = whoOf(body, exchange.hub.parts.names);
  if ('kind' in who) return who;
  const request = requestOf(body, who, seed);
  const { userId, anonymousId, limit, context, explain } = request;
  const asked = { userId, anonymousId, placements: [], limit, context, explain };
  const stimulus = { kind: 'decide', request: asked } as const;
  const submission = restrict(calledNow(exchange, body, who, stimulus), standing);
  return 'kind' in submission ? submission : { submission, request };
}

function requestOf(
  body: Body,
  { userId, anonymousId }: Who,
  seed: readonly string[] | null,
): RecommendRequest {
  return {
    userId,
    anonymousId,
    recommender: body.recommender as string,
    seed,
    limit: (body.limit as number | null | undefined) ?? null,
    context: (body.context as JsonObject | null | undefined) ?? {},
    explain: body.explain === true,
  };
}

async function answer(
  exchange: BodyExchange,
  { customerId, follows = true, nowMs }: Submission,
  request: RecommendRequest,
  record: boolean,
): Promise<void> {
  const { admission, parts } = exchange.hub;
  if (!admission.takeSubmissions(1)) return exchange.unavailable('overloaded', 1);
  try {
    const recommendationId = decisionId(customerId, uuidv7(), request.recommender, nowMs);
    const asked = { customerId, follows, request, recommendationId, record };
    const found = await parts.recommending.recommend(asked);
    if (found.kind === 'list') exchange.succeed(listText(found.list, request.explain));
    else {
      const known = found.known.join(', ') || 'none';
      const message = `The catalog has no such recommender; it has: ${known}.`;
      exchange.refuse(fault('unknown_recommender', message, 'recommender'));
    }
  } finally {
    admission.releaseSubmissions(1);
  }
}
