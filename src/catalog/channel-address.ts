// Where a channel sends to: an address in the catalog, or in the environment. One with user and password
// is a secret, and a catalog is none.

import type { TextOrEnv } from '../model/channel.ts';
import { type FaultList, quote } from './fault.ts';
import type { Located } from './located.ts';
import { suggest } from './suggest.ts';

/**
 * null after a fault.
 * @param node of the channel's kind
 */
export function addressOf(
  node: Located,
  url: Located | undefined,
  env: Located | undefined,
  protocols: readonly [string, string],
  faults: FaultList,
): TextOrEnv | null {
  if (url !== undefined && env !== undefined) {
    const message = '"url" and "url_env" exclude each other: leave one out';
    faults.at(env, message, { offset: env.keyOffset });
    return null;
  }
  if (env !== undefined) return { env: env.value as string };
  if (url !== undefined) return checkAddress(url, protocols, faults);
  // One that is there and wrong, or misspelt, has been told.
  const isWritten = [...node.entries!.keys()].some((key) => suggest(key, KEYS) !== null);
  if (!isWritten) {
    const expected = `${protocols[0]}//… or an environment variable that has it`;
    faults.at(node, '"url" or "url_env" is missing', { expected, offset: node.keyOffset });
  }
  return null;
}

const KEYS = ['url', 'url_env'];

function checkAddress(
  node: Located,
  protocols: readonly [string, string],
  faults: FaultList,
): TextOrEnv | null {
  const text = node.value as string;
  if (text.includes('{{')) {
    faults.at(node, 'an address has no templates: it is the same for everybody');
    return null;
  }
  const url = URL.canParse(text) ? new URL(text) : null;
  // Never quoted: that is what must not be read.
  if (url !== null && (url.username !== '' || url.password !== '')) {
    const why = 'a catalog is read by many';
    faults.at(node, `user and password may not stand in an address here, ${why}: use url_env`);
    return null;
  }
  if (url !== null && protocols.includes(url.protocol) && url.hostname !== '') return { text };
  const expected = `an address such as ${protocols[1]}//host, with ${protocols.join(' or ')}`;
  const found = quote(text);
  const suggestion = /^[\w-]+(?:\.[\w-]+)+(?:[:/]|$)/.test(text)
    ? `${protocols[1]}//${text}`
    : null;
  faults.at(node, `found ${found}, expected ${expected}`, { found, expected, suggestion });
  return null;
}
