// What `proffer recommend evaluate` says of models is what a running service lists: sessions are sent as
// events with their own times, the beginnings of others as those of visitors who then ask. Then what shops
// rely on: pairs of real baskets as others counted them, and lists that know what was done a moment ago.
// The worker stands still while visitors ask, so that they do not become part of what they ask about.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evaluatedLists } from '../../src/commands/evaluated-lists.ts';
import { FOR_YOU } from '../../src/engine/recommend/models/for-you.ts';
import type { CrowdTables } from '../../src/model/crowd/crowd-tables.ts';
import { learnSessions } from '../../src/recommend/evaluate/learn-sessions.ts';
import type { Click } from '../../src/recommend/evaluate/session-file.ts';
import { waitFor } from '../support/conditions.ts';
import { type ProfferProcess, startProffer } from '../support/proffer-process.ts';
import { linesOf, sharedData } from '../support/shared-data.ts';
import { madeSessions, type ReplayedSessions, serenadeSessions } from './replayed-sessions.ts';

const IS_LONG = process.env.PROFFER_TEST_LONG !== undefined;
const EVERY = IS_LONG ? { train: 1, test: 1 } : { train: 12, test: 12 };
const ITEMS_MAX = 20_000;
const BATCH = 800;
const LIMIT = 20;
/** All of the example takes a busy machine a while. */
const DEADLINE_MS = 200_000;
/** Some items of the shop's own, so that lists are short and known. */
const CATALOG = `
catalog: shop
items: { session: 1d }
recommenders:
  next_view: { model: for_you, limit: ${LIMIT} }
  next_other: { model: for_you, limit: ${LIMIT}, exclude: [current] }
  lift: { model: bought_together, rank: lift, limit: 100 }
  confidence: { model: bought_together, rank: confidence, limit: 100 }
  cosine: { model: bought_together, limit: 100 }
  all: { model: popular, limit: 9, where: 'item.category == "own"' }
  unbought: { model: popular, limit: 9, where: 'item.category == "own"', exclude: [bought: 90d] }
  not_in_cart: { model: popular, limit: 9, where: 'item.category == "own"', exclude: [in_cart] }
  unseen: { model: popular, limit: 9, where: 'item.category == "own"', exclude: [viewed: 1h] }
`;

interface Listed {
  readonly itemId: string;
  readonly score: number;
}

let folder: string;
let proffer: ProfferProcess;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proffer-catalog-'));
  await writeFile(join(folder, 'catalog.yaml'), CATALOG);
  proffer = await startProffer({
    PROFFER_CATALOG: folder,
    PROFFER_ITEMS_MAX: String(ITEMS_MAX),
  });
});
afterAll(async () => {
  await proffer?.dispose();
  await rm(folder, { recursive: true, force: true });
});

async function send(events: readonly object[]): Promise<void> {
  for (let from = 0; from < events.length; from += BATCH) {
    const batch = events.slice(from, from + BATCH);
    const { status, body } = await proffer.request('POST', '/v1/batch', { body: { batch } });
    expect([status, body]).toMatchObject([200, { success: true }]);
  }
}

/** The list, scores too. */
async function asked(who: object, recommender: string, more: object = {}): Promise<Listed[]> {
  const { status, body } = await proffer.request('POST', '/v1/recommend', {
    body: { ...who, recommender, explain: true, record: false, ...more },
    key: proffer.adminKey,
  });
  expect([status, body]).toMatchObject([200, {}]);
  const { items } = body as { readonly items: readonly Listed[] };
  return items.map(({ itemId, score }) => ({ itemId, score }));
}

const idsFor = async (userId: string, recommender: string) =>
  (await asked({ userId }, recommender)).map(({ itemId }) => itemId).sort();

/** Waits until lists know of all that was answered until now. */
async function learned(): Promise<void> {
  const sentAtMs = Date.now();
  await waitFor(
    'lists to know of it',
    async () => {
      const text = await (await fetch(`${proffer.url}/metrics`)).text();
      const ages = [...text.matchAll(/^proffer_crowd_age_seconds\S* (\S+)$/gm)].map(([, age]) =>
        Number(age),
      );
      return ages.length > 0 && ages.every((s) => s > 0 && Date.now() - s * 1_000 > sentAtMs);
    },
    DEADLINE_MS,
  );
}

