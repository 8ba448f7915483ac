// Keeps what a bench printed: in docs/measured.json, and in the page that is made of it. Only its own
// section changes, so every section says of which commit it is.

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Measurement, type Measurements, measuredPage } from '../../src/docs/measured-page.ts';
import { BENCHES, sectionOf } from './benches.ts';
import { commit, host } from './machine.ts';

const DATA = fileURLToPath(new URL('../../docs/measured.json', import.meta.url));
const PAGE = fileURLToPath(new URL('../../docs/measured.md', import.meta.url));

/** Records a run that has just ended. @param output what it printed; the machine is said beside it */
export function record(name: string, question: string, command: string, output: string): void {
  const lines = output
    .trim()
    .split('\n')
    .filter((line) => !/^\d+ cores \(/.test(line));
  while (lines[0] === '') lines.shift();
  const date = new Date().toISOString().slice(0, 10);
  const run = { question, command, date, commit: commit(), machine: host(), lines };
  const all = withRun(JSON.parse(readFileSync(DATA, 'utf8')) as Measurements, name, run);
  writeFileSync(DATA, `${JSON.stringify(all, null, 2)}\n`);
  writeFileSync(PAGE, measuredPage(all));
}

/** With one section anew; in the order of the benches, what is none of them behind. */
export function withRun(all: Measurements, name: string, run: Measurement): Measurements {
  const place = (of: string) => {
    const at = BENCHES.findIndex(
      (bench) => bench.file === of || sectionOf(bench, [bench.variant?.flag ?? '']) === of,
    );
    return at < 0 ? BENCHES.length : at;
  };
  const entries = Object.entries({ ...all, [name]: run });
  return Object.fromEntries(entries.sort(([a], [b]) => place(a) - place(b)));
}
