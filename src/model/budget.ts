// What an offer may cost all customers together.

/** The limits of an offer's budget: all that it has must allow a grant. null = no such limit. */
export interface BudgetLimits {
  /** Grants for ever. */
  readonly grants: number | null;
  /** Grants in a day of the catalog's timezone. */
  readonly perDay: number | null;
  /** Hundredths of the currency, for ever. */
  readonly cents: number | null;
}

/** One use of an offer's budget, by a decision that counts. */
export interface Grant {
  readonly offer: string;
  readonly limits: BudgetLimits;
  /** Number of the day in the catalog's timezone (`Calendar.day`). */
  readonly day: number;
  /** What it spends, in hundredths; 0 where no money is counted. */
  readonly cents: number;
}

export const NO_GRANTS: readonly Grant[] = [];

/**
 * What is known of budgets before the commit that spends them: the engine passes over what is known
 * to be spent, and the commit has the last word.
 */
export interface KnownBudgets {
  /**
   * Whether it is known that an offer cannot be granted once more.
   * @param granted what this step granted already, of all offers
   * @param cents what the grant would spend
   */
  isSpent(
    offer: string,
    placement: string,
    messageId: string,
    granted: readonly Grant[],
    cents: number,
  ): boolean;
  /** The same for the next step of a run, after what those before it took. */
  after(taken: readonly Grant[]): KnownBudgets;
}

/** Largest budget: whole numbers are exact up to here, in grants and in hundredths. */
export const BUDGET_MAX = Number.MAX_SAFE_INTEGER;

/** An amount of money in hundredths, to the nearest; null for what is none. */
export function centsOf(amount: number): number | null {
  if (!(amount >= 0)) return null;
  const cents = Math.round(amount * 100);
  return cents <= BUDGET_MAX ? cents : null;
}

/** One limit of a budget, and what a grant takes of it. */
export interface Taking {
  /** Among all that partitions have: `offer|limit`. */
  readonly field: string;
  readonly cost: number;
  readonly limit: number;
}

/** `g` grants, `m` money in hundredths, `d<day>` the grants of a day. */
export function budgetField(offer: string, kind: 'g' | 'm' | `d${number}`): string {
  return `${offer}|${kind}`;
}

/** What a grant takes of each limit that its budget has. */
export function takingsOf({ offer, limits, day, cents }: Grant): readonly Taking[] {
  const takings: Taking[] = [];
  if (limits.grants !== null) {
    takings.push({ field: budgetField(offer, 'g'), cost: 1, limit: limits.grants });
  }
  if (limits.perDay !== null) {
    takings.push({ field: budgetField(offer, `d${day}`), cost: 1, limit: limits.perDay });
  }
  if (limits.cents !== null) {
    takings.push({ field: budgetField(offer, 'm'), cost: cents, limit: limits.cents });
  }
  return takings;
}

/** As commit.lua takes a grant: `field cost limit` of each of its limits. */
export function grantText(grant: Grant): string {
  return takingsOf(grant)
    .map(({ field, cost, limit }) => `${field} ${cost} ${limit}`)
    .join(' ');
}

/** Hundredths as a decimal number, e.g. `12.05`. */
export function decimalOf(cents: number): string {
  const whole = Math.floor(cents / 100);
  return `${whole}.${String(cents - 100 * whole).padStart(2, '0')}`;
}

/** The date of a grant's day: `2026-11-30`. */
export function dateText(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10);
}

/** Which limits count a grant: `g` grants, `d` per_day, `m` money. */
export function countedBy({ grants, perDay, cents }: BudgetLimits): string {
  return (grants === null ? '' : 'g') + (perDay === null ? '' : 'd') + (cents === null ? '' : 'm');
}
