// A worker steps and commits as a gateway does: the core without a port, beside the tasks of history, on
// the customers that a gateway serves at the same time.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { followItems, whereRecommended } from '../../src/compose/crowd.ts';
import { type DecisionCore, openDecisionCore } from '../../src/compose/decision-core.ts';
import { openDeployment } from '../../src/compose/deployment.ts';
import { prepareDeployment } from '../../src/compose/prepare-deployment.ts';
import { openItems, openRecommending } from '../../src/compose/recommend.ts';
import { WaitedCore } from '../../src/compose/waited-core.ts';
import { type Config, readConfig } from '../../src/config.ts';
import { SetupFault } from '../../src/errors.ts';
import type { Items } from '../../src/gateway/recommending.ts';
import type { Submission } from '../../src/model/step.ts';
import { silentLog } from '../../src/ops/log.ts';
import { createMetrics } from '../../src/ops/metrics.ts';
import { opening } from '../../src/ops/opened.ts';
import type { CatalogVersion } from '../../src/pipeline.ts';
import type { ItemSink } from '../../src/recommend/crowd-source.ts';
import { type Deployment, startDeployment } from '../history/history-fixture.ts';
import { PARTITIONS, PREFIX } from '../history/worker-settings.ts';
import { itemOf } from '../support/items.ts';

const CATALOG = `
catalog: core
features: { views: { count: Viewed } }
triggers: { third: { on: Viewed, when: views >= 3, decide: web } }
offers: { once: { caps: [{ max: 1 }], treatments: { web: { n: "{{ views }}" } } } }
placements: { web: {} }
`;

let at: Deployment;
let config: Config;
let folder: string;
const log = silentLog();
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  at = await startDeployment();
  folder = await mkdtemp(join(tmpdir(), 'proffer-core-'));
  await writeFile(join(folder, 'catalog.yaml'), CATALOG);
  config = readConfig({
    ...{ REDIS_URL: at.redisUrl, PROFFER_PREFIX: PREFIX, PROFFER_PARTITIONS: String(PARTITIONS) },
    PROFFER_CATALOG: join(folder, 'catalog.yaml'),
  });
});
afterAll(async () => {
  for (const close of closing) await close();
  await at?.stop();
  await rm(folder, { recursive: true, force: true });
});

function openCore(): Promise<DecisionCore> {
  return opening(async (opened) => {
    closing.push(() => opened.close());
    const deployment = await openDeployment(config, at.redisUrl, log);
    opened.add(() => deployment.connection.close());
    return openDecisionCore(
      ...([config, deployment, log, createMetrics(), opened, whereRecommended] as const),
    );
  });
}

function viewed(i: number, nowMs: number): Submission {
  return {
    stimulus: {
      kind: 'event',
      event: {
        ...{ type: 'track', name: 'Viewed', label: 'Viewed', userId: 'u1', anonymousId: null },
        ...{ timestampMs: nowMs, properties: { i }, traits: {}, context: {} },
      },
      outcome: null,
    },
    ...{ customerId: 'u1', messageId: `m${i}`, nowMs, receivedAtMs: nowMs },
    ...{ live: true, decide: true, record: true },
  };
}

const ROW = { deleted: false, price: null, tags: [], open: 1, properties: '{}', versioned: 1 };

/** A core whose catalog recommends the same to everybody: what lists hold is tested with the engine. */
async function openWithItems() {
  const seen = new Map<string, number | null>();
  return opening(async (opened) => {
    closing.push(() => opened.close());
    const deployment = await openDeployment(config, at.redisUrl, log);
    opened.add(() => deployment.connection.close());
    const real = await openDecisionCore(
      ...([config, deployment, log, createMetrics(), opened, whereRecommended] as const),
    );
    const recommending = (version: CatalogVersion): CatalogVersion => ({
      ...version,
      recommending: FIXED,
    });
    const core: DecisionCore = {
      ...real,
      catalogs: {
        current: () => recommending(real.catalogs.current()),
        atLeast: async (publication) => recommending(await real.catalogs.atLeast(publication)),
      },
    };
    const sink: ItemSink = {
      declare: ({ itemId, price }) => seen.set(itemId, price),
      remove: (itemId) => seen.set(itemId, null),
    };
    followItems(deployment, () => true, sink, log, opened);
    return { core, seen, items: openItems(config, deployment, core.crowd) };
  });
}

const FIXED: CatalogVersion['recommending'] = {
  interactions: { id: [], sessionMs: 1, weights: new Map(), groups: [] },
  isInPlacements: false,
  recommenders: ['fixed'],
  recommend: (state, { recommender, seed }, recommendationId, _crowd, nowMs) =>
    recommender !== 'fixed'
      ? null
      : {
          ...{ recommendationId, recommender, placement: null, seeds: seed ?? [], removed: [] },
          items: [
            { itemId: 'p2', source: 'similar', score: 0.5, sources: [], item: null },
            { itemId: '__proto__', source: 'popular', score: 1e-7, sources: [], item: null },
          ],
          ...{ modelVersion: String(state.records), recommendedAtMs: nowMs },
        },
};

it('is not opened without a catalog', async () => {
  await expect(openCore()).rejects.toThrow(SetupFault);
});

