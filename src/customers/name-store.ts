// What this folder needs of the store beside states: the keys of names, and what a merge does to keys.

import type { CustomerState } from '../model/state.ts';
import type { Moving } from '../pipeline.ts';

/** A name to be claimed for a customer. */
export interface Claim {
  readonly id: string;
  /** The customer; '' = nobody: a name that leads to nobody leads to nobody anew, under a new etag. */
  readonly by: string;
  /** Epoch ms. */
  readonly nowMs: number;
  /** The etag of the forward that may be replaced; '' = none may. */
  readonly over: string;
  /** The person who had it until now; '' = nobody who counts. */
  readonly loser: string;
  /**
   * How many people may have held it in how long, ms, until it is nobody's (0 = who claims it is none who
   * counts); null = it is a person's own.
   */
  readonly sharing: {
    readonly ownersMax: number;
    readonly windowMs: number;
    /** Names of the loser, and of who claims it: a person counts once. */
    readonly same: readonly string[];
  } | null;
}

export type Claimed =
  | { readonly kind: 'claimed' }
  /** Its key leads to somebody else. */
  | { readonly kind: 'owned'; readonly by: string; readonly etag: string }
  /** It is a customer of its own, or one on the move. */
  | { readonly kind: 'customer' }
  /** Held by too many; it leads nowhere. */
  | { readonly kind: 'shared' };

/** Each call is one atomic step in one partition, `putBack` two. All reject with Unavailable. */
export interface NameStore {
  claim(claim: Claim): Promise<Claimed>;
  /**
   * Seals a state, so that nobody commits to it any more.
   * @returns false where the state is another by now
   */
  seal(id: string, etag: string, move: Moving['move']): Promise<boolean>;
  /**
   * Makes the etag of a state new: who read it before commits nothing to it.
   * @returns false where the state is another by now
   */
  touch(id: string, etag: string): Promise<boolean>;
  /** Opens a sealed state again. @returns false where it is not sealed like this any more */
  unseal(id: string, moving: Moving): Promise<boolean>;
  /**
   * Puts a forward where a sealed state is.
   * @returns false where it is not sealed like this any more
   */
  forward(id: string, moving: Moving, to: string): Promise<boolean>;
  /**
   * Puts a state that is taken out of another where a forward is, sealed. What is due in it is in the
   * index before: nobody has to come back for that.
   * @returns what is there then; null = there is something else by now
   */
  putBack(
    id: string,
    etag: string,
    move: Moving['move'],
    state: CustomerState,
  ): Promise<Moving | null>;
  /** Has the index of timers say of a customer what is due in this state, if it says nothing earlier. */
  dueBy(state: CustomerState): Promise<void>;
  /** How many ledger records a name had as a customer, before it led to another. */
  recordsOf(id: string): Promise<number>;
  /** What the side log of one customer has seen, another's has seen too. */
  copySeen(from: string, to: string): Promise<void>;
  /** A state as it is stored, without its etag; a character a byte. */
  documentOf(state: CustomerState): string;
  /** Back from there. @throws CorruptState */
  stateOf(customerId: string, document: string): CustomerState;
}
