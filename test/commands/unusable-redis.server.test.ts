// A role that starts before its Redis can serve says so in one line and ends: whoever started it
// (Docker, systemd) starts it again.

import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { prepareDeployment } from '../../src/compose/prepare-deployment.ts';
import { readConfig } from '../../src/config.ts';
import { silentLog } from '../../src/ops/log.ts';
import { freshPorts } from '../support/fresh-ports.ts';
import { startPrivateRedis } from '../support/private-redis.ts';
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
    expect(await refusalOf(role, { REDIS_URL: url, PROFFER_REDIS_DEADLINE_MS: '500' })).toEqual([
      1,
      expect.stringMatching(/^proffer: Redis does not answer at redis\+cluster:.*\n$/),
    ]);
  } finally {
    await node.dispose();
  }
});

it.each(['gateway', 'worker'])('a %s whose user has too few rights', async (role) => {
  const redis = await startPrivateRedis();
  try {
    await redis.connect().acl('SETUSER', 'default', '-@write');
    expect(await refusalOf(role, { REDIS_URL: redis.socket })).toEqual([
      1,
      expect.stringMatching(
        /^proffer: Redis at .* forbids it, give its user the rights: NOPERM .*\n$/,
      ),
    ]);
  } finally {
    await redis.stop();
  }
});

it.each(['gateway', 'worker'])('a %s whose user may not read the API keys', async (role) => {
  // The last thing that a start reads: by then nearly everything is open, and has to be closed.
  const directory = await mkdtemp(join(tmpdir(), 'proffer-start-'));
  const redis = await startPrivateRedis();
  const ports = { PROFFER_PORT: '0', PROFFER_SQL_PORT: '0', PROFFER_WORKER_PORT: '0' };
  try {
    const given = { writeKey: 'write', adminKey: 'admin' };
    await prepareDeployment(readConfig({}), redis.socket, given, silentLog());
    const allowed = ['~proffer:{*', '~proffer:deployment', '~proffer:catalog:*'];
    await redis.connect().acl('SETUSER', 'default', 'resetkeys', ...allowed);
    expect(
      await refusalOf(role, {
        ...{ ...ports, REDIS_URL: redis.socket, PROFFER_DATA_DIR: directory },
        PROFFER_PUBLISH: 'never',
      }),
    ).toEqual([1, expect.stringMatching(/^proffer: Redis at .* forbids it, .*NOPERM .*\n$/)]);
  } finally {
    await redis.stop();
    await rm(directory, { recursive: true, force: true });
  }
});

it('a gateway on a Redis where no catalog was published', async () => {
  const redis = await startPrivateRedis();
  try {
    const env = { REDIS_URL: redis.socket, PROFFER_PUBLISH: 'never' };
    expect(await refusalOf('gateway', env)).toEqual([
      1,
      'proffer: no catalog was published that can run here: start `proffer up` once\n',
    ]);
  } finally {
    await redis.stop();
  }
});

/** Exit code (or the signal of a time that is up) and stderr of a role that cannot start. */
function refusalOf(role: string, settings: Readonly<Record<string, string>>): Promise<unknown> {
  const env = { PATH: process.env.PATH ?? '', PROFFER_LOG_LEVEL: 'error', ...settings };
  const options = { env, timeout: 60_000, killSignal: 'SIGKILL' } as const;
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, role], options, (error, _stdout, stderr) => {
      resolve([error?.code ?? error?.signal, stderr]);
    });
  });
}
