// The guard itself, in runs of vitest of its own.

import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { freshDirectory } from './fresh-directory.ts';

const VITEST = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Runs one test file with the guard; what vitest wrote. */
function run(body: string): Promise<{ readonly code: number; readonly output: string }> {
  const directory = freshDirectory();
  const guard = join(ROOT, 'test/support/leak-guard.ts');
  const vitest = JSON.stringify(join(ROOT, 'node_modules/vitest/dist/index.js'));
  writeFileSync(
    join(directory, 'vitest.config.mjs'),
    `export default { test: { pool: 'forks', setupFiles: [${JSON.stringify(guard)}] } };`,
  );
  writeFileSync(join(directory, 'a.test.mjs'), `import { test } from ${vitest};\n${body}`);
  return new Promise((resolve) => {
    const args = [VITEST, 'run', '--root', directory];
    const env = { ...process.env, NO_COLOR: '1' };
    execFile(process.execPath, args, { cwd: ROOT, env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : 1, output: stdout + stderr });
    });
  });
}

test('a file that leaves nothing passes', async () => {
  const { code, output } = await run(`
    import { spawn } from 'node:child_process';
    import { once } from 'node:events';
    import { createServer } from 'node:net';
    test('tidies up', async () => {
      await once(spawn('true'), 'exit');
      const server = createServer().listen(0);
      await once(server, 'listening');
      server.close();
    });`);
  expect(output).toContain('1 passed');
  expect(code).toBe(0);
});

test('a file that leaves a process fails, and is told so', async () => {
  const { code, output } = await run(`
    import { spawn } from 'node:child_process';
    // Ends with the pipe to it, that is with the process of the tests.
    test('forgets', () => void spawn('cat'));`);
  expect(output).toContain('this test file leaves behind: ProcessWrap (1 more than before)');
  expect(code).toBe(1);
});

test('a file that leaves a server fails, and is told so', async () => {
  const { code, output } = await run(`
    import { once } from 'node:events';
    import { createServer } from 'node:net';
    test('forgets', () => once(createServer().listen(0), 'listening'));`);
  expect(output).toContain('this test file leaves behind: TCPServerWrap (1 more than before)');
  expect(code).toBe(1);
});
