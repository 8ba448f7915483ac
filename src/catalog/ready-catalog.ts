// A published catalog made ready to run in this process: compiled whole, or refused whole. In pieces: a
// catalog of thousands of definitions takes a second or two, and its gateway serves meanwhile.

import type { Catalog } from '../model/catalog.ts';
import type { Sliced } from '../model/sliced.ts';
import { compilingCatalog } from './compile-catalog.ts';
import { formatFaults } from './fault.ts';
import type { SourceFile } from './file-text.ts';

/** The version, or every fault of its files in one text. */
export type ReadyCatalog<Version> =
  | { readonly kind: 'ready'; readonly version: Version }
  | { readonly kind: 'refused'; readonly reason: string };

/** @param binding binds the engine to the compiled catalog */
export function* readyCatalog<Version>(
  files: readonly SourceFile[],
  binding: (catalog: Catalog) => Sliced<Version>,
): Sliced<ReadyCatalog<Version>> {
  const compiled = yield* compilingCatalog(files);
  if (!compiled.ok) return { kind: 'refused', reason: formatFaults(compiled.faults) };
  return { kind: 'ready', version: yield* binding(compiled.catalog) };
}
