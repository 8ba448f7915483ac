// A shop whose decisions leave: a gateway and workers over one real Redis, without ports. The workers'
// tasks are run by hand; whatever they send goes to real servers.

import { bindProgram } from '../../src/compose/bind-program.ts';
import { deliveryTasks } from '../../src/compose/delivery-tasks.ts';
import { readConfig } from '../../src/config.ts';
import type { Environment } from '../../src/delivery/channel-secrets.ts';
import type { Resolve } from '../../src/delivery/guarded-lookup.ts';
import { Blocks } from '../../src/ledger/ledger-rows.ts';
import { type OutboxEntry, readOutboxText } from '../../src/model/delivery.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { createLog } from '../../src/ops/log.ts';
import { createMetrics, type Metrics } from '../../src/ops/metrics.ts';
import { Opened } from '../../src/ops/opened.ts';
import type { PartitionTask } from '../../src/partitions/task.ts';
import type { CatalogVersion } from '../../src/pipeline.ts';
import { Keys } from '../../src/redis/keys.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { type Texts, valid } from '../catalog/compile.ts';
import { eventOf, type Names, openShop, type Shop } from '../customers/shop.ts';
import { waitFor } from '../support/conditions.ts';

export const PARTITIONS = 4;
export const keys = new Keys('t:', PARTITIONS);
export const ALL = Array.from({ length: PARTITIONS }, (_, partition) => partition);

const CATALOG = `
catalog: shop
timezone: UTC
consent: { marketing: { default: granted } }
features: { closes: { count: Closed } }
triggers:
  cart: { on: Added, decide: [push] }
  paper: { on: Read, decide: [letter] }
  web: { on: Viewed, decide: [page] }
  called: { on: Called, decide: [call] }
offers:
  gift: { treatments: { push: { title: "Gift" }, letter: { title: "Letter" }, page: { title: "P" },
    call: { title: "C" } } }
placements:
  push: { channel: push, consent: marketing, when: closes == 0 }
  letter: { channel: email }
  page: { channel: web }
  call: { channel: push, quiet: 22:00-08:00 }
`;

/** `channels:` of the catalog. */
export type Channels = Readonly<Record<string, unknown>>;

export interface ShopOptions {
  readonly env?: Environment;
  readonly config?: Readonly<Record<string, string>>;
  readonly resolve?: Resolve;
  readonly answerMs?: number;
}

/** A row of `deliveries`. */
export interface DeliveryRow {
  readonly delivery_id: string;
  readonly channel: string;
  readonly status: string;
  readonly reason: string;
  readonly attempt: number;
  readonly at: number;
  readonly next_at?: number;
}

export class DeliveryShop {
  /** Ahead of the machine's clock, ms. */
  aheadMs = 0;
  version!: CatalogVersion;
  readonly logged: string[] = [];
  private publication = 0;
  protected readonly gateway: Shop;
  private readonly workers: Worker[] = [];

  constructor(
    readonly connection: RedisConnection,
    channels: Channels,
    private readonly options: ShopOptions = {},
  ) {
    this.publish(channels);
    this.gateway = this.open();
  }

  get nowMs(): number {
    return Date.now() + this.aheadMs;
  }

  publish(channels: Channels): void {
    this.publishCatalog(`${CATALOG}\nchannels: ${JSON.stringify(channels)}`);
  }

  publishCatalog(catalog: Texts): void {
    this.version = bindProgram(valid(catalog), ++this.publication);
  }

  /** @returns the ids of what it has delivered */
  async send(user: string | Names, event = 'Added'): Promise<readonly string[]> {
    const names = typeof user === 'string' ? { user } : user;
    const submission = eventOf(names, event, { atMs: this.nowMs });
    const result = await this.gateway.pipeline.submit(submission);
    if (result.kind !== 'done') throw new Error(JSON.stringify(result));
    const decisions = JSON.parse(result.answer) as { delivery?: { deliveryId: string } }[];
    return decisions.flatMap(({ delivery }) => (delivery ? [delivery.deliveryId] : []));
  }

