// Hot path (`standingOf`, `restrict`). As whom a request speaks: what of it the key that it came with may
// say. Between reading and the pipeline, so that no route and no call of Segment's can forget it.
//
//   write, admin, staff   whatever it says: the submission as it was read
//   device                of anybody, for its placements; its store and its name are in each event
//   browser, a token      of the token's customer alone, and of the visitor beside
//   browser, no token     of a visitor; a user id is believed for counting and for nothing else
//
// What a page says of a user id without a token is counted under that id. It decides nothing, states
// nothing, reports nothing, and has message ids of its own: a guessed one must not make a server's message
// a duplicate, nor its answer a page's.

import type { CustomerEvent, Stimulus } from '../model/event.ts';
import {
  APART,
  APART_PREFIX,
  type NamedAlias,
  USER_ALONE,
  VISITOR_ALONE,
} from '../model/identity.ts';
import type { JsonObject, JsonValue } from '../model/json.ts';
import type { Submission, Within } from '../model/step.ts';
import { type Body, type Fault, fault } from './gateway-parts.ts';
import type { ApiKey } from './keys/api-key.ts';
import type { CustomerTokens } from './keys/customer-tokens.ts';

/** As whom a request speaks. */
export type Standing =
  | { readonly kind: 'any' }
  | { readonly kind: 'device'; readonly key: ApiKey }
  /** @param userId of the token; null = there was none */
  | { readonly kind: 'page'; readonly key: ApiKey; readonly userId: string | null };

/** A submission whose message the caller calls otherwise. */
type Renamed = Submission & { readonly sentAs?: string };

/** What `standingOf` looks at. */
export interface Presented {
  readonly key: ApiKey | null;
  /** The customer token of the head or the query; '' = none. */
  readonly token: string;
  readonly receivedAtMs: number;
  readonly hub: { readonly tokens: CustomerTokens };
}

const ANY: Standing = { kind: 'any' };

/** Before the message ids of what pages say of user ids. */
const PAGE_MESSAGE = 'page:';

/** Kinds of names that are no user ids, as they are written before a colon. */
const NAME_KINDS = /^(?:anonymous|phone|email|card|device):/;

/** Whether a user id is the name of something else, like `phone:…`. */
export function isOtherName(userId: string): boolean {
  return NAME_KINDS.test(userId);
}

/** As whom a body speaks. @param body with its `customerToken`, which comes before that of the head */
export function standingOf(presented: Presented, body: Body): Standing | Fault {
  const key = presented.key!;
  if (key.kind === 'device') return { kind: 'device', key };
  if (key.kind !== 'browser') return ANY;
  const own = tokenIn(body);
  return pageStanding(key, own ?? presented.token, presented);
}

/** As whom an event of a batch speaks: it may have a token of its own. */
export function standingWithin(
  standing: Standing,
  event: JsonValue | undefined,
  presented: Presented,
): Standing | Fault {
  if (standing.kind !== 'page') return standing;
  const isObject = typeof event === 'object' && event !== null && !Array.isArray(event);
  const own = isObject ? tokenIn(event) : null;
  return own === null ? standing : pageStanding(standing.key, own, presented);
}

/** null = none; what is no text is none that could be valid. */
function tokenIn({ customerToken }: Body): string | null {
  if (customerToken === undefined || customerToken === null || customerToken === '') return null;
  return typeof customerToken === 'string' ? customerToken : 'no text';
}

function pageStanding(key: ApiKey, token: string, presented: Presented): Standing | Fault {
  if (token === '') return { kind: 'page', key, userId: null };
  const userId = presented.hub.tokens.verify(token, presented.receivedAtMs);
  if (userId === null) return fault('invalid_token', INVALID_TOKEN, 'customerToken');
  return { kind: 'page', key, userId };
}

const INVALID_TOKEN = 'The customerToken is forged, over, or not of this service.';

/** A body that names no user speaks of the token's customer; in place, before it is read. */
export function nameCustomer(body: JsonValue | undefined, standing: Standing): void {
  if (standing.kind !== 'page' || standing.userId === null) return;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return;
  const { userId } = body;
  if (userId === undefined || userId === null || userId === '') body.userId = standing.userId;
}

/**
 * What may go on of what was read; a fault where nothing may.
 * @param who as the body names somebody, where the stimulus does not say it
 */
export function restrict(
  read: Submission | Fault,
  standing: Standing,
  who: Who | null = null,
): Submission | Fault {
  if (standing.kind === 'any' || 'kind' in read) return read;
  const { placements } = standing.key.options;
  const elsewhere = placements === null ? null : otherPlacement(read.stimulus, placements);
  if (elsewhere !== null) return elsewhere;
  const within: Within | null = placements === null ? null : { placements, outcome: true };
  const bounded = within === null ? read : { ...read, within };
  return standing.kind === 'device'
    ? { ...bounded, stimulus: ofDevice(read.stimulus, standing.key) }
    : ofPage(bounded, who ?? whoIn(read.stimulus), standing.userId);
}

