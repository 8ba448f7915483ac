// What a real Redis writes, torn at every byte of its last transactions, and as a power cut leaves it.

import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
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

const fileOf = (home: string, number = 1) =>
  join(home, 'appendonlydir', `appendonly.aof.${number}.incr.aof`);
const manifestOf = (home: string) => join(home, 'appendonlydir', 'appendonly.aof.manifest');

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
  copyFileSync(manifestOf(redis.directory), manifestOf(home));
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

it('cuts the zeros of bytes that never reached the disk', async () => {
  const file = fileOf(redis.directory);
  await redis.connect().eval(BOTH, 0, 'written');
  await redis.kill();
  const bytes = readFileSync(file);
  const zeros = Buffer.alloc(5_000_000);
  for (const torn of [0, 20, 60]) {
    const half = bytes.subarray(0, bytes.length - torn);
    writeFileSync(file, Buffer.concat([half, zeros]));
    const isWhole = torn === 0;
    const cut = mendAppendFile(redis.directory);
    expect(cut - half.length - zeros.length + statSync(file).size).toBe(0);
    expect(cut > zeros.length).toBe(!isWhole);
  }
  writeFileSync(file, Buffer.concat([bytes, zeros]));
  // More than can have been on its way to the disk: something else went wrong here.
  truncateSync(file, bytes.length + 300 * 1024 * 1024);
  expect(mendAppendFile(redis.directory)).toBe(0);
  truncateSync(file, bytes.length + 4096);
  expect(mendAppendFile(redis.directory)).toBe(4096);
  await redis.restart();
  expect(await redis.connect().mget('a', 'b')).toEqual(['written', 'written']);
});

it('leaves damage with whole transactions behind it to people; Redis’ own tool does not', async () => {
  await redis.kill();
  const bytes = readFileSync(fileOf(redis.directory));
  const home = freshDirectory();
  mkdirSync(join(home, 'appendonlydir'));
  copyFileSync(manifestOf(redis.directory), manifestOf(home));
  const secondAt = bytes.indexOf('*1\r\n$5\r\nMULTI', 1);
  const damaged = Buffer.from(bytes);
  damaged.fill(0, secondAt, secondAt + 30);
  writeFileSync(fileOf(home), damaged);
  expect(mendAppendFile(home)).toBe(0);
  expect(statSync(fileOf(home)).size).toBe(bytes.length);
  // The same program under another name.
  const fix = ['--fix', fileOf(home)];
  spawnSync('redis-server', fix, { argv0: 'redis-check-aof', input: 'y\n' });
  expect(statSync(fileOf(home)).size).toBe(secondAt);
  await redis.restart();
});

it('mends the file before one that nothing of was written', async () => {
  const home = redis.directory;
  await redis.connect().eval(BOTH, 0, 'before');
  await redis.kill();
  const bytes = readFileSync(fileOf(home));
  const half = bytes.subarray(bytes.lastIndexOf('*1\r\n$5\r\nMULTI'), bytes.length - 20);
  appendFileSync(fileOf(home), half);
  appendFileSync(manifestOf(home), 'file appendonly.aof.2.incr.aof seq 2 type i\n');
  writeFileSync(fileOf(home, 2), Buffer.alloc(4096));
  expect(mendAppendFile(home)).toBe(half.length + 4096);
  expect(statSync(fileOf(home)).size).toBe(bytes.length);
  await redis.restart();
  expect(await redis.connect().mget('a', 'b')).toEqual(['before', 'before']);
});
