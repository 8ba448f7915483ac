// A connection to a Redis Cluster (hot path): a link to each master, and for each command the link of
// its slot. Nothing is sent twice behind the caller's back, except where a node answered that it has
// not run it (MOVED, ASK): then once more, to the node it names.
//
//   MOVED ─► that slot's owner from now on, send there, ask all about the others
//   ASK ───► ASKING and the command to the node the slot is on its way to
//   TRYAGAIN, CLUSTERDOWN, no link, a second redirection ─► Unavailable

import { SetupFault, Unavailable } from '../errors.ts';
import { ClusterDiscovery, type Informant } from './cluster-discovery.ts';
import { ClusterMembers } from './cluster-members.ts';
import { readClusterNodes } from './cluster-view.ts';
import { type Confirmation, confirmThrough, openLink } from './confirmed-link.ts';
import type { ConnectionSettings, RedisConnection, RedisNode } from './connection.ts';
import { keySlot } from './key-slot.ts';
import { connectMs, type LinkSettings, NodeLink } from './node-link.ts';
import { final, type Redirection, redirectionOf } from './redirection.ts';
import type { Address, Admission, RedisTarget } from './redis-target.ts';

export class ClusterConnection implements RedisConnection {
  private readonly members: ClusterMembers;
  private readonly discovery: ClusterDiscovery;
  private readonly admission: Admission;
  private readonly onError: (error: Error) => void;
  private readonly preparations: ((node: RedisNode) => Promise<void>)[] = [];
  private readonly doubters: (() => void)[] = [];
  private readonly awaiting = new Set<() => void>();
  private lastError: Error | null = null;

  constructor(
    private readonly settings: ConnectionSettings,
    { seeds, admission }: RedisTarget & { readonly kind: 'cluster' },
    private readonly confirmation: Confirmation | null,
  ) {
    this.admission = admission;
    const { deadlineMs } = settings;
    this.onError = (error) => {
      this.lastError = error;
      settings.onError?.(error);
    };
    this.members = new ClusterMembers((address) => this.open(address), deadlineMs);
    this.discovery = new ClusterDiscovery({
      linked: () =>
        this.members.answering().map(({ link, address }) => ({
          host: address.host,
          ask: () => clusterNodes(link),
        })),
      elsewhere: () => [...seeds, ...this.members.seen],
      probe: (address) => this.probe(address),
      learn: (text, host) => this.learn(text, host),
      isWhole: () => this.members.isWhole,
      onError: this.onError,
    });
    void this.discovery.refresh();
  }

  get isReady(): boolean {
    return this.members.answering().length > 0;
  }

  /** Waits for all slots; those that do answer at the deadline are enough to begin with. */
  async ready(): Promise<void> {
    if (this.members.isWhole) return;
    const whole = await new Promise<boolean>((resolve) => {
      const onWhole = () => {
        clearTimeout(timer);
        resolve(true);
      };
      const timer = setTimeout(() => {
        this.awaiting.delete(onWhole);
        resolve(false);
      }, connectMs(this.settings.deadlineMs));
      this.awaiting.add(onWhole);
    });
    if (whole || this.isReady) return;
    if (this.lastError instanceof SetupFault) throw this.lastError;
    throw new Unavailable('store_unavailable', 1, { cause: this.lastError });
  }

  async call(name: string, args: readonly (string | Buffer)[]): Promise<unknown> {
    const slot = slotOf(name, args);
    try {
      return await this.members.linkOf(slot).call(name, args);
    } catch (error) {
      const redirection = redirectionOf(error);
      if (redirection === null) throw error;
      const link = await this.follow(redirection);
      if (redirection.kind === 'asked') letIn(link);
      return link.call(name, args).catch((again) => Promise.reject(final(again)));
    }
  }

  send(
    slot: number,
    name: string,
    bytes: Buffer,
    onReply: (reply: unknown) => void,
    onFault: (error: unknown) => void,
  ): void {
    let link: NodeLink;
    try {
      link = this.members.linkOf(slot);
    } catch (error) {
      onFault(error);
      return;
    }
    link.send(name, bytes, onReply, (error) => {
      const redirection = redirectionOf(error);
      if (redirection === null) {
        onFault(error);
        return;
      }
      this.follow(redirection).then((other) => {
        if (redirection.kind === 'asked') letIn(other);
        other.send(name, bytes, onReply, (again) => onFault(final(again)));
      }, onFault);
    });
  }

