// How a command beside a running service finds it: address by configuration, admin key by
// environment or from the data directory.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config.ts';
import { SetupFault } from '../errors.ts';

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
    url: `http://${config.PROFFER_HOST}:${config.PROFFER_PORT}`,
    sqlUrl: `http://${config.PROFFER_HOST}:${config.PROFFER_SQL_PORT}`,
    adminKey: config.PROFFER_ADMIN_KEY ?? keptAdminKey(config),
  };
}

function keptAdminKey(config: Config): string {
  const path = join(config.PROFFER_DATA_DIR, 'keys.json');
  try {
    const { adminKey } = JSON.parse(readFileSync(path, 'utf8')) as { adminKey?: string };
    if (adminKey !== undefined) return adminKey;
  } catch {
    // Said below.
  }
  throw new SetupFault(
    `no admin key: set PROFFER_ADMIN_KEY, or PROFFER_DATA_DIR to the service's data directory (${path} has none)`,
  );
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
