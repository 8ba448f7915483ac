import { expect, it } from 'vitest';
import { SetupFault, TransientFault, Unavailable } from '../../src/errors.ts';
import { unreachable } from '../../src/redis/unreachable.ts';

it('says where Redis is not, and why, without passwords', () => {
  const cause = new Error('connect ECONNREFUSED');
  const error = new Unavailable('store_unavailable', 1, { cause });
  const url = 'redis+sentinel://me:secret@a:1,b:2/main?sentinelPassword=secret';
  expect(unreachable(url, error).message).toBe(
    'Redis does not answer at redis+sentinel://…@a:1,b:2/main?sentinelPassword=… (connect ECONNREFUSED)',
  );
  const forbidden = new Error("NOPERM User few has no permissions to run the 'hsetnx' command");
  const refused = unreachable(url, new Unavailable('store_unavailable', 1, { cause: forbidden }));
  expect(refused).not.toBeInstanceOf(TransientFault);
  expect(refused.message).toMatch(/forbids it.*: NOPERM User few[^\n]*$/);
  const untrusted = new Error('self-signed certificate');
  const shut = unreachable(url, new Unavailable('store_unavailable', 1, { cause: untrusted }));
  expect(shut).not.toBeInstanceOf(TransientFault);
  expect(unreachable(url, error)).toBeInstanceOf(TransientFault);
  const wrong = new SetupFault('REDIS_URL: wrong');
  expect(unreachable(url, wrong)).toBe(wrong);
});

it.each([
  ['Unknown RESP type 60 "<". Please report this.', 'what answers there is no Redis'],
  ['write EPIPE', 'write EPIPE: is it a Redis, does it want TLS?'],
  ['connect ETIMEDOUT', 'connect ETIMEDOUT'],
])('says what is meant by %s', (said, meant) => {
  const error = new Unavailable('store_unavailable', 1, { cause: new Error(said) });
  expect(unreachable('redis://a', error).message).toBe(
    `Redis does not answer at redis://a (${meant})`,
  );
});
