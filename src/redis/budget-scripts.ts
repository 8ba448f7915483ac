// The typed bindings of lua/hold-budget.lua and lua/allot-budget.lua.

import type { RedisConnection } from './redis-connection.ts';
import { loadScript, type Script } from './script.ts';

/** What a partition has of one limit of a budget; all three only grow. */
export interface Holding {
  readonly granted: number;
  readonly used: number;
  readonly returned: number;
}

/** One limit, for a partition to take what was allotted. */
export interface HoldLimit {
  /** `offer|limit` */
  readonly field: string;
  readonly limit: number;
  /** What the pool has granted in all; 0 = no more than is known there. */
  readonly granted: number;
}

/** What is told to the pool of a partition. */
export interface Told extends Holding {
  /** `g`, `m` or `d<day>` */
  readonly kind: string;
  readonly partition: number;
  readonly limit: number;
  /** What the partition must have left; 0 = it is only told of. */
  readonly need: number;
  /** The change of the limit since which everything idle was called in; 0 = it was not. */
  readonly since: number;
}

export interface AllotAnswer {
  /** `changing`: what the partitions were granted may be more than they may use. */
  readonly kind: 'allotted' | 'dry' | 'changing';
  /** Of each that was told, in order. */
  readonly shares: readonly { readonly granted: number; readonly free: number }[];
}

/** Calls both scripts. Methods throw `Unavailable`; then it may have happened or not. */
export class BudgetScripts {
  private readonly holding: Script = loadScript('hold-budget');
  private readonly allotting: Script = loadScript('allot-budget');

  constructor(private readonly connection: RedisConnection) {
    this.holding.loadInto(connection);
    this.allotting.loadInto(connection);
  }

  /** @param idle `return` gives all idle units back @returns a holding for each limit */
  async hold(
    budgetsKey: string,
    idle: 'keep' | 'return',
    limits: readonly HoldLimit[],
  ): Promise<readonly Holding[]> {
    const args = limits.flatMap(({ field, limit, granted }) => [
      field,
      String(limit),
      String(granted),
    ]);
    const reply = await this.holding.run(this.connection, [budgetsKey], [idle, ...args]);
    const numbers = amountsIn(reply);
    return limits.map((_, i) => ({
      granted: numbers[3 * i]!,
      used: numbers[3 * i + 1]!,
      returned: numbers[3 * i + 2]!,
    }));
  }

  /** @param share at most one part in so many of what is free goes to one partition unneeded */
  async allot(poolKey: string, share: number, told: readonly Told[]): Promise<AllotAnswer> {
    const args = told.flatMap(({ kind, partition, limit, need, granted, used, returned, since }) =>
      [kind, partition, limit, need, granted, used, returned, since].map(String),
    );
    const reply = await this.allotting.run(this.connection, [poolKey], [String(share), ...args]);
    const [status] = reply as [number];
    const numbers = amountsIn(reply);
    const isChanging = status === this.allotting.status('changing');
    const isDry = status === this.allotting.status('dry');
    return {
      kind: isChanging ? 'changing' : isDry ? 'dry' : 'allotted',
      shares: told.map((_, i) => ({ granted: numbers[2 * i]!, free: numbers[2 * i + 1]! })),
    };
  }
}

/** What follows the status, as text: ioredis rounds the last integers below 2⁵³. */
function amountsIn(reply: unknown): readonly number[] {
  return (reply as Buffer[]).slice(1).map((amount) => Number(amount.toString('latin1')));
}
