// `npm run bench`: every bench but those that take long, one after the other, each in a process of its
// own. `npm run bench -- <name> …` runs one, with arguments of yours instead of its usual ones. With
// `--record` what they print goes into docs/measured.md, each with its command, day and commit.
// `npm run bench -- full-path --against REF` compares the path of an event with another commit's.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { BENCHES, type Bench, sectionOf } from './support/benches.ts';
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
  fail(`there is no bench ${name}: ${BENCHES.map(({ file }) => file).join(', ')}`);
} else {
  for (const bench of BENCHES.filter(({ onlyWhenAsked }) => onlyWhenAsked !== true)) {
    runBench(bench, bench.args);
  }
}

function runBench(bench: Bench, args: readonly string[]): void {
  const { file, variant } = bench;
  const section = sectionOf(bench, args);
  const question = variant !== undefined && section !== file ? variant.question : bench.question;
  console.log(`\n# ${question}\n$ node --import tsx bench/${file}.ts ${args.join(' ')}`);
  const run = spawnSync(process.execPath, ['--import', 'tsx', `bench/${file}.ts`, ...args], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', isRecorded ? 'pipe' : 'inherit', 'inherit'],
    ...(asked === undefined && { timeout: AMONG_ALL_TIMEOUT_MS }),
  });
  if (isRecorded) console.log(run.stdout);
  if (run.status !== 0) fail(`${file} failed (${run.signal ?? run.status})`);
  if (isRecorded) {
    record(section, question, ['npm run bench --', file, ...args].join(' '), run.stdout);
  }
}

function fail(line: string): never {
  console.error(`bench: ${line}`);
  process.exit(1);
}
