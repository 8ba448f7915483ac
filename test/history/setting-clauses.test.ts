// SETTINGS clauses in statements as the engine's formatQuery writes them.

import { expect, it } from 'vitest';
import { settingClauses } from '../../src/history/analyst/setting-clauses.ts';

const found = (sql: string) =>
  settingClauses(sql).map(({ pairs, whole }) => [
    whole ? 'whole' : 'part',
    ...pairs.map(({ name, literal }) => `${name}: ${literal}`),
  ]);

it.each([
  ['SELECT 1', []],
  ["SELECT 'SETTINGS a = 1', settings, settings.a = 1 FROM t AS settings", []],
  ["SELECT 'it\\'s SETTINGS a = 1' SETTINGS b = 2", [['whole', 'b: 2']]],
  ['SELECT 1 SETTINGS a = 1, b = -1.5, c = DEFAULT', [['whole', 'a: 1', 'b: -1.5', 'c: DEFAULT']]],
  ["SELECT 1 SETTINGS a = 'x, b = 2', `c` = 3", [['whole', "a: 'x, b = 2'", 'c: 3']]],
  [
    "SELECT 1 SETTINGS a = {'x':'(y, SETTINGS z = 1'}, b = {p:UInt8}, c = [1, (2, 3)], d = 4",
    [['whole', "a: {'x':'(y, SETTINGS z = 1'}", 'b: {p:UInt8}', 'c: [1, (2, 3)]', 'd: 4']],
  ],
  [
    'SELECT * FROM (SELECT 1 SETTINGS a = 1) SETTINGS b = 2 FORMAT JSON SETTINGS c = 3',
    [
      ['part', 'a: 1'],
      ['whole', 'b: 2'],
      ['whole', 'c: 3'],
    ],
  ],
  [
    'SELECT 1 SETTINGS a = 1 UNION ALL SELECT 2 SETTINGS b = 2',
    [
      ['part', 'a: 1'],
      ['whole', 'b: 2'],
    ],
  ],
  ["SELECT (1, (SELECT 2 SETTINGS a = 'x'), 3)", [['part', "a: 'x'"]]],
  ['SELECT 1 SETTINGS a = ', [['whole', 'a: ']]],
] as const)('%s', (sql, clauses) => {
  expect(found(sql)).toEqual(clauses);
});
