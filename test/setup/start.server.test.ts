// The set-up programs on a fresh project, with a stand-in for npm only.

import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { waitFor } from '../support/conditions.ts';
import { freshProject } from './fresh-project.ts';

test('a first start installs, builds, and runs `up` in the same process', async () => {
  const project = freshProject();
  const { code, pid, stdout, stderr } = await project.run('start.mjs', [], {
    NODE_ENV: 'production',
  });
  expect(stderr).toMatch(/^proffer: installing dependencies .*: done in [\d.]+ s$/m);
  expect(stderr).toMatch(/^proffer: building: done in [\d.]+ s$/m);
  expect(JSON.parse(stdout)).toEqual([pid, 'up']);
  expect(code).toBe(0);
  // The compiler is a development dependency.
  const [call] = project.npmCalls();
  expect(call?.args).toEqual(expect.arrayContaining(['ci', '--include=dev']));
  expect(call?.nodeEnv).toBeNull();
});

test('a second start does nothing but run', async () => {
  const project = freshProject();
  await project.run('build.mjs');
  const { pid, stdout, stderr } = await project.run('start.mjs');
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual([pid, 'up']);
  expect(project.npmCalls()).toHaveLength(1);
});

test('a changed source is built, and a removed one leaves nothing in dist', async () => {
  const project = freshProject();
  project.write('src/extra.ts', 'export const extra = 1;\n');
  project.write('src/main.ts', "await import('./extra.ts');\n");
  await project.run('build.mjs');
  expect(project.exists('dist/parts')).toBe(true);
  rmSync(join(project.directory, 'src/extra.ts'));
  project.write('src/main.ts', "process.stdout.write('changed');\n");
  const { stdout, stderr } = await project.run('proffer.mjs', ['verify']);
  expect(stderr).toContain('building');
  expect(stderr).not.toContain('installing');
  expect(stdout).toBe('changed');
  expect(project.exists('dist/parts')).toBe(false);
});

test('a changed lock file is installed', async () => {
  const project = freshProject();
  await project.run('build.mjs');
  project.write('package-lock.json', '{ "packages": { "": {}, "node_modules/x": {} } }');
  await project.run('build.mjs');
  expect(project.npmCalls()).toHaveLength(2);
});

test('an installation that somebody made with npm counts, when it is the one of the lock', async () => {
  const project = freshProject();
  const lock = (version: string) =>
    JSON.stringify({ packages: { 'node_modules/typescript': { version } } });
  await project.run('build.mjs');
  rmSync(join(project.directory, 'node_modules/.proffer-stamp'));
  project.write('package-lock.json', lock('7.0.2'));
  project.write('node_modules/.package-lock.json', lock('7.0.2'));
  await project.run('build.mjs');
  expect(project.npmCalls()).toHaveLength(1);
  rmSync(join(project.directory, 'node_modules/.proffer-stamp'));
  project.write('node_modules/.package-lock.json', lock('6.0.0'));
  await project.run('build.mjs');
  expect(project.npmCalls()).toHaveLength(2);
});

test('an installation that fails shows why, ends with one clear line, and is tried again', async () => {
  const project = freshProject();
  const { code, stderr } = await project.run('start.mjs', [], { FAKE_NPM_FAILS: '1' });
  expect(code).toBe(1);
  expect(stderr).toContain('npm error: no such network');
  expect(stderr.trim().split('\n').at(-1)).toBe(
    'proffer: npm ci failed: see above; is the package registry reachable? (exit code 7)',
  );
  expect((await project.run('start.mjs')).code).toBe(0);
});

test('a build that fails shows why, ends with one clear line, and is tried again', async () => {
  const project = freshProject();
  project.write('src/main.ts', 'const n = ;\n');
  for (const _attempt of [1, 2]) {
    const { code, stderr } = await project.run('start.mjs');
    expect(code).toBe(1);
    expect(stderr).toMatch(/ERROR.*Unexpected ";".*src\/main\.ts:1:10/s);
    expect(stderr.trim().split('\n').at(-1)).toMatch(/^proffer: the build failed: see above/);
  }
});

test('of two set-ups at once in one checkout, the second waits for the first', async () => {
  const project = freshProject();
  const ended = await Promise.all([project.run('start.mjs'), project.run('start.mjs')]);
  expect(ended.map(({ code }) => code)).toEqual([0, 0]);
  expect(project.npmCalls()).toHaveLength(1);
});

test('a set-up that was killed does not block the next', async () => {
  const project = freshProject();
  // No process has this id: it is beyond the largest that Linux gives.
  project.write('.cache/setup.lock', '999999999');
  expect((await project.run('start.mjs')).code).toBe(0);
});

test('under npm, a start whose npm was killed stops as if it had been told to', async () => {
  const project = freshProject();
  project.write(
    'src/main.ts',
    `import { writeFileSync } from 'node:fs';
    process.on('SIGTERM', () => { writeFileSync('stopped', ''); process.exit(0); });
    setInterval(() => {}, 1_000);
    writeFileSync('serving', '');\n`,
  );
  await project.run('build.mjs');
  // The shell stands in for npm; with a second command it cannot become the first.
  const shell = spawn('sh', ['-c', `"${process.execPath}" src/setup/start.mjs; true`], {
    cwd: project.directory,
    env: { ...process.env, npm_lifecycle_event: 'start', REDIS_URL: 'redis://never-asked' },
    stdio: 'ignore',
  });
  await waitFor('it to serve', () => project.exists('serving'));
  shell.kill('SIGKILL');
  await waitFor('its end', () => project.exists('stopped'));
});