function clicked({ sessionId, itemId, atMs }: Click, n: number): object {
  return {
    ...{ type: 'track', event: 'Product Viewed', anonymousId: sessionId },
    ...{ messageId: `${sessionId} ${n}`, timestamp: new Date(atMs).toISOString() },
    properties: { product_id: itemId },
  };
}

describe('lists of a service that learned sessions', () => {
  let sessions: ReplayedSessions;
  let tables: CrowdTables;
  let worker: number;
  beforeAll(async () => {
    const [made, real] = [madeSessions(), await serenadeSessions(EVERY)];
    sessions = { train: [...made.train, ...real.train], test: [...made.test, ...real.test] };
    tables = await tablesOf(sessions.train);
    await send(sessions.train.flatMap((session) => session.map(clicked)));
    await learned();
    worker = proffer.processes('worker')[0]!.pid;
  });

  it('are those of an evaluation, item by item and score by score', async () => {
    const ask = evaluatedLists(SOURCE, FOR_YOU);
    let lists = 0;
    let found = 0;
    process.kill(worker, 'SIGSTOP');
    try {
      for (const session of sessions.test) {
        const itemIds = session.map(({ itemId }) => itemId);
        const anonymousId = session[0]!.sessionId;
        for (let n = 1; n < session.length; n++) {
          await send([clicked(session[n - 1]!, n)]);
          const customerId = `anonymous:${anonymousId}`;
          const wanted = [...ask(tables, itemIds.slice(0, n), customerId, 0)].map(
            ({ itemId, score }) => ({ itemId, score }),
          );
          const others = wanted.filter(({ itemId }) => itemId !== itemIds[n - 1]);
          const what = `${anonymousId} after ${itemIds.slice(0, n)}`;
          expect(await asked({ anonymousId }, 'next_view'), what).toEqual(wanted.slice(0, LIMIT));
          expect(await asked({ anonymousId }, 'next_other'), what).toEqual(others.slice(0, LIMIT));
          lists++;
          found += wanted.length;
        }
      }
    } finally {
      process.kill(worker, 'SIGCONT');
    }
    console.log(`${lists} lists of ${sessions.train.length} sessions are the evaluation's`);
    expect(found).toBeGreaterThan(lists);
  });

  it('are those of an evaluation that knows who asked, when all is learned again from history', async () => {
    const metrics = async () => (await fetch(`${proffer.url}/metrics`)).text();
    const isIn = async () => /^proffer_history_lag_records\S* 0$/m.test(await metrics());
    await waitFor('everything to be in history', isIn, DEADLINE_MS);
    process.kill(worker, 'SIGKILL');
    const asking = sessions.test.map((session) => session.slice(0, -1));
    // It takes this process seconds: what the service closes meanwhile is noticed while it is waited for.
    const all = await tablesOf([...sessions.train, ...asking]);
    await learned();
    for (const session of asking) {
      const seed = [...new Set(session.map(({ itemId }) => itemId))];
      const wanted = [...evaluatedLists(SOURCE, FOR_YOU)(all, seed, 'somebody', 0)];
      expect(await asked({ userId: 'somebody' }, 'next_view', { seed }), `${seed}`).toEqual(
        wanted.slice(0, LIMIT).map(({ itemId, score }) => ({ itemId, score })),
      );
    }
  });
});

const groceries = sharedData('groceries/groceries.csv.gz');

