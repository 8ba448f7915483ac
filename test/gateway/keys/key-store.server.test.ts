import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hashSecret } from '../../../src/gateway/keys/api-key.ts';
import { NO_OPTIONS } from '../../../src/gateway/keys/key-options.ts';
import { followKeys } from '../../../src/gateway/keys/key-ring.ts';
import { type KeyStore, openKeyStore } from '../../../src/gateway/keys/key-store.ts';
import { type PrivateRedis, startPrivateRedis } from '../../support/private-redis.ts';

const NOW_MS = Date.UTC(2026, 10, 22);

let redis: PrivateRedis;
let store: KeyStore;
beforeAll(async () => {
  redis = await startPrivateRedis(['--appendonly', 'yes']);
  store = await openKeyStore({ url: redis.socket, prefix: 'p:', deadlineMs: 1_000 });
});
afterAll(async () => {
  await store.close();
  await redis.stop();
});
beforeEach(async () => {
  await redis.connect().flushall();
});

describe('the key store', () => {
  it('keeps a key by its hash and never its secret', async () => {
    const { secret, key } = await store.create('shop', 'write', NOW_MS);
    expect(secret).toMatch(/^pw_[\w-]{27}$/);
    expect(await store.list()).toEqual([{ ...key, hash: hashSecret(secret) }]);
    expect(key).toEqual({
      id: hashSecret(secret).slice(0, 12),
      name: 'shop',
      kind: 'write',
      createdAtMs: NOW_MS,
      revokedAtMs: null,
      options: NO_OPTIONS,
    });
    const client = redis.connect();
    for (const name of await client.keys('*')) {
      expect(name).toMatch(/^p:key/);
      const type = await client.type(name);
      const dump = type === 'hash' ? JSON.stringify(await client.hgetall(name)) : '';
      expect(name + dump).not.toContain(secret);
    }
  });

  it('keeps other kinds so that builds which know two take them for no keys', async () => {
    const { secret, key } = await store.create('ci', 'catalog', NOW_MS);
    expect(secret).toMatch(/^pc_[\w-]{27}$/);
    expect([key.name, key.kind]).toEqual(['ci', 'catalog']);
    expect(await store.read(hashSecret(secret))).toEqual({ ...key, hash: hashSecret(secret) });
    // Those read whatever is not `admin` as `write`, and what has no `name` as nothing.
    const stored = await redis.connect().hgetall(`p:key:${hashSecret(secret)}`);
    expect(Object.keys(stored).sort()).toEqual(['createdAt', 'kind', 'label']);
    expect((await store.revoke('ci', NOW_MS)).kind).toBe('revoked');
  });

  it('knows no key of a kind that a later build made', async () => {
    const { secret } = await store.create('till', 'write', NOW_MS);
    const hash = hashSecret(secret);
    await redis.connect().hset(`p:key:${hash}`, 'kind', 'oracle');
    expect([await store.read(hash), await store.list()]).toEqual([null, []]);
  });

  it.each([
    ['browser', {}],
    ['device', { placements: new Set(['till']), storeId: 's1' }],
    ['staff', {}],
    ['analyst', {}],
    ['write', { ratePerSecond: 5 }],
    ['write', { expiresAtMs: NOW_MS + 1 }],
    ['admin', { expiresAtMs: NOW_MS + 1 }],
    ['catalog', { ratePerSecond: 1 }],
  ] as const)(
    'keeps a %s key with %j so that no earlier build takes it for one',
    async (kind, more) => {
      const options = { ...NO_OPTIONS, ...more };
      const { secret, key } = await store.create('k', kind, NOW_MS, options);
      expect(await store.read(hashSecret(secret))).toEqual({ ...key, hash: hashSecret(secret) });
      expect(key.options).toEqual(options);
      // Of those, the first ones look for a `name`, and the later ones for a `label`, too.
      const stored = await redis.connect().hgetall(`p:key:${hashSecret(secret)}`);
      expect([stored.name, stored.label, stored.title]).toEqual([undefined, undefined, 'k']);
    },
  );

  it('knows no key with an option that a later build gave it', async () => {
    const { secret } = await store.create('k', 'device', NOW_MS);
    const field = `p:key:${hashSecret(secret)}`;
    for (const options of ['{"hours":"9-17"}', '{"rate', '[]', 'null', '{"storeId":5}']) {
      await redis.connect().hset(field, 'options', options);
      expect([options, await store.read(hashSecret(secret))]).toEqual([options, null]);
    }
  });

  it('rotates a key: both are in force until the old one ends, also for earlier builds', async () => {
    const options = { ...NO_OPTIONS, expiresAtMs: NOW_MS + 1_000 };
    const first = await store.create('till', 'write', NOW_MS, options);
    const plain = await store.create('shop', 'write', NOW_MS);
    const rotated = await store.rotate('till', 50, NOW_MS + 200);
    // As long from then on as the first was from the start.
    expect(rotated).toMatchObject({
      kind: 'rotated',
      key: { name: 'till', kind: 'write', options: { ...options, expiresAtMs: NOW_MS + 1_200 } },
      old: { ...first.key, options: { ...options, retiresAtMs: NOW_MS + 250 } },
    });
    await store.rotate(plain.key.id, 50, NOW_MS);
    const stored = await redis.connect().hgetall(`p:key:${hashSecret(plain.secret)}`);
    expect(stored.name).toBe('shop');
    // By its name it is the new one, once the old one is over.
    expect((await store.rotate('till', 50, NOW_MS + 220)).kind).toBe('ambiguous');
    expect((await store.rotate('till', 50, NOW_MS + 250)).kind).toBe('rotated');
    expect((await store.rotate(first.key.id, 50, NOW_MS + 250)).kind).toBe('over');
    expect((await store.rotate('nobody', 50, NOW_MS)).kind).toBe('unknown');
  });

  it('makes what tokens are signed with once, and keeps two when it rotates', async () => {
    const [one, two] = await Promise.all([store.secrets(NOW_MS), store.secrets(NOW_MS)]);
    expect(one).toEqual(two);
    const next = await store.rotateTokens(NOW_MS);
    expect(next).toEqual({ ...one, tokens: [expect.anything(), one!.tokens[0]] });
    const last = await store.rotateTokens(NOW_MS);
    expect(last.tokens).toEqual([expect.anything(), next.tokens[0]]);
    expect(await store.secrets(NOW_MS)).toEqual(last);
  });

  it('lists keys oldest first, revoked ones too', async () => {
    await store.create('b', 'admin', NOW_MS + 5);
    await store.create('a', 'write', NOW_MS);
    await store.revoke('a', NOW_MS + 10);
    expect((await store.list()).map((k) => [k.name, k.kind, k.revokedAtMs])).toEqual([
      ['a', 'write', NOW_MS + 10],
      ['b', 'admin', null],
    ]);
  });

  it('revokes by name or id, and says what it could not', async () => {
    const first = await store.create('till', 'write', NOW_MS);
    const second = await store.create('till', 'write', NOW_MS + 1);
    expect(await store.revoke('till', NOW_MS)).toEqual({
      kind: 'ambiguous',
      keys: [first.key, second.key],
    });
    expect(await store.revoke(second.key.id, NOW_MS + 9)).toEqual({
      kind: 'revoked',
      key: { ...second.key, revokedAtMs: NOW_MS + 9 },
      now: true,
    });
    expect(await store.revoke(second.key.id, NOW_MS + 10)).toEqual({
      kind: 'revoked',
      key: { ...second.key, revokedAtMs: NOW_MS + 9 },
      now: false,
    });
    expect((await store.revoke('till', NOW_MS + 9)).kind).toBe('revoked');
    expect((await store.revoke('nothing', NOW_MS)).kind).toBe('unknown');
  });

  it('ensures a given key once, and does not undo its revocation', async () => {
    expect((await store.ensure('given-secret', 'config', 'write', NOW_MS)).kind).toBe('created');
    expect((await store.ensure('given-secret', 'config', 'write', NOW_MS)).kind).toBe('kept');
    expect(await store.list()).toHaveLength(1);
    await store.revoke('config', NOW_MS);
    expect((await store.ensure('given-secret', 'config', 'write', NOW_MS)).kind).toBe('revoked');
  });

  it('is unavailable, not stuck, while Redis is away', async () => {
    const own = await startPrivateRedis();
    const away = await openKeyStore({ url: own.socket, prefix: 'p:', deadlineMs: 300 });
    await own.kill();
    await expect(away.list()).rejects.toMatchObject({ code: 'store_unavailable' });
    await own.restart();
    await expect.poll(() => away.list().catch(() => null)).toEqual([]);
    await away.close();
    await own.stop();
  });

  it('cannot be opened where there is no Redis', async () => {
    const nowhere = openKeyStore({ url: '/nonexistent/redis.sock', prefix: '', deadlineMs: 200 });
    await expect(nowhere).rejects.toMatchObject({ code: 'store_unavailable' });
  });
});

