// Random histories told to two gateways whose calls to Redis fail now and then, and to a model that serves
// one call after the other. Calls are made again until they are answered, under the same message id, at
// either gateway. Some come several at once, all but one of them under one name alone: then any of them
// may have been the first.

import { expect } from 'vitest';
import { BudgetDraws } from '../../src/budgets/budget-draws.ts';
import { BudgetKeeper } from '../../src/budgets/budget-keeper.ts';
import { budgetUsage } from '../../src/budgets/budget-usage.ts';
import type { Decision } from '../../src/model/decision.ts';
import type { Budgets } from '../../src/pipeline.ts';
import { BudgetScripts } from '../../src/redis/budget-scripts.ts';
import type { Keys } from '../../src/redis/keys.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { type FaultyConnection, faultyConnection } from '../budgets/faulty-connection.ts';
import type { Random } from '../support/seeded.ts';
import { ledgerHistory } from './ledger-history.ts';
import { OneAtATime, PRIZES_IN_ALL } from './one-at-a-time.ts';
import type { Operation } from './operation.ts';
import { endsOf } from './possible-ends.ts';
import { RandomOperations, submissionOf } from './random-operations.ts';
import { NOW, openShop, type Shop, versionOf } from './shop.ts';
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
const MODELS_MAX = 100;

export class RandomShops {
  private readonly faulty: readonly FaultyConnection[];
  private readonly limited: readonly Shop[];
  private readonly unlimited: readonly Shop[];
  private readonly reader: Shop;
  private readonly keepers: BudgetKeeper[] = [];
  /** A draw was not waited for: what is given instead is anybody's guess. */
  private isHurried = false;
  /** Histories that were left at that. */
  leftOut = 0;
  /** Draws that nobody may wait for any more: none may come after the next history has begun. */
  private readonly drawing = new Set<Promise<unknown>>();
  private runs = 0;
  private models: readonly OneAtATime[] = [];

  constructor(
    private readonly connection: RedisConnection,
    private readonly keys: Keys,
    private readonly random: Random,
  ) {
    this.faulty = [0, 1].map(() => faultyConnection(connection, random));
    this.limited = this.faulty.map((each, at) =>
      openShop(each.connection, keys, LIMITED, undefined, this.budgetsOf(at)),
    );
    this.unlimited = this.faulty.map((each) => openShop(each.connection, keys, UNLIMITED));
    this.reader = openShop(connection, keys, UNLIMITED);
  }

  /** One history from its beginning to its end; there is nothing in Redis before. */
  async history(steps: number): Promise<void> {
    const { random } = this;
    const run = `r${String(++this.runs).padStart(5, '0')}`;
    this.isHurried = false;
    const isLimited = random() < 0.5;
    const gateways = isLimited ? this.limited : this.unlimited;
    this.models = [new OneAtATime(NOW, isLimited ? PRIZES_IN_ALL : Number.POSITIVE_INFINITY)];
    for (const at of [0, 1]) this.keepers[at] = this.newKeeper();
    const operations = new RandomOperations(
      random,
      run,
      () => this.models,
      async (name) => (await this.reader.customers.findFresh(name)).state.merges,
    );
    const log: string[] = [];
    const faults = random.pick([0, 0.1, 0.25]);
    for (let step = 0; step < steps; step++) {
      // Of several at once that want a prize one may find what is left drawn for another.
      const isFree = !isLimited || this.models.every(({ granted }) => granted === PRIZES_IN_ALL);
      const isMany = isFree && this.models.length < 4 && random() < 0.25;
      const first = await operations.next();
      const views = isMany ? [operations.view(), operations.view()] : [];
      const together = [first, ...views.filter((view) => canCross(first, view, faults))].filter(
        (operation) => operation !== null,
      );
      const answers = await Promise.all(together.map((each) => this.make(gateways, each, faults)));
      log.push(together.map((each, i) => `${JSON.stringify(each)} ${answers[i]}`).join('\n  '));
      if (this.isHurried) break;
      this.models = endsOf(this.models, together, answers, faults > 0);
      expect(this.models.length, `${answers}\n${log.join('\n')}`).toBeGreaterThan(0);
      expect(this.models.length, log.join('\n')).toBeLessThanOrEqual(MODELS_MAX);
    }
    for (const each of this.faulty) await each.settled();
    await Promise.allSettled(this.drawing);
    if (this.isHurried) {
      this.leftOut++;
      return;
    }
    await this.compare(isLimited, operations.names(), `history ${this.runs}:\n${log.join('\n')}\n`);
  }

