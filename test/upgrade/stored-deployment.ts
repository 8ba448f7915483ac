// Everything that a deployment keeps in Redis, as a file: what one version wrote, for the next to read.

import { readdirSync, readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';

/** One key by its Redis type; texts are hex, since states are binary. */
type StoredKey =
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'hash' | 'zset'; readonly value: readonly string[] }
  | { readonly type: 'set'; readonly value: readonly string[] }
  | { readonly type: 'stream'; readonly value: readonly (readonly [string, string])[] };

export interface StoredDeployment {
  readonly partitions: number;
  /** When it was recorded; epoch ms. */
  readonly atMs: number;
  /** The view of `veteran` at that time. */
  readonly view: Readonly<Record<string, unknown>>;
  readonly keys: Readonly<Record<string, StoredKey>>;
}

const FOLDER = new URL('./fixtures/', import.meta.url);

/** The fixtures by name, e.g. `v1`: one for each version of the state's codec. */
export const storedVersions: readonly string[] = readdirSync(FOLDER).map((f) => f.slice(0, -5));

export const fixtureFile = (name: string): URL => new URL(`${name}.json`, FOLDER);

export function storedDeployment(name: string): StoredDeployment {
  return JSON.parse(readFileSync(fixtureFile(name), 'utf8')) as StoredDeployment;
}

const hex = (bytes: Buffer) => bytes.toString('hex');
const bytesOf = (text: string) => Buffer.from(text, 'hex');

/** A text of a stored key. */
export const textOf = (stored: string): string => bytesOf(stored).toString('latin1');

/** All keys. */
export async function readKeys(redis: Redis): Promise<Record<string, StoredKey>> {
  const keys: Record<string, StoredKey> = {};
  for (const key of (await redis.keys('*')).sort()) {
    const type = (await redis.type(key)) as StoredKey['type'];
    if (type === 'string') keys[key] = { type, value: hex((await redis.getBuffer(key))!) };
    else if (type === 'stream') {
      const entries = await redis.xrange(key, '-', '+');
      const value = entries.map(([id, [, r]]) => [id, hex(Buffer.from(r!))] as const);
      keys[key] = { type, value };
    } else if (type === 'hash') {
      const fields = Object.entries(await redis.hgetallBuffer(key));
      keys[key] = {
        type,
        value: fields.flatMap(([field, v]) => [hex(Buffer.from(field)), hex(v)]),
      };
    } else if (type === 'zset') {
      const flat = await redis.zrangeBuffer(key, '0', '-1', 'WITHSCORES');
      keys[key] = { type, value: flat.map(hex) };
    } else keys[key] = { type: 'set', value: (await redis.smembersBuffer(key)).map(hex) };
  }
  return keys;
}

/** Puts them into an empty Redis. */
export async function restoreKeys(redis: Redis, { keys }: StoredDeployment): Promise<void> {
  for (const [key, { type, value }] of Object.entries(keys)) {
    if (type === 'string') await redis.set(key, bytesOf(value));
    else if (type === 'stream') {
      for (const [id, record] of value) await redis.xadd(key, id, 'r', bytesOf(record));
    } else if (type === 'zset') {
      for (let i = 0; i < value.length; i += 2) {
        await redis.zadd(key, textOf(value[i + 1]!), bytesOf(value[i]!));
      }
    } else await redis.call(type === 'hash' ? 'hset' : 'sadd', key, ...value.map(bytesOf));
  }
}
