// What was decided is decided again: random catalogs and behaviour through the pipelines of two
// gateways, then their ledger through one process without servers, bit for bit.

import { describe, expect, it } from 'vitest';
import { ReplayCore } from '../../src/compose/replay-core.ts';
import type { Catalog } from '../../src/model/catalog.ts';
import { decisionsOfRecord, firstDifference } from '../../src/replay/recorded/decision-row.ts';
import type { RecordedDecisions } from '../../src/replay/recorded/history-records.ts';
import { inputsIn } from '../../src/replay/recorded/recorded-inputs.ts';
import { decisionsOf, runsOf, stepAgain } from '../../src/replay/recorded/step-again.ts';
import { MemoryStateStore, StateMemory } from '../../src/state/memory-state-store.ts';
import { valid } from '../catalog/compile.ts';
import { randomCatalog } from '../model/random-catalogs.ts';
import { RandomSubmissions } from '../model/random-submissions.ts';
import { pipelineOn, TestCatalogs } from '../model/twins.ts';
import { type Random, seeded, testSeed } from '../support/seeded.ts';
import { recordedIn } from './recorded.ts';
import { bringTime, withTime } from './timed-behaviour.ts';

const SEED = testSeed();
const ROUNDS = Number(process.env.PROFFER_MODEL_ROUNDS ?? 8);
const SUBMISSIONS = 300;
const PARTITIONS = 2;
const CUSTOMERS = ['u1', 'anonymous:ä', 'u 3'];

function catalogsOf(texts: readonly string[]): (hash: string) => Promise<Catalog> {
  const byHash = new Map(texts.map((text) => [valid(text).hash, text]));
  return async (hash) => valid(byHash.get(hash)!);
}

/** Random behaviour through two gateways that see each other's commits late. */
async function behave(random: Random, texts: readonly string[], stateBytesMax: number) {
  const catalogs = new TestCatalogs(texts);
  const memory = new StateMemory(PARTITIONS);
  const cores = [0, 1].map(() => {
    const states = new MemoryStateStore(memory, { stateBytesMax, ledgerMax: 1e9 });
    return { states, catalogs, pipeline: pipelineOn(states, catalogs) };
  });
  const behaviour = new RandomSubmissions(random, CUSTOMERS);
  for (let sent = 0; sent < SUBMISSIONS; ) {
    if (random() < 0.03) catalogs.publish();
    const run = behaviour.some();
    sent += run.length;
    const results = await Promise.all(
      run.map((submission) => cores[random.below(2)]!.pipeline.submit(submission)),
    );
    behaviour.answered(run, results);
    if (sent % 4 === 0) await bringTime({ ...cores[0]!, nowMs: () => behaviour.nowMs }, CUSTOMERS);
  }
  return memory.ledgers.flatMap((ledger, partition) => [recordedIn(partition, ledger)]);
}

/** @returns how many decisions came out again; the test fails with the first that did not */
async function replayed(
  core: ReplayCore,
  records: readonly (RecordedDecisions & { readonly text: string })[],
): Promise<number> {
  let count = 0;
  for (const run of runsOf(records)) {
    const again = await core.run(
      run.map(({ step }) => step),
      inputsIn(run),
    );
    if (again.kind !== 'stepped') throw new Error(JSON.stringify(again));
    run.forEach(({ decisions, text }, i) => {
      const decided = decisionsOfRecord(again.records[i]!);
      expect(firstDifference(decisions, decided)).toBeNull();
      // Firings, outcomes and what changed of the customer, too.
      expect(again.records[i]).toBe(text);
      count += decisions.length;
    });
  }
  return count;
}

describe('a ledger stepped again', () => {
  let grantCount = 0;
  let refusals = 0;
  const ofTime = new Map<string, number>();
  let waited = 0;
  it.each(Array.from({ length: ROUNDS }, (_, i) => SEED + i))(
    'gives every decision again, bit for bit (seed %i)',
    async (seed) => {
      const random = seeded(seed);
      const texts = [1, 2, 3].map((n) => withTime(randomCatalog(random, `c${n}`)));
      // Some states are too large: what they lose must be lost again.
      const stateBytesMax = random() < 0.5 ? 16_384 : 1_200;
      const ledgers = await behave(random, texts, stateBytesMax);
      const core = new ReplayCore({ catalogOf: catalogsOf(texts), stateBytesMax });
      let count = 0;
      for (const records of ledgers) {
        count += await replayed(core, records);
        for (const { decisions, step } of records) {
          if ('dueResult' in step && step.dueResult !== null) {
            ofTime.set(step.dueResult, 1 + (ofTime.get(step.dueResult) ?? 0));
          }
          for (const { grants, candidates, waiting } of decisions) {
            waited += Number(waiting);
            grantCount += grants.length;
            refusals += candidates.filter(({ reason }) => reason === 'budget_exhausted').length;
          }
        }
      }
      expect(count).toBeGreaterThan(0);
    },
  );

  it('had budgets that gave, and budgets that refused', () => {
    expect([grantCount > 0, refusals > 0]).toEqual([true, true]);
  });

  it('had time in it, and what had waited for a question', () => {
    expect([...ofTime.keys()]).toEqual(expect.arrayContaining(['fired', 'missed', 'looked']));
    expect(waited).toBeGreaterThan(0);
  });
});

