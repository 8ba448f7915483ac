// Where redis-server comes from, on a PATH of our making.

import { execFile } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { freshDirectory } from '../support/fresh-directory.ts';

const SETUP = fileURLToPath(new URL('../../src/setup/', import.meta.url));

interface Machine {
  /** Commands on the PATH: name and POSIX shell text. */
  readonly commands: Readonly<Record<string, string>>;
  readonly root: boolean;
  readonly redisUrl?: string;
}

/** What `provideRedis` does on such a machine: its lines on stderr. */
function provideRedisOn({ commands, root, redisUrl }: Machine): Promise<readonly string[]> {
  const path = freshDirectory();
  for (const [name, text] of Object.entries(commands)) {
    writeFileSync(join(path, name), `#!/bin/sh\nBIN=${path}\n${text}\n`);
    chmodSync(join(path, name), 0o755);
  }
  const program = `
    process.getuid = () => ${root ? 0 : 1000};
    const { main } = await import('file://${SETUP}narrate.mjs');
    const { provideRedis } = await import('file://${SETUP}redis.mjs');
    await main(async () => {
      await provideRedis({ REDIS_URL: ${JSON.stringify(redisUrl)} });
      process.stderr.write('provided\\n');
    });`;
  const env = { PATH: path };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--input-type=module', '-e', program],
      { env },
      (_error, _stdout, stderr) => resolve(stderr.trim().split('\n')),
    );
  });
}

const SERVER = 'echo "Redis server v=7.0.15 sha=00000000:0"';
const ADVICE = 'run `sudo apt-get install redis-server`, or set REDIS_URL to a Redis of yours';

test('the one on the PATH is taken', async () => {
  expect(await provideRedisOn({ commands: { 'redis-server': SERVER }, root: false })).toEqual([
    'provided',
  ]);
});

test('none is needed where the operator has a Redis', async () => {
  expect(await provideRedisOn({ commands: {}, root: false, redisUrl: 'redis://x' })).toEqual([
    'provided',
  ]);
});

test('one that is too old is refused', async () => {
  const commands = { 'redis-server': 'echo "Redis server v=6.2.7 sha=0"' };
  expect(await provideRedisOn({ commands, root: true })).toEqual([
    'proffer: redis-server 6 is too old: install Redis 7 or newer, or set REDIS_URL',
  ]);
});

test('root has it installed by the package manager, after an update', async () => {
  const aptGet = `
    case "$*" in
      *update*) touch_updated=1; : > $BIN/updated ;;
      *install*redis-server*)
        [ -e $BIN/updated ] || exit 3
        [ "$DEBIAN_FRONTEND" = noninteractive ] || exit 4
        { echo '#!/bin/sh'; echo '${SERVER}'; } > $BIN/redis-server
        /bin/chmod 755 $BIN/redis-server ;;
    esac
    echo 'much output that nobody needs'`;
  const lines = await provideRedisOn({ commands: { 'apt-get': aptGet }, root: true });
  expect(lines).toEqual([
    'proffer: installing redis-server …',
    expect.stringMatching(/^proffer: installing redis-server: done in/),
    'provided',
  ]);
});

test('an installation that fails shows why, then says what to do', async () => {
  const commands = { 'apt-get': 'echo "E: Unable to locate package"; exit 100' };
  const lines = await provideRedisOn({ commands, root: true });
  expect(lines).toContain('E: Unable to locate package');
  expect(lines.at(-1)).toBe(
    `proffer: redis-server could not be installed: ${ADVICE} (exit code 100)`,
  );
});

test('others are told what to install or to set', async () => {
  expect(await provideRedisOn({ commands: { 'apt-get': 'exit 1' }, root: false })).toEqual([
    `proffer: redis-server is not on the PATH, and installing it needs root: ${ADVICE}`,
  ]);
});

test('without a known package manager, too', async () => {
  expect(await provideRedisOn({ commands: {}, root: true })).toEqual([
    'proffer: redis-server is not on the PATH: install Redis 7 or newer, or set REDIS_URL to a Redis of yours',
  ]);
});
