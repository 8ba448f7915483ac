// How a command beside a running service finds it: address by configuration, admin key by
// environment or from the data directory.

import type { Config } from '../config.ts';
import { SetupFault } from '../errors.ts';
import { keptKeysPath, readKeptKeys } from './kept-keys.ts';

export interface Service {
  /** Base address of the API. */
  readonly url: string;
  /** Base address of the analyst endpoint. */
  readonly sqlUrl: string;
  readonly adminKey: string;
}

/** @throws SetupFault when there is no admin key to be found */
export function service(config: Config): Service {
  return {
    url: apiUrl(config),
    sqlUrl: `http://${reachable(config.PROFFER_HOST)}:${config.PROFFER_SQL_PORT}`,
    adminKey: config.PROFFER_ADMIN_KEY ?? keptAdminKey(config),
  };
}

/** Base address of the API of the service of this configuration. */
export function apiUrl(config: Config): string {
  return `http://${reachable(config.PROFFER_HOST)}:${config.PROFFER_PORT}`;
}

/** An address that a client on this machine can use. */
export function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

function keptAdminKey(config: Config): string {
  const directory = config.PROFFER_DATA_DIR;
  const { adminKey } = readKeptKeys(directory);
  if (adminKey !== undefined) return adminKey;
  throw new SetupFault(
    `no admin key in ${keptKeysPath(directory)}, where the first start of a service puts it: start ` +
      "one here, set PROFFER_DATA_DIR to the service's data directory, or PROFFER_ADMIN_KEY",
  );
}

/**
 * What is said where the service does not take the admin key: it may have been revoked, by a command
 * that could not put another in its place.
 */
export function refusedKey(config: Config): SetupFault {
  const directory = config.PROFFER_DATA_DIR;
  const made = 'PROFFER_ADMIN_KEY=$(proffer keys create --kind admin <name>)';
  return new SetupFault(
    config.PROFFER_ADMIN_KEY === undefined
      ? `the service does not take the admin key of ${keptKeysPath(directory)}: it was revoked, or the ` +
          `service is another; set ${made}, or start \`proffer up\` anew, which replaces it`
      : `the service does not take the key in PROFFER_ADMIN_KEY: it was revoked, or is of another ` +
          `service; set ${made}`,
  );
}

/** Whether the analyst endpoint's error says that. */
export function isRefusedKey(message: string): boolean {
  return /\bCode: 516\b/.test(message);
}

/** A request to the service. @throws SetupFault when nobody answers there */
export async function ask(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new SetupFault(`no answer at ${new URL(url).origin} (${String(cause)}): is it running?`);
  }
}
