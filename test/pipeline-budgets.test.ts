// The pipeline with budgets: what becomes of a run whose commit finds that there is not enough left.

import { describe, expect, it } from 'vitest';
import { MEMORY_BUDGETS } from '../src/budgets/memory-budgets.ts';
import { bindProgram } from '../src/compose/bind-program.ts';
import { UnmergedCustomers } from '../src/customers/unmerged-customers.ts';
import { writeRecord } from '../src/ledger/ledger-record.ts';
import type { Grant, KnownBudgets } from '../src/model/budget.ts';
import type { Submission } from '../src/model/step.ts';
import {
  type Budgets,
  type Commit,
  type CommitOutcome,
  Pipeline,
  type Result,
  type StateStore,
} from '../src/pipeline.ts';
import { boundedLanes } from '../src/state/lanes.ts';
import { MemoryStateStore, StateMemory } from '../src/state/memory-state-store.ts';
import { valid } from './catalog/compile.ts';

const CATALOG = `
catalog: budgets
triggers: { clicked: { on: Clicked, decide: web } }
offers:
  best: { value: 3, budget: { grants: 2 }, treatments: { web: {} } }
  next: { value: 2, budget: { grants: 1 }, treatments: { web: {} } }
  last: { value: 1, treatments: { web: {} } }
placements: { web: { channel: web } }
`;

let messages = 0;
const ask = (record = true): Submission => ({
  stimulus: {
    kind: 'decide',
    request: {
      ...{ userId: 'u1', anonymousId: null, placements: ['web'], limit: null, context: {} },
    },
  },
  ...{ customerId: 'u1', messageId: `m${messages++}`, nowMs: 1.8e12, receivedAtMs: 1.8e12 },
  ...{ live: true, decide: true, record },
});

/** A real store in memory, before which a test may answer commits of its own. */
function pipelineWith(
  {
    budgets = MEMORY_BUDGETS,
    outcomes = [] as CommitOutcome[],
    attemptsMax = 10,
    catalog = CATALOG,
  } = {},
  memory = new StateMemory(1),
) {
  const store = new MemoryStateStore(memory, { stateBytesMax: 65_536, ledgerMax: 1_000 });
  const commits: Commit[] = [];
  const states: StateStore = {
    load: (id) => store.load(id),
    evict: () => {},
    append: async () => {},
    commit: (commit) => {
      commits.push(commit);
      const outcome = outcomes.shift();
      return outcome === undefined ? store.commit(commit) : Promise.resolve(outcome);
    },
  };
  const version = bindProgram(valid(catalog), 1);
  const shed: string[] = [];
  const pipeline = new Pipeline({
    ...{ states, budgets, attemptsMax, writeRecord },
    customers: new UnmergedCustomers(states),
    catalogs: { current: () => version, atLeast: () => version },
    lists: () => null,
    lanes: boundedLanes(
      { laneMax: 32, totalMax: 32, waitMsMax: 1_000 },
      { monotonicMs: () => 0, waited() {} },
    ),
    pauseAfterConflict: () => 0,
    monotonicMs: () => 0,
    metrics: {
      committed() {},
      conflict() {},
      duplicate() {},
      shed: (reason) => shed.push(reason),
      unavailable() {},
    },
    onFault: (error) => {
      throw error;
    },
  });
  const submitAll = (...all: Submission[]) =>
    Promise.all(all.map((submission) => pipeline.submit(submission)));
  return { pipeline, commits, shed, store, memory, submitAll };
}

const chosen = (result: Result): string =>
  result.kind === 'done' ? (JSON.parse(result.answer)[0].offers[0]?.offerId ?? '') : result.kind;
const granted = ({ grants }: Commit) => grants.map(({ offer }) => offer).join(' ');

/** Says of each grant that lacks that it may be tried again, as where a partition got more. */
function alwaysMore() {
  const replenished: string[] = [];
  const budgets: Budgets = {
    known: () => null,
    async replenish(_id, taken, lacking, known) {
      replenished.push(lacking.map((i) => taken[i]!.offer).join(' '));
      return known ?? { isSpent: () => false, after: (): KnownBudgets => known! };
    },
    check: async (_id, _grants, known) => known!,
  };
  return { budgets: { ...budgets, replenish: budgets.replenish }, replenished };
}

