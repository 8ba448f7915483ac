// Programs that only tests need, on a PATH of our making: provided one by one, and no fault when absent.

import { execFile } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { freshDirectory } from '../support/fresh-directory.ts';

const SETUP = fileURLToPath(new URL('../../src/setup/', import.meta.url));

/** What it says on stderr on a machine with such commands: name and POSIX shell text. */
function provideOn(commands: Readonly<Record<string, string>>, uid: number): Promise<string[]> {
  const path = freshDirectory();
  for (const [name, text] of Object.entries(commands)) {
    writeFileSync(join(path, name), `#!/bin/sh\nBIN=${path}\n${text}\n`);
    chmodSync(join(path, name), 0o755);
  }
  const program = `
    process.getuid = () => ${uid};
    const { provideTestPrograms } = await import('file://${SETUP}test-programs.mjs');
    await provideTestPrograms();
    process.stderr.write('provided\\n');`;
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--input-type=module', '-e', program],
      { env: { PATH: path } },
      (_error, _stdout, stderr) => resolve(stderr.trim().split('\n')),
    );
  });
}

test('says what is skipped where nothing can be installed', async () => {
  expect(await provideOn({ chromium: '' }, 1000)).toEqual([
    'proffer: no nginx: the test of the nginx configuration will be skipped',
    "proffer: no prometheus: promtool's check of the alert rules will be skipped",
    "proffer: no docker-compose: docker-compose's check of the compose file will be skipped",
    'provided',
  ]);
});

test('installs what it can, and goes on where one cannot be had', async () => {
  // A system without a package of the name docker-compose.
  const dnf = `
    for item in "$@"; do :; done
    case $item in
      docker-compose) exit 1 ;;
      prometheus) item=promtool ;;
    esac
    echo '#!/bin/sh' > $BIN/$item; /bin/chmod 755 $BIN/$item`;
  const lines = await provideOn({ dnf }, 0);
  expect(lines.filter((line) => / … *$|done in/.test(line))).toHaveLength(7);
  expect(lines.slice(-3)).toEqual([
    'proffer: docker-compose could not be installed (exit code 1)',
    expect.stringContaining('proffer: no docker-compose (sudo dnf install docker-compose): '),
    'provided',
  ]);
});
