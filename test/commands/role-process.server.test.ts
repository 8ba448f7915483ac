// What gateways and workers do about their supervisor, on real processes.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { builtProgram } from '../support/built-program.ts';

const PROGRAM = builtProgram(new URL('./programs/talkative-role.ts', import.meta.url));

test('a role whose supervisor vanishes while it is being told something drains', async () => {
  const role = spawn(process.execPath, [PROGRAM], {
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
