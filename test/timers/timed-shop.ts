// A shop whose clock is the test's: gateways as in test/customers/shop.ts over one real Redis, and the
// worker's tasks beside them, run by hand.

import { bindProgram } from '../../src/compose/bind-program.ts';
import { Blocks, type Table } from '../../src/ledger/ledger-rows.ts';
import type { Decision } from '../../src/model/decision.ts';
import type { CustomerState } from '../../src/model/state.ts';
import type { CatalogVersion, Result } from '../../src/pipeline.ts';
import { Keys } from '../../src/redis/keys.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { TimerScripts } from '../../src/redis/timer-scripts.ts';
import { FireTimers } from '../../src/timers/fire-timers.ts';
import { TimedCustomers } from '../../src/timers/timed-customers.ts';
import { VisitCustomers } from '../../src/timers/visit-customers.ts';
import { type FaultyConnection, faultyConnection } from '../budgets/faulty-connection.ts';
import { type Texts, valid } from '../catalog/compile.ts';
import { askOf, type CallOptions, eventOf, NOW, openShop, type Shop } from '../customers/shop.ts';

import { type Random, seeded } from '../support/seeded.ts';

export const PARTITIONS = 8;
export const keys = new Keys('t:', PARTITIONS);
const ALL = Array.from({ length: PARTITIONS }, (_, partition) => partition);
const TURN = { group: 0, isStopping: false };

/** The clock of a test, its catalog, and what is done with them. */
export class TimedShop {
  nowMs = NOW;
  readonly scripts: TimerScripts;
  private readonly direct: TimerScripts;
  readonly late: number[] = [];
  readonly failed: unknown[] = [];
  /** Called when a page of customers has been visited. */
  visited: (count: number) => void = () => {};
  /** Where Redis has its keys, as its connection says; another text = they moved. */
  place = '';
  private publication = 1;
  private version: CatalogVersion;
  /** What gateways and worker reach Redis by; the test itself has a line of its own. */
  private readonly lines: readonly FaultyConnection[];
  private workerAheadMs = 0;
  private readonly gateways: readonly Shop[];
  private readonly worker: Shop;
  private readonly reader: Shop;
  private readonly timers: FireTimers;
  private visits: VisitCustomers;

  constructor(
    readonly connection: RedisConnection,
    catalog: Texts,
    random: Random = seeded(1),
  ) {
    this.direct = new TimerScripts(connection);
    this.lines = [0, 1, 2].map(() => faultyConnection(connection, random));
    this.scripts = new TimerScripts(this.lines[2]!.connection);
    this.version = bindProgram(valid(catalog), 1);
    this.gateways = [0, 1].map((line) => this.open(line));
    this.worker = this.open(2);
    this.reader = openShop(
      connection,
      keys,
      () => this.version,
      () => this.nowMs,
    );
    this.timers = new FireTimers({
      ...{ keys, scripts: this.scripts, core: () => this.core(), rate: 1e9 },
      onFault: (_, error) => this.failed.push(error),
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
    throw new Error('something is due for ever', { cause: this.failed[0] });
  }

  /** Time passes from one instant at which something is due to the next; calls of the worker fail. */
  async passTo(untilMs: number, faults: number): Promise<void> {
    for (let n = 0; n < 2_000; n++) {
      const next = Math.min(...(await this.index()).values());
      if (next > untilMs) break;
      this.nowMs = Math.max(this.nowMs, next);
      this.faults(faults);
      for (let round = 0; faults > 0 && round < 2; round++) {
        await this.timers.round(ALL, TURN).catch(() => {});
      }
      this.faults(0);
      await this.settled();
      // What failed is tried again a while later.
      for (; this.workerAheadMs < 10 * 61_000 && (await this.dueNow()) > 0; ) {
        await this.timers.round(ALL, TURN);
        this.workerAheadMs += faults > 0 ? 61_000 : 0;
      }
      this.workerAheadMs = 0;
    }
    this.nowMs = untilMs;
  }

  async visitAll(faults: number): Promise<void> {
    this.faults(faults);
    if (faults > 0) await this.visits.round(ALL, TURN).catch(() => {});
    this.faults(0);
    await this.settled();
    await this.visit();
  }

  /** Share of calls that fail, of gateways and worker. */
  faults(share: number): void {
    for (const line of this.lines) line.faults = share;
  }

  async settled(): Promise<void> {
    for (const line of this.lines) await line.settled();
  }

  segments(state: CustomerState, atMs: number): { readonly [name: string]: unknown } {
    return this.version.view(state, atMs).segments;
  }

  /** When a customer has something due next, as the state says; null = never. */
  async dueMs(customerId: string): Promise<number | null> {
    const state = await this.state(customerId);
    const atMs = this.version.time.nextDueMs(state);
    return atMs === Number.POSITIVE_INFINITY ? null : atMs;
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
    return answered(await this.question(userId, placement, record, false));
  }

  /** As `ask`, and why; nothing is counted. */
  async why(userId: string, placement: string): Promise<readonly Decision[]> {
    const result = await this.question(userId, placement, false, true);
    return result.kind === 'done' ? result.decisions : [];
  }

  private question(userId: string, placement: string, record: boolean, explain: boolean) {
    const question = askOf({ user: userId }, record);
    const submission = { ...question, nowMs: this.nowMs, receivedAtMs: this.nowMs };
    if (submission.stimulus.kind !== 'decide') throw new Error('no question');
    const request = { ...submission.stimulus.request, placements: [placement], explain };
    const stimulus = { kind: 'decide', request } as const;
    return this.gateway().pipeline.submit({ ...submission, stimulus });
  }

  async state(userId: string): Promise<CustomerState> {
    const { states } = this.reader;
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
      ALL.map((partition) => this.direct.due(keys.partition(partition).timers, 1e16, 10_000)),
    );
    return new Map(entries.flat().map(({ customerId, atMs }) => [customerId, atMs]));
  }

  private async dueNow(): Promise<number> {
    return [...(await this.index()).values()].filter((atMs) => atMs <= this.nowMs).length;
  }

  private open(line: number): Shop {
    const { connection } = this.lines[line]!;
    return openShop(
      connection,
      keys,
      () => this.version,
      () => this.nowMs,
    );
  }

  private core() {
    const { pipeline, states } = this.worker;
    const catalogs = { current: () => this.version, atLeast: () => this.version };
    const nowMs = () => this.nowMs + this.workerAheadMs;
    const late = (ms: number) => this.late.push(ms);
    return {
      customers: new TimedCustomers({ pipeline, states, catalogs, nowMs, late }),
      isAwaited: () => this.version.time.isAwaited,
      inForce: () => ({
        publication: this.version.publication,
        visitIds: this.version.time.visitIds,
      }),
      nowMs,
    };
  }

  private visiting(): VisitCustomers {
    return new VisitCustomers({
      ...{
        connection: this.moving(this.lines[2]!.connection),
        keys,
        scripts: this.scripts,
        core: () => this.core(),
      },
      ...{ rate: 1e9, visited: (count) => this.visited(count) },
    });
  }

  private moving(real: RedisConnection): RedisConnection {
    const places: RedisConnection['places'] = async (slots) =>
      (await real.places(slots)).map((place) => place && place + this.place);
    return new Proxy(real, {
      get: (target, key) => (key === 'places' ? places : Reflect.get(target, key)),
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
