// Short ways to compile a catalog in a test.

import {
  type CompiledCatalog,
  type CompileOptions,
  compileCatalog,
} from '../../src/catalog/compile-catalog.ts';
import { type Fault, formatFault } from '../../src/catalog/fault.ts';
import type { Catalog } from '../../src/model/catalog.ts';

/** Files by path; a single text is `a.yaml`. */
export type Texts = string | Readonly<Record<string, string>>;

export function compile(texts: Texts, options: CompileOptions = {}): CompiledCatalog {
  const files = typeof texts === 'string' ? { 'a.yaml': texts } : texts;
  return compileCatalog(
    Object.entries(files).map(([path, text]) => ({ path, text })),
    options,
  );
}

/** Warnings as their author reads them, at a time; the test fails with the catalog's faults. */
export function warningsOf(texts: Texts, warnAtMs = Date.now()): readonly string[] {
  const compiled = compile(texts, { warnAtMs });
  if (!compiled.ok) throw new Error(compiled.faults.map(formatFault).join('\n'));
  return compiled.warnings.map(formatFault);
}

/** The catalog, or the test fails with its faults. */
export function valid(texts: Texts): Catalog {
  const compiled = compile(texts);
  if (!compiled.ok) throw new Error(compiled.faults.map(formatFault).join('\n'));
  return compiled.catalog;
}

export function faultsOf(texts: Texts): readonly Fault[] {
  const compiled = compile(texts);
  return compiled.ok ? [] : compiled.faults;
}

/** Faults as their author reads them. */
export function reported(texts: Texts): readonly string[] {
  return faultsOf(texts).map(formatFault);
}

/** The one fault there must be. */
export function onlyFault(texts: Texts): Fault {
  const faults = faultsOf(texts);
  if (faults.length !== 1) {
    throw new Error(`${faults.length} faults:\n${faults.map(formatFault).join('\n')}`);
  }
  return faults[0]!;
}

const BASE = `catalog: t
consent: { marketing: { default: denied } }
features:
  orders: { count: Order Completed }
  by_key: { count: Order Completed, by: properties.key }
segments:
  vip: orders > 3
  stage:
    - new: orders == 1
    - loyal: orders > 1
offers:
  welcome: { tags: [greeting], treatments: { web: { title: Hi } } }
  other: { treatments: { app: { title: Hi } } }
placements:
  web: { channel: web }
  app: { channel: app }
`;

/** A small catalog with more sections, in a file of their own: their positions count from line 1. */
export function withMore(text: string): Texts {
  return { 'a.yaml': BASE, 'b.yaml': text };
}
