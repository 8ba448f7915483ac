// `npm run bench`: every bench, one after the other, each in a process of its own; with `-- --write`
// what they print goes into the README between its markers. `npm run bench -- <name> …` runs one,
// with arguments of yours instead of its usual ones.

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { BENCHES, type Bench } from './support/benches.ts';
import { writeSection } from './support/guide-section.ts';
import { machine } from './support/machine.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const ALL_TIMEOUT_MS = 1_200_000;

const asked = BENCHES.find(({ file }) => file === process.argv[2]);
if (asked !== undefined) {
  const given = process.argv.slice(3);
  runBench({ ...asked, args: given.length > 0 ? given : asked.args }, 'inherit');
} else if (process.argv[2] !== undefined && process.argv[2] !== '--write') {
  throw new Error(`there is no bench ${process.argv[2]}: ${BENCHES.map((b) => b.file).join(', ')}`);
} else {
  runAll();
}

function runAll(): void {
  const sections = [`Measured on ${machine()}.`];
  for (const bench of BENCHES.filter(({ onlyWhenAsked }) => onlyWhenAsked !== true)) {
    console.log(`\n# ${bench.question}\n$ ${commandLine(bench)}`);
    // The machine is said once for all.
    const output = runBench(bench, 'pipe')
      .split('\n')
      .filter((line) => !/^\d+ cores \(/.test(line))
      .join('\n')
      .trim();
    console.log(output);
    sections.push(`**${bench.question}** \`${commandLine(bench)}\``, output);
  }
  if (process.argv.includes('--write')) {
    writeSection('README.md', 'numbers', sections.join('\n\n'));
  }
}

function runBench({ file, args }: Bench, stdout: 'inherit' | 'pipe'): string {
  const run = spawnSync(process.execPath, ['--import', 'tsx', `bench/${file}.ts`, ...args], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', stdout, 'inherit'],
    ...(stdout === 'pipe' && { timeout: ALL_TIMEOUT_MS }),
  });
  if (run.status !== 0) throw new Error(`${file} failed (${run.signal ?? run.status})`);
  return run.stdout ?? '';
}

function commandLine({ file, args }: Bench): string {
  return `node --import tsx bench/${file}.ts ${args.join(' ')}`;
}
