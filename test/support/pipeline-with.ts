// A pipeline whose parts do what a test says, and a submission for it.

import { MEMORY_BUDGETS } from '../../src/budgets/memory-budgets.ts';
import { UnmergedCustomers } from '../../src/customers/unmerged-customers.ts';
import { emptyState } from '../../src/model/state.ts';
import type { Submission } from '../../src/model/step.ts';
import {
  type CatalogSource,
  type CatalogVersion,
  type Customers,
  type PauseAfterConflict,
  Pipeline,
  type RecordWriter,
  type StateStore,
} from '../../src/pipeline.ts';
import { boundedLanes } from '../../src/state/lanes.ts';

export const submission: Submission = {
  stimulus: {
    kind: 'decide',
    request: {
      ...{ userId: 'u1', anonymousId: null, placements: ['web'], limit: null, context: {} },
    },
  },
  ...{ customerId: 'u1', messageId: 'm1', nowMs: 1, receivedAtMs: 1 },
  ...{ live: true, decide: true, record: true },
};

export const fails = (): never => {
  throw new Error('the pipeline shows nobody');
};

const timed = { plan: fails, nextDueMs: fails, armedBy: fails };
export const NOTHING_ELSE = {
  ...{ wholeView: fails, placements: [], dayOf: () => 0, fold: fails, country: null },
  ...{ budgets: new Map(), identifiers: new Map() },
  recommending: { interactions: null, isInPlacements: false, recommenders: [], recommend: fails },
  time: { isAwaited: false, visitIds: [], ...timed },
  deliveries: { channels: new Map(), prepare: fails, accepts: fails },
};

/** A pipeline over a store that has nothing, whose load and step do what the test says. */
export function pipelineWith(
  load: StateStore['load'],
  step: CatalogVersion['step'],
  commit: StateStore['commit'] = async () => ({ kind: 'committed' }),
  pauseAfterConflict: PauseAfterConflict = () => 0,
  record: RecordWriter = () => '',
  catalogs?: CatalogSource,
  who?: Customers,
) {
  const faults: unknown[] = [];
  const evicted: string[] = [];
  const shed: [string, number][] = [];
  const unavailable: string[] = [];
  const published: CatalogVersion = {
    ...{ publication: 1, hash: 'h', recents: new Set(), step, view: fails, explain: fails },
    ...NOTHING_ELSE,
  };
  const states: StateStore = {
    load,
    commit,
    evict: (customerId) => evicted.push(customerId),
    append: async () => {},
  };
  const pipeline = new Pipeline({
    states,
    customers: who ?? new UnmergedCustomers(states),
    ...{ budgets: MEMORY_BUDGETS, lists: () => null },
    catalogs: catalogs ?? { current: () => published, atLeast: () => published },
    lanes: boundedLanes(
      { laneMax: 8, totalMax: 8, waitMsMax: 1_000 },
      { monotonicMs: () => 0, waited() {} },
    ),
    pauseAfterConflict,
    monotonicMs: () => 0,
    writeRecord: record,
    metrics: {
      committed() {},
      conflict() {},
      duplicate() {},
      shed: (reason, count) => shed.push([reason, count]),
      unavailable: (error) => unavailable.push(error.code),
    },
    attemptsMax: 4,
    onFault: (error) => faults.push(error),
  });
  return { pipeline, faults, evicted, shed, unavailable };
}

export const nothing = async (customerId: string) => ({ etag: '', state: emptyState(customerId) });
export const stepped: CatalogVersion['step'] = (state) => ({
  ...{ kind: 'stepped', state, answer: '[]', decisions: [], grants: [], firings: [] },
  deliveries: [],
  ...{ customerChanged: false, outcomeCounted: false, due: null },
});
export const OVERLOADED = { kind: 'unavailable', code: 'overloaded', retryAfterS: 1 };