/** Whom a budget refused, the recorded decisions say alone: where they are left out, so is that. */
const WITHOUT_BUDGETS = randomCatalog(seeded(1), 'c1').replaceAll(/, budget: \{[^}]*\}/g, '');

describe('stepping again', () => {
  it('does not call different what history lacks decisions of', async () => {
    const texts = [WITHOUT_BUDGETS];
    const records = (await behave(seeded(SEED), texts, 16_384)).flat();
    const core = new ReplayCore({ catalogOf: catalogsOf(texts), stateBytesMax: 16_384 });
    for (const run of runsOf(records)) {
      const verdicts = await stepAgain(
        core,
        run.map((record) => ({ ...record, decisions: record.decisions.slice(1) })),
      );
      expect(verdicts.map(({ kind }) => kind)).toEqual(
        run.map(({ decisions }) => (decisions.length === 0 ? 'same' : 'unknown')),
      );
    }
  });

  it('counts as different what comes out where nothing was decided', async () => {
    const texts = [WITHOUT_BUDGETS];
    const records = (await behave(seeded(SEED), texts, 16_384)).flat();
    const core = new ReplayCore({ catalogOf: catalogsOf(texts), stateBytesMax: 16_384 });
    let count = 0;
    for (const run of runsOf(records)) {
      // As of a build that decided nothing.
      const undecided = run.map(({ step }) => ({ step: { ...step, decided: 0 }, decisions: [] }));
      const verdicts = await stepAgain(core, undecided);
      verdicts.forEach((verdict, i) => {
        if (verdict.kind === 'different') count += decisionsOf(verdict, undecided[i]!);
      });
    }
    expect(count).toBe(records.filter(({ decisions }) => decisions.length > 0).length);
  });

  it('calls the same what an earlier version called fired where it was put off', async () => {
    const texts = [
      withTime(WITHOUT_BUDGETS)
        .replace('web: { channel', 'web: { quiet: "00:00-23:00", channel')
        .replaceAll('decide: [web, app]', 'decide: web'),
    ];
    const records = (await behave(seeded(7), texts, 16_384)).flat();
    const core = new ReplayCore({ catalogOf: catalogsOf(texts), stateBytesMax: 16_384 });
    let putOff = 0;
    for (const run of runsOf(records)) {
      const older = run.map((record) => {
        const { step } = record;
        if (!('dueResult' in step) || step.dueResult !== 'put_off') return record;
        putOff++;
        return { ...record, step: { ...step, dueResult: 'fired' as const } };
      });
      for (const { kind } of await stepAgain(core, older)) expect(kind).toBe('same');
    }
    expect(putOff).toBeGreaterThan(0);
  });

  it('asks once for a catalog that cannot be had, however often it was published', async () => {
    const texts = [randomCatalog(seeded(1), 'c1')];
    const records = (await behave(seeded(SEED), texts, 16_384)).flat();
    let asked = 0;
    const catalogOf = async () => {
      asked++;
      throw new Error('it does not compile any more');
    };
    const core = new ReplayCore({ catalogOf, stateBytesMax: 16_384 });
    for (const run of runsOf(records)) {
      for (const { kind } of await stepAgain(core, run)) expect(kind).toBe('unknown');
    }
    expect(asked).toBe(1);
  });
});

describe('a run that lacks a record in its middle', () => {
  it('is not stepped: the state before what follows is not known', async () => {
    const texts = [randomCatalog(seeded(1), 'c1')];
    const random = seeded(SEED);
    let records = (await behave(random, texts, 16_384)).flat();
    const runs = () => [...runsOf(records)];
    const run = runs().find((one) => one.length > 2)!;
    const before = records.slice(0, records.indexOf(run[0]!));
    records = [...before, ...run.filter((_, i) => i !== 1)];
    const core = new ReplayCore({ catalogOf: catalogsOf(texts), stateBytesMax: 16_384 });
    const outcomes = [];
    for (const one of runs()) outcomes.push(await core.run(one.map(({ step }) => step)));
    expect(outcomes.at(-1)).toEqual({ kind: 'unknown_state' });
  });
});
