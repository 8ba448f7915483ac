import { expect, test } from 'vitest';
import { createLog } from '../../src/ops/log.ts';

function written(format: 'lines' | 'json', level: 'info' | 'silent' = 'info') {
  const lines: string[] = [];
  const sink = { write: (line: string) => void lines.push(line) };
  return { lines, log: createLog({ name: 'gateway', level, format, sink }) };
}

test('people get one readable line a record, with its fields and errors', () => {
  const { lines, log } = written('lines');
  log.info({ port: 8080, host: 'h' }, 'listening');
  log.error({ err: new TypeError('no such thing') }, 'failed');
  log.debug('not this');
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(
    /^\d\d:\d\d:\d\d\.\d{3} info {3}gateway {2}listening {2}port=8080 {2}host=h\n$/,
  );
  expect(lines[1]).toMatch(/ERROR {2}gateway {2}failed\n {2}TypeError: no such thing\n {6}at /);
});

test('collectors get JSON', () => {
  const { lines, log } = written('json');
  log.warn({ port: 8080 }, 'taken');
  expect(JSON.parse(lines[0]!)).toMatchObject({
    level: 40,
    name: 'gateway',
    port: 8080,
    msg: 'taken',
    pid: process.pid,
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  });
});

test('a silent log writes nothing', () => {
  const { lines, log } = written('lines', 'silent');
  log.fatal('nothing');
  expect(lines).toEqual([]);
});
