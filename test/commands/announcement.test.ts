import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { announce, curlLine, keyLine } from '../../src/commands/announcement.ts';
import type { KeptKeys } from '../../src/commands/kept-keys.ts';
import { readConfig } from '../../src/config.ts';
import { freshDirectory } from '../support/fresh-directory.ts';

const keys: KeptKeys = {
  ...{ writeKey: 'the-write-key', browserKey: 'the-page-key', adminKey: 'the-admin-key' },
  origins: { writeKey: 'made', browserKey: 'made', adminKey: 'made' },
};
const catalog = { publication: 1, name: 'retail', folder: 'examples/retail' };
const occasion = { catalog, example: null, revoked: [], isTerminal: true };
const example = { path: '/v1/track', body: { userId: 'u' } };

/** What a shell that runs `line` gives to a program of this name: its arguments. */
function argumentsOf(line: string, name: string, env: Record<string, string> = {}): string[] {
  const script = `${name}() { printf '%s\\n' "$@"; }; ${line}`;
  const options = { encoding: 'utf8', env: { ...process.env, ...env } } as const;
  return execFileSync('sh', ['-c', script], options).trim().split('\n');
}

test('the line to paste is one line that a shell passes on unharmed', () => {
  const body = { userId: 'o\'neill $HOME `id` \\ "x"', n: [1] };
  const line = curlLine('http://127.0.0.1:8080', 'KEY', { path: '/v1/track', body });
  expect(line).not.toContain('\n');
  const args = argumentsOf(line, 'curl', { KEY: 'k' });
  expect(JSON.parse(args.at(-1)!)).toEqual(body);
  expect(args).toContain('http://127.0.0.1:8080/v1/track');
  expect(args).toContain('k:');
});

test('the line before it reads the key from a file of any name', () => {
  const folder = join(freshDirectory(), 'it\'s "$HOME" `id`');
  mkdirSync(folder);
  const path = join(folder, 'keys.json');
  writeFileSync(path, JSON.stringify({ writeKey: 'the-key' }));
  const line = keyLine(path).replace('node', `'${process.execPath}'`);
  const read = execFileSync('sh', ['-c', `${line}; printf %s "$KEY"`], { encoding: 'utf8' });
  expect(read).toBe('the-key');
});

test('addresses are printed as a client on this machine can use them', () => {
  const at = (host: string) =>
    announce(readConfig({ PROFFER_HOST: host, PROFFER_PORT: '81' }), keys, occasion);
  expect(at('0.0.0.0')).toContain('http://127.0.0.1:81');
  expect(at('::1')).toContain('http://[::1]:81');
  expect(at('shop.example')).toContain('http://shop.example:81');
});

test('the catalog is the one in effect, with its folder only where it is of that', () => {
  const line = (folder: string | null) =>
    announce(readConfig({}), keys, {
      ...occasion,
      catalog: { publication: 22, name: 'cafe', folder },
    });
  expect(line('cafe')).toContain('catalog    cafe (publication 22, folder cafe)\n');
  expect(line(null)).toContain('catalog    cafe (publication 22)\n');
});

test('new keys are shown on a terminal, and no example where there is none', () => {
  const text = announce(readConfig({ CLICKHOUSE_URL: 'http://u:p@ch' }), keys, occasion);
  expect(text).toContain('the-write-key');
  expect(text).toContain('the-page-key');
  expect(text).toContain('the-admin-key');
  expect(text).not.toContain('curl');
  expect(text).not.toContain('u:p');
});

test.each([
  ['kept from an earlier start', 'kept', true, 'writeKey in data/keys.json'],
  ['made, but nobody is at a terminal', 'made', false, 'writeKey in data/keys.json'],
  ['given by the environment', 'given', true, 'as in PROFFER_WRITE_KEY'],
] as const)('no key is shown that was %s', (_, origin, isTerminal, where) => {
  const origins = { writeKey: origin, browserKey: origin, adminKey: origin };
  const config = readConfig({ PROFFER_DATA_DIR: 'data' });
  const text = announce(config, { ...keys, origins }, { ...occasion, example, isTerminal });
  expect(text).not.toContain('the-write-key');
  expect(text).not.toContain('the-page-key');
  expect(text).not.toContain('the-admin-key');
  expect(text).toContain(
    `browser key  ${where.replace('write', 'browser').replace('WRITE', 'BROWSER')}`,
  );
  expect(text).toContain(`write key  ${where}`);
  expect(text).toContain(origin === 'given' ? '-u "$PROFFER_WRITE_KEY:"' : '-u "$KEY:"');
});

test('of a key that was revoked it is said, and no line to paste uses it', () => {
  const origins = { writeKey: 'given', browserKey: 'kept', adminKey: 'kept' } as const;
  const revoked = ['writeKey'] as const;
  const given = { catalog, example, revoked, isTerminal: true };
  const text = announce(readConfig({}), { ...keys, origins }, given);
  expect(text).toContain('write key  PROFFER_WRITE_KEY, which was revoked: set another');
  expect(text).not.toContain('curl');
});
