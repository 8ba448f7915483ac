// Where API keys are kept: redis-om entities in plain hashes, found by the hash of the secret. No
// Redis module is needed; the set of hashes beside them stands in for an index, and a version
// number tells gateways that something changed. Their names are in redis/keys.ts.

import { createClient, type RedisClientOptions } from 'redis';
import { type RedisConnection, Repository, Schema } from 'redis-om';
import { Unavailable } from '../../errors.ts';
import { apiKeyKeys } from '../../redis/keys.ts';
import { type ApiKey, hashSecret, type KeyKind, makeSecret } from './api-key.ts';

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
  | { readonly kind: 'ambiguous'; readonly ids: readonly string[] };

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
  /** Changes whenever a key does. */
  version(): Promise<string>;
  close(): Promise<void>;
}

export interface KeyStoreSettings {
  /** `redis://…`, `rediss://…` or the path of a Unix socket. */
  readonly url: string;
  readonly prefix: string;
  /** Longest wait for one call, ms. */
  readonly deadlineMs: number;
  /** Faults of the connection; it reconnects by itself. */
  readonly onError?: (error: Error) => void;
}

/** Connects. @throws Unavailable when Redis cannot be reached within the deadline */
export async function openKeyStore(settings: KeyStoreSettings): Promise<KeyStore> {
  const options: RedisClientOptions = {
    disableOfflineQueue: true,
    socket: {
      connectTimeout: settings.deadlineMs,
      reconnectStrategy: (retries: number) => Math.min(25 * 2 ** Math.min(retries, 6), 1_000),
      ...(settings.url.includes('://') ? {} : { path: settings.url }),
    } as NonNullable<RedisClientOptions['socket']>,
    ...(settings.url.includes('://') ? { url: settings.url } : {}),
  };
  const client = createClient(options);
  client.on('error', settings.onError ?? (() => {}));
  const store = new RedisKeyStore(client, settings);
  try {
    await store.within(client.connect());
  } catch (error) {
    await store.close();
    throw error;
  }
  return store;
}

function keySchema(entity: string): Schema {
  return new Schema(
    entity,
    {
      name: { type: 'string' },
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
    private readonly client: ReturnType<typeof createClient>,
    private readonly settings: KeyStoreSettings,
  ) {
    const names = apiKeyKeys(settings.prefix);
    this.entities = new Repository(keySchema(names.entity), client as unknown as RedisConnection);
    this.setKey = names.hashes;
    this.versionKey = names.version;
  }

  async create(name: string, kind: KeyKind, nowMs: number) {
    const secret = makeSecret(kind);
    const hash = hashSecret(secret);
    const key: StoredKey = {
      hash,
      id: hash.slice(0, ID_LENGTH),
      name,
      kind,
      createdAtMs: nowMs,
      revokedAtMs: null,
    };
    await this.within(this.write(key));
    return { secret, key: withoutHash(key) };
  }

  async ensure(secret: string, name: string, kind: KeyKind, nowMs: number): Promise<Ensured> {
    const hash = hashSecret(secret);
    const id = hash.slice(0, ID_LENGTH);
    const known = await this.within(this.read(hash));
    if (known !== null && known.revokedAtMs !== null) {
      return { kind: 'revoked', key: withoutHash(known) };
    }
    if (known !== null && known.kind === kind) return { kind: 'kept', key: withoutHash(known) };
    const key = { hash, id, name, kind, createdAtMs: known?.createdAtMs ?? nowMs } as const;
    await this.within(this.write({ ...key, revokedAtMs: null }));
    return { kind: 'created', key: withoutHash({ ...key, revokedAtMs: null }) };
  }

  async list(): Promise<readonly StoredKey[]> {
    return this.within(this.readAll());
  }

  async revoke(nameOrId: string, nowMs: number): Promise<Revoked> {
    const keys = await this.list();
    const byId = keys.filter((key) => key.id === nameOrId);
    const named = keys.filter((key) => key.name === nameOrId && key.revokedAtMs === null);
    const found = byId.length > 0 ? byId : named;
    if (found.length > 1) return { kind: 'ambiguous', ids: found.map((key) => key.id) };
    const key = found[0];
    if (key === undefined) return { kind: 'unknown' };
    const revoked = { ...key, revokedAtMs: key.revokedAtMs ?? nowMs };
    await this.within(this.write(revoked));
    return { kind: 'revoked', key: withoutHash(revoked) };
  }

  async version(): Promise<string> {
    return (await this.within(this.client.get(this.versionKey))) ?? '';
  }

  async close(): Promise<void> {
    // `disconnect` throws on a client that is not open; then there is nothing to close.
    if (this.client.isOpen) await this.client.disconnect().catch(() => {});
  }

  /** @throws Unavailable when `reply` fails or is not there within the deadline */
  async within<T>(reply: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Unavailable('store_unavailable')),
        this.settings.deadlineMs,
      );
    });
    try {
      return await Promise.race([reply, late]);
    } catch (error) {
      if (error instanceof Unavailable) throw error;
      throw new Unavailable('store_unavailable', 1, { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }

  /** The entity first: a hash in the set without its entity would be a key without a kind. */
  private async write(key: StoredKey): Promise<void> {
    await this.entities.save(key.hash, {
      name: key.name,
      kind: key.kind,
      createdAt: new Date(key.createdAtMs),
      ...(key.revokedAtMs === null ? {} : { revokedAt: new Date(key.revokedAtMs) }),
    });
    await this.client.sAdd(this.setKey, key.hash);
    await this.client.incr(this.versionKey);
  }

  private async read(hash: string): Promise<StoredKey | null> {
    const entity = await this.entities.fetch(hash);
    const { name, kind, createdAt, revokedAt } = entity;
    if (typeof name !== 'string' || !(createdAt instanceof Date)) return null;
    return {
      hash,
      id: hash.slice(0, ID_LENGTH),
      name,
      kind: kind === 'admin' ? 'admin' : 'write',
      createdAtMs: createdAt.getTime(),
      revokedAtMs: revokedAt instanceof Date ? revokedAt.getTime() : null,
    };
  }

  private async readAll(): Promise<readonly StoredKey[]> {
    const hashes = await this.client.sMembers(this.setKey);
    const keys = await Promise.all(hashes.map((hash) => this.read(hash)));
    return keys
      .filter((key) => key !== null)
      .sort((a, b) => a.createdAtMs - b.createdAtMs || (a.id < b.id ? -1 : 1));
  }
}

const ID_LENGTH = 12;

function withoutHash({ id, name, kind, createdAtMs, revokedAtMs }: StoredKey): ApiKey {
  return { id, name, kind, createdAtMs, revokedAtMs };
}
