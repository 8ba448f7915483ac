// What gateways and workers do about their supervisor, on real processes.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { builtProgram } from '../support/built-program.ts';
import { waitFor } from '../support/conditions.ts';

const TALKATIVE = builtProgram(new URL('./programs/talkative-role.ts', import.meta.url));
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

test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('a role drains at %s', async (signal) => {
  const role = await drainingRole(10);
  role.child.kill(signal);
  expect(await role.ended).toEqual([0, null]);
  expect(role.output()).toContain('drained');
});

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
