// The keys of a deployment that `up` made itself. They are kept in plain text in the data directory,
// readable by its owner only, so that they can be printed again at every start: Redis has only their
// hashes. Keys given by the environment are used and not kept.

import { randomBytes } from 'node:crypto';
import { chmodSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { SetupFault } from '../errors.ts';

/** One key that may send, one that may also read and administer. */
export interface Keys {
  readonly writeKey: string;
  readonly adminKey: string;
}

/**
 * The keys to accept: given ones first, then kept ones, else new ones that are kept from now on.
 * @throws SetupFault when the file cannot be read, or has to be written and cannot be
 */
export function keepKeys(
  directory: string,
  config: Pick<Config, 'PROFFER_WRITE_KEY' | 'PROFFER_ADMIN_KEY'>,
): Keys {
  const path = keptKeysPath(directory);
  const kept = readKeptKeys(directory);
  const writeKey = config.PROFFER_WRITE_KEY ?? kept.writeKey ?? newKey('write');
  const adminKey = config.PROFFER_ADMIN_KEY ?? kept.adminKey ?? newKey('admin');
  const keep = {
    writeKey: config.PROFFER_WRITE_KEY === undefined ? writeKey : kept.writeKey,
    adminKey: config.PROFFER_ADMIN_KEY === undefined ? adminKey : kept.adminKey,
  };
  if (keep.writeKey !== kept.writeKey || keep.adminKey !== kept.adminKey) {
    writeKeptKeys(path, keep);
  }
  return { writeKey, adminKey };
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
      `${path} is not an object with writeKey and adminKey: mend it, or remove it to have new keys made`,
    );
  }
  const { writeKey, adminKey } = kept as Record<string, unknown>;
  return {
    ...(typeof writeKey === 'string' && { writeKey }),
    ...(typeof adminKey === 'string' && { adminKey }),
  };
}

/** 144 random bits; the prefix tells people and secret scanners what it is. */
function newKey(role: 'write' | 'admin'): string {
  return `proffer_${role}_${randomBytes(18).toString('base64url')}`;
}
