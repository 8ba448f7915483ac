// A published catalog made ready to run in this process: compiled whole, or refused whole.

import type { Catalog } from '../model/catalog.ts';
import { compileCatalog } from './compile-catalog.ts';
import { formatFaults } from './fault.ts';
import type { SourceFile } from './file-text.ts';

/** The version, or every fault of its files in one text. */
export type ReadyCatalog<Version> =
  | { readonly kind: 'ready'; readonly version: Version }
  | { readonly kind: 'refused'; readonly reason: string };

/** @param bind binds the engine to the compiled catalog */
export function readyCatalog<Version>(
  files: readonly SourceFile[],
  bind: (catalog: Catalog) => Version,
): ReadyCatalog<Version> {
  const compiled = compileCatalog(files);
  if (!compiled.ok) return { kind: 'refused', reason: formatFaults(compiled.faults) };
  return { kind: 'ready', version: bind(compiled.catalog) };
}
