// `proffer keys …`: API keys, straight in Redis; gateways notice within a second.

import type { Config } from '../config.ts';
import { SetupFault } from '../errors.ts';
import { type KeyStore, openKeyStore } from '../gateway/keys/key-store.ts';
import { unreachable } from '../redis/unreachable.ts';
import { redisUrl } from './redis-url.ts';

/** Prints the new secret, once. */
export function createKey(config: Config, name: string, kind: 'write' | 'admin'): Promise<number> {
  return withStore(config, async (store) => {
    const { secret, key } = await store.create(name, kind, Date.now());
    process.stdout.write(`${secret}\n`);
    process.stderr.write(`${kind} key ${key.id} "${name}": keep it, it is not shown again\n`);
    return 0;
  });
}

export function listKeys(config: Config): Promise<number> {
  return withStore(config, async (store) => {
    for (const key of await store.list()) {
      const created = new Date(key.createdAtMs).toISOString();
      const revoked =
        key.revokedAtMs === null ? '' : `  revoked ${new Date(key.revokedAtMs).toISOString()}`;
      process.stdout.write(`${key.id}  ${key.kind.padEnd(5)}  ${created}  ${key.name}${revoked}\n`);
    }
    return 0;
  });
}

export function revokeKey(config: Config, nameOrId: string): Promise<number> {
  return withStore(config, async (store) => {
    const outcome = await store.revoke(nameOrId, Date.now());
    switch (outcome.kind) {
      case 'revoked':
        process.stdout.write(`${outcome.key.id} "${outcome.key.name}" is revoked\n`);
        return 0;
      case 'unknown':
        throw new SetupFault(`there is no key ${nameOrId}`);
      case 'ambiguous':
        throw new SetupFault(`several keys have this name: ${outcome.ids.join(', ')}`);
    }
  });
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
