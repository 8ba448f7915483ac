import { describe, expect, it } from 'vitest';
import { prepare } from '../src/engine/program.ts';
import { step } from '../src/engine/step.ts';
import { Unavailable } from '../src/errors.ts';
import { writeRecord } from '../src/ledger/ledger-record.ts';
import { emptyState } from '../src/model/state.ts';
import type { Submission } from '../src/model/step.ts';
import type { CatalogVersion, Customers } from '../src/pipeline.ts';
import { catalogOf } from './engine/support/catalog-builder.ts';
import {
  fails,
  NOTHING_ELSE,
  nothing,
  OVERLOADED,
  pipelineWith,
  stepped,
  submission,
} from './support/pipeline-with.ts';

it('reports an error that should not have happened, and tells the caller no more than `internal`', async () => {
  const broken = new Error('a defect');
  const { pipeline, faults, evicted } = pipelineWith(nothing, () => {
    throw broken;
  });
  const result = await pipeline.submit(submission);
  expect(result).toEqual({ kind: 'unavailable', code: 'internal', retryAfterS: 1 });
  expect([faults, evicted]).toEqual([[broken], ['u1']]);
});

it('waits for nothing but the commit where state and catalog are there', async () => {
  const asked: string[] = [];
  const { pipeline } = pipelineWith(
    (id) => ({ etag: '', state: emptyState(id) }),
    stepped,
    async ({ customerId }) => {
      asked.push(customerId);
      return { kind: 'committed' };
    },
  );
  const submitted = pipeline.submit(submission);
  expect(asked).toEqual(['u1']);
  expect(await submitted).toMatchObject({ kind: 'done' });
});

it('passes on that the store is away without calling it a fault', async () => {
  const away = async () => {
    throw new Unavailable('store_unavailable', 2);
  };
  const { pipeline, faults, unavailable } = pipelineWith(away, () => {
    throw new Error('never stepped');
  });
  const result = await pipeline.submit(submission);
  expect(result).toEqual({ kind: 'unavailable', code: 'store_unavailable', retryAfterS: 2 });
  expect(unavailable).toEqual(['store_unavailable']);
  expect(faults).toEqual([]);
});

it('steps on the state that came with the first conflict, and reads it again after a pause', async () => {
  const etags: string[] = [];
  let loads = 0;
  const { pipeline, evicted, shed } = pipelineWith(
    async (id) => ({ etag: `read-${++loads}`, state: emptyState(id) }),
    stepped,
    async ({ customerId, expectedEtag }) => {
      etags.push(expectedEtag);
      if (etags.length === 4) return { kind: 'committed' };
      const fresh = { etag: `came-${etags.length}`, state: emptyState(customerId) };
      return { kind: 'conflict', fresh };
    },
    (conflicts) => (conflicts === 1 ? 0 : 1),
  );
  expect(await pipeline.submit(submission)).toMatchObject({ kind: 'done' });
  expect(etags).toEqual(['read-1', 'came-1', 'read-2', 'read-3']);
  expect([evicted, shed]).toEqual([['u1', 'u1'], []]);
});

it('pauses where its customer has moved again and again, and gives that up in the end', async () => {
  const asked: number[] = [];
  const { pipeline, evicted, shed } = pipelineWith(
    nothing,
    stepped,
    async () => ({ kind: 'moved' }),
    (conflicts) => {
      asked.push(conflicts);
      return conflicts === 3 ? null : conflicts - 1;
    },
  );
  expect(await pipeline.submit(submission)).toEqual(OVERLOADED);
  expect([asked, evicted, shed]).toEqual([[1, 2, 3], ['u1'], [['conflicts', 1]]]);
});

it('gives a run up as overloaded when its conflicts take too long', async () => {
  const { pipeline, faults, shed } = pipelineWith(
    nothing,
    stepped,
    async ({ customerId }) => ({ kind: 'conflict', fresh: await nothing(customerId) }),
    (conflicts) => (conflicts < 3 ? 0 : null),
  );
  expect(await pipeline.submit(submission)).toEqual(OVERLOADED);
  expect([faults, shed]).toEqual([[], [['conflicts', 1]]]);
});

it('sends away what a full lane has no room for', async () => {
  const { pipeline, shed } = pipelineWith(nothing, stepped);
  const all = Array.from({ length: 12 }, () => pipeline.submit(submission));
  const results = await Promise.all(all);
  expect(results.filter(({ kind }) => kind === 'done')).toHaveLength(8);
  expect(results.at(-1)).toEqual(OVERLOADED);
  expect(shed).toEqual(Array.from({ length: 4 }, () => ['lane_full', 1]));
});

