// What reviewers would otherwise have to look for: the import rule, cycles, headers, tables that
// must agree, calls that have no place where they are, and files that nothing uses.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { errorsPage } from '../src/docs/errors-page.ts';
import { ERRORS, RETIRED } from '../src/errors.ts';
import {
  exists,
  filesMatching,
  findCircles,
  holdsTypesAlone,
  type Module,
  modulesMatching,
  reachableFrom,
} from './support/source-tree.ts';

const src = modulesMatching(/^src\/.*\.ts$/);
const setup = modulesMatching(/^src\/setup\/.*\.mjs$/);
const tests = modulesMatching(/^(test|bench)\/|^vitest\.config\.ts$/);
const lua = filesMatching(/^lua\/.*\.lua$/);
const texts = filesMatching(
  /\.(ts|mjs|js|json|md|lua|ya?ml|sql|sh)$|^\.(npmrc|gitignore|ci\/run)$|^LICENSE$/,
);
const COMPILE_CLIENTS = new URL('../src/setup/compile-clients.mjs', import.meta.url).href;
const { CLIENTS } = (await import(COMPILE_CLIENTS)) as { CLIENTS: Record<string, string> };
const packageJson = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));

/** The one folder under src that a file is in; '' for files directly in src. */
function folderOf(path: string): string {
  return /^src\/([^/]+)\//.exec(path)?.[1] ?? '';
}

/** pipeline.ts and the composition root cross folders; generating documents is composing, too. */
function mayCross(path: string): boolean {
  return /^src\/(main|pipeline|pipeline-ports|pipeline-catalog)\.ts$|^src\/(compose|commands|docs)\//.test(
    path,
  );
}

/**
 * Whether a file may import types of another that it may not import: of a port, a file that holds
 * types alone and so is apart from whatever implements it, and of the pipeline. Model and engine know
 * nobody.
 */
function mayKnow(from: string, to: string): boolean {
  if (['model', 'engine'].includes(folderOf(from))) return false;
  const other = src.find((module) => module.path === to);
  return to === 'src/pipeline.ts' || (other !== undefined && holdsTypesAlone(other));
}

/** What is made of catalogs stands on the language itself: its parser, its faults. */
const ON_CATALOGS = ['catalog-diff'];

function mayImport(from: string, to: string): boolean {
  const own = folderOf(from);
  const other = folderOf(to);
  if (own === 'client') return other === 'client';
  if (own === 'model') return other === 'model';
  if (own === 'engine') return other === 'engine' || other === 'model';
  if (to === 'src/errors.ts' || to === 'src/config.ts') return true;
  if (ON_CATALOGS.includes(own) && other === 'catalog') return true;
  return other !== '' && [own, 'model', 'redis', 'ledger', 'ops'].includes(other);
}

