// What one node of a cluster says of all nodes: the reply of CLUSTER NODES, which alone of its kind
// tells the epochs that decide between two nodes that claim the same slot.

import { SLOTS } from './key-slot.ts';
import type { Address } from './redis-target.ts';

/** A node as another one sees it. */
export interface NodeView {
  readonly id: string;
  /** Where clients reach it; null when that is not known (yet). */
  readonly address: Address | null;
  /** As other nodes may call it in redirections: `host:port`. */
  readonly names: readonly string[];
  readonly isMaster: boolean;
  /** Of two that claim a slot, who has the higher one is right. */
  readonly epoch: number;
  /** First and last slot of each range it serves. */
  readonly ranges: readonly (readonly [first: number, last: number])[];
  /** Only of the node that answered: slots on their way to it, and the ids of whom they come from. */
  readonly imports: readonly (readonly [slot: number, fromId: string])[] | null;
}

/** Nodes beyond are not looked at: clusters are not larger. */
const NODES_MAX = 2_000;

/**
 * @param askedHost the host the answer came from, for a node that does not know its own
 * @param prefersNames whether announced host names go before addresses, as certificates need it
 */
export function readClusterNodes(
  text: string,
  askedHost: string,
  prefersNames: boolean,
): readonly NodeView[] {
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.slice(0, NODES_MAX).map((line) => nodeOf(line, askedHost, prefersNames));
}

/** `<id> <ip:port@busport[,hostname…]> <flags> <master> <ping> <pong> <epoch> <link> <slot>…` */
function nodeOf(line: string, askedHost: string, prefersNames: boolean): NodeView {
  const [id = '', where = '', flagText = '', , , , epoch, , ...slots] = line.split(' ');
  const flags = flagText.split(',');
  const [endpoint = '', hostname = ''] = where.split(',');
  const [hostPort = ''] = endpoint.split('@');
  const colon = hostPort.lastIndexOf(':');
  const port = Number(hostPort.slice(colon + 1));
  const ip = hostPort.slice(0, colon) || (flags.includes('myself') ? askedHost : '');
  const host = (prefersNames && hostname) || ip || hostname;
  // Slots that are on their way from or to a node are in brackets.
  const ranges = slots.filter((range) => /^\d/.test(range)).map(rangeOf);
  const isGone = flags.includes('handshake') || (flags.includes('fail') && ranges.length === 0);
  const isReachable = host !== '' && port > 0 && !flags.includes('noaddr');
  return {
    id,
    address: isReachable ? { host, port } : null,
    names: [ip, hostname].filter((name) => name !== '').map((name) => `${name}:${port}`),
    isMaster: flags.includes('master') && !isGone,
    epoch: Number(epoch) || 0,
    ranges,
    imports: flags.includes('myself') ? slots.flatMap(importOf) : null,
  };
}

/** `[93-<-<id>]`; others are none. */
function importOf(text: string): [slot: number, fromId: string][] {
  const match = /^\[(\d+)-<-(\w+)\]$/.exec(text);
  return match === null ? [] : [[Math.min(Number(match[1]), SLOTS - 1), match[2]!]];
}

function rangeOf(text: string): readonly [number, number] {
  const [first = 0, last = first] = text.split('-').map(Number);
  return [Math.min(first, SLOTS - 1), Math.min(last, SLOTS - 1)];
}
