// Names to addresses for webhooks. A name is looked up once for each connection, and the connection goes
// to an address of that very answer: one that resolves to something else the second time (DNS rebinding)
// gains nothing by it.

import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { isPublicAddress } from './public-address.ts';

/** All addresses of a name. @throws Error of node:dns */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

export const REFUSED_ADDRESS = 'EREFUSEDADDRESS';

/** For `lookup` of node:net: answers addresses of the open Internet alone, or REFUSED_ADDRESS. */
export function guardedLookup(resolve: Resolve, allowsPrivate: boolean): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname).then(
      (found) => {
        const usable = allowsPrivate
          ? found
          : found.filter(({ address }) => isPublicAddress(address));
        const [first] = usable;
        if (first === undefined) callback(refused(), '', 4);
        else if (options.all === true) callback(null, [...usable]);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, '', 4),
    );
  };
}

function refused(): NodeJS.ErrnoException {
  return Object.assign(new Error('no address that may be connected to'), { code: REFUSED_ADDRESS });
}
