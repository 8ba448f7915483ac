import type { Catalog } from '../../model/catalog.ts';
import type { CompileContext, Note } from '../compile-context.ts';
import type { EventContract } from '../compile-events.ts';
import type { Sections } from '../merge-files.ts';

/** A catalog without faults, as written and as compiled. */
export interface Warned {
  readonly sections: Sections;
  readonly catalog: Catalog;
  readonly contracts: ReadonlyMap<string, EventContract>;
  readonly context: CompileContext;
  /** Every expression of the catalog. */
  readonly notes: readonly Note[];
  /** What is over by then can never be; epoch ms. */
  readonly nowMs: number;
  /** Whether webhooks may go to private addresses. */
  readonly allowsPrivate: boolean;
}
