// `channels:`: how decisions of placements leave, each of one kind.

import type { ChannelDefinition } from '../model/channel.ts';
import type { Sliced } from '../model/sliced.ts';
import type { CompileContext } from './compile-context.ts';
import { compileSmtp } from './compile-smtp.ts';
import { compileWebhook } from './compile-webhook.ts';
import { type FaultList, quote } from './fault.ts';
import type { Located } from './located.ts';
import {
  CHANNEL_KINDS,
  CHANNEL_NAME_MAX,
  type ChannelKind,
  smtpShape,
  webhookShape,
} from './shapes/channel-shapes.ts';
import { listNames, suggest } from './suggest.ts';

type Channels = ReadonlyMap<string, ChannelDefinition>;

const NO_CHANNELS: Channels = new Map();

/** Channels of one catalog: each is looked after by itself, in every partition. */
export const CHANNELS_MAX = 100;

/** A pause after each. */
export function* compilingChannels(
  entries: ReadonlyMap<string, Located>,
  context: CompileContext,
): Sliced<Channels> {
  if (entries.size === 0) return NO_CHANNELS;
  const channels = new Map<string, ChannelDefinition>();
  for (const [name, node] of entries) {
    checkChannelName(name, node, context.faults);
    const kind = kindOf(node, context.faults);
    const channel = kind === null ? null : compileChannel(name, kind, node, context);
    if (channel !== null) channels.set(name, channel);
    yield;
  }
  if (entries.size > CHANNELS_MAX) {
    const last = [...entries.values()].at(-1)!;
    context.faults.at(last, `more than ${CHANNELS_MAX} channels`, { offset: last.keyOffset });
  }
  return channels;
}

/** As placements name it: expressions never do. */
function checkChannelName(name: string, node: Located, faults: FaultList): void {
  if (name.length <= CHANNEL_NAME_MAX && /^[^\p{Cc}]+$/u.test(name)) return;
  const expected = `the name of a channel, of ${CHANNEL_NAME_MAX} characters at most`;
  const detail = { found: name.slice(0, 80), expected, offset: node.keyOffset };
  faults.at(node, `found the name ${quote(name.slice(0, 80))}, expected ${expected}`, detail);
}

const EXPECTED = 'stream, or a map with webhook, smtp or stream';

/** null after a fault. */
function kindOf(node: Located, faults: FaultList): ChannelKind | null {
  const { value, entries } = node;
  if (value === 'stream') return 'stream';
  if (entries === null || entries.size === 0) {
    const found = quote(value);
    const near = typeof value === 'string' ? suggest(value, CHANNEL_KINDS) : null;
    const suggestion = near === null || near === 'stream' ? near : `{ ${near}: { … } }`;
    faults.at(node, `found ${found}, expected ${EXPECTED}`, {
      ...{ found, expected: EXPECTED, suggestion },
    });
    return null;
  }
  const kinds = CHANNEL_KINDS.filter((kind) => entries.has(kind));
  if (kinds.length === 0 && tellKindless(entries, faults)) return null;
  for (const [key, at] of entries) {
    if ((CHANNEL_KINDS as readonly string[]).includes(key)) continue;
    const expected = listNames(CHANNEL_KINDS);
    const inside = kinds.length === 1 ? belongsIn(key, kinds[0]!) : '';
    faults.at(at, `unknown key "${key}", expected ${expected}${inside}`, {
      ...{ found: key, expected, offset: at.keyOffset, suggestion: suggest(key, CHANNEL_KINDS) },
    });
  }
  if (kinds.length > 1) {
    const at = entries.get(kinds[1]!)!;
    const message = `a channel is one of ${listNames(CHANNEL_KINDS)}, this is ${kinds.join(' and ')}`;
    faults.at(at, message, { found: kinds[1]!, offset: at.keyOffset });
  }
  return kinds[0] ?? null;
}

/** `{ url: … }`: keys of a kind, without the kind. */
function tellKindless(entries: ReadonlyMap<string, Located>, faults: FaultList): boolean {
  const keys = [...entries.keys()];
  const [first] = keys;
  const of = (shape: { readonly shape: object }) =>
    keys.filter((key) => Object.hasOwn(shape.shape, key)).length;
  const [webhook, smtp] = [of(webhookShape), of(smtpShape)];
  if (webhook + smtp === 0) return false;
  const kind = smtp > webhook ? 'smtp' : 'webhook';
  const at = entries.get(first!)!;
  faults.at(at, `there is no kind of channel: put ${listNames(keys)} under \`${kind}:\``, {
    ...{ found: first!, expected: EXPECTED, offset: at.keyOffset },
    suggestion: `{ ${kind}: { … } }`,
  });
  return true;
}

/** `secret_env` beside `webhook:` was meant to be in it. */
function belongsIn(key: string, kind: ChannelKind): string {
  const shape = kind === 'webhook' ? webhookShape : kind === 'smtp' ? smtpShape : null;
  const isOf = shape !== null && Object.hasOwn(shape.shape, key);
  return isOf ? `: "${key}" belongs into ${kind}, indent it further` : '';
}

function compileChannel(
  name: string,
  kind: ChannelKind,
  node: Located,
  context: CompileContext,
): ChannelDefinition | null {
  const at = node.entries?.get(kind);
  switch (kind) {
    case 'webhook':
      return compileWebhook(name, at!, context);
    case 'smtp':
      return compileSmtp(name, at!, context);
    case 'stream':
      if (at !== undefined) checkNothing(at, context.faults);
      return { kind, name };
  }
}

/** Who listens to a stream says so by connecting. */
function checkNothing(node: Located, faults: FaultList): void {
  if (node.value === null || node.entries?.size === 0) return;
  const found = quote(node.value);
  const expected = 'nothing: a stream has no settings';
  faults.at(node, `found ${found}, expected ${expected}`, { found, expected });
}
