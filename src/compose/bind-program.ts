// A catalog bound to the engine: what the pipeline steps with, on the hot path, in workers and in
// replay alike.

import { unknownEvent } from '../catalog/unknown-event.ts';
import type { Counters } from '../engine/counters.ts';
import { acceptsResponse, prepareMessage } from '../engine/deliver/prepare-message.ts';
import { explainEvent } from '../engine/explain-event.ts';
import { foldStates } from '../engine/fold/fold-states.ts';
import { preparing } from '../engine/program.ts';
import { askCrowd } from '../engine/recommend/models/ask-crowd.ts';
import { recommend } from '../engine/recommend/recommend.ts';
import { step } from '../engine/step.ts';
import { readKeptEvent } from '../engine/timers/kept-event.ts';
import { duePlan, nextDueMs } from '../engine/timers/plan.ts';
import { view } from '../engine/view.ts';
import { wholeView } from '../engine/whole-view.ts';
import type { Catalog } from '../model/catalog.ts';
import { atOnce, type Sliced } from '../model/sliced.ts';
import type { CatalogVersion } from '../pipeline.ts';

/** @param counters where the engine counts; its own by default */
export function bindProgram(
  catalog: Catalog,
  publication: number,
  counters?: Counters,
): CatalogVersion {
  return atOnce(bindingProgram(catalog, publication, counters));
}

/** As `bindProgram`, in pieces. */
export function* bindingProgram(
  catalog: Catalog,
  publication: number,
  counters?: Counters,
): Sliced<CatalogVersion> {
  const options = counters === undefined ? {} : { counters };
  const program = yield* preparing(catalog, publication, options);
  const budgets = new Map(
    catalog.offers.flatMap(({ name, budget }) =>
      budget === null ? [] : [[name, budget] as const],
    ),
  );
  return {
    publication,
    hash: catalog.hash,
    recents: program.recentIds,
    step: (state, submission, inputs) => step(program, state, submission, inputs),
    explain: (state, submission, inputs) => {
      const explained = explainEvent(program, state, submission, inputs);
      const { stimulus } = submission;
      if (explained.kind !== 'explained' || stimulus.kind !== 'event') return explained;
      return { ...explained, hint: unknownEvent(catalog, stimulus.event) };
    },
    view: (state, nowMs) => view(program, state, nowMs),
    wholeView: (state, nowMs) => wholeView(program, state, nowMs),
    placements: [...catalog.placements.keys()],
    identifiers: catalog.identifiers,
    country: catalog.country,
    fold: (into, from, merge, clockMs) => foldStates(program, into, from, merge, clockMs),
    time: {
      isAwaited: program.timed !== null || program.hasQuiet,
      visitIds: program.timed?.visitIds ?? [],
      plan: (state, nowMs) => duePlan(program, state, nowMs),
      nextDueMs: (state) => nextDueMs(program, state),
      armedBy: (event) => readKeptEvent(event)?.messageId ?? null,
    },
    deliveries: {
      channels: catalog.channels,
      prepare: (state, entry, nowMs) => prepareMessage(program, state, entry, nowMs),
      accepts: (channel, response) => acceptsResponse(program, channel, response),
    },
    recommending: {
      interactions: catalog.recommending?.interactions ?? null,
      isInPlacements: [...catalog.placements.values()].some(({ recommend }) => recommend !== null),
      recommenders: [...(catalog.recommending?.recommenders.keys() ?? [])],
      recommend: (state, request, recommendationId, crowd, nowMs) =>
        recommend(program, askCrowd, state, request, recommendationId, crowd, nowMs),
    },
    budgets,
    dayOf: (atMs) => program.calendar.day(atMs),
  };
}
