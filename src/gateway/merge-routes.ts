// POST /v1/customers/{id}/merge, …/unmerge and …/unlink: what somebody decides who knows better than the guards.

import { ERRORS } from '../errors.ts';
import { checkBody } from './body-check.ts';
import { type BodyExchange, type BodyRoute, ONE_EVENT } from './body-route.ts';
import { customerInPath } from './customer-in-path.ts';
import { EVENT_BYTES_MAX } from './event-reader.ts';
import { type Body, fault } from './gateway-parts.ts';
import { textualIds } from './numeric-id.ts';
import { mergeBodySchema, unlinkBodySchema, unmergeBodySchema } from './openapi/merge-schemas.ts';

const EVERY = {
  bodyBytesMax: EVENT_BYTES_MAX,
  tooLarge: 'body_too_large',
  needs: 'customers',
  forWriteKeys: null,
  takesBeacons: false,
  recordsRejections: false,
  readsQuery: false,
  readsParameter: true,
  bodyMayLack: false,
  eventsOf: ONE_EVENT,
} as const;

/** POST /v1/customers/{id}/merge */
export function mergeRoute(): BodyRoute {
  return { ...EVERY, name: 'customer_merge', handle: handleMerge };
}

/** POST /v1/customers/{id}/unmerge */
export function unmergeRoute(): BodyRoute {
  return { ...EVERY, name: 'customer_unmerge', handle: handleUnmerge };
}

async function handleMerge(exchange: BodyExchange, body: Body): Promise<void> {
  const inexact = textualIds(body, ['from']);
  if (inexact !== null) return exchange.refuse(fault('invalid_request', inexact.message, 'from'));
  const misshape = checkBody(body, exchange.text, mergeBodySchema);
  if (misshape !== null) return exchange.refuse(misshape);
  const { names, merging } = exchange.hub.parts;
  const named = customerInPath(exchange.parameter, names);
  if ('why' in named) return exchange.refuse(named.why);
  const { id: into } = named;
  const from = names.idOf(body.from as string);
  if (from === null) return exchange.refuse('unknown_customer');
  const { audit } = exchange.hub;
  // Afterwards its name leads to the survivor.
  const folded = await audit.targetOf(from);
  const merged = await merging.merge(into, from);
  const detail = merged.kind === 'merged' ? detailOf(merged.mergeId, folded) : '';
  audit.noteCustomer(exchange.key!, 'customers.merge', into, `${merged.kind}${detail}`);
  switch (merged.kind) {
    case 'merged':
      return exchange.succeed(JSON.stringify({ mergeId: merged.mergeId }));
    case 'unknown':
      return exchange.refuse('unknown_customer');
    case 'same':
      return exchange.refuse(fault('invalid_request', 'They are one customer already.', 'from'));
    case 'too_many':
      return exchange.refuse(fault('merge_conflict', 'Too many were merged into it.', 'from'));
    case 'busy':
      return exchange.refuse('merge_conflict');
  }
}

/** POST /v1/customers/{id}/unlink */
export function unlinkRoute(): BodyRoute {
  return { ...EVERY, name: 'customer_unlink', handle: handleUnlink };
}

async function handleUnlink(exchange: BodyExchange, body: Body): Promise<void> {
  const misshape = checkBody(body, exchange.text, unlinkBodySchema);
  if (misshape !== null) return exchange.refuse(misshape);
  const { names, merging } = exchange.hub.parts;
  const named = customerInPath(exchange.parameter, names);
  if ('why' in named) return exchange.refuse(named.why);
  const name = names.idOf(body.name as string);
  const freed =
    name === null ? ({ kind: 'not_linked' } as const) : await merging.unlink(named.id, name);
  const { audit } = exchange.hub;
  const of = name === null ? '' : ` ${audit.hashOf(name)}`;
  audit.noteCustomer(exchange.key!, 'customers.unlink', named.id, `${freed.kind}${of}`);
  switch (freed.kind) {
    case 'unlinked':
      return exchange.succeed(JSON.stringify({ customerId: freed.customerId }));
    case 'unknown':
      return exchange.refuse('unknown_customer');
    case 'own_id':
      return exchange.refuse(fault('invalid_request', "It is the customer's own id.", 'name'));
    case 'not_linked':
      return exchange.refuse(fault('unknown_name', ERRORS.unknown_name.message, 'name'));
    case 'busy':
      return exchange.refuse('merge_conflict');
  }
}

async function handleUnmerge(exchange: BodyExchange, body: Body): Promise<void> {
  const misshape = checkBody(body, exchange.text, unmergeBodySchema);
  if (misshape !== null) return exchange.refuse(misshape);
  const { names, merging } = exchange.hub.parts;
  const named = customerInPath(exchange.parameter, names);
  if ('why' in named) return exchange.refuse(named.why);
  const { id } = named;
  const taken = await merging.unmerge(id, body.mergeId as string);
  const { audit } = exchange.hub;
  const detail =
    taken.kind === 'unmerged'
      ? detailOf(body.mergeId as string, await audit.targetOf(taken.customerId))
      : '';
  audit.noteCustomer(exchange.key!, 'customers.unmerge', id, `${taken.kind}${detail}`);
  switch (taken.kind) {
    case 'unmerged':
      return exchange.succeed(JSON.stringify({ customerIds: [taken.survivor, taken.customerId] }));
    case 'unknown':
      return exchange.refuse('unknown_merge');
    case 'too_old':
      return exchange.refuse(fault('merge_conflict', 'It was more than 30 days ago.', 'mergeId'));
    case 'later_first': {
      const message = 'The customer was merged again since: take that back first.';
      return exchange.refuse(fault('merge_conflict', message, 'mergeId'));
    }
    case 'moved_on': {
      const message = 'The name of who was merged has been somebody else since.';
      return exchange.refuse(fault('merge_conflict', message, 'mergeId'));
    }
    case 'not_ready':
      return exchange.unavailable('history_unavailable', 2);
  }
}

/** Which merge it was, and who of the two is not the target of the row. */
function detailOf(mergeId: string, other: string): string {
  return ` ${mergeId} of ${other}`;
}
