// The moments' own orchestrator: what is killed while it starts must be started again.

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { freshDirectory } from '../../support/fresh-directory.ts';
import { ManagedProcess } from './managed-process.ts';

test('one that is killed while a client waits for it is started again', async () => {
  let asked = 0;
  const pids = new Set<number>();
  const managed: ManagedProcess = new ManagedProcess({
    name: 'sleeper',
    command: 'sleep',
    args: ['60'],
    env: { PATH: process.env.PATH ?? '' },
    logPath: join(freshDirectory(), 'log.txt'),
    isReady() {
      pids.add(managed.pid);
      if (++asked > 1) return Promise.resolve(true);
      process.kill(managed.pid, 'SIGKILL');
      return new Promise(() => {});
    },
    onUnexpectedEnd: () => {},
  });
  await managed.start();
  expect(pids.size).toBe(2);
  await managed.kill();
});
