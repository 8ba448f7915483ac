import { expect, it } from 'vitest';
import { NAME, nameScripts, stateOf } from './name-scripts.ts';

const scripts = nameScripts();
const replace = (expectedEtag: string, head: string, replacedBytes: number) =>
  scripts.head.run({
    ...{ customerKey: NAME, expectedEtag, head: Buffer.from(head, 'latin1'), replacedBytes },
  });

it('replaced: a seal and back again, the state between as it was, and its expiry', async () => {
  await scripts.redis.set(NAME, stateOf('aaaaaaaa'), 'PX', 60_000);
  const seal = 'bbbbbbbb\xff\0\x02{}';
  expect(await replace('aaaaaaaa', seal, 8)).toBe(true);
  const sealed = (await scripts.redis.getBuffer(NAME))!.toString('latin1');
  expect(sealed).toBe(`${seal}\x02the state`);
  expect(await replace('bbbbbbbb', 'cccccccc', seal.length)).toBe(true);
  expect(await scripts.redis.getBuffer(NAME)).toEqual(stateOf('cccccccc'));
  expect(await scripts.redis.pttl(NAME)).toBeGreaterThan(50_000);
});

it('changed: another etag, or nothing there', async () => {
  expect(await replace('aaaaaaaa', 'bbbbbbbb', 8)).toBe(false);
  expect(await scripts.redis.exists(NAME)).toBe(0);
  await scripts.redis.set(NAME, stateOf('aaaaaaaa'));
  expect(await replace('xxxxxxxx', 'bbbbbbbb', 8)).toBe(false);
  expect(await scripts.redis.getBuffer(NAME)).toEqual(stateOf('aaaaaaaa'));
});
