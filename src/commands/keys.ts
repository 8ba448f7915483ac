// `proffer keys …`: API keys, straight in Redis; gateways notice within a second.

import type { Config } from '../config.ts';
import { SetupFault } from '../errors.ts';
import { type ApiKey, isInForce, keyIdOf } from '../gateway/keys/api-key.ts';
import { endOf } from '../gateway/keys/key-options.ts';
import { type KeyStore, type NoKey, openKeyStore } from '../gateway/keys/key-store.ts';
import { unreachable } from '../redis/unreachable.ts';
import { KEY_NAMES, type Keys, keptKeysPath, readKeptKeys, replaceKeptKey } from './kept-keys.ts';
import { type KeySettings, keyName, keyOptions, msOf } from './key-settings.ts';
import { noteUse } from './note-use.ts';
import { redisUrl } from './redis-url.ts';
import { unknownPlacements } from './unknown-placements.ts';

/** Other keys of the same name that are told of. */
const NAMESAKES_MAX = 5;

/** As typed; the name may be said in two ways, and is that of the kind if it is not. */
export type NewKey = KeySettings & { readonly name?: string };

/** Prints the new secret, once. */
export function createKey(
  config: Config,
  positional: string | undefined,
  settings: NewKey,
): Promise<number> {
  const { kind } = settings;
  const name = keyName(kind, positional, settings.name);
  const nowMs = Date.now();
  const options = keyOptions(settings, nowMs);
  return withStore(config, async (store) => {
    const others = (await store.list()).filter(
      (other) => other.name === name && isInForce(other, nowMs),
    );
    const { secret, key } = await store.create(name, kind, nowMs, options);
    process.stdout.write(`${secret}\n`);
    process.stderr.write(`${kind} key ${key.id} "${name}": keep it, it is not shown again\n`);
    await noteUse(config, 'keys.create', key.id, `${kind} "${name}"`);
    if (options.placements !== null) {
      const lines = await unknownPlacements(config, options.placements);
      for (const line of lines) process.stderr.write(`${line}\n`);
    }
    for (const other of others.slice(0, NAMESAKES_MAX)) {
      process.stderr.write(
        `${other.kind} key ${other.id} has that name, too: revoke either by its id\n`,
      );
    }
    return 0;
  });
}

/** @param all revoked ones, too */
export function listKeys(config: Config, all = false): Promise<number> {
  return withStore(config, async (store) => {
    const keys = await store.list();
    const shown = all ? keys : keys.filter(({ revokedAtMs }) => revokedAtMs === null);
    // For people alone: what reads it from a pipe has keys in every line.
    const head = process.stdout.isTTY ? `${HEAD}\n` : '';
    if (shown.length > 0) process.stdout.write(`${head}${linesOf(shown)}\n`);
    const left = keys.length - shown.length;
    if (left > 0 && process.stdout.isTTY) {
      process.stderr.write(`${left} revoked: --all lists them, too\n`);
    }
    return 0;
  });
}

const HEAD = `${'id'.padEnd(12)}  ${'kind'.padEnd(7)}  ${'made'.padEnd(24)}  name, bounds`;

export function revokeKey(config: Config, nameOrId: string): Promise<number> {
  return withStore(config, async (store) => {
    const outcome = await store.revoke(nameOrId, Date.now());
    switch (outcome.kind) {
      case 'revoked': {
        const { id, name, kind, revokedAtMs } = outcome.key;
        const was = outcome.now ? 'is revoked' : `was revoked before, at ${timeOf(revokedAtMs!)}`;
        process.stdout.write(`${id} "${name}" ${was}\n`);
        // The first time it may have come to nothing.
        await replaceKept(config, store, outcome.key);
        if (outcome.now) await noteUse(config, 'keys.revoke', id, `${kind} "${name}"`);
        return 0;
      }
      default:
        throw noKey(outcome, nameOrId, 'revoke');
    }
  });
}

/** How long an old secret is in force beside the new one where nothing else is said. */
const GRACE = '24h';