describe('the key ring', () => {
  it('learns of new and revoked keys within a refresh', async () => {
    const first = await store.create('a', 'write', NOW_MS);
    const ring = await followKeys(store, 20);
    expect(ring.find(first.secret)).toEqual(first.key);
    expect(ring.find('other')).toBeNull();
    expect(ring.find('x'.repeat(10_000))).toBeNull();
    const second = await store.create('b', 'admin', NOW_MS);
    await expect.poll(() => ring.find(second.secret)).toEqual(second.key);
    await store.revoke('a', NOW_MS);
    await expect.poll(() => ring.find(first.secret)).toBeNull();
    expect(ring.find(second.secret)).toEqual(second.key);
    ring.stop();
  });

  it('keeps what it knows when the store is away or lost everything', async () => {
    const { secret } = await store.create('a', 'write', NOW_MS);
    const ring = await followKeys(store, 60_000);
    await redis.connect().flushall();
    await ring.refresh();
    expect(ring.find(secret)).not.toBeNull();
    ring.stop();
  });

  it('hears of a change in a store that lost everything and has as many changes as before', async () => {
    const { secret } = await store.create('a', 'write', NOW_MS);
    await store.create('b', 'write', NOW_MS);
    const ring = await followKeys(store, 60_000);
    await redis.connect().flushall();
    await store.ensure(secret, 'a', 'write', NOW_MS);
    await store.revoke('a', NOW_MS);
    await ring.refresh();
    expect(ring.find(secret)).toBeNull();
    ring.stop();
  });

  it('puts back what tokens are signed with, where Redis lost it', async () => {
    const ring = await followKeys(store, 60_000);
    const known = ring.secrets();
    await redis.connect().flushall();
    await store.create('a', 'write', NOW_MS);
    await ring.refresh();
    expect([ring.secrets(), await store.secrets(NOW_MS)]).toEqual([known, known]);
    ring.stop();
  });

  it('does not ask Redis when a key is looked up', async () => {
    const { secret } = await store.create('a', 'write', NOW_MS);
    const ring = await followKeys(store, 60_000);
    const client = redis.connect();
    const calls = async () =>
      Number(/total_commands_processed:(\d+)/.exec(await client.info('stats'))![1]);
    const before = await calls();
    for (let i = 0; i < 1_000; i++) ring.find(secret);
    expect((await calls()) - before).toBe(1);
    ring.stop();
  });
});

