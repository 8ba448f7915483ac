// What compiling a catalog costs, CPU and memory, beside the YAML parser alone.

import { parseDocument } from 'yaml';
import { compileCatalog } from '../../src/catalog/compile-catalog.ts';
import { type Fault, formatFaults } from '../../src/catalog/fault.ts';
import type { SourceFile } from '../../src/catalog/file-text.ts';
import type { Catalog } from '../../src/model/catalog.ts';

/** One way to go through the files, and what it took. */
export interface CompileCost {
  readonly wallMs: number;
  /** Of all threads, the collector's too. */
  readonly cpuMs: number;
}

/** The parser of YAML alone: what any catalog in YAML must cost. */
export function parseOnly(files: readonly SourceFile[]): CompileCost {
  return measured(() => {
    for (const { text } of files) parseDocument(text, { prettyErrors: false });
  }).cost;
}

/** @param warnAtMs also look for warnings, as of then */
export function compileCost(
  files: readonly SourceFile[],
  warnAtMs?: number,
): CompileCost & { readonly catalog: Catalog; readonly warnings: readonly Fault[] } {
  const { cost, result } = measured(() =>
    compileCatalog(files, warnAtMs === undefined ? {} : { warnAtMs }),
  );
  if (!result.ok) throw new Error(formatFaults(result.faults));
  return { ...cost, catalog: result.catalog, warnings: result.warnings };
}

function measured<T>(work: () => T): { readonly cost: CompileCost; readonly result: T } {
  const startMs = performance.now();
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  return {
    cost: { wallMs: performance.now() - startMs, cpuMs: (user + system) / 1_000 },
    result,
  };
}
