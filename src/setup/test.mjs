// `npm test`: everything a fresh machine lacks, then the tests of every day. `npm test -- <paths and
// vitest options>` chooses others. The last line is `N passed, N failed`, with `, N skipped` where
// some were.

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareProgram } from './build.mjs';
import { main } from './narrate.mjs';
import { projectRoot } from './project.mjs';
import { provideRedis } from './redis.mjs';
import { provideTestPrograms } from './test-programs.mjs';

await main(async () => {
  const args = process.argv.slice(2);
  let totals = { passed: 0, failed: 1, skipped: 0 };
  try {
    await prepareProgram();
    // Tests start servers of their own: an operator's REDIS_URL neither helps nor is touched.
    await provideRedis({});
    if (args.every((arg) => arg.startsWith('--project='))) await provideTestPrograms();
    totals = await runTests(args);
  } finally {
    const skipped = totals.skipped > 0 ? `, ${totals.skipped} skipped` : '';
    if (totals.failed > 0) process.exitCode = 1;
    process.once('exit', () => {
      process.stdout.write(`${totals.passed} passed, ${totals.failed} failed${skipped}\n`);
    });
  }
});

async function runTests(args) {
  const directory = mkdtempSync(join(tmpdir(), 'proffer-test-'));
  const totalsPath = join(directory, 'totals.json');
  try {
    const { code, signal } = await vitest(args, totalsPath);
    const totals = readTotals(totalsPath);
    // Vitest may fail for reasons that no test shows: no file matched, a worker that hung.
    if ((code !== 0 && totals.failed === 0) || totals.passed + totals.failed === 0) {
      process.stderr.write(`proffer: the test run itself failed (${signal ?? `exit ${code}`})\n`);
      totals.failed += 1;
    }
    return totals;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function vitest(args, totalsPath) {
  const command = join(projectRoot, 'node_modules', 'vitest', 'vitest.mjs');
  const reporter = join(projectRoot, 'src', 'setup', 'test-reporter.mjs');
  const env = { ...process.env, PROFFER_TEST_TOTALS: totalsPath };
  for (const name of ['NODE_ENV', 'REDIS_URL', 'CLICKHOUSE_URL']) delete env[name];
  // Not what a run of tests around this one has set: it is the question of this one.
  delete env.PROFFER_TEST_EVERYDAY;
  if (args.length === 0) env.PROFFER_TEST_EVERYDAY = '1';
  const child = spawn(process.execPath, [command, 'run', `--reporter=${reporter}`, ...args], {
    cwd: projectRoot,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  // A Ctrl-C reaches the child too; this process only has to wait for it.
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve({ code, signal }));
  });
}

function readTotals(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return { passed: 0, failed: 0, skipped: 0 };
  }
}
