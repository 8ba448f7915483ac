// A customer as shop and service staff see one: the state as it is now, what history knows, and what
// would be offered.

import { isoTime } from '../engine/decide/answer.ts';
import type { CustomerViews } from '../gateway/gateway-parts.ts';
import type { JsonObject } from '../model/json.ts';
import type { CustomerState } from '../model/state.ts';
import type { DecisionCore } from './decision-core.ts';
import type { GatewayHistory } from './gateway-history.ts';
import { inspectCustomer } from './inspect-customer.ts';
import { type OffersNow, offersNow } from './offers-now.ts';

/** How much of what a customer did is shown. */
const EVENTS_MAX = 20;

/** Something that a customer did, as the answer has it. */
export interface ShownEvent {
  /** ISO 8601 UTC. */
  readonly at: string | null;
  readonly type: string;
  /** The name of a track; `$page`, `$identify` … for the others. */
  readonly event: string;
  /** The name of a page or a screen; null = none. */
  readonly label: string | null;
  /** null = they are more than is worth showing. */
  readonly properties: JsonObject | null;
}

/** @param history null = there is none that could be asked here */
export function customerViews(
  core: DecisionCore,
  history: Pick<GatewayHistory, 'lastEvents'> | null,
): CustomerViews {
  // One at a time decides all placements, however many ask: events come first.
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = (work: () => Promise<OffersNow>) => {
    const next = turn.then(work, work);
    turn = next;
    return next;
  };
  return {
    async view(customerId, wanted) {
      const { catalogs, clock } = core;
      const stored = await inspectCustomer(core, customerId);
      if (stored === null) return null;
      const { state, stateBytes } = stored;
      const events = lastEventsOf(state, wanted.events ? history : null);
      const version = await catalogs.atLeast(state.publication);
      const nowMs = clock.nowMs();
      const shown = version.wholeView(state, nowMs);
      const offers = wanted.offers
        ? await inTurn(() => offersNow(version, state, nowMs, core))
        : NO_OFFERS;
      return { ...shown, lastEvents: await events, stateBytes, ...offers };
    },
    idOf: async (name) => (await core.customers.findFresh(name)).state.customerId,
  };
}

const NO_OFFERS: Partial<OffersNow> = {};

/**
 * What a customer did last; null = nobody can say. Names are left out: what was done under a visitor's
 * name may have been done by somebody else.
 */
export async function lastEventsOf(
  { customerId, merges }: CustomerState,
  history: Pick<GatewayHistory, 'lastEvents'> | null,
): Promise<readonly ShownEvent[] | null> {
  const ids = new Set([customerId, ...merges.map(({ from }) => from)]);
  const events = (await history?.lastEvents([...ids], EVENTS_MAX)) ?? null;
  if (events === null) return null;
  return events.map(({ atMs, type, event, label, properties }) => ({
    ...{ at: isoTime(atMs), type, event, label: labelOf(event, label), properties },
  }));
}

/** A track has its own name there, too. */
function labelOf(event: string, label: string): string | null {
  return label === '' || label === event ? null : label;
}
