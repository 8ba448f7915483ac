// `npm run bench`: every bench, one after the other, each in a process of its own; with `-- --write`
// what they print goes into the README between its markers.

import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { BENCHES } from './support/benches.ts';
import { machine } from './support/machine.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const sections = [`Measured on ${machine()}.`];
for (const { question, file, args } of BENCHES) {
  const command = ['--import', 'tsx', `bench/${file}.ts`, ...args];
  console.log(`\n# ${question}\n$ node ${command.join(' ')}`);
  const run = spawnSync(process.execPath, command, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: 600_000,
  });
  if (run.status !== 0) throw new Error(`${file} failed (${run.signal ?? run.status})`);
  // The machine is said once for all.
  const output = run.stdout
    .split('\n')
    .filter((line) => !/^\d+ cores \(/.test(line))
    .join('\n')
    .trim();
  console.log(output);
  sections.push(`**${question}** \`node ${command.join(' ')}\``, output);
}
if (process.argv.includes('--write')) {
  const path = fileURLToPath(new URL('../README.md', import.meta.url));
  const readme = readFileSync(path, 'utf8');
  const [before, rest] = readme.split('<!-- numbers -->');
  const after = rest?.split('<!-- /numbers -->')[1];
  if (after === undefined) throw new Error('the README has no numbers markers');
  writeFileSync(
    path,
    `${before}<!-- numbers -->\n${sections.join('\n\n')}\n<!-- /numbers -->${after}`,
  );
}
