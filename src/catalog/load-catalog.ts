// A catalog from the file system: a folder of YAML files, with its subfolders, or one file.

import { lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { CatalogTest } from '../catalog-tests/catalog-test.ts';
import type { Catalog } from '../model/catalog.ts';
import { compileCatalog } from './compile-catalog.ts';
import type { Fault } from './fault.ts';
import type { SourceFile } from './file-text.ts';

/** Files of one catalog. */
export const FILES_MAX = 1_000;
/** Bytes of one catalog, all files together: it travels through Redis whole. */
export const CATALOG_BYTES_MAX = 8 * 1024 * 1024;
/** Folders within folders. */
const FOLDERS_MAX = 16;

/** A catalog with the text it was made from, or all its faults. */
export type LoadedCatalog =
  | {
      readonly ok: true;
      readonly catalog: Catalog;
      readonly files: readonly SourceFile[];
      readonly tests: readonly CatalogTest[];
      readonly warnings: readonly Fault[];
      /** One of its files as the caller would type it; what `warnings` have already. */
      readonly typed: (file: string) => string;
    }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/**
 * Reads and compiles the catalog at a path. Faults and warnings carry the files' names as the caller
 * would type them; a path that cannot be read is one fault.
 * @param nowMs what is over by then is warned of; epoch ms
 * @param allowsPrivate whether webhooks may go to private addresses: then nobody is warned of one
 */
export function loadCatalog(
  path: string,
  nowMs = Date.now(),
  allowsPrivate = false,
): LoadedCatalog {
  const read = readSources(path);
  if (!read.ok) return { ok: false, faults: [read.fault] };
  const compiled = compileCatalog(read.files, { warnAtMs: nowMs, allowsPrivate });
  const typed = (file: string) => (read.folder ? join(path, file) : path);
  const shown = (fault: Fault) => ({ ...fault, file: typed(fault.file) });
  if (!compiled.ok) return { ok: false, faults: compiled.faults.map(shown) };
  const { catalog, tests } = compiled;
  const warnings = compiled.warnings.map(shown);
  return { ok: true, catalog, files: read.files, tests, warnings, typed };
}

/** The files of a catalog, or why they cannot be read. */
export type Sources =
  | { readonly ok: true; readonly folder: boolean; readonly files: readonly SourceFile[] }
  | { readonly ok: false; readonly fault: Fault };

/** Reads the files at a path; compiles nothing. `folder`: whether the path is one. */
export function readSources(path: string): Sources {
  try {
    const folder = statSync(path).isDirectory();
    const names = catalogFileNames(path);
    if (names.length === 0) return refused(path, 'the folder has no .yaml file');
    if (names.length > FILES_MAX) return refused(path, `more than ${FILES_MAX} files`);
    let bytes = 0;
    const files: SourceFile[] = [];
    for (const name of names) {
      const full = folder ? join(path, name) : path;
      const { size } = statSync(full);
      bytes += size;
      if (bytes > CATALOG_BYTES_MAX) {
        return refused(full, `the catalog is larger than ${CATALOG_BYTES_MAX / 1024 / 1024} MB`);
      }
      const text = textOf(readFileSync(full));
      if (text === null) return refused(full, 'is not UTF-8 text: save it as UTF-8');
      files.push({ path: folder ? name : basename(path), text });
    }
    return { ok: true, folder, files };
  } catch (error) {
    const { code, path: at } = error as NodeJS.ErrnoException;
    return refused(at ?? path, reasonOf(code, error));
  }
}

/**
 * The files of a catalog, relative to its folder; `''` alone where the path is a file.
 * @throws Error of the file system
 */
export function catalogFileNames(path: string): readonly string[] {
  return statSync(path).isDirectory() ? yamlFiles(path, '', 0) : [''];
}

/** Paths relative to the catalog's folder, with `/`; hidden files and folders are left alone. */
function yamlFiles(root: string, folder: string, depth: number): string[] {
  if (depth > FOLDERS_MAX) return [];
  const found: string[] = [];
  for (const name of readdirSync(join(root, folder))) {
    if (name.startsWith('.') || name === 'node_modules') continue;
    const relative = folder === '' ? name : `${folder}/${name}`;
    const full = join(root, relative);
    // A link to a folder could lead in a circle; a link to a file is as good as the file.
    if (lstatSync(full).isDirectory()) found.push(...yamlFiles(root, relative, depth + 1));
    else if (/\.ya?ml$/i.test(name) && statSync(full).isFile()) found.push(relative);
    if (found.length > FILES_MAX) break;
  }
  return found;
}

/** null = it is not UTF-8. */
function textOf(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function reasonOf(code: string | undefined, error: unknown): string {
  switch (code) {
    case 'ENOENT':
      return 'there is no such file or folder';
    case 'EACCES':
    case 'EPERM':
      return 'may not be read';
    default:
      return `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function refused(file: string, message: string): Sources {
  const fault = { file, line: 0, column: 0, path: '', message };
  return { ok: false, fault: { ...fault, found: null, expected: null, suggestion: null } };
}
