// A connection to one Redis (hot path).

import type { RedisOptions } from 'ioredis';
import { Unavailable } from '../errors.ts';
import type { ConnectionSettings, RedisConnection, RedisNode } from './connection.ts';
import { NodeLink } from './node-link.ts';

export class SingleConnection implements RedisConnection {
  private readonly link: NodeLink;
  private readonly deadlineMs: number;
  private readonly onError: (error: Error) => void;
  private readonly preparations: ((node: RedisNode) => Promise<void>)[] = [];
  private readonly doubters: (() => void)[] = [];
  private readonly awaiting = new Set<() => void>();

  constructor({ url, deadlineMs, name, onError = () => {} }: ConnectionSettings) {
    this.deadlineMs = deadlineMs;
    this.onError = onError;
    const where = url.includes('://') ? fromUrl(url) : { path: url };
    this.link = new NodeLink({ where, deadlineMs, name, onError, onReady: () => this.connected() });
  }

  get isReady(): boolean {
    return this.link.isReady;
  }

  ready(): Promise<void> {
    if (this.isReady) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const onReady = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.awaiting.delete(onReady);
        reject(new Unavailable('store_unavailable'));
      }, this.deadlineMs);
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

function fromUrl(text: string): RedisOptions {
  const url = new URL(text);
  const db = url.pathname.length > 1 ? Number(url.pathname.slice(1)) : 0;
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? 6379 : Number(url.port),
    db: Number.isInteger(db) ? db : 0,
    ...(url.username === '' ? {} : { username: decodeURIComponent(url.username) }),
    ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
    ...(url.protocol === 'rediss:' ? { tls: {} } : {}),
  };
}
