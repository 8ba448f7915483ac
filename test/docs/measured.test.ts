// One place for what was measured: the page is what its source says, and no other document has such
// numbers of its own.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BENCHES } from '../../bench/support/benches.ts';
import { withRun } from '../../bench/support/record.ts';
import { type Measurement, type Measurements, measuredPage } from '../../src/docs/measured-page.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const measurements = JSON.parse(read('docs/measured.json')) as Measurements;
const page = read('docs/measured.md');
const guides = ['README.md', 'docs/operations.md', 'docs/sql.md'];

it('the page is as its source has it (npm run docs makes it anew)', () => {
  expect(page).toBe(measuredPage(measurements));
});

it.each(Object.entries(measurements))('%s says what was run, when and on what', (_, run) => {
  expect(run.date).toMatch(/^20\d\d-\d\d-\d\d$/);
  for (const said of [run.question, run.command, run.commit, run.machine])
    expect(said).not.toBe('');
  expect(run.lines.join('')).not.toBe('');
});

it.each(guides)('%s has no rate, latency or cost of an event of its own', (path) => {
  const own =
    /[\d.,]+ ?(?:events|requests|messages|records)\/s|\d ?µs|\bp(?:50|95|99)[^|\n]*\d ms/g;
  expect(read(path).match(own)).toBeNull();
});

it.each(guides)('%s cites sections that are there', (path) => {
  const cited = [...read(path).matchAll(/measured\.md#([\w-]+)/g)].map(([, name]) => name!);
  expect(cited.filter((name) => measurements[name] === undefined)).toEqual([]);
  expect(read(path)).toContain('measured.md');
});

describe('a run that is recorded', () => {
  const run = (commit: string): Measurement => ({
    ...{ question: 'How?', command: 'npm run bench', date: '2026-11-30', commit, machine: 'm' },
    lines: ['a', 'b', '', '| t |', '| --- |', '| 1 |'],
  });

  it('changes its own section only', () => {
    const [first, second] = BENCHES.map(({ file }) => file);
    const before = withRun(
      withRun(withRun({}, 'faults', run('1')), second!, run('2')),
      first!,
      run('3'),
    );
    expect(Object.keys(before)).toEqual([first, second, 'faults']);
    const after = withRun(before, second!, run('4'));
    expect(Object.keys(after)).toEqual([first, second, 'faults']);
    expect(Object.values(after).map(({ commit }) => commit)).toEqual(['3', '4', '1']);
  });

  it('keeps lines that are lines, and names its commit', () => {
    const text = measuredPage({ engine: run('abc1234') });
    expect(text).toContain('a\\\nb\n\n| t |\n');
    expect(text).toContain('`npm run bench` · 2026-11-30 · commit abc1234 · m');
  });
});
