// Where API keys are kept: redis-om entities in plain hashes, found by the hash of the secret. No
// Redis module is needed; the set of hashes beside them stands in for an index, and a version
// number tells gateways that something changed. Their names are in redis/keys.ts.

import { randomInt } from 'node:crypto';
import { Repository, Schema } from 'redis-om';
import { openConnection } from '../../redis/connection.ts';
import { apiKeyKeys } from '../../redis/keys.ts';
import type { RedisConnection } from '../../redis/redis-connection.ts';
import { type ApiKey, hashSecret, isInForce, keyIdOfHash, makeSecret } from './api-key.ts';
import { entityClient } from './entity-client.ts';
import { isKeyKind, type KeyKind } from './key-kinds.ts';
import { isPlain, type KeyOptions, NO_OPTIONS, optionsText, readOptions } from './key-options.ts';
import {
  type DeploymentSecrets,
  firstSecrets,
  NO_SECRETS,
  readSecrets,
  rotated,
  secretsText,
} from './token-secrets.ts';

/** What became of `ensure`. */
export type Ensured =
  | { readonly kind: 'created'; readonly key: ApiKey }
  | { readonly kind: 'kept'; readonly key: ApiKey }
  /** It was revoked, or has ended; a restart does not undo that. */
  | { readonly kind: 'revoked'; readonly key: ApiKey };

/** No one key that a name or an id says. */
export type NoKey =
  | { readonly kind: 'unknown' }
  /** Several keys in force have this name: use an id. */
  | { readonly kind: 'ambiguous'; readonly keys: readonly ApiKey[] };

/** What became of `revoke`. */
export type Revoked =
  | {
      readonly kind: 'revoked';
      readonly key: ApiKey;
      /** false = it was before. */
      readonly now: boolean;
    }
  | NoKey;

/** A key with its secret, which is nowhere else. */
export interface MadeKey {
  readonly secret: string;
  readonly key: ApiKey;
}

/** What became of `rotate`. */
export type Rotated =
  | ({ readonly kind: 'rotated'; readonly old: ApiKey } & MadeKey)
  /** It is not in force: there is nothing to go on with. */
  | { readonly kind: 'over'; readonly key: ApiKey }
  | NoKey;

/** A key with the hash that it is found by. */
export interface StoredKey extends ApiKey {
  readonly hash: string;
}

