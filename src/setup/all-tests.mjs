// `npm run test:all`: what `npm test` runs, then what takes longer, one after the other. The last line
// is the sum of theirs: `N passed, N failed`, with `, N skipped` where some were.

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { main } from './narrate.mjs';
import { projectRoot } from './project.mjs';

/** By the arguments of test.mjs. */
const PARTS = {
  'npm test': [],
  'npm run test:cluster': ['--project=cluster'],
  'npm run test:long': ['--project=long'],
};
const LAST_LINE = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/;

await main(async () => {
  const sums = [0, 0, 0];
  for (const [name, args] of Object.entries(PARTS)) {
    process.stdout.write(`\n# ${name}\n`);
    const counts = await run(args);
    for (const [i, count] of counts.entries()) sums[i] += count;
  }
  const [passed, failed, skipped] = sums;
  if (failed > 0) process.exitCode = 1;
  process.stdout.write(
    `\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`,
  );
});

/** Passed, failed and skipped. A part that ends in any other way than it should is a failure. */
async function run(args) {
  const child = spawn(process.execPath, [join(projectRoot, 'src/setup/test.mjs'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const stop = (signal) => child.kill(signal);
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, stop);
  let tail = '';
  child.stdout.on('data', (bytes) => {
    process.stdout.write(bytes);
    tail = (tail + bytes).slice(-500);
  });
  const code = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.removeListener(signal, stop);
  const found = LAST_LINE.exec(tail.trimEnd().split('\n').at(-1));
  const [passed, failed, skipped] = (found ?? []).slice(1).map((count) => Number(count ?? 0));
  if (found === null) return [0, 1, 0];
  return [passed, code !== 0 && failed === 0 ? 1 : failed, skipped];
}
