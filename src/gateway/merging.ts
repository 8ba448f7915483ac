// Merging customers because somebody says so, and why others were not: ports, filled by customers/.

import type { RefusedMergeReason } from '../model/identity.ts';

export interface Merging {
  /**
   * Folds one customer into another.
   * @param into a customer id of the one that is left
   * @throws Unavailable
   */
  merge(into: string, from: string): Promise<Merged>;
  /** Takes a name from a customer. @throws Unavailable */
  unlink(customerId: string, name: string): Promise<Unlinked>;
  /** Takes a merge back. @throws Unavailable */
  unmerge(customerId: string, mergeId: string): Promise<Unmerged>;
}

/** What was refused of late. */
export interface RefusedNames {
  /**
   * Why a name was not linked, for a minute after it was refused; null = it was not.
   * @param callerId the name that a call is submitted under
   * @param nameId a name that it gives beside
   * @param receivedAtMs when it was received, epoch ms
   */
  reasonOf(callerId: string, nameId: string, receivedAtMs: number): RefusedMergeReason | null;
}

export type Merged =
  | { readonly kind: 'merged'; readonly mergeId: string }
  /** One of them was never seen. */
  | { readonly kind: 'unknown' }
  /** They are one already. */
  | { readonly kind: 'same' }
  | { readonly kind: 'too_many' }
  /** Another merge of one of them came first. */
  | { readonly kind: 'busy' };

export type Unlinked =
  | { readonly kind: 'unlinked'; readonly customerId: string }
  /** The customer was never seen. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'own_id' }
  /** It is none of the customer's names. */
  | { readonly kind: 'not_linked' }
  | { readonly kind: 'busy' };

export type Unmerged =
  | { readonly kind: 'unmerged'; readonly survivor: string; readonly customerId: string }
  /** There is no such merge of this customer. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'too_old' }
  /** Another merge has to be taken back first. */
  | { readonly kind: 'later_first' }
  /** The other's name leads to somebody else by now, or was a stranger's since. */
  | { readonly kind: 'moved_on' }
  /** History cannot tell yet. */
  | { readonly kind: 'not_ready' };
