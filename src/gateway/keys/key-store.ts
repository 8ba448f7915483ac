// Where API keys are kept: redis-om entities in plain hashes, found by the hash of the secret. No
// Redis module is needed; the set of hashes beside them stands in for an index, and a version
// number tells gateways that something changed. Their names are in redis/keys.ts.

import { randomInt } from 'node:crypto';
import { Repository, Schema } from 'redis-om';
import { openConnection } from '../../redis/connection.ts';
import { apiKeyKeys } from '../../redis/keys.ts';
import type { RedisConnection } from '../../redis/redis-connection.ts';
import { type ApiKey, hashSecret, keyIdOfHash, makeSecret } from './api-key.ts';
import { entityClient } from './entity-client.ts';
import { isKeyKind, type KeyKind } from './key-kinds.ts';

/** What became of `ensure`. */
export type Ensured =
  | { readonly kind: 'created'; readonly key: ApiKey }
  | { readonly kind: 'kept'; readonly key: ApiKey }
  /** It was revoked; a restart does not undo that. */
  | { readonly kind: 'revoked'; readonly key: ApiKey };

/** What became of `revoke`. */
export type Revoked =
  | { readonly kind: 'revoked'; readonly key: ApiKey }
  | { readonly kind: 'unknown' }
  /** Several keys in force have this name: use an id. */
  | { readonly kind: 'ambiguous'; readonly keys: readonly ApiKey[] };

/** A key with the hash that it is found by. */
export interface StoredKey extends ApiKey {
  readonly hash: string;
}

/** The API keys of a deployment. Every method throws `Unavailable` when Redis does not answer. */
export interface KeyStore {
  /** Makes a key; the secret is returned this once and never kept. */
  create(name: string, kind: KeyKind, nowMs: number): Promise<{ secret: string; key: ApiKey }>;
  /** Makes the key of a given secret unless it is there (PROFFER_WRITE_KEY, PROFFER_ADMIN_KEY). */
  ensure(secret: string, name: string, kind: KeyKind, nowMs: number): Promise<Ensured>;
  /** All keys, revoked ones too, oldest first. */
  list(): Promise<readonly StoredKey[]>;
  /** @param nameOrId a name or an id of `list` */
  revoke(nameOrId: string, nowMs: number): Promise<Revoked>;
  /** The key of a hash, revoked or not; null = there is none. */
  read(hash: string): Promise<StoredKey | null>;
  /** Changes whenever a key does. */
  version(): Promise<string>;
  close(): Promise<void>;
}

export interface KeyStoreSettings {
  /** As `REDIS_URL`. */
  readonly url: string;
  readonly prefix: string;
  /** Longest wait for one call, ms. */
  readonly deadlineMs: number;
  /** Faults of the connection; it reconnects by itself. */
  readonly onError?: (error: Error) => void;
}

/** Connects. @throws Unavailable when Redis cannot be reached within the deadline */
export async function openKeyStore(settings: KeyStoreSettings): Promise<KeyStore> {
  const { url, prefix, deadlineMs, onError = () => {} } = settings;
  const connection = openConnection({ url, deadlineMs, name: 'proffer-keys', onError });
  const store = new RedisKeyStore(connection, prefix);
  try {
    await connection.ready();
  } catch (error) {
    await store.close();
    throw error;
  }
  return store;
}

/**
 * Kinds that every build knows. Builds that know no others take whatever is not `admin` for `write`, and
 * what has no `name` for no key: so the name of a key of another kind is its `label`, and to them it is
 * unknown.
 */
const FIRST_KINDS: readonly KeyKind[] = ['write', 'admin'];

function keySchema(entity: string): Schema {
  return new Schema(
    entity,
    {
      name: { type: 'string' },
      label: { type: 'string' },
      kind: { type: 'string' },
      createdAt: { type: 'date' },
      revokedAt: { type: 'date' },
    },
    { dataStructure: 'HASH' },
  );
}

class RedisKeyStore implements KeyStore {
  private readonly entities: Repository;
  private readonly setKey: string;
  private readonly versionKey: string;