describe('the import rule of CONTRIBUTING.md', () => {
  test('folders import only what they may', () => {
    const offences = src
      .filter((module) => !mayCross(module.path))
      .flatMap((module) => [
        ...module.uses
          .filter((used) => used.startsWith('src/') && !mayImport(module.path, used))
          .map((used) => `${module.path} imports ${used}`),
        ...module.usesTypesOf
          .filter((used) => !mayImport(module.path, used) && !mayKnow(module.path, used))
          .map((used) => `${module.path} imports types of ${used}`),
      ]);
    expect(offences).toEqual([]);
  });

  test('model and engine know no machine: no packages, no node modules', () => {
    const offences = src
      .filter((module) => /^src\/(model|engine)\//.test(module.path))
      .filter((module) => module.packages.length > 0 || /["']node:/.test(module.code))
      .map((module) => module.path);
    expect(offences).toEqual([]);
  });

  test('nothing imports in a circle, be it for types alone', () => {
    expect(findCircles(src)).toEqual([]);
  });

  test('the product imports nothing from tests and benches', () => {
    const offences = [...src, ...setup].filter((m) =>
      m.uses.some((u) => /^(test|bench)\//.test(u)),
    );
    expect(offences.map((module) => module.path)).toEqual([]);
  });
});

describe('calls that have no place where they are', () => {
  const calls = (modules: readonly Module[], pattern: RegExp) =>
    modules.filter((module) => pattern.test(module.code)).map((module) => module.path);
  const inFolders = (...folders: readonly string[]) =>
    src.filter((module) => folders.includes(folderOf(module.path)));

  test('the engine and the model have no clock, no chance, no process, no I/O', () => {
    const banned =
      /\b(Date\.now|Math\.random|performance\.|process\.|setTimeout|setInterval|setImmediate|fetch)\b|new Date\(\)|\bcrypto\./;
    expect(calls(inFolders('engine', 'model'), banned)).toEqual([]);
  });

  test('only the composition root reads the environment', () => {
    const others = src.filter((m) => !/^src\/(main\.ts|commands\/)/.test(m.path));
    expect(calls(others, /\bprocess\.env\b/)).toEqual([]);
  });

  test('nothing writes to the console', () => {
    // But a page's script, to who builds the page: there is no log on a page.
    const calling = calls([...src, ...setup], /\bconsole\.\w+\(/);
    expect(calling).toEqual(['src/client/browser/local.ts']);
  });

  test('the hot path does not log', () => {
    const hot = src.filter((module) => /^.{0,300}Hot path\./s.test(module.text));
    expect(hot.length).toBeGreaterThan(5);
    expect(hot.filter((m) => m.uses.includes('src/ops/log.ts')).map((m) => m.path)).toEqual([]);
  });

  test('no test is singled out or put aside', () => {
    const singled = /\b(?:test|it|describe)\s*\.\s*(?:only|todo)\b|\bx(?:it|test|describe)\(/;
    expect(calls(tests, singled)).toEqual([]);
  });

  test('tests that need servers are in server files', () => {
    const servers = /^test\/support\/(private-redis|redis-process|proffer-process)\.ts$/;
    const offences = tests.filter(
      (module) =>
        module.path.endsWith('.test.ts') &&
        !module.path.endsWith('.server.test.ts') &&
        [...reachableFrom([module.path], tests)].some((path) => servers.test(path)),
    );
    expect(offences.map((module) => module.path)).toEqual([]);
  });
});

describe('Lua', () => {
  const scripts = lua.filter(({ path }) => !path.startsWith('lua/include/'));

  test.each(scripts.map((script) => [script.path, script.text] as const))(
    '%s has its header',
    (_path, text) => {
      const header = text.split('\n').filter((line) => line.startsWith('--'));
      for (const part of ['KEYS[1]', 'RETURNS', 'STATUS', 'COST']) {
        expect(header.some((line) => line.startsWith(`-- ${part}`))).toBe(true);
      }
      expect(header[0]).toMatch(/^-- [A-Z].+/);
    },
  );

  test('every script has a binding and a test', () => {
    const without = scripts.filter(({ path }) => {
      const name = path.replace(/^lua\/|\.lua$/g, '');
      const bound = src.some(({ code }) => code.includes(`"${name}"`));
      const tested = tests.some(
        ({ path, code }) =>
          path.endsWith('.server.test.ts') && (path.includes(name) || code.includes(`"${name}"`)),
      );
      return !bound || !tested;
    });
    expect(without.map(({ path }) => path)).toEqual([]);
  });
});

describe('tables that must agree', () => {
  test('docs/errors.md is what src/errors.ts says (npm run docs)', () => {
    expect(readFileSync(new URL('../docs/errors.md', import.meta.url), 'utf8')).toBe(errorsPage());
  });

  test('no retired code is in use', () => {
    expect(RETIRED.filter((code) => code in ERRORS)).toEqual([]);
  });

  test('every code is in the OpenAPI document', () => {
    expect(exists('schemas/openapi.json')).toBe(true);
    const openapi = readFileSync(new URL('../schemas/openapi.json', import.meta.url), 'utf8');
    expect(Object.keys(ERRORS).filter((code) => !openapi.includes(`"${code}"`))).toEqual([]);
  });

  test('every code is raised somewhere', () => {
    const elsewhere = src.filter((module) => module.path !== 'src/errors.ts');
    const unused = Object.keys(ERRORS).filter(
      (code) => !elsewhere.some((m) => new RegExp(`["'\`]${code}["'\`]`).test(m.code)),
    );
    expect(unused).toEqual([]);
  });
});

describe('files', () => {
  test('no source is an orphan', () => {
    const clients = Object.values(CLIENTS).map((path) => `src/client/${path}`);
    const entries = ['src/main.ts', 'src/docs/generate.ts', ...clients];
    const reached = reachableFrom(entries, src);
    // The in-memory twins of a port are there for contract and model tests.
    const twin = /\/memory-[\w-]+\.ts$/;
    const orphans = src.filter(({ path }) => !reached.has(path) && !twin.test(path));
    expect(orphans.map((module) => module.path)).toEqual([]);
  });

  test('no set-up file is an orphan', () => {
    const commands = Object.values(packageJson.scripts as Record<string, string>).join(' ');
    const entries = setup.map((m) => m.path).filter((path) => commands.includes(path));
    const reached = reachableFrom([...entries, 'src/setup/test-reporter.mjs'], setup);
    expect(setup.filter(({ path }) => !reached.has(path)).map((m) => m.path)).toEqual([]);
  });

  test('nothing in test and bench is an orphan', () => {
    const commands = Object.values(packageJson.scripts as Record<string, string>).join(' ');
    const isRun = /\.test\.ts$|^bench\/[\w-]+\.ts$|^vitest\.config\.ts$/;
    const entries = tests
      .map((module) => module.path)
      .filter((path) => isRun.test(path) || commands.includes(path));
    const reached = reachableFrom(entries, tests);
    expect(tests.filter(({ path }) => !reached.has(path)).map((m) => m.path)).toEqual([]);
  });

  test('none is longer than 300 lines', () => {
    const long = [...src, ...setup, ...tests, ...lua]
      .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
      .filter(({ lines }) => lines > 300);
    expect(long).toEqual([]);
  });

  test('names say what a file holds', () => {
    const named = [...src, ...tests].map((module) => module.path.split('/').at(-1)!);
    expect(named.filter((name) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)*$/.test(name))).toEqual([]);
    expect(
      named.filter((name) => /^(utils?|helpers?|common|lib|manager|types)\./.test(name)),
    ).toEqual([]);
  });

  test('none knows the machine it was written on, or a registry', () => {
    // Put together here, so that this file does not hold what it looks for.
    const homes = ['root', 'home/\\w+', 'Users/\\w+', 'work'].map((home) => `/${home}/`);
    const machine = new RegExp(
      `(?<![\\w.*/-])(${homes.join('|')})|https?://registry\\.|^registry=`,
      'm',
    );
    expect(texts.filter(({ text }) => machine.test(text)).map(({ path }) => path)).toEqual([]);
  });
});

describe('dependencies', () => {
  const declared = (...kinds: readonly string[]): ReadonlySet<string> =>
    new Set(kinds.flatMap((kind) => Object.keys(packageJson[kind] ?? {})));
  const undeclared = (modules: readonly Module[], names: ReadonlySet<string>) =>
    modules.flatMap(({ path, packages }) =>
      packages.filter((name) => !names.has(name)).map((name) => `${path} imports ${name}`),
    );

  test('what is imported is declared', () => {
    const product = declared('dependencies', 'optionalDependencies');
    expect(undeclared(src, product)).toEqual([]);
    // Set-up runs before there are packages; only the build asks for some, when they are there.
    expect(undeclared(setup, new Set(['esbuild', 'terser']))).toEqual([]);
    const all = declared('dependencies', 'optionalDependencies', 'devDependencies');
    // A package may import itself by its name.
    expect(undeclared(tests, new Set([...all, packageJson.name]))).toEqual([]);
  });

  test('what is declared for the product is used by it', () => {
    const unused = [...declared('dependencies', 'optionalDependencies')].filter(
      (name) => !src.some(({ text }) => text.includes(`'${name}`)),
    );
    expect(unused).toEqual([]);
  });

  test('versions are exact, and the lock file has no download addresses', () => {
    const versions = ['dependencies', 'optionalDependencies', 'devDependencies'].flatMap((kind) =>
      Object.values(packageJson[kind] as Record<string, string>),
    );
    expect(versions.filter((version) => !/^(npm:@?[\w./-]+@)?\d+\.\d+\.\d+/.test(version))).toEqual(
      [],
    );
    const lock = readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8');
    expect(lock).not.toContain('"resolved"');
  });

  test('the lock file is whole, so that `npm ci` takes it everywhere (npm run lock)', async () => {
    const script = new URL('../src/setup/lock-file.mjs', import.meta.url).href;
    const { missingFromLock } = await import(script);
    const lock = readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8');
    expect(missingFromLock(JSON.parse(lock).packages)).toEqual([]);
  });
});
