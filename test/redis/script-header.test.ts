import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadScript } from '../../src/redis/script.ts';
import { readScriptHeader } from '../../src/redis/script-header.ts';

const GOOD = `#!lua flags=allow-oom
-- Moves a thing, at once, so that nobody sees it in two places
-- or in none.
-- KEYS[1] from · list · none: ends when empty
-- KEYS[2] to · list · expires in ARGV[1] ms
-- ARGV[1] expiryMs · integer · ms
-- ARGV[2..] items · string · one each
-- RETURNS a status
-- STATUS 0 moved · it is there
-- STATUS -1 empty · nothing to move
-- COST 3 commands
local from, to = KEYS[1], KEYS[2]
local expiryMs = ARGV[1]
for i = 2, #ARGV do redis.call('RPUSH', to, ARGV[i]) end
return 0
`;

const read = (source: string) => readScriptHeader('x.lua', source);

describe('the header of a Lua file', () => {
  it('gives purpose, parameters, statuses and the number of keys', () => {
    const header = read(GOOD);
    expect(header.purpose).toBe(
      'Moves a thing, at once, so that nobody sees it in two places or in none.',
    );
    expect(header.keys.map((key) => key.name)).toEqual(['from', 'to']);
    expect(header.args).toEqual([
      { name: 'expiryMs', type: 'integer', note: 'ms' },
      { name: 'items', type: 'string', note: 'one each' },
    ]);
    expect([header.keysVariadic, header.argsVariadic]).toEqual([false, true]);
    expect([...header.statuses]).toEqual([
      ['moved', 0],
      ['empty', -1],
    ]);
  });

  it.each([
    ['an undeclared key', GOOD.replace('return 0', 'return KEYS[3]'), 'KEYS[3] is used'],
    ['an unused key', GOOD.replace(', KEYS[2]\n', ', 1\n'), 'KEYS[2] is declared but not used'],
    ['an unused argument', GOOD.replace('= ARGV[1]', '= 1'), 'ARGV[1] is declared but not used'],
    ['keys walked by index', GOOD.replace('KEYS[2]\n', 'KEYS[2], KEYS[from]\n'), 'KEYS is indexed'],
    ['a variadic argument not walked', GOOD.replace(/for.*end/, ''), 'ARGV[2..] is declared'],
    ['numbers out of order', GOOD.replace('KEYS[2] to', 'KEYS[4] to'), 'KEYS[4] out of order'],
    ['a key without expiry', GOOD.replace(' · none: ends when empty', ''), 'not "KEYS[n] name'],
    ['no COST', GOOD.replace('-- COST 3 commands\n', ''), 'no COST'],
    ['no STATUS', GOOD.replace(/-- STATUS.*\n/g, ''), 'no STATUS'],
    ['no RETURNS', GOOD.replace(/-- RETURNS.*\n/, ''), 'no RETURNS'],
  ])('is refused with %s', (_what, source, message) => {
    expect(() => read(source)).toThrow(message);
  });

  it('does not take comments in the body for use', () => {
    expect(() => read(GOOD.replace('return 0', '-- KEYS[7]\nreturn 0'))).not.toThrow();
  });
});

describe('the Lua files of the repository', () => {
  const names = readdirSync(new URL('../../lua/', import.meta.url))
    .filter((file) => file.endsWith('.lua'))
    .map((file) => file.slice(0, -'.lua'.length));

  it('all have a header that their body agrees with', () => {
    const loaded = names.map((name) => loadScript(name).header.keys.length);
    expect(loaded.every((keys) => keys > 0)).toBe(true);
  });
});
