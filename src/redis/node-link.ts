// One link to one server (hot path).
//
// The deadline is not a timer per command (ioredis' `commandTimeout` costs 0.4 µs and turns its
// command objects into dictionaries) but a wheel of counters: a command counts itself into the
// current slot and out again; a slot that is still occupied when the wheel comes round holds a
// command past its deadline. Replies come in order, so everything behind it waits too: the
// link is cut, and all that was in flight fails with an unknown outcome.

import { Command, Redis, type RedisOptions } from 'ioredis';
import { asUnavailable } from './as-unavailable.ts';
import { watchHandshake } from './handshake-watch.ts';
import type { RedisNode } from './redis-connection.ts';

const WHEEL_SLOTS = 8;
const RECONNECT_MS_MAX = 1_000;
const CONNECT_MS_MIN = 2_000;

/**
 * How long a connect may take, handshake and all: more than a call of a short deadline, as at the start
 * of a process on a busy machine it does; ms.
 */
export function connectMs(deadlineMs: number): number {
  return Math.max(deadlineMs, CONNECT_MS_MIN);
}

export interface LinkSettings {
  /** Where the server is, and how to be let in. */
  readonly where: RedisOptions;
  readonly deadlineMs: number;
  readonly name: string | undefined;
  /** After every connect, when commands can be sent. */
  readonly onReady: (link: NodeLink) => void;
  /** After every cut, and every connect that failed. */
  readonly onDown?: () => void;
  readonly onError: (error: Error) => void;
}

export class NodeLink implements RedisNode {
  private readonly client: Redis;
  private readonly waiting = new Int32Array(WHEEL_SLOTS);
  private slot = 0;
  private isCorked = false;
  private readonly wheel: NodeJS.Timeout;

  constructor(settings: LinkSettings) {
    this.client = new Redis(optionsOf(settings));
    watchHandshake(this.client, connectMs(settings.deadlineMs));
    this.client.on('error', settings.onError);
    this.client.on('ready', () => settings.onReady(this));
    if (settings.onDown !== undefined) this.client.on('close', settings.onDown);
    this.wheel = setInterval(() => this.turn(), Math.ceil(settings.deadlineMs / WHEEL_SLOTS));
    this.wheel.unref();
  }

  get isReady(): boolean {
    // While a cut is under way the status is still `ready`.
    return this.client.status === 'ready' && this.client.stream.writable;
  }

  /** Whether what is written here is confirmed as it must be; false = it lately was not. */
  get isConfirmed(): boolean {
    return true;
  }

  async call(name: string, args: readonly (string | Buffer)[]): Promise<unknown> {
    const command = new Command(name, args as (string | Buffer)[], REPLY_BUFFERS);
    const slot = this.slot;
    this.waiting[slot]!++;
    if (!this.isCorked) this.cork();
    try {
      return await this.client.sendCommand(command);
    } catch (error) {
      throw asUnavailable(error);
    } finally {
      this.waiting[slot]!--;
    }
  }

  /** As `call`, of a command that is bytes already. */
  send(
    name: string,
    bytes: Buffer,
    onReply: (reply: unknown) => void,
    onFault: (error: unknown) => void,
  ): void {
    const { waiting, slot } = this;
    const command = new WrittenCommand(name, bytes);
    command.resolve = (reply: unknown) => {
      waiting[slot]!--;
      onReply(reply);
    };
    command.reject = (error: unknown) => {
      waiting[slot]!--;
      onFault(asUnavailable(error));
    };
    waiting[slot]!++;
    if (!this.isCorked) this.cork();
    void this.client.sendCommand(command);
  }

  /** Ends it; whatever is in flight fails. */
  close(): void {
    clearInterval(this.wheel);
    this.client.disconnect();
  }

  /**
   * Holds writes back until this turn of the event loop ends, so that its commands go out in one
   * system call, which costs more than all else here (8 µs, as it wakes Redis).
   */
  private cork(): void {
    const { stream } = this.client;
    // None yet, before the first connect.
    if (!stream) return;
    this.isCorked = true;
    stream.cork();
    setImmediate(() => {
      this.beforeWrite();
      this.isCorked = false;
      stream.uncork();
    });
  }

  /** Called before the commands of a turn go out, which may still be added to. */
  protected beforeWrite(): void {}

  private turn(): void {
    this.slot = (this.slot + 1) % WHEEL_SLOTS;
    if (this.waiting[this.slot]! > 0 && this.isReady) this.client.disconnect(true);
  }
}

/** A command that was written by resp-writer.ts. */
class WrittenCommand extends Command {
  constructor(
    name: string,
    private readonly written: Buffer,
  ) {
    super(name, NO_ARGS, REPLY_BUFFERS);
  }

  override toWritable(): Buffer {
    return this.written;
  }
}

const NO_ARGS: string[] = [];
// No `replyEncoding`: replies stay Buffers, since states are binary.
const REPLY_BUFFERS = {};

function optionsOf({ where, deadlineMs, name }: LinkSettings) {
  return {
    ...where,
    ...(name === undefined ? {} : { connectionName: name }),
    enableAutoPipelining: false,
    enableOfflineQueue: false,
    // A command whose outcome is unknown is not sent again behind the caller's back.
    autoResendUnfulfilledCommands: false,
    replyMapping: 'legacy' as const,
    maxRetriesPerRequest: 0,
    connectTimeout: connectMs(deadlineMs),
    // A cut is a cut: do not wait for a hanging server to close its side.
    disconnectTimeout: 1,
    retryStrategy: reconnectInMs,
    // Sentinels are asked on every connect; those that hang count as away.
    sentinelRetryStrategy: reconnectInMs,
    sentinelCommandTimeout: connectMs(deadlineMs),
    // Who became a replica is no use here: whoever is the master now is found by connecting anew.
    reconnectOnError: demotions(),
  };
}

function reconnectInMs(times: number): number {
  return Math.min(25 * 2 ** Math.min(times, 10), RECONNECT_MS_MAX);
}

/** Whether an error says that this is no master any more; not more than once in a while. */
function demotions(): (error: Error) => boolean {
  let saidAtMs = Number.NEGATIVE_INFINITY;
  return ({ message }) => {
    if (!message.startsWith('READONLY')) return false;
    const nowMs = performance.now();
    if (nowMs - saidAtMs < RECONNECT_MS_MAX) return false;
    saidAtMs = nowMs;
    return true;
  };
}
