// Two gateways of a shop whose calls to Redis fail now and then, and which die: who comes in place of one
// knows nothing of what that one knew, neither states nor whom it refused, nor what was drawn of a budget.

import { BudgetDraws } from '../../src/budgets/budget-draws.ts';
import { BudgetKeeper } from '../../src/budgets/budget-keeper.ts';
import type { Budgets } from '../../src/pipeline.ts';
import { BudgetScripts } from '../../src/redis/budget-scripts.ts';
import type { Keys } from '../../src/redis/keys.ts';
import type { RedisConnection } from '../../src/redis/redis-connection.ts';
import { type FaultyConnection, faultyConnection } from '../budgets/faulty-connection.ts';
import type { Texts } from '../catalog/compile.ts';
import type { Random } from '../support/seeded.ts';
import { openShop, type Shop, versionOf } from './shop.ts';

interface Gateway {
  readonly line: FaultyConnection;
  readonly shop: Shop;
  keeper: BudgetKeeper;
}

export class MortalGateways {
  private readonly real: RedisConnection;
  private readonly draws: BudgetDraws;
  /** Two of each catalog: to open one costs more than what a history has it do. */
  private readonly pairs = new Map<Texts, Gateway[]>();
  private all: Gateway[] = [];
  /** Those who died may have sent something that is late. */
  private readonly dead: FaultyConnection[] = [];
  /** Draws that nobody may wait for any more: none may come after the next history has begun. */
  private readonly drawing = new Set<Promise<unknown>>();
  private catalog: Texts = '';
  /** A draw was not waited for: what is given instead is anybody's guess. */
  isHurried = false;

  constructor(
    connection: RedisConnection,
    private readonly keys: Keys,
    private readonly random: Random,
  ) {
    this.real = unheard(connection);
    const scripts = new BudgetScripts(this.real);
    this.draws = new BudgetDraws({ scripts, connection: this.real, keys });
  }

  /** For a shop of which Redis knows nothing, and customers of whom nobody does. */
  begin(catalog: Texts): void {
    this.catalog = catalog;
    this.isHurried = false;
    this.dead.length = 0;
    this.all = this.pairs.get(catalog) ?? [];
    this.pairs.set(catalog, this.all);
    if (this.all.length === 0) this.restartAll();
    // What was drawn for another history is not there any more.
    for (const gateway of this.all) gateway.keeper = this.newKeeper();
  }

  restartAll(): void {
    for (const at of [0, 1]) this.restart(at);
  }

  /** @param faults share of its calls to Redis that fail */
  async ask<T>(at: number, faults: number, call: (shop: Shop) => Promise<T>): Promise<T> {
    const { line, shop } = this.all[at]!;
    line.faults = faults;
    return call(shop);
  }

  /** Of one that dies on the way, or before it answers: another is in its place then. */
  async askDying(
    at: number,
    faults: number,
    call: (shop: Shop) => Promise<unknown>,
  ): Promise<void> {
    const dying = this.all[at]!;
    dying.line.callsLeft = this.random.below(12);
    await this.ask(at, faults, call);
    // Others may have asked it as well, and it may be dead by now.
    if (this.all[at] === dying) this.restart(at);
  }

  /** Whatever was sent has come, or never will. */
  async settled(): Promise<void> {
    for (const line of [...this.dead, ...this.all.map((each) => each.line)]) await line.settled();
    await Promise.allSettled(this.drawing);
  }

  private restart(at: number): void {
    const before = this.all[at];
    if (before !== undefined) {
      before.line.callsLeft = 0;
      this.dead.push(before.line);
    }
    const line = faultyConnection(this.real, this.random);
    const budgets: Budgets = {
      known: (nowMs) => gateway.keeper.known(nowMs),
      replenish: (...args) => gateway.keeper.replenish(...args),
      check: (...args) => gateway.keeper.check(...args),
    };
    const shop = openShop(line.connection, this.keys, this.catalog, undefined, budgets);
    const gateway: Gateway = { line, shop, keeper: this.newKeeper() };
    this.all[at] = gateway;
  }

  private newKeeper(): BudgetKeeper {
    const { keys, drawing, draws, catalog } = this;
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
      catalog: () => versionOf(catalog),
      refused: (_, isSpent) => {
        this.isHurried ||= !isSpent;
      },
      onFault(error) {
        throw error;
      },
      monotonicMs: () => performance.now(),
    });
  }
}

/** It has no listeners: of thousands of gateways none would ever be let go. */
function unheard(connection: RedisConnection): RedisConnection {
  return new Proxy(connection, {
    get(target, key) {
      if (key === 'onConnect' || key === 'onDoubt') return () => {};
      const member = Reflect.get(target, key);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}