/** Prints the new secret, once; the old one ends by itself. */
export function rotateKey(config: Config, nameOrId: string, grace = GRACE): Promise<number> {
  const graceMs = msOf(grace, '--grace');
  return withStore(config, async (store) => {
    const outcome = await store.rotate(nameOrId, graceMs, Date.now());
    switch (outcome.kind) {
      case 'rotated': {
        const { secret, key, old } = outcome;
        const { id, name, kind } = key;
        process.stdout.write(`${secret}\n`);
        process.stderr.write(
          `${kind} key ${id} "${name}": keep it, it is not shown again\n` +
            `${old.id} is in force until ${timeOf(endOf(old.options)!)}\n`,
        );
        const keptAs = keptName(config, old);
        if (keptAs !== undefined) keep(config, keptAs, secret, id);
        await noteUse(config, 'keys.rotate', old.id, `${kind} "${name}", now ${id}`);
        return 0;
      }
      case 'over':
        throw new SetupFault(`${nameOrId} is not in force any more: create a new key`);
      default:
        throw noKey(outcome, nameOrId, 'rotate');
    }
  });
}

/** Another secret for the tokens of pages; those that are out stay valid. */
export function rotateTokens(config: Config): Promise<number> {
  return withStore(config, async (store) => {
    const { tokens } = await store.rotateTokens(Date.now());
    const ids = tokens.map(({ id }) => id).join(', ');
    process.stdout.write(
      `tokens are signed with a new secret in 10 s; valid are those of ${ids}\n`,
    );
    await noteUse(config, 'keys.rotate', 'tokens', ids);
    return 0;
  });
}

function noKey(outcome: NoKey, nameOrId: string, verb: string): SetupFault {
  if (outcome.kind === 'unknown') return new SetupFault(`there is no key ${nameOrId}`);
  const lines = linesOf(outcome.keys);
  return new SetupFault(`several keys are named ${nameOrId}; ${verb} one by its id:\n${lines}`);
}

/**
 * The commands beside the service use the keys that are kept in its data directory: when one of those
 * was revoked, another is made and kept in its place, so that rotating a key leaves nobody without one.
 */
async function replaceKept(config: Config, store: KeyStore, revoked: ApiKey): Promise<void> {
  const name = keptName(config, revoked);
  if (name === undefined) return;
  const { secret, key } = await store.create(revoked.name, revoked.kind, Date.now());
  try {
    keep(config, name, secret, key.id);
  } catch (error) {
    await store.revoke(key.id, Date.now());
    throw error;
  }
}

/** Which of the kept keys it is. */
function keptName(config: Config, key: ApiKey): keyof Keys | undefined {
  const kept = readKeptKeys(config.PROFFER_DATA_DIR);
  return KEY_NAMES.find((n) => kept[n] !== undefined && keyIdOf(kept[n]) === key.id);
}

function keep(config: Config, name: keyof Keys, secret: string, id: string): void {
  const directory = config.PROFFER_DATA_DIR;
  replaceKeptKey(directory, name, secret);
  const path = keptKeysPath(directory);
  process.stderr.write(`it was the ${name} of ${path}: ${id} is in its place there\n`);
}

function linesOf(keys: readonly ApiKey[]): string {
  const nowMs = Date.now();
  return keys
    .map((key) => {
      const { id, kind, name, createdAtMs } = key;
      const parts = [id, kind.padEnd(7), timeOf(createdAtMs), name, ...boundsOf(key, nowMs)];
      return parts.join('  ');
    })
    .join('\n');
}

/** What bounds a key, in words. */
function boundsOf({ options, revokedAtMs }: ApiKey, nowMs: number): readonly string[] {
  const { placements, storeId, ratePerSecond } = options;
  const bounds: string[] = [];
  if (placements !== null) bounds.push(`placements ${[...placements].join(',')}`);
  if (storeId !== null) bounds.push(`store ${storeId}`);
  if (ratePerSecond !== null) bounds.push(`${ratePerSecond}/s`);
  const end = endOf(options);
  if (revokedAtMs !== null) bounds.push(`revoked ${timeOf(revokedAtMs)}`);
  else if (end !== null) bounds.push(`${end <= nowMs ? 'ended' : 'ends'} ${timeOf(end)}`);
  return bounds;
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
