// History gives every step back as it was: random behaviour through two gateways on a real Redis, by a
// worker into the real engine, and from there through the core again, bit for bit.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { askHistory } from '../../src/commands/ask-history.ts';
import { knownCustomers } from '../../src/compose/known-customers.ts';
import { mergeHistory } from '../../src/compose/merge-history.ts';
import { ReplayCore } from '../../src/compose/replay-core.ts';
import type { KnownCustomers } from '../../src/customers/customers.ts';
import { UNCOUNTED } from '../../src/customers/moves-parts.ts';
import { Unavailable } from '../../src/errors.ts';
import { startWritingEndpoint } from '../../src/history/analyst/writing-endpoint.ts';
import { writingSocket } from '../../src/history/analyst/writing-socket.ts';
import { HistoryDoor } from '../../src/history/asking/history-door.ts';
import { lastEvents } from '../../src/history/asking/last-events.ts';
import type { HistorySink } from '../../src/history/sinks/sink.ts';
import type { CustomerEvent } from '../../src/model/event.ts';
import { openConnection } from '../../src/redis/connection.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { AnswerTooLarge, type AskHistory } from '../../src/replay/recorded/ask-history.ts';
import { endedLives } from '../../src/replay/recorded/ended-lives.ts';
import { findDecision } from '../../src/replay/recorded/find-decision.ts';
import { recordsOf } from '../../src/replay/recorded/history-records.ts';
import { stepAll } from '../../src/replay/recorded/step-all.ts';
import { StateCodec } from '../../src/state/codec.ts';
import { RedisStateStore } from '../../src/state/redis-state-store.ts';
import { valid } from '../catalog/compile.ts';
import { type Deployment, startDeployment } from '../history/history-fixture.ts';
import { randomCatalog } from '../model/random-catalogs.ts';
import { RandomSubmissions } from '../model/random-submissions.ts';
import { pipelineOn, TestCatalogs } from '../model/twins.ts';
import { seeded, testSeed } from '../support/seeded.ts';
import { LIST_ROWS, LISTS, withLists } from './listing-behaviour.ts';
import { saysToBe } from './says-to-be.ts';
import { bringTime, withTime } from './timed-behaviour.ts';

const SEED = testSeed();
const SUBMISSIONS = Number(process.env.PROFFER_MODEL_SUBMISSIONS ?? 1_200);
const STATE_BYTES_MAX = 2_000;
const CUSTOMERS = ['u1', 'anonymous:ä', 'u 3', "o'neill\\", 'u5', 'anonymous:b', 'anonymous:c'];
/** After so many submissions who says who else they are. */
const NAMINGS = [
  [300, 'u1', 'anonymous:ä'],
  [450, 'u5', 'anonymous:b'],
  // A browser that has another owner now.
  [600, 'u 3', 'anonymous:ä'],
  // Taken back at the end.
  [SUBMISSIONS - 50, "o'neill\\", 'anonymous:c'],
] as const;

let at: Deployment;
let reader: HistorySink;
const connections: RedisConnection[] = [];
const random = seeded(SEED);
const texts = [1, 2, 3].map((n) => withLists(withTime(randomCatalog(random, `c${n}`))));

const ask: AskHistory = (sql, params = {}) => reader.query(sql, params);
/** What a question of a few records takes. */
const ANSWER_BYTES_MAX = 50_000;
const small = askHistory({
  query: (sql, params) =>
    reader.query(`${sql} SETTINGS max_result_bytes = ${ANSWER_BYTES_MAX}`, params),
});
const newCore = () =>
  new ReplayCore({
    catalogOf: async (hash) => valid(texts.find((text) => valid(text).hash === hash)!),
    stateBytesMax: STATE_BYTES_MAX,
  });

