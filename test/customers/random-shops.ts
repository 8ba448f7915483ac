// Random histories told to two gateways whose calls to Redis fail now and then, and which die, and to a
// model that serves one call after the other. Calls are made again until they are answered, under the same
// message id, at either gateway; or, when theirs has died, never. Some come several at once, all but one of
// them under one name alone: then any of them may have been the first, and each sees what another has done so
// far. With CROSSING=wide two of them are of any kind: once in some 250 histories a visitor or device is then
// nobody's in the end, which no order of the calls gives (docs/customers.md says so).

import { expect } from 'vitest';
import { budgetUsage } from '../../src/budgets/budget-usage.ts';
import type { Decision } from '../../src/model/decision.ts';
import type { CustomerState } from '../../src/model/state.ts';
import type { Keys } from '../../src/redis/keys.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import type { Random } from '../support/seeded.ts';
import { ledgerHistory } from './ledger-history.ts';
import { MortalGateways } from './mortal-gateways.ts';
import { OneAtATime, PRIZES_IN_ALL } from './one-at-a-time.ts';
import type { Operation } from './operation.ts';
import { endsOf, endsOfLeft } from './possible-ends.ts';
import { RandomOperations, submissionOf } from './random-operations.ts';
import { NOW, openShop, type Shop } from './shop.ts';
import { expectAllCounted, findAll } from './whole-shop.ts';

/** With each view a prize, of which there may be few; then a gift; then something until it is clicked. */
const catalogOf = (budget: string) => `
catalog: shop
consent: { marketing: { default: denied } }
features: { views: { count: Viewed } }
triggers: { each_view: { on: Viewed, decide: web } }
offers:
  prize: { value: 3, caps: [{ max: 1 }], ${budget} treatments: { web: {} } }
  gift: { value: 2, caps: [{ max: 2 }], treatments: { web: {} } }
  lure: { value: 1, caps: [{ max: 1, of: click }], treatments: { web: {} } }
placements: { web: { channel: web } }
`;
const LIMITED = catalogOf(`budget: { grants: ${PRIZES_IN_ALL} },`);
const UNLIMITED = catalogOf('');

/** So many ends are possible at most. */
const MODELS_MAX = 400;

/** So many may be possible before something happens that is told in several ways. */
const MODELS_FEW = 4;

const CROSSES_WIDELY = process.env.CROSSING === 'wide';

export class RandomShops {
  private readonly gateways: MortalGateways;
  private readonly reader: Shop;
  /** Histories that were left at that. */
  leftOut = 0;
  private runs = 0;
  private why: unknown = null;
  private isLimited = false;
  private models: readonly OneAtATime[] = [];
  private names: readonly string[] = [];
  private log: string[] = [];

  constructor(
    private readonly connection: RedisConnection,
    private readonly keys: Keys,
    private readonly random: Random,
  ) {
    this.gateways = new MortalGateways(connection, keys, random);
    this.reader = openShop(connection, keys, UNLIMITED);
  }

  /** One history from its beginning to its end; there is nothing in Redis before. */
  async history(steps: number): Promise<void> {
    const { random, gateways } = this;
    const run = `r${String(++this.runs).padStart(5, '0')}`;
    const isLimited = random() < 0.5;
    this.isLimited = isLimited;
    this.models = [new OneAtATime(NOW, isLimited ? PRIZES_IN_ALL : Number.POSITIVE_INFINITY)];
    gateways.begin(isLimited ? LIMITED : UNLIMITED);
    const operations = new RandomOperations(
      random,
      run,
      () => this.models,
      async (name) => (await this.reader.customers.findFresh(name)).state.merges,
    );
    this.names = operations.names();
    this.log = [];
    const faults = random.pick([0, 0.1, 0.25]);
    for (let step = 0; step < steps && !gateways.isHurried; step++) {
      if (random() < 0.025) this.restart();
      const isFew = this.models.length < MODELS_FEW;
      const first = await operations.next();
      if (first !== null && faults > 0 && isFew && random() < 0.1) {
        if (await this.leave(first, faults)) continue;
        return this.leaveOut();
      }
      // Of several at once that want a prize one may find what is left drawn for another.
      const isFree = !isLimited || this.models.every(({ granted }) => granted === PRIZES_IN_ALL);
      const isMany = isFree && isFew && random() < 0.25;
      const second = CROSSES_WIDELY ? await operations.next() : operations.view();
      const others = isMany ? [second, operations.view()] : [];
      const together = [first, ...others].filter((operation) => operation !== null);
      const answers = await Promise.all(together.map((each) => this.make(each, faults)));
      this.tell(together.map((each, i) => `${JSON.stringify(each)} ${answers[i]}`).join('\n  '));
      if (gateways.isHurried) break;
      const ends = endsOf(this.models, together, answers);
      if (ends === null) return this.leaveOut();
      await this.goOnWith(ends);
    }
    await gateways.settled();
    if (gateways.isHurried) return this.leaveOut();
    await this.compare(this.models);
    await expectAllCounted(this.connection, this.keys);
  }

  private async leaveOut(): Promise<void> {
    this.leftOut++;
    await this.gateways.settled();
  }

