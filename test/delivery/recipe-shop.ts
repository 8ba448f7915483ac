// The catalog of examples/channels at work: what customers do, time that passes at once, and the real
// sender, to providers on loopback.

import { loadCatalog } from '../../src/catalog/load-catalog.ts';
import type { CustomerEvent } from '../../src/model/event.ts';
import type { JsonObject } from '../../src/model/json.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { TimerScripts } from '../../src/redis/timer-scripts.ts';
import { FireTimers } from '../../src/timers/fire-timers.ts';
import { TimedCustomers } from '../../src/timers/timed-customers.ts';
import { eventOf } from '../customers/shop.ts';
import { ALL, DeliveryShop, keys } from './delivery-shop.ts';

export const RECIPES = new URL('../../examples/channels', import.meta.url).pathname;

const DAY_MS = 86_400_000;
/** Of the catalog's timezone, Asia/Shanghai. */
const OFFSET_MS = 8 * 3_600_000;

export class RecipeShop extends DeliveryShop {
  private readonly timers: FireTimers;

  /** @param env of the worker */
  constructor(connection: RedisConnection, env: Readonly<Record<string, string>>) {
    super(connection, {}, { env });
    const loaded = loadCatalog(RECIPES);
    if (!loaded.ok) throw new Error(JSON.stringify(loaded.faults));
    const texts = Object.fromEntries(loaded.files.map(({ path, text }) => [path, text]));
    this.publishCatalog(texts);
    const nowMs = () => this.nowMs;
    const catalogs = { current: () => this.version, atLeast: () => this.version };
    const { pipeline, states } = this.gateway;
    const customers = new TimedCustomers({ pipeline, states, catalogs, nowMs, late() {} });
    const core = () => ({ customers, isAwaited: () => true, nowMs });
    const onFault = (_: string, error: unknown) => {
      throw error;
    };
    const scripts = new TimerScripts(connection);
    this.timers = new FireTimers({ keys, scripts, core, rate: 1e9, onFault });
  }

  /** It is so late the next time, in Shanghai: `21:59:50`. */
  becomes(time: string): void {
    const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number);
    const atMs = ((hours * 60 + minutes) * 60 + seconds) * 1_000;
    const nowMs = (this.nowMs + OFFSET_MS) % DAY_MS;
    this.aheadMs += (atMs - nowMs + DAY_MS) % DAY_MS;
  }

  /** Time passes, and what is due because of it is decided. */
  async pass(ms: number): Promise<void> {
    this.aheadMs += ms;
    await this.timers.round(ALL, { group: 0, isStopping: false });
  }

  /** What is known of somebody, and whether they agreed to marketing. */
  override async identify(userId: string, traits: JsonObject, marketing = false): Promise<void> {
    await this.submit(userId, '$identify', { traits, type: 'identify' }, marketing);
  }

  async track(userId: string, event: string, properties: JsonObject): Promise<void> {
    await this.submit(userId, event, { properties }, null);
  }

  private async submit(
    user: string,
    name: string,
    over: Partial<CustomerEvent>,
    marketing: boolean | null,
  ): Promise<void> {
    const consent = { consent: { categoryPreferences: { marketing } } };
    const context = marketing === null ? {} : consent;
    const made = eventOf({ user }, name, { atMs: this.nowMs, context });
    if (made.stimulus.kind !== 'event') throw new Error('not an event');
    const stimulus = { ...made.stimulus, event: { ...made.stimulus.event, ...over } };
    const result = await this.gateway.pipeline.submit({ ...made, stimulus });
    if (result.kind !== 'done') throw new Error(JSON.stringify(result));
  }
}
