import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { keepKeys } from '../../src/commands/kept-keys.ts';
import { freshDirectory } from '../support/fresh-directory.ts';

const none = { PROFFER_WRITE_KEY: undefined, PROFFER_ADMIN_KEY: undefined };

test('keys are made once, differ, and are readable by their owner only', () => {
  const directory = freshDirectory();
  const first = keepKeys(directory, none);
  expect(first.writeKey).not.toBe(first.adminKey);
  expect(first.writeKey.length).toBeGreaterThan(30);
  expect(first.origins).toEqual({ writeKey: 'made', browserKey: 'made', adminKey: 'made' });
  const origins = { writeKey: 'kept', browserKey: 'kept', adminKey: 'kept' };
  expect(keepKeys(directory, none)).toEqual({ ...first, origins });
  expect(statSync(join(directory, 'keys.json')).mode & 0o777).toBe(0o600);
  expect(keepKeys(freshDirectory(), none)).not.toEqual(first);
});

test('a given key is used, not kept, and does not displace the kept one', () => {
  const directory = freshDirectory();
  const given = keepKeys(directory, { ...none, PROFFER_ADMIN_KEY: 'given-admin' });
  expect(given.adminKey).toBe('given-admin');
  expect(readFileSync(join(directory, 'keys.json'), 'utf8')).not.toContain('given-admin');
  const kept = keepKeys(directory, none);
  expect(kept.writeKey).toBe(given.writeKey);
  expect(given.origins).toEqual({ writeKey: 'made', browserKey: 'made', adminKey: 'given' });
  const again = keepKeys(directory, { ...none, PROFFER_ADMIN_KEY: 'given-admin' });
  expect([again.writeKey, again.adminKey]).toEqual([given.writeKey, 'given-admin']);
  expect(keepKeys(directory, none)).toMatchObject({ adminKey: kept.adminKey });
});

test('a dead key is replaced where it was kept, and the other stays', () => {
  const directory = freshDirectory();
  const first = keepKeys(directory, none);
  const next = keepKeys(directory, none, [first.adminKey]);
  expect(next.writeKey).toBe(first.writeKey);
  expect(next.adminKey).not.toBe(first.adminKey);
  expect(next.origins).toEqual({ writeKey: 'kept', browserKey: 'kept', adminKey: 'made' });
  expect(keepKeys(directory, none)).toMatchObject({ adminKey: next.adminKey });
  // A given one is not ours to replace.
  const given = { ...none, PROFFER_WRITE_KEY: 'given' };
  expect(keepKeys(directory, given, ['given']).writeKey).toBe('given');
});

test('a start makes the keys that an earlier version did not know, and keeps the others', () => {
  const directory = freshDirectory();
  const earlier = { writeKey: 'the-write-key', adminKey: 'the-admin-key' };
  writeFileSync(join(directory, 'keys.json'), JSON.stringify(earlier));
  const { origins, ...keys } = keepKeys(directory, none);
  expect(keys).toEqual({ ...earlier, browserKey: expect.stringMatching(/^proffer_browser_/) });
  expect(origins).toEqual({ writeKey: 'kept', browserKey: 'made', adminKey: 'kept' });
});

test('a key file that is not one is a fault that says what to do', () => {
  const directory = freshDirectory();
  writeFileSync(join(directory, 'keys.json'), 'not json');
  expect(() => keepKeys(directory, none)).toThrow(/keys\.json is not JSON: mend it, or remove it/);
});

test.each(['null', '[]', '"a"'])(
  'a key file that is %s is told apart from one that is no JSON',
  (text) => {
    const directory = freshDirectory();
    writeFileSync(join(directory, 'keys.json'), text);
    expect(() => keepKeys(directory, none)).toThrow(
      /is not an object with writeKey, browserKey, adminKey: mend/,
    );
  },
);
