// `proffer keys …`: API keys, straight in Redis; gateways notice within a second.

import type { Config } from '../config.ts';
import { SetupFault } from '../errors.ts';
import { type ApiKey, keyIdOf } from '../gateway/keys/api-key.ts';
import type { KeyKind } from '../gateway/keys/key-kinds.ts';
import { type KeyStore, openKeyStore } from '../gateway/keys/key-store.ts';
import { unreachable } from '../redis/unreachable.ts';
import { KEY_NAMES, keptKeysPath, readKeptKeys, replaceKeptKey } from './kept-keys.ts';
import { redisUrl } from './redis-url.ts';

/** Other keys of the same name that are told of. */
const NAMESAKES_MAX = 5;

/** Prints the new secret, once. */
export function createKey(config: Config, name: string, kind: KeyKind): Promise<number> {
  return withStore(config, async (store) => {
    const others = (await store.list()).filter(
      (other) => other.name === name && other.revokedAtMs === null,
    );
    const { secret, key } = await store.create(name, kind, Date.now());
    process.stdout.write(`${secret}\n`);
    process.stderr.write(`${kind} key ${key.id} "${name}": keep it, it is not shown again\n`);
    for (const other of others.slice(0, NAMESAKES_MAX)) {
      process.stderr.write(
        `${other.kind} key ${other.id} has that name, too: revoke either by its id\n`,
      );
    }
    return 0;
  });
}

export function listKeys(config: Config): Promise<number> {
  return withStore(config, async (store) => {
    const keys = await store.list();
    if (keys.length > 0) process.stdout.write(`${linesOf(keys)}\n`);
    return 0;
  });
}

export function revokeKey(config: Config, nameOrId: string): Promise<number> {
  return withStore(config, async (store) => {
    const outcome = await store.revoke(nameOrId, Date.now());
    switch (outcome.kind) {
      case 'revoked':
        process.stdout.write(`${outcome.key.id} "${outcome.key.name}" is revoked\n`);
        await replaceKept(config, store, outcome.key);
        return 0;
      case 'unknown':
        throw new SetupFault(`there is no key ${nameOrId}`);
      case 'ambiguous':
        throw new SetupFault(
          `several keys are named ${nameOrId}; revoke one by its id:\n${linesOf(outcome.keys)}`,
        );
    }
  });
}

/**
 * The commands beside the service use the keys that are kept in its data directory: when one of those
 * was revoked, another is made and kept in its place, so that rotating a key leaves nobody without one.
 */
async function replaceKept(config: Config, store: KeyStore, revoked: ApiKey): Promise<void> {
  const directory = config.PROFFER_DATA_DIR;
  const kept = readKeptKeys(directory);
  const name = KEY_NAMES.find((n) => kept[n] !== undefined && keyIdOf(kept[n]) === revoked.id);
  if (name === undefined) return;
  const path = keptKeysPath(directory);
  const { secret, key } = await store.create(revoked.name, revoked.kind, Date.now());
  try {
    replaceKeptKey(directory, name, secret);
    process.stderr.write(`it was the ${name} of ${path}: ${key.id} is in its place there\n`);
  } catch (error) {
    await store.revoke(key.id, Date.now());
    throw error;
  }
}

function linesOf(keys: readonly ApiKey[]): string {
  return keys
    .map(({ id, kind, name, createdAtMs, revokedAtMs }) => {
      const revoked = revokedAtMs === null ? '' : `  revoked ${timeOf(revokedAtMs)}`;
      return `${id}  ${kind.padEnd(7)}  ${timeOf(createdAtMs)}  ${name}${revoked}`;
    })
    .join('\n');
}

function timeOf(atMs: number): string {
  return new Date(atMs).toISOString();
}

async function withStore(
  config: Config,
  work: (store: KeyStore) => Promise<number>,
): Promise<number> {
  const url = redisUrl(config);
  const store = await openKeyStore({
    url,
    prefix: `${config.PROFFER_PREFIX}`,
    deadlineMs: config.PROFFER_REDIS_DEADLINE_MS,
  }).catch((error) => {
    throw unreachable(url, error);
  });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
