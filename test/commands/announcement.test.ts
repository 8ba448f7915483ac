import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { announce, curlLine } from '../../src/commands/announcement.ts';
import { readConfig } from '../../src/config.ts';

const keys = { writeKey: 'the-write-key', adminKey: 'the-admin-key' };

test('the line to paste is one line that a shell passes on unharmed', () => {
  const body = { userId: 'o\'neill $HOME `id` \\ "x"', n: [1] };
  const line = curlLine('http://127.0.0.1:8080', 'k', { path: '/v1/track', body });
  expect(line).not.toContain('\n');
  const script = `curl() { printf '%s\\n' "$@"; }; ${line}`;
  const args = execFileSync('sh', ['-c', script], { encoding: 'utf8' }).trim().split('\n');
  expect(JSON.parse(args.at(-1)!)).toEqual(body);
  expect(args).toContain('http://127.0.0.1:8080/v1/track');
  expect(args).toContain('k:');
});

test('addresses are printed as a client on this machine can use them', () => {
  const at = (host: string) =>
    announce(readConfig({ PROFFER_HOST: host, PROFFER_PORT: '81' }), keys, null);
  expect(at('0.0.0.0')).toContain('http://127.0.0.1:81');
  expect(at('::1')).toContain('http://[::1]:81');
  expect(at('shop.example')).toContain('http://shop.example:81');
});

test('keys are printed, and no example where there is none', () => {
  const text = announce(readConfig({ CLICKHOUSE_URL: 'http://u:p@ch' }), keys, null);
  expect(text).toContain('the-write-key');
  expect(text).toContain('the-admin-key');
  expect(text).not.toContain('curl');
  expect(text).not.toContain('u:p');
});
