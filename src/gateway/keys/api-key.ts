// API keys. A key is a random secret that only its owner has; the service keeps its SHA-256. A fast
// hash is right here: secrets have 160 random bits, so there is nothing to guess.

import { createHash, randomBytes } from 'node:crypto';
import { KEY_KINDS, type KeyKind } from './key-kinds.ts';
import { endOf, type KeyOptions } from './key-options.ts';

/** A key as the service knows it. */
export interface ApiKey {
  /** First 12 hex digits of the hash: names the key in lists and for `revoke`. */
  readonly id: string;
  readonly name: string;
  readonly kind: KeyKind;
  readonly createdAtMs: number;
  /** null = in force. */
  readonly revokedAtMs: number | null;
  readonly options: KeyOptions;
}

/** Whether a key ended by itself: it expired, or another took its place. */
export function hasEnded({ options }: ApiKey, nowMs: number): boolean {
  const end = endOf(options);
  return end !== null && end <= nowMs;
}

/** Whether it may be used. */
export function isInForce(key: ApiKey, nowMs: number): boolean {
  return key.revokedAtMs === null && !hasEnded(key, nowMs);
}

/** SHA-256 of a secret, hex. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** The id of the key of a secret. */
export function keyIdOf(secret: string): string {
  return keyIdOfHash(hashSecret(secret));
}

/** The id of the key of a hash. */
export function keyIdOfHash(hash: string): string {
  return hash.slice(0, ID_LENGTH);
}

const ID_LENGTH = 12;

/** A new secret: the prefix of its kind (`pw_…`) and 160 random bits. */
export function makeSecret(kind: KeyKind): string {
  return `${KEY_KINDS[kind].prefix}_${randomBytes(20).toString('base64url')}`;
}
