// Where the commands that change what a service goes by find it, and with which key: on this machine with
// the admin key that is kept there, elsewhere with a key of kind `catalog`.

import type { Config } from '../config.ts';
import { SetupFault } from '../errors.ts';
import { apiUrl, refusedKey, service } from './service.ts';

/** Which service, where it is not the one of the configuration, and how its answers are told. */
export interface ServiceOptions {
  /** Base address of its API. */
  readonly url?: string;
  readonly key?: string;
  /** Print what it answers. */
  readonly json?: boolean;
}

/** Where it is asked, and with what. */
export interface Access {
  readonly url: string;
  readonly key: string;
  /** Whether it is the admin key of this machine's service. */
  readonly isAdminKey: boolean;
}

/** @throws SetupFault when there is no key to be found */
export function accessTo(config: Config, { url, key }: ServiceOptions): Access {
  const given = key ?? config.PROFFER_CATALOG_KEY;
  const here = apiUrl(config);
  if (url !== undefined && !URL.canParse(url)) {
    throw new SetupFault(`--url ${url}: expected an address such as https://events.example.com`);
  }
  const at = (url ?? here).replace(/\/+$/, '');
  if (given !== undefined) return { url: at, key: given, isAdminKey: false };
  // The key that is kept here is for the service that runs here, and is told to no other.
  if (new URL(at).origin !== new URL(here).origin) {
    throw noKey(at);
  }
  return { url: at, key: keptKey(config, at), isAdminKey: true };
}

function keptKey(config: Config, at: string): string {
  try {
    return service(config).adminKey;
  } catch (error) {
    throw error instanceof SetupFault ? noKey(at, error.message) : error;
  }
}

/** @param here why there is none of this machine, where the service may be here */
function noKey(at: string, here?: string): SetupFault {
  const ways =
    `no key for ${at}: set PROFFER_CATALOG_KEY or --key to one that ` +
    '`proffer keys create <name> --kind catalog` made where the service runs';
  return new SetupFault(
    here === undefined ? ways : `${ways}. If that is to be this machine: ${here}`,
  );
}

/** What is said where the service does not take the key. */
export function refusedAccess(config: Config, { isAdminKey }: Access): SetupFault {
  if (isAdminKey) return refusedKey(config);
  return new SetupFault(
    'the service does not take this key: it was revoked, or is of another service; there ' +
      '`proffer keys create --kind catalog <name>` makes one',
  );
}