function otherPlacement(stimulus: Stimulus, placements: ReadonlySet<string>): Fault | null {
  if (stimulus.kind !== 'decide') return null;
  const asked = stimulus.request.placements;
  const at = asked.findIndex((placement) => !placements.has(placement));
  if (at < 0) return null;
  const message = 'This key is for other placements.';
  return fault('key_not_allowed', message, `placements[${at}]`);
}

/** The key's word for where it stands comes after the event's own. */
function ofDevice(stimulus: Stimulus, { name, options }: ApiKey): Stimulus {
  if (stimulus.kind !== 'event') return stimulus;
  const { type } = stimulus.event;
  if (type !== 'track' && type !== 'page' && type !== 'screen') return stimulus;
  const store = options.storeId === null ? null : { store_id: options.storeId };
  const properties = { ...stimulus.event.properties, ...store, device_id: name };
  return { ...stimulus, event: { ...stimulus.event, properties } };
}

function ofPage(
  submission: Submission,
  { userId, anonymousId }: Who,
  tokenUserId: string | null,
): Renamed | Fault {
  if (tokenUserId !== null) {
    if (userId === tokenUserId) return ofTokenCustomer(submission, userId, anonymousId);
    return fault('key_not_allowed', 'The customerToken is for another customer.', 'userId');
  }
  if (userId === null) {
    // A phone or a card is nobody that a page could speak of.
    if (anonymousId === null) return fault('key_not_allowed', NO_VISITOR, 'anonymousId');
    const customerId = `anonymous:${anonymousId}`;
    return { ...submission, customerId, naming: VISITOR_ALONE, follows: false };
  }
  const { stimulus } = submission;
  if (stimulus.kind !== 'event') {
    const message = 'A browser key speaks of a customer with a customerToken only.';
    return fault('key_not_allowed', message, 'userId');
  }
  const isNamed = submission.naming === undefined || submission.naming.kind === 'user';
  if (!isNamed || isOtherName(userId)) {
    return fault('key_not_allowed', "A browser key's 'userId' must be a user id.", 'userId');
  }
  const reports = stimulus.outcome !== null;
  return {
    ...submission,
    customerId: userId,
    naming: USER_ALONE,
    messageId: PAGE_MESSAGE + submission.messageId,
    sentAs: submission.messageId,
    stimulus: { ...stimulus, event: statingNothing(stimulus.event), outcome: null },
    decide: false,
    ...(reports && {
      within: { placements: submission.within?.placements ?? null, outcome: false },
    }),
  };
}

const NO_VISITOR = "A browser key speaks of a visitor: 'anonymousId' is required.";

function whoIn(stimulus: Stimulus): Who {
  if (stimulus.kind === 'event') return stimulus.event;
  if (stimulus.kind === 'decide') return stimulus.request;
  throw new Error('an outcome does not say whose it is');
}

/** The two ids of a body, as they are kept. */
interface Who {
  readonly userId: string | null;
  readonly anonymousId: string | null;
}

/** The visitor beside is the customer's; what else names somebody is not believed. */
function ofTokenCustomer(
  submission: Submission,
  userId: string,
  anonymousId: string | null,
): Submission {
  const { naming = USER_ALONE } = submission;
  const visitor = `anonymous:${anonymousId}`;
  const aliases = naming.aliases.filter(({ kind, id }) => kind === 'anonymous' && id === visitor);
  return {
    ...submission,
    customerId: userId,
    naming: {
      ...USER_ALONE,
      // With what the visitor did while no token said whose it was.
      aliases: aliases.flatMap((alias) => [{ ...alias, otherwise: null }, keptApart(alias.id)]),
    },
  };
}

/** What was kept apart of a visitor (customers/finding.ts), to be taken in. */
function keptApart(visitor: string): NamedAlias {
  const id = APART_PREFIX + visitor.slice(visitor.indexOf(':') + 1);
  return { id, kind: APART, value: null, otherwise: null };
}

const NOTHING: JsonObject = Object.freeze({}) as JsonObject;
const STATEMENTS = ['consent', 'externalIds', 'traits'];

function statingNothing(event: CustomerEvent): CustomerEvent {
  const { type, context } = event;
  const states = STATEMENTS.some((name) => Object.hasOwn(context, name));
  return {
    ...event,
    traits: type === 'identify' ? NOTHING : event.traits,
    context: states ? without(context, STATEMENTS) : context,
  };
}

function without(object: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
}

/** What the caller calls its message. */
export function sentIdOf(submission: Renamed): string {
  return submission.sentAs ?? submission.messageId;
}

/** Of decisions as answers have them, those that the caller may be told: a duplicate's may be others'. */
export function answerWithin(answer: string, { within }: Submission): string {
  const placements = within?.placements ?? null;
  if (placements === null || answer === '[]') return answer;
  const decisions = JSON.parse(answer) as { readonly placement: string }[];
  return JSON.stringify(decisions.filter(({ placement }) => placements.has(placement)));
}
