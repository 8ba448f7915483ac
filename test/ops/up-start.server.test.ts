// Starts that cannot be, on real processes: what the operator is told, and that nothing stays.

import { mkdirSync, realpathSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { waitFor } from '../support/conditions.ts';
import { freshDirectory } from '../support/fresh-directory.ts';
import { runningProcesses } from '../support/process-tree.ts';
import { nothingLeft, pidsOf, serving, type Up, up } from './up-process.ts';

describe('a start that cannot be', () => {
  const lastLine = (service: Up) => service.output().trim().split('\n').at(-1);

  test('says that a port is taken', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as { port: number };
    const service = up({ PROFFER_PORT: String(port) });
    expect(await service.ended).toBe(1);
    taken.close();
    expect(lastLine(service)).toBe(
      `proffer: port ${port} on 127.0.0.1 is in use: stop what listens there, or set PROFFER_PORT`,
    );
  });

  test('says that the data directory is in use, and by whom', async () => {
    const directory = freshDirectory();
    const first = up({}, directory);
    await serving(first);
    const second = up({}, directory);
    expect(await second.ended).toBe(1);
    expect(lastLine(second)).toContain(`is in use by process ${first.child.pid}:`);
    expect(first.child.exitCode).toBeNull();
    first.child.kill('SIGTERM');
    expect(await first.ended).toBe(0);
  });

  test('says what cannot be prepared, and leaves nothing running', async () => {
    const service = up({ TEST_FAULT: 'prepare' });
    await waitFor('Redis', () => service.find('redis-server').length > 0 || service.output());
    const pids = pidsOf(service);
    expect(await service.ended).toBe(1);
    expect(lastLine(service)).toBe('proffer: catalog cannot be read');
    expect(nothingLeft(pids)).toBe(true);
  });

  test.each(['processes.json', 'keys.json'])('says that %s cannot be written', async (file) => {
    const directory = freshDirectory();
    // As on a full disk: nothing can be put there.
    mkdirSync(join(directory, 'data', `${file}.new`), { recursive: true });
    const service = up({}, directory);
    expect(await service.ended).toBe(1);
    expect(lastLine(service)).toBe(
      `proffer: ${join(realpathSync(directory), 'data', file)} cannot be written (EISDIR)`,
    );
    expect(service.output()).not.toContain('    at ');
    expect(runningProcesses().filter((p) => p.commandLine.includes(directory))).toHaveLength(0);
  });

  test('waits for a Redis that is away, and says so once', async () => {
    const service = up({ TEST_AWAY: '3' });
    await serving(service);
    expect(service.output().match(/Redis does not answer: trying again/g)).toHaveLength(1);
    service.child.kill('SIGTERM');
    expect(await service.ended).toBe(0);
  });

  test('says after a while that Redis is away for good', async () => {
    const service = up({ TEST_AWAY: '1000', TEST_REDIS_DEADLINE_MS: '1200' });
    expect(await service.ended).toBe(1);
    expect(lastLine(service)).toBe('proffer: Redis does not answer');
    expect(service.output()).toContain('trying again');
  });

  test('is stopped by a signal while Redis is away', async () => {
    const service = up({ TEST_AWAY: '1000' });
    await waitFor('a try', () => service.output().includes('trying again'));
    service.child.kill('SIGTERM');
    expect(await service.ended).toBe(0);
  });

  test('says what a role cannot do', async () => {
    const service = up({ TEST_FAULT: 'worker' });
    expect(await service.ended).toBe(1);
    expect(lastLine(service)).toBe('proffer: worker cannot: mend it');
    expect(
      runningProcesses().filter((p) => p.commandLine.includes(service.directory)),
    ).toHaveLength(0);
  });

  test('gives a role up that never becomes ready', async () => {
    const service = up({ TEST_CRASH: 'gateway' });
    expect(await service.ended).toBe(1);
    expect(lastLine(service)).toBe(
      'proffer: gateway 1 ended 5 times before it was ready (exit code 3)',
    );
    expect(service.output()).not.toContain('Ctrl-C');
  });

  test('says that there is no redis-server', async () => {
    const service = up({ PATH: freshDirectory() });
    expect(await service.ended).toBe(1);
    expect(lastLine(service)).toBe(
      'proffer: redis-server is not on the PATH: install Redis 7 or newer, or set REDIS_URL',
    );
  });

  test('is stopped by a signal like any other run', async () => {
    const service = up();
    await waitFor('its first words', () => service.output().includes('starting'));
    service.child.kill('SIGTERM');
    expect(await service.ended).toBe(0);
    expect(
      runningProcesses().filter((p) => p.commandLine.includes(service.directory)),
    ).toHaveLength(0);
  });
});
