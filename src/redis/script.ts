// Hot path. Lua files as callable scripts: read and checked at start, loaded into Redis on every
// connect, called by hash. When Redis lost a script (a restart, SCRIPT FLUSH), nothing has run yet,
// so the call is simply made again with the source.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { projectFile } from '../ops/project-files.ts';
import type { RedisConnection, RedisNode } from './redis-connection.ts';
import { readScriptHeader, type ScriptHeader } from './script-header.ts';

/** One Lua file. Bindings hold it; everything else talks to bindings. */
export class Script {
  readonly sha: string;
  private readonly keyCount: number;

  constructor(
    readonly name: string,
    readonly source: string,
    readonly header: ScriptHeader,
  ) {
    this.sha = createHash('sha1').update(source).digest('hex');
    this.keyCount = header.keys.length;
  }

  /**
   * Runs it. Strings in the answer are Buffers, numbers numbers.
   * @param keys as many as the header has (or more, where its last one is variadic)
   * @throws Unavailable when Redis is away, late or full (then the outcome is unknown, except for
   *   full: nothing was written)
   */
  async run(
    connection: RedisConnection,
    keys: readonly string[],
    args: readonly (string | Buffer)[],
  ): Promise<unknown> {
    const { length } = keys;
    const fits = this.header.keysVariadic ? length >= this.keyCount : length === this.keyCount;
    if (!fits) throw new TypeError(`${this.name} takes ${this.keyCount} keys, not ${length}`);
    try {
      return await connection.call('evalsha', [this.sha, String(length), ...keys, ...args]);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
      return connection.call('eval', [this.source, String(length), ...keys, ...args]);
    }
  }

  /**
   * As `run`, for the hot path: the caller has written the whole EVALSHA command (resp-writer.ts),
   * answers for its number of keys, and is called back once.
   * @param slot of its keys
   */
  runWritten(
    connection: RedisConnection,
    slot: number,
    command: Buffer,
    onReply: (reply: unknown) => void,
    onFault: (error: unknown) => void,
  ): void {
    connection.send(slot, 'evalsha', command, onReply, (error) => {
      if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) {
        onFault(error);
        return;
      }
      this.loadWhere(connection, slot).then(
        () => connection.send(slot, 'evalsha', command, onReply, onFault),
        onFault,
      );
    });
  }

  /** The status the header gives this name. @throws Error for a name it does not have */
  status(name: string): number {
    const code = this.header.statuses.get(name);
    if (code === undefined) throw new Error(`${this.name} has no status ${name}`);
    return code;
  }

  /** SCRIPT LOAD now and after every reconnect, so that calls are by hash. */
  loadInto(connection: RedisConnection): void {
    connection.onConnect((node) => this.load(node));
  }

  private async loadWhere(connection: RedisConnection, slot: number): Promise<void> {
    await this.load(connection.masterOf(slot));
  }

  private async load(node: RedisNode): Promise<void> {
    await node.call('script', ['LOAD', this.source]);
  }
}

/**
 * Reads `lua/<name>.lua`.
 * @throws Error when its header is incomplete or its body disagrees with it
 */
export function loadScript(name: string): Script {
  const url = projectFile(`lua/${name}.lua`);
  const source = readFileSync(url, 'utf8');
  return new Script(name, source, readScriptHeader(basename(url.pathname), source));
}
