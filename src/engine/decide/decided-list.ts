// Hot path, where a placement recommends. The list of its decision: made once a contact is allowed, counted
// with it, and shown to nobody who is held out. It is made before any treatment is rendered, for those may
// show it.

import type { DecidedList, Withheld } from '../../model/decision.ts';
import type { Recommendation } from '../../model/recommending.ts';
import type { Value } from '../../model/value.ts';
import type { Draft } from '../draft.ts';
import type { Program } from '../program.ts';
import { askCrowd } from '../recommend/models/ask-crowd.ts';
import { makeList } from '../recommend/recommend.ts';
import type { StateScope } from '../scope.ts';
import { type Ask, pointFiring } from './ask.ts';
import type { Closed } from './closed.ts';

/**
 * The list of a placement that recommends; null for all others.
 * @param id of the decision, which is the list's too
 * @param explain whether what was removed is told
 */
export function listOf(
  program: Program,
  state: Draft,
  ask: Ask,
  scope: StateScope,
  id: string,
  messageId: string,
  explain = false,
): Recommendation | null {
  const { recommender, definition } = ask.placement;
  if (recommender === null) return null;
  pointFiring(scope, ask, 0);
  const { lists } = scope.inputs;
  const common = { recommendationId: id, placement: definition.name };
  if (lists?.kind === 'recorded') {
    const known = lists.of(messageId, definition.name);
    if (known === null) return null;
    const { name } = recommender;
    return { ...common, ...known, recommender: name, removed: [], recommendedAtMs: scope.nowMs };
  }
  const crowd = lists?.crowd ?? null;
  const asked = { ...common, state, crowd, scope, seed: null, limit: null, explain };
  return bounded(makeList(program, askCrowd, recommender, asked));
}

/** Of what is known of its items; items beyond have their ids alone. */
export const LIST_CHARS_MAX = 65_536;

/** A decision is answered, kept and recorded: a shop may have said kilobytes of each of a hundred items. */
function bounded(list: Recommendation): Recommendation {
  let chars = 0;
  const cut = list.items.findIndex(({ item }) => {
    chars += item === null ? 0 : JSON.stringify(item).length;
    return chars > LIST_CHARS_MAX;
  });
  if (cut < 0) return list;
  return { ...list, items: list.items.map((one, i) => (i < cut ? one : { ...one, item: null })) };
}

/**
 * Whether a list is worth an answer by itself. What a channel carries away are offers, and what had waited
 * for a question is answered by the question itself if no offer comes of it: there it only goes with one.
 */
export function standsAlone(list: Recommendation | null, ask: Ask): boolean {
  return list !== null && list.items.length > 0 && mayStandAlone(ask);
}

function mayStandAlone({ placement, firings, waiting }: Ask): boolean {
  return !waiting && (placement.carrier === null || firings.length === 0);
}

/** What became of the list; null where the placement has none. */
export function decidedList(
  made: Recommendation | null,
  ask: Ask,
  closed: Closed | null,
  contactable: boolean,
  holdout: boolean,
  offers: number,
): DecidedList | null {
  if (ask.placement.recommender === null) return null;
  let withheld: Withheld | null = closed;
  if (closed === null) {
    if (!contactable) withheld = 'contact_policy';
    else if (holdout) withheld = 'holdout';
    else if (offers === 0 && !mayStandAlone(ask)) withheld = 'no_offer';
  }
  return { made, withheld };
}

/** `items` of treatments and conditions: what is known of each, with its id and its source. */
export function itemsOf(list: Recommendation | null): readonly Value[] {
  if (list === null) return [];
  return list.items.map(({ itemId, source, item }) => ({
    ...(item as { readonly [key: string]: Value } | null),
    ...{ itemId, id: itemId, source },
  }));
}
