// The files of the project and who imports whom, for the tidy test. Imports are read from what
// esbuild makes of a file: comments, strings in comments and type-only imports are gone by then.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'esbuild';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const NOT_OURS: ReadonlySet<string> = new Set(['node_modules', 'dist', 'data', '.git', '.cache']);

/** One file of the project. */
export interface SourceFile {
  /** From the project's folder, with slashes. */
  readonly path: string;
  readonly text: string;
}

/** A TypeScript or JavaScript file, with what it refers to. */
export interface Module extends SourceFile {
  /** The code alone: no comments, no types. */
  readonly code: string;
  /** Paths of project files that must be loaded before this one. */
  readonly imports: readonly string[];
  /** Those, and the ones loaded later: dynamic imports, programs started by URL. */
  readonly uses: readonly string[];
  /** Those imported for their types alone. */
  readonly usesTypesOf: readonly string[];
  /** Names of packages imported for their values. */
  readonly packages: readonly string[];
}

/** Every file of the project whose path matches; no dependencies, no build output. */
export function filesMatching(pattern: RegExp): readonly SourceFile[] {
  return walk('')
    .filter((path) => pattern.test(path))
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
}

/** Every module whose path matches. */
export function modulesMatching(pattern: RegExp): readonly Module[] {
  return filesMatching(pattern)
    .filter(({ path }) => /\.(ts|mjs|js)$/.test(path) && !path.endsWith('.d.ts'))
    .map(parse);
}

/** Whether the project has such a file. */
export function exists(path: string): boolean {
  return existsSync(join(ROOT, path));
}

/** Everything that can be reached from these paths, themselves included. */
export function reachableFrom(
  paths: readonly string[],
  modules: readonly Module[],
): ReadonlySet<string> {
  const byPath = new Map(modules.map((module) => [module.path, module]));
  const reached = new Set<string>();
  const queue = [...paths];
  while (queue.length > 0) {
    const path = queue.pop()!;
    if (reached.has(path)) continue;
    reached.add(path);
    const module = byPath.get(path);
    if (module !== undefined) queue.push(...module.uses, ...module.usesTypesOf);
  }
  return reached;
}

/**
 * The circles of imports, those for types alone included: of each the paths, sorted, each of which
 * leads to each other.
 */
export function findCircles(modules: readonly Module[]): readonly (readonly string[])[] {
  const importsOf = new Map(
    modules.map(({ path, imports, usesTypesOf }) => [path, [...imports, ...usesTypesOf]]),
  );
  const reached = new Map(modules.map(({ path }) => [path, reachedFrom(path, importsOf)]));
  const circles = new Map<string, readonly string[]>();
  for (const [path, others] of reached) {
    if (!others.has(path)) continue;
    const circle = [...others].filter((other) => reached.get(other)?.has(path)).sort();
    circles.set(circle.join(), circle);
  }
  return [...circles.values()];
}

/** Everything that a file imports, and what those import; itself only if it is in a circle. */
function reachedFrom(
  path: string,
  importsOf: ReadonlyMap<string, readonly string[]>,
): ReadonlySet<string> {
  const reached = new Set<string>();
  const queue = [...(importsOf.get(path) ?? [])];
  while (queue.length > 0) {
    const next = queue.pop()!;
    if (reached.has(next)) continue;
    reached.add(next);
    queue.push(...(importsOf.get(next) ?? []));
  }
  return reached;
}

/** Whether a file holds types alone, so that importing it loads nothing: a port, or nouns. */
export function holdsTypesAlone({ code }: Module): boolean {
  return /^(?:export \{\s*\};?)?$/.test(code.trim());
}

function walk(folder: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    if (NOT_OURS.has(entry.name)) return [];
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    return entry.isDirectory() ? walk(path) : entry.isFile() ? [path] : [];
  });
}

// esbuild begins every statement on a line of its own.
const STATIC = /^(?:import|export)\b(?:[^'"();=]*?\bfrom\b)?\s*["']([^"']+)["']/gm;
const DYNAMIC = /\bimport\(\s*["']([^"']+)["']/g;
const BY_URL = /new URL\(\s*["']([^"':]+\.(?:ts|js|mjs))["'],\s*import\.meta\.url/g;
/** Started by `programFile`, or by what takes its names. */
const PROGRAMS = /\b(?:programFile|startThread)\(\s*["']([^"']+)["']/g;
const TYPES = /\b(?:import|export) type\b[^'"();]*?from ["']([^"']+)["']/g;

function parse({ path, text }: SourceFile): Module {
  const { code } = transformSync(text, {
    loader: path.endsWith('.ts') ? 'ts' : 'js',
    format: 'esm',
    target: 'es2022',
    legalComments: 'none',
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
  });
  const loaded = specifiers(code, STATIC);
  const values = [...loaded, ...specifiers(code, DYNAMIC)];
  const urls = specifiers(text, BY_URL);
  const own = [...values.filter((name) => name.startsWith('.')), ...urls];
  return {
    path,
    text,
    code,
    imports: loaded.filter((name) => name.startsWith('.')).map((name) => resolve(path, name)),
    uses: [
      ...own.map((name) => resolve(path, name)),
      ...specifiers(code, PROGRAMS).map((name) => `src/${name}.ts`),
    ],
    usesTypesOf: specifiers(text, TYPES)
      .filter((name) => name.startsWith('.'))
      .map((name) => resolve(path, name)),
    packages: values.filter((name) => !/^(\.|node:|file:)/.test(name)).map(packageOf),
  };
}

function specifiers(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map((match) => match[1]!);
}

/** A built file stands for its source. */
function resolve(from: string, name: string): string {
  const path = normalize(join(dirname(from), name)).replaceAll('\\', '/');
  const source = path.replace(/^dist\//, 'src/').replace(/\.js$/, '.ts');
  return exists(source) ? source : relative('.', path);
}

function packageOf(name: string): string {
  return name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/');
}
