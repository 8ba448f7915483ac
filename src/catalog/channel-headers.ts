// Headers of a webhook beside those that Proffer sets, as texts or by the environment variable.

import type { TextOrEnv } from '../model/channel.ts';
import { type FaultList, quote } from './fault.ts';
import type { Located } from './located.ts';

/** Headers of one channel: each goes with every message. */
export const HEADERS_MAX = 32;

export const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** What may stand in a header: no line ends, and nothing beyond Latin 1. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** What is of a connection, or of the body that Proffer writes. */
const OWN: ReadonlySet<string> = new Set([
  ...['host', 'content-length', 'content-type', 'content-encoding', 'transfer-encoding', 'date'],
  ...['connection', 'keep-alive', 'upgrade', 'te', 'trailer', 'expect', 'accept-encoding'],
]);

export function headersOf(
  texts: Located | undefined,
  envs: Located | undefined,
  faults: FaultList,
): ReadonlyMap<string, TextOrEnv> {
  const headers = new Map<string, TextOrEnv>();
  for (const [name, node] of texts?.entries ?? []) {
    if (!checkHeader(name, node, headers, faults)) continue;
    const text = node.value as string;
    if (text.includes('{{')) faults.at(node, 'a header has no templates: put it into `body`');
    else if (!VALUE.test(text)) faults.at(node, `${quote(text)} cannot stand in a header`);
    else headers.set(name.toLowerCase(), { text });
  }
  for (const [name, node] of envs?.entries ?? []) {
    if (!checkHeader(name, node, headers, faults)) continue;
    headers.set(name.toLowerCase(), { env: node.value as string });
  }
  return headers;
}

function checkHeader(
  name: string,
  node: Located,
  known: ReadonlyMap<string, unknown>,
  faults: FaultList,
): boolean {
  const why = whyNot(name, known);
  if (why !== null) faults.at(node, why, { found: name, offset: node.keyOffset });
  return why === null;
}

/** Names of headers are the same in upper and lower case. */
function whyNot(name: string, known: ReadonlyMap<string, unknown>): string | null {
  const lower = name.toLowerCase();
  if (!HEADER_NAME.test(name)) return `${quote(name)} is no name of a header`;
  if (OWN.has(lower) || lower.startsWith('webhook-')) return `Proffer sets "${name}" itself`;
  if (known.has(lower)) return `the header "${name}" is there twice`;
  return known.size >= HEADERS_MAX ? `more than ${HEADERS_MAX} headers` : null;
}