  private tell(what: string): void {
    this.log.push(what);
  }

  /** With those that may be true. Where they are many, somebody looks which. */
  private async goOnWith(ends: readonly OneAtATime[]): Promise<void> {
    expect(ends.length, this.log.join('\n')).toBeGreaterThan(0);
    this.models = ends;
    if (ends.length >= MODELS_FEW) await this.look();
    expect(this.models.length, this.log.join('\n')).toBeLessThanOrEqual(MODELS_MAX);
  }

  private restart(): void {
    this.gateways.restartAll();
    // They have refused nothing yet.
    for (const { people } of this.models) people.refused.clear();
    this.tell('both begin anew');
  }

  /**
   * The gateway dies on the way, and nobody makes the call again; then somebody looks at everybody.
   * @returns false = the history is left out
   */
  private async leave(operation: Operation, faults: number): Promise<boolean> {
    const { gateways, random } = this;
    await gateways.askDying(random.below(2), faults, (shop) => this.tried(shop, operation));
    this.tell(`${JSON.stringify(operation)} left`);
    const ends = endsOfLeft(this.models, operation);
    if (gateways.isHurried || ends === null) return false;
    this.models = ends;
    await this.look();
    return true;
  }

  /** Until it is answered. @returns the answer; `?` after one where an earlier attempt may have done it */
  private async make(operation: Operation, faults: number): Promise<string> {
    const { random, gateways } = this;
    for (let attempt = 0; attempt < 40; attempt++) {
      const at = random.below(2);
      const share = attempt < 4 ? faults : 0;
      const call = (shop: Shop) => this.tried(shop, operation);
      if (share > 0 && random() < 0.03) {
        await gateways.askDying(at, share, call);
        continue;
      }
      const answer = await gateways.ask(at, share, call);
      if (answer !== null) return attempt === 0 ? answer : `${answer}?`;
    }
    throw new Error(
      `never answered: ${JSON.stringify(operation)} ${JSON.stringify(this.why)}, after\n${this.log.join('\n')}`,
    );
  }

  private async tried({ pipeline, customers }: Shop, operation: Operation): Promise<string | null> {
    switch (operation.kind) {
      case 'merge': {
        const { into, from } = operation;
        const merged = await customers.merge(into, from).catch(() => null);
        return merged === null || merged.kind === 'busy' ? null : 'done';
      }
      case 'unmerge': {
        const { of, mergeId } = operation;
        const history = ledgerHistory(this.connection, this.keys);
        const taken = await customers.unmerge(of, mergeId, history).catch(() => null);
        return taken === null || taken.kind === 'not_ready' ? null : taken.kind;
      }
      default: {
        const result = await pipeline.submit(submissionOf(operation));
        if (result.kind === 'unavailable') {
          this.why = result;
          return null;
        }
        if (result.kind === 'refused') return result.code;
        return result.duplicate ? 'done' : `done${result.decisions.map(offerOf)}`;
      }
    }
  }

  /** Somebody looks at everybody: who is on the move arrives. */
  private async look(): Promise<void> {
    await this.gateways.settled();
    if (this.gateways.isHurried) return;
    this.models = await this.compare(this.models);
  }

  /** @returns those that are as it is */
  private async compare(models: readonly OneAtATime[]): Promise<readonly OneAtATime[]> {
    const which = `history ${this.runs}:\n${this.log.join('\n')}\n`;
    const found = await findAll(this.reader, this.names);
    const used = await budgetUsage(this.connection, this.keys);
    const states = new Map([...found.values()].map((state) => [state.customerId, state]));
    const real = {
      names: Object.fromEntries([...found].map(([name, { customerId }]) => [name, customerId])),
      customers: Object.fromEntries(
        [...states.values()]
          .filter(({ asOfMs }) => asOfMs > 0)
          .sort((a, b) => (a.customerId < b.customerId ? -1 : 1))
          .map((state) => [state.customerId, countedIn(state)]),
      ),
      ...(this.isLimited && { granted: used.get('prize|g') ?? 0 }),
    };
    const ends = models.map((model) => model.end(this.names));
    const text = JSON.stringify(real);
    const so = models.filter((_, i) => JSON.stringify(ends[i]) === text);
    if (so.length > 0) return so;
    if (ends.length === 1) expect(real, which).toEqual(ends[0]);
    else expect(ends, which).toContainEqual(real);
    throw new Error(`the order of what is compared: ${text}`);
  }
}

function countedIn(state: CustomerState) {
  return {
    views: ([...state.features][0]?.[1] ?? 0) as number,
    prizes: state.caps.get('prize\ndecision')?.total ?? 0,
    gifts: state.caps.get('gift\ndecision')?.total ?? 0,
    clicks: state.caps.get('lure\nclick')?.total ?? 0,
    messages: state.seen.length / 13,
    plan: state.traits.get('plan')?.value ?? null,
    consent: state.consent.get('marketing')?.granted ?? null,
  };
}

function offerOf({ offers: [offer] }: Decision): string {
  return ` ${offer?.offerId ?? 'nothing'}`;
}
