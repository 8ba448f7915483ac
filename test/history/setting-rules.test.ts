// Which rule a setting falls under; docs/sql-settings.md names them all.

import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { LIMITS, ruleOf } from '../../src/history/analyst/setting-rules.ts';

const page = readFileSync(new URL('../../docs/sql-settings.md', import.meta.url), 'utf8');

it.each([
  ['max_execution_time', 'limit'],
  ['function_sleep_max_microseconds_per_block', 'limit'],
  ['readonly', 'writes'],
  ['output_format_schema', 'writes'],
  ['format_template_row', 'reaches-outside'],
  ['format_template_row_format', null],
  ['format_schema_source', 'reaches-outside'],
  ['postgresql_fault_injection_probability', 'observes'],
  ['default_table_engine', null],
  ['input_format_csv_use_default_on_bad_values', null],
  ['dialect', 'engine'],
  ['join_use_nulls', null],
  ['max_block_size', null],
])('%s: %s', (name, rule) => {
  expect(ruleOf(name)).toBe(rule);
});

it('the page names every limit, and lists under Refused only what is kept', () => {
  const named = (text: string) => [...text.matchAll(/`([a-z_0-9*]+)`/g)].map((match) => match[1]!);
  const [, limits = '', refused = ''] = page.split(/^## (?:Limits|Refused)$/m);
  expect(named(limits)).toEqual(expect.arrayContaining([...LIMITS]));
  const [table = ''] = refused.split('\n## ');
  for (const name of named(table.slice(table.indexOf('|---|')))) {
    const rule = ruleOf(name.replaceAll('*', '_x').replace(/^_x/, 'x_').replace('__', '_'));
    expect([name, rule === null || rule === 'limit']).toEqual([name, false]);
  }
});
