// `proffer keys …` and what uses the kept keys beside a service: a real Redis, a real gateway.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { showCustomer } from '../../src/commands/customer-show.ts';
import { createKey, listKeys, revokeKey } from '../../src/commands/keys.ts';
import { type Config, readConfig } from '../../src/config.ts';
import { keyIdOf } from '../../src/gateway/keys/api-key.ts';
import { followKeys, type StoredKeyRing } from '../../src/gateway/keys/key-ring.ts';
import { type KeyStore, openKeyStore } from '../../src/gateway/keys/key-store.ts';
import { type RunningGateway, startTestGateway } from '../gateway/running-gateway.ts';
import { freshDirectory } from '../support/fresh-directory.ts';
import { type PrivateRedis, startPrivateRedis } from '../support/private-redis.ts';

let redis: PrivateRedis;
let store: KeyStore;
let ring: StoredKeyRing;
let gateway: RunningGateway;
beforeAll(async () => {
  redis = await startPrivateRedis();
  store = await openKeyStore({ url: redis.socket, prefix: 'proffer:', deadlineMs: 1_000 });
  ring = await followKeys(store, 20);
  gateway = await startTestGateway({ keys: ring });
});
afterAll(async () => {
  await gateway.stop(0);
  ring.stop();
  await store.close();
  await redis.stop();
});

let config: Config;
let path: string;
beforeEach(async () => {
  const directory = freshDirectory();
  path = join(directory, 'keys.json');
  writeFileSync(path, JSON.stringify({ writeKey: 'kept-write', adminKey: 'kept-admin' }));
  config = readConfig({
    ...{ REDIS_URL: redis.socket, PROFFER_DATA_DIR: directory, PROFFER_LOG_LEVEL: 'error' },
    PROFFER_PORT: String(gateway.port),
  });
  await redis.connect().flushall();
  await store.ensure('kept-write', 'default-write', 'write', 0);
  await store.ensure('kept-admin', 'default-admin', 'admin', 0);
});

/** What a command prints, and its exit code. */
async function run(command: () => Promise<number>) {
  let [stdout, stderr] = ['', ''];
  const out = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    stdout += text;
    return true;
  });
  const err = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    stderr += text;
    return true;
  });
  try {
    return { exitCode: await command(), stdout, stderr };
  } finally {
    out.mockRestore();
    err.mockRestore();
  }
}

const kept = () => JSON.parse(readFileSync(path, 'utf8'));
const isKnown = (secret: string) => expect.poll(() => ring.find(secret) !== null);

it('prints a new key alone on stdout', async () => {
  const { stdout, stderr } = await run(() => createKey(config, 'shop', 'write'));
  expect(stdout).toMatch(/^pw_[\w-]{27}\n$/);
  expect(stderr).not.toContain(stdout.trim());
  const catalog = await run(() => createKey(config, 'ci', 'catalog'));
  expect(catalog.stdout).toMatch(/^pc_[\w-]{27}\n$/);
  const listed = (await run(() => listKeys(config))).stdout;
  expect(listed).toContain(`${keyIdOf(stdout.trim())}  write`);
  expect(listed).toContain(`${keyIdOf(catalog.stdout.trim())}  catalog`);
});

it('tells of a key that has the name already, and not of one that was revoked', async () => {
  const create = () => run(() => createKey(config, 'Bob', 'write'));
  const first = await create();
  expect(first.stderr).not.toContain('that name');
  const id = keyIdOf(first.stdout.trim());
  expect((await create()).stderr).toContain(`write key ${id} has that name, too: revoke either`);
  await run(() => revokeKey(config, id));
  expect((await create()).stderr).not.toContain(id);
});

it('rotates the kept admin key: what runs beside the service has one all the time', async () => {
  await isKnown('kept-admin').toBe(true);
  expect((await run(() => showCustomer(config, 'u'))).exitCode).toBe(0);
  const { stdout, stderr } = await run(() => revokeKey(config, 'default-admin'));
  expect(stdout).toBe(`${keyIdOf('kept-admin')} "default-admin" is revoked\n`);
  const { writeKey, adminKey } = kept();
  expect([writeKey, adminKey]).toEqual(['kept-write', expect.stringMatching(/^pa_/)]);
  expect(stderr).toContain(`it was the adminKey of ${path}: ${keyIdOf(adminKey)} is in its place`);
  expect(stderr).not.toContain(adminKey);
  await isKnown('kept-admin').toBe(false);
  expect((await run(() => showCustomer(config, 'u'))).exitCode).toBe(0);
  // And the write key.
  await run(() => revokeKey(config, keyIdOf('kept-write')));
  expect(kept()).toEqual({ writeKey: expect.stringMatching(/^pw_/), adminKey });
});

it('leaves the kept keys alone when another is revoked', async () => {
  const { stdout } = await run(() => createKey(config, 'shop', 'admin'));
  await run(() => revokeKey(config, keyIdOf(stdout.trim())));
  expect(kept()).toEqual({ writeKey: 'kept-write', adminKey: 'kept-admin' });
});

it('says what to do where the service does not take the kept key, or the given one', async () => {
  await store.revoke('default-admin', 1);
  await isKnown('kept-admin').toBe(false);
  await expect(showCustomer(config, 'u')).rejects.toThrow(
    /does not take the admin key of .*keys\.json: .*PROFFER_ADMIN_KEY=\$\(proffer keys create/,
  );
  const given = { ...config, PROFFER_ADMIN_KEY: 'no key' };
  await expect(showCustomer(given, 'u')).rejects.toThrow(/does not take the key in PROFFER_ADMIN_/);
});

it('refuses a name that several keys have, and lists them', async () => {
  await run(() => createKey(config, 'shop', 'write'));
  await run(() => createKey(config, 'shop', 'admin'));
  const failed = await revokeKey(config, 'shop').catch((error: Error) => error.message);
  const lines = String(failed).split('\n');
  expect(lines[0]).toBe('several keys are named shop; revoke one by its id:');
  expect(
    lines
      .slice(1)
      .map((line) => line.replace(/\S+Z/, 'then'))
      .sort(),
  ).toEqual(
    (await store.list())
      .filter(({ name }) => name === 'shop')
      .map(({ id, kind }) => `${id}  ${kind.padEnd(7)}  then  shop`)
      .sort(),
  );
  expect((await store.list()).every(({ revokedAtMs }) => revokedAtMs === null)).toBe(true);
  await expect(revokeKey(config, 'nobody')).rejects.toThrow('there is no key nobody');
});