beforeAll(async () => {
  let isAnew = false;
  const known: KnownCustomers[] = [];
  at = await startDeployment();
  const behaviour = new RandomSubmissions(random, CUSTOMERS);
  const catalogs = new TestCatalogs(texts);
  const gateways = await Promise.all(
    [0, 1].map(async () => {
      const connection = openConnection({ url: at.redisUrl, deadlineMs: 10_000 });
      connections.push(connection);
      await connection.ready();
      const limits = { stateBytesMax: STATE_BYTES_MAX, ledgerMax: 1e6, cacheBytesMax: 1e6 };
      const states = new RedisStateStore(connection, at.keys, { ...limits, stateExpiryMs: 1e9 });
      const customers = knownCustomers(
        { connection, keys: at.keys },
        {
          states,
          catalogs,
          counts: UNCOUNTED,
          nowMs: () => behaviour.nowMs,
          monotonicMs: () => performance.now(),
        },
        1e9,
      );
      known.push(customers);
      const pipeline = pipelineOn(states, catalogs, undefined, customers, LISTS);
      return { states, catalogs, pipeline, nowMs: () => behaviour.nowMs };
    }),
  );
  const namings = [...NAMINGS];
  let sent = 0;
  const behave = async () => {
    if (random() < 0.02) catalogs.publish();
    const run = [...behaviour.some()];
    const [after, who, whoElse] = namings[0] ?? [Number.POSITIVE_INFINITY];
    if (sent >= after) {
      namings.shift();
      run.push(saysToBe(who!, whoElse!, behaviour.nowMs));
    }
    // A gateway that dies before what it claimed is written leaves a name to nobody: the visitor begins
    // anew.
    if (sent >= 700 && !isAnew) {
      isAnew = true;
      const named = saysToBe('u 3', 'anonymous:b', behaviour.nowMs);
      await known[0]!.settle(await known[0]!.find(named), named);
    }
    sent += run.length;
    const results = await Promise.all(
      run.map((one) => gateways[random.below(2)]!.pipeline.submit(one)),
    );
    behaviour.answered(run, results);
    if (sent % 8 === 0) await bringTime(gateways[1]!, CUSTOMERS);
  };
  while (sent < SUBMISSIONS) await behave();
  expect(namings).toEqual([]);
  const sink = await at.openSink();
  await at.startWorker(sink);
  await at.written();
  reader = await at.openSink();
  const [merge] = await ask<{ id: string }>(
    `SELECT merge_id AS id FROM identity_changes WHERE from_id = 'anonymous:c'`,
  );
  const merges = mergeHistory(ask, ({ userId }) => userId);
  const unmerged = await known[1]!.unmerge("o'neill\\", merge!.id, merges);
  expect(unmerged).toMatchObject({ kind: 'unmerged', customerId: 'anonymous:c' });
  while (sent < SUBMISSIONS + 100) await behave();
  await at.written();
}, 120_000);
afterAll(async () => {
  await reader?.close();
  for (const connection of connections) connection.close();
  await at?.stop();
});

describe('history stepped again', () => {
  it('gives every decision as it was, and knows every state before', async () => {
    const count = { same: 0, different: 0, unknown: 0 };
    let records = 0;
    for await (const { record, verdict } of stepAll(ask, newCore())) {
      expect(verdict).toEqual({ kind: 'same' });
      count[verdict.kind] += record.decisions.length;
      records++;
    }
    expect(count).toEqual({ same: await countOf('decisions'), different: 0, unknown: 0 });
    expect(records).toBe(await at.total('position'));
  });

  it('has time in it, and what had waited for a question', async () => {
    const results = await reader.query('SELECT DISTINCT result FROM due_timers ORDER BY result');
    expect(results).toEqual(
      expect.arrayContaining(['fired', 'looked', 'missed'].map((result) => ({ result }))),
    );
    const [waited] = await reader.query('SELECT max(waiting) AS any FROM decisions');
    expect(waited).toEqual({ any: true });
  });

  it('has lists in it, shown and withheld, and offers that tell of them', async () => {
    const [row] = await reader.query(
      `SELECT countIf(item_ids != []) > 0 AS shown,
         countIf(list_source != '' AND item_ids = [] AND position(list_source, 'withheld') > 0) > 0 AS withheld,
         countIf(arrayExists(t -> position(t, 'Like p') > 0, treatments)) > 0 AS told
       FROM decisions`,
    );
    expect(row).toEqual({ shown: 1, withheld: 1, told: 1 });
    const n = await countOf('decisions WHERE item_ids != []');
    expect(await reader.query(LIST_ROWS)).toEqual([{ same: 1, n }]);
    expect(await countOf('recommendations')).toBe(n);
  });

  it('has merges in it, a name that went on, and a life after one', async () => {
    const changes = await reader.query(
      `SELECT customer_id AS who, from_id AS was, canonical_id AS is, from_records > 0 AS first
       FROM identity_changes ORDER BY overridden_at`,
    );
    expect(changes).toEqual([
      { who: 'u1', was: 'anonymous:ä', is: 'u1', first: 1 },
      { who: 'u5', was: 'anonymous:b', is: 'u5', first: 1 },
      { who: 'u1', was: 'anonymous:ä', is: '', first: 0 },
      { who: 'u5', was: 'anonymous:b', is: '', first: 0 },
      { who: "o'neill\\", was: 'anonymous:c', is: "o'neill\\", first: 1 },
      { who: "o'neill\\", was: 'anonymous:c', is: 'anonymous:c', first: 1 },
    ]);
    const lives = [...(await endedLives(ask)).keys()];
    expect(lives).toEqual(expect.arrayContaining(['anonymous:b', 'anonymous:c']));
    const [again] = await reader.query(
      `SELECT min(step_record) > (SELECT max(from_records) FROM identity_changes WHERE from_id = 'anonymous:b') AS isOn
       FROM events WHERE customer_id = 'anonymous:b'
       AND received_at > (SELECT min(overridden_at) FROM identity_changes WHERE from_id = 'anonymous:b')`,
    );
    expect(again).toEqual({ isOn: 1 });
  });

  it('comes in pages where history gives no answer of that size', async () => {
    let records = 0;
    for await (const { verdict } of stepAll(small, newCore())) {
      expect(verdict).toEqual({ kind: 'same' });
      records++;
    }
    expect(records).toBe(await at.total('position'));
    const [{ id }] = (await reader.query<{ id: string }>(
      'SELECT argMax(decision_id, step_record) AS id FROM decisions',
    )) as [{ id: string }];
    const found = (await findDecision(small, id))!;
    const { customerId, partition, ledgerId } = found;
    const all = { partition, first: 1, last: ledgerId, customerId, ended: new Map() };
    await expect(recordsOf(small, all)).rejects.toThrow(AnswerTooLarge);
    let last = 0;
    for await (const run of found.runs()) {
      expect(run[0]!.step.record).toBe(last + 1);
      last = run.at(-1)!.step.record;
    }
  });
});

