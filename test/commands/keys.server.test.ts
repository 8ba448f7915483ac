// `proffer keys …` and what uses the kept keys beside a service: a real Redis, a real gateway.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { showCustomer } from '../../src/commands/customer-show.ts';
import {
  createKey,
  listKeys,
  revokeKey,
  rotateKey,
  rotateTokens,
} from '../../src/commands/keys.ts';
import { catalogVersions } from '../../src/compose/catalog-versions.ts';
import { type Config, readConfig } from '../../src/config.ts';
import { keyIdOf } from '../../src/gateway/keys/api-key.ts';
import { followKeys, type StoredKeyRing } from '../../src/gateway/keys/key-ring.ts';
import { type KeyStore, openKeyStore } from '../../src/gateway/keys/key-store.ts';
import { openConnection } from '../../src/redis/connection.ts';
import { Keys } from '../../src/redis/keys.ts';
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
  const { stdout, stderr } = await run(() => createKey(config, 'shop', { kind: 'write' }));
  expect(stdout).toMatch(/^pw_[\w-]{27}\n$/);
  expect(stderr).not.toContain(stdout.trim());
  const catalog = await run(() => createKey(config, 'ci', { kind: 'catalog' }));
  expect(catalog.stdout).toMatch(/^pc_[\w-]{27}\n$/);
  const listed = (await run(() => listKeys(config))).stdout;
  expect(listed).toContain(`${keyIdOf(stdout.trim())}  write`);
  expect(listed).toContain(`${keyIdOf(catalog.stdout.trim())}  catalog`);
});