  serves(key: string): boolean {
    return this.members.serves(keySlot(key));
  }

  get confirms(): boolean {
    return this.confirmation !== null;
  }

  replicated(key: string): Promise<void> {
    return this.confirmation === null ? Promise.resolve() : confirmThrough(this, key);
  }

  masterOf(slot: number): RedisNode {
    return this.members.linkOf(slot);
  }

  masters(): readonly RedisNode[] {
    return this.members.links();
  }

  onConnect(prepare: (node: RedisNode) => Promise<void>): void {
    this.preparations.push(prepare);
    for (const { link } of this.members.answering()) this.prepare(prepare, link);
  }

  onDoubt(listener: () => void): void {
    this.doubters.push(listener);
  }

  close(): void {
    this.discovery.end();
    this.members.close();
  }

  /** The link that a redirection names. @throws Unavailable when there is none */
  private async follow({ kind, slot, to }: Redirection): Promise<NodeLink> {
    let member = this.members.named(to);
    // Where one moved, others will have.
    const asked = kind === 'moved' || member === null ? this.discovery.refresh() : null;
    if (member === null) {
      await asked;
      member = this.members.named(to);
    }
    if (member === null) throw new Unavailable('store_unavailable');
    if (kind === 'moved' && this.members.move(slot, member)) this.doubt();
    return member.link;
  }

  private open(address: Address): NodeLink {
    const { deadlineMs, name } = this.settings;
    const link: LinkSettings = {
      ...{ where: { ...address, ...this.admission }, deadlineMs, name, onError: this.onError },
      onReady: (ready) => this.connected(ready),
      onDown: () => void this.discovery.refresh(),
    };
    return openLink(link, this.confirmation);
  }

  private connected(link: NodeLink): void {
    this.doubt();
    for (const prepare of this.preparations) this.prepare(prepare, link);
    this.noteWhole();
  }

  private learn(text: string, host: string): void {
    const views = readClusterNodes(text, host, this.admission.tls !== undefined);
    if (this.members.merge(views)) this.doubt();
    this.noteWhole();
  }

  private noteWhole(): void {
    if (this.awaiting.size === 0 || !this.members.isWhole) return;
    for (const resolve of this.awaiting) resolve();
    this.awaiting.clear();
  }

  private doubt(): void {
    for (const listener of this.doubters) listener();
  }

  private prepare(prepare: (node: RedisNode) => Promise<void>, link: NodeLink): void {
    prepare(link).catch((error) => this.onError(error));
  }

  /** A node that is asked once, over a link that ends with the answer. */
  private probe(address: Address): Informant {
    const { deadlineMs, name } = this.settings;
    const ask = () =>
      new Promise<string>((resolve, reject) => {
        let fault: Error = new Error(`${address.host}:${address.port} does not answer`);
        const end = (settle: () => void) => {
          clearTimeout(timer);
          link.close();
          settle();
        };
        const timer = setTimeout(() => end(() => reject(fault)), connectMs(deadlineMs));
        const link: NodeLink = new NodeLink({
          ...{ where: { ...address, ...this.admission }, deadlineMs, name },
          onError: (error) => {
            fault = error;
          },
          onReady: () => {
            clusterNodes(link).then(
              (text) => end(() => resolve(text)),
              (error) => end(() => reject(error)),
            );
          },
          onDown: () => end(() => reject(fault)),
        });
      });
    return { host: address.host, ask };
  }
}

/** Makes a node take the very next command though the slot is not its own yet. */
function letIn(link: NodeLink): void {
  link.call('asking', []).catch(() => {});
}

async function clusterNodes(link: NodeLink): Promise<string> {
  try {
    return String(await link.call('cluster', ['NODES']));
  } catch (error) {
    if (!(error instanceof Error && /cluster support disabled/.test(error.message))) throw error;
    throw new SetupFault('REDIS_URL is redis+cluster://…, and this Redis is no cluster: redis://…');
  }
}

/** Where a command's key stands: behind hash and count of a script, first otherwise. */
function slotOf(name: string, args: readonly (string | Buffer)[]): number {
  const key = args[name === 'evalsha' || name === 'eval' ? 2 : 0];
  if (key === undefined) throw new TypeError(`${name} names no key: call it on a node`);
  return keySlot(String(key));
}