/** The API keys of a deployment. Every method throws `Unavailable` when Redis does not answer. */
export interface KeyStore {
  /** Makes a key; the secret is returned this once and never kept. */
  create(name: string, kind: KeyKind, nowMs: number, options?: KeyOptions): Promise<MadeKey>;
  /** Makes the key of a given secret unless it is there (PROFFER_WRITE_KEY, PROFFER_ADMIN_KEY). */
  ensure(secret: string, name: string, kind: KeyKind, nowMs: number): Promise<Ensured>;
  /** All keys, revoked ones too, oldest first. */
  list(): Promise<readonly StoredKey[]>;
  /** @param nameOrId a name or an id of `list` */
  revoke(nameOrId: string, nowMs: number): Promise<Revoked>;
  /**
   * A new secret of the same kind, name and options; one that expires does so as long after this as
   * the old one after it was made.
   * @param graceMs how long the old secret is in force beside it
   */
  rotate(nameOrId: string, graceMs: number, nowMs: number): Promise<Rotated>;
  /** The key of a hash, revoked or not; null = there is none. */
  read(hash: string): Promise<StoredKey | null>;
  /** Changes whenever a key does. */
  version(): Promise<string>;
  /**
   * What tokens are signed with; made where there is nothing yet.
   * @param known put back where Redis lost them
   */
  secrets(nowMs: number, known?: DeploymentSecrets): Promise<DeploymentSecrets>;
  /** Another secret for tokens; the one before the last is gone. */
  rotateTokens(nowMs: number): Promise<DeploymentSecrets>;
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
 * Which field has the name. Builds that know two kinds take whatever is not `admin` for `write`, and what
 * has no `name` for no key; those that know `catalog` look for a `label`, too. So each key has its name
 * where only builds find it that know what bounds it: to others it is unknown.
 */
function nameField({ kind, options }: ApiKey): 'name' | 'label' | 'title' {
  if (!isPlain(options)) return 'title';
  if (kind === 'write' || kind === 'admin') return 'name';
  return kind === 'catalog' ? 'label' : 'title';
}

function keySchema(entity: string): Schema {
  return new Schema(
    entity,
    {
      name: { type: 'string' },
      label: { type: 'string' },
      title: { type: 'string' },
      options: { type: 'string' },
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
  private readonly secretsKey: string;

  constructor(
    private readonly connection: RedisConnection,
    prefix: string,
  ) {
    const names = apiKeyKeys(prefix);
    this.entities = new Repository(keySchema(names.entity), entityClient(connection));
    this.setKey = names.hashes;
    this.versionKey = names.version;
    this.secretsKey = names.secrets;
  }

  async create(name: string, kind: KeyKind, nowMs: number, options = NO_OPTIONS) {
    const secret = makeSecret(kind);
    const hash = hashSecret(secret);
    const key: StoredKey = {
      hash,
      id: keyIdOfHash(hash),
      name,
      kind,
      createdAtMs: nowMs,
      revokedAtMs: null,
      options,
    };
    await this.write(key);
    return { secret, key: withoutHash(key) };
  }

  async ensure(secret: string, name: string, kind: KeyKind, nowMs: number): Promise<Ensured> {
    const hash = hashSecret(secret);
    const id = keyIdOfHash(hash);
    const known = await this.read(hash);
    if (known !== null && !isInForce(known, nowMs)) {
      return { kind: 'revoked', key: withoutHash(known) };
    }
    if (known !== null && known.kind === kind) return { kind: 'kept', key: withoutHash(known) };
    const createdAtMs = known?.createdAtMs ?? nowMs;
    const key = { hash, id, name, kind, createdAtMs, revokedAtMs: null, options: NO_OPTIONS };
    await this.write(key);
    return { kind: 'created', key: withoutHash(key) };
  }

  async list(): Promise<readonly StoredKey[]> {
    const hashes = (await this.connection.call('smembers', [this.setKey])) as Buffer[];
    const keys = await Promise.all(hashes.map((hash) => this.read(hash.toString())));
    return keys
      .filter((key) => key !== null)
      .sort((a, b) => a.createdAtMs - b.createdAtMs || (a.id < b.id ? -1 : 1));
  }

  async revoke(nameOrId: string, nowMs: number): Promise<Revoked> {
    const key = await this.named(nameOrId, nowMs);
    if (!('hash' in key)) return key;
    const revoked = { ...key, revokedAtMs: key.revokedAtMs ?? nowMs };
    await this.write(revoked);
    return { kind: 'revoked', key: withoutHash(revoked), now: key.revokedAtMs === null };
  }

  async rotate(nameOrId: string, graceMs: number, nowMs: number): Promise<Rotated> {
    const old = await this.named(nameOrId, nowMs);
    if (!('hash' in old)) return old;
    const { name, kind, createdAtMs, options } = old;
    if (!isInForce(old, nowMs)) return { kind: 'over', key: withoutHash(old) };
    const { expiresAtMs } = options;
    const made = await this.create(name, kind, nowMs, {
      ...options,
      expiresAtMs: expiresAtMs === null ? null : nowMs + (expiresAtMs - createdAtMs),
      retiresAtMs: null,
    });
    const retiring = { ...old, options: { ...options, retiresAtMs: nowMs + graceMs } };
    await this.write(retiring);
    return { kind: 'rotated', old: withoutHash(retiring), ...made };
  }

  async version(): Promise<string> {
    return String((await this.connection.call('get', [this.versionKey])) ?? '');
  }

  async secrets(nowMs: number, known = NO_SECRETS): Promise<DeploymentSecrets> {
    const stored = await this.connection.call('get', [this.secretsKey]);
    if (stored !== null) return readSecrets(String(stored));
    // Of two that find nothing the first makes them, and the other reads those.
    const made = secretsText(known === NO_SECRETS ? firstSecrets(nowMs) : known);
    await this.connection.call('set', [this.secretsKey, made, 'NX']);
    return readSecrets(String(await this.connection.call('get', [this.secretsKey])));
  }

  async rotateTokens(nowMs: number): Promise<DeploymentSecrets> {
    const next = rotated(await this.secrets(nowMs), nowMs);
    await this.connection.call('set', [this.secretsKey, secretsText(next)]);
    await this.tellChange();
    return next;
  }

  async close(): Promise<void> {
    this.connection.close();
  }

  private async named(nameOrId: string, nowMs: number): Promise<StoredKey | NoKey> {
    const keys = await this.list();
    const byId = keys.filter((key) => key.id === nameOrId);
    const namesakes = keys.filter((key) => key.name === nameOrId && isInForce(key, nowMs));
    const found = byId.length > 0 ? byId : namesakes;
    if (found.length > 1) return { kind: 'ambiguous', keys: found.map(withoutHash) };
    return found[0] ?? { kind: 'unknown' };
  }

  /** The entity first: a hash in the set without its entity would be a key without a kind. */
  private async write(key: StoredKey): Promise<void> {
    const options = optionsText(key.options);
    await this.entities.save(key.hash, {
      [nameField(key)]: key.name,
      ...(options !== '' && { options }),
      kind: key.kind,
      createdAt: new Date(key.createdAtMs),
      ...(key.revokedAtMs === null ? {} : { revokedAt: new Date(key.revokedAtMs) }),
    });
    await this.connection.call('sadd', [this.setKey, key.hash]);
    await this.tellChange();
  }

  private async tellChange(): Promise<void> {
    // By chance, not counted: a Redis that lost everything would come by a number again that gateways
    // have seen, and what changed with it would be news to none. Older versions count on from it.
    await this.connection.call('set', [this.versionKey, String(randomInt(2 ** 47))]);
  }

  async read(hash: string): Promise<StoredKey | null> {
    const entity = await this.entities.fetch(hash);
    const { kind, createdAt, revokedAt } = entity;
    const name = entity.name ?? entity.label ?? entity.title;
    const options = readOptions(entity.options);
    if (typeof name !== 'string' || !(createdAt instanceof Date)) return null;
    // Of a later build: what it may do is not known here, so it may do nothing.
    if (!isKeyKind(kind) || options === null) return null;
    return {
      hash,
      id: keyIdOfHash(hash),
      name,
      kind,
      createdAtMs: createdAt.getTime(),
      revokedAtMs: revokedAt instanceof Date ? revokedAt.getTime() : null,
      options,
    };
  }
}

function withoutHash({ hash: _, ...key }: StoredKey): ApiKey {
  return key;
}