  constructor(
    private readonly connection: RedisConnection,
    prefix: string,
  ) {
    const names = apiKeyKeys(prefix);
    this.entities = new Repository(keySchema(names.entity), entityClient(connection));
    this.setKey = names.hashes;
    this.versionKey = names.version;
  }

  async create(name: string, kind: KeyKind, nowMs: number) {
    const secret = makeSecret(kind);
    const hash = hashSecret(secret);
    const key: StoredKey = {
      hash,
      id: keyIdOfHash(hash),
      name,
      kind,
      createdAtMs: nowMs,
      revokedAtMs: null,
    };
    await this.write(key);
    return { secret, key: withoutHash(key) };
  }

  async ensure(secret: string, name: string, kind: KeyKind, nowMs: number): Promise<Ensured> {
    const hash = hashSecret(secret);
    const id = keyIdOfHash(hash);
    const known = await this.read(hash);
    if (known !== null && known.revokedAtMs !== null) {
      return { kind: 'revoked', key: withoutHash(known) };
    }
    if (known !== null && known.kind === kind) return { kind: 'kept', key: withoutHash(known) };
    const key = { hash, id, name, kind, createdAtMs: known?.createdAtMs ?? nowMs } as const;
    await this.write({ ...key, revokedAtMs: null });
    return { kind: 'created', key: withoutHash({ ...key, revokedAtMs: null }) };
  }

  async list(): Promise<readonly StoredKey[]> {
    const hashes = (await this.connection.call('smembers', [this.setKey])) as Buffer[];
    const keys = await Promise.all(hashes.map((hash) => this.read(hash.toString())));
    return keys
      .filter((key) => key !== null)
      .sort((a, b) => a.createdAtMs - b.createdAtMs || (a.id < b.id ? -1 : 1));
  }

  async revoke(nameOrId: string, nowMs: number): Promise<Revoked> {
    const keys = await this.list();
    const byId = keys.filter((key) => key.id === nameOrId);
    const named = keys.filter((key) => key.name === nameOrId && key.revokedAtMs === null);
    const found = byId.length > 0 ? byId : named;
    if (found.length > 1) return { kind: 'ambiguous', keys: found.map(withoutHash) };
    const key = found[0];
    if (key === undefined) return { kind: 'unknown' };
    const revoked = { ...key, revokedAtMs: key.revokedAtMs ?? nowMs };
    await this.write(revoked);
    return { kind: 'revoked', key: withoutHash(revoked) };
  }

  async version(): Promise<string> {
    return String((await this.connection.call('get', [this.versionKey])) ?? '');
  }

  async close(): Promise<void> {
    this.connection.close();
  }

  /** The entity first: a hash in the set without its entity would be a key without a kind. */
  private async write(key: StoredKey): Promise<void> {
    await this.entities.save(key.hash, {
      ...(FIRST_KINDS.includes(key.kind) ? { name: key.name } : { label: key.name }),
      kind: key.kind,
      createdAt: new Date(key.createdAtMs),
      ...(key.revokedAtMs === null ? {} : { revokedAt: new Date(key.revokedAtMs) }),
    });
    await this.connection.call('sadd', [this.setKey, key.hash]);
    // By chance, not counted: a Redis that lost everything would come by a number again that gateways
    // have seen, and what changed with it would be news to none. Older versions count on from it.
    await this.connection.call('set', [this.versionKey, String(randomInt(2 ** 47))]);
  }

  async read(hash: string): Promise<StoredKey | null> {
    const entity = await this.entities.fetch(hash);
    const { kind, createdAt, revokedAt } = entity;
    const name = entity.name ?? entity.label;
    if (typeof name !== 'string' || !(createdAt instanceof Date)) return null;
    // Of a later build: what it may do is not known here, so it may do nothing.
    if (!isKeyKind(kind)) return null;
    return {
      hash,
      id: keyIdOfHash(hash),
      name,
      kind,
      createdAtMs: createdAt.getTime(),
      revokedAtMs: revokedAt instanceof Date ? revokedAt.getTime() : null,
    };
  }
}

function withoutHash({ id, name, kind, createdAtMs, revokedAtMs }: StoredKey): ApiKey {
  return { id, name, kind, createdAtMs, revokedAtMs };
}
