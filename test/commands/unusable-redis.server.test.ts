// A role that starts before its Redis can serve says so in one line and ends: whoever started it
// (Docker, systemd) starts it again.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { freshPorts } from '../support/fresh-ports.ts';
import { startRedisProcess } from '../support/redis-process.ts';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

it.each(['gateway', 'worker'])('a %s on a cluster that has no slots yet', async (role) => {
  const [port = 0, busPort = 0] = await freshPorts(2);
  const node = await startRedisProcess({
    port,
    args: ['--port', `${port}`, '--cluster-port', `${busPort}`, '--cluster-enabled', 'yes'],
  });
  try {
    const url = `redis+cluster://127.0.0.1:${port}`;
    const env = { PATH: process.env.PATH ?? '', REDIS_URL: url, PROFFER_REDIS_DEADLINE_MS: '500' };
    const said = await new Promise((resolve) => {
      execFile(process.execPath, [MAIN, role], { env }, (error, _stdout, stderr) => {
        resolve([error?.code, stderr]);
      });
    });
    expect(said).toEqual([
      1,
      expect.stringMatching(/^proffer: Redis does not answer at redis\+cluster:.*\n$/),
    ]);
  } finally {
    await node.dispose();
  }
});
