// Random histories of a few customers and their time, told to two gateways and a worker whose calls to
// Redis fail now and then, and to a model with one clock that looks at every minute.

import { expect } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import type { Submission } from '../../src/model/step.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { eventOf } from '../customers/shop.ts';
import type { Random } from '../support/seeded.ts';
import { OneClock } from './one-clock.ts';
import { TimedShop } from './timed-shop.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Every flip falls on a whole minute: windows of 6 h have buckets of 6 minutes. */
const CATALOG = `
catalog: shop
timezone: Asia/Shanghai
features:
  buys: { count: Bought, window: 6h }
  last_buy: { last: Bought }
  views: { count: Viewed }
segments:
  lapsed: since(last_buy) >= duration('4h')
  busy: buys >= 2
  mood:
    - evening: views >= 1 && hour(now) >= 18
    - quiet: buys == 0
triggers:
  cart: { on: Added, unless: Bought, after: 2h, decide: app }
  ticket: { on: Filed, unless: [Solved, Closed], per: properties.t, after: 90m, decide: app }
  win_back: { enter: lapsed, decide: app }
  rush: { enter: busy, decide: app }
  evening: { enter: mood.evening, decide: app }
offers: { hello: { treatments: { app: { title: Hello } } } }
placements: { app: { channel: app } }
`;
/** Comes and goes. */
const MORE = CATALOG.replace('  rush:', '  calm: { enter: mood.quiet, decide: app }\n  rush:');

const SEGMENTS: { readonly [trigger: string]: (segments: Segments) => boolean } = {
  win_back: ({ lapsed }) => lapsed === true,
  rush: ({ busy }) => busy === true,
  evening: ({ mood }) => mood === 'evening',
  calm: ({ mood }) => mood === 'quiet',
};
type Segments = { readonly [name: string]: unknown };

const USERS = ['u1', 'u2', 'u3'];
const VISITORS = ['a1', 'a2'];

export class RandomMoments {
  private runs = 0;
  private told = 0;
  private shop!: TimedShop;
  private model = new OneClock();
  private faults = 0;
  private log: string[] = [];
  private enters: readonly string[] = [];
  private linked = new Map<string, string>();

  constructor(
    private readonly connection: RedisConnection,
    private readonly random: Random,
  ) {}

  async history(steps: number): Promise<void> {
    const { random } = this;
    this.runs++;
    this.shop = new TimedShop(this.connection, CATALOG, random);
    this.model = new OneClock();
    this.log = [];
    this.linked = new Map();
    this.enters = ['win_back', 'rush', 'evening'];
    this.faults = random.pick([0, 0.1, 0.25]);
    for (let step = 0; step < steps; step++) {
      const dice = random();
      if (dice < 0.4) await this.pass(10 * MINUTE * (1 + random.below(30)));
      else if (dice < 0.48) await this.publish();
      else if (dice < 0.56) await this.login();
      else await this.event();
    }
    await this.pass(10 * HOUR);
    // What failed at the last instant is tried again a while later.
    this.faults = 0;
    await this.pass(20 * MINUTE);
    await this.compare();
  }

  private async pass(ms: number): Promise<void> {
    const { shop, model } = this;
    this.log.push(`pass ${ms / MINUTE} min`);
    const untilMs = shop.nowMs + ms;
    const states = await Promise.all(
      model.ids.map(async (id) => [id, await shop.state(id)] as const),
    );
    for (let atMs = shop.nowMs + MINUTE; atMs <= untilMs; atMs += MINUTE) {
      model.fire(atMs);
      for (const [id, state] of states) {
        this.look(id, shop.segments(state, Math.max(atMs, state.asOfMs)), atMs);
      }
    }
    await shop.passTo(untilMs, this.faults);
  }

  private look(customer: string, segments: Segments, atMs: number, before?: Segments): void {
    for (const trigger of this.enters) {
      const isIn = SEGMENTS[trigger]!;
      this.model.look(customer, trigger, isIn(segments), atMs, () => isIn(before ?? segments));
    }
  }

  private async event(): Promise<void> {
    const { random, shop, model } = this;
    const visitor = random() < 0.3 ? random.pick(VISITORS) : null;
    const userId = random.pick(USERS);
    const customer =
      visitor === null ? userId : (this.linked.get(visitor) ?? `anonymous:${visitor}`);
    const name = random.pick(['Added', 'Bought', 'Bought', 'Filed', 'Solved', 'Viewed']);
    const t = random.pick(['t1', 't2']);
    // A clock that is a day off, now and then; or a message that was on its way for a while.
    const offMs = random() < 0.05 ? random.pick([-DAY, DAY]) : 0;
    const lateMs = random() < 0.2 ? 10 * MINUTE * random.below(4) : 0;
    const nowMs = shop.nowMs + offMs;
    const atMs = nowMs - lateMs;
    this.log.push(`${customer} ${name} ${t} off ${offMs / HOUR} h, late ${lateMs / MINUTE} min`);
    const names = visitor === null ? { user: userId } : { anonymous: visitor };
    const before = await shop.state(customer);
    await this.send({ ...eventOf(names, name, this.options({ t }, nowMs, atMs)) });
    const after = await shop.state(customer);
    const stepMs = after.asOfMs;
    const dueFrom = Math.min(atMs, stepMs);
    if (name === 'Bought') model.cancel(customer, 'cart', null);
    if (name === 'Solved') model.cancel(customer, 'ticket', t);
    if (name === 'Added') model.arm(customer, 'cart', null, dueFrom + 2 * HOUR);
    if (name === 'Filed') model.arm(customer, 'ticket', t, dueFrom + 90 * MINUTE);
    this.look(customer, shop.segments(after, stepMs), shop.nowMs, shop.segments(before, stepMs));
    await shop.passTo(shop.nowMs, this.faults);
    model.fire(shop.nowMs);
    await this.lookNow(customer);
  }

