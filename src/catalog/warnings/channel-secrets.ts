// Webhooks that nobody can be sure of: unsigned, refused when connecting, or with a secret that stands in
// the catalog for everybody to read.

import ipaddr from 'ipaddr.js';
import type { WebhookChannel } from '../../model/channel.ts';
import type { FaultList } from '../fault.ts';
import type { Located } from '../located.ts';
import type { Warned } from './warned.ts';

export function warnOfChannelSecrets(warned: Warned, warnings: FaultList): void {
  const { catalog, sections, allowsPrivate } = warned;
  for (const channel of catalog.channels.values()) {
    if (channel.kind !== 'webhook' || warnings.full) continue;
    const node = sections.maps.channels.get(channel.name)!.entries!.get('webhook')!;
    if (channel.secretEnv === null && !isKnownOtherwise(channel)) {
      const message = 'requests are not signed: name the variable with the secret in `secret_env`';
      warnings.at(node, message, { offset: node.keyOffset });
    }
    if ('text' in channel.url) {
      const url = new URL(channel.url.text);
      const at = node.entries!.get('url')!;
      if (!allowsPrivate) warnOfPrivate(url, at, warnings);
      warnOfParameters(url, at, warnings);
    }
    warnOfHeaders(channel, node, warnings);
  }
}

/** What others offer knows its callers by an address or a header that only those have, and no signature. */
function isKnownOtherwise({ url, headers }: WebhookChannel): boolean {
  return 'env' in url || [...headers.values()].some((source) => 'env' in source);
}

function warnOfPrivate({ hostname }: URL, at: Located, warnings: FaultList): void {
  if (!isPrivate(hostname)) return;
  const what = `"${hostname}" is a private address`;
  const until = 'unless PROFFER_WEBHOOK_PRIVATE=allow';
  warnings.at(at, `${what}: nothing is sent there ${until}`, { found: hostname });
}

function warnOfParameters(url: URL, at: Located, warnings: FaultList): void {
  const secret = [...url.searchParams.keys()].find((name) => SECRETS.test(name));
  if (secret !== undefined) {
    const message = `"${secret}" looks like a secret that everybody can read here: use url_env`;
    warnings.at(at, message, { found: secret });
  }
}

/** Names as in `?key=…`, `X-Api-Key: …`. */
const SECRETS = /(?:^|[_-])(?:key|apikey|token|secret|sign|password|authorization|cookie)$/i;

function warnOfHeaders({ headers }: WebhookChannel, { entries }: Located, warnings: FaultList) {
  for (const [name, at] of entries!.get('headers')?.entries ?? []) {
    if (!headers.has(name.toLowerCase()) || !SECRETS.test(name)) continue;
    const message = `"${name}" looks like a secret that everybody can read here: use headers_env`;
    warnings.at(at, message, { found: name, offset: at.keyOffset });
  }
}

/** By its text alone: what a name resolves to is looked at when connecting. */
function isPrivate(hostname: string): boolean {
  if (/(?:^|\.)localhost\.?$/.test(hostname)) return true;
  const text = hostname.replace(/^\[|\]$/g, '');
  return ipaddr.isValid(text) && ipaddr.process(text).range() !== 'unicast';
}
