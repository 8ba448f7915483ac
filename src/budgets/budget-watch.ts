// Looks now and again at how much of each budget is used: for metrics, and to say once in the log that one
// is nearly or wholly spent. Every gateway looks; who notes it first in Redis says it.

import { type BudgetLimits, budgetField, decimalOf } from '../model/budget.ts';
import type { Keys } from '../redis/keys.ts';
import type { RedisConnection } from '../redis/redis-connection.ts';
import { budgetUsage } from './budget-usage.ts';
import type { BudgetedCatalog } from './remembered-budgets.ts';

/** Part of a budget, in percent, at which it is said. */
const TOLD_AT = [100, 80] as const;

/** One limit, as it stands. */
export interface LimitUsed {
  readonly offer: string;
  readonly limit: 'grants' | 'per_day' | 'money';
  /** Grants, or the currency. */
  readonly used: number;
  readonly most: number;
}

export interface BudgetWatchParts {
  readonly connection: RedisConnection;
  readonly keys: Keys;
  readonly catalog: () => BudgetedCatalog;
  readonly nowMs: () => number;
  /** Says it; once over all gateways. */
  readonly tell: (line: string) => void;
}

export class BudgetWatch {
  private found: readonly LimitUsed[] = [];

  constructor(private readonly parts: BudgetWatchParts) {}

  /** As it was when last looked at. */
  get limits(): readonly LimitUsed[] {
    return this.found;
  }

  /** @throws Unavailable */
  async look(): Promise<void> {
    const { connection, keys, catalog, nowMs } = this.parts;
    const { budgets, dayOf } = catalog();
    if (budgets.size === 0) {
      this.found = [];
      return;
    }
    const usage = await budgetUsage(connection, keys);
    const day = dayOf(nowMs());
    const found: LimitUsed[] = [];
    for (const [offer, limits] of budgets) {
      for (const { kind, limit, most } of limitsOf(limits, day)) {
        const used = usage.get(budgetField(offer, kind)) ?? 0;
        const unit = limit === 'money' ? 100 : 1;
        found.push({ offer, limit, used: used / unit, most: most / unit });
        await this.tellOnce(offer, kind, used, most);
      }
    }
    this.found = found;
  }

  private async tellOnce(offer: string, kind: Kind, used: number, most: number): Promise<void> {
    const percent = TOLD_AT.find((at) => most > 0 && 100 * used >= at * most);
    if (percent === undefined) return;
    const { connection, keys, tell } = this.parts;
    const field = `told|${kind}|${most}|${percent}`;
    const isFirst = await connection.call('hsetnx', [keys.budgetPool(offer), field, '1']);
    if (isFirst !== 1) return;
    const money = kind === 'm';
    const [spent, whole] = [used, most].map((n) => (money ? decimalOf(n) : String(n)));
    const what = money ? '' : kind === 'g' ? ' grants' : ' grants of today';
    const how = used >= most ? 'is spent' : `is used to ${percent} %`;
    tell(`the budget of ${offer} ${how}: ${spent} of ${whole}${what}`);
  }
}

type Kind = 'g' | 'm' | `d${number}`;

function* limitsOf(
  { grants, perDay, cents }: BudgetLimits,
  day: number,
): Generator<{ kind: Kind; limit: LimitUsed['limit']; most: number }> {
  if (grants !== null) yield { kind: 'g', limit: 'grants', most: grants };
  if (perDay !== null) yield { kind: `d${day}`, limit: 'per_day', most: perDay };
  if (cents !== null) yield { kind: 'm', limit: 'money', most: cents };
}
