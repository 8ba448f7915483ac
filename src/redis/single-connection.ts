// A connection to one Redis, or to the master that Sentinels name (hot path).

import type { RedisOptions } from 'ioredis';
import { SetupFault, Unavailable } from '../errors.ts';
import { type Confirmation, confirmThrough, openLink } from './confirmed-link.ts';
import type { ConnectionSettings, RedisConnection, RedisNode } from './connection.ts';
import { connectMs, type NodeLink } from './node-link.ts';

export class SingleConnection implements RedisConnection {
  private readonly link: NodeLink;
  private readonly deadlineMs: number;
  private readonly onError: (error: Error) => void;
  private readonly preparations: ((node: RedisNode) => Promise<void>)[] = [];
  private readonly doubters: (() => void)[] = [];
  private readonly awaiting = new Set<() => void>();
  private lastError: Error | null = null;

  constructor(
    { deadlineMs, name, onError }: ConnectionSettings,
    where: RedisOptions,
    private readonly confirmation: Confirmation | null,
  ) {
    this.deadlineMs = deadlineMs;
    this.onError = (error) => {
      this.lastError = error;
      onError?.(error);
    };
    const onReady = () => this.connected();
    this.link = openLink({ where, deadlineMs, name, onError: this.onError, onReady }, confirmation);
  }

  get isReady(): boolean {
    return this.link.isReady;
  }

  async ready(): Promise<void> {
    if (!this.isReady) await this.connecting();
    const info = await this.link.call('info', ['cluster']).catch(() => '');
    if (String(info).includes('cluster_enabled:1')) {
      throw new SetupFault('REDIS_URL leads to a node of a Redis Cluster: redis+cluster://… it is');
    }
  }

  private connecting(): Promise<void> {
    return new Promise((resolve, reject) => {
      const onReady = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.awaiting.delete(onReady);
        reject(new Unavailable('store_unavailable', 1, { cause: this.lastError }));
      }, connectMs(this.deadlineMs));
      this.awaiting.add(onReady);
    });
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

  onConnect(prepare: (node: RedisNode) => Promise<void>): void {
    this.preparations.push(prepare);
    if (this.isReady) this.prepare(prepare);
  }

  onDoubt(listener: () => void): void {
    this.doubters.push(listener);
  }

  close(): void {
    this.link.close();
  }

  private connected(): void {
    for (const doubt of this.doubters) doubt();
    for (const prepare of this.preparations) this.prepare(prepare);
    for (const resolve of this.awaiting) resolve();
    this.awaiting.clear();
  }

  private prepare(prepare: (node: RedisNode) => Promise<void>): void {
    prepare(this.link).catch((error) => this.onError(error));
  }
}