describe.skipIf(!groceries.isThere)('the baskets of Groceries', () => {
  beforeAll(async () => {
    const baskets = linesOf(groceries.path);
    await send(
      baskets.map((line, n) => ({
        ...{ type: 'track', event: 'Order Completed', userId: `basket ${n}`, messageId: `g${n}` },
        properties: {
          order_id: `g${n}`,
          products: line.split(',').map((id) => ({ product_id: id.trim() })),
        },
      })),
    );
    await learned();
  });

  const PAIRS = [
    ['berries', 'whipped/sour cream', 'confidence', 0.2722],
    ['berries', 'whipped/sour cream', 'lift', 3.7969],
    ['herbs', 'root vegetables', 'lift', 3.9565],
    ['whole milk', 'other vegetables', 'lift', 1.5136],
    ['whole milk', 'other vegetables', 'cosine', 0.3366],
  ] as const;
  it.each(PAIRS)('with %s have %s with a %s of %d', async (seed, itemId, rank, score) => {
    const list = await asked({ userId: 'somebody' }, rank, { seed });
    expect(list.find((item) => item.itemId === itemId)?.score).toBeCloseTo(score, 4);
    expect(list.map((item) => item.score)).toEqual(
      list.map((item) => item.score).sort((a, b) => b - a),
    );
  });
});

describe('lists of the shop’s own items', () => {
  const track = (userId: string, event: string, productId: string) => ({
    ...{ type: 'track', event, userId, properties: { product_id: productId } },
  });
  const does = async (userId: string, event: string, productId: string) => {
    const body = track(userId, event, productId);
    const { status } = await proffer.request('POST', '/v1/track', { body });
    expect(status).toBe(200);
  };
  const put = async (itemId: string, more: object = {}) => {
    const body = { items: [{ itemId, category: 'own', ...more }] };
    const { status } = await proffer.request('PUT', '/v1/items', { body, key: proffer.adminKey });
    expect(status).toBe(200);
  };
  beforeAll(async () => {
    for (const itemId of ['a', 'b', 'c']) await put(itemId);
    const all = ['a', 'b', 'c'].flatMap((item) => ['u1', 'u2'].map((who) => [who, item] as const));
    // Among the 1,000 most popular ones.
    await send(
      Array.from({ length: 10 }, () => all).flatMap((round, n) =>
        round.map(([who, item]) => track(`${who}-${n}`, 'Product Added', item)),
      ),
    );
    await learned();
    await waitFor('items to be declared', async () => (await idsFor('nobody', 'all')).length === 3);
  });

  it.each([
    ['Order Completed', 'unbought'],
    ['Product Added', 'not_in_cart'],
    ['Product Viewed', 'unseen'],
  ])('know of %s at once', async (event, recommender) => {
    const who = `asks for ${recommender}`;
    expect(await idsFor(who, recommender)).toEqual(['a', 'b', 'c']);
    await does(who, event, 'b');
    expect(await idsFor(who, recommender)).toEqual(['a', 'c']);
    await does(who, event, 'a');
    expect(await idsFor(who, recommender)).toEqual(['c']);
    expect(await idsFor('nobody', recommender)).toEqual(['a', 'b', 'c']);
  });

  it('know of what is taken out of the cart, and that a purchase empties it', async () => {
    await does('li', 'Product Added', 'a');
    await does('li', 'Product Added', 'b');
    await does('li', 'Product Removed', 'a');
    expect(await idsFor('li', 'not_in_cart')).toEqual(['a', 'c']);
    await does('li', 'Order Completed', 'c');
    expect(await idsFor('li', 'not_in_cart')).toEqual(['a', 'b', 'c']);
  });

  it('are without what is out of stock, and what is deleted', async () => {
    const without = (...ids: string[]) =>
      waitFor(`lists of ${ids}`, async () => `${await idsFor('nobody', 'all')}` === `${ids}`);
    await put('b', { inStock: false });
    await without('a', 'c');
    await put('b');
    await without('a', 'b', 'c');
    await proffer.request('DELETE', '/v1/items/c', { key: proffer.adminKey });
    await without('a', 'b');
  });
});

const SOURCE = {
  ...({ model: 'for_you', rank: 'cosine', minSupport: 3, byCategory: false, weight: 1 } as const),
};

async function tablesOf(sessions: readonly (readonly Click[])[]): Promise<CrowdTables> {
  const tables = await learnSessions(clicksOf(sessions), 'for_you');
  // It took its time without a look at sockets: those that the service has closed must not be used again.
  await new Promise((resolve) => setImmediate(resolve));
  return tables;
}

async function* clicksOf(sessions: readonly (readonly Click[])[]): AsyncGenerator<Click> {
  for (const session of sessions) yield* session;
}