describe('history asked by a gateway', () => {
  it('says what a merge was of, and all that came after it', async () => {
    const nameOf = ({ userId }: CustomerEvent) => userId;
    const merges = mergeHistory(ask, nameOf);
    const [row] = await reader.query<{ id: string; last: number }>(
      `SELECT anyIf(merge_id, canonical_id = 'u1') AS id, (
         SELECT toUInt32(max(step_record)) FROM (SELECT step_record FROM events WHERE customer_id = 'u1'
           UNION ALL SELECT step_record FROM decisions WHERE customer_id = 'u1'
           UNION ALL SELECT step_record FROM outcomes WHERE customer_id = 'u1'
           UNION ALL SELECT step_record FROM due_timers WHERE customer_id = 'u1')) AS last
       FROM identity_changes WHERE customer_id = 'u1'`,
    );
    const { id, last } = row!;
    const fold = (await merges.fold(id))!;
    expect(fold).toMatchObject({ mergeId: id, from: 'anonymous:ä', into: 'u1' });
    const codec = new StateCodec();
    expect(codec.decode('u1', fold.intoState).records).toBe(fold.record - 1);
    expect(codec.decode('anonymous:ä', fold.fromState).records).toBeGreaterThan(0);
    const steps = (await merges.steps('u1', fold.record, last))!;
    const names = new Set(steps.map((step) => (step.kind === 'event' ? step.id : step.kind)));
    expect(names).toEqual(new Set(['u1', 'anonymous:ä']));
    // What is not there yet is not told half.
    expect(await merges.steps('u1', fold.record, last + 1)).toBeNull();
    expect(await merges.fold('none')).toBeNull();
  });

  it('says what somebody did while they were part of another', async () => {
    const merges = mergeHistory(ask, () => 'anonymous:c');
    const [stay] = await reader.query<{ records: number; first: number; last: number }>(
      `SELECT toUInt32(anyIf(from_records, canonical_id = customer_id)) AS records,
         toUInt32(min(step_record)) AS first, toUInt32(max(step_record)) AS last
       FROM identity_changes WHERE from_id = 'anonymous:c'`,
    );
    const { records, first, last } = stay!;
    const events = await reader.query<{ id: string }>(
      `SELECT message_id AS id FROM events WHERE customer_id = 'o\\'neill\\\\'
       AND step_record BETWEEN ${first} AND ${last} ORDER BY step_record`,
    );
    expect(events.length).toBeGreaterThan(0);
    const steps = (await merges.steps('anonymous:c', records, records))!;
    expect(steps.map((step) => step.kind === 'event' && step.submission.messageId)).toEqual(
      events.map(({ id }) => id),
    );
  });

  it('is asked through the socket of its worker, and says nothing where there is none', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'proffer-asking-'));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    const door = new HistoryDoor({
      ...{ clickhouseUrl: null, cluster: null, dataDirectory: directory },
    });
    onTestFinished(() => door.close());
    const ids = ['u1', 'anonymous:ä'];
    expect(await lastEvents(door, ids, 20)).toBeNull();
    await expect(door.ask('SELECT 1')).rejects.toThrow(Unavailable);
    const endpoint = await startWritingEndpoint(at.directory, writingSocket(directory));
    onTestFinished(() => endpoint.close());
    const events = (await lastEvents(door, ids, 20))!;
    const newest = await reader.query<{ id: string }>(
      `SELECT message_id AS id FROM events WHERE customer_id IN ('u1', 'anonymous:ä')
       ORDER BY timestamp DESC, received_at DESC, ledger_id DESC LIMIT 20`,
    );
    expect(events.map(({ messageId }) => messageId)).toEqual(newest.map(({ id }) => id));
    expect(events).toEqual(await lastEvents({ ask: reader.query.bind(reader) }, ids, 20));
  });
});

async function countOf(table: string): Promise<number> {
  const [row] = await reader.query<{ n: number }>(`SELECT toUInt32(count()) AS n FROM ${table}`);
  return row!.n;
}
