import { expect, it } from 'vitest';
import { SetupFault, Unavailable } from '../../src/errors.ts';
import { unreachable } from '../../src/redis/unreachable.ts';

it('says where Redis is not, and why, without passwords', () => {
  const cause = new Error('connect ECONNREFUSED');
  const error = new Unavailable('store_unavailable', 1, { cause });
  const url = 'redis+sentinel://me:secret@a:1,b:2/main?sentinelPassword=secret';
  expect(unreachable(url, error).message).toBe(
    'Redis does not answer at redis+sentinel://…@a:1,b:2/main?sentinelPassword=… (connect ECONNREFUSED)',
  );
  const wrong = new SetupFault('REDIS_URL: wrong');
  expect(unreachable(url, wrong)).toBe(wrong);
});
