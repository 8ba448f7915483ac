// The decision core in one process without servers: the same pipeline, engine, records and state
// documents as on the hot path, over states in memory. What comes in was recorded, so each run is
// served as it was committed then, under the catalog of then.

import { UnmergedCustomers } from '../customers/unmerged-customers.ts';
import { Unavailable } from '../errors.ts';
import { type KnownBudgets, NO_GRANTS } from '../model/budget.ts';
import type { Catalog } from '../model/catalog.ts';
import type { RecordedList } from '../model/list-source.ts';
import { type CustomerState, emptyState } from '../model/state.ts';
import type {
  Budgets,
  CatalogSource,
  CatalogVersion,
  Lanes,
  LanesFactory,
  Pipeline,
  PipelineMetrics,
} from '../pipeline.ts';
import {
  listKey,
  NOTHING_RECORDED,
  type RecordedInputs,
  spentKey,
} from '../replay/recorded/recorded-inputs.ts';
import type { SteppedAgain, StepsAgain } from '../replay/recorded/step-again.ts';
import type { Recorded, RecordedChange, RecordedPlace } from '../replay/recorded/step-row.ts';
import { MemoryStateStore, StateMemory } from '../state/memory-state-store.ts';
import { bindProgram } from './bind-program.ts';
import { ChangedStates } from './changed-states.ts';
import { pipelineOver } from './decision-core.ts';

export interface ReplayCoreParts {
  /** By content hash. @throws Error for one that cannot be had, or does not compile any more */
  readonly catalogOf: (hash: string) => Promise<Catalog>;
  /** As the gateways had it: what is larger loses the oldest keys. */
  readonly stateBytesMax: number;
}

/** As the hot path would have it in Redis. */
export interface StoredCustomer {
  readonly value: Buffer | undefined;
  readonly seen: Map<string, number>;
}

export class ReplayCore implements StepsAgain {
  private readonly memory = new StateMemory(1);
  private readonly states: MemoryStateStore;
  private readonly lanes = new RecordedRuns();
  private readonly catalogs = new RecordedCatalog();
  private readonly budgets = new RecordedBudgets();
  private readonly lists = new RecordedLists();
  /** By content hash; one that cannot be had, or does not compile, is not tried again. */
  private readonly contents = new Map<string, Promise<Catalog>>();
  private readonly versions = new Map<string, CatalogVersion>();
  private readonly pipeline: Pipeline;
  private readonly changed = new ChangedStates();

  constructor(private readonly parts: ReplayCoreParts) {
    this.states = new MemoryStateStore(this.memory, {
      stateBytesMax: parts.stateBytesMax,
      ledgerMax: Number.POSITIVE_INFINITY,
      holdsBudgets: false,
    });
    this.pipeline = pipelineOver({
      states: this.states,
      customers: new UnmergedCustomers(this.states),
      catalogs: this.catalogs,
      budgets: this.budgets,
      lists: () => this.lists,
      lanes: this.lanes.factory,
      metrics: SILENT,
      pauseAfterConflict: () => null,
      monotonicMs: () => 0,
      onFault(error) {
        throw error;
      },
    });
  }

  /**
   * Steps what was committed together, of one customer.
   * @param recorded what the engine was given then
   * @throws Error as `catalogOf`
   */
  async run(
    steps: readonly Recorded[],
    recorded: RecordedInputs = NOTHING_RECORDED,
  ): Promise<SteppedAgain> {
    const [first] = steps;
    if (first === undefined) return { kind: 'stepped', records: [] };
    // The first of a customer, or of one that was forgotten since.
    if (first.record === 1) this.forget(first.customerId);
    await this.begin(first);
    if ('change' in first) return this.change(first);
    const submissions = steps.flatMap((step) => ('submission' in step ? [step.submission] : []));
    const state = this.stateOf(first.customerId);
    const isWhole = steps.every(({ record }, i) => record === state.records + 1 + i);
    if (!isWhole) return { kind: 'unknown_state' };
    this.catalogs.inForce = await this.versionOf(first);
    this.budgets.spent = recorded.spent;
    this.lists.known = recorded.lists;
    const records = this.memory.ledgers[0]!;
    records.length = 0;
    const asked = submissions.map((submission) => this.pipeline.submit(submission));
    await this.lanes.serve();
    const refused = (await Promise.all(asked)).find(
      (result) => result.kind !== 'done' || result.duplicate,
    );
    if (refused !== undefined) return { kind: 'not_stepped', reason: reasonOf(refused) };
    return { kind: 'stepped', records: [...records] };
  }

  private async change(step: RecordedChange): Promise<SteppedAgain> {
    const version = await this.versionOf(step);
    const state = this.changed.after(step, this.stateOf(step.customerId), version);
    if (state === null) return { kind: 'unknown_state' };
    if (state.records !== step.record) {
      const reason = `it counts ${state.records} records, not ${step.record}`;
      return { kind: 'not_stepped', reason };
    }
    await this.put(step, state, version.recents);
    return { kind: 'stepped', records: [''] };
  }

