// What gateways and workers do about their supervisor, on real processes.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { builtProgram } from '../support/built-program.ts';
import { waitFor } from '../support/conditions.ts';
import { freshDirectory } from '../support/fresh-directory.ts';

const TALKATIVE = builtProgram(new URL('./programs/talkative-role.ts', import.meta.url));
const HUNG_UP = builtProgram(new URL('./programs/hung-up-role.ts', import.meta.url));
const DRAINING = builtProgram(new URL('./programs/draining-role.ts', import.meta.url));

test('a role whose supervisor vanishes while it is being told something drains', async () => {
  const role = spawn(process.execPath, [TALKATIVE], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  onTestFinished(() => void role.kill('SIGKILL'));
  let output = '';
  role.stdout!.on('data', (bytes) => {
    output += bytes;
  });
  const told = once(role.stdout!, 'end');
  const ended = once(role, 'exit');
  await once(role, 'message');
  role.send('be busy', () => role.disconnect());
  expect(await ended).toEqual([0, null]);
  await told;
  expect(output).toBe('drained\n');
});

/** A role that drains for so long, once it listens. */
async function drainingRole(drainMs: number) {
  const child = spawn(process.execPath, [DRAINING, String(drainMs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  child.stdout.on('data', (bytes) => {
    output += bytes;
  });
  const ended = once(child, 'close');
  const said = (word: string) => waitFor(word, () => output.includes(`${word}\n`));
  await said('ready');
  return { child, ended, said, output: () => output };
}

test.each(['SIGTERM', 'SIGINT'] as const)('a role drains at %s', async (signal) => {
  const role = await drainingRole(10);
  role.child.kill(signal);
  expect(await role.ended).toEqual([0, null]);
  expect(role.output()).toContain('drained');
});

test('a role says that it was hung up, goes on, and drains when it is asked to', async () => {
  const path = join(freshDirectory(), 'heard');
  const role = spawn(process.execPath, [HUNG_UP, path], { stdio: 'ignore' });
  onTestFinished(() => void role.kill('SIGKILL'));
  const ended = once(role, 'exit');
  const heard = () => (existsSync(path) ? readFileSync(path, 'utf8') : '');
  await waitFor('the role', () => heard() !== '');
  for (const times of [1, 2]) {
    role.kill('SIGHUP');
    await waitFor('its word', () => heard().split('going on').length === times + 1);
  }
  role.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  expect(heard()).toMatch(/drained\n$/);
});

test.skipIf(!hasScript())(
  'a role whose terminal is closed drains, and dies of no log',
  async () => {
    const path = join(freshDirectory(), 'heard');
    // A terminal of its own, which is gone with the program that made it.
    const command = `exec '${process.execPath}' '${HUNG_UP}' '${path}'`;
    const terminal = spawn('script', ['-qec', command, '/dev/null'], { stdio: 'ignore' });
    onTestFinished(() => void terminal.kill('SIGKILL'));
    const heard = () => (existsSync(path) ? readFileSync(path, 'utf8') : '');
    await waitFor('the role', () => heard() !== '');
    const pid = Number.parseInt(heard(), 10);
    onTestFinished(() => {
      if (existsSync(`/proc/${pid}`)) process.kill(pid, 'SIGKILL');
    });
    terminal.kill('SIGKILL');
    await waitFor('the end of the role', () => !existsSync(`/proc/${pid}`));
    expect(heard()).toBe(`${pid}\ndrained\n`);
  },
);

test('a role drains when one Ctrl-C reaches it twice, from the terminal and from npm', async () => {
  const role = await drainingRole(300);
  role.child.kill('SIGINT');
  await role.said('draining');
  role.child.kill('SIGINT');
  expect(await role.ended).toEqual([0, null]);
  expect(role.output()).toContain('drained');
});

test('a role that drains too long is ended by a later signal', async () => {
  const role = await drainingRole(60_000);
  role.child.kill('SIGTERM');
  await role.said('draining');
  const insist = setInterval(() => role.child.kill('SIGTERM'), 100);
  onTestFinished(() => clearInterval(insist));
  expect(await role.ended).toEqual([1, null]);
});

/** util-linux' way to run something in a terminal of its own. */
function hasScript(): boolean {
  return spawnSync('script', ['--version'], { stdio: 'ignore' }).status === 0;
}
