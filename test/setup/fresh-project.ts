// A project as small as can be, with the real set-up scripts: a copy of src/setup, a program of one
// line, and an `npm` that installs by linking the packages this checkout has.

import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freshDirectory } from '../support/fresh-directory.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Writes down how it was called, and links; fails when it is told to. */
const FAKE_NPM = `
const { appendFileSync, mkdirSync, readdirSync, symlinkSync, rmSync } = require('node:fs');
const real = ${JSON.stringify(join(ROOT, 'node_modules'))};
const line = { args: process.argv.slice(2), nodeEnv: process.env.NODE_ENV ?? null };
appendFileSync('npm-calls.jsonl', JSON.stringify(line) + '\\n');
if (process.env.FAKE_NPM_FAILS) { console.error('npm error: no such network'); process.exit(7); }
rmSync('node_modules', { recursive: true, force: true });
mkdirSync('node_modules');
for (const name of readdirSync(real)) {
  if (!name.startsWith('.')) symlinkSync(real + '/' + name, 'node_modules/' + name);
}
`;

/** How a set-up program ended. */
export interface Ended {
  readonly code: number | null;
  readonly pid: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface FreshProject {
  readonly directory: string;
  /** Runs `node src/setup/<name>`. */
  run(
    name: string,
    args?: readonly string[],
    env?: Readonly<Record<string, string>>,
  ): Promise<Ended>;
  write(path: string, text: string): void;
  exists(path: string): boolean;
  npmCalls(): ReadonlyArray<{ readonly args: readonly string[]; readonly nodeEnv: string | null }>;
}

/** Makes one that goes away with the test. */
export function freshProject(): FreshProject {
  const directory = freshDirectory();
  const write = (path: string, text: string) => {
    mkdirSync(join(directory, path, '..'), { recursive: true });
    writeFileSync(join(directory, path), text);
  };
  cpSync(join(ROOT, 'src/setup'), join(directory, 'src/setup'), { recursive: true });
  cpSync(join(ROOT, 'tsconfig.json'), join(directory, 'tsconfig.json'));
  write('package.json', '{ "name": "fresh", "type": "module" }');
  write('package-lock.json', '{ "packages": { "": {} } }');
  write('fake/package.json', '{ "type": "commonjs" }');
  write('fake/npm.js', FAKE_NPM);
  write(
    'src/main.ts',
    'process.stdout.write(JSON.stringify([process.pid, ...process.argv.slice(2)]));\n',
  );
  return {
    directory,
    write,
    exists: (path) => existsSync(join(directory, path)),
    npmCalls() {
      const path = join(directory, 'npm-calls.jsonl');
      if (!existsSync(path)) return [];
      const lines = readFileSync(path, 'utf8').trim().split('\n');
      return lines.map((line) => JSON.parse(line));
    },
    run(name, args = [], env = {}) {
      const { VITEST: _v, NODE_ENV: _n, ...inherited } = process.env;
      const child = spawn(process.execPath, [join('src/setup', name), ...args], {
        cwd: directory,
        env: {
          ...inherited,
          npm_execpath: join(directory, 'fake/npm.js'),
          REDIS_URL: 'redis://never-asked',
          ...env,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', (bytes) => {
        stdout += bytes;
      });
      child.stderr.on('data', (bytes) => {
        stderr += bytes;
      });
      return new Promise((resolve) => {
        child.on('close', (code) => resolve({ code, pid: child.pid ?? -1, stdout, stderr }));
      });
    },
  };
}