it('counts every event once and keeps a cap, whichever process steps', async () => {
  await prepareDeployment(config, at.redisUrl, { writeKey: undefined, adminKey: undefined }, log);
  const cores = [await openCore(), await openCore()];
  const sink = await at.openSink();
  await at.startWorker(sink);
  const results = await Promise.all(
    Array.from({ length: 200 }, (_, i) => {
      const core = cores[i % 2]!;
      return core.pipeline.submit(viewed(i, core.clock.nowMs()));
    }),
  );
  expect(results.filter(({ kind }) => kind !== 'done')).toEqual([]);
  const given = results.flatMap((result) => (result.kind === 'done' ? result.decisions : []));
  expect(given.filter(({ offers }) => offers.length > 0)).toHaveLength(1);
  expect(cores.map((core) => core.notReady())).toEqual([null, null]);
  const kept = await cores[0]!.states.inspect('u1');
  expect(kept).toMatchObject({ kind: 'state', state: { records: 200 } });
  await at.written();
  const reader = await at.openSink();
  const [row] = await reader.query<{ n: number; messages: number }>(
    'SELECT toUInt32(count()) AS n, toUInt32(uniqExact(message_id)) AS messages FROM events',
  );
  await reader.close();
  expect(row).toEqual({ n: 200, messages: 200 });
});

it('has what is declared in every process, and tells history of items and lists', async () => {
  const opened: { core: DecisionCore; items: Items; seen: Map<string, number | null> }[] = [];
  for (let i = 0; i < 2; i++) opened.push(await openWithItems());
  const [here, other] = opened as [(typeof opened)[0], (typeof opened)[0]];
  const atMs = here.core.clock.nowMs();
  const properties = { 'a.b': 1, a: { b: 2 } };
  await here.items.put([itemOf('p1', { price: 3 }), itemOf('🛍', { properties })], atMs);
  await other.items.put([itemOf('p1', { price: 4, tags: ['t'], endsAtMs: atMs })], atMs);
  await here.items.delete('🛍', atMs);
  for (const { seen } of opened) {
    await expect
      .poll(() => [...seen], { timeout: 10_000 })
      .toEqual(
        expect.arrayContaining([
          ['p1', 4],
          ['🛍', null],
        ]),
      );
  }
  expect(await other.items.find('p1')).toMatchObject({ price: 4 });
  const lists = openRecommending(here.core, PARTITIONS);
  const request = { userId: 'u1', anonymousId: null, seed: ['p1'], limit: null, context: {} };
  for (const [n, record] of [true, false].entries()) {
    const asked = { ...request, recommender: 'fixed', explain: false };
    const id = { recommendationId: `r${n}`, follows: true, record };
    const found = await lists.recommend({ customerId: 'u1', request: asked, ...id });
    // Of what the other process committed just now, too.
    expect(found).toMatchObject({ kind: 'list', list: { modelVersion: '200' } });
  }
  const nobody = { ...request, recommender: 'fixed', explain: false };
  for (const follows of [true, false]) {
    const id = { recommendationId: 'r9', follows, record: false };
    const found = await lists.recommend({ customerId: 'anonymous:new', request: nobody, ...id });
    expect(found).toMatchObject({ kind: 'list', list: { modelVersion: '0' } });
  }
  const asked = { ...nobody, recommender: 'none' };
  const id = { customerId: 'u1', recommendationId: 'r9', follows: true, record: true };
  expect(await lists.recommend({ request: asked, ...id })).toEqual({
    ...{ kind: 'unknown', known: ['fixed'] },
  });
  await at.written();
  const reader = await at.openSink();
  expect(
    await reader.query(`SELECT item_id, deleted, price, tags, ends IS NULL AS open, properties,
      version = ledger_id AS versioned FROM items ORDER BY version`),
  ).toEqual([
    { item_id: 'p1', ...ROW, price: 3 },
    { item_id: '🛍', ...ROW, properties: JSON.stringify(properties) },
    { item_id: 'p1', ...ROW, price: 4, tags: ['t'], open: 0 },
    { item_id: '🛍', ...ROW, deleted: true },
  ]);
  expect(
    await reader.query(`SELECT recommendation_id, customer_id, recommender, placement, seeds, item_ids,
      sources, scores, model_version, recommended_at = received_at AS now FROM recommendations`),
  ).toEqual([
    {
      ...{ recommendation_id: 'r0', customer_id: 'u1', recommender: 'fixed', placement: '' },
      ...{ seeds: ['p1'], item_ids: ['p2', '__proto__'], sources: ['similar', 'popular'] },
      ...{ scores: [0.5, 1e-7], model_version: '200', now: 1 },
    },
  ]);
  await reader.close();
});

it('brings nothing by time before it knows what lists are made of', async () => {
  const yaml = CATALOG.replace('web: {} }', 'web: { quiet: "22:00-08:00", recommend: extras } }');
  const recommenders = 'recommenders: { extras: { model: accessories } }';
  await writeFile(join(folder, 'catalog.yaml'), `${yaml}${recommenders}\n`);
  await prepareDeployment(config, at.redisUrl, { writeKey: undefined, adminKey: undefined }, log);
  const deployment = await openDeployment(config, at.redisUrl, log);
  closing.push(async () => deployment.connection.close());
  const worker = new WaitedCore(config, deployment, log, createMetrics());
  closing.push(() => worker.close());
  expect(await worker.round()).toBe('done');
  // As it was declared above.
  expect(worker.core!.crowd.current().items.numberOf('p1')).toBeGreaterThanOrEqual(0);
});