  async identify(userId: string, traits: JsonObject): Promise<void> {
    const submission = eventOf({ user: userId }, '', { atMs: this.nowMs });
    if (submission.stimulus.kind !== 'event') throw new Error('no event');
    const event = { ...submission.stimulus.event, type: 'identify', traits } as const;
    const stimulus = { ...submission.stimulus, event };
    const result = await this.gateway.pipeline.submit({ ...submission, stimulus });
    if (result.kind !== 'done') throw new Error(JSON.stringify(result));
  }

  worker(n = 0): Worker {
    this.workers[n] ??= new Worker(this, this.open(), this.options);
    return this.workers[n];
  }

  /** Rounds of a worker until something is so. */
  async work<T>(what: string, ask: () => T | Promise<T>) {
    return waitFor(what, async () => {
      await this.worker().round();
      return ask();
    });
  }

  async close(): Promise<void> {
    for (const worker of this.workers) await worker.close();
  }

  async rows(): Promise<readonly DeliveryRow[]> {
    const rows: DeliveryRow[] = [];
    for (const partition of ALL) {
      const { ledger } = keys.partition(partition);
      const entries = (await this.connection.call('xrange', [ledger, '-', '+'])) as Entry[];
      const blocks = new Blocks();
      entries.forEach(([, [, record]], i) => {
        blocks.addRecord(partition, i + 1, record.toString(), 0);
      });
      for (const { table, rows: texts } of blocks.all()) {
        if (table === 'deliveries') rows.push(...texts.map((row) => JSON.parse(row)));
      }
    }
    return rows;
  }

  /** What is in the outbox. */
  async outbox(): Promise<readonly OutboxEntry[]> {
    const all = await Promise.all(
      ALL.map((p) => this.connection.call('hvals', [keys.partition(p).outbox])),
    );
    return all.flatMap((texts) => (texts as Buffer[]).map((text) => readOutboxText(String(text))!));
  }

  /** When a channel's deliveries are due, epoch ms. */
  async due(channel: string): Promise<readonly number[]> {
    const due: number[] = [];
    for (const p of ALL) {
      const args = [keys.dueDeliveries(p, channel), '0', '-1', 'withscores'];
      const flat = (await this.connection.call('zrange', args)) as Buffer[];
      for (let i = 1; i < flat.length; i += 2) due.push(Number(String(flat[i])));
    }
    return due;
  }

  private open(): Shop {
    return openShop(
      this.connection,
      keys,
      () => this.version,
      () => this.nowMs,
    );
  }
}

type Entry = readonly [Buffer, readonly [Buffer, Buffer]];
const FLOWING = { group: 0, isStopping: false };

/** A worker's tasks about deliveries. */
export class Worker {
  readonly metrics: Metrics = createMetrics();
  private readonly opened = new Opened();
  private readonly tasks: readonly PartitionTask[];

  constructor(shop: DeliveryShop, { customers }: Shop, options: ShopOptions) {
    const { env = {}, config = {}, resolve, answerMs = 5_000 } = options;
    const atLeast = () => shop.version;
    this.tasks = deliveryTasks({
      config: readConfig({ PROFFER_WEBHOOK_PRIVATE: 'allow', ...config }),
      deployment: { connection: shop.connection, keys },
      core: {
        core: {
          customers,
          catalogs: { current: atLeast, atLeast },
          clock: { nowMs: () => shop.nowMs } as never,
        },
      },
      env,
      log: createLog({
        name: 'test',
        level: 'debug',
        format: 'json',
        sink: { write: (line) => void shop.logged.push(line) },
      }),
      metrics: this.metrics,
      opened: this.opened,
      answerMs,
      ...(resolve !== undefined && { resolve }),
    });
  }

  async round(isStopping = false): Promise<void> {
    const turn = { ...FLOWING, isStopping };
    for (const task of this.tasks) await task.round(ALL, turn);
  }

  /** What it has measured, as Prometheus reads it. */
  text(): Promise<string> {
    return this.metrics.registry.metrics();
  }

  async close(): Promise<void> {
    await this.round(true);
    await this.opened.close();
  }
}
