import { expect, test } from 'vitest';

interface Locked {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}
type Packages = Readonly<Record<string, Locked>>;
interface LockFile {
  missingFromLock(packages: Packages): ReadonlyArray<{ readonly name: string }>;
  completeLock(lock: { readonly packages: Packages }): { readonly packages: Packages };
}

const script = new URL('../../src/setup/lock-file.mjs', import.meta.url).href;
const { missingFromLock, completeLock } = (await import(script)) as LockFile;

test('a package is found beside the one that asks for it, or in a folder above', () => {
  const packages: Packages = {
    '': { dependencies: { a: '1.0.0' } },
    'node_modules/a': { version: '1.0.0', dependencies: { '@s/b': '1.0.0', c: '^2.0.0' } },
    'node_modules/a/node_modules/@s/b': { version: '1.0.0', dependencies: { c: '2.0.0' } },
    'node_modules/c': { version: '2.0.0', dependencies: { '@s/b': '1.0.0' } },
  };
  expect(missingFromLock(packages)).toEqual([
    { parent: 'node_modules/c', name: '@s/b', range: '1.0.0', optional: false },
  ]);
});

test('packages of other platforms are added as npm would', () => {
  const names = ['@x/cli-darwin-arm64', '@x/cli-linux-x64-musl'];
  const packages: Packages = {
    'node_modules/x': {
      version: '3.0.0',
      dev: true,
      optionalDependencies: Object.fromEntries(names.map((name) => [name, '3.0.1'])),
    },
    'node_modules/a': { version: '1.0.0' },
  };
  const completed = completeLock({ packages }).packages;
  expect(completed['node_modules/@x/cli-darwin-arm64']).toEqual({
    version: '3.0.1',
    cpu: ['arm64'],
    dev: true,
    optional: true,
    os: ['darwin'],
  });
  expect(completed['node_modules/@x/cli-linux-x64-musl']).toMatchObject({
    libc: ['musl'],
    os: ['linux'],
  });
  expect(missingFromLock(completed)).toEqual([]);
  expect(Object.keys(completed)).toEqual([
    'node_modules/@x/cli-darwin-arm64',
    'node_modules/@x/cli-linux-x64-musl',
    'node_modules/a',
    'node_modules/x',
  ]);
});

test('what is not optional, or of no known platform, is not made up', () => {
  const needs = (kind: 'dependencies' | 'optionalDependencies', name: string) => () =>
    completeLock({
      packages: { 'node_modules/x': { version: '1.0.0', [kind]: { [name]: '1.0.0' } } },
    });
  expect(needs('dependencies', 'x-linux-x64')).toThrow('x-linux-x64@1.0.0');
  expect(needs('optionalDependencies', 'x-native')).toThrow('x-native@1.0.0');
});