it('tells of a key that has the name already, and not of one that was revoked', async () => {
  const create = () => run(() => createKey(config, 'Bob', { kind: 'write' }));
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

it('leaves revoked keys out of the list unless all are asked for, and says so of one revoked twice', async () => {
  const made = await run(() => createKey(config, 'shop', { kind: 'write' }));
  const id = keyIdOf(made.stdout.trim());
  await run(() => revokeKey(config, id));
  const again = await run(() => revokeKey(config, id));
  expect(again.stdout).toMatch(new RegExp(`^${id} "shop" was revoked before, at \\S+Z\n$`));
  const listed = await run(() => listKeys(config));
  expect(listed.stdout.includes(id)).toBe(false);
  expect((await run(() => listKeys(config, true))).stdout).toMatch(
    new RegExp(`^${id} .* revoked `, 'm'),
  );
  // A pipe gets keys alone; a terminal a line above them.
  expect(listed.stdout).toMatch(/^[0-9a-f]{12} /);
  const { isTTY } = process.stdout;
  process.stdout.isTTY = true;
  try {
    const shown = await run(() => listKeys(config));
    expect(shown.stdout).toMatch(/^id {12}kind {5}made .*\n[0-9a-f]{12} /);
    expect(shown.stderr).toBe('1 revoked: --all lists them, too\n');
  } finally {
    process.stdout.isTTY = isTTY;
  }
});

it('warns of a placement that the published catalog has not', async () => {
  const create = () =>
    run(() => createKey(config, 'till', { kind: 'device', placements: 'till_scren,web' }));
  expect((await create()).stderr).not.toContain('placement');
  const text = `catalog: shop
offers:
  hello: { treatments: { till_screen: { title: Hello } } }
placements:
  till_screen: { channel: pos }
  web: { channel: web }
`;
  const connection = openConnection({
    ...{ url: redis.socket, deadlineMs: 1_000, name: 'test', onError: () => {} },
  });
  await connection.ready();
  const versions = catalogVersions({ connection, keys: new Keys('proffer:', 1) });
  await versions.publish({ content: [{ path: 'a.yaml', text }], hash: 'h', name: 'shop' });
  connection.close();
  expect((await create()).stderr).toContain(
    'the published catalog has no placement till_scren (did you mean till_screen?)\n',
  );
});

it('leaves the kept keys alone when another is revoked', async () => {
  const { stdout } = await run(() => createKey(config, 'shop', { kind: 'admin' }));
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
  await run(() => createKey(config, 'shop', { kind: 'write' }));
  await run(() => createKey(config, 'shop', { kind: 'admin' }));
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

it('makes keys that are bounded, and says of each what bounds it', async () => {
  const options = { placements: 'till, web', store: 's1', rate: '50', expires: '90d' };
  const till = await run(() => createKey(config, 'till-7', { kind: 'device', ...options }));
  expect(till.stdout).toMatch(/^pd_[\w-]{27}\n$/);
  const page = await run(() => createKey(config, undefined, { kind: 'browser', name: 'shop' }));
  expect(page.stdout).toMatch(/^pb_[\w-]{27}\n$/);
  const lines = (await run(() => listKeys(config))).stdout;
  const [, end] = /till-7 {2}placements till,web {2}store s1 {2}50\/s {2}ends (\S+Z)\n/.exec(
    lines,
  )!;
  expect(Math.abs(Date.parse(end!) - Date.now() - 90 * 86_400_000)).toBeLessThan(60_000);
  expect(lines).toMatch(
    new RegExp(`^${keyIdOf(page.stdout.trim())} {2}browser {2}\\S+ {2}shop$`, 'm'),
  );
  for (const [settings, why] of [
    [{ kind: 'write', store: 's1' }, 'a write key takes no --store'],
    [{ kind: 'staff', placements: 'a' }, 'a staff key takes no --placements'],
    [{ kind: 'browser', store: 's1' }, 'a browser key takes no --store'],
    [{ kind: 'device', placements: 'a,,b' }, '--placements must be names'],
    [{ kind: 'write', rate: '0' }, '--rate must be'],
    [{ kind: 'write', rate: '1e9' }, '--rate must be'],
    [{ kind: 'write', expires: 'soon' }, '--expires must be a duration'],
    [{ kind: 'write', name: ' ' }, 'the name must have'],
  ] as const) {
    await expect(async () => createKey(config, undefined, settings)).rejects.toThrow(why);
  }
  await expect(async () => createKey(config, 'a', { kind: 'write', name: 'b' })).rejects.toThrow(
    'two',
  );
});

it('rotates a key: the new secret alone on stdout, the old one in force for a while', async () => {
  const old = await run(() => createKey(config, 'counter', { kind: 'staff' }));
  const rotated = await run(() => rotateKey(config, 'counter', '1h'));
  expect(rotated.stdout).toMatch(/^ps_[\w-]{27}\n$/);
  expect(rotated.stderr).toContain(`${keyIdOf(old.stdout.trim())} is in force until `);
  await isKnown(old.stdout.trim()).toBe(true);
  await isKnown(rotated.stdout.trim()).toBe(true);
  await expect(rotateKey(config, 'counter')).rejects.toThrow(/several keys.*rotate one by its id/);
  // A kept one is the new one from then on.
  const kept1 = await run(() => rotateKey(config, keyIdOf('kept-admin'), '0s'));
  expect(kept().adminKey).toBe(kept1.stdout.trim());
  expect(kept1.stderr).not.toContain(kept1.stdout.trim());
  await expect(rotateKey(config, keyIdOf('kept-admin'))).rejects.toThrow('not in force any more');
  const { stdout } = await run(() => rotateTokens(config));
  expect(stdout).toContain('tokens are signed with a new secret in 10 s');
  expect(stdout).not.toContain((await store.secrets(0)).tokens[0]!.secret.toString('base64url'));
});

it('leaves a row of what was done to keys, and none of a secret', async () => {
  const made = await run(() => createKey(config, 'shop', { kind: 'write' }));
  const id = keyIdOf(made.stdout.trim());
  const rotated = await run(() => rotateKey(config, id));
  await run(() => revokeKey(config, id));
  const ledger = await redis.connect().xrange('proffer:{0}:ledger', '-', '+');
  const records = ledger.map(([, [, record]]) => record!);
  const rows = records.map((record) => JSON.parse(record.slice(record.indexOf('\na') + 2)));
  const uses = rows.map(({ kind, action, target, detail }) => [kind, action, target, detail]);
  expect(uses).toEqual([
    ['shell', 'keys.create', id, 'write "shop"'],
    ['shell', 'keys.rotate', id, `write "shop", now ${keyIdOf(rotated.stdout.trim())}`],
    ['shell', 'keys.revoke', id, 'write "shop"'],
  ]);
  expect(records.join('')).not.toContain(made.stdout.trim());
});