describe('whose a record is', () => {
  const parts = {
    features: { seen: { kind: 'count', on: '*' } },
    triggers: { hello: { on: 'Hello', decide: ['web'] } },
    offers: { deal: { treatments: { web: { id: 'x' } } } },
    placements: { web: {} },
  } as const;
  const said: Submission = {
    stimulus: {
      kind: 'event',
      event: {
        ...{ type: 'track', name: 'Hello', label: 'Hello', userId: 'old', anonymousId: 'a1' },
        ...{ timestampMs: 1_000, properties: {}, traits: {} },
        context: { consent: { categoryPreferences: { mail: true } } },
      },
      outcome: null,
    },
    ...{ customerId: 'old', messageId: 'm1', nowMs: 1_000, receivedAtMs: 1_000 },
    ...{ live: true, decide: true, record: true },
  };

  it('is said once, also where its customer has become another one', async () => {
    const program = prepare(catalogOf(parts), 1);
    const committed: string[] = [];
    const lines: string[] = [];
    const became: Customers = {
      ...{ leadsTo: () => true, isSettled: () => true, forget() {} },
      ...{ settle: fails, letGo: fails },
      find: () => ({ etag: '', state: emptyState('new') }),
    };
    const { pipeline } = pipelineWith(
      fails,
      (state, submission, inputs) => step(program, state, submission, inputs),
      async ({ customerId, records }) => {
        committed.push(customerId);
        lines.push(...records.flatMap((record) => record.split('\n').slice(1)));
        return { kind: 'committed' };
      },
      () => 0,
      writeRecord,
      undefined,
      became,
    );
    expect(await pipeline.submit(said)).toMatchObject({ kind: 'done' });
    expect(committed).toEqual(['new']);
    expect(lines.map((line) => line[0]).join('')).toBe('efdc');
    const rows = lines.map((line) => JSON.parse(line.slice(1)));
    expect(rows.map((row) => row.customer_id)).toEqual(['new', 'new', 'new', 'new']);
  });
});

describe('an event that its contract refuses', () => {
  it('is judged by the catalog that the state asks for', async () => {
    const old = prepare(
      catalogOf({ events: new Map([['Hello', () => ({ path: 'event', message: 'is gone' })]]) }),
      1,
    );
    const current = prepare(catalogOf({}), 2);
    const published = (program: typeof old): CatalogVersion => ({
      ...{
        publication: program.publication,
        hash: 'h',
        recents: new Set(),
        view: fails,
        explain: fails,
      },
      ...NOTHING_ELSE,
      step: (state, submission, inputs) => step(program, state, submission, inputs),
    });
    const { pipeline } = pipelineWith(
      async (id) => ({ etag: '', state: { ...emptyState(id), publication: 2 } }),
      stepped,
      async () => ({ kind: 'committed' }),
      () => 0,
      writeRecord,
      {
        current: () => published(old),
        atLeast: async (publication) => published(publication === 2 ? current : old),
      },
    );
    const hello: Submission = {
      ...submission,
      stimulus: {
        kind: 'event',
        event: {
          ...{ type: 'track', name: 'Hello', label: 'Hello', userId: 'u1', anonymousId: null },
          ...{ timestampMs: 1, properties: {}, traits: {}, context: {} },
        },
        outcome: null,
      },
    };
    expect(await pipeline.submit(hello)).toMatchObject({ kind: 'done', duplicate: false });
  });
});

describe('what is refused', () => {
  const refused: CatalogVersion['step'] = () => ({
    ...{ kind: 'refused', code: 'unknown_decision', message: 'no', path: null },
  });
  const state = { etag: 'e', state: emptyState('u1') };

  it('costs one read where nothing was cached', async () => {
    let loads = 0;
    const { pipeline, evicted } = pipelineWith(async () => {
      loads++;
      return state;
    }, refused);
    expect(await pipeline.submit(submission)).toMatchObject({ kind: 'refused' });
    expect([loads, evicted]).toEqual([1, []]);
  });

  it('is looked at again where the state was cached: another gateway may know more', async () => {
    let loads = 0;
    const { pipeline, evicted } = pipelineWith(() => {
      loads++;
      return state;
    }, refused);
    expect(await pipeline.submit(submission)).toMatchObject({ kind: 'refused' });
    expect([loads, evicted]).toEqual([2, ['u1']]);
  });
});
