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

/** Whether grants are of the same offers, in their order. */
export function ofSameOffers(a: readonly Grant[], b: readonly Grant[]): boolean {
  return a.length === b.length && a.every(({ offer }, i) => offer === b[i]!.offer);
}

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

/**
 * What stands for a limit of grants that a budget does not have. Far above what is ever given, and so far
 * below `BUDGET_MAX` that partitions may be allotted their part of it again and again.
 */
export const UNLIMITED = 1_000_000_000_000;

/**
 * What a grant takes. Grants and those of the day are counted whether the budget limits them or not: a
 * limit that a catalog brings later, or brings back, then knows what was given before it.
 */
export function takingsOf({ offer, limits, day, cents }: Grant): readonly Taking[] {
  const takings: Taking[] = [
    { field: budgetField(offer, 'g'), cost: 1, limit: limits.grants ?? UNLIMITED },
    { field: budgetField(offer, `d${day}`), cost: 1, limit: limits.perDay ?? UNLIMITED },
  ];
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

/** What a grant was counted as: `g` a grant, `d` one of its day, `m` money. */
export function countedBy({ cents }: BudgetLimits): string {
  return cents === null ? 'gd' : 'gdm';
}
