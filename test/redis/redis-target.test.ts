import { describe, expect, it } from 'vitest';
import { SetupFault } from '../../src/errors.ts';
import { parseRedisUrl } from '../../src/redis/redis-target.ts';

describe('REDIS_URL', () => {
  it('is one server, by address or socket', () => {
    expect(parseRedisUrl('redis://cache')).toEqual({
      ...{ kind: 'single', where: { host: 'cache', port: 6379, db: 0 } },
    });
    expect(parseRedisUrl('rediss://me:p%40ss@[::1]:7000/3')).toEqual({
      kind: 'single',
      where: { host: '::1', port: 7000, db: 3, username: 'me', password: 'p@ss', tls: {} },
    });
    expect(parseRedisUrl('/run/redis.sock')).toEqual({
      ...{ kind: 'single', where: { path: '/run/redis.sock' } },
    });
  });

  it('is a cluster, by any of its nodes', () => {
    expect(parseRedisUrl('rediss+cluster://:secret@a:1,[fe80::1],10.0.0.3:3')).toEqual({
      kind: 'cluster',
      seeds: [
        { host: 'a', port: 1 },
        { host: 'fe80::1', port: 6379 },
        { host: '10.0.0.3', port: 3 },
      ],
      admission: { password: 'secret', tls: {} },
    });
  });

  it('is the master that sentinels name', () => {
    expect(parseRedisUrl('redis+sentinel://u:p@a,b:5/main/2?sentinelPassword=q')).toEqual({
      kind: 'sentinel',
      where: {
        sentinels: [
          { host: 'a', port: 26_379 },
          { host: 'b', port: 5 },
        ],
        ...{ name: 'main', db: 2, username: 'u', password: 'p', sentinelPassword: 'q' },
      },
    });
  });

  it.each([
    ['http://a', 'http:// is none of'],
    ['redis+ring://a', 'redis+ring:// is none of'],
    ['', 'it is none of'],
    ['redis://a:1,b:2', 'several hosts'],
    ['redis+cluster://a:1/5', 'one database'],
    ['redis+cluster://a:1,,b', '"" is not host:port'],
    ['redis+cluster://a:99999', '"a:99999" is not host:port'],
    ['redis+cluster://::1', '"::1" is not host:port (IPv6 addresses in brackets)'],
    ['redis+sentinel://a:1', 'the name of the master is missing'],
    ['redis://a/x', '"x" is not the number of a database'],
    ['redis://:100%@a', 'written as %25'],
  ])('says what is wrong with %j', (url, what) => {
    expect(() => parseRedisUrl(url)).toThrow(SetupFault);
    expect(() => parseRedisUrl(url)).toThrow(what);
  });

  it('never shows a part of the password', () => {
    for (const url of ['redis://:se@cret@a', 'redis://:se/cret@a', 'x://:secret@a']) {
      expect(() => parseRedisUrl(url)).toThrow(/^(?!.*cret)REDIS_URL: /);
    }
  });
});