describe('a run whose budgets are exhausted', () => {
  it('is stepped again without them, and gives the next best in the same answer', async () => {
    const { commits, submitAll, memory } = pipelineWith();
    const answers: string[] = [];
    for (let i = 0; i < 5; i++) answers.push(...(await submitAll(ask())).map(chosen));
    expect(answers).toEqual(['best', 'best', 'next', 'last', 'last']);
    expect(commits.map(granted)).toEqual([
      'best',
      'best',
      'best',
      'next',
      'best',
      'next',
      '',
      'best',
      'next',
      '',
    ]);
    expect(Object.fromEntries(memory.used)).toMatchObject({ 'best|g': 2, 'next|g': 1 });
  });

  it('comes to the next best however many are spent before it', async () => {
    const names = Array.from({ length: 12 }, (_, i) => `offer_${i}`);
    const spent = names.map((n) => `  ${n}: { budget: { grants: 0 }, treatments: { web: {} } }\n`);
    const catalog = CATALOG.replace('offers:\n', `offers:\n${spent.join('')}`);
    const { commits, submitAll } = pipelineWith({ attemptsMax: 3, catalog });
    await submitAll(ask(), ask(), ask());
    expect((await submitAll(ask())).map(chosen)).toEqual(['last']);
    expect(commits.length).toBeGreaterThan(3);
  });

  it('of several submissions gives what there is to the first of them, in one commit', async () => {
    const { commits, submitAll } = pipelineWith();
    await submitAll(ask());
    const results = await submitAll(...Array.from({ length: 6 }, () => ask()));
    const [head, ...run] = results.map(chosen);
    expect([head, ...run]).toEqual(['best', 'next', 'last', 'last', 'last', 'last']);
    expect(commits.at(-1)!.records).toHaveLength(5);
    expect(commits.at(-1)!.grants.map(({ offer }) => offer)).toEqual(['next']);
  });

  it('is tried as it was where more was drawn', async () => {
    const lacks: CommitOutcome = { kind: 'exhausted', lacking: [0] };
    const { budgets, replenished } = alwaysMore();
    const { commits, submitAll } = pipelineWith({ budgets, outcomes: [lacks, lacks] });
    expect((await submitAll(ask())).map(chosen)).toEqual(['best']);
    expect([commits.map(granted), replenished]).toEqual([
      ['best', 'best', 'best'],
      ['best', 'best'],
    ]);
    // Nothing of the tries before is left: the state is stepped from where it was.
    expect(commits.map(({ state }) => state.records)).toEqual([1, 1, 1]);
  });

  it('is stepped on the fresh state where others commit in between', async () => {
    const { submitAll, store, memory } = pipelineWith();
    await submitAll(ask(), ask());
    const fresh = store.load('u1');
    if ('kind' in fresh) throw new Error('moved');
    const lacks: CommitOutcome = { kind: 'exhausted', lacking: [0] };
    const other: CommitOutcome = { kind: 'conflict', fresh };
    const outcomes = [other, lacks, other, lacks, other];
    const again = pipelineWith({ outcomes }, memory);
    expect((await again.submitAll(ask())).map(chosen)).toEqual(['last']);
    expect(again.commits.map(granted)).toEqual(['best', 'best', 'next', 'next', '', '']);
    expect(again.shed).toEqual([]);
  });

  it('is given up as overloaded where that never ends', async () => {
    const outcomes = Array.from(
      { length: 99 },
      (): CommitOutcome => ({ kind: 'exhausted', lacking: [0] }),
    );
    const { budgets } = alwaysMore();
    const { commits, submitAll, shed, memory } = pipelineWith({
      budgets,
      outcomes,
      attemptsMax: 5,
    });
    expect(await submitAll(ask())).toMatchObject([{ kind: 'unavailable', code: 'overloaded' }]);
    // As often as for any other reason, and once for each budget.
    expect([commits.length, shed, memory.used.size]).toEqual([5 + 2, ['conflicts'], 0]);
  });
});

describe('a question that counts nothing', () => {
  /** Knows what there is, as a draw would find it. */
  function budgetsOf(left: ReadonlyMap<string, number>) {
    const asked: string[] = [];
    const known = { isSpent: (offer: string) => (left.get(offer) ?? 1) <= 0, after: () => known };
    const budgets: Budgets = {
      known: () => null,
      replenish: async () => known,
      async check(_id, taken: readonly Grant[]) {
        asked.push(taken.map(({ offer }) => offer).join(' '));
        return known;
      },
    };
    return { budgets, asked };
  }

  it('is told the truth, and each of a run is', async () => {
    const { budgets, asked } = budgetsOf(new Map([['best', 0]]));
    const { commits, submitAll } = pipelineWith({ budgets });
    const first = await submitAll(ask(false), ask(false), ask(false));
    expect(first.map(chosen)).toEqual(['next', 'next', 'next']);
    expect(commits).toEqual([]);
    // The next best has a budget, too.
    expect(asked).toEqual(['best', 'next', 'best best', 'next next']);
  });
});
