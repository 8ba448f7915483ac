import type { KnownBudgets } from './budget.ts';
import type { JsonObject } from './json.ts';
import type { ListSource } from './list-source.ts';

/**
 * Everything the engine may look at beside a state and a stimulus. Expressions read it through their
 * scope, and it is recorded with every decision: what is not in here cannot have mattered.
 */
export interface Inputs {
  /** The circumstances of the call, as the caller stated them. */
  readonly context: JsonObject;
  /** Budgets that are known to be spent, as far as they matter; null = none is. */
  readonly budgets: KnownBudgets | null;
  /** What lists are made of; null = the customer's own items, and nothing else is known. */
  readonly lists: ListSource | null;
}

/** A call that states nothing. */
export const NO_INPUTS: Inputs = { context: {}, budgets: null, lists: null };
