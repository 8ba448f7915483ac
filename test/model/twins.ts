// Pipelines that should give the same answers, on stores of different kinds.

import { MEMORY_BUDGETS } from '../../src/budgets/memory-budgets.ts';
import { bindProgram } from '../../src/compose/bind-program.ts';
import { UnmergedCustomers } from '../../src/customers/unmerged-customers.ts';
import { writeRecord } from '../../src/ledger/ledger-record.ts';
import type { Catalog } from '../../src/model/catalog.ts';
import type { ListSource } from '../../src/model/list-source.ts';
import { type CustomerState, emptyState } from '../../src/model/state.ts';
import {
  type CatalogSource,
  type CatalogVersion,
  type Commit,
  type CommitOutcome,
  type Customers,
  Pipeline,
  type StateStore,
  type StoredState,
} from '../../src/pipeline.ts';
import { boundedLanes } from '../../src/state/lanes.ts';
import { valid } from '../catalog/compile.ts';

/** Publications that a test switches between: number n runs the n-th catalog, round and round. */
export class TestCatalogs implements CatalogSource {
  private readonly publications: CatalogVersion[] = [];

  constructor(private readonly sources: readonly (string | Catalog)[]) {
    this.publish();
  }

  publish(): void {
    const publication = this.publications.length + 1;
    const source = this.sources[this.publications.length % this.sources.length]!;
    const catalog = typeof source === 'string' ? valid(source) : source;
    this.publications.push(bindProgram(catalog, publication));
  }

  current() {
    return this.publications.at(-1)!;
  }

  async atLeast(): Promise<CatalogVersion> {
    return this.current();
  }
}

/** Keeps states as the engine made them: nothing is encoded. */
export class PlainStore implements StateStore {
  private readonly states = new Map<string, StoredState>();
  readonly records: string[] = [];
  private etags = 0;

  async load(customerId: string): Promise<StoredState> {
    return this.states.get(customerId) ?? { etag: '', state: emptyState(customerId) };
  }

  async commit({ customerId, expectedEtag, state, records }: Commit): Promise<CommitOutcome> {
    const stored = await this.load(customerId);
    if (stored.etag !== expectedEtag) return { kind: 'conflict', fresh: stored };
    this.states.set(customerId, { etag: `${++this.etags}`, state });
    this.records.push(...records);
    return { kind: 'committed' };
  }

  evict(): void {}

  async append(): Promise<void> {}
}

export interface Counted {
  committed: number;
  conflicts: number;
  duplicates: number;
}

/**
 * @param counted grows with what the pipeline reports
 * @param customers default: every call names its customer
 * @param lists what lists are made of; default: the customer's own items
 */
export function pipelineOn(
  states: StateStore,
  catalogs: CatalogSource,
  counted: Counted = { committed: 0, conflicts: 0, duplicates: 0 },
  customers: Customers = new UnmergedCustomers(states),
  lists: ListSource | null = null,
): Pipeline {
  return new Pipeline({
    budgets: MEMORY_BUDGETS,
    ...{ states, customers, catalogs, writeRecord, attemptsMax: 1_000 },
    ...{ pauseAfterConflict: () => 0, monotonicMs: () => 0 },
    lists: () => lists,
    lanes: boundedLanes(
      { laneMax: 10_000, totalMax: 10_000, waitMsMax: 60_000 },
      { monotonicMs: () => 0, waited() {} },
    ),
    metrics: {
      committed: (count) => {
        counted.committed += count;
      },
      conflict: () => {
        counted.conflicts++;
      },
      duplicate: () => {
        counted.duplicates++;
      },
      shed: () => {},
      unavailable: () => {},
    },
    onFault: (error) => {
      throw error;
    },
  });
}

/** All that can be seen of a customer, as JSON. */
export async function shown(
  store: StateStore,
  catalogs: TestCatalogs,
  customerId: string,
  nowMs: number,
): Promise<unknown> {
  const loaded = await store.load(customerId);
  if ('kind' in loaded) throw new Error('moved');
  const state: CustomerState = loaded.state;
  const { records, asOfMs } = state;
  return JSON.parse(JSON.stringify({ ...catalogs.current().view(state, nowMs), records, asOfMs }));
}
