// What is asked of the thread that looks at catalogs, and what it answers.

import type { CatalogChange } from '../catalog-diff/catalog-change.ts';
import type { CatalogFile, Checked } from './publishing.ts';

/** What the thread knows from its start. */
export interface Surroundings {
  /** Whether webhooks may go to private addresses. */
  readonly allowsPrivate: boolean;
}

export type CheckJob =
  | { readonly kind: 'check'; readonly files: readonly CatalogFile[] }
  | {
      readonly kind: 'diff';
      readonly from: readonly CatalogFile[];
      readonly to: readonly CatalogFile[];
    };

export type CheckAnswer =
  | { readonly kind: 'checked'; readonly checked: Checked }
  | { readonly kind: 'changes'; readonly changes: readonly CatalogChange[] };