  /** A step with a clock that is behind is followed by a look at what is true by now. */
  private async lookNow(customer: string): Promise<void> {
    const { shop } = this;
    const state = await shop.state(customer);
    this.look(customer, shop.segments(state, Math.max(shop.nowMs, state.asOfMs)), shop.nowMs);
  }

  /** A visitor turns out to be a user. */
  private async login(): Promise<void> {
    const { random, shop, model } = this;
    const visitor = random.pick(VISITORS);
    if (this.linked.has(visitor)) return;
    const userId = random.pick(USERS);
    this.log.push(`${visitor} is ${userId}`);
    const before = await shop.state(userId);
    const nowMs = shop.nowMs;
    await this.send(
      eventOf({ user: userId, anonymous: visitor }, 'Logged In', this.options({}, nowMs, nowMs)),
    );
    this.linked.set(visitor, userId);
    const from = `anonymous:${visitor}`;
    if (model.ids.includes(from)) model.fold(userId, from);
    await shop.passTo(nowMs, this.faults);
    const after = await shop.state(userId);
    this.look(
      userId,
      shop.segments(after, after.asOfMs),
      nowMs,
      shop.segments(before, after.asOfMs),
    );
    model.fire(nowMs);
    await this.lookNow(userId);
  }

  private async publish(): Promise<void> {
    const { shop, model } = this;
    const hasMore = this.enters.includes('calm');
    this.log.push(`publish ${hasMore ? 'less' : 'more'}`);
    this.enters = hasMore
      ? this.enters.filter((name) => name !== 'calm')
      : [...this.enters, 'calm'];
    shop.publish(hasMore ? CATALOG : MORE);
    await shop.visitAll(this.faults);
    await shop.passTo(shop.nowMs, this.faults);
    for (const id of model.ids) await this.lookNow(id);
  }

  private options(properties: JsonObject, nowMs: number, timestampMs: number) {
    return { properties, atMs: nowMs, timestampMs, messageId: `m${this.runs}-${++this.told}` };
  }

  /** Until it is answered. */
  private async send(submission: Submission): Promise<void> {
    const { random, shop } = this;
    for (let attempt = 0; attempt < 40; attempt++) {
      shop.faults(attempt < 4 ? this.faults : 0);
      const result = await shop.gateway(random.below(2)).pipeline.submit(submission);
      if (result.kind === 'refused') throw new Error(result.message);
      if (result.kind === 'done') return shop.faults(0);
    }
    throw new Error('never answered');
  }

  private async compare(): Promise<void> {
    const { shop, model } = this;
    await shop.settled();
    const real = (await shop.rows('firings')).map(({ customer_id, trigger, key, due_at, cause }) =>
      [customer_id, trigger, key ?? '-', cause === 'enter' ? '' : due_at].join(' '),
    );
    const expected = model.firings.map(({ customer, trigger, key, dueMs }) =>
      [customer, trigger, key ?? '-', trigger in SEGMENTS ? '' : dueMs].join(' '),
    );
    // Whoever was folded into another fired as that one.
    const named = (texts: readonly string[]) => texts.map((text) => this.asNow(text)).sort();
    expect(named(real), `history ${this.runs}:\n${this.log.join('\n')}`).toEqual(named(expected));
    for (const row of await shop.rows('firings')) this.expectInTime(row);
    const index = await shop.index();
    for (const id of model.ids) {
      const due = await shop.dueMs(id);
      if (due === null) continue;
      expect(index.get(id) ?? Number.POSITIVE_INFINITY, `${id} in the index`).toBeLessThanOrEqual(
        due,
      );
    }
  }

  /** What fired was not too late, and what was missed was. */
  private expectInTime(row: { readonly [column: string]: unknown }): void {
    const lateMs = Number(row.fired_at) - Number(row.due_at);
    const maxMs = row.cause === 'absence' ? HOUR : DAY;
    expect(row.status, JSON.stringify(row)).toBe(lateMs > maxMs ? 'missed' : 'fired');
  }

  private asNow(text: string): string {
    const [customer, ...rest] = text.split(' ');
    const visitor = customer!.startsWith('anonymous:') ? customer!.slice(10) : null;
    return [visitor === null ? customer : (this.linked.get(visitor) ?? customer), ...rest].join(
      ' ',
    );
  }
}
