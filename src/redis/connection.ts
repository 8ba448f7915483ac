// One connection to Redis (hot path). Fails fast instead of queueing while Redis is away, gives
// every call a deadline, and reconnects by itself.
//
// The deadline is not a timer per command (ioredis' `commandTimeout` costs 0.4 µs and turns its
// command objects into dictionaries) but a wheel of counters: a command counts itself into the
// current slot and out again; a slot that is still occupied when the wheel comes round holds a
// command past its deadline. Replies come in order, so everything behind it waits too: the
// connection is cut, and all that was in flight fails with an unknown outcome.

import { Command, Redis, type RedisOptions } from 'ioredis';
import { Unavailable } from '../errors.ts';

const WHEEL_SLOTS = 8;
const RECONNECT_MS_MAX = 1_000;

export interface ConnectionSettings {
  /** `redis://…`, `rediss://…` or the path of a Unix socket. */
  readonly url: string;
  /** Longest wait for one call, ms; late by an eighth at most. */
  readonly deadlineMs: number;
  /** Shown by `CLIENT LIST`. */
  readonly name?: string;
  /** Faults of the connection; each is followed by a reconnect. */
  readonly onError?: (error: Error) => void;
}

/** What a script or a command is called through. */
export interface RedisConnection {
  /** For commands off the hot path; wrap them in `orUnavailable`. */
  readonly client: Redis;
  readonly isReady: boolean;
  /** Resolves when commands can be sent. @throws Unavailable after the deadline */
  ready(): Promise<void>;
  /**
   * Sends one command; strings in replies come as Buffers. Takes over `args`.
   * @throws Unavailable when Redis is away, full, loading or late; ReplyError for a wrong call
   */
  call(name: string, args: readonly (string | Buffer)[]): Promise<unknown>;
  /**
   * As `call`, for a command that is bytes already (resp-writer.ts), and with one of the callbacks
   * called in place of promises, of which a commit would otherwise pass five (1 µs). `bytes` must
   * not change.
   */
  send(
    name: string,
    bytes: Buffer,
    onReply: (reply: unknown) => void,
    onFault: (error: unknown) => void,
  ): void;
  /** Runs now if connected, and after every connect. Faults go to `onError`. */
  onConnect(prepare: () => Promise<void>): void;
  /** Ends it; whatever is in flight fails. */
  close(): void;
}

/** Opens a connection. It may be used at once: until it is ready, calls are `Unavailable`. */
export function openConnection(settings: ConnectionSettings): RedisConnection {
  return new OpenConnection(settings);
}

class OpenConnection implements RedisConnection {
  readonly client: Redis;
  private readonly waiting = new Int32Array(WHEEL_SLOTS);
  private slot = 0;
  private isCorked = false;
  private readonly wheel: NodeJS.Timeout;
  private readonly deadlineMs: number;
  private readonly onError: (error: Error) => void;

  constructor(settings: ConnectionSettings) {
    this.deadlineMs = settings.deadlineMs;
    this.onError = settings.onError ?? (() => {});
    this.client = new Redis(optionsOf(settings));
    this.client.on('error', this.onError);
    this.wheel = setInterval(() => this.turn(), Math.ceil(settings.deadlineMs / WHEEL_SLOTS));
    this.wheel.unref();
  }

  get isReady(): boolean {
    // While a cut is under way the status is still `ready`.
    return this.client.status === 'ready' && this.client.stream.writable;
  }

  ready(): Promise<void> {
    if (this.isReady) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const onReady = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.client.off('ready', onReady);
        reject(new Unavailable('store_unavailable'));
      }, this.deadlineMs);
      this.client.once('ready', onReady);
    });
  }

  call(name: string, args: readonly (string | Buffer)[]): Promise<unknown> {
    return this.watch(new Command(name, args as (string | Buffer)[], REPLY_BUFFERS));
  }

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

  private async watch(command: Command): Promise<unknown> {
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

  onConnect(prepare: () => Promise<void>): void {
    const run = () => {
      prepare().catch((error) => this.onError(error));
    };
    this.client.on('ready', run);
    if (this.isReady) run();
  }

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
      this.isCorked = false;
      stream.uncork();
    });
  }

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

function optionsOf(settings: ConnectionSettings) {
  const { url, deadlineMs, name } = settings;
  const where: RedisOptions = url.includes('://') ? fromUrl(url) : { path: url };
  return {
    ...where,
    ...(name === undefined ? {} : { connectionName: name }),
    enableAutoPipelining: false,
    enableOfflineQueue: false,
    // A command whose outcome is unknown is not sent again behind the caller's back.
    autoResendUnfulfilledCommands: false,
    replyMapping: 'legacy' as const,
    maxRetriesPerRequest: 0,
    connectTimeout: deadlineMs,
    // A cut is a cut: do not wait for a hanging server to close its side.
    disconnectTimeout: 1,
    // The wheel watches calls; this also watches the handshake and commands sent via `client`.
    socketTimeout: deadlineMs * 2,
    retryStrategy: (times: number) => Math.min(25 * 2 ** Math.min(times, 10), RECONNECT_MS_MAX),
  };
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

/** Replies that say "not now" rather than "wrong". */
const PASSING =
  /^(OOM|LOADING|BUSY|MASTERDOWN|READONLY|MISCONF|NOREPLICAS|CLUSTERDOWN|TRYAGAIN|UNKILLABLE)\b/;

/** The error as `Unavailable` when Redis is away, late, full or loading; else the error itself. */
export function asUnavailable(error: unknown): unknown {
  if (error instanceof Unavailable || !(error instanceof Error)) return error;
  const isReply = error.name === 'ReplyError' || /^[A-Z]{3,} /.test(error.message);
  if (isReply && !PASSING.test(error.message)) return error;
  return new Unavailable('store_unavailable', 1, { cause: error });
}

/** Awaits a command sent through `client`, with its faults told apart as by `call`. */
export async function orUnavailable<T>(reply: Promise<T>): Promise<T> {
  try {
    return await reply;
  } catch (error) {
    throw asUnavailable(error);
  }
}