describe('a key that the ring does not know yet', () => {
  /** What Redis was asked since; the question itself counts for one. */
  async function calls(work: () => Promise<void>): Promise<number> {
    const client = redis.connect();
    const read = async () =>
      Number(/total_commands_processed:(\d+)/.exec(await client.info('stats'))![1]);
    const before = await read();
    await work();
    return (await read()) - before - 1;
  }

  it('is asked for, and known from then on', async () => {
    const ring = await followKeys(store, 60_000);
    const { secret, key } = await store.create('new', 'write', NOW_MS);
    expect(ring.find(secret)).toBeNull();
    expect(await Promise.all([ring.ask(secret), ring.ask(secret)])).toEqual([key, key]);
    expect(ring.find(secret)).toEqual(key);
    ring.stop();
  });

  it('is none where it was revoked, also while it is being asked for', async () => {
    const ring = await followKeys(store, 60_000);
    const gone = await store.create('gone', 'write', NOW_MS);
    await store.revoke('gone', NOW_MS);
    expect(await ring.ask(gone.secret)).toBeNull();
    const late = await store.create('late', 'write', NOW_MS);
    const asking = ring.ask(late.secret);
    await store.revoke('late', NOW_MS);
    await ring.refresh();
    await asking;
    expect(ring.find(late.secret)).toBeNull();
    ring.stop();
  });

  it('costs Redis a bounded number of questions, however much garbage comes', async () => {
    const ring = await followKeys(store, 60_000);
    const asked = await calls(async () => {
      for (let i = 0; i < 10; i++) await ring.ask('the same garbage');
    });
    expect(asked).toBe(1);
    const more = await calls(async () => {
      await Promise.all(Array.from({ length: 5_000 }, (_, i) => ring.ask(`garbage ${i}`)));
    });
    expect(more).toBeGreaterThan(0);
    expect(more).toBeLessThan(5_000 / 10);
    expect(ring.ask('x'.repeat(10_000))).toBeNull();
    ring.stop();
  });

  it('is unavailable, not unknown, while Redis is away', async () => {
    const own = await startPrivateRedis();
    const away = await openKeyStore({ url: own.socket, prefix: 'p:', deadlineMs: 300 });
    const ring = await followKeys(away, 60_000);
    await own.kill();
    await expect(ring.ask('may be a key')).rejects.toMatchObject({ code: 'store_unavailable' });
    ring.stop();
    await away.close();
    await own.stop();
  });
});
