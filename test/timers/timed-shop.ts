// A shop whose clock is the test's: gateways as in test/customers/shop.ts over one real Redis, and the
// worker's tasks beside them, run by hand.

import { bindProgram } from '../../src/compose/bind-program.ts';
import { Blocks, type Table } from '../../src/ledger/ledger-rows.ts';
import type { CustomerState } from '../../src/model/state.ts';
import type { CatalogVersion, Result } from '../../src/pipeline.ts';
import { Keys } from '../../src/redis/keys.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { TimerScripts } from '../../src/redis/timer-scripts.ts';
import { FireTimers } from '../../src/timers/fire-timers.ts';
import { TimedCustomers } from '../../src/timers/timed-customers.ts';
import { VisitCustomers } from '../../src/timers/visit-customers.ts';
import { type Texts, valid } from '../catalog/compile.ts';
import { askOf, type CallOptions, eventOf, NOW, openShop, type Shop } from '../customers/shop.ts';

export const PARTITIONS = 8;
export const keys = new Keys('t:', PARTITIONS);
const ALL = Array.from({ length: PARTITIONS }, (_, partition) => partition);
const TURN = { group: 0, isStopping: false };

/** The clock of a test, its catalog, and what is done with them. */
export class TimedShop {
  nowMs = NOW;
  readonly scripts: TimerScripts;
  readonly late: number[] = [];
  readonly faults: unknown[] = [];
  private publication = 1;
  private version: CatalogVersion;
  private readonly gateways: readonly Shop[];
  private readonly worker: Shop;
  private readonly timers: FireTimers;
  private visits: VisitCustomers;

  constructor(
    readonly connection: RedisConnection,
    catalog: Texts,
  ) {
    this.scripts = new TimerScripts(connection);
    this.version = bindProgram(valid(catalog), 1);
    this.gateways = [0, 1].map(() => this.open());
    this.worker = this.open();
    this.timers = new FireTimers({
      ...{ keys, scripts: this.scripts, core: () => this.core(), rate: 1e9 },
      onFault: (_, error) => this.faults.push(error),
    });
    this.visits = this.visiting();
  }

  gateway(n = 0): Shop {
    return this.gateways[n]!;
  }

  publish(catalog: Texts): void {
    this.version = bindProgram(valid(catalog), ++this.publication);
  }

  /** Another worker takes over. */
  takeOver(): void {
    this.visits = this.visiting();
  }

  /** Time passes, and the worker does what there is to do. */
  async pass(ms: number): Promise<void> {
    this.nowMs += ms;
    await this.work();
  }

  /** Rounds of the worker until the index has nothing due. */
  async work(): Promise<void> {
    for (let n = 0; n < 50; n++) {
      if ((await this.dueNow()) === 0) return;
      await this.timers.round(ALL, TURN);
    }
    throw new Error('something is due for ever', { cause: this.faults[0] });
  }

  /** Whatever the catalog wants customers visited for. */
  async visit(): Promise<void> {
    for (let n = 0; n < 20; n++) if ((await this.visits.round(ALL, TURN)) !== 'again') return;
  }

  /** A call of one customer to a gateway. @returns the decisions of its answer */
  async send(
    userId: string,
    name: string,
    options: CallOptions = {},
  ): Promise<readonly Answered[]> {
    const event = eventOf({ user: userId }, name, { atMs: this.nowMs, ...options });
    return answered(await this.gateway().pipeline.submit(event));
  }

  async ask(userId: string, placement: string, record = true): Promise<readonly Answered[]> {
    const question = askOf({ user: userId }, record);
    const submission = { ...question, nowMs: this.nowMs, receivedAtMs: this.nowMs };
    if (submission.stimulus.kind !== 'decide') throw new Error('no question');
    const request = { ...submission.stimulus.request, placements: [placement] };
    const stimulus = { kind: 'decide', request } as const;
    return answered(await this.gateway().pipeline.submit({ ...submission, stimulus }));
  }

  async state(userId: string): Promise<CustomerState> {
    const { states } = this.worker;
    states.evict(userId);
    const loaded = await states.load(userId);
    if ('kind' in loaded) throw new Error(`${userId} is ${loaded.kind}`);
    return loaded.state;
  }

  /** Rows of a table, as the ledger has them, oldest first in each partition. */
  async rows(table: Table): Promise<readonly Row[]> {
    const rows: Row[] = [];
    for (const partition of ALL) {
      const { ledger } = keys.partition(partition);
      const entries = (await this.connection.call('xrange', [ledger, '-', '+'])) as Entry[];
      const blocks = new Blocks();
      entries.forEach(([, [, record]], i) => {
        blocks.addRecord(partition, i + 1, record.toString(), 0);
      });
      for (const block of blocks.all()) {
        if (block.table === table) rows.push(...block.rows.map((row) => JSON.parse(row) as Row));
      }
    }
    return rows;
  }

  /** The index, and what it should be by the states. */
  async index(): Promise<ReadonlyMap<string, number>> {
    const entries = await Promise.all(
      ALL.map((partition) => this.scripts.due(keys.partition(partition).timers, 1e16, 10_000)),
    );
    return new Map(entries.flat().map(({ customerId, atMs }) => [customerId, atMs]));
  }

  private async dueNow(): Promise<number> {
    return [...(await this.index()).values()].filter((atMs) => atMs <= this.nowMs).length;
  }

  private open(): Shop {
    return openShop(...([this.connection, keys, () => this.version, () => this.nowMs] as const));
  }

  private core() {
    const { pipeline, states } = this.worker;
    const catalogs = { current: () => this.version, atLeast: () => this.version };
    const nowMs = () => this.nowMs;
    const late = (ms: number) => this.late.push(ms);
    return {
      customers: new TimedCustomers({ pipeline, states, catalogs, nowMs, late }),
      isAwaited: () => this.version.time.isAwaited,
      visitIds: () => this.version.time.visitIds,
      nowMs,
    };
  }

  private visiting(): VisitCustomers {
    return new VisitCustomers({
      ...{ connection: this.connection, keys, scripts: this.scripts, core: () => this.core() },
      ...{ rate: 1e9, visited() {} },
    });
  }
}

type Entry = readonly [Buffer, readonly [Buffer, Buffer]];
export type Row = Readonly<Record<string, unknown>>;

export interface Answered {
  readonly placement: string;
  readonly trigger: string | null;
  readonly waiting?: boolean;
  readonly fallback: boolean;
  readonly offers: readonly { readonly offerId: string; readonly treatment: Row }[];
}

function answered(result: Result): readonly Answered[] {
  if (result.kind !== 'done') throw new Error(JSON.stringify(result));
  return JSON.parse(result.answer) as Answered[];
}