  /** Makes a customer what it was before the first record after a merge; before any other, nothing. */
  async begin(step: RecordedPlace): Promise<void> {
    const { customerId, beginsWith, record } = step;
    if (beginsWith === null) return;
    const state =
      beginsWith === ''
        ? { ...emptyState(customerId), records: record - 1 }
        : this.changed.read(customerId, beginsWith);
    await this.put(step, state, NO_RECENTS);
  }

  /** Puts a state in the place of whatever there is, held to its bound as the hot path does. */
  private async put(
    { customerId, receivedAtMs }: RecordedPlace,
    state: CustomerState,
    recents: ReadonlySet<string>,
  ): Promise<void> {
    this.memory.values.delete(customerId);
    await this.states.commit({
      ...{ customerId, state, recents, receivedAtMs, expectedEtag: '' },
      ...{ records: [], messageIds: [], grants: NO_GRANTS },
      deliveries: [],
    });
  }

  forgetAll(): void {
    this.memory.values.clear();
    this.memory.seen.clear();
  }

  /** What is kept of a customer, to be put back. */
  stored(customerId: string): StoredCustomer {
    const { values, seen } = this.memory;
    return { value: values.get(customerId), seen: new Map(seen.get(customerId)) };
  }

  putBack(customerId: string, { value, seen }: StoredCustomer): void {
    this.forget(customerId);
    if (value !== undefined) this.memory.values.set(customerId, value);
    this.memory.seen.set(customerId, seen);
  }

  private forget(customerId: string): void {
    this.memory.values.delete(customerId);
    this.memory.seen.delete(customerId);
  }

  /** The customer as the last run left it. */
  stateOf(customerId: string): CustomerState {
    const loaded = this.states.load(customerId);
    if ('kind' in loaded) throw new Error('nobody is merged in a replay');
    return loaded.state;
  }

  /** The catalog that a step is stepped with. @throws Error as `catalogOf` */
  async versionOf({ catalog, publication }: RecordedPlace): Promise<CatalogVersion> {
    const key = `${publication} ${catalog}`;
    let program = this.versions.get(key);
    if (program === undefined) {
      program = bindProgram(await this.contentOf(catalog), publication);
      this.versions.set(key, program);
    }
    return program;
  }

  private contentOf(hash: string): Promise<Catalog> {
    let content = this.contents.get(hash);
    if (content === undefined) {
      content = this.parts.catalogOf(hash);
      this.contents.set(hash, content);
    }
    return content;
  }
}

function reasonOf(result: { readonly kind: string; readonly message?: string }): string {
  return result.kind === 'done' ? 'it is a duplicate' : (result.message ?? result.kind);
}

/** Serves what was pushed as one run, when it is told to. */
class RecordedRuns {
  private serveRun: () => Promise<void> = async () => {};

  readonly factory: LanesFactory = <T>(
    serve: (customerId: string, run: readonly T[]) => Promise<void>,
  ): Lanes<T> => {
    let waiting: T[] = [];
    let of = '';
    this.serveRun = () => {
      const run = waiting;
      waiting = [];
      return serve(of, run);
    };
    return {
      push(customerId, item) {
        of = customerId;
        waiting.push(item);
        return true;
      },
    };
  };

  serve(): Promise<void> {
    return this.serveRun();
  }
}

const NO_RECENTS: ReadonlySet<string> = new Set();

/** What was left of a budget then is not known any more; whom it refused is. */
class RecordedBudgets implements Budgets, KnownBudgets {
  spent = NOTHING_RECORDED.spent;

  known(): KnownBudgets | null {
    return this.spent.size === 0 ? null : this;
  }

  isSpent(offer: string, placement: string, messageId: string): boolean {
    return this.spent.has(spentKey(messageId, placement, offer));
  }

  after(): KnownBudgets {
    return this;
  }

  async replenish(): Promise<KnownBudgets> {
    return this;
  }

  async check(): Promise<KnownBudgets> {
    return this;
  }
}

/** Who bought what has changed since; what was listed is known. */
class RecordedLists {
  readonly kind = 'recorded';
  known = NOTHING_RECORDED.lists;

  of(messageId: string, placement: string): RecordedList | null {
    return this.known.get(listKey(messageId, placement)) ?? null;
  }
}

class RecordedCatalog implements CatalogSource {
  inForce: CatalogVersion | null = null;

  current(): CatalogVersion {
    if (this.inForce === null) throw new Unavailable('not_ready');
    return this.inForce;
  }

  async atLeast(): Promise<CatalogVersion> {
    return this.current();
  }
}

const SILENT: PipelineMetrics = {
  committed() {},
  conflict() {},
  duplicate() {},
  shed() {},
  unavailable() {},
};
