// Hot path (`find`). The keys in force, in memory: requests with a known key never ask Redis. A timer
// looks at the store's version number and reads the keys again when it changed, so a revoked one stops
// within about a refresh interval; a new one is asked for when it is first met (unknown-keys.ts). While
// Redis is away the last known keys stay in force.

import type { ApiKey } from './api-key.ts';
import { hashSecret } from './api-key.ts';
import type { KeyStore } from './key-store.ts';
import { type DeploymentSecrets, NO_SECRETS } from './token-secrets.ts';
import { UnknownKeys } from './unknown-keys.ts';

/** Answers whether a secret is a key in force. */
export interface KeyRing {
  /** The key of this secret; null = not known here, or revoked. */
  find(secret: string): ApiKey | null;
  /**
   * For a secret that `find` does not know: asks whether it is a key by now, and no longer than a call to
   * Redis may take. null = that is not asked, and the secret is unknown. The promise's null says the
   * same; it rejects with Unavailable where nobody can tell.
   */
  ask(secret: string): Promise<ApiKey | null> | null;
  /** What tokens are signed with. */
  secrets(): DeploymentSecrets;
}

/** Ring of given keys, for tests and for tools that need no Redis. */
export function fixedKeyRing(
  keys: Readonly<Record<string, ApiKey>>,
  secrets: DeploymentSecrets = NO_SECRETS,
): KeyRing {
  const map = new Map(Object.entries(keys));
  return {
    find: (secret) => map.get(secret) ?? null,
    ask: () => null,
    secrets: () => secrets,
  };
}

/** A ring that follows a store. */
export interface StoredKeyRing extends KeyRing {
  /** Reads the store now. @throws Unavailable */
  refresh(): Promise<void>;
  stop(): void;
}

/** Secrets remembered with their key, so that a request does not hash its secret (1.5 µs). */
const REMEMBERED_MAX = 1_024;

/** Longer secrets are no keys of ours: nothing is hashed for them. */
const SECRET_CHARS_MAX = 256;

/**
 * Reads the keys and follows their changes.
 * @param refreshMs how often the version number is looked at
 * @throws Unavailable when the first read fails
 */
export async function followKeys(store: KeyStore, refreshMs = 500): Promise<StoredKeyRing> {
  const ring = new FollowingRing(store, refreshMs);
  await ring.refresh();
  ring.start();
  return ring;
}

class FollowingRing implements StoredKeyRing {
  private byHash: Map<string, ApiKey> = new Map();
  private readonly remembered = new Map<string, ApiKey>();
  private readonly unknown: UnknownKeys;
  private version: string | null = null;
  private known: DeploymentSecrets = NO_SECRETS;
  private timer: NodeJS.Timeout | null = null;
  private stopped = false;

  constructor(
    private readonly store: KeyStore,
    private readonly refreshMs: number,
  ) {
    this.unknown = new UnknownKeys({
      read: (hash) => store.read(hash),
      nowMs: () => performance.now(),
    });
  }

  find(secret: string): ApiKey | null {
    const known = this.remembered.get(secret);
    if (known !== undefined) return known;
    if (secret.length > SECRET_CHARS_MAX) return null;
    const key = this.byHash.get(hashSecret(secret));
    if (key === undefined) return null;
    if (this.remembered.size >= REMEMBERED_MAX) this.remembered.clear();
    this.remembered.set(secret, key);
    return key;
  }

  ask(secret: string): Promise<ApiKey | null> | null {
    if (secret.length > SECRET_CHARS_MAX) return null;
    const hash = hashSecret(secret);
    const asking = this.unknown.ask(hash);
    return asking === null ? null : this.learn(hash, asking);
  }

  secrets(): DeploymentSecrets {
    return this.known;
  }

  async refresh(): Promise<void> {
    // The version first: a change between the two reads is seen again next time.
    const version = await this.store.version();
    if (version === this.version) return;
    // A store that lost everything (no version any more) revokes nothing: whoever revokes a key
    // leaves a version behind.
    if (version === '' && this.version !== null) return;
    const [keys, secrets] = await Promise.all([
      this.store.list(),
      this.store.secrets(Date.now(), this.known),
    ]);
    this.byHash = new Map(
      keys.filter((key) => key.revokedAtMs === null).map(({ hash, ...key }) => [hash, key]),
    );
    this.remembered.clear();
    this.known = secrets;
    this.version = version;
  }

  start(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.refresh()
        .catch(() => {})
        .finally(() => this.start());
    }, this.refreshMs);
    this.timer.unref();
  }

  stop(): void {
    this.stopped = true;
    if (this.timer !== null) clearTimeout(this.timer);
  }

  private async learn(hash: string, asking: Promise<ApiKey | null>): Promise<ApiKey | null> {
    const { byHash } = this;
    const key = await asking;
    // Not if all keys were read meanwhile: it may have been revoked between this answer and that.
    if (key !== null && byHash === this.byHash) byHash.set(hash, key);
    return key;
  }
}
