// A connection to one Redis, or to the master that Sentinels name (hot path).

import type { RedisOptions } from 'ioredis';
import { SetupFault, Unavailable } from '../errors.ts';
import { type Confirmation, confirmThrough, openLink } from './confirmed-link.ts';
import { ConnectionFollowers } from './connection-followers.ts';
import { connectMs, type LinkSettings, type NodeLink } from './node-link.ts';
import type { ConnectionSettings, RedisConnection, RedisNode } from './redis-connection.ts';

export class SingleConnection implements RedisConnection {
  private readonly link: NodeLink;
  private readonly deadlineMs: number;
  private readonly followers: ConnectionFollowers;

  constructor(
    { deadlineMs, name, onError }: ConnectionSettings,
    where: RedisOptions,
    private readonly confirmation: Confirmation | null,
  ) {
    this.deadlineMs = deadlineMs;
    this.followers = new ConnectionFollowers(onError);
    const link: LinkSettings = {
      where,
      deadlineMs,
      name,
      onError: (error) => this.followers.fault(error),
      onReady: (ready) => {
        this.followers.connected(ready);
        this.followers.release();
      },
    };
    this.link = openLink(link, confirmation);
  }

  get isReady(): boolean {
    return this.link.isReady;
  }

  async ready(): Promise<void> {
    if (!this.isReady && !(await this.followers.released(connectMs(this.deadlineMs)))) {
      throw new Unavailable('store_unavailable', 1, { cause: this.followers.lastFault });
    }
    const info = await this.link.call('info', ['cluster']).catch(() => '');
    if (String(info).includes('cluster_enabled:1')) {
      throw new SetupFault('REDIS_URL leads to a node of a Redis Cluster: redis+cluster://… it is');
    }
  }

  call(name: string, args: readonly (string | Buffer)[]): Promise<unknown> {
    return this.link.call(name, args);
  }

  send(
    _slot: number,
    name: string,
    bytes: Buffer,
    onReply: (reply: unknown) => void,
    onFault: (error: unknown) => void,
  ): void {
    this.link.send(name, bytes, onReply, onFault);
  }

  serves(): boolean {
    return this.isReady;
  }

  takesWrites(): boolean {
    return this.isReady && this.link.isConfirmed;
  }

  get confirms(): boolean {
    return this.confirmation !== null;
  }

  replicated(key: string): Promise<void> {
    return this.confirmation === null ? Promise.resolve() : confirmThrough(this, key);
  }

  masterOf(): RedisNode {
    return this.link;
  }

  masters(): readonly RedisNode[] {
    return [this.link];
  }

  /** After a connect it may be another server, or the same that orders its keys anew. */
  async places(slots: readonly number[]): Promise<readonly string[]> {
    return slots.map(() => String(this.followers.doubts));
  }

  onConnect(prepare: (node: RedisNode) => Promise<void>): void {
    this.followers.addPreparation(prepare, this.isReady ? [this.link] : []);
  }

  onDoubt(listener: () => void): void {
    this.followers.addDoubter(listener);
  }

  close(): void {
    this.link.close();
    this.followers.end();
  }
}