  private budgetsOf(at: number): Budgets {
    const keeper = () => this.keepers[at]!;
    return {
      known: (nowMs) => keeper().known(nowMs),
      replenish: (...args) => keeper().replenish(...args),
      check: (...args) => keeper().check(...args),
    };
  }

  /** Who draws knows nothing yet of what was spent in another history. */
  private newKeeper(): BudgetKeeper {
    const { connection, keys, drawing } = this;
    const draws = new BudgetDraws({ scripts: new BudgetScripts(connection), connection, keys });
    return new BudgetKeeper({
      draws: {
        draw(...args) {
          const drawn = draws.draw(...args);
          const done = drawn.finally(() => drawing.delete(done));
          drawing.add(done);
          return done;
        },
        held: (partition) => draws.held(partition),
      },
      partitions: keys.partitions,
      catalog: () => versionOf(LIMITED),
      refused: (_, isSpent) => {
        this.isHurried ||= !isSpent;
      },
      onFault(error) {
        throw error;
      },
      monotonicMs: () => performance.now(),
    });
  }

  /** Until it is answered. @returns the answer; `?` after one where an earlier attempt may have done it */
  private async make(
    gateways: readonly Shop[],
    operation: Operation,
    faults: number,
  ): Promise<string> {
    const { random } = this;
    for (let attempt = 0; attempt < 40; attempt++) {
      const at = random.below(2);
      this.faulty[at]!.faults = attempt < 4 ? faults : 0;
      const answer = await this.tried(gateways[at]!, operation);
      if (answer !== null) return attempt === 0 ? answer : `${answer}?`;
    }
    throw new Error(`never answered: ${JSON.stringify(operation)}`);
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
        if (result.kind === 'unavailable') return null;
        if (result.kind === 'refused') return result.code;
        return result.duplicate ? 'done' : `done${result.decisions.map(offerOf)}`;
      }
    }
  }

  private async compare(
    isLimited: boolean,
    names: readonly string[],
    which: string,
  ): Promise<void> {
    const found = await findAll(this.reader, names);
    const states = new Map([...found.values()].map((state) => [state.customerId, state]));
    const used = await budgetUsage(this.connection, this.keys);
    const real = {
      names: Object.fromEntries([...found].map(([name, { customerId }]) => [name, customerId])),
      customers: Object.fromEntries(
        [...states.values()]
          .filter(({ asOfMs }) => asOfMs > 0)
          .sort((a, b) => (a.customerId < b.customerId ? -1 : 1))
          .map((state) => [
            state.customerId,
            {
              views: ([...state.features][0]?.[1] ?? 0) as number,
              prizes: state.caps.get('prize\ndecision')?.total ?? 0,
              gifts: state.caps.get('gift\ndecision')?.total ?? 0,
              clicks: state.caps.get('lure\nclick')?.total ?? 0,
              messages: state.seen.length / 13,
              plan: state.traits.get('plan')?.value ?? null,
              consent: state.consent.get('marketing')?.granted ?? null,
            },
          ]),
      ),
      ...(isLimited && { granted: used.get('prize|g') ?? 0 }),
    };
    const ends = this.models.map((model) => model.end(names));
    if (ends.length === 1) expect(real, which).toEqual(ends[0]);
    else expect(ends, which).toContainEqual(real);
    await expectAllCounted(this.connection, this.keys);
  }
}

function offerOf({ offers: [offer] }: Decision): string {
  return ` ${offer?.offerId ?? 'nothing'}`;
}

/**
 * Counted for one customer, and told again, unanswered, under a name that has moved on to another
 * meanwhile, a message counts there too.
 */
function canCross(first: Operation | null, view: Operation | null, faults: number): boolean {
  if (faults === 0 || first?.kind !== 'event' || view?.kind !== 'event') return true;
  const { names, previous } = first;
  const [name] = view.names;
  if (name === previous || name === `anonymous:${previous}`) return false;
  return names.length === 1 || !names.includes(name!);
}
