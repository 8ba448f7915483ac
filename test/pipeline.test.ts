import { expect, it } from 'vitest';
import { Unavailable } from '../src/errors.ts';
import { emptyState } from '../src/model/state.ts';
import type { Submission } from '../src/model/step.ts';
import { Pipeline, type Published, type StateStore } from '../src/pipeline.ts';
import { boundedLanes } from '../src/state/lanes.ts';

const submission: Submission = {
  stimulus: {
    kind: 'decide',
    request: {
      ...{ messageId: 'm1', customerId: 'u1', userId: 'u1', anonymousId: null },
      ...{ receivedAtMs: 1, placements: [], limit: null, context: {} },
    },
  },
  ...{ customerId: 'u1', messageId: 'm1', nowMs: 1, receivedAtMs: 1 },
  ...{ live: true, decide: true, record: true },
};

/** A pipeline over a store that has nothing, whose load and step do what the test says. */
function pipelineWith(load: StateStore['load'], step: Published['step']) {
  const faults: unknown[] = [];
  const evicted: string[] = [];
  const published: Published = { publication: 1, hash: 'h', contract: () => null, step };
  const pipeline = new Pipeline({
    states: {
      load,
      commit: async () => ({ kind: 'committed' }),
      evict: (customerId) => evicted.push(customerId),
      append: async () => {},
    },
    catalogs: { current: () => published, atLeast: async () => published },
    lanes: boundedLanes({ laneMax: 8, totalMax: 8 }),
    writeRecord: () => '',
    metrics: { committed() {}, conflict() {}, duplicate() {} },
    attemptsMax: 4,
    onFault: (error) => faults.push(error),
  });
  return { pipeline, faults, evicted };
}

const nothing = async (customerId: string) => ({ etag: '', state: emptyState(customerId) });

it('reports an error that should not have happened, and tells the caller no more than `internal`', async () => {
  const broken = new Error('a defect');
  const { pipeline, faults, evicted } = pipelineWith(nothing, () => {
    throw broken;
  });
  const result = await pipeline.submit(submission);
  expect(result).toEqual({ kind: 'unavailable', code: 'internal', retryAfterS: 1 });
  expect([faults, evicted]).toEqual([[broken], ['u1']]);
});

it('passes on that the store is away without calling it a fault', async () => {
  const away = async () => {
    throw new Unavailable('store_unavailable', 2);
  };
  const { pipeline, faults } = pipelineWith(away, () => {
    throw new Error('never stepped');
  });
  const result = await pipeline.submit(submission);
  expect(result).toEqual({ kind: 'unavailable', code: 'store_unavailable', retryAfterS: 2 });
  expect(faults).toEqual([]);
});
