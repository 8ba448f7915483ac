// The forms of REDIS_URL, and nothing else that reads them.

import type { RedisOptions } from 'ioredis';
import { SetupFault } from '../errors.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** How to be let in: user, password, TLS; the same for all nodes. */
export type Admission = Pick<RedisOptions, 'username' | 'password' | 'tls'>;

export type RedisTarget =
  | { readonly kind: 'single'; readonly where: RedisOptions }
  | {
      readonly kind: 'cluster';
      /** Any of them may be down; the others are found through them. */
      readonly seeds: readonly Address[];
      readonly admission: Admission;
    }
  | { readonly kind: 'sentinel'; readonly where: RedisOptions };

const FORMS =
  'redis://host:port, rediss://host:port, the path of a socket, ' +
  'redis+cluster://host:port,host:port or redis+sentinel://host:port,host:port/name';
const REDIS_PORT = 6379;
const SENTINEL_PORT = 26_379;

/**
 * What a REDIS_URL leads to.
 * @throws SetupFault that says what is wrong with it, without its password
 */
export function parseRedisUrl(text: string): RedisTarget {
  const match = /^([a-z+]+):\/\/(?:([^@/]*)@)?([^/?#]*)([^?#]*)(?:\?([^#]*))?$/i.exec(text);
  if (match === null) {
    if (text.includes('://') || text === '') throw fault(`it is none of ${FORMS}`);
    return { kind: 'single', where: { path: text } };
  }
  const [, scheme = '', credentials = '', hosts = '', path = '', query = ''] = match;
  const form = /^redis(s?)(?:\+(cluster|sentinel))?$/.exec(scheme.toLowerCase());
  if (form === null) throw fault(`${scheme}:// is none of ${FORMS}`);
  const admission = { ...credentialsOf(credentials), ...(form[1] === 's' && { tls: {} }) };
  const parts = path.split('/').slice(1).map(decoded);
  switch (form[2]) {
    case 'cluster':
      if (parts.some((part) => part !== '' && part !== '0')) {
        throw fault('a cluster has one database, so nothing may follow its hosts');
      }
      return { kind: 'cluster', seeds: addressesOf(hosts, REDIS_PORT), admission };
    case 'sentinel': {
      const [name = '', db] = parts;
      if (name === '') throw fault('the name of the master is missing: …://host:port/name');
      const sentinels = addressesOf(hosts, SENTINEL_PORT);
      return { kind: 'sentinel', where: sentinelOptions(sentinels, name, db, admission, query) };
    }
    default: {
      const addresses = addressesOf(hosts, REDIS_PORT);
      if (addresses.length > 1) {
        throw fault('several hosts are redis+cluster://… or redis+sentinel://…');
      }
      return { kind: 'single', where: { ...addresses[0], db: databaseOf(parts[0]), ...admission } };
    }
  }
}

function sentinelOptions(
  sentinels: readonly Address[],
  name: string,
  db: string | undefined,
  admission: Admission,
  query: string,
): RedisOptions {
  const settings = new URLSearchParams(query);
  const username = settings.get('sentinelUsername');
  const password = settings.get('sentinelPassword');
  return {
    sentinels: [...sentinels],
    name,
    db: databaseOf(db),
    ...admission,
    ...(admission.tls && { enableTLSForSentinelMode: true, sentinelTLS: admission.tls }),
    ...(username !== null && { sentinelUsername: username }),
    ...(password !== null && { sentinelPassword: password }),
  };
}

function credentialsOf(text: string): Admission {
  const colon = text.indexOf(':');
  const username = decoded(colon < 0 ? text : text.slice(0, colon));
  const password = colon < 0 ? '' : decoded(text.slice(colon + 1));
  return { ...(username !== '' && { username }), ...(password !== '' && { password }) };
}

function addressesOf(hosts: string, defaultPort: number): Address[] {
  if (hosts.includes('@')) throw fault('an @ in its password must be written as %40');
  return hosts.split(',').map((text) => {
    const match = /^(?:\[([0-9a-f:.%]+)\]|([^:[\]]+))(?::(\d+))?$/i.exec(text.trim());
    const port = Number(match?.[3] ?? defaultPort);
    if (match === null || port < 1 || port > 65_535) {
      throw fault(`"${text}" is not host:port (IPv6 addresses in brackets)`);
    }
    return { host: match[1] ?? match[2]!, port };
  });
}

function databaseOf(text: string | undefined): number {
  if (text === undefined || text === '') return 0;
  if (!/^\d{1,4}$/.test(text)) throw fault(`"${text}" is not the number of a database`);
  return Number(text);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw fault('a percent sign in it must be written as %25');
  }
}

function fault(what: string): SetupFault {
  return new SetupFault(`REDIS_URL: ${what}`);
}
