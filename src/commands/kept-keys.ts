// The keys of a deployment that `up` made itself. They are kept in plain text in the data directory,
// readable by its owner only, for the commands that run beside the service: Redis has only their
// hashes. Keys given by the environment are used and not kept.

import { randomBytes } from 'node:crypto';
import { chmodSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { SetupFault } from '../errors.ts';
import type { KeyKind } from '../gateway/keys/key-kinds.ts';

/** One key for servers, one for pages, one that may also read and administer. */
export interface Keys {
  readonly writeKey: string;
  readonly browserKey: string;
  readonly adminKey: string;
}

/** Where a key is from: the environment, the file of an earlier start, or this start. */
export type KeyOrigin = 'given' | 'kept' | 'made';

/** The keys to accept, and where each is from. */
export interface KeptKeys extends Keys {
  readonly origins: Readonly<Record<keyof Keys, KeyOrigin>>;
}

export const KEY_NAMES = [
  'writeKey',
  'browserKey',
  'adminKey',
] as const satisfies readonly (keyof Keys)[];

/** The kind of each. */
export const KEY_ROLES = {
  writeKey: 'write',
  browserKey: 'browser',
  adminKey: 'admin',
} as const satisfies Record<keyof Keys, KeyKind>;

/** The setting that gives a key. */
export const KEY_KNOBS = {
  writeKey: 'PROFFER_WRITE_KEY',
  browserKey: 'PROFFER_BROWSER_KEY',
  adminKey: 'PROFFER_ADMIN_KEY',
} as const satisfies Record<keyof Keys, keyof Config>;

/**
 * The keys to accept: given ones first, then kept ones, else new ones that are kept from now on.
 * @param dead kept ones that do not count any more: they were revoked
 * @throws SetupFault when the file cannot be read, or has to be written and cannot be
 */
export function keepKeys(
  directory: string,
  config: Partial<Pick<Config, (typeof KEY_KNOBS)[keyof Keys]>>,
  dead: readonly string[] = [],
): KeptKeys {
  const kept = readKeptKeys(directory);
  const keep: Partial<Record<keyof Keys, string>> = { ...kept };
  const keys: Partial<Record<keyof Keys, string>> = {};
  const origins: Partial<Record<keyof Keys, KeyOrigin>> = {};
  for (const name of KEY_NAMES) {
    const given = config[KEY_KNOBS[name]];
    const known = kept[name];
    const isAlive = known !== undefined && !dead.includes(known);
    origins[name] = given !== undefined ? 'given' : isAlive ? 'kept' : 'made';
    keys[name] = given ?? (isAlive ? known : newKey(KEY_ROLES[name]));
    if (given === undefined) keep[name] = keys[name];
  }
  if (KEY_NAMES.some((name) => keep[name] !== kept[name])) {
    writeKeptKeys(keptKeysPath(directory), keep);
  }
  return { ...(keys as Keys), origins: origins as KeptKeys['origins'] };
}

function writeKeptKeys(path: string, keys: object): void {
  try {
    writeFileSync(`${path}.new`, `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600 });
    chmodSync(`${path}.new`, 0o600);
    renameSync(`${path}.new`, path);
  } catch (error) {
    throw new SetupFault(`${path} cannot be written (${(error as NodeJS.ErrnoException).code})`);
  }
}

/** Puts a key in the place of one that is kept. @throws SetupFault as `keepKeys` */
export function replaceKeptKey(directory: string, name: keyof Keys, secret: string): void {
  writeKeptKeys(keptKeysPath(directory), { ...readKeptKeys(directory), [name]: secret });
}

/** What is said of a key that the environment gives and that was revoked. */
export function revokedKnob(name: keyof Keys): string {
  return `the key in ${KEY_KNOBS[name]} was revoked and is refused: set another, or unset it`;
}

/** Where the keys of a data directory are kept. */
export function keptKeysPath(directory: string): string {
  return join(directory, 'keys.json');
}

/** The keys kept in a data directory; none where there is no file. @throws SetupFault */
export function readKeptKeys(directory: string): Partial<Keys> {
  const path = keptKeysPath(directory);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new SetupFault(`${path} cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  let kept: unknown;
  try {
    kept = JSON.parse(text);
  } catch {
    throw new SetupFault(`${path} is not JSON: mend it, or remove it to have new keys made`);
  }
  if (typeof kept !== 'object' || kept === null || Array.isArray(kept)) {
    throw new SetupFault(
      `${path} is not an object with ${KEY_NAMES.join(', ')}: mend it, or remove it to have new keys made`,
    );
  }
  const told = kept as Record<string, unknown>;
  const keys: Partial<Record<keyof Keys, string>> = {};
  for (const name of KEY_NAMES) {
    const secret = told[name];
    if (typeof secret === 'string') keys[name] = secret;
  }
  return keys;
}

/** 144 random bits; the prefix tells people and secret scanners what it is. */
function newKey(role: KeyKind): string {
  return `proffer_${role}_${randomBytes(18).toString('base64url')}`;
}
