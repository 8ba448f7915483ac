import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { SetupFault } from '../../src/errors.ts';
import { lockDirectory } from '../../src/ops/directory-lock.ts';
import { SOCKET_PATH_BYTES_MAX, socketPath } from '../../src/ops/socket-path.ts';
import { freshDirectory } from '../support/fresh-directory.ts';

const HOLDER = fileURLToPath(new URL('./programs/lock-holder.ts', import.meta.url));

test('a directory is ours until it is released', async () => {
  const path = join(freshDirectory(), 'new', 'data');
  const lock = await lockDirectory(path);
  await expect(lockDirectory(path)).rejects.toThrow(
    `data directory ${path} is in use by process ${process.pid}: stop it, or set PROFFER_DATA_DIR`,
  );
  await lock.release();
  const again = await lockDirectory(path);
  await again.release();
});

test('a directory whose path is too long for a socket is locked all the same', async () => {
  const path = join(freshDirectory(), 'x'.repeat(100), 'y'.repeat(100));
  const lock = await lockDirectory(path);
  expect(socketPath(lock.directory, 'lock-0123456789ab').length).toBeLessThanOrEqual(
    SOCKET_PATH_BYTES_MAX,
  );
  await expect(lockDirectory(path)).rejects.toThrow(SetupFault);
  await lock.release();
});

test('a lock ends with the process that holds it, however that ends', async () => {
  const path = freshDirectory();
  const holder = fork(HOLDER, [path], { execArgv: ['--import', 'tsx'] });
  await once(holder, 'message');
  await expect(lockDirectory(path)).rejects.toThrow(`in use by process ${holder.pid}`);
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  const lock = await lockDirectory(path);
  await lock.release();
});

test('of many that want a stale lock at once, one gets it', async () => {
  const path = freshDirectory();
  const holder = fork(HOLDER, [path], { execArgv: ['--import', 'tsx'] });
  await once(holder, 'message');
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  const attempts = await Promise.allSettled(Array.from({ length: 16 }, () => lockDirectory(path)));
  const locks = attempts.filter((attempt) => attempt.status === 'fulfilled');
  expect(locks).toHaveLength(1);
  for (const attempt of locks) await attempt.value.release();
});

test('a directory that cannot be made is a fault of the set-up', async () => {
  const file = join(freshDirectory(), 'file');
  writeFileSync(file, '');
  await expect(lockDirectory(join(file, 'data'))).rejects.toThrow(
    /data directory .* cannot be made \(ENOTDIR\)/,
  );
});

test('one that crashed leaves nothing behind in the long run', async () => {
  const path = freshDirectory();
  writeFileSync(join(path, 'lock-0123456789ab'), 'nobody answers here');
  const lock = await lockDirectory(path);
  expect(readdirSync(path)).toHaveLength(1);
  await lock.release();
  expect(readdirSync(path)).toEqual([]);
});
