// What a real Redis writes, torn at every byte of its last transactions.

import { copyFileSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { mendAppendFile } from '../../src/ops/append-file.ts';
import { freshDirectory } from '../support/fresh-directory.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';

const PERSISTENT = ['--appendonly', 'yes', '--appendfsync', 'always'];
/** Writes two keys that must always be equal. */
const BOTH = `redis.call('SET', 'a', ARGV[1]) redis.call('SET', 'b', ARGV[1])`;
const OTHERS = BOTH.replace(`'a'`, `'c'`).replace(`'b'`, `'d'`);

let redis: PrivateRedis;
beforeAll(async () => {
  redis = await startPrivateRedis(PERSISTENT);
});
afterAll(() => redis?.stop());

const fileOf = (home: string) => join(home, 'appendonlydir', 'appendonly.aof.1.incr.aof');

it('cuts a torn file after its last whole transaction, wherever it is torn', async () => {
  const client = redis.connect();
  // A value that looks like the end of a transaction, and one larger than what is read at once.
  const decoy = '*1\r\n$4\r\nEXEC\r\n';
  await client.eval(BOTH, 0, decoy);
  await client.set('single', 'x'.repeat(1_500_000));
  const whole = statSync(fileOf(redis.directory)).size;
  await client.eval(BOTH, 0, `two ${decoy}`);
  await redis.kill();
  const bytes = readFileSync(fileOf(redis.directory));
  const home = freshDirectory();
  mkdirSync(join(home, 'appendonlydir'));
  const manifest = join('appendonlydir', 'appendonly.aof.manifest');
  copyFileSync(join(redis.directory, manifest), join(home, manifest));
  for (let end = whole; end < bytes.length; end++) {
    writeFileSync(fileOf(home), bytes.subarray(0, end));
    expect([end, mendAppendFile(home)]).toEqual([end, end - whole]);
    expect(statSync(fileOf(home)).size).toBe(whole);
  }
  writeFileSync(fileOf(home), bytes);
  expect(mendAppendFile(home)).toBe(0);
  writeFileSync(fileOf(home), 'This is no append-only file.');
  expect(mendAppendFile(home)).toBe(0);
  expect(mendAppendFile(join(home, 'nowhere'))).toBe(0);
  await redis.restart();
});

it('keeps a transaction whole over two restarts after it was torn', async () => {
  const client = redis.connect();
  await client.eval(BOTH, 0, 'kept');
  const whole = statSync(fileOf(redis.directory)).size;
  await client.eval(BOTH, 0, 'torn');
  await redis.kill();
  const bytes = readFileSync(fileOf(redis.directory));
  // In the middle of the second SET: here Redis alone would keep the first one for later.
  writeFileSync(fileOf(redis.directory), bytes.subarray(0, bytes.length - 30));
  expect(mendAppendFile(redis.directory)).toBe(bytes.length - 30 - whole);
  await redis.restart();
  const second = redis.connect();
  expect(await second.mget('a', 'b')).toEqual(['kept', 'kept']);
  await second.eval(OTHERS, 0, 'next');
  await redis.kill();
  await redis.restart();
  const all = await redis.connect().mget('a', 'b', 'c', 'd');
  expect(all).toEqual(['kept', 'kept', 'next', 'next']);
});
