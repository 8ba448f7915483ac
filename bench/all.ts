// `npm run bench`: every bench but those that take long, one after the other, each in a process of its
// own. `npm run bench -- <name> …` runs one, with arguments of yours instead of its usual ones. With
// `--record` what they print goes into docs/measured.md, each with its command, day and commit.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { BENCHES, type Bench } from './support/benches.ts';
import { record } from './support/record.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const RECORD = '--record';
/** Of one among all; a bench that was asked for takes what it takes. */
const AMONG_ALL_TIMEOUT_MS = 1_200_000;

const isRecorded = process.argv.includes(RECORD);
const [name, ...given] = process.argv.slice(2).filter((arg) => arg !== RECORD);
const asked = BENCHES.find(({ file }) => file === name);
if (asked !== undefined) {
  runBench(asked, given.length > 0 ? given : asked.args);
} else if (name !== undefined) {
  throw new Error(`there is no bench ${name}: ${BENCHES.map(({ file }) => file).join(', ')}`);
} else {
  for (const bench of BENCHES.filter(({ onlyWhenAsked }) => onlyWhenAsked !== true)) {
    runBench(bench, bench.args);
  }
}

function runBench({ file, question }: Bench, args: readonly string[]): void {
  console.log(`\n# ${question}\n$ node --import tsx bench/${file}.ts ${args.join(' ')}`);
  const run = spawnSync(process.execPath, ['--import', 'tsx', `bench/${file}.ts`, ...args], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', isRecorded ? 'pipe' : 'inherit', 'inherit'],
    ...(asked === undefined && { timeout: AMONG_ALL_TIMEOUT_MS }),
  });
  if (isRecorded) console.log(run.stdout);
  if (run.status !== 0) throw new Error(`${file} failed (${run.signal ?? run.status})`);
  if (isRecorded) {
    record(file, question, ['npm run bench --', file, ...args].join(' '), run.stdout);
  }
}
