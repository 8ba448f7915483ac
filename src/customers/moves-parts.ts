// What a merge needs of the rest of the product.

import type { Fold } from '../ledger/identity-rows.ts';
import type { RefusedMergeReason } from '../model/identity.ts';
import type { CustomerState } from '../model/state.ts';
import type { SteppedHow } from '../model/step.ts';
import type { CatalogSource, StateStore } from '../pipeline.ts';
import type { NameStore } from './name-store.ts';

/** As ledger/identity-rows.ts writes them. */
export interface IdentityRecords {
  fold(fold: Fold, state: CustomerState, how: SteppedHow, customerChanged: boolean): string;
  /** Of one that is taken back: the states that come of it. */
  unfold(fold: Fold, state: CustomerState, how: SteppedHow): string;
  unlink(id: string, state: CustomerState, atMs: number, how: SteppedHow): string;
}

export interface MovesParts {
  readonly states: StateStore;
  readonly names: NameStore;
  readonly catalogs: CatalogSource;
  readonly records: IdentityRecords;
  readonly counts: IdentityCounts;
  /** Epoch ms. */
  nowMs(): number;
  /** Never goes back; ms. */
  monotonicMs(): number;
}

/** What is counted. */
export interface IdentityCounts {
  linked(): void;
  merged(): void;
  refused(reason: RefusedMergeReason): void;
}

/** For whoever does not care. */
export const UNCOUNTED: IdentityCounts = { linked() {}, merged() {}, refused() {} };
